"""The database of the version before this one: loaded at the migrations it stood at, then migrated to those of today.

Owns the place in which it lives while tests look at it: a database of its own that stands in for the default one.
Must not know what is in it; that is the tests' to say.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from tests.migration import rows
from tests.migration.version import FIXTURE


@contextmanager
def migrated(shared: Path, own: Path) -> Iterator[list[rows.Row]]:
    """Have the migrated database stand in for the default one; yields the rows it had before.

    On SQLite the first worker that comes migrates it in `shared`, and each looks at a copy in its `own` folder.
    """
    head, stored = rows.read(FIXTURE)
    leaves = [(app, name) for app, name in head["leaves"]]
    if connection.vendor == "sqlite":
        template, copy = shared / "previous.sqlite3", own / "previous.sqlite3"
        with (shared / "previous.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not template.exists():
                with _standing_in(str(copy)):
                    _load_and_migrate(leaves, stored)
                copy.rename(template)
        shutil.copyfile(template, copy)
        with _standing_in(str(copy)):
            yield stored
        return
    name = f"{connection.settings_dict['NAME']}_previous"
    _on_server(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
    try:
        with _standing_in(name):
            _load_and_migrate(leaves, stored)
            yield stored
    finally:
        _on_server(f'DROP DATABASE "{name}"')


@contextmanager
def _standing_in(name: str) -> Iterator[None]:
    before, kept = connections["default"], connections.settings["default"]
    connections.settings["default"] = {**kept, "NAME": name}
    connections["default"] = connections.create_connection("default")
    ContentType.objects.clear_cache()  # its keys are those of one database
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = kept
        connections["default"] = before
        ContentType.objects.clear_cache()


def _on_server(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _load_and_migrate(leaves: rows.Leaves, stored: list[rows.Row]) -> None:
    """Bring the empty database to where the previous version left it, then migrate it as an operator does."""
    executor = MigrationExecutor(connection)
    executor.migrate(leaves)
    rows.store(executor.loader.project_state(leaves).apps, stored)
    call_command("migrate", verbosity=0, interactive=False)
