"""Text from outside as pages and the database can hold it: UTF-8, without U+0000 and without half a surrogate pair.

Owns which text that is, and that a request which carries other text is refused in words. Must not read a body before
somebody asks for it, nor judge what a text says or what a file holds.
"""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_header_parameters

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

GetResponse = Callable[[HttpRequest], HttpResponse]
_NUL: Final = "\x00"
_CANNOT_BE_KEPT: Final = re.compile("[\x00\ud800-\udfff]")
_LONGEST_NAMED: Final = 40
_UTF_8: Final = frozenset({"", "utf-8", "utf8"})
_CHARSET: Final = re.compile(r';\s*charset\s*=\s*("[^"]*"|[^;]*)', re.IGNORECASE)
_STATED: Final = "CONTENT_TYPE"
_ODD_TYPE: Final = "erp_admin.odd_content_type"
_AS_UTF_8: Final = "What was sent is not encoded as UTF-8. Send it as UTF-8."
_REMOVE_IT: Final = "Remove it and send the rest again."


class Unreadable(BadRequest):
    """A request with text that cannot be kept. Its text is for people: where that stands and what to do."""


def storable(text: str) -> str:
    """The text without U+0000, which means nothing: for what is not sent to us by a browser."""
    return text.replace(_NUL, "")


def cannot_be_kept(text: str) -> bool:
    """Whether a text that came inside another one, as JSON spells any sign out, holds what cannot be kept."""
    return _CANNOT_BE_KEPT.search(text) is not None


class StatedType:
    """Around the whole site: leaves Django nothing of a Content-Type that it would fail at before any middleware.

    Django takes the encoding that a request states for its address too, reads that while the request is made, and ends
    with an error of ours for an encoding that is none, for a header that cannot be split, and for too many parameters.
    """

    def __init__(self, site: "WSGIApplication") -> None:
        self._site = site

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        stated = str(environ.get(_STATED, ""))
        if ";" in stated:
            kept = _without_charset(stated)
            environ[_STATED], environ[_ODD_TYPE] = kept or "", kept is None
        return self._site(environ, start_response)


def _without_charset(stated: str) -> str | None:
    """The header without the encoding, which is UTF-8 in any case; None where it states another or cannot be split."""
    kept = _CHARSET.sub("", stated)
    try:
        charset = parse_header_parameters(stated)[1].get("charset", "")
        is_plain = "charset" not in parse_header_parameters(kept)[1]
    except (TypeError, ValueError):
        return None
    return kept if is_plain and _is_utf_8(charset) else None


def _is_utf_8(charset: str) -> bool:
    return charset.strip().lower() in _UTF_8


class ReadableMiddleware:
    """Refuses text that cannot be kept: in address, headers, cookies, and in what is posted once somebody reads that.

    PostgreSQL refuses U+0000 and no page can be written with half a surrogate pair, so each would end as an error of
    ours somewhere behind. They are refused and not removed: what is looked up and stored is what was sent.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _check_charset(request)
        _check([request.path_info], "The address")
        _check_query(request)
        _check((str(value) for name, value in request.META.items() if name.startswith("HTTP_")), "A header")
        _check(
            (text for pair in request.COOKIES.items() for text in pair), "A cookie", "Clear the cookies of this site."
        )
        _check_when_read(request)
        return self.get_response(request)


def _check_charset(request: HttpRequest) -> None:
    """Forms and addresses of this site are UTF-8. In another encoding any text may stand, and some cannot be read."""
    if request.META.get(_ODD_TYPE) or not _is_utf_8((request.content_params or {}).get("charset", "")):
        raise Unreadable(_AS_UTF_8)


def _check_query(request: HttpRequest) -> None:
    query = request.META.get("QUERY_STRING", "")
    try:
        unquote_to_bytes(query.encode("latin-1")).decode()
    except UnicodeError:
        raise Unreadable(f"The address holds text that is not UTF-8. {_REMOVE_IT}") from None
    if "%" in query or not query.isascii():
        for name, values in request.GET.lists():
            _check([name, *values], f"{_named(name)} of the address")


def _check_when_read(request: HttpRequest) -> None:
    """Look at what is posted when it is read for the first time, whoever reads it: not before it may be."""
    load = request._load_post_and_files

    def load_and_check() -> None:
        try:
            load()
        except (LookupError, TypeError, ValueError):  # the header of a part that Django cannot split or decode
            request._mark_post_parse_error()  # type: ignore[attr-defined]
            raise Unreadable(_AS_UTF_8) from None
        try:
            _check_posted(request)
        except Unreadable:
            request._mark_post_parse_error()  # type: ignore[attr-defined]
            raise

    request._load_post_and_files = load_and_check  # type: ignore[method-assign]


def _check_posted(request: HttpRequest) -> None:
    if request.content_type == "application/x-www-form-urlencoded":
        try:
            unquote_to_bytes(request.body).decode()
        except UnicodeError:
            raise Unreadable(f"What was sent holds text that is not UTF-8. {_REMOVE_IT}") from None
    for name, values in request.POST.lists():
        _check([name, *values], _named(name))
    for name, files in request.FILES.lists():
        _check([name, *(each.name or "" for each in files)], "The name of a file")


def _check(texts: Iterable[str], where: str, advice: str = _REMOVE_IT) -> None:
    for text in texts:
        if not (found := _CANNOT_BE_KEPT.search(text)):
            continue
        raise Unreadable(f"{where} holds a sign that cannot be kept (U+{ord(found[0]):04X}). {advice}")


def _named(name: str) -> str:
    """A field as a refusal calls it."""
    shown = "".join(sign for sign in name if sign.isprintable())[:_LONGEST_NAMED]
    return f"The field “{shown}”" if shown else "A field"
