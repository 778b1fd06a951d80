"""What is looked at on each request of somebody who logs in or is: session's entry, browser, wait, second factor.

Owns when to look and where to send people; the rules are accounts.sign_in.limits, .proof and .second_factor.
"""

import logging
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from accounts.sign_in import kept_forms, limits
from accounts.sign_in.known_browser import remember
from accounts.sign_in.limits import SEEN_KEY
from accounts.sign_in.proof import READING, ask_for_proof, is_where_people_prove, lead_to
from accounts.sign_in.sealed_factors import SecondFactorUnreadable
from accounts.sign_in.second_factor import has_second_factor, who_requires_it

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
SEEN_EVERY_SECONDS = 300
WAYS_OUT = frozenset({"account_logout", "logout"})
WAY_IN = "account_login"


class SessionListMiddleware:
    """Keeps "last seen" of the session list true to five minutes, without a write on every request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *args: Any) -> None:
        """Behind the limits: who is only asked to log in was not seen; nor is who left a page open that asks."""
        if getattr(view, "is_background", False):
            return
        if request.user.is_authenticated and time.time() - request.session.get(SEEN_KEY, 0) > SEEN_EVERY_SECONDS:
            request.session[SEEN_KEY] = int(time.time())
            UserSession.objects.create_from_request(request)


class LogInMiddleware(LoginRequiredMiddleware):
    """Django's own, but a part of a page never becomes the log-in page, and a form that was sent is kept.

    Where it cannot be kept, it is said to be lost.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:  # type: ignore[override]
        if request.method in READING and "HX-Request" not in request.headers:
            return lead_to(request, to_log_in(request.get_full_path()))
        kept = kept_forms.way_back_of_nobody(request)
        if kept is not None:
            return lead_to(request, to_log_in(kept, "ended"))
        why = "" if request.method in READING else "unsent"
        return lead_to(request, to_log_in(kept_forms.page_before(request), why))


class LimitsMiddleware:
    """Asks people who were away for too long to confirm who they are, and those who logged in too long ago to log in.

    Being away ends nothing: the pages of companies that allow more stay open. Too old a log-in is ended as a whole, by
    the first page that somebody sees, which says so; what a script asks is only refused.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *args: Any) -> HttpResponse | None:
        match = request.resolver_match
        user = request.user
        if not isinstance(user, User) or match is None or match.url_name in WAYS_OUT:
            return None
        if match.url_name == WAY_IN:
            self._open_the_way_in(request, user)
            return None
        if not getattr(view, "login_required", True):
            return None
        use = limits.use_of(request)
        allowed = self._limits(request, user, use)
        if allowed.is_too_old(use):
            return self._end(request, is_seen=self._is_seen(request, view))
        if allowed.is_away_too_long(use):
            return None if is_where_people_prove(request) else ask_for_proof(request, "away")
        if not getattr(view, "is_background", False):
            limits.note_activity(request, use)
        kept_forms.forget_when_sent(request)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """In place of django-allauth's answer, which would keep cookies and passwords and run a view out of its way."""
        return ask_for_proof(request) if isinstance(exception, ReauthenticationRequired) else None

    @staticmethod
    def _limits(request: HttpRequest, user: User, use: limits.Use) -> limits.Limits:
        if hasattr(request, "tenant"):
            return limits.limits_of(request.tenant)
        if request.resolver_match is not None and request.resolver_match.app_name == "admin":
            return limits.limits_of_staff()
        site = limits.limits_of_the_site()
        return limits.loosest_limits(user) if site.is_away_too_long(use) or site.is_too_old(use) else site

    def _open_the_way_in(self, request: HttpRequest, user: User) -> None:
        """Who is sent to the log-in page because theirs is too old must not be sent back as somebody logged in.

        `company` says in which it is too old; the site may allow more.
        """
        use, company = limits.use_of(request), request.GET.get("company", "")
        allowed = limits.limits_in(user, company) if company else self._limits(request, user, use)
        if allowed.is_too_old(use):
            self._log_out(request)

    @staticmethod
    def _is_seen(request: HttpRequest, view: Any) -> bool:
        """Whether a person sees the answer: a page they went to, or one that htmx leads to. Scripts say what they are.

        Browsers say it of every request by `Sec-Fetch-Mode` (W3C, Fetch Metadata Request Headers).
        """
        by_script = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
        return not getattr(view, "is_background", False) and ("HX-Request" in request.headers or not by_script)

    def _end(self, request: HttpRequest, *, is_seen: bool) -> HttpResponse:
        if not is_seen:
            return lead_to(request, to_log_in(kept_forms.page_before(request), "old"))
        back = kept_forms.way_back(request)
        self._log_out(request)
        return lead_to(request, to_log_in(back, "old"))

    @staticmethod
    def _log_out(request: HttpRequest) -> None:
        waiting = kept_forms.kept(request)
        logout(request)
        if waiting is not None:
            kept_forms.put_back(request, waiting)


def to_log_in(back: str, why: str = "") -> str:
    """The address of the log-in page, from where people come `back`; `why` chooses the sentence it shows."""
    return f"{reverse('account_login')}?{urlencode({'next': back, **({'why': why} if why else {})})}"


class GuessingMiddleware:
    """Remembers the browsers people log in with; an attempt that came too soon is answered with the time to wait."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(request.user, User):
            remember(request, response, request.user)
        seconds = getattr(request, "wait_seconds", 0)
        if seconds:
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            response["Retry-After"] = str(seconds)
        return response


class SecondFactorMiddleware:
    """Sends people without a required second factor to the page that explains it, before any guarded page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> HttpResponse | None:
        if not isinstance(request.user, User) or not self._is_guarded(request):
            return None
        membership = getattr(request, "membership", None)
        tenant = membership.tenant if membership else None
        if not who_requires_it(request.user, tenant) or has_second_factor(request.user):
            return None
        back = request.get_full_path() if request.method == "GET" and "HX-Request" not in request.headers else "/"
        where = f"{reverse('second_factor_required')}?{urlencode({'next': back})}"
        return lead_to(request, where)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """django-allauth opens secrets wherever it counts the codes that are left; a lost key must not crash that."""
        if not isinstance(exception, SecondFactorUnreadable):
            return None
        logger.error("A second factor cannot be opened with the keys there are.")
        return render(request, "accounts/second_factor_unreadable.html", status=HTTPStatus.SERVICE_UNAVAILABLE)

    @staticmethod
    def _is_guarded(request: HttpRequest) -> bool:
        """A tenant's page or one of the support admin; one's own account and the way out stay open."""
        match = request.resolver_match
        return hasattr(request, "membership") or (match is not None and match.app_name == "admin")
