"""A supervised worker in processes of its own, for the tests that kill parts of it."""

import re
import subprocess
from pathlib import Path
from typing import Self

import psutil

from integrations.sandbox.facade import SandboxProcess
from tests.processes import DEADLINE, Site

FAST = ("--supervise", "--check-seconds", "0.2", "--stop-seconds", "30", "--stalled-stop-seconds", "1")


class Supervised:
    """A supervised worker with one process for jobs, on a database of its own, and what it wrote."""

    def __init__(self, folder: Path, migrated: Path, local: SandboxProcess | None = None) -> None:
        self.site, self.log = Site(folder, local, migrated=migrated), folder / "worker.log"
        self.site.environment |= {"LOG_LEVEL": "INFO", "QUEUE_WORKERS": "1"}
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._end()

    def start(self, *options: str) -> psutil.Process:
        with self.log.open("w") as out:
            self.process = self.site.start("worker", *FAST, *options, output=out.fileno())
        return psutil.Process(self.process.pid)

    def said(self) -> str:
        return self.log.read_text()

    def starts(self) -> list[int]:
        return [int(pid) for pid in re.findall(r"worker (\d+) started", self.said())]

    def last_beat(self) -> str:
        """When the last job passed through the queue, as the database says; "" before any did."""
        beats = self.site.rows("SELECT beat_at FROM integrations_heartbeat ORDER BY id")
        return str(beats[0][0]) if beats else ""

    def wait(self) -> int:
        assert self.process is not None
        return self.process.wait(timeout=DEADLINE)

    def _end(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        family = psutil.Process(self.process.pid).children(recursive=True)
        for process in [*family, psutil.Process(self.process.pid)]:
            process.kill()
        self.wait()
