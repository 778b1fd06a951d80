"""Keeps a worker working: starts it, watches its heartbeat, replaces it when it died or went silent, stops it cleanly.

Owns the child's process group and nothing in the queue. django-q2 needs this: a worker process killed while it waits
holds the queue's lock for ever, and a killed sentinel leaves orphans that nobody watches.
"""

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import FrameType

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone

from integrations.runs.health import HEARTBEAT_LIMIT, last_beat, somebody_works

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Limits:
    """Seconds, and how many starts in a row may fail. `stop` is for a worker in order, the other for a silent one."""

    stop: float
    stale: float = HEARTBEAT_LIMIT.total_seconds()
    check: float = 2.0
    stalled_stop: float = 60.0
    failures: int = 5


class _Child:
    """The worker as leader of a process group of its own; everything it forks stays in that group."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own command
        self.started_at = timezone.now()

    @property
    def pid(self) -> int:
        return self._process.pid

    def has_ended(self) -> bool:
        # Not reaped yet: while the leader is a zombie, no other group can get its number.
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def stop(self, seconds: float, hurry: Callable[[], bool]) -> bool:
        """Ask the leader alone, wait, then kill what is left of the group. Returns whether it ended by itself."""
        if not self.has_ended():
            self._process.send_signal(signal.SIGTERM)  # its processes must not get it: they would die in mid-page
        deadline = time.monotonic() + seconds
        while not (ended := self.has_ended()) and time.monotonic() < deadline and not hurry():
            time.sleep(0.05)
        os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        return ended


class Supervisor:
    """Runs `command` until told to stop by SIGTERM or SIGINT; a second signal kills at once."""

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        self._command, self._limits = command, limits
        self._stop, self._hurry = threading.Event(), threading.Event()
        self._failures = 0

    def run(self) -> int:
        """Return 0 after a clean stop, 1 when the worker had to be killed or could not be brought to work."""
        with self._signals():
            while not self._stop.is_set():
                child = _Child(self._command)
                logger.info("worker %s started", child.pid)
                reason = self._watch(child)
                if not reason:
                    return self._end(child)
                self._failures += 1
                child.stop(self._limits.stalled_stop, self._hurry.is_set)
                if self._failures >= self._limits.failures:
                    logger.critical(
                        "worker %s: %s. %s starts in a row without one heartbeat; giving up. "
                        "Look at the lines above, the database and `manage.py check`.",
                        *(child.pid, reason, self._failures),
                    )
                    return 1
                pause = min(2.0 ** (self._failures - 1), LONGEST_PAUSE)
                logger.error("worker %s: %s. A new one starts in %.0f s", child.pid, reason, pause)
                self._stop.wait(pause)
        return 0

    def _watch(self, child: _Child) -> str:
        """Return why the child must be replaced, or "" when the supervisor was told to stop."""
        judged_from = child.started_at
        while not self._stop.wait(self._limits.check):
            if child.has_ended():
                return "it ended by itself"
            try:
                close_old_connections()
                beat = last_beat()
                if beat is not None and beat > child.started_at:
                    self._failures = 0
                silent = _seconds_since(max(beat or judged_from, judged_from))
                if silent > self._limits.stale and not somebody_works():
                    return f"no heartbeat for {silent:.0f} s"
            except (DatabaseError, InterfaceError) as error:
                # The worker finds the database again by itself; it is judged again from then on.
                logger.warning("the database does not answer: %s", type(error).__name__)
                connection.close()
                judged_from = timezone.now()
        return ""

    def _end(self, child: _Child) -> int:
        seconds = self._limits.stop
        logger.info("worker %s is told to stop; it finishes what it took, for %.0f s at most", child.pid, seconds)
        if child.stop(seconds, self._hurry.is_set):
            logger.info("worker %s has stopped", child.pid)
            return 0
        logger.error("worker %s had to be killed; its runs are taken over when their leases run out", child.pid)
        return 1

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def told(number: int, frame: FrameType | None) -> None:
            (self._hurry if self._stop.is_set() else self._stop).set()

        former = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


def _seconds_since(moment: datetime) -> float:
    return (timezone.now() - moment).total_seconds()
