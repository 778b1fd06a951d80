"""The stand-in for a container of rehearsals: its files, its user, its environment; and how to wait and to judge.

Owns what the rehearsals of scripts/rehearse_deploy.py share. Knows no step of theirs.
"""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config import keys

ROOT = Path(__file__).resolve().parent.parent
HOST = "erp.example.com"
PATIENCE = 300.0


class RehearsalFailed(Exception):
    """A step did not do what it must; says which and what was seen."""


def expect(holds: bool, told: object) -> None:
    if not holds:
        raise RehearsalFailed(str(told))


class Stage:
    """The stand-in for a container: its files, its user, its environment."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.app, self.secrets = folder, folder / "app", folder / "deploy"
        self.uid = keys.CONTAINER_USER if os.geteuid() == 0 else os.geteuid()
        self.identity: dict[str, Any] = (
            {"user": self.uid, "group": self.uid, "extra_groups": []} if os.geteuid() == 0 else {}
        )
        self.python = str(folder / "venv/bin/python")
        self.environment: dict[str, str] = {}

    def start(self, *command: str, output: Any = subprocess.PIPE, **extra: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603 - our own commands
            [self.python, *command],
            cwd=self.app,
            env={**self.environment, **extra},
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **self.identity,
        )

    def run(self, *command: str, code: int = 0, **extra: str) -> str:
        process = self.start(*command, **extra)
        said, _ = process.communicate(timeout=PATIENCE)
        expect(process.returncode == code, f"{' '.join(command)} ended with {process.returncode}:\n{said}")
        return said

    def manage(self, *arguments: str, **extra: Any) -> str:
        return self.run("manage.py", *arguments, **extra)

    def ask(self, *arguments: str, **extra: Any) -> dict[str, Any]:
        said = self.manage(*arguments, "--json", **extra)
        facts: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
        return facts


def wait_for(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        expect(time.monotonic() < end, f"{what}: it did not happen within {PATIENCE:.0f} s")
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
