"""A mail server can be missing, and several people can do things at the same moment.

SQLite is copied into a file for that: threads cannot share its memory without sharing a connection.
"""

import contextlib
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from tests.threads import at_the_same_moment

Together = Callable[..., list[Any]]


@pytest.fixture
def _no_mail_server(settings: Any) -> None:
    """A real attempt to reach a port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


@pytest.fixture
def together(tmp_path: Path) -> Iterator[Together]:
    """Does works at the same moment, each in a thread; what each returned or raised, in no order."""
    database = connections.settings["default"]
    name, path = database["NAME"], tmp_path / "people.sqlite3"
    is_copied = False

    def run(*works: Callable[[], Any]) -> list[Any]:
        nonlocal is_copied
        if connection.vendor == "sqlite" and not is_copied:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(path)])
            # Like the file of a site that runs: of two connections that turn it to WAL at once, one is refused.
            with contextlib.closing(sqlite3.connect(path)) as copied:
                copied.execute("PRAGMA journal_mode=WAL")
            database["NAME"] = str(path)
            is_copied = True
        return at_the_same_moment(works)

    yield run
    database["NAME"] = name
