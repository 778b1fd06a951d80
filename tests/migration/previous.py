"""The database of the version before this one: loaded at the migrations it stood at, then migrated to those of today.

Owns the place in which it lives while tests look at it: a database of its own that stands in for the default one.
Must not know what is in it; that is the tests' to say.
"""

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
def standing_in(folder: Path) -> Iterator[None]:
    """An empty database in place of the default one, of the same kind; dropped at the end."""
    before, kept = connections["default"], connections.settings["default"]
    name = str(folder / "previous.sqlite3") if connection.vendor == "sqlite" else f"{kept['NAME']}_previous"
    if connection.vendor == "postgresql":
        _on_server(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
    connections.settings["default"] = {**kept, "NAME": name}
    connections["default"] = connections.create_connection("default")
    ContentType.objects.clear_cache()
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = kept
        connections["default"] = before
        ContentType.objects.clear_cache()
        if connection.vendor == "postgresql":
            _on_server(f'DROP DATABASE "{name}"')


def _on_server(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def load() -> list[rows.Row]:
    """Bring the empty default database to where the previous version left it; return its rows."""
    head, stored = rows.read(FIXTURE)
    leaves = [(app, name) for app, name in head["leaves"]]
    executor = MigrationExecutor(connection)
    executor.migrate(leaves)
    rows.store(executor.loader.project_state(leaves).apps, stored)
    return stored


def migrate() -> None:
    """As an operator does after installing this version."""
    call_command("migrate", verbosity=0, interactive=False)
