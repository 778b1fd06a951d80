"""Sessions in this process's memory: reused while they live, opened once however many threads ask.

Owns keys, locks and expiry. Must not sign in by itself (the caller passes how) and never stores a session anywhere.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from integrations.intacct.types import Credentials, Sender, Session

REFRESH_MARGIN = timedelta(minutes=2)
_DIGEST_KEY = secrets.token_bytes(32)


@dataclass(frozen=True)
class SessionKey:
    """What a session belongs to. Passwords enter as digests under a key of this process only."""

    endpoint: str
    sender: str
    company: str
    user: str
    entity: str
    digest: str

    @classmethod
    def of(cls, endpoint: str, sender: Sender, credentials: Credentials) -> SessionKey:
        digest = hashlib.blake2b(key=_DIGEST_KEY)
        for secret in (sender.password, credentials.password):
            digest.update(len(secret).to_bytes(8, "big") + secret.encode("utf-8", errors="surrogatepass"))
        return cls(endpoint, sender.id, credentials.company, credentials.user, credentials.entity, digest.hexdigest())


class SessionCache:
    """Sessions by key. Safe to share between threads; a forked process starts with an empty cache of its own."""

    def __init__(self, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._reset()

    def get(self, key: SessionKey, sign_in: Callable[[], Session], *, fresh: bool = False) -> Session:
        """Return a living session, calling `sign_in` when there is none or less than two minutes of it remain.

        Threads that ask for the same key at the same time share one sign-in. `fresh` always signs in. What `sign_in`
        raises passes through and leaves the cache without a session for this key.
        """
        with self._lock_of(key):
            with self._guard:
                session = self._sessions.get(key)
                if session is not None and not fresh and self._lives(session):
                    return session
                self._sessions.pop(key, None)
            session = sign_in()
            with self._guard:
                self._sessions[key] = session
            return session

    def slide(self, key: SessionKey, session_id: str, expires_at: datetime | None) -> None:
        """Note the new expiry an answer announced, unless the session has been replaced meanwhile."""
        self._check_process()
        with self._guard:
            session = self._sessions.get(key)
            if session is not None and session.session_id == session_id and expires_at is not None:
                self._sessions[key] = replace(session, expires_at=expires_at)

    def drop(self, key: SessionKey, session_id: str = "") -> None:
        """Forget a session; with `session_id` only if it is still that one, so that a newer one survives."""
        self._check_process()
        with self._guard:
            session = self._sessions.get(key)
            if session is not None and session_id in {"", session.session_id}:
                del self._sessions[key]

    def _lives(self, session: Session) -> bool:
        return session.expires_at is None or session.expires_at - self._clock() >= REFRESH_MARGIN

    def _lock_of(self, key: SessionKey) -> threading.Lock:
        self._check_process()
        with self._guard:
            return self._locks.setdefault(key, threading.Lock())

    def _check_process(self) -> None:
        # A fork copies locks in whatever state they were, and a session must not be shared across processes unnoticed.
        if self._pid != os.getpid():
            self._reset()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._guard = threading.Lock()
        self._locks: dict[SessionKey, threading.Lock] = {}
        self._sessions: dict[SessionKey, Session] = {}
