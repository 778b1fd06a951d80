"""One migrated SQLite file for all runs of the suite, copied wherever a migrated database is needed.

Owns making it once, however many processes and runs test the same code, and the test database at an older state. What
migrating itself does is tested where it is the subject: the release step and the demo begin with an empty database.
"""

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState, StateApps

from config import keys

ROOT = Path(__file__).parent.parent
KEPT_SECONDS = 24 * 3600


def migrated_file() -> Path:
    """The file that all processes share, and later runs, while what it is made from stays as it is.

    The first to ask migrates, the others wait for it. A file that nobody asked for since yesterday is removed.
    """
    folder = ROOT / "var" / "migrated"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"{_made_from()}.sqlite3"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            unfinished = folder / "unfinished"
            unfinished.unlink(missing_ok=True)
            _migrate(unfinished)
            unfinished.rename(made)
        made.touch()
        for other in folder.glob("*.sqlite3"):
            if other.stat().st_mtime < time.time() - KEPT_SECONDS:
                other.unlink()
    return made


def _made_from() -> str:
    """A digest of what a migrated database depends on: migrations, models with their rights, settings, packages."""
    sources = {ROOT / "requirements-dev.txt", *(ROOT / "config").glob("*.py"), *(ROOT / "tests").glob("settings*.py")}
    for app in ("accounts", "integrations", "erp_admin", "tests/toy"):
        for pattern in ("apps.py", "models.py", "models/**/*.py", "migrations/*.py"):
            sources.update((ROOT / app).glob(pattern))
    digest = hashlib.sha256()
    for source in sorted(sources):
        digest.update(f"{source.relative_to(ROOT)}\0".encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _migrate(file: Path) -> None:
    values = {**keys.values_for("test"), "DATABASE_URL": f"sqlite:///{file}"}
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **values}
    environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
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


Targets = tuple[tuple[str, str], ...]
_older: dict[Targets, sqlite3.Connection] = {}


def migrate(targets: Iterable[tuple[str, str]]) -> StateApps:
    """Migrate the test database forward or back, and return the models as they were then."""
    wanted = tuple(targets)
    MigrationExecutor(connection).migrate(list(wanted))
    return _models_at(wanted)


def newest() -> Targets:
    return tuple(sorted(MigrationExecutor(connection).loader.graph.leaf_nodes()))


@contextmanager
def at(targets: Iterable[tuple[str, str]]) -> Iterator[StateApps]:
    """The test database, still empty, as these migrations leave it; afterwards as it was before.

    One in memory is migrated back once in each process and copied from then on. For tests that commit for real.
    """
    wanted = tuple(targets)
    if not _is_in_memory():
        yield migrate(wanted)
        migrate(newest())
        return
    present = _copied(connection.connection)
    if wanted in _older:
        _older[wanted].backup(connection.connection)
    else:
        migrate(wanted)
        _older[wanted] = _copied(connection.connection)
    try:
        yield _models_at(wanted)
    finally:
        present.backup(connection.connection)
        present.close()


@cache
def _models_at(targets: Targets) -> StateApps:
    state: ProjectState = MigrationExecutor(connection).loader.project_state(list(targets))
    return state.apps


def _copied(database: sqlite3.Connection) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:")
    database.backup(copy)
    return copy


def _is_in_memory() -> bool:
    return connection.vendor == "sqlite" and "mode=memory" in str(connection.settings_dict["NAME"])
