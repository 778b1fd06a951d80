"""The list of one's companies: what needs somebody in each, and nothing of a company one does not belong to."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import CrossTenantAccess, Role, Tenant, User
from accounts.services import set_role
from accounts.tenancy import tenant_scope
from erp_admin.models import Commitment
from integrations.models import Connection, ConnectionState
from tests import lists
from tests.erp_admin.samples import choose_settings, commitment
from tests.snapshot import read_lists

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
Browser = Callable[[User], Client]


@pytest.fixture
def pushing(connection: Connection) -> Connection:
    read_lists(connection, lists.DOCUMENTS)
    choose_settings(connection)
    return connection


def companies(page: Any) -> dict[str, Any]:
    return {company.membership.tenant.slug: company for company in page.context["companies"]}


def test_each_company_says_what_needs_somebody(
    pushing: Connection, viewer: User, other_tenant: Tenant, client_for: Browser, url: Url
) -> None:
    set_role(other_tenant, viewer, Role.ADMIN)
    failed = commitment(pushing, "SC-1", "120.00")
    Commitment.objects.filter(pk=failed.pk).update(delivery="failed")
    commitment(pushing, "SC-2", "80.00")
    page = client_for(viewer).get(reverse("tenants"))
    found = companies(page)
    summit, lowland = found["summit-ridge"], found["lowland"]
    assert (summit.needing, summit.money, summit.ready) == (1, {"USD": Decimal(120)}, 1)
    assert summit.connection.label == "Connected"
    assert summit.synced_at is not None
    assert (lowland.needing, lowland.connection.label, lowland.synced_at) == (0, "Not connected", None)
    assert f'<a href="{url("home")}">Summit Ridge Builders</a>' in page.text
    assert "Time zone" not in page.text
    assert "Viewer" in page.text
    assert "120.00" in page.text
    assert CrossTenantAccess.objects.get().actor == viewer


def test_only_ones_own_companies_in_the_same_number_of_questions(
    pushing: Connection, viewer: User, other_tenant: Tenant, client_for: Browser
) -> None:
    foreign = Tenant.objects.create(name="Foreign Fabricators", slug="foreign")
    with tenant_scope(foreign):
        Connection.objects.create(tenant=foreign, company_id="foreign", state=ConnectionState.CONNECTED)
    set_role(other_tenant, viewer, Role.ADMIN)
    client = client_for(viewer)

    def asked() -> int:
        with CaptureQueriesContext(database) as queries:
            page = client.get(reverse("tenants"))
        assert "Foreign" not in page.text
        return len(queries)

    asked()
    few = asked()
    for number in range(6):
        more = Tenant.objects.create(name=f"Company {number}", slug=f"company-{number}")
        set_role(more, viewer, Role.VIEWER)
    assert asked() == few


def test_a_company_that_asks_for_a_second_factor_says_nothing_before(
    pushing: Connection, tenant: Tenant, viewer: User, other_tenant: Tenant, client_for: Browser
) -> None:
    set_role(other_tenant, viewer, Role.ADMIN)
    Tenant.objects.filter(pk=tenant.pk).update(second_factor_required=True)
    commitment(pushing, "SC-1", "120.00", approved=False)
    page = client_for(viewer).get(reverse("tenants"))
    assert companies(page)["summit-ridge"].is_closed
    assert not companies(page)["lowland"].is_closed
    assert "It asks for a second factor" in page.text


def test_a_person_of_one_company_goes_straight_into_it(viewer: User, client_for: Browser, url: Url) -> None:
    assert client_for(viewer).get(reverse("tenants"))["Location"] == url("home")


def test_a_person_of_no_company_is_told_what_to_do(db: None, client_for: Browser) -> None:
    nora = User.objects.create_user("nora@nowhere.example")
    page = client_for(nora).get(reverse("tenants")).text
    assert "You do not belong to a company yet" in page
    assert "Log out" in page
