"""How long a log-in lasts: by company, for support staff and elsewhere; what becomes of what people do then."""

import re
import threading
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection as database
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.http import urlencode

from accounts.models import AuditEntry, Role, Tenant, User
from accounts.services import set_role
from accounts.sign_in.limits import ACTIVE_KEY
from accounts.tenancy import cross_tenant
from integrations.mirror.service import start_list_sync
from integrations.models import Connection
from tests.accounts.sign_in.steps import enter_code, is_logged_in, log_in
from tests.browsers import age_proof, leave_alone
from tests.people import PASSWORD
from tests.second_factor import code, enrol
from tests.shown_forms import version_of
from tests.test_access import own_addresses

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
MINUTE, HOUR = 60, 3600
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/t/summit-ridge/runs/"}


@pytest.fixture
def alma(client: Client, admin: User) -> Client:
    log_in(client, admin.email)
    return client


def is_locked(answer: Any) -> bool:
    where = answer.get("Location", "") or answer.get("HX-Redirect", "")
    return bool(where.startswith(reverse("account_reauthenticate")) and "why=away" in where)


def is_logged_out(answer: Any) -> bool:
    where = answer.get("Location", "") or answer.get("HX-Redirect", "")
    return bool(where.startswith(reverse("account_login")) and "why=old" in where)


def confirm(client: Client, password: str = PASSWORD, next_address: str = "/account/") -> Any:
    return client.post(f"{reverse('account_reauthenticate')}?next={next_address}", {"password": password})


class TestAway:
    @pytest.mark.parametrize(("minutes", "locked"), [(59, False), (60, False), (62, True), (11 * 60, True)])
    def test_after_the_sites_minutes_a_page_asks_and_leads_back(
        self, alma: Client, url: Url, minutes: int, locked: bool
    ) -> None:
        leave_alone(alma, minutes * MINUTE)
        answer = alma.get(url("runs"), {"state": "failed"})
        assert is_locked(answer) is locked
        if locked:
            page = alma.get(answer["Location"]).content.decode()
            assert "You were away for a while" in page
            back = alma.post(answer["Location"], {"password": PASSWORD})
            assert back["Location"] == f"{url('runs')}?state=failed"
            assert alma.get(back["Location"]).status_code == 200

    def test_a_company_chooses_less_or_more(self, alma: Client, tenant: Tenant, url: Url) -> None:
        for minutes, gone, locked in ((5, 4, False), (5, 7, True), (600, 9 * 60, False)):
            confirm(alma)
            Tenant.objects.filter(pk=tenant.pk).update(idle_minutes=minutes)
            leave_alone(alma, gone * MINUTE)
            assert is_locked(alma.get(url("runs"))) is locked

    def test_the_stricter_company_asks_although_somebody_worked_in_the_other(
        self, alma: Client, admin: User, tenant: Tenant, other_tenant: Tenant, url: Url
    ) -> None:
        """A page that allows more is no way around one that allows less."""
        set_role(other_tenant, admin, Role.VIEWER)
        Tenant.objects.filter(pk=other_tenant.pk).update(idle_minutes=480)
        elsewhere = reverse("runs", kwargs={"tenant_slug": other_tenant.slug})
        leave_alone(alma, 2 * HOUR)
        assert alma.get(elsewhere).status_code == 200
        assert is_locked(alma.get(url("runs")))
        assert alma.get(elsewhere).status_code == 200
        assert alma.get(reverse("account")).status_code == 200
        confirm(alma)
        assert alma.get(url("runs")).status_code == 200

    def test_pages_of_no_company_ask_too(self, alma: Client) -> None:
        leave_alone(alma, 2 * HOUR)
        for name in ("account", "tenants", "usersessions_list", "kept_form", "mfa_index"):
            assert is_locked(alma.get(reverse(name))), name

    def test_a_wrong_password_opens_nothing_and_logging_out_is_always_possible(self, alma: Client, url: Url) -> None:
        leave_alone(alma, 2 * HOUR)
        assert confirm(alma, "wrong").status_code == 200
        assert is_locked(alma.get(url("runs")))
        assert alma.get(reverse("account_logout")).status_code == 200
        alma.post(reverse("account_logout"))
        assert not is_logged_in(alma)

    def test_a_code_confirms_as_well(self, client: Client, admin: User, url: Url) -> None:
        enrol(admin)
        log_in(client, admin.email)
        enter_code(client, code())
        leave_alone(client, 2 * HOUR)
        where = f"{reverse('mfa_reauthenticate')}?next={url('runs')}&why=away"
        assert client.post(where, {"code": code(ahead=1)})["Location"] == url("runs")
        assert client.get(url("runs")).status_code == 200

    def test_asking_for_progress_is_no_activity(self, alma: Client, url: Url) -> None:
        alma.get(url("runs"))
        leave_alone(alma, 50 * MINUTE)
        before = alma.session[ACTIVE_KEY]
        alma.get(url("run_progress", number=1), headers=HTMX)
        alma.get(url("sync_progress"), {"run": "1"}, headers=HTMX)
        alma.get(url("commitment_import_progress", draft_pk=1), headers=HTMX)
        assert alma.session[ACTIVE_KEY] == before
        alma.get(url("runs"))
        assert alma.session[ACTIVE_KEY] > before

    def test_a_part_of_a_page_leads_the_whole_page_away_and_back(self, alma: Client, url: Url) -> None:
        leave_alone(alma, 2 * HOUR)
        answer = alma.get(url("run_progress", number=1), headers=HTMX)
        assert answer.status_code == 200
        assert answer.content == b""
        assert is_locked(answer)
        assert "next=%2Ft%2Fsummit-ridge%2Fruns%2F" in answer["HX-Redirect"]
        foreign = alma.get(url("runs"), headers={**HTMX, "HX-Current-URL": "https://evil.example/x"})
        assert "evil" not in foreign["HX-Redirect"]

    def test_what_was_typed_waits_and_is_sent_by_a_click(self, alma: Client, tenant: Tenant, url: Url) -> None:
        typed = {"name": "Summit <b> Ridge", "time_zone": "America/Chicago", "base_currency": "CAD"}
        typed |= version_of(alma, url("company"))
        leave_alone(alma, 2 * HOUR)
        asked = alma.post(url("company"), typed)
        assert is_locked(asked)
        page = alma.post(asked["Location"], {"password": PASSWORD}, follow=True)
        assert "Summit &lt;b&gt; Ridge" in page.content.decode()
        tenant.refresh_from_db()
        assert tenant.name == "Summit Ridge Builders"
        kept = page.context["kept"]
        alma.post(kept["where"], dict(kept["fields"]))
        tenant.refresh_from_db()
        assert (tenant.name, tenant.base_currency) == ("Summit <b> Ridge", "CAD")
        assert alma.get(reverse("kept_form"))["Location"] == "/"

    def test_a_password_that_was_typed_is_not_kept(self, alma: Client, url: Url) -> None:
        leave_alone(alma, 2 * HOUR)
        asked = alma.post(url("authorize"), {"company_id": "Acme", "user_id": "u", "password": "of-intacct"})
        page = alma.post(asked["Location"], {"password": PASSWORD}, follow=True).content.decode()
        assert "Acme" in page
        assert "of-intacct" not in page
        assert "Passwords and files are not kept" in page

    def test_what_is_too_long_to_be_kept_leads_back_to_its_page(self, alma: Client, url: Url) -> None:
        leave_alone(alma, 2 * HOUR)
        page = f"http://testserver{url('company')}"
        asked = alma.post(url("company"), {"name": "x" * 300_000}, headers={"Referer": page})
        assert is_locked(asked)
        assert f"next={url('company')}".replace("/", "%2F") in asked["Location"]


class TestTooOld:
    def test_after_the_sites_hours_everybody_logs_in_anew_second_factor_included(
        self, client: Client, admin: User, url: Url
    ) -> None:
        enrol(admin)
        log_in(client, admin.email)
        enter_code(client, code())
        leave_alone(client, 11 * HOUR)
        confirm(client)
        leave_alone(client, 2 * HOUR)
        answer = client.get(url("runs"))
        assert is_logged_out(answer)
        assert "You logged in long ago" in client.get(answer["Location"]).content.decode()
        assert log_in(client, admin.email)["Location"].startswith(reverse("mfa_authenticate"))
        assert not is_logged_in(client)

    def test_what_a_script_asks_is_refused_and_takes_no_reason_away(self, alma: Client, url: Url) -> None:
        leave_alone(alma, 13 * HOUR)
        assert alma.get(reverse("session_state")).json()["state"] == "ended"
        by_script = {"Sec-Fetch-Mode": "cors"}
        kept = alma.post(url("keep_draft"), "{}", content_type="application/json", headers=by_script)
        assert is_logged_out(kept)
        assert is_logged_out(alma.get(url("drafts")))
        answer = alma.get(url("runs"))
        assert is_logged_out(answer)
        assert "You logged in long ago" in alma.get(answer["Location"]).content.decode()
        assert not is_logged_in(alma)

    def test_the_log_in_page_asks_whoever_logged_in_too_long_ago(self, alma: Client, admin: User) -> None:
        leave_alone(alma, 13 * HOUR)
        where = alma.get(reverse("session_state")).json()["where"]
        assert "Password" in alma.get(where).content.decode()
        assert not is_logged_in(alma)
        log_in(alma, admin.email)
        assert is_logged_in(alma)

    def test_confirming_does_not_make_a_log_in_younger(self, alma: Client, url: Url) -> None:
        for _ in range(3):
            leave_alone(alma, 3 * HOUR + 30 * MINUTE)
            confirm(alma)
            assert alma.get(url("runs")).status_code == 200
        leave_alone(alma, 2 * HOUR)
        assert is_logged_out(alma.get(url("runs")))

    def test_a_company_chooses_more_and_the_site_follows_where_it_leads_there(
        self, alma: Client, admin: User, tenant: Tenant, other_tenant: Tenant, url: Url
    ) -> None:
        set_role(other_tenant, admin, Role.VIEWER)
        Tenant.objects.filter(pk=tenant.pk).update(longest_hours=48, idle_minutes=1440)
        leave_alone(alma, 20 * HOUR)
        assert alma.get(reverse("tenants")).status_code == 200
        assert alma.get(url("runs")).status_code == 200
        assert is_logged_out(alma.get(reverse("runs", kwargs={"tenant_slug": other_tenant.slug})))
        assert not is_logged_in(alma)

    def test_what_was_typed_waits_for_the_same_person_only(
        self, alma: Client, admin: User, viewer: User, tenant: Tenant, url: Url
    ) -> None:
        typed = {"name": "Typed by Alma", "time_zone": "America/Chicago", "base_currency": "CAD"}
        leave_alone(alma, 13 * HOUR)
        sent = alma.post(url("company"), typed)
        assert is_logged_out(sent)
        back = alma.post(sent["Location"], {"login": admin.email, "password": PASSWORD})
        assert back["Location"] == reverse("kept_form")
        assert "Typed by Alma" in alma.get(back["Location"]).content.decode()
        leave_alone(alma, 13 * HOUR)
        sent = alma.post(url("company"), typed)
        other = alma.post(sent["Location"], {"login": viewer.email, "password": PASSWORD}, follow=True)
        assert "Typed by Alma" not in other.content.decode()
        alma.post(reverse("account_logout"))
        log_in(alma, admin.email)
        assert alma.get(reverse("kept_form"))["Location"] == "/"

    @pytest.mark.parametrize("asked", [0, 1], ids=["how the log-in stands", "notes of lists"])
    def test_what_a_page_asks_by_itself_takes_the_reason_from_nobody(
        self, alma: Client, url: Url, connection: Connection, asked: int
    ) -> None:
        run = start_list_sync(connection, kinds=["entities"]).run
        leave_alone(alma, 13 * HOUR)
        alma.get((reverse("session_state"), url("run_progress", number=run.number))[asked])
        assert is_logged_out(alma.get(url("runs")))
        assert not is_logged_out(alma.get(url("runs")))  # told once

    def test_it_is_written_in_the_trail(self, alma: Client, admin: User, url: Url) -> None:
        leave_alone(alma, 13 * HOUR)
        alma.get(url("runs"))
        with cross_tenant("test"):
            assert AuditEntry.objects.filter(kind="log_out", object_id=admin.pk).exists()


class TestStaff:
    def test_the_support_admin_locks_sooner_and_ends_sooner(self, client: Client, staff: User) -> None:
        log_in(client, staff.email)
        enter_code(client, code())
        where = reverse("admin:accounts_tenant_changelist")
        leave_alone(client, 14 * MINUTE)
        assert client.get(where).status_code == 200
        confirm(client)
        leave_alone(client, 20 * MINUTE)
        assert client.get(reverse("account")).status_code == 200
        assert is_locked(client.get(where))
        confirm(client)
        leave_alone(client, 8 * HOUR)
        confirm(client)
        assert is_logged_out(client.get(where))

    @pytest.mark.parametrize("model", ["user", "membership"])
    def test_changing_people_asks_when_the_form_is_opened(self, client_for: ClientFor, staff: User, model: str) -> None:
        sam = client_for(staff)
        age_proof(sam, 301)
        assert sam.get(reverse(f"admin:accounts_{model}_changelist")).status_code == 200
        asked = sam.get(reverse(f"admin:accounts_{model}_add"))
        assert asked["Location"].startswith(reverse("account_reauthenticate"))

    def test_every_change_there_asks_and_keeps_what_was_typed(
        self, client_for: ClientFor, staff: User, admin: User, tenant: Tenant
    ) -> None:
        sam = client_for(staff)
        age_proof(sam, 901)
        membership = admin.memberships.get()
        where = reverse("admin:accounts_user_change", args=[admin.pk])
        typed = {"email": admin.email, "name": "Changed", "is_active": "on",
                 "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}  # fmt: skip
        for address, data in (
            (where, typed),
            (reverse("admin:accounts_membership_delete", args=[membership.pk]), {"post": "yes"}),
            (reverse("admin:mfa_authenticator_changelist"), {"action": "remove_lost", "_selected_action": "1"}),
        ):
            assert sam.post(address, data)["Location"].startswith(reverse("account_reauthenticate"))
        admin.refresh_from_db()
        assert admin.name == "Alma Reyes"
        asked = sam.post(where, typed)
        kept = sam.post(asked["Location"], {"password": PASSWORD}, follow=True).context["kept"]
        assert sam.post(kept["where"], dict(kept["fields"])).status_code == HTTPStatus.FOUND
        admin.refresh_from_db()
        assert admin.name == "Changed"


class TestOddCases:
    def test_a_clock_that_is_set_back_makes_nothing_last_longer(self, alma: Client, url: Url) -> None:
        leave_alone(alma, -3 * HOUR)  # the session was used, and proved, in three hours
        assert alma.get(url("invite"))["Location"].startswith(reverse("account_reauthenticate"))
        assert alma.get(url("runs")).status_code == 200
        leave_alone(alma, 62 * MINUTE)
        assert is_locked(alma.get(url("runs")))
        confirm(alma)
        leave_alone(alma, 12 * HOUR)
        assert is_logged_out(alma.get(url("runs")))

    def test_a_session_without_any_record_begins_now(self, alma: Client, url: Url) -> None:
        session = alma.session
        for name in [name for name in session.keys() if not name.startswith("_auth")]:  # noqa: SIM118
            del session[name]
        session.save()
        assert alma.get(url("runs")).status_code == 200
        assert alma.get(url("invite"))["Location"].startswith(reverse("account_reauthenticate"))

    def test_two_tabs_one_of_which_logged_out(self, alma: Client, admin: User, url: Url) -> None:
        alma.post(reverse("account_logout"))
        typed = {"email": "nora@summit.example", "role": "viewer"}
        page = f"http://testserver{url('invite')}"
        answer = alma.post(url("invite"), typed, headers={"Referer": page})
        assert answer["Location"] == f"/login/?{urlencode({'next': reverse('kept_form'), 'why': 'ended'})}"
        said = alma.get(answer["Location"]).content.decode()
        assert "nothing was saved yet" in said
        assert "What you sent just now is kept" in said
        waiting = alma.post(answer["Location"], {"login": admin.email, "password": PASSWORD})["Location"]
        assert waiting == reverse("kept_form")
        assert "nora@summit.example" in alma.get(waiting).content.decode()
        assert alma.post(url("invite"), typed).status_code in (200, 302)

    def test_what_was_sent_after_a_log_out_is_shown_to_nobody_else(
        self, alma: Client, accountant: User, url: Url
    ) -> None:
        alma.post(reverse("account_logout"))
        answer = alma.post(url("invite"), {"email": "nora@summit.example", "role": "viewer"})
        where = alma.post(answer["Location"], {"login": accountant.email, "password": PASSWORD})["Location"]
        said = alma.get(where, follow=True).content.decode()
        assert "nora@summit.example" not in said
        assert "No form of yours waits" in said

    def test_a_browser_that_nobody_logged_in_with_keeps_nothing(self, client: Client, url: Url) -> None:
        answer = client.post(url("invite"), {"email": "nora@summit.example", "role": "viewer"})
        assert "why=unsent" in answer["Location"]
        assert not client.session.keys()

    def test_a_part_of_a_page_without_log_in_leads_the_whole_page_there(
        self, client: Client, tenant: Tenant, url: Url
    ) -> None:
        answer = client.get(url("run_progress", number=1), headers=HTMX)
        assert answer["HX-Redirect"].startswith("/login/?next=%2Ft%2Fsummit-ridge%2Fruns%2F")
        assert answer.content == b""

    def test_a_forged_form_is_not_kept(self, admin: User, url: Url) -> None:
        victim = Client(enforce_csrf_checks=True)
        victim.force_login(admin)
        leave_alone(victim, 2 * HOUR)
        assert victim.post(url("invite"), {"email": "evil@x.example", "role": "admin"}).status_code == 403
        assert "kept_form" not in victim.session

    def test_a_kept_form_is_forgotten_after_an_hour(self, alma: Client, url: Url) -> None:
        age_proof(alma, 901)
        alma.post(url("invite"), {"email": "nora@summit.example", "role": "viewer"})
        session = alma.session
        session["kept_form"]["at"] -= HOUR + 1
        session.save()
        assert alma.get(reverse("kept_form"))["Location"] == "/"
        assert "kept_form" not in alma.session

    def test_an_ended_session_is_not_made_again_by_a_request_under_way(self, alma: Client, url: Url) -> None:
        leave_alone(alma, 2 * MINUTE)
        key = alma.cookies["sessionid"].value
        second = Client()
        second.cookies["sessionid"] = key
        alma.post(reverse("account_logout"))
        second.get(url("runs"))
        again = Client()
        again.cookies["sessionid"] = key
        assert not is_logged_in(again)


@pytest.mark.django_db(transaction=True)
def test_many_requests_at_the_edge_all_get_an_answer(admin: User, url: Url) -> None:
    if database.vendor == "sqlite":
        pytest.skip("one connection in memory is shared by all threads there")
    alma = Client()
    log_in(alma, admin.email)
    leave_alone(alma, 61 * MINUTE)
    key, answers = alma.cookies["sessionid"].value, []

    def ask() -> None:
        tab = Client()
        tab.cookies["sessionid"] = key
        answers.append(tab.get(url("runs")))
        database.close()

    tabs = [threading.Thread(target=ask) for _ in range(6)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len(answers) == 6
    assert all(answer.status_code == 200 or is_locked(answer) for answer in answers)
    assert is_logged_in(alma) or is_locked(alma.get(url("runs")))


def test_whatever_pages_ask_by_themselves_is_declared_to_be_no_activity() -> None:
    """Each template that asks every few seconds, and the views that answer it."""
    every = re.compile(r'hx-trigger="[^"]*\bevery\b')
    asking = {path.name for path in Path("templates").rglob("*.html") if every.search(path.read_text())}
    assert asking == {"progress.html", "import_progress.html", "run_progress.html", "settings_lists.html"}
    names = [name for name in set(own_addresses()) if name.endswith("_progress")]
    background = {name for name in names if getattr(view_of(name), "is_background", False)}
    assert background == set(names) == {"run_progress", "sync_progress", "commitment_import_progress"}


def view_of(name: str) -> Any:
    given: tuple[dict[str, Any], ...] = ({}, {"number": 1}, {"draft_pk": 1})
    for arguments in given:
        try:
            return resolve(reverse(name, kwargs={"tenant_slug": "x", **arguments})).func
        except NoReverseMatch:
            continue
    raise AssertionError(name)


@pytest.mark.parametrize("name", ["SESSION_IDLE_MINUTES", "STAFF_IDLE_MINUTES", "SESSION_LONGEST_HOURS"])
def test_a_site_that_sets_none_that_a_company_could_choose_is_told(settings: Any, name: str) -> None:
    setattr(settings, name, 0)
    found = [each for each in run_checks() if each.id == "accounts.E002"]
    assert [each.msg for each in found] == [f"{name} is 0."]
