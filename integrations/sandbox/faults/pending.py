"""Faults that wait for a request: asked for one by one, or struck at random with a seed.

Owns which request is struck by which fault. Must not know what a fault looks like on the wire, and must not be
reachable without the control address.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from integrations.sandbox.faults.kinds import KINDS, Stage
from integrations.sandbox.wire.envelope import Request
from integrations.sandbox.wire.failures import ControlFailure

ANY = "any"


@dataclass(slots=True)
class Fault:
    """A fault that waits. `match` is any, or names of functions and objects that must all be in the request.

    It strikes from the `nth` matching request on, `times` times. `values` are those the kind takes.
    """

    kind: str
    times: int = 1
    match: str = ANY
    nth: int = 1
    seconds: float = 0.0
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def stage(self) -> Stage:
        return KINDS[self.kind].stage

    def matches(self, names: frozenset[str]) -> bool:
        return self.match == ANY or names.issuperset(self.match.lower().split())


@dataclass(slots=True)
class Chaos:
    """Strikes each matching request with probability `rate`; the same seed and requests give the same faults."""

    rate: float
    kinds: tuple[str, ...]
    seed: int
    match: str = ANY
    seconds: float | None = None
    dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def strike(self, names: frozenset[str]) -> Fault | None:
        fault = Fault(ANY, match=self.match)
        if not fault.matches(names) or self.dice.random() >= self.rate:
            return None
        fault.kind = self.dice.choice(self.kinds)
        fault.seconds = KINDS[fault.kind].seconds if self.seconds is None else self.seconds
        return fault


class Faults:
    """Faults in the order they were asked for; of those that are due, the first strikes."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._chaos: Chaos | None = None
        self._struck: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def unleash(self, chaos: Chaos | None) -> None:
        """Strike at random from now on; None ends it."""
        with self._lock:
            self._chaos = chaos

    def clear(self) -> None:
        """No fault waits any more."""
        with self._lock:
            self._waiting.clear()
            self._chaos = None
            self._struck.clear()

    def take(self, names: frozenset[str]) -> Fault | None:
        """The fault for a request with these function and object names, in lower case.

        Every waiting fault counts the request, so that "the third query" means the same whatever else waits.
        """
        with self._lock:
            due = None
            for fault in [fault for fault in self._waiting if fault.matches(names)]:
                if fault.nth > 1:
                    fault.nth -= 1
                elif due is None:
                    due = fault
            if due is not None:
                due.times -= 1
                if due.times <= 0:
                    self._waiting.remove(due)
            elif self._chaos is not None:
                due = self._chaos.strike(names)
            if due is not None:
                self._struck[due.kind] += 1
            return due

    def pending(self) -> list[dict[str, object]]:
        """What waits, as the statistics show it."""
        with self._lock:
            return [
                {"kind": fault.kind, "times": fault.times, "match": fault.match, "nth": fault.nth}
                for fault in self._waiting
            ]

    def struck(self) -> dict[str, int]:
        """How often each kind struck since the last reset."""
        with self._lock:
            return dict(self._struck)


def names_of(request: Request | ControlFailure) -> frozenset[str]:
    """Function and object names of a request in lower case, for matching faults."""
    if isinstance(request, ControlFailure):
        return frozenset()
    names: set[str] = set()
    for operation in request.operations:
        for call in operation.calls:
            names.add(call.name.lower())
            named = (call.element.findtext("object") or call.element.findtext("name") or "").strip().lower()
            if named:
                names.add(named)
            if call.name in ("create", "update"):
                names.update(str(child.tag).lower() for child in call.element)
    return frozenset(names)
