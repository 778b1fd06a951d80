"""What is too long is refused by its head alone: by who sends it and where to, before a form is looked at."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as installed
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
STRANGERS, FORMS, FILES = installed.MOST_BYTES_OF_STRANGERS, installed.MOST_BYTES_OF_FORMS, installed.MOST_BYTES_SENT
MULTIPART = "multipart/form-data; boundary=x"


class Unread:
    """A body that must not be looked at."""

    def read(self, *args: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def send(client: Client, path: str, length: int | str, method: str = "POST", **meta: Any) -> Any:
    """A request that says it is so long, whose body cannot be read; a view that looks at it fails the test."""
    said = {"CONTENT_LENGTH": str(length), "CONTENT_TYPE": MULTIPART, "wsgi.input": Unread(), **meta}
    return client.generic(method, path, **said)


@pytest.fixture
def stranger() -> Client:
    """Somebody with a made-up token against forgery, so that only the body is looked for the other half."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "x" * 32
    return client


@pytest.mark.parametrize("address", ["account_login", "account_reset_password", "invitation", "home", "upload", "none"])
def test_strangers_send_little_wherever_they_send_it(stranger: Client, url: Url, address: str, db: None) -> None:
    own = {"home": url("home"), "upload": url("commitment_imports"), "none": "/no/such/page/"}
    path = own.get(address) or reverse(address)
    for length in (STRANGERS + 1, FORMS, FILES):
        answer = send(stranger, path, length)
        assert answer.status_code == 413
        assert "That is too large" in answer.text


@pytest.mark.parametrize("cookie", ["", "garbage", "x" * 32, "../../etc/passwd", "\u00e9"])
def test_a_made_up_session_makes_nobody_known(stranger: Client, cookie: str, db: None) -> None:
    stranger.cookies["sessionid"] = cookie
    assert send(stranger, reverse("account_login"), STRANGERS + 1).status_code == 413


def test_small_forms_of_strangers_cost_no_query(stranger: Client, django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        assert stranger.post(reverse("account_login"), {"login": "x" * 1000}).status_code == 403


def test_people_send_forms_everywhere_and_files_where_their_role_uploads_them(
    client_for: ClientFor, admin: User, viewer: User, outsider: User, url: Url
) -> None:
    uploads, home = url("commitment_imports"), url("company")
    for person, path in ((admin, home), (viewer, uploads), (outsider, uploads), (admin, "/no/such/page/")):
        assert send(client_for(person), path, FORMS + 1).status_code == 413
    file = SimpleUploadedFile("long.csv", b"x" * (FORMS + 10))
    assert client_for(admin).post(uploads, {"kind": "commitments", "file": file}).status_code == 422
    assert send(client_for(admin), uploads, FILES + 1).status_code == 413


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "GET", "OPTIONS", "PROPFIND"])
def test_the_method_makes_no_difference(stranger: Client, method: str, db: None) -> None:
    assert send(stranger, reverse("account_login"), STRANGERS + 1, method=method).status_code == 413


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "", "multipart/form-data"])
def test_the_kind_makes_no_difference(stranger: Client, kind: str, db: None) -> None:
    assert send(stranger, reverse("account_login"), STRANGERS + 1, CONTENT_TYPE=kind).status_code == 413


@pytest.mark.parametrize("declared", ["-5", "nonsense", "+7", "1e3", "0x10", "٣", "7, 7", " "])
def test_a_length_that_is_no_number_is_refused(stranger: Client, declared: str, db: None) -> None:
    assert send(stranger, reverse("account_login"), declared).status_code == 400


def test_a_length_of_very_many_digits_is_too_long(stranger: Client, db: None) -> None:
    assert send(stranger, reverse("account_login"), "9" * 5000).status_code == 413


def test_a_body_that_does_not_say_its_length_is_refused_in_words(stranger: Client, db: None) -> None:
    answer = send(stranger, reverse("account_login"), "", HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 411
    assert "It was not said how much is sent" in answer.text


def test_a_part_of_a_page_is_told_in_a_panel(stranger: Client, db: None) -> None:
    answer = send(stranger, reverse("account_login"), STRANGERS + 1, HTTP_HX_REQUEST="true")
    assert "data-error-update" in answer.text


def test_strangers_may_send_less_than_django_keeps_in_memory() -> None:
    """So nothing of theirs is written to disk."""
    assert STRANGERS < installed.FILE_UPLOAD_MAX_MEMORY_SIZE
    assert STRANGERS < FORMS < FILES
