"""The second factor: set up, asked for, used once, required, sealed at rest, and removed when a phone is lost."""

import json
import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, EventKind, Role, Tenant, User
from accounts.services import set_role
from accounts.sign_in.second_factor import authenticator_keys, reseal_authenticator
from accounts.tenancy import cross_tenant
from tests.accounts.sign_in.steps import enter_code, is_logged_in, log_in
from tests.second_factor import code, enrol

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]


def shown_secret(page: str) -> str:
    found = re.search(r'class="copy-value">([A-Z2-7 ]+)<', page)
    assert found is not None
    return found[1]


class TestLogIn:
    def test_a_password_alone_is_not_enough(self, client: Client, admin: User, url: Url) -> None:
        enrol(admin)
        response = log_in(client, admin.email)
        assert response["Location"] == reverse("mfa_authenticate")
        assert not is_logged_in(client)
        assert client.get(url("home"))["Location"].startswith("/login/")
        assert enter_code(client, code())["Location"] == reverse("tenants")
        assert is_logged_in(client)

    @pytest.mark.parametrize("ahead", [-1, 0, 1])
    def test_a_clock_may_be_wrong_by_a_period(self, client: Client, admin: User, ahead: int) -> None:
        enrol(admin)
        log_in(client, admin.email)
        enter_code(client, code(ahead=ahead))
        assert is_logged_in(client)

    def test_a_code_counts_once(self, client: Client, admin: User) -> None:
        """Also a code of the period to come, which stays valid for longer than django-allauth remembers it."""
        enrol(admin)
        seen = code(ahead=1)
        log_in(client, admin.email)
        enter_code(client, seen)
        assert is_logged_in(client)
        thief = Client()
        log_in(thief, admin.email)
        enter_code(thief, seen)
        assert not is_logged_in(thief)

    def test_a_recovery_code_counts_once(self, client: Client, admin: User) -> None:
        kept = enrol(admin)[0]
        log_in(client, admin.email)
        enter_code(client, kept)
        assert is_logged_in(client)
        again = Client()
        log_in(again, admin.email)
        assert "This code is not right" in enter_code(again, kept).content.decode()
        assert not is_logged_in(again)

    def test_starting_over_forgets_the_password_that_was_given(self, client: Client, admin: User) -> None:
        enrol(admin)
        log_in(client, admin.email)
        client.post(reverse("account_logout"))
        assert enter_code(client, code())["Location"] == reverse("account_login")
        assert not is_logged_in(client)


def trail_of_second_factors() -> list[tuple[str, str, str]]:
    """Kind, who did it and words of each entry, oldest first."""
    with cross_tenant("looking at the trail"):
        kinds = (
            EventKind.SECOND_FACTOR_ADDED,
            EventKind.SECOND_FACTOR_REMOVED,
            EventKind.RECOVERY_CODES_RENEWED,
        )
        found = AuditEntry.objects.filter(kind__in=kinds).order_by("pk")
        return [(str(entry.kind), entry.actor_label, entry.text) for entry in found]


class TestTrail:
    @pytest.mark.django_db(transaction=True)  # django-allauth tells once it is stored
    def test_setting_up_renewing_and_removing_are_written_down(
        self, client: Client, tenant: Tenant, admin: User
    ) -> None:
        log_in(client, admin.email)
        secret = shown_secret(client.get(reverse("mfa_activate_totp")).content.decode())
        client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
        client.post(reverse("mfa_generate_recovery_codes"))
        client.post(reverse("mfa_deactivate_totp"))
        assert trail_of_second_factors() == [
            ("second_factor_added", "Alma Reyes", ""),
            ("recovery_codes_renewed", "Alma Reyes", ""),
            ("second_factor_removed", "Alma Reyes", ""),
        ]

    def test_support_taking_it_away_is_written_down(self, tenant: Tenant, admin: User) -> None:
        enrol(admin)
        call_command("remove_second_factor", admin.email, stdout=StringIO())
        assert [(kind, words) for kind, _, words in trail_of_second_factors()] == [
            ("second_factor_removed", "By support.")
        ]


class TestSetUp:
    @pytest.mark.django_db(transaction=True)  # the notice is sent once it is stored
    def test_the_secret_is_sealed_in_session_and_database(self, client: Client, admin: User) -> None:
        log_in(client, admin.email)
        page = client.get(reverse("mfa_activate_totp"))
        assert "no-store" in page["Cache-Control"]
        secret = shown_secret(page.content.decode()).replace(" ", "")
        stored = [str(session.get_decoded()) for session in Session.objects.all()]
        assert stored
        assert not [text for text in stored if secret in text]
        response = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
        assert response["Location"] == reverse("mfa_view_recovery_codes")
        rows = dict(Authenticator.objects.filter(user=admin).values_list("type", "data"))
        assert set(rows) == {"totp", "recovery_codes"}
        assert rows["totp"]["secret"].startswith("gAAAA")
        assert rows["recovery_codes"]["seed"].startswith("gAAAA")
        assert mail.outbox[-1].subject == "Your second factor is on"
        assert mail.outbox[-1].to == [admin.email]

    def test_a_wrong_code_keeps_the_secret_that_was_scanned(self, client: Client, admin: User) -> None:
        log_in(client, admin.email)
        first = shown_secret(client.get(reverse("mfa_activate_totp")).content.decode())
        refused = client.post(reverse("mfa_activate_totp"), {"code": "000000"}).content.decode()
        assert shown_secret(refused) == first
        assert not Authenticator.objects.exists()

    def test_recovery_codes_are_shown_once(self, client: Client, admin: User) -> None:
        codes = enrol(admin)
        log_in(client, admin.email)
        enter_code(client, code())
        first = client.get(reverse("mfa_view_recovery_codes")).content.decode()
        second = client.get(reverse("mfa_view_recovery_codes")).content.decode()
        assert all(one in first for one in codes)
        assert not [one for one in codes if one in second]

    def test_what_protects_the_account_asks_again_after_a_while(
        self, client: Client, admin: User, settings: Any
    ) -> None:
        enrol(admin)
        log_in(client, admin.email)
        enter_code(client, code())
        assert client.get(reverse("mfa_deactivate_totp")).status_code == 200
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
        for name in ("mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"):
            where = client.get(reverse(name))["Location"]
            assert where.startswith(reverse("account_reauthenticate")), name
        client.post(reverse("mfa_deactivate_totp"))
        assert Authenticator.objects.count() == 2
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
        wrong = client.post(reverse("account_reauthenticate"), {"password": "wrong"}).content.decode()
        assert "This is not your password" in wrong


class TestRequired:
    """Anyone who must have one is sent to set it up, before any guarded page, and nowhere else."""

    @pytest.fixture
    def helper(self, db: None) -> User:
        return User.objects.create_superuser("hal@support.example", "correct horse battery")

    @pytest.mark.parametrize("name", ["admin:index", "admin:accounts_user_changelist"])
    def test_of_staff_in_the_support_admin(self, client_for: ClientFor, helper: User, name: str) -> None:
        hal = client_for(helper)
        response = hal.get(reverse(name))
        assert response["Location"].startswith(reverse("second_factor_required") + "?next=")
        assert "Support staff see the data of every company" in hal.get(response["Location"]).content.decode()
        enrol(helper)
        assert hal.get(reverse(name)).status_code == 200
        assert hal.get(reverse("second_factor_required"))["Location"] == reverse(name)

    def test_of_staff_in_a_company(self, client_for: ClientFor, helper: User, tenant: Tenant, url: Url) -> None:
        set_role(tenant, helper, Role.VIEWER)
        assert reverse("second_factor_required") in client_for(helper).get(url("home"))["Location"]

    def test_of_staff_unless_switched_off(self, client_for: ClientFor, helper: User, settings: Any) -> None:
        settings.STAFF_SECOND_FACTOR = False
        assert client_for(helper).get(reverse("admin:index")).status_code == 200

    def test_of_a_companys_people(
        self, client_for: ClientFor, tenant: Tenant, other_tenant: Tenant, viewer: User, url: Url
    ) -> None:
        set_role(other_tenant, viewer, Role.VIEWER)
        tenant.second_factor_required = True
        tenant.save()
        vera = client_for(viewer)
        response = vera.get(url("runs") + "?state=failed")
        page = vera.get(response["Location"]).content.decode()
        assert "Everybody who works for Summit Ridge Builders needs a passkey, or a code" in page
        assert "Your other companies" in page
        assert vera.get(reverse("home", kwargs={"tenant_slug": other_tenant.slug})).status_code == 200
        assert vera.get(reverse("account")).status_code == 200
        enrol(viewer)
        assert vera.get(response["Location"])["Location"] == url("runs") + "?state=failed"
        assert vera.get(url("runs")).status_code == 200

    def test_a_page_that_updates_itself_goes_there_as_a_whole(
        self, client_for: ClientFor, tenant: Tenant, viewer: User, url: Url
    ) -> None:
        tenant.second_factor_required = True
        tenant.save()
        response = client_for(viewer).get(url("home"), headers={"HX-Request": "true"})
        assert response["HX-Redirect"].startswith(reverse("second_factor_required"))
        assert response.content == b""

    def test_a_change_does_not_slip_through(self, client_for: ClientFor, tenant: Tenant, admin: User, url: Url) -> None:
        tenant.second_factor_required = True
        tenant.save()
        response = client_for(admin).post(url("company"), {"name": "Other", "time_zone": "UTC", "base_currency": "EUR"})
        assert response.status_code == 302
        tenant.refresh_from_db()
        assert tenant.name == "Summit Ridge Builders"

    def test_no_address_elsewhere_is_led_to(self, client_for: ClientFor, staff: User) -> None:
        where = reverse("second_factor_required") + "?next=https://evil.example/"
        assert client_for(staff).get(where)["Location"] == "/"


class TestAdminDoor:
    def test_the_support_admin_has_no_log_in_of_its_own(self, client: Client, staff: User) -> None:
        door = reverse("admin:login")
        assert client.get(door)["Location"].startswith(reverse("account_login"))
        typed = {"username": staff.email, "password": "correct horse battery", "next": reverse("admin:index")}
        response = client.post(door, typed)
        assert response["Location"].startswith(reverse("account_login") + "?next=")
        assert not is_logged_in(client)

    def test_others_are_refused_there(self, client_for: ClientFor, admin: User) -> None:
        assert client_for(admin).get(reverse("admin:login")).status_code == 403

    def test_password_and_log_out_of_the_support_admin_are_the_sites(self, client_for: ClientFor, staff: User) -> None:
        sam = client_for(staff)
        assert sam.get(reverse("admin:password_change"))["Location"] == reverse("account_change_password")
        sam.post(reverse("admin:logout"))
        assert not is_logged_in(sam)


class TestKeys:
    def test_rotation_reaches_second_factors(self, client: Client, admin: User, settings: Any) -> None:
        enrol(admin)
        former = settings.FIELD_ENCRYPTION_KEYS
        settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *former]
        assert self.rotate() == {"resealed": 2, "current": 0, "empty": 0, "unreadable": 0}
        assert self.rotate() == {"resealed": 0, "current": 2, "empty": 0, "unreadable": 0}
        settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]
        log_in(client, admin.email)
        enter_code(client, code())
        assert is_logged_in(client)

    def test_a_lost_key_is_said_and_lets_nobody_in(self, client: Client, admin: User, settings: Any) -> None:
        enrol(admin)
        settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        log_in(client, admin.email)
        assert "can no longer be read" in enter_code(client, code()).content.decode()
        assert not is_logged_in(client)
        with pytest.raises(SystemExit):
            call_command("rotate_keys", stdout=StringIO(), stderr=(said := StringIO()))
        assert "no key opens it" in said.getvalue()

    @pytest.mark.parametrize("name", ["mfa_index", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"])
    def test_pages_say_what_a_lost_key_takes(self, client: Client, admin: User, settings: Any, name: str) -> None:
        enrol(admin)
        log_in(client, admin.email)
        enter_code(client, code())
        settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        response = client.get(reverse(name))
        assert response.status_code == 503
        assert "Ask your support to remove it" in response.content.decode()

    def test_a_rotation_that_was_killed_between_two_rows_goes_on(
        self, client: Client, admin: User, settings: Any
    ) -> None:
        enrol(admin)
        settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEYS]
        assert reseal_authenticator(authenticator_keys()[0])
        assert self.rotate() == {"resealed": 1, "current": 1, "empty": 0, "unreadable": 0}

    @staticmethod
    def rotate() -> dict[str, int]:
        call_command("rotate_keys", "--json", stdout=(out := StringIO()))
        counts: dict[str, int] = json.loads(out.getvalue())
        return counts


class TestLostPhone:
    def test_a_command_removes_it_and_tells_the_person(self, client: Client, admin: User) -> None:
        enrol(admin)
        call_command("remove_second_factor", "ALMA@summit.example", stdout=(out := StringIO()))
        assert "no second factor any more" in out.getvalue()
        assert not Authenticator.objects.exists()
        assert [(message.to, message.subject) for message in mail.outbox] == [
            ([admin.email], "Your second factor was removed")
        ]
        log_in(client, admin.email)
        assert is_logged_in(client)

    def test_the_command_speaks_json_and_says_what_it_did_not_do(self, admin: User) -> None:
        call_command("remove_second_factor", admin.email, "--json", stdout=(out := StringIO()))
        assert json.loads(out.getvalue()) == {"person": admin.email, "removed": False}
        assert mail.outbox == []
        with pytest.raises(CommandError, match="Nobody logs in with"):
            call_command("remove_second_factor", "nobody@example.com")

    def test_support_removes_it_in_the_admin(self, client_for: ClientFor, staff: User, admin: User) -> None:
        enrol(admin)
        chosen = Authenticator.objects.get(user=admin, type="totp")
        address = reverse("admin:mfa_authenticator_changelist")
        client_for(staff).post(address, {"action": "remove_lost", "_selected_action": [chosen.pk]})
        assert set(Authenticator.objects.values_list("user", flat=True)) == {staff.pk}
        assert mail.outbox[-1].to == [admin.email]

    def test_support_sees_no_secret(self, client_for: ClientFor, staff: User, admin: User) -> None:
        enrol(admin)
        sam = client_for(staff)
        log_in(Client(), admin.email)
        for model in ("mfa_authenticator", "usersessions_usersession", "account_emailaddress"):
            page = sam.get(reverse(f"admin:{model}_changelist"), {"q": "summit"})
            assert page.status_code == 200
        for row in Authenticator.objects.all():
            page = sam.get(reverse("admin:mfa_authenticator_change", args=[row.pk]))
            assert page.status_code == 200
            assert "gAAAA" not in page.content.decode()
        assert sam.get(reverse("admin:mfa_authenticator_add")).status_code == 403
