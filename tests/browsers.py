"""Django's test client under our session engine, whose sessions have a key for the cookie and a handle for all else.

Owns the two places where Django's client puts what it calls the key of a session into the cookie by itself, and time
that goes by in a session.
"""

import time
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.sign_in.limits import ACTIVE_KEY, BEGAN_KEY, SEEN_KEY
from accounts.sign_in.sessions import SessionStore


def _session(self: Client) -> SessionBase:
    cookie = self.cookies.get(settings.SESSION_COOKIE_NAME)
    if cookie:
        return SessionStore.of_cookie(cookie.value)
    store = SessionStore()
    store.save()
    self.cookies[settings.SESSION_COOKIE_NAME] = store.cookie_key or ""
    return store


def age_proof(client: Client, seconds: float) -> None:
    """Let the last proof of who the browser's person is lie further back."""
    _age(client.session, seconds, ())


def leave_alone(client: Client, seconds: float) -> None:
    """Let so much time go by without anybody at the browser."""
    _age(client.session, seconds, (ACTIVE_KEY, BEGAN_KEY, SEEN_KEY))


def leave_sessions_alone(seconds: float) -> None:
    """Let so much time go by in every session there is, whoever's browser has its cookie."""
    for handle in Session.objects.values_list("pk", flat=True):
        _age(SessionStore(handle), seconds, (ACTIVE_KEY, BEGAN_KEY, SEEN_KEY))


def _age(session: SessionBase, seconds: float, moments: tuple[str, ...]) -> None:
    records = session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{**record, "at": record["at"] - seconds} for record in records]
    for name in moments:
        if name in session:
            session[name] -= seconds
    session.save()


def teach_the_client() -> None:
    """Once, before the first test. Whom a test logs in by it has just proved who they are."""
    original: Any = Client._set_login_cookies  # type: ignore[attr-defined]

    def set_login_cookies(self: Client, request: Any) -> None:
        original(self, request)
        store = request.session
        store[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
        store["account_authentication_methods_user"] = store["_auth_user_id"]
        store.save()
        self.cookies[settings.SESSION_COOKIE_NAME] = store.cookie_key

    Client.session = property(_session)  # type: ignore[assignment]
    Client._set_login_cookies = set_login_cookies  # type: ignore[attr-defined]
