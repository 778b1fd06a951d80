"""How much may be sent at once: decided by what the request says of itself, before any of its body is read.

Owns the limits by who sends it and where to. Must not keep any of a refused body: Django writes uploads to disk,
however large, as soon as somebody looks at a form, and its check against forgery looks first of all.
"""

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from accounts.errors import TOO_LARGE_LOGGED_OUT, Explanation, error_body
from accounts.models import Membership

GetResponse = Callable[[HttpRequest], HttpResponse]
_THROWING_SECONDS, _WAITING_SECONDS, _AT_ONCE = 3.0, 1.0, 256 * 1024
View = TypeVar("View", bound=Callable[..., Any])


def takes_files(view: View) -> View:
    """Mark a view, below its method and above its role: people with that role may send MOST_BYTES_SENT to it."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


class SizeMiddleware:
    """Refuses what nobody may send: more than MOST_BYTES_SENT, or a body that does not say how long it is."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        declared = str(request.META.get("CONTENT_LENGTH") or "0")
        if not (declared.isascii() and declared.isdigit()):
            return HttpResponse(error_body(request, 400), status=400)
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            # Django reads as much as was declared, and here that is nothing.
            return HttpResponse(error_body(request, 411), status=411)
        if _declared(request) > settings.MOST_BYTES_SENT:
            return _too_large(request)
        return self.get_response(request)


class SenderMiddleware:
    """Lets strangers send little, people as much as a form holds, and files only those who may upload them there.

    Stands before whatever reads a form. A request that is small enough for strangers costs no query.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = _declared(request)
        if length > settings.MOST_BYTES_OF_STRANGERS and length > self._most(request):
            person = get_user(request)
            return _too_large(request, None if person.is_authenticated else TOO_LARGE_LOGGED_OUT)
        return self.get_response(request)

    @staticmethod
    def _most(request: HttpRequest) -> int:
        person = get_user(request)
        if not person.is_authenticated:
            return int(settings.MOST_BYTES_OF_STRANGERS)
        try:
            found = resolve(request.path_info)
        except Resolver404:
            return int(settings.MOST_BYTES_OF_FORMS)
        view: Any = found.func
        if getattr(view, "takes_files", False):
            slug = found.kwargs.get("tenant_slug", "")
            membership = Membership.objects.filter(user=person.pk, tenant__slug=slug).first()
            if membership is not None and membership.may(view.least_role):
                return int(settings.MOST_BYTES_SENT)
        return int(settings.MOST_BYTES_OF_FORMS)


def _declared(request: HttpRequest) -> int:
    """Content-Length, which SizeMiddleware has found to be a number; no more digits of it than matter."""
    return int(str(request.META.get("CONTENT_LENGTH") or "0")[:20])


def _too_large(request: HttpRequest, told: Explanation | None = None) -> HttpResponse:
    with contextlib.suppress(OSError):
        _throw_away(request)
    return HttpResponse(error_body(request, 413, told), status=413)


def _throw_away(request: HttpRequest) -> None:
    """Take in what comes of a refused body for a moment, so that a proxy that is still sending hears the answer.

    Else it meets a closed connection, and tells people that the site is away. A slow sender is not waited for.
    """
    connection = request.META.get("gunicorn.socket")
    if not isinstance(connection, socket.socket):
        return
    end, left = time.monotonic() + _THROWING_SECONDS, min(_declared(request), settings.MOST_BYTES_SENT)
    before = connection.gettimeout()
    connection.settimeout(_WAITING_SECONDS)
    try:
        while left > 0 and time.monotonic() < end:
            ready = len(connection.recv(_AT_ONCE, socket.MSG_PEEK))
            left -= len(request.META["wsgi.input"].read(ready)) if ready else left
    finally:
        connection.settimeout(before)
        if left > 0:
            connection.shutdown(socket.SHUT_RD)  # gunicorn, too, would wait for the rest, and for longer
