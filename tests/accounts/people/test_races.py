"""Real threads against one database: whatever two people do at the same moment, a company keeps an admin."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Invitation, Membership, Role, Tenant, User
from accounts.people.invitations import accept_as_new_person, accept_invitation, invite
from accounts.people.memberships import remove_person, set_role
from accounts.refusal import Refused
from accounts.tenancy import tenant_scope
from tests.accounts.conftest import Together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("admin", "accountant")]


def kinds(came: list[Any]) -> list[str]:
    return sorted(type(one).__name__ for one in came)


def asked(together: Together, question: Callable[[], Any]) -> Any:
    """The answer of the database that the threads work on."""
    (answer,) = together(question)
    assert not isinstance(answer, Exception), answer
    return answer


def admins(tenant: Tenant) -> int:
    return Membership.objects.filter(tenant=tenant, role=Role.ADMIN).count()


@pytest.fixture
def alma(tenant: Tenant, admin: User) -> Membership:
    return Membership.objects.select_related("tenant", "user").get(user=admin)


@pytest.fixture
def ben(tenant: Tenant, accountant: User) -> Membership:
    set_role(tenant, accountant, Role.ADMIN)
    return Membership.objects.select_related("tenant", "user").get(user=accountant)


def test_of_two_admins_who_lower_each_other_one_succeeds(
    together: Together, tenant: Tenant, alma: Membership, ben: Membership
) -> None:
    came = together(
        lambda: set_role(tenant, ben.user, Role.VIEWER, by=alma.user),
        lambda: set_role(tenant, alma.user, Role.VIEWER, by=ben.user),
    )
    assert kinds(came) == ["Membership", "Refused"], came
    assert asked(together, lambda: admins(tenant)) == 1


def test_also_while_a_third_admin_could_do_without_both(
    together: Together, tenant: Tenant, viewer: User, alma: Membership, ben: Membership
) -> None:
    """Anyone who was lowered a moment ago lowers nobody any more."""
    set_role(tenant, viewer, Role.ADMIN)
    came = together(
        lambda: set_role(tenant, ben.user, Role.VIEWER, by=alma.user),
        lambda: set_role(tenant, alma.user, Role.VIEWER, by=ben.user),
    )
    assert kinds(came) == ["Membership", "Refused"], came
    assert asked(together, lambda: admins(tenant)) == 2


def test_of_two_admins_who_leave_at_once_one_stays(
    together: Together, tenant: Tenant, alma: Membership, ben: Membership
) -> None:
    came = together(lambda: remove_person(alma, by=alma.user), lambda: remove_person(ben, by=ben.user))
    assert kinds(came) == ["NoneType", "Refused"], came
    assert asked(together, lambda: admins(tenant)) == 1


def test_two_clicks_on_accept_make_one_membership(together: Together, tenant: Tenant) -> None:
    nora = User.objects.create_user("nora@summit.example", "a password of her own")
    invitation = invite(tenant, nora.email, Role.VIEWER).invitation
    came = together(*[lambda: accept_invitation(invitation, nora)] * 2)
    assert kinds(came) == ["Membership", "Membership"], came
    assert asked(together, lambda: Membership.objects.filter(user=nora).count()) == 1


def test_two_clicks_of_a_new_person_make_one_account(together: Together, tenant: Tenant) -> None:
    invitation = invite(tenant, "nora@summit.example", Role.VIEWER).invitation
    came = together(*[lambda: accept_as_new_person(invitation, name="Nora", password="a password of her own")] * 2)
    assert kinds(came) == ["Membership", "Refused"], came
    assert asked(together, lambda: User.objects.filter(email="nora@summit.example").count()) == 1


def test_a_new_person_who_accepts_two_companies_at_once_gets_one_account(
    together: Together, tenant: Tenant, other_tenant: Tenant
) -> None:
    both = [invite(owner, "nora@summit.example", Role.VIEWER).invitation for owner in (tenant, other_tenant)]
    came = together(
        *[lambda one=one: accept_as_new_person(one, name="Nora", password="a password of her own") for one in both]
    )
    assert kinds(came) == ["Membership", "Refused"], came
    (refused,) = [one for one in came if isinstance(one, Refused)]
    assert refused.code == "INVITE-KNOWN"


def test_an_address_invited_by_two_admins_at_once_is_invited_once(
    together: Together, tenant: Tenant, alma: Membership, ben: Membership
) -> None:
    came = together(
        *[lambda who=who: invite(tenant, "nora@summit.example", Role.VIEWER, by=who.user) for who in (alma, ben)]
    )
    assert kinds(came) == ["Refused", "Sent"], came

    def open_ones() -> int:
        with tenant_scope(tenant):
            return Invitation.objects.filter(withdrawn_at=None).count()

    assert asked(together, open_ones) == 1
