"""Sign-ins to Intacct can be tried a few times, then after a wait; and no answer tells what other companies do here."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role, Tenant, User
from accounts.refusal import Refused
from accounts.tenancy import tenant_scope
from integrations.connections import service, tries
from integrations.event_kinds import IntegrationEvent
from integrations.gateway import slots
from integrations.intacct import BusyError, IntacctError
from integrations.mirror.service import start_list_sync
from integrations.models import CompanySlot, Connection, RunState, SignInTries
from integrations.operations.retention import prune
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.people import person

ClientFor = Callable[[User | None], Client]
WRONG = "a guess"
WAIT = "Too many sign-ins to Sage Intacct were refused"


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def sign_ins(intacct: SandboxServer) -> int:
    counts = intacct.control(do="stats")
    return int(counts["logins"]) + int(counts["failed_logins"])


class Desk:
    """A person at the page where a company is connected."""

    def __init__(self, client: Client, tenant: Tenant, intacct: SandboxServer) -> None:
        self._client, self._tenant, self._facts = client, tenant, intacct.credentials

    def tries(self, **typed: str) -> Any:
        given = {"company_id": self._facts["company"], "user_id": self._facts["user"], "password": WRONG, **typed}
        return self._client.post(reverse("authorize", kwargs={"tenant_slug": self._tenant.slug}), given)

    def is_let_in(self) -> bool:
        return bool(self.tries(password=self._facts["password"]).status_code == 302)


@pytest.fixture
def desk(client_for: ClientFor, admin: User, tenant: Tenant, intacct: SandboxServer) -> Desk:
    return Desk(client_for(admin), tenant, intacct)


@pytest.fixture
def stranger(client_for: ClientFor, outsider: User, other_tenant: Tenant, intacct: SandboxServer) -> Desk:
    return Desk(client_for(outsider), other_tenant, intacct)


def later(minutes: float) -> None:
    """So many minutes pass for what is counted."""
    for row in SignInTries.objects.all():
        row.last_at -= timedelta(minutes=minutes)
        if row.wait_until is not None:
            row.wait_until -= timedelta(minutes=minutes)
        row.save()


def test_after_a_few_refused_tries_nothing_is_sent_for_a_time_that_is_told(desk: Desk, intacct: SandboxServer) -> None:
    for _ in range(5):
        assert "Check company ID, user ID and password" in text_of(desk.tries())
    sent = sign_ins(intacct)
    answer = desk.tries()
    page = text_of(answer)
    assert answer.status_code == 422
    assert WAIT in page
    assert "Try again in 1 minute." in page
    assert "CON-WAIT" in page
    assert sign_ins(intacct) == sent == 5
    assert not desk.is_let_in(), "the right password has to wait like any other"
    assert sign_ins(intacct) == sent


def test_the_wait_grows_to_an_hour(desk: Desk, intacct: SandboxServer) -> None:
    for _ in range(5):
        desk.tries()
    for minutes in (2, 4, 8, 16, 32, 60, 60):
        later(60)
        assert WAIT not in text_of(desk.tries())
        assert f"Try again in {minutes} minutes." in text_of(desk.tries())
    assert sign_ins(intacct) == 5 + 7


def test_a_wait_is_told_by_what_is_left_of_it(desk: Desk) -> None:
    for _ in range(5):
        desk.tries()
    later(60)
    desk.tries()
    later(0.5)
    assert "Try again in 2 minutes." in text_of(desk.tries())
    later(1)
    assert "Try again in 1 minute." in text_of(desk.tries())


def test_a_sign_in_that_is_accepted_forgets_what_was_refused(desk: Desk) -> None:
    for _ in range(4):
        desk.tries()
    assert desk.is_let_in()
    assert set(SignInTries.objects.filter(tries__gt=0).values_list("tries", flat=True)) == {4}, "of the company only"


def test_after_a_quiet_day_counting_begins_again(desk: Desk) -> None:
    for _ in range(5):
        desk.tries()
    later(25 * 60)
    for _ in range(5):
        assert WAIT not in text_of(desk.tries())


@pytest.mark.parametrize(
    ("company", "user"),
    [
        ("summit-demo", "ws_sync"),
        ("Summit-DEMO", "WS_Sync"),
        (" summit-demo\t", "ws_sync "),
        ("\uff53ummit-demo", "ws\uff3fsync"),
        ("summit\N{SOFT HYPHEN}-demo", "ws_\N{WORD JOINER}sync"),
    ],
    ids=["as it is", "case", "blanks", "width", "invisible"],
)
def test_the_same_user_waits_whoever_tried_and_however_it_is_written(
    desk: Desk, stranger: Desk, intacct: SandboxServer, other_tenant: Tenant, company: str, user: str
) -> None:
    for _ in range(5):
        desk.tries()
    sent = sign_ins(intacct)
    page = text_of(stranger.tries(company_id=company, user_id=user))
    assert WAIT in page
    assert sign_ins(intacct) == sent
    assert "Summit Ridge" not in page
    assert WAIT not in text_of(stranger.tries(company_id="northgate-demo")), "another company is another matter"
    with tenant_scope(other_tenant):
        assert not AuditEntry.objects.filter(kind=IntegrationEvent.SIGN_INS_WAIT).exists()


def test_trying_one_user_after_the_other_ends_too(
    client_for: ClientFor, tenant: Tenant, other_tenant: Tenant, intacct: SandboxServer
) -> None:
    """Of many people in several companies, so that no other limit is met."""
    for number in range(20):
        company = Tenant.objects.create(name=f"Company {number}", slug=f"company-{number}")
        someone = person(f"p{number}@company.example", f"P {number}", company, Role.ADMIN)
        assert WAIT not in text_of(Desk(client_for(someone), company, intacct).tries(user_id=f"user-{number}"))
    last = person("last@lowland.example", "Last", other_tenant, Role.ADMIN)
    assert WAIT in text_of(Desk(client_for(last), other_tenant, intacct).tries(user_id="user-21"))


def test_being_let_in_elsewhere_in_between_gives_no_more_tries(stranger: Desk, other_tenant: Tenant) -> None:
    for _ in range(4):
        assert WAIT not in text_of(stranger.tries(user_id="ws_civil"))
        assert stranger.is_let_in()
        with tenant_scope(other_tenant):
            service.disconnect(Connection.objects.get())
    assert WAIT not in text_of(stranger.tries(user_id="ws_civil"))
    assert WAIT in text_of(stranger.tries(user_id="ws_civil"))


def test_another_entity_is_no_other_user(desk: Desk, intacct: SandboxServer) -> None:
    for entity in ("100", "200", "300"):
        desk.tries(entity_id=entity)
    assert WAIT in text_of(desk.tries(entity_id="400"))
    assert WAIT in text_of(desk.tries())


def test_one_person_waits_in_all_companies_and_a_company_for_all_its_people(
    client_for: ClientFor, admin: User, tenant: Tenant, other_tenant: Tenant, intacct: SandboxServer
) -> None:
    other_tenant.memberships.create(user=admin, role=Role.ADMIN)
    for number in range(5):
        Desk(client_for(admin), tenant, intacct).tries(company_id=f"c{number}")
    assert WAIT in text_of(Desk(client_for(admin), other_tenant, intacct).tries(company_id="c5"))
    second = person("second@summit.example", "Second", tenant, Role.ADMIN)
    for number in range(5, 8):
        assert WAIT not in text_of(Desk(client_for(second), tenant, intacct).tries(company_id=f"c{number}"))
    assert WAIT in text_of(Desk(client_for(second), tenant, intacct).tries(company_id="c9"))


def test_whoever_guesses_does_not_keep_the_owner_out(
    connection: Connection, stranger: Desk, intacct: SandboxServer, admin: User
) -> None:
    for _ in range(6):
        stranger.tries()
    facts = intacct.credentials
    service.check(connection, by=admin)
    service.update_credentials(connection, user_id=facts["user"], password=facts["password"], by=admin)


def test_renewing_and_testing_wait_as_well(connection: Connection, intacct: SandboxServer, admin: User) -> None:
    connection.seal_password("no longer valid")
    connection.save(update_fields=["password"])
    checked = partial(service.check, connection, by=admin)
    renewed = partial(service.update_credentials, connection, user_id="ws_sync", password=WRONG, by=admin)
    for attempt in (checked, renewed, checked, renewed, checked):
        with pytest.raises(IntacctError):
            attempt()
    sent = sign_ins(intacct)
    for attempt in (checked, renewed):
        with pytest.raises(Refused, match=WAIT):
            attempt()
    assert sign_ins(intacct) == sent


def test_the_test_of_a_connection_that_has_to_wait_says_so_on_its_page(
    connection: Connection, client_for: ClientFor, admin: User, url: Callable[..., str]
) -> None:
    connection.seal_password("no longer valid")
    connection.save(update_fields=["password"])
    for _ in range(5):
        client_for(admin).post(url("check_connection"))
    answer = client_for(admin).post(url("check_connection"))
    assert answer.status_code == 422
    assert WAIT in text_of(answer)


def test_what_says_nothing_of_the_password_is_not_counted(desk: Desk, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="502", match="getAPISession", times=50)
    for _ in range(9):
        assert WAIT not in text_of(desk.tries())
    intacct.control(do="reset")
    assert desk.is_let_in()


def test_with_an_entity_a_try_counts_twice_since_two_sign_ins_are_sent(desk: Desk, intacct: SandboxServer) -> None:
    tried = 0
    while WAIT not in text_of(desk.tries(entity_id="200")):
        tried += 1
    assert tried == 3
    assert sign_ins(intacct) <= 6


def test_admins_are_told_once_and_the_trail_has_each_wait(
    desk: Desk, tenant: Tenant, admin: User, mailoutbox: list[Any]
) -> None:
    person("second@summit.example", "Second", tenant, Role.ADMIN)
    for _ in range(5):
        desk.tries()
    later(60)
    desk.tries()
    (mail,) = mailoutbox
    assert sorted(mail.to) == ["alma@summit.example", "second@summit.example"]
    assert "Alma Reyes" in mail.body
    assert "summit-demo" not in mail.body + mail.subject, "what was typed may be a password"
    with tenant_scope(tenant):
        told = AuditEntry.objects.filter(kind=IntegrationEvent.SIGN_INS_WAIT).order_by("pk")
        assert [entry.actor for entry in told] == [admin, admin]
        assert "in 1 minute." in told[0].text
        assert "in 2 minutes." in told[1].text


def test_no_row_names_what_was_typed(desk: Desk) -> None:
    desk.tries(company_id="my-secret-password")
    assert SignInTries.objects.count() == 4
    assert "my-secret" not in str(list(SignInTries.objects.values()))
    assert not CompanySlot.objects.filter(company_id__contains="my-secret").exists()


def test_a_command_waits_like_everybody(desk: Desk, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        desk.tries()
    monkeypatch.setenv("INTACCT_USER_PASSWORD", WRONG)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("connect", tenant.slug, "--company=summit-demo", "--user=ws_sync", "--json", stdout=out)
    assert ended.value.code == 3
    assert "CON-WAIT" in out.getvalue()


@pytest.fixture
def busy_company(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The company takes no request more, as while its owner syncs; nobody waits for it."""
    monkeypatch.setattr(service, "SLOT_WAIT_SECONDS", 0.0)
    with ExitStack() as taken:
        for _ in range(slots.SLOTS_PER_COMPANY):
            taken.enter_context(slots.company_slot("summit-demo"))
        yield


@pytest.mark.usefixtures("busy_company")
def test_no_answer_tells_a_stranger_that_a_company_is_synced_here(stranger: Desk) -> None:
    def answer(company: str) -> str:
        page = text_of(stranger.tries(company_id=company)).replace(company, "COMPANY")
        return page[page.index("Not connected") : page.index("Not connected") + 400]

    assert answer("summit-demo") == answer("no-such-company")
    assert "LIM-SLOTS" not in text_of(stranger.tries())
    assert not CompanySlot.objects.filter(company_id="no-such-company").exists()


@pytest.mark.usefixtures("busy_company")
def test_a_company_that_was_disconnected_is_no_longer_ones_own(desk: Desk, tenant: Tenant) -> None:
    assert desk.is_let_in()
    with tenant_scope(tenant):
        service.disconnect(Connection.objects.get())
    assert "Check company ID" in text_of(desk.tries())


def test_the_owner_is_told_that_the_company_is_busy(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "SLOT_WAIT_SECONDS", 0.0)
    with (
        slots.company_slot("SUMMIT-demo"),
        slots.company_slot("summit-demo"),
        pytest.raises(BusyError) as refused,
    ):
        service.check(connection)
    assert refused.value.code == "LIM-SLOTS"


def test_credentials_that_were_refused_no_longer_prove_the_company(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "SLOT_WAIT_SECONDS", 0.0)
    connection.state = "needs_credentials"
    connection.save(update_fields=["state"])
    with slots.company_slot("summit-demo"), slots.company_slot("summit-demo"):
        service.check(connection)


def test_a_tenant_takes_no_more_than_its_share_of_the_sign_ins(
    desk: Desk, stranger: Desk, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "SLOT_WAIT_SECONDS", 0.0)
    with slots.sign_in_slot(tenant.pk), slots.sign_in_slot(tenant.pk):
        for _ in range(9):
            assert "LIM-SIGN-INS" in text_of(desk.tries()), "and it is not counted as refused"
        assert "Check company ID" in text_of(stranger.tries())


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(database.vendor == "sqlite", reason="in memory SQLite refuses a table that another thread writes")
def test_of_many_at_the_same_moment_as_few_pass(tenant: Tenant, admin: User, intacct: SandboxServer) -> None:
    facts = intacct.credentials

    def one(number: int) -> str:
        try:
            with tenant_scope(tenant):
                service.authorize(tenant, company_id=facts["company"], user_id=facts["user"], password=WRONG, by=admin)
        except (Refused, IntacctError) as error:
            return error.code
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(max_workers=10) as pool:
        codes = list(pool.map(one, range(20)))
    assert codes.count("CON-WAIT") >= 15
    assert sign_ins(intacct) <= tries.OF_PERSON.free


def test_what_counts_no_longer_is_removed(db: None) -> None:
    old = SignInTries.objects.create(key="user:old", last_at=timezone.now() - timedelta(days=3))
    young = SignInTries.objects.create(key="user:young")
    prune()
    assert list(SignInTries.objects.values_list("pk", flat=True)) == [young.pk] != [old.pk]


def test_a_run_that_signs_in_anew_is_never_counted_nor_made_to_wait(
    connection: Connection, tenant: Tenant, intacct: SandboxServer, admin: User
) -> None:
    """Not while others take every turn of the sign-ins; nor does what it was refused keep an admin from renewing."""
    facts = intacct.credentials
    with slots.sign_in_slot(tenant.pk), slots.sign_in_slot(tenant.pk):
        for _ in range(tries.OF_OWN_USER.free + 1):
            intacct.control(do="expire_sessions")
            assert run_to_end(start_list_sync(connection, kinds=["checking_accounts"]).run).state == RunState.SUCCEEDED
    connection.seal_password("no longer valid")
    connection.save(update_fields=["password"])
    intacct.control(do="expire_sessions")
    for _ in range(tries.OF_OWN_USER.free + 1):
        Connection.objects.update(state="connected")
        connection.refresh_from_db()
        assert run_to_end(start_list_sync(connection, kinds=["checking_accounts"]).run).error_code == "CON-LOGIN"
    assert not SignInTries.objects.exclude(tries=0).exists()
    service.update_credentials(connection, user_id=facts["user"], password=facts["password"], by=admin)
