"""Which browser somebody has logged in with before: a signed cookie that names the browser and those people.

Owns the cookie. It lets nobody in; it only keeps the guesses of strangers from slowing down the person themselves.
"""

import secrets
from dataclasses import dataclass, field

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import User

SALT = "accounts.known_browser"
LIFETIME = 180 * 24 * 3600
MOST_PEOPLE = 5  # of one browser; who logged in longest ago is forgotten


@dataclass
class KnownBrowser:
    """`number` tells one browser from another, `people` are the keys of those who logged in there, latest last."""

    number: str
    people: list[int] = field(default_factory=list)


def cookie_name() -> str:
    """With https under a name that no other host and no plain http can set."""
    return "__Host-known_browser" if settings.HTTPS_ONLY else "known_browser"


def browser_of(request: HttpRequest) -> KnownBrowser | None:
    """What the cookie says; None for one that is missing, forged, or too old."""
    try:
        number, people = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=LIFETIME)
        return KnownBrowser(str(number), [int(pk) for pk in people])
    except (signing.BadSignature, ValueError, TypeError):
        return None


def browser_known_to(request: HttpRequest, email: str) -> str | None:
    """The number of the browser where the person with this address has logged in before; None elsewhere."""
    browser = browser_of(request)
    if browser is None or not User.objects.filter(pk__in=browser.people, email__iexact=email.strip()[:254]).exists():
        return None
    return browser.number


def remember(request: HttpRequest, response: HttpResponseBase, person: User) -> None:
    """Let the browser keep that this person logged in there."""
    browser = browser_of(request) or KnownBrowser(secrets.token_hex(8))
    if browser.people[-1:] == [person.pk]:
        return
    people = [*(pk for pk in browser.people if pk != person.pk), person.pk][-MOST_PEOPLE:]
    response.set_cookie(
        cookie_name(),
        signing.dumps([browser.number, people], salt=SALT),
        max_age=LIFETIME,
        secure=settings.HTTPS_ONLY,
        httponly=True,
        samesite="Lax",
    )
