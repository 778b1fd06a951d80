"""Whose a request is: one place says so, and nothing a client writes changes it."""

import logging
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts import proxy_findings
from accounts.client_address import UNKNOWN, Finding, address_of, counted_address, finding_of
from accounts.models import AuditEntry, EventKind, User
from accounts.people.invitation_views import MOST_UNKNOWN
from accounts.request_log import client_address
from accounts.sign_in.adapters import AccountAdapter
from accounts.tenancy import cross_tenant
from tests.accounts.sign_in.steps import log_in

PROXY, REAL = "10.0.0.2", "203.0.113.9"
FORGED = {
    "HTTP_X_FORWARDED_HOST": "elsewhere.example",
    "HTTP_X_REAL_IP": "198.51.100.1",
    "HTTP_FORWARDED": "for=198.51.100.1;host=elsewhere.example;proto=http",
    "HTTP_CLIENT_IP": "198.51.100.1",
    "HTTP_TRUE_CLIENT_IP": "198.51.100.1",
    "HTTP_CF_CONNECTING_IP": "198.51.100.1",
    "HTTP_X_CLUSTER_CLIENT_IP": "198.51.100.1",
    "HTTP_X_FORWARDED": "198.51.100.1",
}


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings: Any) -> None:
    settings.TRUST_PROXY_HEADERS = True


def asked(forwarded_for: str | None, **meta: str) -> Any:
    given = {} if forwarded_for is None else {"HTTP_X_FORWARDED_FOR": forwarded_for}
    meta = {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_PROTO": "https", **given, **meta}
    request: Any = RequestFactory().get("/", **meta)  # type: ignore[arg-type]
    request.user = AnonymousUser()
    return request


@pytest.mark.parametrize(
    ("forwarded_for", "address", "finding"),
    [
        (REAL, REAL, None),
        (f"198.51.100.1, {REAL}", REAL, Finding.SEVERAL_ADDRESSES),
        (f"198.51.100.1,garbage,,{REAL}", REAL, Finding.SEVERAL_ADDRESSES),
        (None, PROXY, Finding.NO_ADDRESS),
        ("", PROXY, Finding.NO_ADDRESS),
        ("unknown", PROXY, Finding.UNREADABLE_ADDRESS),
        (f"{REAL},", PROXY, Finding.UNREADABLE_ADDRESS),
        ("203.0.113.9.", PROXY, Finding.UNREADABLE_ADDRESS),
        ("0xcb.0.113.9", PROXY, Finding.UNREADABLE_ADDRESS),
        ("203.0.113.009", PROXY, Finding.UNREADABLE_ADDRESS),
        ("٢٠٣.0.113.9", PROXY, Finding.UNREADABLE_ADDRESS),
        ("'; DROP TABLE", PROXY, Finding.UNREADABLE_ADDRESS),
        (f"{REAL}:51234", REAL, None),
        ("[2001:db8::1]:443", "2001:db8::1", None),
        ("[2001:db8::1]", "2001:db8::1", None),
        ("2001:DB8:0:0::1", "2001:db8::1", None),
        ("fe80::1%eth0", "fe80::1", None),
        ("[fe80::1%eth0]:9", "fe80::1", None),
        (f"::ffff:{REAL}", REAL, None),
    ],
)
def test_the_last_address_is_what_the_proxy_saw(forwarded_for: str | None, address: str, finding: Any) -> None:
    request = asked(forwarded_for, **FORGED)
    assert address_of(request) == address
    assert client_address(request) == address
    assert AccountAdapter(request).get_client_ip(request) == address
    assert finding_of(request) is finding


@pytest.mark.parametrize("forwarded_for", [None, "198.51.100.1", "198.51.100.1, 198.51.100.2"])
def test_without_a_trusted_proxy_no_header_counts(settings: Any, forwarded_for: str | None) -> None:
    settings.TRUST_PROXY_HEADERS = False
    request = asked(forwarded_for, REMOTE_ADDR=REAL, **FORGED)
    assert (address_of(request), finding_of(request)) == (REAL, None)
    assert AccountAdapter(request).get_client_ip(request) == REAL


def test_a_peer_without_an_address_is_counted_and_not_written_down() -> None:
    request = asked(None, REMOTE_ADDR="")
    assert (address_of(request), client_address(request)) == (UNKNOWN, None)


@pytest.mark.parametrize("scheme", ["https,http", "", "HTTPS", "wss"])
def test_a_proxy_that_does_not_say_the_scheme_is_found(scheme: str) -> None:
    assert finding_of(asked(REAL, HTTP_X_FORWARDED_PROTO=scheme)) is Finding.NO_SCHEME


def test_who_has_one_address_of_ipv6_has_a_whole_network_of_them() -> None:
    assert counted_address(asked("2001:db8:1:2:aaaa::1")) == counted_address(asked("2001:db8:1:2:bbbb::2"))
    assert counted_address(asked("2001:db8:1:2::1")) != counted_address(asked("2001:db8:1:3::1"))
    assert counted_address(asked(REAL)) == REAL


def test_guessing_invitations_is_counted_by_the_client_not_by_the_proxy(client: Client, db: None) -> None:
    def guess(number: int, address: str) -> int:
        path = reverse("open_invitation", kwargs={"invitation_token": f"guess-{number}"})
        return client.get(path, REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, {address}").status_code

    answers = [guess(number, f"2001:db8::{number:x}") for number in range(MOST_UNKNOWN + 1)]
    assert answers == [404] * MOST_UNKNOWN + [429]
    assert guess(99, REAL) == 404


def test_forged_headers_change_neither_limits_nor_the_trail(client: Client, admin: User) -> None:
    for number in range(10):
        forged = {**FORGED, "HTTP_X_REAL_IP": f"198.51.100.{number}"}
        sent = {"HTTP_X_FORWARDED_FOR": f"198.51.100.{number}, {REAL}", "REMOTE_ADDR": PROXY, **forged}
        log_in(client, f"somebody{number}@summit.example", "wrong", **sent)
    refused = log_in(client, admin.email, HTTP_X_FORWARDED_FOR=REAL, REMOTE_ADDR=PROXY)
    assert "Too many attempts" in refused.content.decode()
    log_in(client, admin.email, HTTP_X_FORWARDED_FOR="203.0.113.10", REMOTE_ADDR=PROXY)
    with cross_tenant("test"):
        entry = AuditEntry.objects.filter(kind=EventKind.LOG_IN).latest("pk")
    assert entry.remote_addr == "203.0.113.10"


class TestFindings:
    @pytest.fixture(autouse=True)
    def _as_just_started(self, db: None) -> None:
        proxy_findings.forget()

    def test_one_is_logged_once_a_process_and_told_where_an_operator_looks(
        self, client: Client, caplog: pytest.LogCaptureFixture, settings: Any
    ) -> None:
        settings.METRICS_TOKEN = "a token of the tests"
        with caplog.at_level(logging.WARNING, logger="accounts.proxy_findings"):
            for _ in range(3):
                client.get(reverse("account_login"))
        assert [record.getMessage() for record in caplog.records] == [proxy_findings.SENTENCES[Finding.NO_ADDRESS]]
        assert client.get("/readyz").json()["warnings"] == {"proxy": "The proxy in front does not say who asks."}
        told = client.get("/readyz", HTTP_AUTHORIZATION="Bearer a token of the tests").json()
        assert told["warnings"]["proxy"] == proxy_findings.SENTENCES[Finding.NO_ADDRESS]

    @pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
    def test_machines_inside_ask_without_the_proxy(self, client: Client, path: str) -> None:
        client.get(path)
        assert proxy_findings.recent_findings() == []

    def test_a_proxy_that_does_as_it_should_is_not_named(self, client: Client) -> None:
        client.get(reverse("account_login"), HTTP_X_FORWARDED_FOR=REAL, HTTP_X_FORWARDED_PROTO="https")
        assert proxy_findings.recent_findings() == []

    def test_support_is_told_on_its_first_page(self, client: Client, settings: Any) -> None:
        settings.STAFF_SECOND_FACTOR = False
        client.force_login(User.objects.create_superuser("support@erp.example", "a long enough password"))
        page = client.get(reverse("admin:index"), HTTP_X_FORWARDED_PROTO="https")
        assert "names no client in X-Forwarded-For" in page.content.decode()
