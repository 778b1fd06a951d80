"""Support staff see memberships and invitations, and cannot take a company's last admin either."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Invitation, Membership, Role, Tenant, User
from accounts.people.invitations import invite
from accounts.people.memberships import set_role
from accounts.tenancy import tenant_scope


@pytest.fixture
def site(client_for: Callable[[User | None], Client], staff: User, tenant: Tenant) -> Client:
    return client_for(staff)


def change(membership: Membership) -> str:
    return reverse("admin:accounts_membership_change", args=[membership.pk])


def delete(membership: Membership) -> str:
    return reverse("admin:accounts_membership_delete", args=[membership.pk])


def test_the_last_admin_is_neither_lowered_nor_removed(site: Client, admin: User, accountant: User) -> None:
    alma = admin.memberships.get()
    response = site.post(change(alma), {"role": "viewer"})
    assert "is the only admin of Summit Ridge Builders" in response.content.decode()
    assert site.post(delete(alma), {"post": "yes"}).status_code == 403
    alma.refresh_from_db()
    assert alma.role == Role.ADMIN


def test_one_of_two_admins_can_be_lowered_and_removed(
    site: Client, tenant: Tenant, admin: User, accountant: User
) -> None:
    alma, ben = admin.memberships.get(), set_role(tenant, accountant, Role.ADMIN)
    assert site.post(change(alma), {"role": "viewer"}).status_code == 302
    alma.refresh_from_db()
    assert alma.role == Role.VIEWER
    assert site.post(delete(alma), {"post": "yes"}).status_code == 302
    assert not admin.memberships.exists()
    assert site.post(delete(ben), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("nonsense", ["@SUM(1)", "-1", "٣", "9" * 30])
def test_what_is_no_key_is_refused_and_not_looked_up(site: Client, tenant: Tenant, nonsense: str) -> None:
    address = reverse("admin:accounts_membership_add")
    assert site.get(address, {"user": nonsense, "tenant": nonsense}).status_code == 200
    answer = site.post(address, {"user": nonsense, "tenant": tenant.pk, "role": "viewer"})
    assert "That choice is not one of the available choices" in answer.text


@pytest.mark.parametrize("number", ["2147483648", "9" * 30, "0", "-1", "x", "²"])
def test_a_year_that_is_none_is_refused(site: Client, number: str) -> None:
    for address in ("admin:accounts_user_changelist", "admin:accounts_tenant_changelist"):
        assert site.get(reverse(address), {"created_at__year": number}).status_code in (302, 400)


@pytest.mark.parametrize("name", ["", "x", "__class__"])
def test_a_field_that_there_is_none_of_is_refused(site: Client, admin: User, name: str) -> None:
    address = change(admin.memberships.get())
    assert site.get(address, {"_to_field": name}).status_code == 400
    assert site.post(address, {"_to_field": name, "role": "viewer"}).status_code == 400


def test_no_more_memberships_are_shown_than_were_sent(site: Client) -> None:
    stated = {"memberships-TOTAL_FORMS": "1000", "memberships-INITIAL_FORMS": "0", "memberships-0-role": "viewer"}
    answer = site.post(reverse("admin:accounts_user_add"), stated)
    assert "memberships-0-role" in answer.text
    assert "memberships-1-role" not in answer.text


def test_memberships_are_not_moved_or_removed_in_bulk(
    site: Client, other_tenant: Tenant, admin: User, viewer: User
) -> None:
    vera = viewer.memberships.get()
    site.post(change(vera), {"role": "viewer", "tenant": other_tenant.pk, "user": admin.pk})
    vera.refresh_from_db()
    assert (vera.user, vera.tenant) != (admin, other_tenant)
    page = site.get(reverse("admin:accounts_membership_changelist")).content.decode()
    assert "delete_selected" not in page


def test_memberships_shown_with_a_company_are_not_changed_there(site: Client, tenant: Tenant, admin: User) -> None:
    alma = admin.memberships.get()
    site.post(
        reverse("admin:accounts_tenant_change", args=[tenant.pk]),
        {
            "name": tenant.name, "slug": tenant.slug, "time_zone": "UTC", "base_currency": "USD",
            "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "1", "memberships-0-id": alma.pk,
            "memberships-0-tenant": tenant.pk, "memberships-0-user": admin.pk, "memberships-0-role": "viewer",
            "memberships-0-DELETE": "on",
        },
    )  # fmt: skip
    alma.refresh_from_db()
    assert alma.role == Role.ADMIN


def test_switching_off_the_last_admin_is_possible_and_said(site: Client, admin: User) -> None:
    where = reverse("admin:accounts_user_change", args=[admin.pk])
    data = {"email": admin.email, "name": admin.name, "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    page = site.post(where, data, follow=True).content.decode()
    assert "Summit Ridge Builders has no admin who can log in now" in page
    admin.refresh_from_db()
    assert not admin.is_active


def test_an_invitation_is_shown_without_its_token(site: Client, tenant: Tenant, admin: User) -> None:
    sent = invite(tenant, "nora@summit.example", Role.VIEWER, by=admin)
    pages = [
        site.get(reverse("admin:accounts_invitation_changelist")).content.decode(),
        site.get(reverse("admin:accounts_invitation_change", args=[sent.invitation.pk])).content.decode(),
    ]
    with tenant_scope(tenant):
        kept = Invitation.objects.get()
    for page in pages:
        assert "nora@summit.example" in page
        assert "Invited" in page
        assert kept.token_hash not in page
        assert sent.link not in page
