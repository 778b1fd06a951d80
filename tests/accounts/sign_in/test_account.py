"""One's own account: name, address, password, sessions, and the notices that tell of each change."""

import importlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role, Tenant, User
from accounts.services import create_tenant, ensure_person, set_role
from accounts.sign_in.limits import SEEN_KEY
from accounts.tenancy import cross_tenant
from accounts.user_agents import browser_name
from tests.accounts.sign_in.steps import is_logged_in, log_in
from tests.people import PASSWORD

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
NEW = "a quite different long one"


def mailed_path(number: int = -1) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[number].body)
    assert found is not None
    return found[1]


@pytest.fixture
def alma(client: Client, admin: User) -> Client:
    log_in(client, admin.email)
    return client


class TestName:
    def test_it_is_changed(self, alma: Client, admin: User) -> None:
        alma.post(reverse("account"), {"name": "Alma Reyes-Ortiz"})
        admin.refresh_from_db()
        assert admin.name == "Alma Reyes-Ortiz"

    def test_one_that_is_too_long_is_kept_on_the_page(self, alma: Client) -> None:
        response = alma.post(reverse("account"), {"name": "x" * 121})
        assert response.status_code == 422
        assert "x" * 121 in response.content.decode()


class TestPassword:
    def test_it_is_changed_with_the_present_one_and_told_by_mail(self, alma: Client, admin: User) -> None:
        typed = {"password1": NEW, "password2": NEW}
        refused = alma.post(reverse("account_change_password"), {"oldpassword": "wrong", **typed})
        assert "This is not your present password" in refused.content.decode()
        assert mail.outbox == []
        alma.post(reverse("account_change_password"), {"oldpassword": PASSWORD, **typed})
        assert is_logged_in(alma)
        assert [message.subject for message in mail.outbox] == ["Your password was changed"]
        assert "127.0.0.1" in mail.outbox[0].body
        assert NEW not in mail.outbox[0].body

    def test_it_logs_out_everywhere_else(self, alma: Client, admin: User) -> None:
        other = Client()
        log_in(other, admin.email)
        alma.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
        assert not is_logged_in(other)

    @pytest.mark.parametrize("password", ["short", "12345678901234", "alma@summit.example", "alma reyes 1"])
    def test_a_weak_one_is_refused(self, alma: Client, admin: User, password: str) -> None:
        weak = {"oldpassword": PASSWORD, "password1": password, "password2": password}
        alma.post(reverse("account_change_password"), weak)
        admin.refresh_from_db()
        assert admin.check_password(PASSWORD)

    def test_a_mail_server_that_is_away_does_not_hide_what_was_done(
        self, alma: Client, admin: User, settings: Any
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        typed = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
        assert alma.post(reverse("account_change_password"), typed).status_code == 302
        admin.refresh_from_db()
        assert admin.check_password(NEW)


class TestAddress:
    @pytest.fixture(autouse=True)
    def proved(self, admin: User) -> None:
        EmailAddress.objects.create(user=admin, email=admin.email, primary=True, verified=True)

    def begin(self, alma: Client, email: str = "new@summit.example") -> None:
        alma.post(reverse("account_email"), {"email": email, "action_add": "1"})

    def test_it_changes_when_the_link_is_opened_and_not_before(self, alma: Client, admin: User) -> None:
        self.begin(alma, "New@Summit.example")
        admin.refresh_from_db()
        assert admin.email == "alma@summit.example"
        assert mail.outbox[0].to == ["new@summit.example"]
        path = mailed_path()
        assert "Confirm new@summit.example" in alma.get(path).content.decode()
        admin.refresh_from_db()
        assert admin.email == "alma@summit.example"
        alma.post(path)
        admin.refresh_from_db()
        assert admin.email == "new@summit.example"
        assert mail.outbox[-1].to == ["alma@summit.example"]
        assert mail.outbox[-1].subject == "Your e-mail address was changed"
        found = EmailAddress.objects.get(user=admin)
        assert (found.email, found.primary, found.verified) == ("new@summit.example", True, True)
        other = Client()
        log_in(other, "alma@summit.example")
        assert not is_logged_in(other)
        log_in(other, "new@summit.example")
        assert is_logged_in(other)

    @pytest.mark.parametrize("is_proved", [True, False])
    def test_asking_for_a_change_never_touches_the_present_one(
        self, alma: Client, admin: User, is_proved: bool
    ) -> None:
        EmailAddress.objects.filter(user=admin).update(verified=is_proved)
        for email in ("one@summit.example", "two@summit.example"):
            self.begin(alma, email)
        admin.refresh_from_db()
        assert admin.email == "alma@summit.example"
        kept = set(EmailAddress.objects.filter(user=admin).values_list("email", flat=True))
        assert kept == {"alma@summit.example", "two@summit.example"}
        for action in ("action_primary", "action_remove"):
            email = admin.email if action == "action_remove" else "two@summit.example"
            alma.post(reverse("account_email"), {"email": email, action: "1"})
        admin.refresh_from_db()
        assert admin.email == "alma@summit.example"
        assert EmailAddress.objects.filter(user=admin, email=admin.email, primary=True).exists()

    def test_a_change_is_taken_back(self, alma: Client, admin: User) -> None:
        self.begin(alma)
        path = mailed_path()
        alma.post(reverse("account_email"), {"email": "new@summit.example", "action_remove": "1"})
        assert "This link no longer works" in alma.get(path).content.decode()
        assert EmailAddress.objects.get(user=admin).email == admin.email

    def test_the_page_does_not_tell_whose_address_it_is(self, alma: Client, admin: User, viewer: User) -> None:
        """The mailbox is told; its owner, who alone can open the link, is refused with the reason."""
        self.begin(alma, viewer.email)
        page = alma.get(reverse("account_email")).content.decode()
        assert "A change is under way" in page
        assert mail.outbox[-1].to == [viewer.email]
        refused = alma.post(mailed_path(), follow=True).content.decode()
        assert "belongs to another account already" in refused
        admin.refresh_from_db()
        viewer.refresh_from_db()
        assert (admin.email, viewer.email) == ("alma@summit.example", "vera@summit.example")

    def test_a_mistyped_address_gives_a_stranger_nothing(self, alma: Client, admin: User) -> None:
        self.begin(alma)
        link = mailed_path()
        stranger = Client()
        stranger.post(reverse("account_reset_password"), {"email": "new@summit.example"})
        assert mail.outbox[-1].subject == "No account at ERP Admin with this address"
        for response in (stranger.get(link), stranger.post(link)):
            assert response["Location"].startswith(reverse("account_login"))
        admin.refresh_from_db()
        assert admin.email == "alma@summit.example"

    def test_after_a_while_the_password_is_asked_for_and_nothing_typed_is_lost(
        self, alma: Client, admin: User, settings: Any
    ) -> None:
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
        response = alma.post(reverse("account_email"), {"email": "new@summit.example", "action_add": "1"})
        assert response["Location"].startswith(reverse("account_reauthenticate"))
        assert mail.outbox == []
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
        response = alma.post(response["Location"], {"password": PASSWORD}, follow=True)
        assert "it is kept" in response.content.decode()
        assert mail.outbox == []
        kept = response.context["kept"]
        assert kept["where"] == reverse("account_email")
        alma.post(kept["where"], dict(kept["fields"]))
        assert mail.outbox[-1].to == ["new@summit.example"]

    def test_a_second_link_waits_a_moment(self, alma: Client) -> None:
        self.begin(alma)
        alma.post(reverse("account_email"), {"email": "new@summit.example", "action_remove": "1"})
        self.begin(alma)
        assert "Look there before asking again" in alma.get(reverse("account_email")).content.decode()
        assert len([message for message in mail.outbox if message.to == ["new@summit.example"]]) == 1


class TestProof:
    def test_a_new_persons_address_is_proved_by_the_link(self, client: Client, db: None) -> None:
        made = create_tenant("river", name="River Works", admin_email="First@River.example")
        address = EmailAddress.objects.get(user=made.admin)
        assert (address.email, address.primary, address.verified) == ("first@river.example", True, False)
        where = client.get(f"/{made.set_password_url.split('/', 3)[3]}", follow=True).redirect_chain[-1][0]
        assert client.post(where, {"password1": NEW, "password2": NEW})["Location"] == reverse("account_login")
        address.refresh_from_db()
        assert address.verified
        log_in(client, "first@river.example", NEW)
        assert is_logged_in(client)

    def test_a_link_serves_once(self, client: Client, db: None) -> None:
        made = create_tenant("river", name="River Works", admin_email="first@river.example")
        path = f"/{made.set_password_url.split('/', 3)[3]}"
        where = client.get(path, follow=True).redirect_chain[-1][0]
        client.post(where, {"password1": NEW, "password2": NEW})
        again = Client().get(path)
        assert "This link no longer works" in again.content.decode()
        assert reverse("account_reset_password") in again.content.decode()

    def test_people_of_before_get_their_address(self, admin: User, viewer: User, accountant: User) -> None:
        User.objects.filter(pk=admin.pk).update(last_login=timezone.now(), email="Alma@Summit.example")
        EmailAddress.objects.create(user=accountant, email=accountant.email, primary=True, verified=True)
        migration = importlib.import_module("accounts.migrations.0005_email_addresses")
        migration.record_addresses(apps, None)
        migration.record_addresses(apps, None)
        found = {row.email: (row.primary, row.verified) for row in EmailAddress.objects.all()}
        assert found == {
            admin.email: (True, True),
            viewer.email: (True, False),
            accountant.email: (True, True),
        }
        client = Client()
        log_in(client, "Alma@Summit.example")
        assert is_logged_in(client)

    def test_support_changing_an_address_leaves_no_second_one(
        self, client_for: ClientFor, staff: User, admin: User
    ) -> None:
        EmailAddress.objects.create(user=admin, email=admin.email, primary=True, verified=True)
        data = {
            "email": "a.reyes@summit.example", "name": admin.name, "is_active": "on",
            "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0",
        }  # fmt: skip
        client_for(staff).post(reverse("admin:accounts_user_change", args=[admin.pk]), data)
        assert [row.email for row in EmailAddress.objects.filter(user=admin)] == ["a.reyes@summit.example"]
        other = Client()
        log_in(other, "alma@summit.example")
        assert not is_logged_in(other)

    def test_a_password_given_by_support_is_told_by_mail(self, client_for: ClientFor, staff: User, admin: User) -> None:
        address = reverse("admin:auth_user_password_change", args=[admin.pk])
        sam = client_for(staff)
        sam.post(address, {"usable_password": "true", "password1": "short", "password2": "short"})
        assert mail.outbox == []
        sam.post(address, {"usable_password": "true", "password1": NEW, "password2": NEW})
        assert [(message.to, message.subject) for message in mail.outbox] == [
            ([admin.email], "Your password was changed")
        ]

    def test_a_known_person_is_not_recorded_twice(self, admin: User) -> None:
        assert ensure_person("ALMA@summit.example") == (admin, False)


class TestSessions:
    def test_another_one_is_ended(self, alma: Client, admin: User) -> None:
        other = Client()
        log_in(other, admin.email)
        session = UserSession.objects.exclude(session_key=alma.session.session_key).get()
        alma.post(reverse("end_session", args=[session.pk]))
        assert not is_logged_in(other)
        assert is_logged_in(alma)

    def test_somebody_elses_cannot_be_ended(self, alma: Client, viewer: User) -> None:
        other = Client()
        log_in(other, viewer.email)
        session = UserSession.objects.get(user=viewer)
        assert alma.post(reverse("end_session", args=[session.pk])).status_code == 404
        assert is_logged_in(other)

    def test_ones_own_is_ended_by_logging_out(self, alma: Client, admin: User) -> None:
        session = UserSession.objects.get(user=admin)
        assert alma.post(reverse("end_session", args=[session.pk]))["Location"] == reverse("account_logout")

    def test_last_seen_is_renewed_every_five_minutes(self, alma: Client, admin: User) -> None:
        alma.get(reverse("account"))
        earlier = timezone.now() - timedelta(hours=2)
        UserSession.objects.update(last_seen_at=earlier)
        alma.get(reverse("account"))
        assert UserSession.objects.get().last_seen_at == earlier
        session = alma.session
        session[SEEN_KEY] -= 301
        session.save()
        alma.get(reverse("account"))
        assert UserSession.objects.get().last_seen_at > earlier

    @pytest.mark.parametrize(
        ("sent", "shown"),
        [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Windows"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605 Version/17.0 Safari/605", "Safari on Mac"),
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 Chrome/130.0 Safari/537 Edg/130.0", "Edge on Linux"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit CriOS/130.0 Safari/604", "Chrome on iPhone"),
            ("curl/8.0", "curl/8.0"),
            ("", "Unknown browser"),
        ],
    )
    def test_browsers_are_named_as_people_know_them(self, sent: str, shown: str) -> None:
        assert browser_name(sent) == shown


class TestCompanies:
    def test_log_in_leads_to_the_company_used_last(
        self, client: Client, admin: User, tenant: Tenant, other_tenant: Tenant, url: Url
    ) -> None:
        set_role(other_tenant, admin, Role.VIEWER)
        assert log_in(client, admin.email)["Location"] == reverse("tenants")
        other_home = reverse("home", kwargs={"tenant_slug": other_tenant.slug})
        for address in (other_home, url("home"), other_home):
            client.get(address)
        client.post(reverse("account_logout"))
        assert log_in(client, admin.email)["Location"] == other_home

    def test_a_company_one_left_is_not_led_to(
        self, client: Client, admin: User, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        set_role(other_tenant, admin, Role.VIEWER)
        Membership.objects.filter(tenant=other_tenant).update(last_used_at=timezone.now())
        with cross_tenant("test"):
            Membership.objects.filter(user=admin, tenant=other_tenant).delete()
        assert log_in(client, admin.email)["Location"] == reverse("tenants")

    def test_staying_in_a_company_is_written_down_once(self, client_for: ClientFor, admin: User, url: Url) -> None:
        alma = client_for(admin)
        session = alma.session
        session["tenant"] = None
        session.save()
        alma.get(url("runs"))
        first = Membership.objects.get(user=admin).last_used_at
        assert first is not None
        alma.get(url("home"))
        assert Membership.objects.get(user=admin).last_used_at == first


def test_an_account_that_is_switched_off_says_so_to_its_owner_alone(client: Client, admin: User) -> None:
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert log_in(client, admin.email)["Location"] == reverse("account_inactive")
    assert "do not belong together" in log_in(client, admin.email, "wrong").content.decode()
    client.post(reverse("account_reset_password"), {"email": admin.email})
    assert "/password-reset/" not in mail.outbox[-1].body.partition("invite you")[0]


def test_nobody_signs_up(client: Client, db: None) -> None:
    typed = {"email": "new@example.com", "password1": NEW}
    for response in (client.get(reverse("account_signup")), client.post(reverse("account_signup"), typed)):
        assert "By invitation only" in response.content.decode()
    assert not User.objects.exists()
