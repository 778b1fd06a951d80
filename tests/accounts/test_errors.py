"""Errors say what to do and carry the number of the request; to a part of a page they answer with a panel."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse

from accounts.errors import EXPLANATIONS
from accounts.models import Tenant, User
from config import urls

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]


class Broken(Exception):
    """A defect of ours."""


def fails(request: HttpRequest, how: str) -> HttpResponse:
    """A page that goes wrong as asked."""
    match how:
        case "400":
            raise BadRequest("nonsense")
        case "413":
            raise RequestDataTooBig("more than there may be")
        case "429":
            return HttpResponse(status=429)
        case "503":
            return HttpResponse(status=503)
    raise Broken("a defect")


class Failing:
    """The site's addresses and one that fails. Error handlers are those of the site."""

    urlpatterns = [*urls.urlpatterns, path("fails/<how>/", fails, name="fails")]

    def __init__(self) -> None:
        for name in ("handler400", "handler403", "handler404", "handler429", "handler500"):
            setattr(self, name, getattr(urls, name))


@pytest.fixture
def site(client_for: ClientFor, admin: User, settings: Any) -> Client:
    settings.ROOT_URLCONF = Failing()
    client = client_for(admin)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("status", ["400", "413", "429", "500", "503"])
@pytest.mark.parametrize("part", [False, True], ids=["page", "part"])
def test_each_error_explains_itself(site: Client, status: str, part: bool) -> None:
    answer = site.get(f"/fails/{status}/", headers={"HX-Request": "true"} if part else {})
    assert answer.status_code == int(status)
    _explains(answer, part)


def _explains(answer: Any, part: bool) -> None:
    told = EXPLANATIONS[answer.status_code]
    assert told.title in answer.text
    assert told.advice in answer.text
    assert f"mention this number: <code>{answer['X-Request-ID']}</code>" in answer.text
    assert ("<!doctype html>" in answer.text) is not part
    assert ("data-error-update" in answer.text) is part
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert int(answer["Content-Length"]) == len(answer.content)


@pytest.mark.parametrize("part", [False, True], ids=["page", "part"])
def test_a_page_for_buttons_that_is_opened_by_itself(site: Client, url: Url, part: bool) -> None:
    answer = site.get(url("start_sync"), headers={"HX-Request": "true"} if part else {})
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    _explains(answer, part)


@pytest.mark.parametrize("part", [False, True], ids=["page", "part"])
def test_nothing_there(site: Client, url: Url, part: bool) -> None:
    for address in (url("run", number=99), "/t/somebody-else/", "/no/such/page/"):
        answer = site.get(address, headers={"HX-Request": "true"} if part else {})
        assert answer.status_code == 404
        _explains(answer, part)


def test_a_refusal_names_the_role_that_is_needed(client_for: ClientFor, viewer: User, url: Url) -> None:
    answer = client_for(viewer).get(url("audit_trail"))
    assert answer.status_code == 403
    assert "This needs the role Admin; yours is Viewer." in answer.text
    assert "Ask an admin of your company" in answer.text


def test_a_form_that_expired(admin: User, url: Url) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin)
    answer = strict.post(url("start_sync"))
    assert answer.status_code == 403
    assert "This form has expired" in answer.text
    assert answer["X-Request-ID"] in answer.text


def test_too_many_fields_are_too_large(site: Client, url: Url, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5
    answer = site.post(url("start_sync"), {f"field{number}": "x" for number in range(9)})
    assert answer.status_code == 413
    assert "That is too large" in answer.text


def test_the_page_of_a_defect_asks_the_database_nothing(site: Client, django_assert_num_queries: Any) -> None:
    site.get(reverse("tenants"))
    with django_assert_num_queries(2):  # the session and its person, before the page that fails is reached
        site.get("/fails/500/")
    assert connection.is_usable()


class TestMaintenance:
    @pytest.fixture(autouse=True)
    def closed(self, settings: Any) -> None:
        settings.MAINTENANCE = True

    def test_everybody_is_told_to_come_back(self, client_for: ClientFor, admin: User, url: Url) -> None:
        for client, address in ((Client(), "/login/"), (client_for(admin), url("home"))):
            answer = client.get(address)
            assert answer.status_code == 503
            assert answer["Retry-After"] == "300"
            assert "Under maintenance" in answer.text

    def test_nobody_is_mailed_about_it(self, settings: Any, db: None) -> None:
        settings.ADMINS = [("ops@example.com", "ops@example.com")]
        assert Client().get("/login/").status_code == 503
        assert mail.outbox == []

    def test_the_probes_go_on(self, db: None) -> None:
        assert Client().get("/healthz").json() == {"status": "ok"}
        assert "problems" in Client().get("/readyz").json()


def test_a_probe_that_says_no_keeps_its_own_words(db: None) -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == {"queue": "Work in the background does not go on."}


def test_every_error_that_has_a_page_says_what_to_do(tenant: Tenant) -> None:
    assert set(EXPLANATIONS) == {400, 403, 404, 405, 411, 413, 429, 500, 503}
    assert all(each.what and each.advice.endswith(".") for each in EXPLANATIONS.values())
