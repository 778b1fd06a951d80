"""Whether an exception means that the database is away or takes no changes, rather than that we made a mistake.

Owns that distinction, by what the database itself says of the error and never by a text of ours. Must not touch the
database: it is asked while an error is answered.
"""

import sqlite3
from enum import StrEnum
from typing import Final

from django.db import Error, InterfaceError, OperationalError, connections
from django.db.transaction import TransactionManagementError


class Trouble(StrEnum):
    """What is the matter, as the log says it."""

    AWAY = "the database is away"
    NOT_STORED = "the database takes no changes"


# Beginnings of SQLSTATE: connection exceptions; shut down, crashed, starting; too many connections.
_AWAY_STATES: Final = ("08", "57P01", "57P02", "57P03", "57P05", "53300")
# Disk full, out of memory, configured limits; input and output; read-only, as a standby is.
_FULL_STATES: Final = ("53", "58030", "25006")
_AWAY_IN_SQLITE: Final = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_FULL_IN_SQLITE: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR})


def trouble_of(exception: BaseException | None) -> Trouble | None:
    """None for everything that is no trouble of the database's own: a query that is wrong stays a defect."""
    if isinstance(exception, TransactionManagementError):
        exception = exception.__cause__ or exception.__context__
    if not isinstance(exception, Error):
        return None
    raised = exception.__cause__
    if isinstance(raised, sqlite3.Error):
        return _of_sqlite(raised)
    state = getattr(raised, "sqlstate", None)
    if state:
        return _of_state(state)
    if isinstance(exception, OperationalError) and raised is not None:
        return Trouble.AWAY  # the driver's own: no answer from a server that would have given a state
    return Trouble.AWAY if isinstance(exception, InterfaceError) and _is_closed() else None


def _of_state(state: str) -> Trouble | None:
    if state.startswith(_AWAY_STATES):
        return Trouble.AWAY
    return Trouble.NOT_STORED if state.startswith(_FULL_STATES) else None


def _of_sqlite(raised: sqlite3.Error) -> Trouble | None:
    primary = getattr(raised, "sqlite_errorcode", 0) & 0xFF  # the rest says more closely what it is
    if primary in _AWAY_IN_SQLITE:
        return Trouble.AWAY
    return Trouble.NOT_STORED if primary in _FULL_IN_SQLITE else None


def _is_closed() -> bool:
    """Whether a connection of this thread was closed by the other end; one closed by us is opened again when needed."""
    return any(each.connection is not None and getattr(each.connection, "closed", False) for each in connections.all())
