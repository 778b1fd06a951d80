"""Ask for pushes, take them back, retry, ignore, link and unlink. Verbs; raises Refused with what to do.

Owns how a person's wish becomes a row of the ledger. What happens to the row afterwards is the ledger's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from integrations import queue
from integrations.approval.service import move_approval
from integrations.approval.transitions import Act
from integrations.delivery import drift, remote_records
from integrations.delivery.contract import Problem, PushContext, PushFlow
from integrations.delivery.planning import context_for, judge, prepare, write_intent
from integrations.models import (
    ACTIVE_RUNS,
    IN_FLIGHT,
    USABLE_CONNECTIONS,
    Connection,
    Delivery,
    DocumentState,
    Push,
    PushedDocument,
    PushEvent,
    PushHold,
    PushState,
    SyncRun,
    Trigger,
    with_state,
)
from integrations.runs.flow import StepPlan, flow_for, flows
from integrations.runs.selectors import active_run, why_not_run
from integrations.runs.service import Started, start_run

PUSH_STEP = "push"
ASKED_AT_ONCE = 50  # documents that are locked together while they are planned and queued
LOST_AFTER = timedelta(minutes=10)  # longer than any request and lease: whoever sent it is gone


_LINK = (
    "delivery", "remote_record_no", "remote_id", "remote_url", "remote_state", "remote_facts", "delivered_at",
    "state_reason", "state_advice",
)  # fmt: skip


@dataclass
class PushOutcome:
    """What became of a wish to push: documents queued, waiting, blocked with their problems, or left as they are."""

    queued: list[PushedDocument] = field(default_factory=list)
    waiting: list[PushedDocument] = field(default_factory=list)
    blocked: list[tuple[PushedDocument, list[Problem]]] = field(default_factory=list)
    left: list[tuple[PushedDocument, str]] = field(default_factory=list)
    started: Started | None = None


def push_flow(key: str) -> PushFlow:
    """The pushing flow under `key`; KeyError when there is none."""
    flow = flow_for(key)
    if not isinstance(flow, PushFlow):
        raise KeyError(key)
    return flow


def flow_of(document: PushedDocument) -> PushFlow:
    """The pushing flow of a document; KeyError when there is none."""
    for flow in push_flows():
        if isinstance(document, flow.model):
            return flow
    raise KeyError(type(document).__name__)


def push_flows() -> list[PushFlow]:
    return [flow for flow in flows() if isinstance(flow, PushFlow)]


def ask_pushes(
    connection: Connection,
    flow: PushFlow,
    documents: Iterable[PushedDocument],
    *,
    by: User | None = None,
    trigger: Trigger = Trigger.PERSON,
    queued: bool = True,
) -> PushOutcome:
    """Put each document that can be pushed into the ledger, and wake what works it off. Nothing blocks the good ones.

    Raises Refused when the flow may not run at all.
    """
    refused = why_not_run(connection, flow)
    if refused is not None:
        raise refused
    asked, context = PushOutcome(), context_for(connection)
    keys = iter([document.pk for document in documents])
    while chunk := list(islice(keys, ASKED_AT_ONCE)):
        with transaction.atomic():
            rows = flow.model._default_manager.select_for_update().filter(pk__in=chunk).order_by("pk")
            locked = {document.pk: document for document in rows}
            prepare(flow, list(locked.values()), context)
            for document in [locked[pk] for pk in chunk if pk in locked]:  # one may have been removed meanwhile
                _ask(connection, flow, document, context, asked, by)
    if asked.queued or asked.waiting:
        asked.started = wake_ledger(connection, flow, by=by, trigger=trigger, queued=queued)
    return asked


def _ask(
    connection: Connection,
    flow: PushFlow,
    document: PushedDocument,
    context: PushContext,
    asked: PushOutcome,
    by: User | None,
) -> None:
    try:
        with transaction.atomic():
            verdict = judge(flow, document, context)
            if verdict.left:
                asked.left.append((document, verdict.left))
                return
            if verdict.problems:
                asked.blocked.append((document, list(verdict.problems)))
                return
            waits, plan = verdict.waits, verdict.plan
            push = Push(
                tenant_id=connection.tenant_id,
                connection=connection,
                flow=flow.key,
                document_id=document.pk,
                label=flow.label(document)[:300],
                settings_version=context.settings,
                asked_by=by,
                due_at=timezone.now(),
                state=PushState.WAITING if waits else PushState.QUEUED,
                reason=waits[:500],
            )
            if plan is not None:
                write_intent(push, flow, plan)
            push.save()
            said = f"Waits: {waits}" if waits else "Planned and queued."
            PushEvent.objects.create(tenant_id=push.tenant_id, push=push, state=push.state, message=said[:500], by=by)
            document.delivery = Delivery.WAITING if waits else Delivery.QUEUED
            document.connection = connection
            document.state_reason, document.state_advice = waits[:500], ""
            document.save(update_fields=["delivery", "connection", "state_reason", "state_advice"])
    except IntegrityError:
        # Somebody asked for the same document at this very moment: the ledger holds one row in flight for each.
        asked.left.append((flow.model._default_manager.get(pk=document.pk), "It is being pushed already."))
        return
    (asked.waiting if waits else asked.queued).append(document)


def wake_ledger(
    connection: Connection,
    flow: PushFlow,
    *,
    by: User | None = None,
    trigger: Trigger = Trigger.PERSON,
    queued: bool = True,
) -> Started:
    """Start a run that works off what is due of the flow; one that is under way takes up what was added."""
    running = active_run(connection, flow.key)
    if running is not None:
        if queued:
            queue.wake(running.tenant_id, running.pk)
        return Started(running, False)
    plans = [StepPlan(PUSH_STEP, flow.title)]
    return start_run(connection, flow.key, plans=plans, title=flow.title, by=by, trigger=trigger, queued=queued)


def take_back(push: Push, *, by: User | None = None) -> bool:
    """Take a push out of the queue; False when sending has begun or it has ended."""
    with transaction.atomic():
        mine = Push.objects.filter(pk=push.pk, state__in=[PushState.QUEUED, PushState.WAITING])
        if not mine.filter(may_have_arrived=False).update(
            state=PushState.TAKEN_BACK, finished_at=timezone.now(), reason=""
        ):
            return False
        PushEvent.objects.create(
            tenant_id=push.tenant_id, push=push, state=PushState.TAKEN_BACK, message="Taken back.", by=by
        )
        document: Any = push_flow(push.flow).model._default_manager.select_for_update().get(pk=push.document_id)
        delivered = bool(document.remote_id)
        document.delivery = Delivery.DELIVERED if delivered else Delivery.NONE
        document.state_reason = document.state_advice = ""
        document.save(update_fields=["delivery", "state_reason", "state_advice"])
    return True


def release_hold(hold: PushHold, *, by: User | None = None, queued: bool = True) -> None:
    """Somebody says that the cause is fixed: what was held is sent again."""
    connection, flow = hold.connection, push_flow(hold.flow)
    hold.delete()
    wake_ledger(connection, flow, by=by, queued=queued)


@transaction.atomic
def ignore(document: PushedDocument, *, reason: str, by: User | None = None) -> None:
    """Set a document aside on purpose. Raises Refused while it is being pushed or once it is in Intacct."""
    move_approval(document, Act.IGNORE, by=by, reason=reason)


@transaction.atomic
def unlink(document: PushedDocument, *, by: User | None = None) -> None:
    """Forget which record it is in Intacct. Nothing is deleted there, and it is never pushed again by itself."""
    move_approval(document, Act.UNLINK, by=by)
    forget_record(document)


def forget_record(document: PushedDocument) -> None:
    """Store that the document is no record in Intacct; its approval stays. Call it in the transaction that decided."""
    document.delivery = Delivery.NONE
    document.remote_record_no, document.remote_id, document.remote_url = None, "", ""
    document.delivered_at, document.remote_facts = None, {}
    document.state_reason = document.state_advice = document.remote_state = ""
    document.save(update_fields=_LINK)
    drift.forget(document)
    remote_records.note_unlink(flow_of(document), document)


def ready_documents(flow: PushFlow, numbers: Iterable[str] = ()) -> list[PushedDocument]:
    """Documents that wait for nothing but a person's wish, or failed before; of given numbers those, whatever state."""
    chosen = list(numbers)
    if chosen:
        return list(flow.named(chosen))
    found = flow.model._default_manager.all()
    states = [DocumentState.READY, DocumentState.ATTENTION, DocumentState.CHANGED_HERE]
    return list(with_state(found).filter(shown_as__in=states).order_by("pk"))


def ledgers_due() -> list[tuple[int, int, str]]:
    """Tenant, connection and flow of each ledger in which something is due and nobody works. Crosses tenants."""
    now = timezone.now()
    due = Q(state__in=[PushState.QUEUED, PushState.VERIFYING, PushState.WAITING], due_at__lte=now)
    unread = Q(state=PushState.DELIVERED, read_back_at=None, due_at__lte=now)
    lost = Q(state=PushState.SENDING, sent_at__lte=now - LOST_AFTER)
    rows = Push.objects.filter(due | unread | lost, connection__state__in=USABLE_CONNECTIONS)
    found = rows.order_by().values_list("tenant_id", "connection_id", "flow").distinct()
    held = set(PushHold.objects.values_list("connection_id", "flow"))
    busy = set(SyncRun.objects.filter(state__in=ACTIVE_RUNS).values_list("connection_id", "flow"))
    return [entry for entry in found if entry[1:] not in held and entry[1:] not in busy]


def note_edit(document: PushedDocument) -> None:
    """A document was edited here: judge it again, where it is in Intacct. Call inside the transaction of the edit."""
    if document.remote_id and document.connection is not None:
        remote_records.note_edit(flow_of(document), document, context_for(document.connection))


def in_flight(flow: PushFlow, document_id: int) -> Push | None:
    """The push of a document that is under way."""
    return Push.objects.filter(flow=flow.key, document_id=document_id, state__in=IN_FLIGHT).first()
