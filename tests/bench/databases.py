"""The databases of the bench: prepared once for each kind, copied for each pull, removed at the end.

Owns their names and addresses. Touches no other database of the server.
"""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

PREPARED, USED = "erp_admin_bench_prepared", "erp_admin_bench"


class Databases(ABC):
    """One kind of database: `prepared` is where the site is set up, `fresh` a copy of it."""

    name: str
    prepared: str

    @abstractmethod
    def fresh(self) -> str:
        """The address of a new copy of the prepared database, in place of the one before."""

    @abstractmethod
    def remove(self) -> None:
        """Remove what was made."""


class Sqlite(Databases):
    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._prepared, self._used = folder / f"{PREPARED}.sqlite3", folder / f"{USED}.sqlite3"
        self.remove()
        self.prepared = f"sqlite:///{self._prepared}"

    def fresh(self) -> str:
        _remove(self._used)
        shutil.copy(self._prepared, self._used)
        return f"sqlite:///{self._used}"

    def remove(self) -> None:
        _remove(self._prepared)
        _remove(self._used)


class Postgresql(Databases):
    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        self._url = url
        self.remove()
        self._execute(f"CREATE DATABASE {PREPARED}")
        self.prepared = self._address(PREPARED)

    def fresh(self) -> str:
        self._execute(f"DROP DATABASE IF EXISTS {USED} WITH (FORCE)", f"CREATE DATABASE {USED} TEMPLATE {PREPARED}")
        return self._address(USED)

    def remove(self) -> None:
        self._execute(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in (USED, PREPARED)))

    def _execute(self, *statements: str) -> None:
        # Any user has a database to connect to; making one takes a connection to another.
        with psycopg.connect(self._address("postgres"), autocommit=True) as server:
            for statement in statements:
                server.execute(statement.encode())

    def _address(self, database: str) -> str:
        return urlsplit(self._url)._replace(path=f"/{database}").geturl()


def _remove(path: Path) -> None:
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)
