"""How fast passwords and codes may be guessed: who guesses is slowed, the person in their own browser is not.

Owns which counters an attempt belongs to, the pace of each, and what is said of a wait. Counting is accounts.slowing;
what is outside of one account (attempts by address) is limited by django-allauth.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from allauth.core.internal.ratelimit import get_ip
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User
from accounts.sign_in.known_browser import browser_known_to
from accounts.slowing import Counter, Pace, forget, seconds_to_wait

MINUTE, HOUR, DAY = 60, 3600, 86_400
# All strangers together, from however many addresses: at most 5 at once and then 288 passwords, 96 codes a day.
PASSWORD_OF_STRANGERS: Final = Pace(free=5, first=30, longest=5 * MINUTE, forget=DAY)
CODE_OF_STRANGERS: Final = Pace(free=5, first=30, longest=15 * MINUTE, forget=DAY)
FROM_ONE_ADDRESS: Final = Pace(free=5, first=30, longest=HOUR, forget=DAY)
IN_A_KNOWN_BROWSER: Final = Pace(free=5, first=30, longest=5 * MINUTE, forget=HOUR)


@contextmanager
def told_to_wait(request: HttpRequest, seconds: int) -> Iterator[None]:
    """Where the block refuses an attempt, the answer to the request says how long to wait."""
    try:
        yield
    except ValidationError:
        request.wait_seconds = seconds  # type: ignore[attr-defined]
        raise


class Attempt:
    """One try of a password or code for the account of `email`, which need not exist: strangers learn no difference."""

    def __init__(self, request: HttpRequest, what: str, email: str, strangers: Pace, way_out: str = "") -> None:
        number = browser_known_to(request, email)
        email = _one_spelling(email)
        self.is_known = number is not None
        self._request, self._way_out = request, way_out
        if number is not None:
            self._counters = [Counter(f"{what}|{email}|browser {number}", IN_A_KNOWN_BROWSER)]
        elif isinstance(request.user, User):  # whoever is inside already neither slows nor is slowed by those outside
            self._counters = [Counter(f"{what}|{email}|inside", IN_A_KNOWN_BROWSER)]
        else:
            self._counters = [
                Counter(f"{what}|{email}", strangers),
                Counter(f"{what}|{email}|from {get_ip(request)}", FROM_ONE_ADDRESS),
            ]

    def begin(self) -> None:
        """To be called before anything is compared. Raises ValidationError with the wait, where it is not time yet."""
        seconds = seconds_to_wait(self._counters)
        if seconds:
            with told_to_wait(self._request, seconds):
                raise ValidationError(f"Too many attempts. Wait {_in_words(seconds)}, then try again{self._way_out}.")

    def succeeded(self) -> None:
        forget(self._counters)


def of_password(request: HttpRequest, email: str) -> Attempt:
    return Attempt(request, "password", email, PASSWORD_OF_STRANGERS, "; or choose a new password")


def of_code(request: HttpRequest, person: User) -> Attempt:
    return Attempt(request, "code", person.email, CODE_OF_STRANGERS)


def forget_passwords(email: str) -> None:
    """A new password was chosen through a link to the mailbox, so what was guessed before says nothing any more."""
    forget([Counter(f"password|{_one_spelling(email)}", PASSWORD_OF_STRANGERS)])


def _one_spelling(email: str) -> str:
    """Databases compare without regard to case in ways of their own; no spelling may have counters of its own."""
    return unicodedata.normalize("NFKC", email.strip()[:254]).casefold()


def _in_words(seconds: int) -> str:
    if seconds == 1:
        return "1 second"
    return f"{seconds} seconds" if seconds <= 2 * MINUTE else f"{-(-seconds // MINUTE)} minutes"
