"""Asking again who somebody is, before what a stolen or unattended session must not do.

Owns how long a proof counts and where people are sent to give one; by which means (password, code, passkey) is
django-allauth's. What was sent meanwhile is kept by accounts.sign_in.kept_forms.
"""

import functools
import time
from collections.abc import Callable
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.sign_in.kept_forms import way_back

P = ParamSpec("P")
Asking = TypeVar("Asking", bound=HttpRequest)
Answer = TypeVar("Answer", bound=HttpResponseBase)

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CLOCKS_DIFFER_SECONDS: Final = 60  # between web servers; a proof from further in the future is none
# A page that leads to a change asks five minutes after the last proof (django-allauth's own time), sending it fifteen
# minutes after: whoever may open the form has ten minutes at least to fill it in.
SENDING_TIMES: Final = 3
WAYS_TO_CONFIRM: Final = frozenset({"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"})


def proof_required(view: Callable[Concatenate[Asking, P], Answer]) -> Callable[Concatenate[Asking, P], Answer]:
    """Let a view run for people who proved who they are a short while ago; others are asked to, and come back.

    Below `role_required`, so that nobody proves anything for what is not theirs.
    """

    @functools.wraps(view)
    def asked(request: Asking, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        require_proof(request)
        return view(request, *args, **kwargs)

    asked.asks_again = True  # type: ignore[attr-defined]
    return asked


def require_proof(request: HttpRequest) -> None:
    """Raise what makes the middleware ask, unless the last proof is recent enough for this request."""
    if not is_proved(request):
        raise ReauthenticationRequired


def is_proved(request: HttpRequest, *, is_sending: bool = False) -> bool:
    """Whether the person of the request proved lately enough who they are, by a log-in or by being asked again.

    `is_sending`: enough for sending a form, whatever the method of this request.
    """
    is_reading = request.method in READING and not is_sending
    seconds = app_settings.REAUTHENTICATION_TIMEOUT * (1 if is_reading else SENDING_TIMES)
    return bool(-CLOCKS_DIFFER_SECONDS <= time.time() - last_proof(request) <= seconds)


def last_proof(request: HttpRequest) -> float:
    """When that was; 0 for a session that tells of none."""
    records = get_authentication_records(request, request.user)
    return float(records[-1]["at"]) if records else 0.0


def logged_in_at(request: HttpRequest) -> float | None:
    """When the person logged in with all that this takes; None where the session does not tell."""
    records = [found for found in get_authentication_records(request, request.user) if not found.get("reauthenticated")]
    return float(records[-1]["at"]) if records else None


def forget_proofs_of_the_future(request: HttpRequest, now: float) -> None:
    """After a clock was set back, what was proved before counts as proved long ago: neither for now nor for ever."""
    records: list[dict[str, Any]] = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    if any(found["at"] > now + CLOCKS_DIFFER_SECONDS for found in records):
        oldest = now - app_settings.REAUTHENTICATION_TIMEOUT * SENDING_TIMES - 1
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {**found, "at": min(found["at"], oldest)} for found in records
        ]


def ask_for_proof(request: HttpRequest, why: str = "change") -> HttpResponse:
    """To the page that asks, and from there back; `why` chooses the sentence it shows."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:  # an account without any means of proof; a mailed link gives it a password
        return lead_to(request, reverse("account_reset_password"))
    return lead_to(request, f"{methods[0]['url']}?{urlencode({'next': way_back(request), 'why': why})}")


def is_where_people_prove(request: HttpRequest) -> bool:
    """Also a way that this person has not: its page leads to one that they have."""
    return request.resolver_match is not None and request.resolver_match.url_name in WAYS_TO_CONFIRM


def lead_to(request: HttpRequest, where: str) -> HttpResponse:
    """Redirect the whole page, also when only a part of it asked."""
    return HttpResponse(headers={"HX-Redirect": where}) if "HX-Request" in request.headers else redirect(where)
