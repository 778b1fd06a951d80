"""Ask for pushes, take them back, retry, ignore, link and unlink. Verbs; raises Refused with what to do.

Owns how a person's wish becomes a row of the ledger. What happens to the row afterwards is the ledger's.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from integrations import queue
from integrations.approval.service import move_approval
from integrations.approval.transitions import Act
from integrations.delivery import blocked, remote_records, transitions
from integrations.delivery.contract import Problem, PushContext, PushFlow, flow_of, push_flow, step_table
from integrations.delivery.intents import store, wait_for, written
from integrations.delivery.planning import PlanResult, context_for, is_as_shown, judge, prepare
from integrations.judging import judge_again
from integrations.models import (
    ACTIVE_RUNS,
    IN_FLIGHT,
    PUSHABLE,
    USABLE_CONNECTIONS,
    Connection,
    Delivery,
    Push,
    PushedDocument,
    PushHold,
    PushState,
    SyncRun,
    Trigger,
    with_state,
)
from integrations.runs.flow import StepPlan
from integrations.runs.selectors import active_run, why_not_run
from integrations.runs.service import Started, start_run

PUSH_STEP = "push"
ASKED_AT_ONCE = 50  # documents that are locked together while they are planned and queued
LOST_AFTER = timedelta(minutes=10)  # longer than any request and lease: its sender is gone
REQUEST_SECONDS: Final = 30.0  # that a page may take to queue: half of what its server grants a request
NOT_AS_SHOWN: Final = "It is not as the summary showed it. Look at it again before it is pushed."

_LINK = (
    "delivery", "remote_record_no", "remote_id", "remote_url", "remote_state", "remote_facts", "delivered_at",
    "state_reason", "state_advice",
)  # fmt: skip


@dataclass
class PushOutcome:
    """What became of a wish to push: documents queued, waiting, blocked with their problems, or left as they are.

    `unreached` are those that the time was over for; nothing was done about them.
    """

    queued: list[PushedDocument] = field(default_factory=list)
    waiting: list[PushedDocument] = field(default_factory=list)
    blocked: list[tuple[PushedDocument, list[Problem]]] = field(default_factory=list)
    left: list[tuple[PushedDocument, str]] = field(default_factory=list)
    unreached: int = 0
    started: Started | None = None

    @property
    def reached(self) -> int:
        return len(self.queued) + len(self.waiting) + len(self.blocked) + len(self.left)


def request_end() -> float:
    """Until when a page may go on queueing, by the monotonic clock."""
    return time.monotonic() + REQUEST_SECONDS


def ask_pushes(
    connection: Connection,
    flow: PushFlow,
    documents: Iterable[PushedDocument],
    *,
    by: User | None = None,
    trigger: Trigger = Trigger.PERSON,
    queued: bool = True,
    shown: Mapping[int, str] | None = None,
    ends_at: float = float("inf"),
) -> PushOutcome:
    """Put each document that can be pushed into the ledger, and wake what works it off. Nothing blocks the good ones.

    `shown` are the marks of what a preview showed, by document: any other, and any that would be written otherwise by
    now, is left. At `ends_at`, by the monotonic clock, what is queued by then goes out, and the others are counted.
    Raises Refused when the flow may not run at all.
    """
    refused = why_not_run(connection, flow)
    if refused is not None:
        raise refused
    asked, context = PushOutcome(), context_for(connection)
    keys = iter([document.pk for document in documents])
    while chunk := list(islice(keys, ASKED_AT_ONCE)):
        if asked.reached and time.monotonic() > ends_at:
            asked.unreached = len(chunk) + sum(1 for _ in keys)
            break
        with transaction.atomic():
            rows = flow.model._default_manager.select_for_update().filter(pk__in=chunk).order_by("pk")
            locked = {document.pk: document for document in rows}
            prepare(flow, list(locked.values()), context)
            for document in [locked[pk] for pk in chunk if pk in locked]:  # one may have been removed meanwhile
                _ask(connection, flow, document, context, asked, by, shown)
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
    shown: Mapping[int, str] | None,
) -> None:
    try:
        with transaction.atomic():
            verdict = judge(flow, document, context)
            if verdict.left:
                asked.left.append((document, verdict.left))
                return
            if verdict.problems:
                asked.blocked.append((document, list(verdict.problems)))
                blocked.keep_refusal(flow, document, verdict.problems)
                return
            if shown is not None and not is_as_shown(document, verdict, context, shown.get(document.pk)):
                asked.left.append((document, NOT_AS_SHOWN))
                return
            rows = _rows(connection, flow, document, context, verdict, by)
            document.connection = connection
            document.save(update_fields=["connection"])
            if verdict.waits is not None:
                (push,) = rows.values()
                wait_for(push, verdict.waits)
                transitions.open_push(push, PushState.WAITING, f"Waits: {push.reason}", reason=push.reason, by=by)
            elif verdict.plan is not None:
                store(written(flow, document, verdict.plan, rows))
            transitions.settle_document(flow, document, connection)
    except IntegrityError:
        # Somebody asked for the same document at this very moment: the ledger holds one row in flight for each.
        asked.left.append((flow.model._default_manager.get(pk=document.pk), "It is being pushed already."))
        return
    (asked.waiting if verdict.waits is not None else asked.queued).append(document)


def _rows(
    connection: Connection,
    flow: PushFlow,
    document: PushedDocument,
    context: PushContext,
    verdict: PlanResult,
    by: User | None,
) -> dict[str, Push]:
    """A row (unsaved) for each step that is planned; for the first one declared where nothing can be planned yet."""
    keys = [step.step for step in verdict.plan.steps] if verdict.plan is not None else [flow.steps[0].key]
    currency = flow.currency_of(document) or connection.tenant.base_currency
    rows = {
        key: Push(
            tenant_id=connection.tenant_id,
            connection=connection,
            flow=flow.key,
            document_id=document.pk,
            step=key,
            label=flow.label(document)[:300],
            record_type=flow.records,
            settings_version=context.settings,
            asked_by=by,
            due_at=timezone.now(),
            currency=currency,
        )
        for key in keys
    }
    rows[keys[0]].amount = getattr(document, "total", None)
    return rows


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
    """Take a push out of the queue, and the steps that wait for it; False when sending has begun or it has ended."""
    flow = push_flow(push.flow)
    with transaction.atomic():
        if not transitions.take_back_push(push, "Taken back.", by=by):
            return False
        message = f"Not sent, because {step_table(flow)[push.step].label} was taken back."
        transitions.take_back_following(flow, push, message, by=by)
        document = flow.model._default_manager.select_for_update().filter(pk=push.document_id).first()
        transitions.settle_document(flow, document, push.connection)
        if document is not None:
            judge_again(document)
    return True


def take_back_document(document: PushedDocument, *, by: User | None = None) -> bool:
    """Take back every step of the document that has not left yet; False when there is none."""
    mine = Push.objects.filter(flow=flow_of(document).key, document_id=document.pk, state__in=IN_FLIGHT)
    taken = [take_back(push, by=by) for push in mine.order_by("pk")]
    return any(taken)


def release_hold(hold: PushHold, *, by: User | None = None, queued: bool = True) -> None:
    """Somebody says that the cause is fixed: what was held is sent again."""
    connection, flow = hold.connection, push_flow(hold.flow)
    with transaction.atomic():
        hold.delete()
        transitions.settle_queued(flow, connection)
    wake_ledger(connection, flow, by=by, queued=queued)


@transaction.atomic
def ignore(document: PushedDocument, *, reason: str, by: User | None = None, seen: str = "") -> None:
    """Set a document aside on purpose. Raises Refused while it is being pushed, once it is in Intacct, and for other
    than was `seen`."""
    move_approval(document, Act.IGNORE, by=by, reason=reason, seen=seen)


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
    remote_records.note_unlink(flow_of(document), document)


def forget_missing(document: PushedDocument) -> None:
    """Store that records which Intacct does not show are the document's no longer; those that are there stay its own,
    so that pushing it again doubles none. Call it in the transaction that decided."""
    flow = flow_of(document)
    left = remote_records.note_missing(flow, document)
    if not left:
        forget_record(document)  # there is no record left that it could double
        return
    if not any(remote_records.is_own(record) for record in left):
        document.remote_record_no, document.remote_id, document.remote_url = None, "", ""
        document.remote_state, document.remote_facts = "", {}
    document.delivered_at = None
    document.save(update_fields=_LINK)
    if document.connection is not None:
        transitions.settle_document(flow, document, document.connection)


def ready_documents(flow: PushFlow, numbers: Iterable[str] = ()) -> list[PushedDocument]:
    """Documents that wait for nothing but a person's wish, or failed before; of given numbers those, whatever state."""
    chosen = list(numbers)
    if chosen:
        return list(flow.named(chosen))
    found = flow.model._default_manager.all()
    return list(with_state(found).filter(shown_as__in=PUSHABLE).order_by("pk"))


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
    """A document was edited here: judge it again, and where it is in Intacct what differs. Call inside the
    transaction of the edit."""
    judge_again(document)
    if document.is_in_intacct and document.connection is not None:
        remote_records.note_edit(flow_of(document), document, context_for(document.connection))
