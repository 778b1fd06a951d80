"""A day of the dispatcher with a document in each state: how often Intacct is asked is limited, and grows less."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from accounts.refusal import Refused
from accounts.tenancy import cross_tenant
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import ask_pushes, ledgers_due, wake_ledger
from integrations.gateway import client as gateway
from integrations.intacct import Query, in_
from integrations.models import (
    ACTIVE_RUNS,
    IN_FLIGHT,
    Connection,
    ConnectionState,
    Exchange,
    Push,
    PushState,
    RemoteRecord,
    SyncRun,
    Trigger,
)
from integrations.runs.runner import Slice, work_slice
from integrations.runs.selectors import runs_left_behind
from integrations.sandbox.facade import SandboxServer
from integrations.settings.service import save_settings
from tests.erp_admin.samples import SETTINGS, change_order, commitment

ALWAYS = 10_000
MOST_A_DAY = 500  # as docs/pushing.md says
State = Callable[[Connection, SandboxServer], object]


class Clock:
    """The time of day, which the test moves on."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


def work_off(run_id: int) -> None:
    with suppress(LookupError):  # a defect ends its run, as in a worker
        while work_slice(run_id, may_postpone=True) is Slice.MORE:
            pass


def minute() -> None:
    """What the dispatcher and a worker do each minute."""
    for run in list(runs_left_behind()):
        work_off(run.pk)
    with cross_tenant("dispatcher of a test"):
        due = ledgers_due()
    for _, connection_id, flow in due:
        connection = Connection.objects.get(pk=connection_id)
        try:
            started = wake_ledger(connection, push_flow(flow), trigger=Trigger.SCHEDULE, queued=False)
        except Refused:
            continue
        work_off(started.run.pk)


def next_minute(now: datetime) -> datetime:
    """The next minute in which the dispatcher may find something: what is due is looked at each minute."""
    open_or_unread = Q(state__in=IN_FLIGHT) | Q(state=PushState.DELIVERED, read_back_at=None)
    moments = [*Push.objects.filter(open_or_unread).values_list("due_at", flat=True)]
    moments += SyncRun.objects.filter(state__in=ACTIVE_RUNS).values_list("resume_at", flat=True)
    soonest = min((moment or now for moment in moments), default=now + timedelta(days=1))
    return max(now + timedelta(minutes=1), soonest)


def day(clock: Clock) -> list[int]:
    """Requests of each hour."""
    hours, began = [0] * 24, clock.now
    while (clock_now := next_minute(clock.now)) < began + timedelta(days=1):
        clock.now, before = clock_now, Exchange.objects.count()
        minute()
        hours[(clock_now - began) // timedelta(hours=1)] += Exchange.objects.count() - before
    clock.now = began + timedelta(days=1)
    return hours


def ask(connection: Connection, *documents: Any, flow: str = "commitments") -> None:
    connection.refresh_from_db()
    asked = ask_pushes(connection, push_flow(flow), documents, queued=False)
    assert asked.started is not None
    work_off(asked.started.run.pk)


def fault(kind: str, **values: Any) -> State:
    """A commitment that is pushed while Intacct always fails in this way."""

    def state(connection: Connection, intacct: SandboxServer) -> None:
        intacct.control(do="fault", kind=kind, times=ALWAYS, **values)
        ask(connection, commitment(connection, "DA-1"))

    return state


def unread(connection: Connection, intacct: SandboxServer) -> list[str]:
    """Commitments that were delivered, and could not be read back at first; their ids."""
    intacct.control(do="fault", kind="drop_before", match="query", times=200)
    ask(connection, *(commitment(connection, f"DA-{number}") for number in range(4)))
    intacct.control(do="heal")
    assert not Push.objects.exclude(read_back_at=None).exists()
    return list(Push.objects.values_list("remote_id", flat=True))


def unread_while(kind: str, **values: Any) -> State:
    def state(connection: Connection, intacct: SandboxServer) -> None:
        unread(connection, intacct)
        intacct.control(do="fault", kind=kind, **values)

    return state


def delete_there(connection: Connection, intacct: SandboxServer, remote_ids: Sequence[str]) -> None:
    connection.refresh_from_db()
    with gateway.opened(connection) as client:
        query = Query("PODOCUMENT", ("RECORDNO",), where=in_("DOCID", remote_ids))
        numbers = [row["RECORDNO"] for page in client.pages(query) for row in page.rows]
    for number in numbers:
        intacct.control(do="delete", object="PODOCUMENT", key=number)


def never_shown(connection: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="visibility")
    ask(connection, commitment(connection, "DA-1"))


def lost_and_never_shown(connection: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="visibility")
    fault("drop_after", match="create_potransaction")(connection, intacct)


def deleted(connection: Connection, intacct: SandboxServer) -> None:
    delete_there(connection, intacct, unread(connection, intacct))


def half_deleted(connection: Connection, intacct: SandboxServer) -> None:
    delete_there(connection, intacct, unread(connection, intacct)[:2])


def under_a_wrong_key(connection: Connection, intacct: SandboxServer) -> None:
    unread(connection, intacct)
    Push.objects.update(remote_id="Nothing like it")


def damaged(connection: Connection, intacct: SandboxServer) -> None:
    unread(connection, intacct)
    RemoteRecord.objects.filter(pk=RemoteRecord.objects.earliest("pk").pk).update(sent=["?"])


def lost_and_not_to_be_read(connection: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="drop_before", match="create_potransaction")
    intacct.control(do="fault", kind="permission", object="PODOCUMENT", operation="query")
    ask(connection, commitment(connection, "DA-1"))


def lost_and_damaged(connection: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="drop_after", match="create_potransaction")
    ask(connection, commitment(connection, "DA-1"))
    Push.objects.update(expected=["?"])


def of_an_unknown_type(connection: Connection, intacct: SandboxServer) -> None:
    unread(connection, intacct)
    Push.objects.filter(pk=Push.objects.latest("pk").pk).update(record_type="GONE")


def in_a_closed_entity(connection: Connection, intacct: SandboxServer) -> None:
    ask(connection, commitment(connection, "DA-1", entity_id="Nowhere"), commitment(connection, "DA-2"))


def in_an_entity_closed_since(connection: Connection, intacct: SandboxServer) -> None:
    unread(connection, intacct)
    Push.objects.filter(pk=Push.objects.latest("pk").pk).update(entity_id="Nowhere")


def revoked(connection: Connection, intacct: SandboxServer) -> None:
    unread(connection, intacct)
    intacct.control(do="expire_sessions")
    Connection.objects.filter(pk=connection.pk).update(user_id="nobody")


def waiting(connection: Connection, intacct: SandboxServer) -> None:
    ask(connection, change_order(commitment(connection, "DA-1"), "CO1"), flow="change_orders")


def switched_off(connection: Connection, intacct: SandboxServer) -> None:
    unread(connection, intacct)
    save_settings(connection, values=SETTINGS, switched={"sync_commitments": False})


STATES: dict[str, State] = {
    "never answered": fault("drop_before", match="create_potransaction"),
    "answers lost, and never shown": lost_and_never_shown,
    "nothing but HTML": fault("html"),
    "offline": fault("offline"),
    "to be tried again, always": fault("try_again", match="create_potransaction"),
    "busy": fault("429"),
    "busy for a day": fault("429", retry_after=86_400),
    "sessions always expired": fault("session_expired"),
    "deleted before it was read back": deleted,
    "half of a batch deleted": half_deleted,
    "forbidden to read": unread_while("permission", object="PODOCUMENT", operation="query"),
    "lines forbidden to read": unread_while("permission", object="PODOCUMENTENTRY", operation="query"),
    "read as garbage": unread_while("garbage", match="query", times=ALWAYS),
    "rows that are none": unread_while("bad_row", match="query", times=ALWAYS, field="RECORDNO", value="x", row=0),
    "never shown": never_shown,
    "under a wrong key": under_a_wrong_key,
    "damaged here": damaged,
    "lost, and not to be read": lost_and_not_to_be_read,
    "lost, and damaged here": lost_and_damaged,
    "of a type that nothing reads": of_an_unknown_type,
    "in a closed entity": in_a_closed_entity,
    "in an entity closed since": in_an_entity_closed_since,
    "revoked": revoked,
    "waiting": waiting,
}


@pytest.mark.parametrize("name", STATES)
def test_a_day_asks_little_and_less(pushing: Connection, intacct: SandboxServer, clock: Clock, name: str) -> None:
    STATES[name](pushing, intacct)
    hours = day(clock)
    assert sum(hours) <= MOST_A_DAY, hours
    assert sum(hours[-6:]) <= max(6 * 30, sum(hours[:6])), hours  # it never asks more, the longer it lasts
    # No row is due for ever: what is, the dispatcher takes up each minute.
    minute()
    with cross_tenant("dispatcher of a test"):
        assert not ledgers_due()


def test_what_never_arrives_fails_in_the_end(pushing: Connection, intacct: SandboxServer, clock: Clock) -> None:
    STATES["never answered"](pushing, intacct)
    day(clock)
    push = Push.objects.get()
    assert (push.state, push.error_code, push.tries) == (PushState.FAILED, "NO-ANSWER", 20)
    assert sum(day(clock)) == 0


def test_what_is_switched_off_asks_nothing(pushing: Connection, intacct: SandboxServer, clock: Clock) -> None:
    """It stays due, so that it goes on in the minute in which somebody switches it on again."""
    switched_off(pushing, intacct)
    before = Exchange.objects.count()
    for _ in range(60):
        clock.now += timedelta(minutes=1)
        minute()
    assert Exchange.objects.count() == before


def test_an_entity_that_is_closed_stops_nothing_elsewhere(
    pushing: Connection, intacct: SandboxServer, clock: Clock
) -> None:
    in_an_entity_closed_since(pushing, intacct)
    for _ in range(5):
        clock.now += timedelta(minutes=1)
        minute()
    pushing.refresh_from_db()
    assert pushing.state == ConnectionState.CONNECTED, pushing.state_reason
    assert [push.read_back_at is not None for push in Push.objects.order_by("pk")] == [True, True, True, False]
