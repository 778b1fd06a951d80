"""Support staff do not lift themselves: ways up, each tried with every right there is short of being superuser."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Role, Tenant, User
from accounts.people.memberships import set_role
from tests.accounts.sign_in.steps import log_in
from tests.people import PASSWORD
from tests.second_factor import enrol

ClientFor = Callable[[User | None], Client]
LIFTED = {"is_staff": "on", "is_superuser": "on", "is_active": "on"}
NO_INLINES = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}


@pytest.fixture
def helper(db: None) -> User:
    """Of support, with every permission of people and log-in, and not superuser."""
    person = User.objects.create_user("hal@support.example", PASSWORD, name="Hal Helper", is_staff=True)
    apps = ("accounts", "auth", "mfa", "account", "usersessions", "admin", "contenttypes", "sessions")
    person.user_permissions.set(Permission.objects.filter(content_type__app_label__in=apps))
    enrol(person)
    return person


@pytest.fixture
def hal(client_for: ClientFor, helper: User, tenant: Tenant) -> Client:
    """At a browser in which he has said why he looks at the company's data."""
    return client_for(helper)


@pytest.fixture
def colleague(db: None) -> User:
    """Of support too, with a right that Hal has not."""
    person = User.objects.create_user("kim@support.example", PASSWORD, name="Kim Colleague", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(content_type__app_label="integrations"))
    return person


def page(person: User, name: str = "accounts_user_change") -> str:
    return reverse(f"admin:{name}", args=[person.pk])


def form_of(person: User, **more: Any) -> dict[str, Any]:
    return {"email": person.email, "name": person.name, **NO_INLINES, **more}


def rights(person: User) -> tuple[bool, bool, set[str]]:
    fresh = User.objects.get(pk=person.pk)
    return fresh.is_staff, fresh.is_superuser, fresh.get_all_permissions()


class TestRights:
    def test_of_themselves(self, hal: Client, helper: User) -> None:
        before = rights(helper)
        every = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]
        answer = hal.post(page(helper), form_of(helper, **LIFTED, user_permissions=every, name="Lifted"))
        assert answer.status_code == 403
        assert rights(helper) == before

    def test_of_a_person_they_may_change(self, hal: Client, viewer: User) -> None:
        group = Group.objects.create(name="Everything")
        group.permissions.set(Permission.objects.all())
        answer = hal.post(page(viewer), form_of(viewer, **LIFTED, groups=[group.pk], name="Vera L."))
        assert answer.status_code == 302
        assert rights(viewer) == (False, False, set())
        viewer.refresh_from_db()
        assert (viewer.name, viewer.is_active) == ("Vera L.", True)

    def test_of_a_person_they_add(self, hal: Client) -> None:
        data = {"email": "new@support.example", "name": "New", "password1": PASSWORD, "password2": PASSWORD}
        hal.post(reverse("admin:accounts_user_add"), {**data, **NO_INLINES, **LIFTED})
        assert rights(User.objects.get(email="new@support.example")) == (False, False, set())

    def test_through_a_group(self, hal: Client, helper: User) -> None:
        group = Group.objects.create(name="Support")
        helper.groups.add(group)
        every = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]
        change = reverse("admin:auth_group_change", args=[group.pk])
        assert hal.post(change, {"name": "Support", "permissions": every}).status_code == 403
        assert hal.post(reverse("admin:auth_group_add"), {"name": "G", "permissions": every}).status_code == 403
        assert hal.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"}).status_code == 403
        bulk = {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"}
        hal.post(reverse("admin:auth_group_changelist"), bulk)
        assert not Group.objects.get().permissions.exists()

    def test_superusers_go_on_giving_rights_but_not_to_themselves(
        self, client_for: ClientFor, staff: User, viewer: User
    ) -> None:
        sam = client_for(staff)
        assert sam.post(page(viewer), form_of(viewer, **LIFTED)).status_code == 302
        assert rights(viewer)[:2] == (True, True)
        assert sam.post(page(staff), form_of(staff, is_active="on")).status_code == 403
        assert rights(staff)[:2] == (True, True)


class TestOthersAccounts:
    """Of superusers, and of staff who may something that Hal may not."""

    @pytest.fixture(params=["staff", "colleague"])
    def other(self, request: pytest.FixtureRequest) -> User:
        found: User = request.getfixturevalue(request.param)
        return found

    @pytest.mark.parametrize(
        "change", [{"email": "hal@elsewhere.example"}, {"name": "X"}, {"is_active": ""}, LIFTED, {"password": "x"}]
    )
    def test_are_not_changed(self, hal: Client, other: User, change: dict[str, str]) -> None:
        before = User.objects.filter(pk=other.pk).values().get()
        assert hal.post(page(other), form_of(other, is_active="on") | change).status_code == 403
        assert User.objects.filter(pk=other.pk).values().get() == before
        assert mail.outbox == []

    def test_get_no_other_password(self, hal: Client, other: User) -> None:
        where = page(other, "auth_user_password_change")
        new = {"password1": "a quite different one", "password2": "a quite different one", "usable_password": "true"}
        assert hal.get(where).status_code == 403
        assert hal.post(where, new).status_code == 403
        assert User.objects.get(pk=other.pk).check_password(PASSWORD)

    def test_are_shown(self, hal: Client, other: User) -> None:
        answer = hal.get(page(other))
        assert answer.status_code == 200
        assert 'name="_save"' not in answer.content.decode()

    def test_keep_their_second_factor(self, hal: Client, other: User) -> None:
        Authenticator.objects.filter(user=other).delete()
        enrol(other)
        rows = list(Authenticator.objects.filter(user=other).values_list("pk", flat=True))
        bulk = {"action": "remove_lost", "_selected_action": rows}
        answer = hal.post(reverse("admin:mfa_authenticator_changelist"), bulk, follow=True)
        assert "Not removed" in answer.content.decode()
        assert Authenticator.objects.filter(user=other).count() == 2
        assert mail.outbox == []

    def test_get_no_membership_and_lose_none(self, hal: Client, other: User, tenant: Tenant, admin: User) -> None:
        add = reverse("admin:accounts_membership_add")
        data = {"user": other.pk, "tenant": tenant.pk, "role": "admin"}
        assert "Select a valid choice" in hal.post(add, data).content.decode()
        kept = set_role(tenant, other, Role.VIEWER)
        assert hal.post(reverse("admin:accounts_membership_change", args=[kept.pk]), data).status_code == 403
        assert hal.post(reverse("admin:accounts_membership_delete", args=[kept.pk]), {"post": "y"}).status_code == 403
        assert Membership.objects.get(user=other).role == Role.VIEWER


class TestOwnWays:
    def test_no_membership_of_their_own_in_any_company(self, hal: Client, helper: User, tenant: Tenant) -> None:
        """By the page of memberships, of the company, and of the person."""
        data = {"user": helper.pk, "tenant": tenant.pk, "role": "admin"}
        row = {f"memberships-0-{name}": value for name, value in data.items()}
        inline = {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", **row}
        company = {"name": tenant.name, "slug": tenant.slug, "time_zone": "UTC", "base_currency": "USD"}
        hal.post(reverse("admin:accounts_membership_add"), data)
        hal.post(reverse("admin:accounts_tenant_change", args=[tenant.pk]), {**company, **inline})
        hal.post(reverse("admin:accounts_tenant_add"), {**company, "slug": "mine", **inline})
        hal.post(page(helper), {**form_of(helper), **inline})
        assert not Membership.objects.filter(user=helper).exists()

    def test_a_superuser_gives_themselves_none_either(self, client_for: ClientFor, staff: User, tenant: Tenant) -> None:
        data = {"user": staff.pk, "tenant": tenant.pk, "role": "admin"}
        client_for(staff).post(reverse("admin:accounts_membership_add"), data)
        assert not Membership.objects.exists()

    def test_their_own_role_is_raised_by_somebody_else(self, hal: Client, helper: User, tenant: Tenant) -> None:
        own = set_role(tenant, helper, Role.VIEWER)
        assert (
            hal.post(reverse("admin:accounts_membership_change", args=[own.pk]), {"role": "admin"}).status_code == 403
        )

    def test_their_own_second_factor_is_removed_where_it_asks_who_they_are(self, hal: Client, helper: User) -> None:
        rows = list(Authenticator.objects.filter(user=helper).values_list("pk", flat=True))
        bulk = {"action": "remove_lost", "_selected_action": rows, "select_across": "1"}
        hal.post(reverse("admin:mfa_authenticator_changelist"), bulk)
        assert Authenticator.objects.filter(user=helper).count() == 2

    @pytest.mark.parametrize(
        "model", ["mfa_authenticator", "account_emailaddress", "usersessions_usersession", "accounts_auditentry"]
    )
    def test_nothing_is_added_by_hand(self, hal: Client, model: str) -> None:
        assert hal.post(reverse(f"admin:{model}_add"), {}).status_code == 403

    def test_the_keys_of_sessions_are_not_found_out_letter_by_letter(self, hal: Client, staff: User) -> None:
        log_in(Client(), staff.email)
        for lookup in ("session_key", "session_key__startswith", "session_key__regex"):
            where = reverse("admin:usersessions_usersession_changelist")
            assert hal.get(where, {lookup: "a"}).status_code == 400, lookup

    @pytest.mark.parametrize("lookup", ["password__startswith", "password__regex", "groups__permissions__id"])
    def test_people_are_not_found_by_their_secrets(self, hal: Client, lookup: str) -> None:
        answer = hal.get(reverse("admin:accounts_user_changelist"), {lookup: "1"})
        assert answer.status_code in (302, 400)

    def test_nothing_of_the_queue_can_be_told_to_run(self, hal: Client) -> None:
        for path in ("django_q/schedule/add/", "auth/permission/add/", "admin/logentry/add/", "sessions/session/"):
            assert hal.get(reverse("admin:index") + path).status_code == 404


class TestWhatSupportGoesOnDoing:
    def test_a_person_gets_another_address_and_the_former_one_is_told(self, hal: Client, viewer: User) -> None:
        """Whoever can change an address can have a link sent there; the person learns of it."""
        data = form_of(viewer, is_active="on") | {"email": "vera.l@summit.example"}
        assert hal.post(page(viewer), data).status_code == 302
        assert [(message.to, message.subject) for message in mail.outbox] == [
            (["vera@summit.example"], "Your e-mail address was changed")
        ]

    def test_a_persons_lost_phone_and_membership(self, hal: Client, viewer: User, tenant: Tenant) -> None:
        enrol(viewer)
        rows = list(Authenticator.objects.filter(user=viewer).values_list("pk", flat=True))
        hal.post(reverse("admin:mfa_authenticator_changelist"), {"action": "remove_lost", "_selected_action": rows})
        assert not Authenticator.objects.filter(user=viewer).exists()
        own = viewer.memberships.get()
        hal.post(reverse("admin:accounts_membership_change", args=[own.pk]), {"role": "accountant"})
        own.refresh_from_db()
        assert own.role == Role.ACCOUNTANT

    def test_staff_with_fewer_rights_are_open(self, hal: Client) -> None:
        junior = User.objects.create_user("jo@support.example", PASSWORD, is_staff=True)
        junior.user_permissions.set(Permission.objects.filter(codename="view_user"))
        data = form_of(junior, is_active="on") | {"name": "Jo"}
        assert hal.post(page(junior), data).status_code == 302
        assert rights(junior) == (True, False, {"accounts.view_user"})
