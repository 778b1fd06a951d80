"""A day of the dispatcher for a document in each state: what it asks of Intacct is limited, and grows less with time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.delivery.contract import push_flow
from integrations.delivery.requests import ask_pushes, ledgers_due, wake_ledger
from integrations.delivery.contract import push_flows
from accounts.refusal import Refused
from accounts.tenancy import cross_tenant
from integrations.models import Connection, Exchange, Push, PushState, RemoteRecord, SyncRun, Trigger
from integrations.runs.runner import Slice, work_slice
from integrations.runs.selectors import runs_left_behind
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, commitment
from tests.integrations.delivery.ledger import push

FOREVER = 100_000


class Clock:
    """The time of day, which tests move on."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


def a_minute() -> None:
    """What the dispatcher and a worker do each minute."""
    for run in list(runs_left_behind()):
        work_off(run.pk)
    with cross_tenant("test"):
        due = ledgers_due()
    for _, connection_id, flow in due:
        try:
            started = wake_ledger(Connection.objects.get(pk=connection_id), push_flow(flow), trigger=Trigger.SCHEDULE, queued=False)
        except Refused:
            continue
        work_off(started.run.pk)


def work_off(run_id: int) -> None:
    try:
        while work_slice(run_id, may_postpone=True) is Slice.MORE:
            pass
    except Exception as error:
        defects.append(error)

defects: list = []

def a_day(clock: Clock, minutes: int = 1440) -> list[int]:
    """Requests of each hour."""
    hours = []
    for hour in range(minutes // 60):
        before = Exchange.objects.count()
        for _ in range(60):
            clock.now += timedelta(minutes=1)
            a_minute()
        hours.append(Exchange.objects.count() - before)
    return hours


def ask(connection: Connection, *documents: Any, flow: str = "commitments") -> None:
    connection.refresh_from_db()
    asked = ask_pushes(connection, push_flow(flow), documents, queued=False)
    assert asked.started is not None
    work_off(asked.started.run.pk)


def never_answered(connection, intacct):
    intacct.control(do="fault", kind="drop_before", match="create_potransaction", times=10000)
    ask(connection, commitment(connection, "DA-1"))

def offline(connection, intacct):
    intacct.control(do="fault", kind="offline", times=10000)
    ask(connection, commitment(connection, "DA-1"))

def html(connection, intacct):
    intacct.control(do="fault", kind="html", times=10000)
    ask(connection, commitment(connection, "DA-1"))

def try_again(connection, intacct):
    intacct.control(do="fault", kind="try_again", match="create_potransaction", times=10000)
    ask(connection, commitment(connection, "DA-1"))

def busy(connection, intacct):
    intacct.control(do="fault", kind="429", times=10000)
    ask(connection, commitment(connection, "DA-1"))

def busy_long(connection, intacct):
    intacct.control(do="fault", kind="429", times=10000, retry_after=86400)
    ask(connection, commitment(connection, "DA-1"))

def unread(connection, intacct, *kinds):
    intacct.control(do="fault", kind="drop_before", match="query", times=5)
    documents = [commitment(connection, f"DA-{number}") for number in range(4)]
    ask(connection, *documents)
    intacct.control(do="heal")
    for document in documents:
        document.refresh_from_db()
    return documents

def delete_there(intacct, connection, remote_id):
    from integrations.gateway import client as gateway
    from integrations.intacct import Query, eq
    connection.refresh_from_db()
    with gateway.opened(connection) as client:
        rows = [row for page in client.pages(Query("PODOCUMENT", ("RECORDNO",), where=eq("DOCID", remote_id))) for row in page.rows]
    intacct.control(do="delete", object="PODOCUMENT", key=rows[0]["RECORDNO"])

def deleted_before_read_back(connection, intacct):
    documents = unread(connection, intacct)
    for document in documents:
        delete_there(intacct, connection, document.remote_id)

def half_missing(connection, intacct):
    documents = unread(connection, intacct)
    for document in documents[:2]:
        delete_there(intacct, connection, document.remote_id)

def forbidden_to_read(connection, intacct):
    unread(connection, intacct)
    intacct.control(do="fault", kind="permission", object="PODOCUMENT", operation="query")

def forbidden_lines(connection, intacct):
    unread(connection, intacct)
    intacct.control(do="fault", kind="permission", object="PODOCUMENTENTRY", operation="query")

def read_garbage(connection, intacct):
    unread(connection, intacct)
    intacct.control(do="fault", kind="garbage", match="query", times=10000)

def read_truncated(connection, intacct):
    unread(connection, intacct)
    intacct.control(do="fault", kind="truncated", match="query", times=10000)

def bad_row(connection, intacct):
    unread(connection, intacct)
    intacct.control(do="fault", kind="bad_row", match="query", times=10000, field="RECORDNO", value="x", row=0)

def wrong_key(connection, intacct):
    unread(connection, intacct)
    Push.objects.update(remote_id="nonsense")

def damaged(connection, intacct):
    unread(connection, intacct)
    RemoteRecord.objects.filter(pk=RemoteRecord.objects.first().pk).update(sent=["?"])

def lost_and_forbidden(connection, intacct):
    intacct.control(do="fault", kind="drop_before", match="create_potransaction", times=1)
    intacct.control(do="fault", kind="permission", object="PODOCUMENT", operation="query")
    ask(connection, commitment(connection, "DA-1"))

def lost_and_offline(connection, intacct):
    intacct.control(do="fault", kind="drop_before", match="create_potransaction", times=1)
    intacct.control(do="fault", kind="offline", match="query", times=10000)
    ask(connection, commitment(connection, "DA-1"))

def entity_closed(connection, intacct):
    ask(connection, commitment(connection, "DA-1", entity_id="Nowhere"), commitment(connection, "DA-2"))

def entity_closed_later(connection, intacct):
    documents = unread(connection, intacct)
    Push.objects.update(entity_id="Nowhere")

def revoked(connection, intacct):
    unread(connection, intacct)
    connection.refresh_from_db()
    connection.set_password("wrong") if hasattr(connection, "set_password") else None
    from integrations.gateway import client as gateway
    intacct.control(do="expire_sessions")
    Connection.objects.filter(pk=connection.pk).update(user_id="nobody")

def waits_for_ever(connection, intacct):
    base = commitment(connection, "DA-1")
    ask(connection, change_order(base, "CO1"), flow="change_orders")

def switched_off(connection, intacct):
    from tests.erp_admin.samples import SETTINGS
    from integrations.settings.service import save_settings
    unread(connection, intacct)
    save_settings(connection, values=SETTINGS, switched={"sync_commitments": False})

def session_always_expired(connection, intacct):
    intacct.control(do="fault", kind="session_expired", times=10000)
    ask(connection, commitment(connection, "DA-1"))

def aborted(connection, intacct):
    intacct.control(do="fault", kind="aborted", match="create_potransaction", times=10000)
    ask(connection, commitment(connection, "DA-1"))

def lost_after(connection, intacct):
    intacct.control(do="fault", kind="drop_after", match="create_potransaction", times=10000)
    intacct.control(do="fault", kind="visibility")
    ask(connection, commitment(connection, "DA-1"))

def invisible(connection, intacct):
    intacct.control(do="fault", kind="visibility")
    ask(connection, commitment(connection, "DA-1"))

STATES = [never_answered, offline, html, try_again, busy, busy_long, deleted_before_read_back, half_missing, forbidden_to_read,
    forbidden_lines, read_garbage, read_truncated, bad_row, wrong_key, damaged, lost_and_forbidden, lost_and_offline,
    entity_closed, entity_closed_later, revoked, waits_for_ever, switched_off, session_always_expired, aborted, lost_after, invisible]


@pytest.mark.parametrize("state", STATES)
def test_a_day(pushing: Connection, intacct: SandboxServer, clock: Clock, state: Any) -> None:
    defects.clear()
    state(pushing, intacct)
    hours = a_day(clock)
    pushing.refresh_from_db()
    with open("/tmp/dlv_day2.txt", "a") as out:
        print(f"{state.__name__:28} {sum(hours):6} {hours} {[(p.state, p.tries, p.looks, p.read_back_at is not None, p.entity_id) for p in Push.objects.all()]} {pushing.state} runs {SyncRun.objects.count()} defects {len(defects)} {defects[:1]}", file=out)
