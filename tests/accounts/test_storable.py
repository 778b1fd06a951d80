"""A request with text that cannot be kept is refused in words, wherever that stands; other text arrives as it is."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from accounts.storable import storable
from config.wsgi import application

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def site(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("q=a%00b", "The field “q” of the address holds a sign that cannot be kept (U+0000)."),
        ("a%00b=1", "The field “ab” of the address"),
        ("%00=1", "A field of the address"),
        ("q=%%0000", "The field “q” of the address"),
        ("x=1&nothing%00here", "The field “nothinghere” of the address"),
        ("q=%ED%A0%80", "The address holds text that is not UTF-8."),  # half a surrogate pair
        ("q=%C0%80", "The address holds text that is not UTF-8."),  # U+0000, overlong
        ("q=%E9t%E9", "The address holds text that is not UTF-8."),
        ("q=\xff", "The address holds text that is not UTF-8."),
    ],
)
def test_a_query_that_cannot_be_kept(site: Client, url: Url, query: str, where: str) -> None:
    answer = site.get(url("people"), QUERY_STRING=query)
    assert answer.status_code == 400
    assert where in answer.text
    assert "Remove it and send the rest again." in answer.text


@pytest.mark.parametrize("query", ["q=%2500", "q=%01", "q=%E2%82%AC", "q=€", "q=%zz%", "q=%EF%BF%BD", "q=\u202e", ""])
def test_other_queries_arrive(site: Client, url: Url, query: str) -> None:
    assert site.get(url("people"), QUERY_STRING=query.encode().decode("latin-1")).status_code == 200


@pytest.mark.parametrize("path", ["/login/%00", "/invitations/a%00b/", "/password-reset/1-a%00/"])
def test_a_path_that_cannot_be_kept(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 400
    assert "The address holds a sign that cannot be kept" in answer.text


@pytest.mark.parametrize("posted", ["name=a%00", "na%00me=a", "name=%ED%A0%80", "name=%E9t%E9", "\xff=1"])
def test_a_form_that_cannot_be_kept(site: Client, url: Url, posted: str) -> None:
    answer = site.post(url("company"), posted.encode("latin-1"), content_type=FORM)
    assert answer.status_code == 400
    assert "That request cannot be read" in answer.text


def part(disposition: str, more: str = "") -> bytes:
    return f"--b\r\nContent-Disposition: form-data; {disposition}\r\n{more}\r\nx\r\n--b--\r\n".encode()


@pytest.mark.parametrize(
    "body",
    [
        part('name="a\x00b"'),
        part("name*=utf-8''a%00b"),
        part('name="a"').replace(b"\r\nx\r\n", b"\r\na\x00\r\n"),
        part('name="file\x00"; filename="a.csv"', "Content-Type: text/csv\r\n"),
        part("name*=unicode_escape''%5Cud800"),
        part("name*=undefined''a"),
        part("0*0*;0*"),
    ],
)
def test_a_part_that_cannot_be_kept(site: Client, url: Url, body: bytes) -> None:
    answer = site.post(url("company"), body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code in (400, 409, 422)  # of a form that says no version nothing is saved either


def answered(content_type: str, *, query: str = "", body: bytes = b"", method: str = "GET") -> tuple[str, str]:
    """The status and page of the whole site, as the server calls it."""
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    environ |= {"PATH_INFO": "/login/", "QUERY_STRING": query, "REQUEST_METHOD": method, "CONTENT_TYPE": content_type}
    environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), "HTTP_HOST": "testserver"}
    statuses: list[str] = []
    page = application(environ, lambda status, headers, error=None: statuses.append(status))  # type: ignore[arg-type, func-returns-value]
    return statuses[0], b"".join(page).decode()


@pytest.mark.parametrize(
    "stated",
    [
        *(f"text/plain; charset={name}" for name in ("unicode_escape", "utf-7", "utf-16", "undefined", "zlib", "none")),
        'text/plain; charset="undefined"',
        "text/plain; charset*=undefined''x",
        "text/plain; charset*0=undefined",
        "text/plain; charset=utf-8; charset=undefined",
        "text/plain; CHARSET = idna",
        "text/plain; a*=nobody-knows''x",
        ";0*0*;0*",
    ],
)
def test_another_encoding_is_not_guessed_at(db: None, stated: str) -> None:
    for method in ("GET", "POST"):
        status, page = answered(stated, query="q=1", method=method)
        assert status == "400 Bad Request"
        assert "not encoded as UTF-8" in page


@pytest.mark.parametrize(
    "stated",
    [
        FORM,
        f"{FORM}; charset=UTF-8",
        f'{FORM}; charset="utf-8"',
        f"{FORM};charset=",
        f"{FORM};charset=none;charset=utf-8",
        "",
    ],
)
def test_utf_8_may_be_stated(db: None, stated: str) -> None:
    assert answered(stated, query="next=%E2%82%AC")[0] == "200 OK"


def test_too_many_parameters_are_told_as_such_whatever_is_stated(db: None) -> None:
    assert answered(f"{FORM}; charset=utf-8", query="q=1&" * 1001)[0] == "413 Request Entity Too Large"


def test_the_content_of_a_file_is_judged_elsewhere(site: Client, url: Url) -> None:
    file = SimpleUploadedFile("odd.csv", b"Number\x00,Title\n")
    assert site.post(url("commitment_imports"), {"kind": "commitments", "file": file}).status_code == 422


def test_cookies_may_spell_it_in_octal(db: None) -> None:
    client = Client()
    client.cookies.load('sessionid="' + "\\000" * 32 + '"')
    answer = client.get("/")
    assert answer.status_code == 400
    assert "Clear the cookies of this site." in answer.text


@pytest.mark.parametrize("name", ["User-Agent", "Referer", "HX-Current-URL", "Accept-Language"])
def test_a_header_that_cannot_be_kept(db: None, name: str) -> None:
    assert Client().get("/login/", headers={name: "a\x00b"}).status_code == 400


def test_the_answer_is_as_was_asked_for(site: Client, url: Url) -> None:
    address = url("pick_record", list_key="vendors") + "?q=%00"
    assert "<!doctype html>" in site.get(address).text
    assert "data-error-update" in site.get(address, headers={"HX-Request": "true"}).text
    told: dict[str, Any] = site.get(address, headers={"Accept": "application/json"}).json()
    assert told["title"] == "That request cannot be read"
    assert "U+0000" in told["what"]


@pytest.mark.parametrize(("text", "kept"), [("a\x00b", "ab"), ("\x00", ""), ("", ""), ("a\x01\n", "a\x01\n")])
def test_storable_text_is_the_text_without_it(text: str, kept: str) -> None:
    assert storable(text) == kept
