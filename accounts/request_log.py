"""The number of each request: in its log lines, its answer, its audit entries, and on the page when it fails.

Owns that number, whether the address is kept, and the one access line a request leaves. Knows no tenant.
"""

import re
import secrets
import time
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django_structlog.middlewares import RequestMiddleware as StructlogMiddleware

from accounts.client_address import UNKNOWN, address_of
from accounts.proxy_findings import notice

HEADER = "X-Request-ID"
_META = "HTTP_X_REQUEST_ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
# Probes ask every few seconds; they are worth a line only when something is wrong.
_PROBES = frozenset({"/healthz", "/readyz"})
# What an address calls the secret part of a one-time link.
_SECRET_ARGUMENTS = frozenset({"invitation_token", "token", "key"})


class RequestMiddleware(StructlogMiddleware):
    """First of all middleware, so that whatever answers carries the number."""

    def prepare(self, request: HttpRequest) -> None:
        structlog.contextvars.clear_contextvars()
        given = request.META.get(_META, "")
        is_good = settings.TRUST_PROXY_HEADERS and _WELL_FORMED.fullmatch(given)
        request.META[_META] = given if is_good else secrets.token_hex(6)
        request.began = time.monotonic()  # type: ignore[attr-defined]
        super().prepare(request)
        notice(request)

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        response[HEADER] = request.META[_META]
        # Django would add a line for each 4xx and 5xx when all is over, without the number; the access line has it.
        response._has_been_logged = True  # type: ignore[attr-defined]
        if request.path_info in _PROBES and response.status_code < 400:
            structlog.contextvars.clear_contextvars()
            return
        took = time.monotonic() - request.began  # type: ignore[attr-defined]
        structlog.contextvars.bind_contextvars(duration_ms=round(took * 1000), remote_addr=client_address(request))
        super().handle_response(request, response)

    def _process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Django itself logs the exception, once; here would be the second time."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Without the query string, where searches are, and without the secret of a one-time link."""
        path = request.path
        try:
            arguments = resolve(request.path_info).kwargs
        except Resolver404:
            arguments = {}
        for name in _SECRET_ARGUMENTS & arguments.keys():
            path = path.replace(str(arguments[name]), "[removed]")
        return f"{request.method} {path}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Only of a person who was asked for already: a line in the log is no reason to read the database."""
        person: Any = getattr(request, "_cached_user", None)
        if person is not None:
            structlog.contextvars.bind_contextvars(user_id=person.pk)


def request_id() -> str:
    """The number of the request at hand, "" outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def client_address(request: HttpRequest) -> str | None:
    """Where the request came from, for what is kept of it; None when that is not to be kept, or not known."""
    address = address_of(request) if settings.AUDIT_REMOTE_ADDRESS else UNKNOWN
    return None if address == UNKNOWN else address
