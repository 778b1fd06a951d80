"""Addresses below which no cookie counts: files that people attached are answered there, to whoever has a signed link.

Owns the prefix. What a file brings can then do nothing in a person's name, whatever a browser makes of it.
"""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]
PREFIX: Final = "/files/"


class CookielessMiddleware:
    """Takes the cookies away before anything reads them, and lets none out. Stands before the session."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        request.COOKIES = {}
        response = self.get_response(request)
        response.cookies.clear()
        return response
