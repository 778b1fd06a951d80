"""Sessions: opaque ids with a sliding expiry, each bound to one sender, company, user and entity.

Owns who is signed in and for how long, and the result cursors that live with a session. Must not check credentials.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

DEFAULT_SECONDS = 6 * 60 * 60
MAX_CURSORS = 50


@dataclass(slots=True)
class Cursor:
    """What is left of a readByQuery: record numbers in order, the fields asked for, and how far it was read."""

    object_name: str
    numbers: list[int]
    fields: tuple[str, ...]
    pagesize: int
    position: int
    returnformat: str = "xml"


@dataclass(slots=True, repr=False)
class Session:
    """One signed-in session; `entity` is empty at top level."""

    id: str
    senderid: str
    company: str
    user: str
    entity: str
    expires_at: datetime
    cursors: dict[str, Cursor] = field(default_factory=dict)

    def remember(self, cursor: Cursor) -> str:
        """Keep a cursor under a new result id; the oldest is forgotten when there are too many."""
        while len(self.cursors) >= MAX_CURSORS:
            del self.cursors[next(iter(self.cursors))]
        result_id = f"{secrets.token_hex(8)}@{secrets.token_hex(6)}"
        self.cursors[result_id] = cursor
        return result_id


class Sessions:
    """All open sessions. Every use moves the expiry to now plus the duration."""

    def __init__(self, seconds: int = DEFAULT_SECONDS) -> None:
        self.duration = timedelta(seconds=seconds)
        self._open: dict[str, Session] = {}
        self._uses_left: int | None = None

    def open(self, senderid: str, company: str, user: str, entity: str) -> Session:
        """Start a session with a fresh opaque id; those that have expired meanwhile are forgotten."""
        now = datetime.now(UTC)
        self._open = {key: session for key, session in self._open.items() if session.expires_at > now}
        session = Session(f"{secrets.token_urlsafe(30)}..", senderid, company, user, entity, self.slid())
        self._open[session.id] = session
        return session

    def slid(self) -> datetime:
        """The expiry of a session that is used now."""
        return datetime.now(UTC) + self.duration

    def use(self, session_id: str) -> Session | None:
        """The session with this id with its expiry renewed, or None when it is unknown or expired."""
        if self._uses_left is not None:
            self._uses_left -= 1
            if self._uses_left < 0:
                self.expire_all()
        session = self._open.get(session_id)
        if session is None:
            return None
        if session.expires_at <= datetime.now(UTC):
            del self._open[session_id]
            return None
        session.expires_at = self.slid()
        return session

    def company_of(self, session_id: str) -> str:
        """The company a session is open in, without using it; empty when there is no such session."""
        session = self._open.get(session_id)
        return "" if session is None else session.company

    def expire(self, session_id: str) -> None:
        """Close one session."""
        self._open.pop(session_id, None)

    def expire_all(self) -> int:
        """Close every session at once; returns how many there were."""
        count = len(self._open)
        self._open.clear()
        self._uses_left = None
        return count

    def expire_after(self, uses: int) -> None:
        """Let sessions be used `uses` more times, all taken together; the next use finds every one of them closed."""
        self._uses_left = uses

    def __len__(self) -> int:
        return len(self._open)
