"""Requests in flight: how many there are for each company, how many there may be, and how long each is held up.

Owns the counts, the limit and every deliberate wait, so that one call ends all waits on a reset or at the end. Must not
hold the store's lock or know what a request does.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass
from enum import Enum

MODES = ("refuse", "queue")


@dataclass(frozen=True, slots=True)
class Limit:
    """How many requests of a company may be in flight, and whether one more is refused or queued."""

    requests: int
    mode: str


class Entry(Enum):
    """What becomes of a request that arrives."""

    ADMITTED = "it is in flight now, and `leave` is called when it is answered"
    REFUSED = "it is one too many"
    GONE = "the gateway was reset or is ending; the connection is cut"


class Traffic:
    """All requests between two resets. Thread safe."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._changed = threading.Condition()
        self._limits: dict[str, Limit] = {}
        self._latency = (0.0, 0.0)
        self._gathering = (0, 0.0)
        self._dice = random.Random(0)
        self._now: Counter[tuple[str, bool]] = Counter()
        self._most: dict[str, int] = {}
        self._most_writes: dict[str, int] = {}
        self._refused: Counter[str] = Counter()
        self._queued: Counter[str] = Counter()

    def end(self) -> None:
        """End every wait; anyone who waited is gone."""
        self._ended.set()
        with self._changed:
            self._changed.notify_all()

    def pause(self, seconds: float) -> bool:
        """Wait; False when the wait was ended by a reset or the end, and the request must not go on."""
        if seconds <= 0:
            return not self._ended.is_set()
        return not self._ended.wait(seconds)

    def hold_up(self) -> bool:
        """Wait as long as every request is held up at present; False as for `pause`."""
        self._gather()
        seconds, jitter = self._latency
        with self._changed:
            extra = self._dice.uniform(0, jitter) if jitter else 0.0
        return self.pause(seconds + extra)

    def set_latency(self, seconds: float, jitter: float) -> None:
        self._latency = (seconds, jitter)

    def gather(self, requests: int, seconds: float) -> None:
        """Hold requests until so many are in flight together, or each for so long; then it is over."""
        with self._changed:
            self._gathering = (requests, seconds)

    def _gather(self) -> None:
        with self._changed:
            requests, seconds = self._gathering
            if requests and self._changed.wait_for(
                lambda: self._ended.is_set() or sum(self._now.values()) >= self._gathering[0], seconds
            ):
                self._gathering = (0, 0.0)

    def set_limit(self, company: str, limit: Limit | None) -> None:
        """Limit a company's requests in flight; None lifts it."""
        with self._changed:
            if limit is None:
                self._limits.pop(company, None)
            else:
                self._limits[company] = limit
            self._changed.notify_all()

    def lift(self) -> None:
        """No latency and no limit any more; the counts stay."""
        with self._changed:
            self._limits.clear()
            self._latency, self._gathering = (0.0, 0.0), (0, 0.0)
            self._changed.notify_all()

    def enter(self, company: str, writes: bool) -> Entry:
        """Take a request in, waiting for room when the company's limit says so."""
        with self._changed:
            if self._is_full(company):
                if self._limits[company].mode == "refuse":
                    self._refused[company] += 1
                    return Entry.REFUSED
                self._queued[company] += 1
                self._changed.wait_for(lambda: self._ended.is_set() or not self._is_full(company))
            if self._ended.is_set():
                return Entry.GONE
            self._now[company, writes] += 1
            self._most[company] = max(self._most.get(company, 0), self._total(company))
            if writes:
                self._most_writes[company] = max(self._most_writes.get(company, 0), self._now[company, True])
            self._changed.notify_all()
            return Entry.ADMITTED

    def leave(self, company: str, writes: bool) -> None:
        """A request is answered. To be called before its answer is sent: the next may follow at once."""
        with self._changed:
            self._now[company, writes] -= 1
            self._changed.notify_all()

    def _total(self, company: str) -> int:
        return self._now[company, True] + self._now[company, False]

    def _is_full(self, company: str) -> bool:
        limit = self._limits.get(company)
        return limit is not None and not self._ended.is_set() and self._total(company) >= limit.requests

    def figures(self) -> dict[str, dict[str, int]]:
        """By company: in flight now, the most there ever were, the most writes, and how many were refused or queued."""
        with self._changed:
            return {
                company: {
                    "now": self._total(company),
                    "most": most,
                    "most_writes": self._most_writes.get(company, 0),
                    "refused": self._refused[company],
                    "queued": self._queued[company],
                }
                for company, most in self._most.items()
            }
