"""How often one may try: by account and by address, for passwords, codes and resets, counted for all processes."""

from typing import Any

import pytest
from django.core import mail
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.accounts.sign_in.steps import enter_code, is_logged_in, log_in
from tests.second_factor import code, enrol

TOO_MANY = "Too many attempts"


@pytest.mark.parametrize("email", ["alma@summit.example", "nobody@summit.example"])
def test_five_wrong_passwords_close_an_account_for_a_while_whether_it_exists_or_not(
    client: Client, admin: User, email: str
) -> None:
    for _ in range(5):
        assert "do not belong together" in log_in(client, email, "wrong").content.decode()
    assert TOO_MANY in log_in(client, email, "wrong").content.decode()
    assert TOO_MANY in log_in(client, email).content.decode()
    assert not is_logged_in(client)


def test_the_limit_of_one_account_leaves_the_others_alone(client: Client, admin: User, viewer: User) -> None:
    for _ in range(6):
        log_in(client, admin.email, "wrong")
    log_in(client, viewer.email)
    assert is_logged_in(client)


def test_one_address_cannot_try_many_accounts(client: Client, admin: User) -> None:
    for number in range(10):
        log_in(client, f"somebody{number}@summit.example", "wrong")
    assert TOO_MANY in log_in(client, admin.email).content.decode()
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    log_in(elsewhere, admin.email)
    assert is_logged_in(elsewhere)


def test_behind_a_proxy_the_address_it_names_is_counted(client: Client, admin: User, settings: Any) -> None:
    settings.TRUST_PROXY_HEADERS = True
    for number in range(10):
        # What a client writes there itself stands before what the proxy adds.
        log_in(client, f"p{number}@summit.example", "wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}, 192.0.2.1")
    refused = log_in(client, admin.email, HTTP_X_FORWARDED_FOR="10.0.0.99, 192.0.2.1")
    assert TOO_MANY in refused.content.decode()
    log_in(client, admin.email, HTTP_X_FORWARDED_FOR="192.0.2.2")
    assert is_logged_in(client)


def test_wrong_codes_are_limited_too(client: Client, admin: User) -> None:
    enrol(admin)
    log_in(client, admin.email)
    for _ in range(5):
        assert "This code is not right" in enter_code(client, "000000").content.decode()
    assert TOO_MANY in enter_code(client, code()).content.decode()
    assert not is_logged_in(client)


def test_resets_are_limited_with_a_page_that_says_so(client: Client, admin: User) -> None:
    for _ in range(5):
        assert client.post(reverse("account_reset_password"), {"email": admin.email}).status_code == 302
    refused = client.post(reverse("account_reset_password"), {"email": admin.email})
    assert refused.status_code == 429
    assert TOO_MANY in refused.content.decode()
    assert len(mail.outbox) == 5


def test_a_new_password_ends_the_limit(client: Client, admin: User) -> None:
    for _ in range(6):
        log_in(client, admin.email, "wrong")
    client.post(reverse("account_reset_password"), {"email": admin.email})
    path = mail.outbox[0].body.partition("http://127.0.0.1:8000")[2].split()[0]
    where = client.get(path, follow=True).redirect_chain[-1][0]
    client.post(where, {"password1": "a quite different one", "password2": "a quite different one"})
    log_in(Client(REMOTE_ADDR="192.0.2.7"), admin.email, "wrong")
    log_in(client, admin.email, "a quite different one")
    assert is_logged_in(client)


@pytest.mark.parametrize(
    ("backend", "found"),
    [("db.DatabaseCache", set()), ("locmem.LocMemCache", {"accounts.W001"}), ("dummy.DummyCache", {"accounts.E001"})],
)
def test_a_cache_that_is_not_shared_is_found_before_deployment(settings: Any, backend: str, found: set[str]) -> None:
    settings.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{backend}", "LOCATION": "x"}}
    said = [message for message in run_checks(include_deployment_checks=True) if str(message.id).startswith("accounts")]
    assert {message.id for message in said} == found
    assert all(message.hint for message in said)


def test_staff_without_a_second_factor_are_found_before_deployment(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "x"}}
    settings.STAFF_SECOND_FACTOR = False
    said = [message for message in run_checks(include_deployment_checks=True) if str(message.id).startswith("accounts")]
    assert [message.id for message in said] == ["accounts.W002"]
