"""Work that is done after its caller lost the connection: the gateway goes on and commits seconds later.

Owns when such work is done, and that a reset or the end cancels what was not begun. Must not know what the work is.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from typing import NamedTuple


class _Pending(NamedTuple):
    due: float
    order: int
    work: Callable[[], object]


class LateWork:
    """Does each work when it is due, one at a time, in a thread of its own that exists while there is something to do.

    Must not be called with the store's lock held: the work takes it.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[_Pending] = []
        self._order = itertools.count()
        self._busy = False
        self._thread: threading.Thread | None = None
        self._done = 0
        self._cancelled = 0

    def later(self, seconds: float, work: Callable[[], object]) -> None:
        """Have `work` done in `seconds`."""
        with self._changed:
            heapq.heappush(self._waiting, _Pending(time.monotonic() + seconds, next(self._order), work))
            if self._thread is None or not self._thread.is_alive():  # a work that failed takes its thread along
                self._thread = threading.Thread(target=self._work_off, name="late-work", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def settle(self) -> int:
        """Do everything that waits now, in the order it would have come; returns how much that was."""
        count = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: not self._busy)
                if not self._waiting:
                    return count
                pending = self._begin()
            self._do(pending)
            count += 1

    def wait(self, seconds: float) -> int:
        """Wait until nothing waits any more, for `seconds` at most; returns how much is still to come."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and not self._busy, timeout=seconds)
            return len(self._waiting) + self._busy

    def cancel(self) -> int:
        """Drop what waits, and let what was begun come to its end; returns how much was dropped."""
        with self._changed:
            count = len(self._waiting)
            self._waiting.clear()
            self._cancelled += count
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._busy)
            return count

    def forget(self) -> None:
        """Count from nothing again."""
        with self._changed:
            self._done = self._cancelled = 0

    def figures(self) -> dict[str, int]:
        """How much waits, was done, and was cancelled."""
        with self._changed:
            return {"waiting": len(self._waiting) + self._busy, "done": self._done, "cancelled": self._cancelled}

    def _begin(self) -> _Pending:
        self._busy = True
        return heapq.heappop(self._waiting)

    def _do(self, pending: _Pending) -> None:
        try:
            pending.work()
        finally:
            with self._changed:
                self._busy = False
                self._done += 1
                self._changed.notify_all()

    def _work_off(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: not self._busy)
                if not self._waiting:
                    self._thread = None
                    return
                left = self._waiting[0].due - time.monotonic()
                if left > 0:
                    self._changed.wait(left)
                    continue
                pending = self._begin()
            self._do(pending)
