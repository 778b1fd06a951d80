"""What is measured: speed against floor and peer, memory by size, and what a pull costs when little has changed.

Owns sizes and order. Knows nothing of processes and of how figures are shown.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from integrations.sandbox.facade import SandboxProcess
from tests.bench.databases import Databases
from tests.bench.pulls import Bench, Measured

METHODS = ("own", "floor", "peer")
LATENCY = 0.3
CHANGED = 100


@dataclass(frozen=True)
class Sizes:
    """How many vendors each part is measured with."""

    speed: int = 50_000
    small: int = 5_000
    large: int = 100_000


QUICK = Sizes(speed=5_000, small=1_000, large=5_000)


def everything(bench: Bench, databases: Sequence[Databases], sizes: Sizes) -> Iterator[Measured]:
    """Each figure as it is measured. Raises PullFailed."""
    with SandboxProcess(seed=str(sizes.speed)) as intacct:
        for kind in databases:
            bench.prepare(intacct, kind)
            yield from _speed(bench, intacct, kind, sizes.speed)
    for records in (sizes.small, sizes.large):
        with SandboxProcess(seed=str(records)) as intacct:
            for kind in databases:
                yield from _memory(bench, intacct, kind, records)
                if records == sizes.large:
                    yield from _little_changed(bench, intacct, kind, records)


def _speed(bench: Bench, intacct: SandboxProcess, kind: Databases, records: int) -> Iterator[Measured]:
    for latency in (0.0, LATENCY):
        for method in METHODS:
            yield bench.pull(intacct, kind, kind.fresh(), what="speed", method=method, records=records, latency=latency)


def _memory(bench: Bench, intacct: SandboxProcess, kind: Databases, records: int) -> Iterator[Measured]:
    for method in METHODS:
        yield bench.pull(intacct, kind, kind.fresh(), what="memory", method=method, records=records)


def _little_changed(bench: Bench, intacct: SandboxProcess, kind: Databases, records: int) -> Iterator[Measured]:
    """A full pull, a second one with nothing changed, and partial ones after a few records changed.

    Until the company's clock is known, a Partial reads the last day once more.
    """
    url = kind.fresh()
    yield bench.pull(intacct, kind, url, what="first full", method="own", records=records)
    yield bench.pull(intacct, kind, url, what="second full", method="own", records=records)
    _change(intacct, kind, records)
    yield bench.pull(intacct, kind, url, what="partial, day", method="own", records=records, mode="partial")
    bench.learn_clock(intacct, url)
    _change(intacct, kind, records)
    yield bench.pull(intacct, kind, url, what="partial", method="own", records=records, mode="partial")


def _change(intacct: SandboxProcess, kind: Databases, records: int) -> None:
    """Rename some vendors in Intacct, spread over all."""
    for number in range(1, CHANGED + 1):
        vendor = {"VENDORID": f"V-{number * (records // CHANGED):06d}", "NAME": f"Renamed {kind.name} {time.time_ns()}"}
        intacct.control(do="put", object="VENDOR", record=vendor)
