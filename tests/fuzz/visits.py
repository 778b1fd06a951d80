"""One request of the fuzz: what is sent, made from a seed of its own, and what is wrong with the answer.

Owns how addresses, forms and the dictionary are mixed. The same seed, place and number send the same again.
"""

import random
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode

from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.storable import StatedType
from tests.fuzz import nasty
from tests.fuzz.pages import Known, names_in_code
from tests.shared import undone

SLOW_SECONDS = 2.0
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
FORM = "application/x-www-form-urlencoded"
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Place:
    """An address with arguments that exist, and what it is known to take."""

    name: str
    path: str
    known: Known


@dataclass
class Visit:
    """What is sent. `label` repeats it: place and number, with the seed."""

    label: str
    path: str
    method: str = "GET"
    query: str = ""
    body: bytes = b""
    content_type: str = FORM
    headers: dict[str, str] = field(default_factory=dict)
    cookie: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came back. `wrong` is what must not be, "" where all is well."""

    visit: Visit
    status: int
    seconds: float
    wrong: str


def visits(place: Place, seed: str, each: int) -> Iterator[Visit]:
    """First the methods as they are, then `each` of every kind of mixing."""
    number = 0
    for method in METHODS:
        for headers in ({}, HTMX):
            yield Visit(f"{place.name}/{number}", place.path, method, headers=dict(headers))
            number += 1
    for mix in MIXES:
        for _ in range(each):
            visit = Visit(f"{place.name}/{number}", place.path)
            chance = random.Random(f"{seed}/{visit.label}")
            if chance.random() < 0.3:
                visit.headers = dict(HTMX)
            mix(visit, place.known, chance)
            yield visit
            number += 1


def _value(chance: random.Random) -> str:
    return nasty.HUGE if chance.random() < 0.004 else chance.choice(nasty.VALUES)


def _parameters(known: Known) -> list[str]:
    return sorted({*known.parameters, *names_in_code()})


def one_parameter(visit: Visit, known: Known, chance: random.Random) -> None:
    """One that is known of this address, the others as they stand in its links."""
    names = sorted(known.parameters) or _parameters(known)
    query = {**known.parameters, chance.choice(names): _value(chance)}
    visit.query = urlencode(query)


def every_parameter(visit: Visit, known: Known, chance: random.Random) -> None:
    """All names that any page reads: with one value, or each with its own; or one of them many times."""
    names, value = _parameters(known), _value(chance)
    if len(value) > 1000:
        names = names[:5]
    how = chance.randrange(3)
    if how == 2:
        visit.query = urlencode([(chance.choice(names), _value(chance)[:20]) for _ in range(chance.choice((2, 900)))])
    else:
        visit.query = urlencode({name: value if how else chance.choice(nasty.VALUES)[:300] for name in names})


def odd_query(visit: Visit, known: Known, chance: random.Random) -> None:
    name = chance.choice(_parameters(known))
    visit.query = chance.choice(nasty.QUERIES).replace("q=", f"{name}=")


def odd_name(visit: Visit, known: Known, chance: random.Random) -> None:
    visit.query = urlencode({**known.parameters, chance.choice(nasty.NAMES): _value(chance)})


def odd_header(visit: Visit, known: Known, chance: random.Random) -> None:
    visit.query = urlencode(known.parameters)
    visit.headers |= chance.choice(nasty.HEADERS)
    visit.method = chance.choice(("GET", "GET", "POST"))


def odd_cookie(visit: Visit, known: Known, chance: random.Random) -> None:
    visit.cookie = chance.choice(nasty.COOKIES)
    visit.method = chance.choice(("GET", "POST"))


def odd_path(visit: Visit, known: Known, chance: random.Random) -> None:
    parts = visit.path.split("/")
    if chance.random() < 0.5 and len(parts) > 2:
        parts[chance.randrange(1, len(parts) - 1)] = quote(chance.choice(nasty.VALUES)[:500], safe="")
        visit.path = "/".join(parts)
    else:
        visit.path += chance.choice(nasty.ENDS)
    visit.method = chance.choice(("GET", "GET", "POST"))


def _body(known: Known, chance: random.Random) -> list[tuple[str, str]]:
    return list(chance.choice(known.forms)) if known.forms else []


def one_field(visit: Visit, known: Known, chance: random.Random) -> None:
    """A form as it stands on the page, with one value changed, left out, doubled, or all of them changed."""
    visit.method, pairs = "POST", _body(known, chance)
    if not pairs:
        pairs = [(name, "") for name in chance.sample(names_in_code(), 8)]
    place = chance.randrange(len(pairs))
    name = pairs[place][0]
    how = chance.randrange(8)
    if how < 4:
        pairs[place] = (name, chance.choice(nasty.MANAGEMENT) if name.endswith("_FORMS") else _value(chance))
    elif how == 4:
        del pairs[place]
    elif how == 5:
        pairs += [(name, _value(chance)[:50])] * chance.choice((1, 900))
    elif how == 6:
        pairs = [(each, chance.choice(nasty.VALUES)) for each, _ in pairs]
    else:
        pairs[place] = (chance.choice((f"{name}[]", f"{name}[0]", f"{name}-0", f"0-{name}")), _value(chance))
    visit.body = urlencode(pairs).encode()
    if chance.random() < 0.05:
        visit.body = visit.body[: chance.randrange(len(visit.body) + 1)] + chance.choice(
            (b"%", b"%0", b"&\xff=\x00", b"%ED%A0%80")
        )


def every_name(visit: Visit, known: Known, chance: random.Random) -> None:
    visit.method = "POST"
    names = [*names_in_code(), *nasty.NAMES, *(name for name, _ in _body(known, chance))]
    visit.body = urlencode([(name, chance.choice(nasty.VALUES)[:300]) for name in names]).encode()


def odd_body(visit: Visit, known: Known, chance: random.Random) -> None:
    """Multipart that is broken, or another kind of body than the one that is stated."""
    visit.method = chance.choice(("POST", "POST", "PUT", "GET"))
    visit.content_type = "multipart/form-data; boundary=b"
    visit.body = chance.choice(nasty.BODIES)
    how = chance.randrange(4)
    if how == 0:
        visit.content_type = chance.choice(nasty.TYPES)
    elif how == 1:
        visit.content_type, visit.body = (
            "application/json",
            chance.choice((b"{", b"[" * 9000, b'{"a":"\\ud800"}', b"\x00")),
        )
    elif how == 2:
        visit.headers["Content-Length"] = chance.choice(("0", "-1", "x", "1e3", "٣", "9" * 30, ""))


def files(visit: Visit, known: Known, chance: random.Random) -> None:
    """A file where a text is expected, a text where a file is, and files that are no tables."""
    visit.method, pairs = "POST", _body(known, chance)
    name, content = chance.choice(nasty.FILES)
    data: dict[str, Any] = {**dict(pairs)}
    fields = sorted(known.files) or [each for each, _ in pairs] or ["file"]
    data[chance.choice(fields)] = SimpleUploadedFile(name.rpartition("/")[2] or "x", content)
    if known.files and chance.random() < 0.1:
        data[sorted(known.files)[0]] = _value(chance)
    visit.body, visit.content_type = encode_multipart(BOUNDARY, data), MULTIPART_CONTENT
    if chance.random() < 0.1:
        visit.body = visit.body[: chance.randrange(len(visit.body))]


MIXES: tuple[Callable[[Visit, Known, random.Random], None], ...] = (
    one_parameter, every_parameter, odd_query, odd_name, odd_header, odd_cookie, odd_path, one_field, one_field,
    one_field, every_name, odd_body, files,
)  # fmt: skip


def as_served(client: Client) -> Client:
    """The client with what stands around Django where the site is served, and an error as an answer."""
    inner: Any = client.handler

    def handler(environ: dict[str, Any]) -> Any:
        return StatedType(lambda passed, start: inner(passed))(environ, lambda *args: lambda data: None)

    client.handler = handler  # type: ignore[assignment]
    client.raise_request_exception = False
    return client


def judged(visit: Visit, client: Client, cookies: str) -> Outcome:
    """Send it, with nothing of it left behind, and look at the answer."""
    client.cookies = SimpleCookie(cookies)
    headers = dict(visit.headers)
    if visit.cookie or "Cookie" in headers:
        client.cookies = SimpleCookie()
        headers["Cookie"] = "; ".join(filter(None, [cookies if visit.cookie[:9] != "sessionid" else "", visit.cookie]))
    length = headers.pop("Content-Length", None)
    extra: dict[str, Any] = {"QUERY_STRING": visit.query}
    if length is not None:
        extra["CONTENT_LENGTH"] = length
    cache.clear()
    began = time.perf_counter()
    status, wrong = 0, ""
    with undone():
        try:
            answer: Any = client.generic(
                visit.method, visit.path, visit.body, visit.content_type, headers=headers, **extra
            )
            status = answer.status_code
            content = b"".join(answer)
            wrong = _wrong(answer, content)
        except Exception as error:  # whatever it is, it would have been an error of ours
            wrong = f"raised {_where(error)}"
    return Outcome(visit, status, time.perf_counter() - began, wrong)


def _wrong(answer: Any, content: bytes) -> str:
    if answer.status_code >= 500 and not (answer.status_code == 503 and answer.request["PATH_INFO"] == "/readyz"):
        error = getattr(answer, "exc_info", None)
        return f"answered {answer.status_code}: {_where(error[1]) if error else content[:200]!r}"
    if answer["Content-Type"].startswith("text/html") and b"<i7z" in content:
        return "writes the mark on the page as it was sent"
    if any("\n" in value or "\r" in value for _, value in answer.items()):
        return "breaks a line in a header"
    return ""


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename and "/tests/" not in frame.filename]
    frame = (ours or frames)[-1]
    return f"{type(error).__name__} at {frame.filename.rpartition('/wt/')[2][-60:]}:{frame.lineno}: {str(error)[:160]}"
