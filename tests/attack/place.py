"""The site under attack: gunicorn and a supervised worker as in production, the local Intacct, a folder of its own.

Owns these processes from start to end. Shares nothing with the attack but addresses and the database.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
import requests

from config import keys
from integrations.sandbox.facade import SandboxProcess

ROOT = Path(__file__).parents[2]
SLUG = "summit-ridge"
PATIENCE = 120.0
EXIT_UNSETTLED = 5  # as in accounts.commands, which takes a Django that was set up


class Place:
    """Use it as a context manager: everything that was started ends with it."""

    def __init__(
        self, folder: Path, database_url: str, *, people: int = 2, seed: str = "demo", **settings: str
    ) -> None:
        self.folder, self._seed, self._people = folder, seed, people
        self.environment = {
            "PATH": os.environ["PATH"],
            **keys.values_for("demo"),
            "ENV_FILE": os.devnull,
            "DATABASE_URL": database_url,
            "EMAIL_URL": "dummymail://",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **settings,
        }
        self.people: list[str] = []
        self.cookie = "sessionid"
        self.address = ""
        self._started: list[subprocess.Popen[bytes]] = []
        self.local = SandboxProcess(seed=seed)

    def __enter__(self) -> Self:
        self.local.start()
        try:
            self._fill()
        except BaseException:
            self.local.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._started:
            end_family(process)
        self.local.stop()

    def _fill(self) -> None:
        facts = self.local.credentials
        self.environment |= {
            "INTACCT_ENDPOINT_URL": self.local.endpoint,
            "INTACCT_SENDER_ID": facts["sender"],
            "INTACCT_SENDER_PASSWORD": facts["sender_password"],
            "INTACCT_ALLOWED_ENDPOINT_HOSTS": "127.0.0.1,localhost",
            "ATTACK_COMPANY": facts["company"],
            "ATTACK_USER": facts["user"],
            "ATTACK_PASSWORD": facts["password"],
        }
        found = json.loads(self.run("-m", "tests.attack.seed", str(self._people)).strip().splitlines()[-1])
        self.cookie, self.people = found["cookie"], found["people"]

    def run(self, *command: str, code: int | None = 0) -> str:
        """The output of a command of Python; raises AssertionError when it ends otherwise than with `code`."""
        ended = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert code is None or ended.returncode == code, ended.stdout[-2000:] + ended.stderr[-4000:]
        return ended.stdout

    def manage(self, *arguments: str, code: int | None = 0) -> str:
        return self.run("manage.py", *arguments, code=code)

    def shell(self, script: str) -> str:
        return self.manage("shell", "--verbosity", "0", "--command", script)

    def start(self, name: str, *command: str, **extra: str) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env={**self.environment, **extra},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def serve(self, *, processes: int = 2) -> "subprocess.Popen[bytes]":
        """Serve as in production, without https: DEBUG is off, so a page that fails answers 500 and no trace."""
        port = _free_port()
        self.address = f"http://127.0.0.1:{port}"
        settings = {
            "DEBUG": "off",
            "HTTPS_ONLY": "off",
            "STATIC_MANIFEST": "off",
            "BIND": f"127.0.0.1:{port}",
            "SITE_URL": self.address,
            "WEB_CONCURRENCY": str(processes),
        }
        gunicorn = ("-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi")
        process = self.start("web", *gunicorn, **settings)
        wait_for(lambda: self._answers(), "the site answers")
        return process

    def work(self, *options: str, processes: int = 2) -> psutil.Process:
        """A supervised worker with so many processes for jobs."""
        process = self.start("worker", "manage.py", "worker", *options, QUEUE_WORKERS=str(processes))
        return psutil.Process(process.pid)

    def _answers(self) -> bool:
        try:
            return bool(requests.get(f"{self.address}/healthz", timeout=5).ok)
        except requests.RequestException:
            return False

    def log(self, name: str) -> str:
        """The end of what a process wrote."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""

    def runs(self) -> list[dict[str, Any]]:
        """The runs of the company, latest first."""
        found: list[dict[str, Any]] = json.loads(self.manage("runs", SLUG, "--json"))["runs"]
        return found

    def sync(self, lists: str) -> int:
        """Queue a sync of these lists; the number of its run. The worker begins others by itself."""
        said = self.manage("sync", SLUG, "--queue", "--lists", lists, code=EXIT_UNSETTLED)
        return int(said.partition("Queued as run ")[2].partition(";")[0])

    def state(self, number: int) -> str:
        """The state of a run."""
        return str(next(run["state"] for run in self.runs() if run["run"] == number))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def memory_of(process: "subprocess.Popen[bytes]") -> float:
    """MB of a process and all that it started."""
    total = 0
    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    for each in family:
        try:
            total += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 1e6


def end_family(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and all that it started."""
    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    for each in family:
        try:
            each.kill()
        except psutil.NoSuchProcess:
            continue
    if process.poll() is None:
        process.kill()
    process.wait()


def wait_for(condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> float:
    """Seconds until another process has done something. Raises AssertionError when it does not."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.2)
    return time.monotonic() - began
