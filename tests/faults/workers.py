"""Worker processes that are killed and frozen at random, and replaced.

Owns their lives. Knows nothing of what they do.
"""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]
FROZEN_SECONDS = (1.0, 9.0)  # shorter and longer than a lease


class Workers:
    """Keeps `size` workers alive. Use it as a context manager."""

    def __init__(self, size: int, dice: random.Random, log: Path) -> None:
        self._dice, self._log = dice, log
        self._workers = [self._start() for _ in range(size)]
        self.killed = self.froze = self.fell = 0

    def _start(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.faults.worker"], cwd=ROOT, env=os.environ, stdout=out, stderr=out
            )

    def replace_dead(self) -> None:
        """Replace who fell by itself."""
        for place, worker in enumerate(self._workers):
            if worker.poll() is not None:
                self.fell += 1
                self._workers[place] = self._start()

    def kill_one(self) -> None:
        """SIGKILL, wherever it is, and another one in its place."""
        place = self._dice.randrange(len(self._workers))
        self._workers[place].kill()
        self._workers[place].wait()
        self.killed += 1
        self._workers[place] = self._start()

    def freeze_one(self) -> None:
        """Stop one for a while; it goes on later, not knowing that it was away.

        It may hold a lock of the database, so a thread of its own thaws it, not the person who waits for the lock.
        """
        worker = self._dice.choice(self._workers)
        if worker.poll() is None:
            worker.send_signal(signal.SIGSTOP)
            self.froze += 1
            thaw = threading.Timer(self._dice.uniform(*FROZEN_SECONDS), worker.send_signal, (signal.SIGCONT,))
            thaw.daemon = True
            thaw.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.kill()
            worker.wait()
