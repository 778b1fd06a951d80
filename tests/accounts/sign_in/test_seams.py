"""Where limits, proof, passkeys, kept forms, waits and support meet: each is tested apart as well."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Role, SupportAccess, Tenant, User
from accounts.sign_in.kept_forms import KEPT_KEY
from tests.accounts.sign_in.steps import enter_code, is_logged_in, log_in
from tests.browsers import age_proof, leave_alone
from tests.passkey import Device, add_passkey, asked_on, log_in_with
from tests.people import PASSWORD
from tests.second_factor import code, enrol
from tests.shown_forms import version_of

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
HOUR = 3600
TYPED = {"name": "Summit Ridge West", "time_zone": "America/Chicago", "base_currency": "CAD"}
PASSKEY, CODE, ASKED = "mfa_reauthenticate_webauthn", "mfa_reauthenticate", "account_reauthenticate"


@pytest.fixture(autouse=True)
def _named_site(settings: Any) -> None:
    settings.SITE_URL = "https://erp.example"


@pytest.fixture
def phone() -> Device:
    return Device()


@pytest.fixture
def alma(client: Client, admin: User, phone: Device) -> Client:
    """Logged in, with a passkey and recovery codes, and no app."""
    log_in(client, admin.email)
    add_passkey(client, phone)
    mail.outbox.clear()
    return client


@pytest.fixture
def only_passkey(alma: Client, admin: User, phone: Device) -> Client:
    """The same of somebody whose password was switched off."""
    admin.set_unusable_password()
    admin.save()
    log_in_with(alma, phone)
    assert is_logged_in(alma)
    return alma


def text(answer: Any) -> str:
    return str(answer.content.decode())


class TestWaysToConfirm:
    def test_each_page_says_why_and_leads_to_the_others_with_the_reason(self, alma: Client, url: Url) -> None:
        leave_alone(alma, 2 * HOUR)
        where = alma.get(url("runs"))["Location"]
        for name in (ASKED, CODE, PASSKEY):
            page = text(alma.get(f"{reverse(name)}?{where.partition('?')[2]}"))
            assert "You were away for a while" in page
            others = {ASKED, CODE, PASSKEY} - {name}
            assert all(f'{reverse(other)}?next=%2Ft%2Fsummit-ridge%2Fruns%2F&amp;why=away"' in page for other in others)

    def test_what_is_locked_offers_no_way_that_is_locked_too(self, alma: Client, url: Url) -> None:
        leave_alone(alma, 2 * HOUR)
        page = text(alma.get(alma.get(url("runs"))["Location"]))
        assert f'href="{reverse("account")}"' not in page
        assert f'href="{reverse("account_logout")}"' in page

    def test_a_form_goes_on_after_a_passkey(self, alma: Client, tenant: Tenant, phone: Device, url: Url) -> None:
        typed = TYPED | version_of(alma, url("company"))
        leave_alone(alma, 2 * HOUR)
        asked = alma.post(url("company"), typed)
        where = asked["Location"].replace(reverse(ASKED), reverse(PASSKEY))
        page = alma.get(where)
        assert "What you sent just now is kept" in text(page)
        answer = alma.post(where, {"credential": json.dumps(phone.get(asked_on(page)))})
        assert answer["Location"] == reverse("kept_form")
        page = alma.get(answer["Location"])
        kept = page.context["kept"]
        alma.post(kept["where"], dict(kept["fields"]))
        tenant.refresh_from_db()
        assert tenant.name == "Summit Ridge West"

    def test_nothing_is_said_to_be_kept_that_is_not(self, alma: Client, url: Url) -> None:
        leave_alone(alma, 2 * HOUR)
        part = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{url('runs')}"}
        asked = alma.post(url("company"), TYPED, headers=part)["HX-Redirect"]
        assert "kept" not in text(alma.get(asked))
        assert "kept" not in text(alma.get(alma.get(url("runs"))["Location"]))

    def test_without_a_password_the_passkey_is_asked_for_and_not_a_recovery_code(
        self, only_passkey: Client, url: Url
    ) -> None:
        leave_alone(only_passkey, 2 * HOUR)
        assert only_passkey.get(url("runs"))["Location"].startswith(f"{reverse(PASSKEY)}?")

    def test_a_page_of_a_way_one_has_not_leads_to_one_that_one_has(self, only_passkey: Client) -> None:
        leave_alone(only_passkey, 2 * HOUR)
        answer = only_passkey.get(f"{reverse(ASKED)}?next=/account/")
        assert answer["Location"] == f"{reverse(PASSKEY)}?next=%2Faccount%2F"

    def test_a_recovery_code_confirms_once(self, client: Client, admin: User, url: Url) -> None:
        recovery, *_ = enrol(admin)
        log_in(client, admin.email)
        enter_code(client, code())
        for expected in (HTTPStatus.FOUND, HTTPStatus.OK):
            leave_alone(client, 2 * HOUR)
            assert client.post(reverse(CODE), {"code": recovery}).status_code == expected

    @pytest.mark.parametrize(("name", "field", "advice"), [(ASKED, "password", True), (CODE, "code", False)])
    def test_waits_are_said_on_the_page_that_confirms(
        self, client: Client, admin: User, name: str, field: str, advice: bool
    ) -> None:
        """A new password does not help whose codes are wrong."""
        enrol(admin)
        log_in(client, admin.email)
        enter_code(client, code())
        answers = [client.post(reverse(name), {field: "000000"}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert answers[-1]["Retry-After"] == "30"
        assert "data-wait=" in text(answers[-1])
        assert ("choose a new password" in text(answers[-1])) is advice

    def test_a_first_password_takes_a_proof(self, only_passkey: Client, admin: User) -> None:
        """Else a stolen session gives itself what confirms everything else."""
        age_proof(only_passkey, 901)
        new = {"password1": "a quite different one", "password2": "a quite different one"}
        asked = only_passkey.post(reverse("account_set_password"), new)
        assert asked["Location"].startswith(f"{reverse(PASSKEY)}?")
        admin.refresh_from_db()
        assert not admin.has_usable_password()
        assert only_passkey.get(reverse("account_set_password"))["Location"].startswith(f"{reverse(PASSKEY)}?")


class TestKeptForms:
    def test_a_role_that_was_lowered_meanwhile_is_refused_in_words(
        self, alma: Client, admin: User, accountant: User, tenant: Tenant, url: Url
    ) -> None:
        leave_alone(alma, 2 * HOUR)
        asked = alma.post(url("company"), TYPED)
        Membership.objects.filter(user=admin).update(role=Role.VIEWER)
        page = alma.post(asked["Location"], {"password": PASSWORD}, follow=True)
        kept = page.context["kept"]
        answer = alma.post(kept["where"], dict(kept["fields"]))
        assert answer.status_code == 403
        assert "This needs the role Admin; yours is Viewer" in text(answer)
        tenant.refresh_from_db()
        assert tenant.name == "Summit Ridge Builders"

    def test_it_says_from_where_it_was_sent(self, alma: Client, url: Url) -> None:
        """Of forms in two windows only the last is kept."""
        leave_alone(alma, 2 * HOUR)
        for name in ("invite", "company"):
            alma.post(url(name), TYPED, headers={"Referer": f"http://testserver{url(name)}?from={name}"})
        alma.post(reverse(ASKED), {"password": PASSWORD})
        page = text(alma.get(reverse("kept_form")))
        assert f"{url('company')}?from=company" in page
        assert url("invite") not in page

    def test_whoever_comes_when_it_is_gone_is_told(self, alma: Client) -> None:
        page = alma.get(reverse("kept_form"), follow=True)
        assert "No form of yours waits any more" in text(page)

    def test_after_its_time_it_leaves_the_session_with_the_next_page(self, alma: Client, url: Url) -> None:
        leave_alone(alma, 2 * HOUR)
        alma.post(url("company"), TYPED)
        alma.post(reverse(ASKED), {"password": PASSWORD})
        session = alma.session
        session[KEPT_KEY] = {**session[KEPT_KEY], "at": session[KEPT_KEY]["at"] - HOUR - 1}
        session.save()
        alma.get(url("runs"))
        assert KEPT_KEY not in alma.session

    def test_there_is_one_at_most_however_often_one_sends(self, alma: Client, url: Url) -> None:
        leave_alone(alma, 2 * HOUR)
        for _ in range(3):
            alma.post(url("company"), {"name": "x" * 250_000})
        assert max(len(row.session_data) for row in Session.objects.all()) < 500_000

    @pytest.mark.parametrize(
        "told", ["http://testserver//evil.example/x", "http://testserver/\\evil.example", "http://testserver/no/such"]
    )
    def test_the_way_back_is_a_page_of_ours(self, alma: Client, url: Url, told: str) -> None:
        leave_alone(alma, 2 * HOUR)
        part = alma.get(url("runs"), headers={"HX-Request": "true", "HX-Current-URL": told})
        assert "next=%2F&" in part["HX-Redirect"]


class TestLargeForms:
    def test_whoever_was_logged_out_is_told_that_and_not_only_that_it_is_too_large(
        self, alma: Client, url: Url
    ) -> None:
        alma.post(reverse("account_logout"))
        answer = alma.post(url("company"), {"name": "x" * 70_000})
        assert answer.status_code == 413
        assert "not any more" in text(answer)
        part = alma.post(url("company"), {"name": "x" * 70_000}, headers={"HX-Request": "true"})
        assert "data-error-update" in text(part)

    def test_a_large_form_that_was_kept_can_be_sent(self, alma: Client, admin: User, url: Url) -> None:
        typed = {**TYPED, **version_of(alma, url("company")), "name": "x" * 200_000}
        leave_alone(alma, 13 * HOUR)
        sent = alma.post(url("company"), typed)
        log_in(alma, admin.email)
        enter_code(alma, Authenticator.objects.get(user=admin, type="recovery_codes").wrap().get_unused_codes()[0])
        page = alma.get(reverse("kept_form"))
        kept = page.context["kept"]
        assert "why=old" in sent["Location"]
        assert alma.post(kept["where"], dict(kept["fields"])).status_code == 422


class TestSupport:
    def test_the_reason_that_is_given_after_an_absence_is_kept(
        self, client_for: ClientFor, staff: User, tenant: Tenant
    ) -> None:
        sam = client_for(staff)
        where = reverse("admin:accounts_tenant_change", args=[tenant.pk])
        leave_alone(sam, HOUR)
        asked = sam.post(reverse("admin:support_reason", args=[tenant.pk]), {"reason": "Ticket 12345", "next": where})
        page = sam.post(asked["Location"], {"password": PASSWORD}, follow=True)
        kept = page.context["kept"]
        assert sam.post(kept["where"], dict(kept["fields"]))["Location"] == where
        assert sam.get(where).status_code == 200

    @pytest.mark.usefixtures("_no_mail_server")
    def test_without_a_mail_server_second_factors_are_removed_all_the_same(
        self, client_for: ClientFor, staff: User, admin: User, viewer: User, tenant: Tenant
    ) -> None:
        """Of each who was chosen, also where the company is closed to support: the account is the person's."""
        for person in (admin, viewer):
            enrol(person)
        Tenant.objects.filter(pk=tenant.pk).update(support_access=SupportAccess.WHEN_ALLOWED)
        chosen = Authenticator.objects.filter(user__in=[admin, viewer], type="totp").values_list("pk", flat=True)
        answer = client_for(staff).post(
            reverse("admin:mfa_authenticator_changelist"),
            {"action": "remove_lost", "_selected_action": list(chosen)},
        )
        assert answer.status_code == 302
        assert not Authenticator.objects.filter(user__in=[admin, viewer]).exists()


class TestLogIn:
    def test_an_address_of_a_button_is_explained_after_the_log_in(self, client: Client, admin: User) -> None:
        answer = client.post(
            f"{reverse('account_login')}?next={reverse('end_session', args=[1])}",
            {"login": admin.email, "password": PASSWORD},
            follow=True,
        )
        assert answer.status_code == 405
        assert "belongs to a button or a form" in text(answer)


@pytest.mark.parametrize(
    ("name", "sent", "said"),
    [
        ("idle_minutes", "2", "Enter 5 to 1,440 minutes, or leave it empty."),
        ("idle_minutes", "-1", "Enter 5 to 1,440 minutes, or leave it empty."),
        ("idle_minutes", "soon", "Enter 5 to 1,440 minutes, or leave it empty."),
        ("longest_hours", "337", "Enter 1 to 336 hours, or leave it empty."),
        ("longest_hours", "9" * 30, "Enter 1 to 336 hours, or leave it empty."),
    ],
)
def test_limits_that_cannot_be_are_refused_with_what_can(
    alma: Client, url: Url, name: str, sent: str, said: str
) -> None:
    answer = alma.post(url("company_security"), {name: sent, **version_of(alma, url("company_security"))})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors[name]) == {said}
