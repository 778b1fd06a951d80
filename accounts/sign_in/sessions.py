"""The session engine: what the database holds of a session neither opens it nor tells what is in it.

Owns the handle, an HMAC of the cookie's key, by which everything here knows a session, and the sealing of its data.
Must not hand the key itself to anything but the cookie (accounts.sign_in.session_cookie).
"""

import re
import secrets
from base64 import urlsafe_b64encode
from typing import Any, Final

from allauth.usersessions.models import UserSession
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables

from accounts.crypto import Unreadable, open_with_secret_key, seal_with_secret_key
from accounts.database_trouble import trouble_of

_PURPOSE: Final = "accounts.sign_in.sessions"
_MARK: Final = "$"  # begins a handle, and never a key
_HANDLE_BYTES: Final = 29  # of the HMAC-SHA256: with the mark, 40 characters, as many as the columns take
_KEY = re.compile("[A-Za-z0-9_-]{43}")
# Keys that the versions before made. They are still accepted, so that an update logs nobody out.
_FORMER_KEY = re.compile("[a-z0-9]{32}")


@sensitive_variables()
def handles_of(key: str) -> list[str]:
    """The handles that a key can have: under SECRET_KEY, then under each of SECRET_KEY_FALLBACKS."""
    made = [
        salted_hmac(_PURPOSE, key, secret=secret, algorithm="sha256").digest()[:_HANDLE_BYTES]
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
    return [_MARK + urlsafe_b64encode(digest).decode().rstrip("=") for digest in made]


def is_former_key(key: str) -> bool:
    """Whether a version before made this key."""
    return _FORMER_KEY.fullmatch(key) is not None


def is_key(key: str) -> bool:
    """Whether a cookie can hold this as a key; what cannot be one is not looked up."""
    return _KEY.fullmatch(key) is not None or is_former_key(key)


class SessionStore(db.SessionStore):
    """A session as Django and django-allauth know it, but `session_key` is the handle. `cookie_key` is the key.

    Made from a key, from a handle (as django-allauth does, which stores it), or from None for a new one. A cookie is
    to be passed to `of_cookie`, which takes no handle: whoever has read one in the database opens nothing with it.
    """

    @sensitive_variables()
    def __init__(self, session_key: str | None = None) -> None:
        given = session_key or ""
        self._key = given if is_key(given) else None
        super().__init__(handles_of(given)[0] if self._key else given if given.startswith(_MARK) else None)

    @classmethod
    def of_cookie(cls, value: str | None) -> "SessionStore":
        return cls(value if value is not None and is_key(value) else None)

    @property
    def cookie_key(self) -> str | None:
        """What the cookie holds; None where there is no session, or only its handle is known."""
        return self._key if self.session_key else None

    def is_there(self) -> bool:
        """Whether the session exists and has not ended."""
        self.get(_PURPOSE)  # loads it
        return self.session_key is not None

    def encode(self, session_dict: dict[str, Any]) -> str:
        return seal_with_secret_key(self.serializer().dumps(session_dict), _PURPOSE)

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """What is stored; of a version before, which signed it and left it readable. Nothing where no key opens it."""
        try:
            opened: dict[str, Any] = self.serializer().loads(open_with_secret_key(str(session_data), _PURPOSE))
        except Unreadable:
            return super().decode(session_data)
        return opened

    def save(self, must_create: bool = False) -> None:
        """Raises the database's own error where it is away: to Django any error here means that the session is gone."""
        try:
            super().save(must_create)
        except UpdateError as error:
            met = error.__context__
            if met is None or trouble_of(met) is None:
                raise
            raise met from met.__cause__

    def exists(self, session_key: str) -> bool:
        return super().exists(_as_handle(session_key))

    def delete(self, session_key: str | None = None) -> None:
        super().delete(_as_handle(session_key) if session_key else None)

    def _get_session_from_db(self) -> Session | None:
        if self._key is None:
            found: Session | None = super()._get_session_from_db()  # type: ignore[misc]
            return found
        newest, *former = handles_of(self._key)
        known = [newest, *former, *([self._key] if is_former_key(self._key) else [])]
        rows = {row.pk: row for row in Session.objects.filter(pk__in=known, expire_date__gt=timezone.now())}
        row = next((rows[pk] for pk in known if pk in rows), None)
        if row is not None and row.pk != newest:
            row = rename(row, newest)
        self._session_key = row.pk if row else None
        return row

    async def _aget_session_from_db(self) -> Session | None:
        return await sync_to_async(self._get_session_from_db)()

    def _get_new_session_key(self) -> str:
        self._key = secrets.token_urlsafe(32)
        return handles_of(self._key)[0]

    async def _aget_new_session_key(self) -> str:
        return self._get_new_session_key()


def _as_handle(key: str) -> str:
    return handles_of(key)[0] if is_key(key) else key


def rename(row: Session, handle: str) -> Session:
    """Keep a session under its newest handle: its key in clear, or a handle under a former SECRET_KEY, goes.

    Two requests at once may both do so; the second finds nothing left to rename.
    """
    store = SessionStore()
    data = store.encode(store.decode(row.session_data))
    with transaction.atomic():
        Session.objects.filter(pk=row.pk).update(session_key=handle, session_data=data)
        UserSession.objects.filter(session_key=row.pk).update(session_key=handle)
    return Session(handle, data, row.expire_date)
