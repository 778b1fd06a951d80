"""A form that was sent and has to wait until its sender proves who they are: kept in the session, sent again by them.

Owns what is kept of it: never a password, never a file. It is sent by a click of the same person, through every check
again; nothing is sent by itself.
"""

import re
import time
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET

from accounts.sign_in.known_browser import browser_of
from accounts.ui.back import own_path

KEPT_KEY: Final = "kept_form"
KEPT_SECONDS: Final = 3600
MOST_KEPT: Final = 256 * 1024  # characters of names and values
FORM_TYPES: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
NOTHING_KEPT: Final = (
    "No form of yours waits any more: it was sent meanwhile, another one took its place, or an hour went by. Look "
    "whether what you entered is there before you enter it again."
)
_NOT_KEPT = re.compile("passw|secret|token", re.IGNORECASE)


def is_never_kept(name: str) -> bool:
    """Whether the name of a field says that it holds a secret."""
    return _NOT_KEPT.search(name) is not None


def way_back(request: HttpRequest) -> str:
    """Where to go once the person has proved who they are; what they had sent is kept there."""
    if request.method in ("GET", "HEAD") and "HX-Request" not in request.headers:
        return request.get_full_path()
    if is_form_of_a_page(request) and keep(request, request.user.pk):
        return reverse("kept_form")
    return page_before(request)


def way_back_of_nobody(request: HttpRequest) -> str | None:
    """The same for a form that was sent after its log-in had ended; None where it cannot be told whose it was.

    A page's token against forgery is of the last log-in in its browser, and the browser's cookie names who that was.
    """
    browser = browser_of(request)
    if browser is None or not browser.people or not is_form_of_a_page(request):
        return None
    return reverse("kept_form") if keep(request, browser.people[-1]) else None


def is_form_of_a_page(request: HttpRequest) -> bool:
    """Whether a person sent it, and not a page by itself."""
    return request.method == "POST" and "HX-Request" not in request.headers and request.content_type in FORM_TYPES


def page_before(request: HttpRequest) -> str:
    """The page of ours from which the request was made; the first page where that is not told."""
    told = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(told, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    found = urlsplit(told)
    return own_path(f"{found.path}{'?' if found.query else ''}{found.query}") or "/"


def keep(request: HttpRequest, person_pk: int | None) -> bool:
    """Keep what was posted for that person, in place of anything kept before; whether it could be."""
    typed = [(name, value) for name, values in request.POST.lists() for value in values]
    fields = [(name, value) for name, value in typed if name != "csrfmiddlewaretoken" and not _NOT_KEPT.search(name)]
    if sum(len(name) + len(value) for name, value in fields) > MOST_KEPT:
        request.session.pop(KEPT_KEY, None)
        return False
    left_out = any(_NOT_KEPT.search(name) and name != "csrfmiddlewaretoken" for name, _ in typed)
    put_back(
        request,
        {
            "user": person_pk,
            "where": request.get_full_path(),
            "page": page_before(request),
            "fields": fields,
            "is_incomplete": left_out or bool(request.FILES),
            "at": time.time(),
        },
    )
    return True


def kept(request: HttpRequest) -> dict[str, Any] | None:
    """What is kept in this session, whoever's it is."""
    found: dict[str, Any] | None = request.session.get(KEPT_KEY)
    return found


def put_back(request: HttpRequest, form: dict[str, Any]) -> None:
    request.session[KEPT_KEY] = form


def forget_when_sent(request: HttpRequest) -> None:
    """On its way again, or after its time, it is kept no longer."""
    found = kept(request)
    if found is None:
        return
    is_sent = request.method == "POST" and request.get_full_path() == found["where"]
    if is_sent or not _is_fresh(found):
        del request.session[KEPT_KEY]


def _is_fresh(form: dict[str, Any]) -> bool:
    return bool(0 <= time.time() - form["at"] <= KEPT_SECONDS)


@require_GET
def kept_form(request: HttpRequest) -> HttpResponse:
    """The form that waited, as one button. Of somebody else it is forgotten; after an hour it is already."""
    found = kept(request)
    if found is not None and found["user"] == request.user.pk:
        at = datetime.fromtimestamp(found["at"], UTC)
        return render(request, "account/kept_form.html", {"kept": found, "at": at})
    if found is not None:
        del request.session[KEPT_KEY]
    messages.warning(request, NOTHING_KEPT)
    return redirect("/")
