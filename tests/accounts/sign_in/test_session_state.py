"""What a page is told of its log-in before it sends a form."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import Tenant, User
from tests.accounts.sign_in.steps import log_in
from tests.browsers import age_proof, leave_alone

Url = Callable[..., str]
HOUR = 3600


def state(client: Client, tenant: Tenant, **query: str) -> dict[str, Any]:
    answer = client.get(reverse("session_state"), {"company": tenant.slug, **query})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    found: dict[str, Any] = answer.json()
    return found


def test_a_stranger_has_to_log_in_and_learns_nothing_else(client: Client, tenant: Tenant) -> None:
    told = state(client, tenant)
    assert set(told) == {"state", "where"}
    assert (told["state"], told["where"].startswith("/login/?next=")) == ("ended", True)


def test_a_log_in_that_holds_comes_with_a_token_that_counts(admin: User, tenant: Tenant, url: Url) -> None:
    alma = Client(enforce_csrf_checks=True)
    alma.force_login(admin)
    told = state(alma, tenant)
    assert (told["state"], told["person"], told["where"]) == ("open", str(admin.pk), "")
    sent = alma.post(url("discard_draft"), {"opening": "x"}, headers={"X-CSRFToken": told["csrf"]})
    assert sent.status_code == 400  # read, and found to be nonsense
    assert alma.post(url("discard_draft"), {"opening": "x"}).status_code == 403


def test_after_an_absence_it_waits_for_its_person_and_asking_is_no_activity(
    client: Client, admin: User, tenant: Tenant, url: Url
) -> None:
    log_in(client, admin.email)
    leave_alone(client, 2 * HOUR)
    for _ in range(2):
        told = state(client, tenant)
        assert told["state"] == "locked"
        assert told["where"].startswith(f"{reverse('account_reauthenticate')}?next=")
        assert "csrf" not in told
    assert client.get(url("runs")).status_code == 302


def test_in_any_case_it_ends(client: Client, admin: User, tenant: Tenant) -> None:
    log_in(client, admin.email)
    leave_alone(client, 13 * HOUR)
    told = state(client, tenant)
    assert told["state"] == "ended"
    assert 'name="password"' in client.get(told["where"]).content.decode()
    assert "_auth_user_id" not in client.session


def test_it_ends_where_the_company_allows_less_than_the_site(client: Client, admin: User, tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(longest_hours=2)
    log_in(client, admin.email)
    leave_alone(client, 3 * HOUR)
    told = state(client, tenant)
    assert told["state"] == "ended"
    assert 'name="password"' in client.get(told["where"]).content.decode()
    assert "_auth_user_id" not in client.session


def test_what_asks_again_is_told_before_it_is_sent(client: Client, admin: User, tenant: Tenant, url: Url) -> None:
    log_in(client, admin.email)
    age_proof(client, 10 * 60)
    assert state(client, tenant, **{"for": url("invite")})["state"] == "open"
    age_proof(client, 10 * 60)
    assert state(client, tenant, **{"for": url("company")})["state"] == "open"
    assert "why=change" in state(client, tenant, **{"for": url("invite")})["where"]
    assert state(client, tenant, **{"for": "/nothing/here"})["state"] == "open"
