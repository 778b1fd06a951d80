"""A log-in that was left alone, in a real browser: locked, confirmed, and what was typed is still there."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Invitation, Tenant, User
from accounts.tenancy import cross_tenant, tenant_scope
from integrations.mirror.service import start_list_sync
from integrations.models import Connection
from tests.browser.person import Visitor
from tests.browsers import leave_sessions_alone
from tests.people import PASSWORD

Visit = Callable[[], Visitor]
Url = Callable[..., str]
HOUR = 3600


@pytest.fixture
def alma(visit: Visit, admin: User) -> Visitor:
    alma = visit()
    alma.log_in(admin.email)
    return alma


def confirm(visitor: Visitor) -> None:
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.press("Confirm")


def test_what_was_typed_waits_for_the_password(alma: Visitor, url: Url) -> None:
    alma.go(url("invite"))
    alma.page.get_by_label("E-mail").fill("nora@summit.example")
    leave_sessions_alone(2 * HOUR)
    alma.page.locator("main form button[type=submit]").click()
    alma.sees("Everything you typed is still here")
    alma.look()
    confirm(alma)
    alma.sees("nora@summit.example")
    with cross_tenant("test"):
        assert Invitation.objects.get().email == "nora@summit.example"


def test_a_page_that_asks_by_itself_locks_as_a_whole(
    alma: Visitor, connection: Connection, tenant: Tenant, url: Url
) -> None:
    with tenant_scope(tenant):
        run = start_list_sync(connection, kinds=["entities"]).run
    alma.go(url("run", number=run.number))
    leave_sessions_alone(2 * HOUR)
    expect(alma.page).to_have_url(re.compile("/account/confirm/"))
    confirm(alma)
    expect(alma.page).to_have_url(re.compile(f"/runs/{run.number}/"))


def test_an_admin_chooses_how_long_log_ins_last(alma: Visitor, url: Url, tenant: Tenant) -> None:
    alma.go(url("company"))
    alma.sees("Locked after 60 minutes")
    alma.look()
    alma.follow("Change how people log in")
    alma.look()
    alma.page.get_by_label("Lock after minutes without activity").fill("4")
    alma.press("Save")
    alma.sees("Enter 5 to 1,440 minutes")
    alma.look()
    alma.page.get_by_label("Lock after minutes without activity").fill("30")
    alma.press("Save")
    alma.sees("Locked after 30 minutes")
    leave_sessions_alone(13 * HOUR)
    alma.go(url("runs"))
    alma.sees("You logged in long ago")
    alma.look()
    assert alma.page.url.startswith(alma.base + reverse("account_login"))
