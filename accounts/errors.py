"""What to say when something went wrong: a page, or a panel for a partial update, with the number of the request.

Owns the words for each status and the answers to errors. Reads no database: an error page must not fail again.
"""

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from accounts.database_trouble import Trouble, trouble_of
from accounts.storable import Unreadable

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
TRY_AGAIN_SECONDS = 300
AWAY_SECONDS = 30
_PROBES = frozenset({"/healthz", "/readyz"})


@dataclass(frozen=True)
class Explanation:
    """What happened and what to do, in words for anyone who sees it."""

    title: str
    what: str
    advice: str


EXPLANATIONS = {
    400: Explanation(
        "That request cannot be read",
        "The browser sent something this site does not understand.",
        "Go back, reload the page and try again. If you followed a link from elsewhere, it may be incomplete.",
    ),
    403: Explanation(
        "You may not do this here",
        "Your role does not include this page or action.",
        "Ask an admin of your company to do it, or to change your role.",
    ),
    404: Explanation(
        "There is nothing at this address",
        "The page or record does not exist, or it belongs to a company you are not a member of.",
        "Check the address, or start again from the home page.",
    ),
    405: Explanation(
        "This address cannot be opened by itself",
        "It belongs to a button or a form, and does nothing when it is opened as a page. Nothing was changed.",
        "Go back to the page with the button, or start again from the home page.",
    ),
    411: Explanation(
        "It was not said how much is sent",
        "What was sent does not begin with its length, which this site needs to know. Nothing was read or saved.",
        "Send it again with a browser. A program has to set Content-Length instead of sending in chunks.",
    ),
    413: Explanation(
        "That is too large",
        "More was sent at once than this site takes. Nothing was saved.",
        "Go back and send less at a time: a smaller file, or fewer rows.",
    ),
    429: Explanation(
        "Too many attempts",
        "The same was asked for too often in a short time. Nothing was done this time.",
        "Wait a few minutes, then try again once.",
    ),
    500: Explanation(
        "Something went wrong on our side",
        "The page could not be made. The error has been recorded; work that was already under way goes on.",
        "Try again in a minute. If it happens again, tell your support what you did.",
    ),
    503: Explanation(
        "Under maintenance",
        "The site is being worked on and is back soon. Nothing is lost; syncs and pushes go on where they were.",
        "Try again in a few minutes.",
    ),
}
DATABASE_AWAY = Explanation(
    "The site is away for a moment",
    "It cannot reach its database just now, as while that is being restarted. If you were saving something, it was "
    "either saved as a whole or not at all.",
    "Reload the page in half a minute. Before you send a form again, look whether what you entered is there already.",
)
NOTHING_STORED = Explanation(
    "Nothing can be saved at the moment",
    "The site can be read, but its database takes no changes. What you sent was not saved.",
    "Try again in a few minutes. If it stays so, tell your support; those who run the site see the cause.",
)
TOO_LARGE_LOGGED_OUT = Explanation(
    "That is too large without a log-in",
    "You are not logged in, or not any more; then only small forms are taken. Nothing was saved.",
    "Log in in another window. Then go back here and send it again; if it is still too large, send less at a time.",
)
EXPIRED_FORM = Explanation(
    "This form has expired",
    "The page was open for too long, or you logged in again in another tab. Nothing was saved.",
    "Go back and reload the page: a form offers what you typed into it. Then send it again. Cookies must be allowed "
    "for this site.",
)


def error_body(request: HttpRequest, status: int, explanation: Explanation | None = None, what: str = "") -> str:
    """The page for `status`, or the panel when a part of a page asked; `what` replaces the general sentence."""
    told = explanation or EXPLANATIONS[status]
    template = "partials/error_update.html" if request.headers.get("HX-Request") else "error.html"
    context = {"status": status, "title": told.title, "what": what or told.what, "advice": told.advice}
    return render_to_string(template, context)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Says what was wrong where that is known; to a picker, which asks for JSON, as JSON."""
    status = 413 if isinstance(exception, TOO_LARGE) else 400
    what = str(exception) if isinstance(exception, Unreadable) else ""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        told = EXPLANATIONS[status]
        return JsonResponse({"title": told.title, "what": what or told.what, "advice": told.advice}, status=status)
    return HttpResponse(error_body(request, status, what=what), status=status)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(error_body(request, 403, what=str(exception)), status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return HttpResponse(error_body(request, 403, EXPIRED_FORM), status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(error_body(request, 404), status=404)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(error_body(request, 429), status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    """A defect of ours, or a database that is away: that is no defect, so nobody is mailed a report of it."""
    trouble = trouble_of(sys.exc_info()[1])
    if trouble is None:
        return HttpResponse(error_body(request, 500), status=500)
    logger.warning("a request could not be answered: %s", trouble)
    told = NOTHING_STORED if trouble is Trouble.NOT_STORED else DATABASE_AWAY
    response = HttpResponse(error_body(request, 503, told), status=503)
    response["Retry-After"] = str(AWAY_SECONDS)
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django would report the exception
    return response


class ErrorPageMiddleware:
    """Gives an error without a body, such as a GET on an address for POST, the page or panel that explains it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in EXPLANATIONS and not response.streaming and not response.content:
            response.content = error_body(request, response.status_code)
            response["Content-Type"] = "text/html; charset=utf-8"
            response["Content-Length"] = str(len(response.content))  # was that of the empty body
        return response


class MaintenanceMiddleware:
    """While MAINTENANCE is on, everybody but the probes is told so, and to come back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.MAINTENANCE or request.path_info in _PROBES:
            return self.get_response(request)
        return HttpResponse(error_body(request, 503), status=503, headers={"Retry-After": str(TRY_AGAIN_SECONDS)})
