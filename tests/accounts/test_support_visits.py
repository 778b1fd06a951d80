"""A company sees in its own trail when support looked at its data, why, and can close itself to support."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, CrossTenantAccess, EventKind, Invitation, Role, SupportVisit, Tenant, User
from accounts.people.invitations import invite
from accounts.support_visits import REASONS_KEY, record_visit
from accounts.tenancy import cross_tenant, tenant_scope
from tests.shown_forms import version_of

ClientFor = Callable[[User | None], Client]
LIST = "admin:accounts_invitation_changelist"


@pytest.fixture
def site(client_for: ClientFor, staff: User, tenant: Tenant, other_tenant: Tenant) -> Client:
    """Of staff who have said why for both companies."""
    return client_for(staff)


@pytest.fixture
def invitation(tenant: Tenant, admin: User) -> Invitation:
    return invited(tenant, admin)


def invited(tenant: Tenant, by: User) -> Invitation:
    with tenant_scope(tenant):
        invite(tenant, email=f"new@{tenant.slug}.example", role=Role.VIEWER, by=by)
        return Invitation.objects.get()


def page_of(invitation: Invitation) -> str:
    return reverse("admin:accounts_invitation_change", args=[invitation.pk])


def told(tenant: Tenant) -> list[AuditEntry]:
    with tenant_scope(tenant):
        return list(AuditEntry.objects.filter(kind=EventKind.SUPPORT_LOOKED).order_by("pk"))


def forget_reasons(client: Client) -> None:
    session = client.session
    session.pop(REASONS_KEY, None)
    session.save()


def test_a_record_that_is_opened_is_told_to_its_company_only(
    site: Client, staff: User, tenant: Tenant, other_tenant: Tenant, invitation: Invitation
) -> None:
    assert site.get(page_of(invitation)).status_code == 200
    (entry,) = told(tenant)
    assert (entry.actor, entry.actor_label) == (staff, "Sam Support")
    assert entry.text == "Invitations. Reason: Ticket 1: a test"
    assert told(other_tenant) == []


def test_pages_of_an_hour_are_one_entry_that_counts(
    site: Client, tenant: Tenant, admin: User, invitation: Invitation, client_for: ClientFor, url: Callable[..., str]
) -> None:
    for _ in range(3):
        site.get(page_of(invitation))
    site.get(reverse("admin:accounts_tenant_change", args=[tenant.pk]))
    first, second = told(tenant)
    assert second.text.startswith("Companies.")
    alma = client_for(admin)
    shown = alma.get(url("audit_trail"), {"what": "support"}).text
    assert "Support looked at" in shown
    assert "Ticket 1: a test (3 pages within the hour)" in shown
    assert "Sam Support" in shown
    assert "(3 pages within the hour)" in alma.get(url("audit_export")).getvalue().decode()
    with tenant_scope(tenant):
        SupportVisit.objects.update(hour=timezone.now() - timedelta(hours=2))
    site.get(page_of(invitation))
    assert len(told(tenant)) == 3
    assert first.pk < second.pk


@pytest.mark.parametrize(
    "name", ["accounts_invitation_change", "accounts_invitation_history", "accounts_invitation_delete"]
)
def test_each_page_of_a_record_asks_for_a_reason_first(
    site: Client, tenant: Tenant, invitation: Invitation, name: str
) -> None:
    forget_reasons(site)
    page = reverse(f"admin:{name}", args=[invitation.pk])
    for ask in (site.get, site.post):
        answer = ask(page)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("admin:support_reason", args=[tenant.pk]))
    assert told(tenant) == []


def test_a_reason_is_stated_once_for_a_company(
    site: Client, tenant: Tenant, other_tenant: Tenant, outsider: User, invitation: Invitation
) -> None:
    forget_reasons(site)
    asked = site.get(page_of(invitation)).headers["Location"]
    assert "Summit Ridge Builders" in site.get(asked).text
    address = asked.partition("?")[0]
    for wrong in ("", "   ", "x", "y" * 201):
        assert site.post(address, {"reason": wrong, "next": page_of(invitation)}).status_code == 422
    answer = site.post(address, {"reason": "Ticket 4711: a lost mail", "next": page_of(invitation)})
    assert answer.headers["Location"] == page_of(invitation)
    assert site.get(page_of(invitation)).status_code == 200
    assert told(tenant)[0].text.endswith("Ticket 4711: a lost mail")
    assert site.get(page_of(invited(other_tenant, outsider))).status_code == 302, "another company is another reason"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_a_reason_leads_nowhere_else(site: Client, tenant: Tenant, target: str) -> None:
    address = reverse("admin:support_reason", args=[tenant.pk])
    answer = site.post(address, {"reason": "Ticket 4711", "next": target})
    assert answer.headers["Location"] == reverse("admin:index")


def test_nobody_else_states_a_reason(client_for: ClientFor, admin: User, tenant: Tenant) -> None:
    for person in (admin, None):
        assert client_for(person).get(reverse("admin:support_reason", args=[tenant.pk])).status_code == 302


def test_a_list_of_one_company_is_told_and_one_of_several_is_not(
    site: Client, tenant: Tenant, other_tenant: Tenant, outsider: User, invitation: Invitation
) -> None:
    invited(other_tenant, outsider)
    site.get(reverse(LIST))
    assert (told(tenant), told(other_tenant)) == ([], [])
    site.get(reverse(LIST), {"q": "new@summit"})
    assert [entry.text for entry in told(tenant)] == ["Invitations. Reason: Ticket 1: a test"]
    assert told(other_tenant) == []
    forget_reasons(site)
    assert site.get(reverse(LIST), {"q": "new@lowland"}).status_code == 200
    assert "a list" in told(other_tenant)[0].text


def test_what_was_not_shown_is_not_told(
    client_for: ClientFor, tenant: Tenant, invitation: Invitation, site: Client
) -> None:
    helper = User.objects.create_user("hal@support.example", "correct horse battery", is_staff=True)
    for client in (client_for(helper), site):
        client.get(reverse("admin:accounts_invitation_change", args=[999_999]))
        client.get(reverse("admin:accounts_invitation_change", args=["x_5F"]))
    client_for(helper).get(page_of(invitation))
    client_for(helper).get(reverse(LIST))
    assert told(tenant) == []


def test_a_company_closes_itself_to_support_and_opens_for_days(
    site: Client, client_for: ClientFor, admin: User, tenant: Tenant, url: Callable[..., str],
    other_tenant: Tenant, outsider: User, invitation: Invitation,
) -> None:  # fmt: skip
    other = invited(other_tenant, outsider)
    alma = client_for(admin)
    typed = {"name": tenant.name, "time_zone": tenant.time_zone, "base_currency": "USD"}

    def choose(**chosen: Any) -> None:
        assert alma.post(url("company"), {**typed, **version_of(alma, url("company")), **chosen}).status_code == 302

    def is_open() -> bool:
        listed = "new@summit-ridge.example" in site.get(reverse(LIST)).text
        assert "new@lowland.example" in site.get(reverse(LIST)).text
        assert site.get(page_of(other)).status_code == 200
        assert (site.get(page_of(invitation)).status_code == 200) is listed
        return listed

    assert is_open()
    choose(support_access="when_allowed")
    assert not is_open()
    trail = site.get(reverse("admin:accounts_auditentry_changelist"), {"q": "Alma"}).text
    assert "Summit Ridge" not in trail
    choose(support_access="when_allowed", support_days="3")
    assert is_open()
    assert "at present" in alma.get(url("company")).text
    Tenant.objects.filter(pk=tenant.pk).update(support_until=timezone.now() - timedelta(seconds=1))
    assert not is_open()
    choose(support_access="when_allowed", support_days="2")
    choose(support_access="when_allowed", support_days="0")
    assert not is_open()
    choose()
    assert not is_open(), "an old page, without the field, opens nothing"
    choose(support_access="always")
    assert is_open()
    too_long = {**typed, **version_of(alma, url("company")), "support_access": "when_allowed", "support_days": "31"}
    assert alma.post(url("company"), too_long).status_code == 422


def test_what_support_may_not_see_it_may_not_change_or_open_either(
    site: Client, tenant: Tenant, invitation: Invitation
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(support_access="when_allowed")
    page = reverse("admin:accounts_tenant_change", args=[tenant.pk])
    site.post(page, {"name": "X", "slug": tenant.slug, "time_zone": "UTC", "support_access": "always"})
    tenant.refresh_from_db()
    assert tenant.support_access == "when_allowed"
    assert site.get(page_of(invitation)).status_code == 302


def test_machines_pass_a_closed_company(tenant: Tenant, invitation: Invitation) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(support_access="when_allowed")
    with cross_tenant("dispatcher"):
        assert Invitation.objects.count() == 1


def test_the_trace_across_tenants_stays(site: Client, invitation: Invitation) -> None:
    site.get(page_of(invitation))
    assert CrossTenantAccess.objects.latest("pk").path == page_of(invitation)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(database.vendor == "sqlite", reason="in memory SQLite refuses a table that another thread writes")
def test_pages_opened_at_the_same_moment_are_one_entry(tenant: Tenant, staff: User) -> None:
    def look(number: int) -> None:
        try:
            with cross_tenant("test"):
                record_visit(tenant.pk, staff, Invitation, "Ticket 1")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(look, range(16)))
    assert len(told(tenant)) == 1
    with tenant_scope(tenant):
        assert SupportVisit.objects.get().pages == 16
