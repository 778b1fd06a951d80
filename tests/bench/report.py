"""The figures as a table and as ratios to what is aimed at; the same as JSON, with the machine they were taken on.

Owns the arithmetic and the words. Must not judge: an aim that was missed is shown, and nothing fails for it.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.pulls import Measured

NAMES = {"own": "ERP Admin", "floor": "bare floor", "peer": "sageintacctsdk"}


@dataclass(frozen=True)
class Ratio:
    """`value` is what was measured, `aim` in words what is wanted; empty where nothing is aimed at."""

    what: str
    database: str
    value: float
    aim: str = ""


def head() -> str:
    """The names of the columns of `line`."""
    names = f"{'pull':13}{'of':15} {'into':11}{'records':>9}{'latency':>9}{'CPU s':>8}{'µs/row':>8}{'db CPU':>8}"
    return f"{names}{'wall s':>8}{'peak MB':>9}{'requests':>10}{'read':>9}"


def line(one: Measured) -> str:
    """What one pull cost."""
    server = "" if one.server_cpu is None else f"{one.server_cpu:.2f}"
    return (
        f"{one.what:13}{NAMES[one.method]:15} {one.database:11}{one.records:>9,}{one.latency:>9g}{one.cpu:>8.2f}"
        f"{one.cpu / one.records * 1e6:>8.0f}{server:>8}{one.wall:>8.1f}{one.peak_mb:>9.0f}{one.requests:>10}"
        f"{one.read:>9,}"
    )


def ratios(measured: Sequence[Measured]) -> Iterator[Ratio]:
    """What the figures say about each other, for each kind of database."""
    for name in dict.fromkeys(one.database for one in measured):
        of = [one for one in measured if one.database == name]
        yield from _speed(name, [one for one in of if one.what == "speed"])
        yield from _memory(name, [one for one in of if one.what == "memory"])
        yield from _little_changed(name, {one.what: one for one in of})


def _speed(name: str, measured: Sequence[Measured]) -> Iterator[Ratio]:
    for latency in sorted({one.latency for one in measured}):
        by = {one.method: one for one in measured if one.latency == latency}
        own, floor, peer = by["own"], by["floor"], by["peer"]
        if not latency:
            yield Ratio("CPU, ours to the floor", name, own.cpu / floor.cpu, "2 at most")
            yield Ratio("CPU, ours to sageintacctsdk", name, own.cpu / peer.cpu, "0.2 at most")
            if own.server_cpu is not None and floor.server_cpu is not None and peer.server_cpu is not None:
                total = own.cpu + own.server_cpu
                yield Ratio("CPU with the server's, ours to the floor", name, total / (floor.cpu + floor.server_cpu))
                yield Ratio("CPU with the server's, ours to sageintacctsdk", name, total / (peer.cpu + peer.server_cpu))
        at = f"at {latency * 1000:.0f} ms"
        yield Ratio(f"wall {at}, ours to the floor", name, own.wall / floor.wall)
        yield Ratio(f"wall {at}, ours to sageintacctsdk", name, own.wall / peer.wall)


def _memory(name: str, measured: Sequence[Measured]) -> Iterator[Ratio]:
    for method in NAMES:
        of = sorted((one for one in measured if one.method == method), key=lambda one: one.records)
        if len(of) > 1:
            words = f"peak memory at {of[-1].records:,} to {of[0].records:,}, {NAMES[method]}"
            yield Ratio(words, name, of[-1].peak_mb / of[0].peak_mb, "about 1" if method == "own" else "")


def _little_changed(name: str, by: dict[str, Measured]) -> Iterator[Ratio]:
    if "first full" not in by:
        return
    first, second, whole_day, partial = (by[what] for what in ("first full", "second full", "partial, day", "partial"))
    yield Ratio("CPU, second full with nothing changed to the first", name, second.cpu / first.cpu, "below 1")
    yield Ratio("CPU, partial to the first full", name, partial.cpu / first.cpu, "0.02 at most")
    yield Ratio("CPU, partial that reads a day again to the first full", name, whole_day.cpu / first.cpu)
    yield Ratio("records read, partial to the first full", name, partial.read / first.read)
    yield Ratio("requests, partial to the first full", name, partial.requests / first.requests)


def shown(found: Sequence[Ratio]) -> Iterator[str]:
    """One line for each ratio."""
    for one in found:
        aim = f"   aim: {one.aim}" if one.aim else ""
        yield f"{one.what:56} {one.database:11}{one.value:>8.3f}{aim}"


def machine() -> dict[str, Any]:
    """Where the figures were taken, and how busy it was at that time."""
    models = [
        line.partition(":")[2].strip()
        for line in (Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else [])
        if line.startswith("model name")
    ]
    return {
        "system": platform.platform(),
        "processor": models[0] if models else platform.processor(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def as_json(where: dict[str, Any], measured: Sequence[Measured], found: Sequence[Ratio]) -> dict[str, Any]:
    return {
        "machine": where,
        "pulls": [asdict(one) for one in measured],
        "ratios": [asdict(one) for one in found],
    }
