"""Measures the pull of this process: processor seconds, wall, peak memory, and the processor seconds of PostgreSQL.

Owns what is measured and how it is handed over, one line of JSON. Knows nothing of what is pulled.
"""

from __future__ import annotations

import cProfile
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Facts = dict[str, Any]


def measure(pull: Callable[[], Facts], backends: Callable[[], Iterable[int]]) -> Facts:
    """Pull, and return what it told and what it cost. The start-up before it, imports above all, is told apart.

    `backends` are the ids of the server processes that work for the database used, none for SQLite.
    """
    started, before, begun = _processor(), served(backends()), time.monotonic()
    profile = cProfile.Profile(time.process_time) if os.environ.get("BENCH_PROFILE") else None
    facts = profile.runcall(pull) if profile else pull()
    wall, cpu = time.monotonic() - begun, _processor() - started
    after = served(backends())
    if profile:
        profile.dump_stats(os.environ["BENCH_PROFILE"])
    return facts | {
        "cpu": cpu,
        "wall": wall,
        "start_cpu": started,
        "server_cpu": sum(after.values()) - sum(before.get(pid, 0) for pid in after) if after else None,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def hand_over(facts: Facts) -> None:
    """Give the facts to the process that asked for the pull."""
    sys.stdout.write(json.dumps(facts) + "\n")


def _processor() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def served(pids: Iterable[int]) -> dict[int, float]:
    """The processor seconds of these processes, of those that run on this machine."""
    ticks = os.sysconf("SC_CLK_TCK")
    spent = {}
    for pid in pids:
        path = Path(f"/proc/{pid}/stat")
        if path.exists():
            fields = path.read_text().rpartition(")")[2].split()
            spent[pid] = (int(fields[11]) + int(fields[12])) / ticks  # utime and stime, proc(5)
    return spent
