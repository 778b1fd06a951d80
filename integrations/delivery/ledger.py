"""The push engine: claims what is due in the ledger, sends it, settles every answer, reads back and compares.

Owns every change of a push's state after it was queued. Sends only bytes the ledger stored before; what it cannot know
it looks up, and nothing is sent again before it is certain that it did not arrive or that Intacct refuses a repeat.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from integrations.codes import DUPLICATES
from integrations.delivery import pauses
from integrations.delivery.apart import Apart, ask_apart
from integrations.delivery.contract import Found, PushFlow
from integrations.delivery.defects import DEFECTS, words_of
from integrations.delivery.element_order import ORDER_NOTE, other_order_taken
from integrations.delivery.outcomes import Settlement
from integrations.delivery.planning import context_for, prepare, why_not_as_planned
from integrations.gateway.client import EntityClosed, about
from integrations.gateway.slots import NoSlot, write_slot
from integrations.intacct import (
    Category,
    Client,
    Function,
    IntacctError,
    OutOfTime,
    ProtocolError,
    Result,
    SpoiltAnswer,
)
from integrations.models import Operation, Push, PushBody, PushedDocument, PushHold, PushState
from integrations.runs.step import StepWork

logger = logging.getLogger(__name__)

FIRST_BATCH, LARGEST_BATCH = 10, 50
SLOW_SECONDS, QUICK_SECONDS = 30.0, 10.0
LOOK_UP_BATCH = 50
FIRST_LOOK = timedelta(seconds=20)
LONGEST_LOOK_PAUSE = timedelta(minutes=5)
SLOT_WAIT_SECONDS = 30.0
# These make every further request of the flow pointless until somebody acts.
HOLDS = frozenset(
    {Category.SENDER, Category.SIGN_IN, Category.PERMISSION, Category.SUBSCRIPTION, Category.ENTITY, Category.SESSION}
)
PASSES = frozenset({Category.TRANSPORT, Category.BUSY})


def quarantine() -> timedelta:
    """How long after sending "not found" proves nothing: Intacct may work on for 15 minutes and commit late."""
    return timedelta(seconds=settings.PUSH_QUARANTINE_SECONDS)


def work_ledger(work: StepWork, flow: PushFlow) -> Iterator[None]:
    """Work off what is due of a flow, one request a page. Raises the Intacct error family for what stops the run."""
    ledger = _Ledger(work, flow)
    ledger.take_up_orphans()
    ledger.promote_due()
    work.save_page()
    yield
    while ledger.look_up_due() or ledger.promote_due() or ledger.send_due() or ledger.read_back_due():
        work.save_page()
        yield


class _Ledger:
    """The ledger of one connection and flow, worked on under the run's lease, so by nobody else."""

    def __init__(self, work: StepWork, flow: PushFlow) -> None:
        self._work = work
        self._flow = flow
        self._settle = Settlement(work, flow)

    def _rows(self, *states: PushState) -> "QuerySet[Push]":
        return Push.objects.filter(connection=self._work.connection, flow=self._flow.key, state__in=states)

    def _due(self, *states: PushState) -> "QuerySet[Push]":
        return self._rows(*states).filter(due_at__lte=timezone.now()).order_by("due_at", "pk")

    def take_up_orphans(self) -> None:
        """What was being sent when its worker was lost may have arrived, and may arrive yet: it is looked up."""
        for push in self._rows(PushState.SENDING):
            self._settle.unknown(push, "The worker was lost while sending.", absent_counts_from=self._proof_from())

    @staticmethod
    def _proof_from() -> datetime:
        return timezone.now() + quarantine()

    def promote_due(self) -> bool:
        """Plan what waited for another document or an earlier step, now that it may no longer have to."""
        due = list(self._due(PushState.WAITING))
        for push in due:
            self._settle.promote(push)
        return bool(due)

    # Sending

    def send_due(self) -> bool:
        """Send one request of what is queued and due; False when there is nothing, or nothing may be sent."""
        if PushHold.objects.filter(connection=self._work.connection, flow=self._flow.key).exists():
            return False
        first = self._due(PushState.QUEUED).first()
        if first is None:
            return False
        batch: list[Push] = []
        begun = time.monotonic()
        try:
            with ExitStack() as held:
                client = held.enter_context(self._work.client_for(first.entity_id))
                held.enter_context(write_slot(self._work.connection.company_id, wait_seconds=SLOT_WAIT_SECONDS))
                # Claimed last, under the lease: nothing that takes long lies between the claim and the first byte.
                batch += self._claim(first)
                held.enter_context(about(self._flow.key, (push.document_id for push in batch)))
                results = client.execute(_functions(batch), write=True) if batch else []
        except NoSlot:
            self._work.say("Another write to this company is under way; what is queued is sent after it.")
            return False
        except IntacctError as error:
            self._request_failed(batch, error)
            return True
        for push, result in zip(batch, results, strict=True):
            self._answered(push, result)
        if batch:
            self._adapt(time.monotonic() - begun, len(batch))
        return True

    def _claim(self, first: Push) -> list[Push]:
        """Mark what is sent next as being sent, committed before a byte leaves. Raises LeaseLost."""
        size = 1 if first.alone else int(self._work.checkpoint.get("batch", FIRST_BATCH))
        chosen = self._due(PushState.QUEUED).filter(entity_id=first.entity_id, alone=first.alone)
        keys = list(_within(settings.PUSH_BATCH_BYTES, chosen.values_list("pk", "size")[:size]))
        claimed = []
        with self._work.page():
            context = context_for(self._work.connection)
            pushes = Push.objects.select_for_update().filter(pk__in=keys, state=PushState.QUEUED).order_by("pk")
            documents = self._flow.model._default_manager.in_bulk([push.document_id for push in pushes])
            prepare(self._flow, list(documents.values()), context)
            for push in pushes:
                # What may have arrived goes out as it was, whatever the document says by now.
                changed = (
                    ""
                    if push.may_have_arrived
                    else why_not_as_planned(self._flow, push, documents.get(push.document_id), context)
                )
                if changed:
                    self._settle.replan_needed(push, changed)
                else:
                    self._settle.sending(push, absent_counts_from=self._proof_from())
                    claimed.append(push)
        return claimed

    def _answered(self, push: Push, result: Result) -> None:
        if result.error is not None:
            self._refused(push, result.error)
        elif result.key and (why := self._why_not_its_key(push, result.key)):
            self._settle.unknown(push, why, absent_counts_from=self._proof_from())
        elif result.key:
            self._settle.delivered(push, remote_id=result.key, found=None)
        else:
            said = "Intacct accepted it without saying under which id."
            self._settle.unknown(push, said, absent_counts_from=self._proof_from())

    def _why_not_its_key(self, push: Push, key: str) -> str:
        """Why a key that Intacct answered cannot be this document's, or "": another's, or an update of another one."""
        if owner := self._settle.owner_of(push, key):
            return f"Intacct accepted it and answered with {key}, which belongs to {owner}."
        if push.operation == Operation.UPDATE and (own := self._settle.linked_to(push)) not in ("", key):
            return f"Intacct accepted the update of {own} and answered with {key}."
        return ""

    def _adapt(self, seconds: float, sent: int) -> None:
        """Fewer functions a request when one took long, more when it was quick."""
        size = int(self._work.checkpoint.get("batch", FIRST_BATCH))
        if seconds > SLOW_SECONDS:
            size = max(1, sent // 2)
        elif seconds < QUICK_SECONDS and sent >= size:
            size = min(LARGEST_BATCH, size + FIRST_BATCH)
        self._work.save_page(batch=size)

    def _request_failed(self, batch: Sequence[Push], error: IntacctError) -> None:
        """Settle a request that has no results. Raises the error again when it stops the run."""
        if not batch:
            raise error
        if not error.not_executed:
            for push in batch:
                self._settle.unknown(push, error.sentence, absent_counts_from=self._proof_from(), error=error)
            return
        foreign_entity = error.category == Category.ENTITY and batch[0].entity_id != self._work.connection.entity_id
        if error.category in PASSES:
            self._settle.not_sent(batch, error.sentence, _pause_after(error))
            raise error
        if error.category in HOLDS and not foreign_entity:
            self._settle.not_sent(batch, error.sentence, timedelta())
            self._settle.hold(error)
            raise error
        with self._work.page():
            is_taken = other_order_taken(self._work.connection, batch, error)
        if is_taken:
            self._settle.not_sent(batch, ORDER_NOTE, timedelta())
            return
        if isinstance(error, ProtocolError) and len(batch) > 1:
            self._settle.send_alone(batch, error)  # one of them is refused as a document; the others must not suffer
            return
        for push in batch:
            self._settle.failed(push, error)

    def _refused(self, push: Push, error: IntacctError) -> None:
        """Settle a push whose function Intacct refused."""
        passes = error.category in PASSES or error.retryable
        if error.category == Category.DUPLICATE or (push.may_have_arrived and not passes):
            # What refuses the repeat of a control id is not published, so any refusal of a repeat may mean "done".
            self._settle.unknown(push, error.sentence, absent_counts_from=self._proof_from(), error=error, refused=True)
        elif error.category == Category.UNKNOWN_OUTCOME or (passes and not error.not_executed):
            self._settle.unknown(push, error.sentence, absent_counts_from=self._proof_from(), error=error)
        elif error.category in (Category.PERMISSION, Category.SUBSCRIPTION):
            self._settle.not_sent([push], error.sentence, timedelta())
            self._settle.hold(error)
        elif passes:
            self._settle.not_sent([push], error.sentence, None)
        else:
            self._settle.failed(push, error)

    # Looking up

    def look_up_due(self) -> bool:
        """Look for what may have arrived; False when there is nothing to look for."""
        batch = self._alike(self._due(PushState.VERIFYING))
        if not batch:
            return False
        answer: Apart[Push, int, Sequence[Found]] | None = None
        with self._patiently(batch), self._work.client_for(batch[0].entity_id) as client:
            answer = ask_apart(batch, lambda part: self._flow.look_up(client, part))
        if answer is not None:
            for push in self._readable(batch, answer.spoilt):
                self._judge_alone(push, answer.found.get(push.pk, ()))
        return True

    def _readable(self, batch: Sequence[Push], spoilt: Sequence[tuple[Push, SpoiltAnswer]]) -> list[Push]:
        """The pushes whose records could be read; the others are asked about later, and later each time."""
        for push, error in spoilt:
            self._settle.not_read([push], error.sentence)
        left = {push.pk for push, _ in spoilt}
        return [push for push in batch if push.pk not in left]

    def _judge_alone(self, push: Push, found: Sequence[Found]) -> None:
        """A row that cannot be judged is looked at later and later; the others of its batch are not held up."""
        try:
            self._judge(push, found)
        except DEFECTS as error:
            logger.exception("%s %s cannot be recognized in Intacct", push.flow, push.document_id)
            self._settle.not_read([push], words_of(error))

    @staticmethod
    def _alike(rows: "QuerySet[Push]") -> list[Push]:
        """What one read can ask for: records of one type, in one entity."""
        first = rows.first()
        if first is None:
            return []
        return list(rows.filter(entity_id=first.entity_id, record_type=first.record_type)[:LOOK_UP_BATCH])

    @contextmanager
    def _patiently(self, batch: Sequence[Push]) -> Iterator[None]:
        """A read that fails is tried later, and later each time, instead of with every round of the dispatcher.

        What is in an entity that is closed to us holds up nothing that is elsewhere.
        """
        try:
            with about(self._flow.key, (push.document_id for push in batch)):
                yield
        except EntityClosed as error:
            self._settle.not_read(batch, error.sentence)
        except IntacctError as error:
            self._settle.not_read(batch, error.sentence)
            raise
        except DEFECTS as error:
            self._settle.not_read(batch, words_of(error))
            raise

    def _judge(self, push: Push, found: Sequence[Found]) -> None:
        ours = [record for record in found if self._flow.is_ours(push, record)]
        others = {record.remote_id: self._settle.owner_of(push, record.remote_id) for record in ours}
        free = [record for record in ours if not others[record.remote_id]]
        is_proven = push.absent_counts_from is None or timezone.now() >= push.absent_counts_from
        if len(free) == 1:
            self._settle.delivered(push, remote_id=free[0].remote_id, found=free[0])
        elif len(free) > 1:
            self._settle.ambiguous(push, free)
        elif ours:
            self._settle.taken(push, ours[0], others[ours[0].remote_id])
        elif push.refused and (found or is_proven or push.error_code not in DUPLICATES):
            self._settle.not_found_after_refusal(push, found)
        elif is_proven:
            self._settle.send_again(push)
        else:
            pause = min(FIRST_LOOK * 2**push.looks, LONGEST_LOOK_PAUSE)
            self._settle.look_again(push, min(timezone.now() + pause, push.absent_counts_from or timezone.now()))

    # Reading back

    def read_back_due(self) -> bool:
        """Compare what was delivered with what Intacct holds; False when nothing is left to compare."""
        batch = self._alike(self._due(PushState.DELIVERED).filter(read_back_at=None))
        if not batch:
            return False
        began, is_read = timezone.now(), False
        with self._patiently(batch), self._work.client_for(batch[0].entity_id) as client:
            kind = batch[0].record_type
            answer = ask_apart(batch, lambda part: self._flow.read(client, kind, [push.remote_id for push in part]))
            records = answer.found
            batch = self._readable(batch, answer.spoilt)
            # Before anything is settled: when this fails, all of it is read again, and not these records never.
            shown = [push for push in batch if push.remote_id in records or self._must_show(push)]
            touched = self._read_touched(client, shown)
            is_read = True
        if not is_read:
            return True  # read later
        compared: list[PushedDocument] = []
        for push in batch:
            document = self._settle.compared(push, records.get(push.remote_id), is_proven=self._must_show(push))
            compared += [document] if document is not None else []
        # Once all are compared: what they are together explains what is seen of a record they share.
        others = {(flow.key, other.pk): (flow, other) for flow, other in self._touched_by(compared)}
        for key, (flow, other) in others.items():
            if key in touched:
                self._settle.touched(flow, other, touched[key], began)
        return True

    def _read_touched(self, client: Client, pushes: Sequence[Push]) -> dict[tuple[str, int], Found | None]:
        """Records that what landed has changed, so that what is known of them is as new; many a request."""
        landed = self._flow.model._default_manager.filter(pk__in=[push.document_id for push in pushes])
        touched = {(flow.key, other.pk): (flow, other) for flow, other in self._touched_by(landed) if other.remote_id}
        seen: dict[tuple[str, int], Found | None] = {}
        for flow in dict.fromkeys(flow for flow, _ in touched.values()):
            documents = [document for owner, document in touched.values() if owner is flow]
            records = flow.read_back(client, [document.remote_id for document in documents])
            seen |= {(flow.key, document.pk): records.get(document.remote_id) for document in documents}
        return seen

    def _touched_by(self, documents: Iterable[PushedDocument]) -> "Iterator[tuple[PushFlow, PushedDocument]]":
        for document in documents:
            yield from self._flow.touches(document)

    @staticmethod
    def _must_show(push: Push) -> bool:
        """Whether a record that was delivered must be visible by now: searches may run behind the ledger."""
        return push.finished_at is None or timezone.now() >= push.finished_at + quarantine()


def _pause_after(error: IntacctError) -> timedelta | None:
    """How long to wait after a request that was not executed: as long as is asked for; None for what grows by itself.

    What was not even begun, for lack of time, goes with the next slice, which has a time of its own.
    """
    if isinstance(error, OutOfTime) and error.nothing_left:
        return timedelta()
    return pauses.asked_for(error.retry_after)


def _within(most: int, sized: Iterable[tuple[int, int]]) -> Iterator[int]:
    """The first rows that fit into a request of so many bytes; one larger body goes alone."""
    total = 0
    for number, (key, size) in enumerate(sized):
        total += size
        if number and total > most:
            return
        yield key


def _functions(batch: Sequence[Push]) -> list[Function]:
    """The stored bytes of a batch, read only now that they are sent."""
    bodies = dict(PushBody.objects.filter(push__in=batch).values_list("push_id", "xml"))
    return [Function(push.control_id, push.function_name, bodies[push.pk]) for push in batch]
