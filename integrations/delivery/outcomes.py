"""Settling a push: one short transaction for what happened to it, with its document, its history and the run's row.

Owns what each outcome stores and the words people read. What a push may become next says the table of transitions;
decides nothing about what to send.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.ui.formats import shown_time
from integrations.codes import DUPLICATES
from integrations.delivery import pauses, remote_records, transitions
from integrations.delivery.contract import Found, PushFlow, Step, step_table
from integrations.delivery.defects import DEFECTS, fix_of, words_of
from integrations.delivery.drift import DriftFacts
from integrations.delivery.intents import promoted, store, wait_for
from integrations.delivery.planning import context_for
from integrations.intacct import IntacctError
from integrations.mirror.clock import learn_clock
from integrations.models import (
    Operation,
    Push,
    PushedDocument,
    PushHold,
    PushState,
    RemoteRecord,
    RowOutcome,
    RunRow,
)
from integrations.runs.step import StepWork

logger = logging.getLogger(__name__)


def _in_words(push: Push, found: Found | None, facts: DriftFacts) -> str:
    if found is None:
        return f"{push.remote_id} cannot be compared with Intacct."
    counted = f"{facts.compared} of {facts.comparable} fields"
    return f"Compared {counted}: {'; '.join(facts.named)}." if facts.named else f"Compared {counted}: equal."


class Settlement:
    """Writes under the lease of the run at work: who lost it stores nothing."""

    def __init__(self, work: StepWork, flow: PushFlow) -> None:
        self._work = work
        self._flow = flow
        self._knows_clock = False

    def sending(self, push: Push, *, absent_counts_from: datetime) -> None:
        """Call inside the claim's transaction."""
        push.sent_at, push.absent_counts_from = timezone.now(), absent_counts_from
        push.tries, push.looks, push.run = push.tries + 1, 0, self._work.run
        self._move(push, PushState.SENDING, "", f"Sent, try {push.tries}.")

    def delivered(self, push: Push, *, remote_id: str, found: Found | None) -> None:
        """Intacct has it. `found` is the record when it was looked up rather than answered."""
        said = f"Intacct keeps it as {remote_id}."
        with self._work.page():
            push.remote_id = remote_id[:200]
            push.remote_record_no = found.record_no if found else None
            push.finished_at, push.error_code, push.error_field, push.error_detail = timezone.now(), "", "", ""
            push.due_at, push.looks = timezone.now(), 0
            transitions.move(push, PushState.DELIVERED, "", f"{'Found there. ' if found else ''}{said}")
            self._wake_following(push)
            document = self._document(push)
            if document is not None:
                self._link(push, document, found)
            self._settled(push, document)
            self._delivered_row(push, document, said)

    def _link(self, push: Push, document: PushedDocument, found: Found | None) -> None:
        """The record is the document's own where its step is the first one that the flow declares."""
        now = timezone.now()
        document.connection, document.delivered_at = push.connection, now
        names = ["connection", "delivered_at"]
        if push.step == self._flow.steps[0].key:
            document.remote_id, document.linked_at, document.linked_by_id = push.remote_id, now, push.asked_by_id
            names += ["remote_id", "linked_at", "linked_by"]
            if found is not None:
                document.remote_record_no, document.remote_url = found.record_no, found.url
                names += ["remote_record_no", "remote_url"]
        document.save(update_fields=names)
        remote_records.note_delivery(self._flow, document, push, found)

    @staticmethod
    def _wake_following(push: Push) -> None:
        """Have the steps that wait for this one looked at now. Before the document: who takes one back locks it so."""
        mine = Push.objects.filter(flow=push.flow, document_id=push.document_id, state=PushState.WAITING)
        mine.update(due_at=timezone.now())

    def _delivered_row(self, push: Push, document: PushedDocument | None, said: str) -> None:
        """The run counts a document once, when the last of its steps is delivered."""
        if document is not None and document.is_locked:
            self._row(push, RowOutcome.PENDING, f"{self._step(push).label}: {said}")
        else:
            self._row(push, RowOutcome.NEW if push.operation == Operation.CREATE else RowOutcome.CHANGED, said)

    def _step(self, push: Push) -> Step:
        return step_table(self._flow)[push.step]

    def unknown(
        self,
        push: Push,
        why: str,
        *,
        absent_counts_from: datetime,
        error: IntacctError | None = None,
        refused: bool = False,
    ) -> None:
        """It may have arrived: it is looked up, and not sent again before it is known that it did not."""
        with self._work.page():
            push.absent_counts_from, push.due_at, push.refused = absent_counts_from, timezone.now(), refused
            push.may_have_arrived = True
            self._remember(push, error)
            reason = "We are checking whether Intacct saved it. Do not enter it there by hand."
            self._move(push, PushState.VERIFYING, reason, why)

    def look_again(self, push: Push, due_at: datetime) -> None:
        with self._work.page():
            push.looks, push.due_at = push.looks + 1, due_at
            at = f"{shown_time(due_at, seconds=True)} {timezone.localtime(due_at).tzname()}"
            reason = f"Not found in Intacct yet, which proves nothing so far. Looked for again at {at}."
            self._move(push, PushState.VERIFYING, reason, reason)

    def send_again(self, push: Push) -> None:
        """It is certain that it did not arrive: the identical bytes go out again under the same control id.

        Each time after a longer pause, and not for ever.
        """
        if push.tries >= pauses.MOST_TRIES:
            self._given_up(push, "Intacct neither answered nor shows it.")
            return
        with self._work.page():
            push.due_at = timezone.now() + pauses.until_repeat(push.tries)
            said = "It did not arrive. The same request is sent again; Intacct refuses it should it have arrived."
            self._move(push, PushState.QUEUED, said, said)

    def not_read(self, batch: Sequence[Push], why: str) -> None:
        """Looking it up or reading it back failed: it is tried again after a pause that grows."""
        for push in batch:
            with self._work.page():
                push.looks += 1
                push.due_at = timezone.now() + pauses.until_next_look(push.looks)
                is_over = push.looks >= pauses.MOST_LOOKS and push.state == PushState.DELIVERED
                push.read_back_at = timezone.now() if is_over else None
                push.save(update_fields=["looks", "due_at", "read_back_at"])
                end = " It is not asked again for this; the nightly verification compares it." if is_over else ""
                transitions.note(push, f"Intacct could not be asked about it: {why}{end}")

    def not_sent(self, batch: Sequence[Push], why: str, pause: timedelta | None) -> None:
        """Nothing of it was executed: back to the queue, after `pause` or one that grows with each try."""
        for push in batch:
            if push.tries >= pauses.MOST_REFUSED_TRIES:
                self._given_up(push, why)
                continue
            with self._work.page():
                push.due_at = timezone.now() + (pauses.grown(push.tries) if pause is None else pause)
                self._move(push, PushState.QUEUED, why, f"Nothing was executed. {why}")

    def _given_up(self, push: Push, why: str) -> None:
        advice = "Look in Intacct whether it is there: then link it. Otherwise push it again."
        self._fail(push, "NO-ANSWER", f"It was sent {push.tries} times in vain. {why}", advice)

    def send_alone(self, batch: Sequence[Push], error: IntacctError) -> None:
        """Intacct refused the request as a document; each goes alone, so that the good ones pass."""
        for push in batch:
            with self._work.page():
                push.alone, push.due_at = True, timezone.now()
                self._move(push, PushState.QUEUED, "", f"Sent alone, because the request was refused: {error.sentence}")

    def failed(self, push: Push, error: IntacctError) -> None:
        """A person has to act."""
        self._fail(push, error.code, error.sentence, error.advice, error=error)

    def replan_needed(self, push: Push, why: str) -> None:
        self._fail(push, "PLAN-CHANGED", why, "Look at the preview, then push it again.")

    def ambiguous(self, push: Push, ours: Sequence[Found]) -> None:
        ids = ", ".join(record.remote_id for record in ours[:5])
        sentence = f"Intacct holds {len(ours)} records that are all like this one: {ids}."
        self._fail(push, "DUP-MANY", sentence, "Keep one of them in Intacct, remove the others, then link it here.")

    def taken(self, push: Push, record: Found, owner: str) -> None:
        """What Intacct holds under its reference belongs to another document here."""
        sentence = f"{record.remote_id} exists in Intacct already and belongs to {owner}."
        self._fail(push, "DUP-TAKEN", sentence, "Give this one another number.")

    def owner_of(self, push: Push, remote_id: str) -> str:
        """The other document that is linked to a record already, as people know it, or ""."""
        besides = (push.flow, push.document_id, push.step)
        return remote_records.owner_of(
            push.connection, push.record_type or self._flow.records, remote_id, besides=besides
        )

    @staticmethod
    def linked_to(push: Push) -> str:
        """The record that the step of the document is already, or ""."""
        rows = remote_records.records_of(push.flow, push.document_id)
        return next((row.remote_id for row in rows if row.step == push.step), "")

    def not_found_after_refusal(self, push: Push, found: Sequence[Found]) -> None:
        """Intacct refused it, and no record there is what this push wrote. `found` are others under its reference."""
        if push.error_code not in DUPLICATES:
            refusal = push.events.filter(state=PushState.VERIFYING).order_by("-pk").first()
            self._fail(push, push.error_code, refusal.message if refusal else push.reason, push.advice)
        elif found:
            sentence = f"{found[0].remote_id} exists in Intacct already, with other values."
            advice = "If it is the same document, link it. Otherwise give this one another number."
            self._fail(push, "DUP-EXISTS", sentence, advice)
        else:
            sentence = "Intacct says that it has executed this request before, but shows no such record."
            advice = "Look in Intacct whether it was deleted or renumbered; then link it, or change and push it again."
            self._fail(push, push.error_code or "DUP-CONTROLID", sentence, advice)

    def _fail(self, push: Push, code: str, sentence: str, advice: str, *, error: IntacctError | None = None) -> None:
        with self._work.page():
            self._remember(push, error)
            push.error_code, push.advice, push.finished_at = code, advice[:500], timezone.now()
            push.run_id = push.run_id or self._work.run.pk  # also of what was never sent
            transitions.move(push, PushState.FAILED, sentence, f"{sentence} {advice}".strip())
            failed = f"Not sent, because {self._step(push).label} failed."
            transitions.take_back_following(self._flow, push, failed)
            self._settled(push, self._document(push))
            self._row(push, RowOutcome.FAILED, f"{sentence} {advice}".strip())
            self._work.count(failed=1)

    def hold(self, error: IntacctError) -> None:
        """Nothing more of this flow is sent until somebody acts."""
        with self._work.page():
            PushHold.objects.get_or_create(
                connection=self._work.connection,
                flow=self._flow.key,
                defaults={
                    "tenant_id": self._work.run.tenant_id,
                    "error_code": error.code,
                    "sentence": error.sentence[:500],
                    "advice": error.advice[:500],
                },
            )
            transitions.settle_queued(self._flow, self._work.connection)

    def promote(self, push: Push) -> None:
        """Plan a push that waited. It goes on waiting, is queued, or fails with its first problem."""
        with self._work.page():
            # It may have been taken back since it was found: only what still waits is planned.
            waiting = Push.objects.select_for_update().filter(pk=push.pk, state=PushState.WAITING).first()
            if waiting is not None:
                self._promote_or_fail(waiting)

    def _promote_or_fail(self, push: Push) -> None:
        """A defect of one document fails it: a row that stayed due would be planned with every round, for ever."""
        try:
            with transaction.atomic():
                self._promote(push)
        except DEFECTS as error:
            logger.exception("%s %s cannot be promoted", push.flow, push.document_id)
            push.refresh_from_db()
            sentence = f"ERP Admin cannot work out what to write: {words_of(error)}."
            self._fail(push, "PLAN-DEFECT", sentence, fix_of(error))

    def _promote(self, push: Push) -> None:
        document = self._document(push)
        waits = self._flow.waits_for(document) if document is not None and not push.template_digest else None
        if waits is not None:
            wait_for(push, waits)
            self._goes_on_waiting(push, document)
            return
        outcome = promoted(self._flow, push, document)
        if outcome.code:
            self._fail(push, outcome.code, outcome.sentence, outcome.advice)
        elif outcome.waits:
            push.reason = outcome.waits[:500]
            self._goes_on_waiting(push, document)
        elif outcome.body is not None:
            push.due_at, push.waits_flow, push.waits_document_id = timezone.now(), "", None
            transitions.move(push, PushState.QUEUED, "", "What it waited for is done; it is queued.")
            outcome.body.save()
            store(outcome.more)
            self._settled(push, document)

    def _goes_on_waiting(self, push: Push, document: PushedDocument | None) -> None:
        push.due_at, push.run = timezone.now() + pauses.WAIT_PAUSE, self._work.run
        transitions.move(push, PushState.WAITING, push.reason, "", quiet=True)
        self._settled(push, document)

    def compared(self, push: Push, found: Found | None, *, is_proven: bool) -> Any:
        """Judge what reading back showed; return the document whose push it is, None when that is not to be judged.

        Not to be seen is missing only once it must show; until then it is looked at again. Whatever comes of it, the
        push is done or due later: a row that stayed due would be read for ever.
        """
        if found is None and not is_proven:
            self.not_read([push], "Searches do not show it yet.")
            return None
        with self._work.page():
            push.read_back_at = timezone.now()
            push.remote_record_no = found.record_no if found is not None else push.remote_record_no
            push.save(update_fields=["read_back_at", "remote_record_no"])
            self._wake_following(push)
            # Locked: an edit that is saved while it is judged must not be judged away.
            document = self._locked(self._flow, push.document_id)
            if document is None:
                return None
            newer = Push.objects.filter(flow=push.flow, document_id=push.document_id, step=push.step, pk__gt=push.pk)
            record = self._record(push, document)
            # What the document shows is a later push's to say, or of another record once it was linked otherwise.
            if record is None or newer.exclude(state=PushState.TAKEN_BACK).exists():
                return None
            self._learn_clock(push, found)
            facts = self._judged(self._flow, document, found, is_new=True, record=record)
            transitions.note(push, _in_words(push, found, facts))
            if found is not None:
                wake_waiting(self._flow, document)
        return document

    def _record(self, push: Push, document: PushedDocument) -> RemoteRecord | None:
        """The record that the push wrote, as long as it still is the document's."""
        rows = remote_records.records_of(self._flow.key, document.pk)
        return next((row for row in rows if (row.step, row.remote_id) == (push.step, push.remote_id)), None)

    def touched(self, flow: PushFlow, document: PushedDocument, found: Found | None, began: datetime) -> None:
        """Judge a document whose record another one's push has changed. Not to be seen is for verifying to say."""
        with self._work.page():
            fresh = self._locked(flow, document.pk)
            if fresh is None or found is None or not fresh.is_delivered or fresh.remote_id != found.remote_id:
                return
            if not remote_records.is_outdated(fresh, began):
                self._judged(flow, fresh, found)

    @staticmethod
    def _locked(flow: PushFlow, pk: int) -> Any:
        return flow.model._default_manager.select_for_update().filter(pk=pk).first()

    def _judged(
        self,
        flow: PushFlow,
        document: PushedDocument,
        found: Found | None,
        *,
        is_new: bool = False,
        record: RemoteRecord | None = None,
    ) -> DriftFacts:
        context, now = context_for(self._work.connection), timezone.now()
        return remote_records.compare(flow, document, found, context, at=now, is_new=is_new, record=record)

    def _learn_clock(self, push: Push, found: Found | None) -> None:
        """The stamp of a record that was answered at once tells the company's clock; one that was looked up may not."""
        if self._knows_clock or found is None or push.finished_at is None or push.tries != 1 or push.may_have_arrived:
            return
        try:
            stamped = datetime.strptime(found.modified, "%m/%d/%Y %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            return
        learn_clock(push.connection, stamped=stamped, happened_at=push.finished_at, source=f"push of {push.label}")
        self._knows_clock = True

    def _move(self, push: Push, state: PushState, reason: str, message: str) -> None:
        """Store the push in its new state, a line of history, and the delivery of the document that follows from it."""
        transitions.move(push, state, reason, message)
        self._settled(push, self._document(push))

    def _settled(self, push: Push, document: PushedDocument | None) -> None:
        transitions.settle_document(self._flow, document, push.connection)

    def _document(self, push: Push) -> Any:
        return self._flow.model._default_manager.filter(pk=push.document_id).first()

    @staticmethod
    def _remember(push: Push, error: IntacctError | None) -> None:
        if error is not None:
            push.error_code, push.error_field = error.code, error.subject[:120]
            push.error_detail, push.advice = error.technical_detail, error.advice[:500]

    def _row(self, push: Push, outcome: RowOutcome, message: str) -> None:
        """The run's row of the document, once with its last outcome."""
        row = RunRow.objects.filter(run=self._work.run, document_id=push.document_id).first()
        row = row or RunRow(tenant_id=push.tenant_id, run=self._work.run, step=self._work.step)
        row.document_id, row.label, row.outcome, row.message = push.document_id, push.label, outcome, message[:500]
        row.save()
        if outcome not in (RowOutcome.FAILED, RowOutcome.PENDING):
            self._work.count(**{outcome.value: 1})


def wake_waiting(flow: PushFlow, document: PushedDocument) -> None:
    """Have exactly those pushes looked at now that wait for this document, of whatever flow."""
    waiting = Push.objects.filter(waits_flow=flow.key, waits_document_id=document.pk, state=PushState.WAITING)
    waiting.filter(connection=document.connection).update(due_at=timezone.now())
