"""The page of API usage, and the banner that says a threshold is reached."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Tenant, User
from integrations.gateway.metering import count_exchange
from integrations.models import ApiUsage, Connection
from integrations.usage.selectors import Gauge, budget_of
from integrations.usage.service import set_budget
from tests.integrations.views.test_schedules import shown
from tests.shown_forms import version_of, version_of_page

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]


@pytest.fixture
def site(connection: Connection, admin: User, client_for: ClientFor) -> Client:
    ApiUsage.objects.all().delete()
    return client_for(admin)


def spend(connection: Connection, billable: int, at: datetime | None = None, flow: str = "lists") -> None:
    count_exchange(
        tenant_id=connection.tenant_id,
        company_id=connection.company_id,
        flow=flow,
        at=at or timezone.now(),
        billable=billable,
    )


def test_before_a_connection_the_page_leads_to_it(
    tenant: Tenant, viewer: User, admin: User, client_for: ClientFor, url: Url
) -> None:
    assert "Connect Sage Intacct first" in client_for(viewer).get(url("usage")).content.decode()
    answer = client_for(admin).post(url("usage"), {"monthly": "5"}, follow=True)
    assert "Nothing was saved" in answer.content.decode()


def test_the_month_its_days_and_flows_are_shown(site: Client, url: Url, connection: Connection) -> None:
    assert "Nothing was asked of Intacct in this month" in site.get(url("usage")).content.decode()
    spend(connection, 1200)
    spend(connection, 34, flow="projects")
    spend(connection, 0, flow="")
    html = site.get(url("usage")).content.decode()
    text = shown(html)
    assert "1,234 of 100,000 API transactions (1 %)" in text
    assert "1,234 API transactions in 3 requests" in text
    for label in ("Sync lists", "Import projects", "Sign-ins and checks"):
        assert label in text
    assert 'aria-label="1 % of the budget used; warned at 80 %"' in html
    assert html.count("<g><title>") == 2 * timezone.now().astimezone(UTC).day  # for wide and narrow screens


def test_a_former_month_can_be_looked_at(site: Client, url: Url, connection: Connection) -> None:
    spend(connection, 77, at=datetime(2026, 2, 28, 12, tzinfo=UTC))
    page = site.get(url("usage"), {"month": "2026-02"})
    assert "February 2026: 77 API transactions" in shown(page.content.decode())
    assert page.content.decode().count("<g><title>") == 2 * 28
    for nonsense in ("2026-13", "next", "9999-01", "\x01"):
        assert site.get(url("usage"), {"month": nonsense}).context["is_present"]


def test_an_admin_sets_the_budget(site: Client, url: Url, connection: Connection) -> None:
    answer = site.post(url("usage"), {"monthly": "250000"}, follow=True)
    assert "The budget is 250,000 API transactions a month now." in answer.content.decode()
    assert budget_of(connection) == 250_000
    seen = version_of(site, url("usage"))
    again = site.post(url("usage"), {"monthly": "250000", **seen}, follow=True)
    assert "Nothing was changed" in again.content.decode()
    for wrong in ("", "0", "-5", "many", "99999999999"):
        answer = site.post(url("usage"), {"monthly": wrong, **seen})
        assert answer.status_code == 422
        assert "data-error-summary" in answer.content.decode()
    assert budget_of(connection) == 250_000


@pytest.mark.parametrize("is_first", [True, False])
def test_a_budget_set_meanwhile_is_not_overwritten_unseen(
    site: Client, url: Url, connection: Connection, is_first: bool
) -> None:
    """Also where none was ever set when both opened the page."""
    if not is_first:
        set_budget(connection, 100)
    seen = version_of(site, url("usage"))
    set_budget(connection, 250_000)
    answer = site.post(url("usage"), {"monthly": "3000", **seen})
    assert answer.status_code == 409
    assert "250,000" in answer.text
    assert 'value="3000"' in answer.text
    assert budget_of(connection) == 250_000
    again = version_of_page(answer.text)
    assert site.post(url("usage"), {"monthly": "3000", **again}).status_code == 302
    assert budget_of(connection) == 3000


def test_others_see_it_and_who_may_change_it(
    site: Client, url: Url, connection: Connection, accountant: User, client_for: ClientFor
) -> None:
    browser = client_for(accountant)
    assert "Only admins change the budget" in browser.get(url("usage")).content.decode()
    assert browser.post(url("usage"), {"monthly": "5"}).status_code == 403


@pytest.mark.parametrize("page", ["home", "schedules", "usage"])
def test_a_threshold_is_announced_where_people_look(site: Client, url: Url, connection: Connection, page: str) -> None:
    set_budget(connection, 1000)
    spend(connection, 799)
    assert "API budget" not in site.get(url(page)).content.decode()
    spend(connection, 51)
    assert "85 % of this month’s API budget is used" in shown(site.get(url(page)).content.decode())
    spend(connection, 200)
    assert "This month’s API budget is used up" in shown(site.get(url(page)).content.decode())


@pytest.mark.parametrize(
    ("now", "used", "expected"),
    [
        (datetime(2026, 11, 1, 12, tzinfo=UTC), 900, None),
        (datetime(2026, 11, 16, tzinfo=UTC), 1500, 3000),
        (datetime(2026, 12, 1, tzinfo=UTC), 1500, 1500),
        (datetime(2026, 11, 11, tzinfo=UTC), 0, 0),
    ],
)
def test_the_pace_so_far_says_what_the_month_comes_to(now: datetime, used: int, expected: int | None) -> None:
    assert Gauge(date(2026, 11, 1), used, used, 100_000).forecast(now) == expected
