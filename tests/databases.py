"""One freshly migrated SQLite file for each run of the suite, copied wherever a migrated database is needed.

Owns making it once, however many processes test. What migrating itself does is tested where it is the subject: the
release step and the demo begin with an empty database.
"""

import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from config import keys

ROOT = Path(__file__).parent.parent


def migrated_file(folder: Path) -> Path:
    """The file in a folder that all processes of this run share; the first to ask migrates, the others wait for it."""
    made = folder / "migrated.sqlite3"
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _migrate(folder / "unfinished.sqlite3")
            (folder / "unfinished.sqlite3").rename(made)
    return made


def _migrate(file: Path) -> None:
    values = {**keys.values_for("test"), "DATABASE_URL": f"sqlite:///{file}"}
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **values}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@contextmanager
def filled_memory(migrated: Path) -> Iterator[None]:
    """Fill the test database that Django is about to open, when it is one in memory; its own migrating finds nothing.

    A database in memory lasts as long as somebody has it open.
    """
    creation: Any = connection.creation
    name = creation._get_test_db_name() if connection.vendor == "sqlite" else ""
    if "mode=memory" not in name:
        yield
        return
    with closing(sqlite3.connect(name, uri=True)) as memory:
        with closing(sqlite3.connect(migrated)) as file:
            file.backup(memory)
        yield
