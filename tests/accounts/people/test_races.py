"""Real threads against one database: whatever two people do at the same moment, a company keeps an admin.

SQLite is copied into a file first: threads cannot share its memory without sharing a connection.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from accounts.models import Invitation, Membership, Role, Tenant, User
from accounts.people.invitations import accept_as_new_person, accept_invitation, invite
from accounts.people.memberships import remove_person, set_role
from accounts.refusal import Refused
from accounts.tenancy import tenant_scope

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("admin", "accountant")]
Together = Callable[..., list[Any]]


@pytest.fixture
def together(tmp_path: Path) -> Iterator[Together]:
    """Does works at the same moment, each in a thread; what each returned or raised, in no order."""
    database = connections.settings["default"]
    name, path = database["NAME"], tmp_path / "people.sqlite3"
    is_copied = False

    def run(*works: Callable[[], Any]) -> list[Any]:
        nonlocal is_copied
        if connection.vendor == "sqlite" and not is_copied:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(path)])
            # Like the file of a site that runs: of two connections that turn it to WAL at once, one is refused.
            with contextlib.closing(sqlite3.connect(path)) as copied:
                copied.execute("PRAGMA journal_mode=WAL")
            database["NAME"] = str(path)
            is_copied = True
        came: list[Any] = []
        line = threading.Barrier(len(works))

        def go(work: Callable[[], Any]) -> None:
            try:
                line.wait()
                came.append(work())
            except Exception as error:
                came.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=go, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return came

    yield run
    database["NAME"] = name


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
