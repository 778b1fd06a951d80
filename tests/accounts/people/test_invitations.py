"""Inviting by mail and accepting: new people, people with accounts, somebody else, and links that no longer work."""

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import IntegrityError
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, InvitationState, Membership, Role, Tenant, User
from accounts.people import invitation_views as pages
from accounts.people import invitations
from accounts.people.invitations import invite
from accounts.people.memberships import set_role
from accounts.tenancy import cross_tenant, tenant_scope
from tests.people import PASSWORD

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
NORA = "nora@summit.example"
OWN = "a password of her own"
JOIN = {"name": "Nora Haddad", "password": OWN, "password_again": OWN}


def invited() -> Invitation:
    with cross_tenant("test"):
        return Invitation.objects.select_related("tenant").latest("pk")


def let_pass(time: timedelta) -> None:
    """Every invitation is older by that much."""
    with cross_tenant("test"):
        Invitation.objects.update(
            created_at=F("created_at") - time, sent_at=F("sent_at") - time, expires_at=F("expires_at") - time
        )


def link_in(text: str) -> str:
    """The path of the link of an invitation in a mail or page."""
    found = re.search(r"https?://[^/\s]+(/invitations/[\w-]+/)", text)
    assert found, text
    return found[1]


def press_invite(client: Client, url: Url, email: str = NORA, role: str = "accountant") -> HttpResponse:
    return client.post(url("invite"), {"email": email, "role": role}, follow=True)


@pytest.fixture
def alma(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


@pytest.fixture
def link(alma: Client, url: Url) -> str:
    press_invite(alma, url)
    return link_in(mail.outbox[0].body)


def opened(client: Client, link: str) -> str:
    """The page that a link leads to."""
    return client.get(link, follow=True).content.decode()


def accept(client: Client, data: dict[str, str] | None = None) -> HttpResponse:
    return client.post(reverse("invitation"), data or {}, follow=True)


# Inviting.


def test_an_invitation_is_mailed_with_all_that_one_must_know(alma: Client, url: Url, admin: User) -> None:
    page = press_invite(alma, url, " Nora@Summit.Example ").content.decode()
    (sent,) = mail.outbox
    assert (sent.to, sent.reply_to) == ([NORA], [admin.email])
    assert sent.subject == "Invitation to Summit Ridge Builders at ERP Admin"
    for said in (
        "Alma Reyes (alma@summit.example)",
        "Summit Ridge Builders",
        "Accountant",
        "(7 days)",
        "did not expect",
    ):
        assert said in sent.body
    assert re.search(r"until [A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d [AP]M [A-Z]+ \(7 days\)", sent.body)
    assert "The mail is on its way" in page
    assert link_in(page) == link_in(sent.body)


def test_a_name_cannot_smuggle_lines_into_the_head_of_a_mail(alma: Client, url: Url, tenant: Tenant) -> None:
    tenant.name = "Summit\r\nBcc: mallory@elsewhere.example"
    tenant.save()
    press_invite(alma, url)
    assert mail.outbox[0].subject == "Invitation to Summit Bcc: mallory@elsewhere.example at ERP Admin"
    assert mail.outbox[0].recipients() == [NORA]


def test_the_link_is_shown_once_and_stored_nowhere(alma: Client, url: Url, link: str, caplog: Any) -> None:
    token = link.rstrip("/").rpartition("/")[2]
    assert token not in alma.get(url("people")).content.decode()
    with caplog.at_level(logging.DEBUG):
        page = Client()
        opened(page, link)
        page.post(reverse("invitation"), {"name": "Nora"})
    assert token not in "".join(record.getMessage() for record in caplog.records)
    assert token not in str(dict(page.session))
    with cross_tenant("test"):
        stored = Invitation.objects.values_list().get()
    assert token not in str(stored)
    assert len(token) >= 43


def test_the_answer_that_shows_the_link_is_not_kept_by_browsers(alma: Client, url: Url) -> None:
    assert "no-store" in press_invite(alma, url)["Cache-Control"]


def test_an_address_is_invited_once(alma: Client, url: Url, link: str) -> None:
    response = press_invite(alma, url, NORA.upper())
    assert response.status_code == 422
    assert "is invited already" in response.content.decode()
    assert len(mail.outbox) == 1


def test_a_member_is_not_invited(alma: Client, url: Url, viewer: User) -> None:
    response = press_invite(alma, url, viewer.email.upper())
    assert "is one of the people of Summit Ridge Builders already" in response.content.decode()
    assert mail.outbox == []


def test_bad_input_is_named_and_kept(alma: Client, url: Url) -> None:
    page = press_invite(alma, url, "not an address", "owner").content.decode()
    assert 'href="#id_email"' in page
    assert 'value="not an address"' in page
    assert "Select a valid choice" in page
    assert mail.outbox == []


def test_an_expired_invitation_does_not_stand_in_the_way(alma: Client, url: Url, link: str) -> None:
    let_pass(timedelta(days=7, minutes=1))
    assert press_invite(alma, url, role="viewer").status_code == 200
    with cross_tenant("test"):
        states = [found.state for found in Invitation.objects.order_by("pk")]
    assert states == [InvitationState.WITHDRAWN, InvitationState.OPEN]


def test_the_same_address_can_be_invited_by_two_companies(
    alma: Client, url: Url, client_for: ClientFor, outsider: User, other_tenant: Tenant, link: str
) -> None:
    where = reverse("invite", kwargs={"tenant_slug": other_tenant.slug})
    assert client_for(outsider).post(where, {"email": NORA, "role": "viewer"}).status_code == 302
    assert len(mail.outbox) == 2


@pytest.mark.usefixtures("_no_mail_server")
def test_without_a_mail_server_the_invitation_stands_and_the_link_is_handed_over(alma: Client, url: Url) -> None:
    page = press_invite(alma, url).content.decode()
    assert "The mail could not be sent" in page
    assert "Mail not sent" in alma.get(url("people")).content.decode()
    assert invited().state == InvitationState.NOT_MAILED
    assert "Join Summit Ridge Builders" in opened(Client(), link_in(page))


@pytest.mark.usefixtures("_no_mail_server")
def test_what_the_mail_server_says_is_not_logged_with_the_link(alma: Client, url: Url, caplog: Any) -> None:
    link = link_in(press_invite(alma, url).content.decode())
    assert "could not be mailed: ConnectionRefusedError" in caplog.text
    assert link not in caplog.text


def test_sending_again_makes_a_new_link_and_stops_the_old_one(alma: Client, url: Url, link: str) -> None:
    page = alma.post(url("resend_invitation", invitation_pk=invited().pk), follow=True).content.decode()
    newer = link_in(mail.outbox[1].body)
    assert link_in(page) == newer != link
    assert "There is a newer invitation" in opened(Client(), link)
    assert "Your role</dt><dd>Accountant" in opened(Client(), newer)


def test_opening_the_address_of_sending_again_sends_nothing(alma: Client, url: Url, link: str) -> None:
    where = url("resend_invitation", invitation_pk=invited().pk)
    assert alma.get(where)["Location"] == url("people")
    assert len(mail.outbox) == 1


def test_a_reload_of_the_answer_does_not_mail_twice(alma: Client, url: Url, link: str) -> None:
    where = url("resend_invitation", invitation_pk=invited().pk)
    alma.post(where)
    page = alma.post(where, follow=True).content.decode()
    assert "was withdrawn meanwhile" in page
    assert len(mail.outbox) == 2


def test_a_withdrawn_link_says_whom_to_ask(alma: Client, url: Url, link: str) -> None:
    alma.post(url("withdraw_invitation", invitation_pk=invited().pk))
    page = opened(Client(), link)
    assert "This invitation was withdrawn" in page
    assert "Alma Reyes (alma@summit.example)" in page
    assert "is withdrawn" in alma.get(url("people")).content.decode()
    assert NORA not in alma.get(url("people")).content.decode()


def test_a_company_sends_so_many_invitations_a_day(alma: Client, url: Url, tenant: Tenant) -> None:
    for number in range(invitations.MOST_A_DAY):
        invite(tenant, f"person{number}@summit.example", Role.VIEWER)
    page = press_invite(alma, url).content.decode()
    assert "has sent 50 invitations within a day" in page
    let_pass(timedelta(days=1, minutes=1))
    assert press_invite(alma, url).status_code == 200


def test_sending_again_counts_as_well(alma: Client, url: Url, tenant: Tenant) -> None:
    for number in range(invitations.MOST_A_DAY):
        invite(tenant, f"person{number}@summit.example", Role.VIEWER)
    page = alma.post(url("resend_invitation", invitation_pk=invited().pk), follow=True).content.decode()
    assert "has sent 50 invitations within a day" in page
    assert invited().state == InvitationState.OPEN  # nothing was lost by trying


def test_the_documentation_names_the_limits_that_hold() -> None:
    page = " ".join((Path(settings.BASE_DIR) / "docs" / "people.md").read_text().split())
    assert f"at most {invitations.MOST_A_DAY} invitations in 24 hours" in page
    assert f"at most {invitations.MOST_OPEN} unanswered" in page
    assert timedelta(days=7) == invitations.LIFETIME
    assert "for seven days" in page
    assert (pages.MOST_UNKNOWN, pages.MOST_TRIES, pages.UNKNOWN_SECONDS, pages.TRIES_SECONDS) == (30, 10, 600, 600)
    assert "After 30 unknown links from one network address within ten minutes" in page
    assert "tried ten times in ten minutes at most" in page


# Accepting.


def test_a_new_person_chooses_name_and_password_and_is_in(link: str, tenant: Tenant) -> None:
    nora = Client()
    page = opened(nora, link)
    for shown in ("Summit Ridge Builders", "Accountant", "Alma Reyes", NORA, "at least 12 characters"):
        assert shown in page
    response = accept(nora, JOIN)
    assert response.redirect_chain[-1][0] == reverse("home", kwargs={"tenant_slug": tenant.slug})
    assert "You belong to Summit Ridge Builders now, as Accountant." in response.content.decode()
    member = Membership.objects.get(user__email=NORA)
    assert (member.role, member.user.name) == (Role.ACCOUNTANT, "Nora Haddad")
    assert Client().login(username=NORA, password=OWN)
    assert invited().accepted_by == member.user


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"password": "short", "password_again": "short"}, "too short"),
        ({"password": "nora@summit.example", "password_again": "nora@summit.example"}, "too similar"),
        ({"password_again": "something else entirely"}, "not the same"),
        ({"name": " "}, "required"),
    ],
)
def test_what_is_typed_wrong_is_named_and_creates_nobody(link: str, typed: dict[str, str], complaint: str) -> None:
    nora = Client()
    opened(nora, link)
    response = accept(nora, {**JOIN, **typed})
    page = response.content.decode()
    assert response.status_code == 422
    assert complaint in page
    assert 'value="Nora Haddad"' in page or typed.get("name")
    assert OWN not in page
    assert not User.objects.filter(email=NORA).exists()


def test_the_address_cannot_be_swapped(link: str) -> None:
    nora = Client()
    opened(nora, link)
    accept(nora, {**JOIN, "email": "mallory@elsewhere.example"})
    assert not User.objects.filter(email="mallory@elsewhere.example").exists()
    assert User.objects.filter(email=NORA).exists()


def test_opening_the_link_accepts_nothing(link: str) -> None:
    opened(Client(), link)
    assert invited().accepted_at is None


@pytest.mark.parametrize("method", ["head", "post", "put", "options"])
def test_no_way_of_asking_for_the_link_logs_it(link: str, method: str, caplog: Any) -> None:
    """Mail programs look at links in odd ways, and a refusal would be logged with the whole address."""
    with caplog.at_level(logging.DEBUG):
        response = getattr(Client(enforce_csrf_checks=True), method)(link)
    assert response["Location"] == reverse("invitation")
    assert link not in "".join(record.getMessage() for record in caplog.records)
    assert invited().accepted_at is None


@pytest.fixture
def nora(db: None) -> User:
    """Has an account already, and belongs to nothing."""
    return User.objects.create_user("Nora@Summit.example", PASSWORD, name="Nora Haddad")


def test_who_has_an_account_logs_in_first_and_accepts_with_one_click(link: str, nora: User, tenant: Tenant) -> None:
    browser = Client()
    page = opened(browser, link)
    assert "You have an account with this address" in page
    assert "new-password" not in page
    login = re.search(r'href="(/login/\?next=/invitations/)"', page)
    assert login is not None
    response = browser.post(login[1], {"login": nora.email, "password": PASSWORD}, follow=True)
    assert "Accept as Nora Haddad" in response.content.decode()
    assert accept(browser).redirect_chain[-1][0] == reverse("home", kwargs={"tenant_slug": tenant.slug})
    assert nora.memberships.get().role == Role.ACCOUNTANT


def test_a_link_never_logs_an_existing_account_in(link: str, nora: User) -> None:
    browser = Client()
    opened(browser, link)
    accept(browser, JOIN)
    assert "_auth_user_id" not in browser.session
    assert not nora.memberships.exists()
    nora.refresh_from_db()
    assert nora.check_password(PASSWORD)


def test_a_switched_off_account_is_told_what_to_do(link: str, nora: User) -> None:
    nora.is_active = False
    nora.save()
    assert "is switched off" in opened(Client(), link)


def test_somebody_else_is_told_so_and_can_log_out(link: str, client_for: ClientFor, viewer: User) -> None:
    vera = client_for(viewer)
    page = opened(vera, link)
    assert f"This invitation is for {NORA}" in page
    assert "You are logged in as <strong>vera@summit.example</strong>" in page
    assert "is for nora@summit.example" in accept(vera).content.decode()
    assert "Enter your name and choose a password" in accept(vera, {"log_out": "1"}).content.decode()
    assert "_auth_user_id" not in vera.session


def test_accepting_twice_changes_nothing(link: str, client_for: ClientFor, nora: User, tenant: Tenant) -> None:
    browser = client_for(nora)
    opened(browser, link)
    session = dict(browser.session)
    accept(browser)
    again = browser.session
    again["invitation"] = session["invitation"]  # as a second click, sent before the first was answered
    again.save()
    assert accept(browser).redirect_chain[-1][0] == reverse("home", kwargs={"tenant_slug": tenant.slug})
    assert Membership.objects.filter(user=nora).count() == 1


def test_a_member_keeps_the_role_they_were_given_meanwhile(
    link: str, client_for: ClientFor, nora: User, tenant: Tenant
) -> None:
    set_role(tenant, nora, Role.ADMIN)
    browser = client_for(nora)
    opened(browser, link)
    accept(browser)
    assert nora.memberships.get().role == Role.ADMIN


def test_an_accepted_link_leads_its_person_in_and_tells_others(
    link: str, client_for: ClientFor, nora: User, url: Url
) -> None:
    browser = client_for(nora)
    opened(browser, link)
    accept(browser)
    assert browser.get(link, follow=True).redirect_chain[-1][0] == url("home")
    assert "This invitation was accepted already" in opened(Client(), link)


def test_an_accepted_link_does_not_lead_a_removed_person_back(
    link: str, alma: Client, client_for: ClientFor, nora: User, url: Url
) -> None:
    browser = client_for(nora)
    opened(browser, link)
    accept(browser)
    alma.post(url("remove_person", membership_pk=nora.memberships.get().pk))
    assert "This invitation was accepted already" in opened(browser, link)
    accept(browser)
    assert not nora.memberships.exists()


def test_an_expired_link_says_so_in_the_companys_time(link: str) -> None:
    let_pass(timedelta(days=7, minutes=1))
    nora = Client()
    page = opened(nora, link)
    assert "This invitation has expired" in page
    assert re.search(r"until <time [^>]*>\w+ \d+, \d{4}, \d+:\d\d [AP]M M[DS]T<", page)
    accept(nora, JOIN)
    assert not User.objects.filter(email=NORA).exists()


def test_an_invitation_that_ends_while_its_page_is_open_is_not_accepted(link: str, alma: Client, url: Url) -> None:
    nora = Client()
    opened(nora, link)
    alma.post(url("withdraw_invitation", invitation_pk=invited().pk))
    assert "This invitation was withdrawn" in accept(nora, JOIN).content.decode()
    assert not User.objects.filter(email=NORA).exists()


@pytest.mark.parametrize("token", ["A" * 43, "x", "%01", "ünicode", "A" * 5000])
def test_unknown_and_malformed_tokens_get_the_same_answer(db: None, token: str) -> None:
    response = Client().get(f"/invitations/{token}/")
    assert response.status_code == 404
    unknown = Client().get(f"/invitations/{'B' * 43}/").content.decode()
    nonce = re.compile(r"csrf[^>]*|X-CSRFToken[^>]*")
    assert nonce.sub("", response.content.decode()) == nonce.sub("", unknown)


def test_guessing_is_slowed_down_and_a_real_link_still_opens(link: str) -> None:
    guesser = Client()
    answers = [guesser.get(f"/invitations/{number:043d}/").status_code for number in range(32)]
    assert answers == [404] * 30 + [429] * 2
    assert guesser.get("/invitations/x/")["Retry-After"] == "600"
    assert "Join Summit Ridge Builders" in opened(guesser, link)


def test_tries_to_accept_are_counted(link: str) -> None:
    nora = Client()
    opened(nora, link)
    answers = [accept(nora, {"name": "Nora"}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_without_an_opened_link_the_page_says_what_to_do(db: None) -> None:
    page = Client().get(reverse("invitation")).content.decode()
    assert "Open the link in your mail" in page


def test_another_companys_invitation_cannot_be_sent_or_withdrawn(
    link: str, client_for: ClientFor, outsider: User, other_tenant: Tenant
) -> None:
    otto, pk = client_for(outsider), invited().pk
    for name in ("resend_invitation", "withdraw_invitation"):
        where = reverse(name, kwargs={"tenant_slug": other_tenant.slug, "invitation_pk": pk})
        assert otto.post(where).status_code == 404
    assert invited().state == InvitationState.OPEN


def test_the_database_itself_refuses_a_second_open_invitation(tenant: Tenant) -> None:
    invite(tenant, NORA, Role.VIEWER)
    with tenant_scope(tenant), pytest.raises(IntegrityError):
        Invitation.objects.create(
            tenant=tenant, email=NORA.upper(), token_hash="0" * 64, expires_at=timezone.now() + timedelta(days=1)
        )
