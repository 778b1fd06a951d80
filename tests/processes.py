"""The site in processes of its own, on a database of its own, driven by commands as an operator does.

Owns starting commands and waiting for what they do. Shares nothing with the test but the database file.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from accounts.commands import EXIT_DONE
from config import keys
from integrations.sandbox.facade import SandboxProcess

ROOT = Path(__file__).parent.parent
DEADLINE = 60.0
BETWEEN_LOOKS = 0.02


@cache
def _demo_settings() -> dict[str, str]:
    return keys.values_for("demo")


class Site:
    """A database file and settings; `migrated` is a file to begin with a copy of, else there is none yet."""

    def __init__(self, folder: Path, local: SandboxProcess | None = None, *, migrated: Path | None = None) -> None:
        self.file = folder / "site.sqlite3"
        if migrated is not None:
            shutil.copy(migrated, self.file)
        made = {**_demo_settings()}
        made["DATABASE_URL"] = f"sqlite:///{self.file}"
        if local is not None:
            made["INTACCT_ENDPOINT_URL"] = local.endpoint
            made["INTACCT_USER_PASSWORD"] = local.credentials["password"]
        self.environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **made}

    def start(self, *arguments: str, output: int = subprocess.PIPE) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, ends_with: int = EXIT_DONE) -> str:
        ended = self.start(*arguments)
        said, _ = ended.communicate(timeout=DEADLINE)
        assert ended.returncode == ends_with, said
        return said

    def ask(self, *arguments: str) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.run(*arguments, "--json"))
        return facts

    def rows(self, sql: str) -> list[Any]:
        """What the database answers at this moment, without a command, for tests that look again and again."""
        with closing(sqlite3.connect(self.file, timeout=30)) as store, store:
            return store.execute(sql).fetchall()


def wait_for(condition: Callable[[], bool]) -> None:
    """Until another process has done something; looking again is the only way to know."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(BETWEEN_LOOKS)  # so that those who are waited for get the processor
