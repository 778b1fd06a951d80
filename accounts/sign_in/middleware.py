"""What is looked at on each request of somebody who logs in or is: session's entry, browser, wait, second factor.

Owns when to look and where to send people; the rule itself is accounts.sign_in.second_factor.
"""

import logging
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from accounts.sign_in.known_browser import remember
from accounts.sign_in.sealed_factors import SecondFactorUnreadable
from accounts.sign_in.second_factor import has_second_factor, who_requires_it

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
SEEN_KEY = "seen_at"
SEEN_EVERY_SECONDS = 300


class SessionListMiddleware:
    """Keeps "last seen" of the session list true to five minutes, without a write on every request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and time.time() - request.session.get(SEEN_KEY, 0) > SEEN_EVERY_SECONDS:
            request.session[SEEN_KEY] = int(time.time())
            UserSession.objects.create_from_request(request)
        return self.get_response(request)


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
        if "HX-Request" in request.headers:
            return HttpResponse(headers={"HX-Redirect": where})
        return redirect(where)

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
