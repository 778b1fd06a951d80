"""The records that documents became: kept when a push lands or a person links one, judged whenever one is read.

Owns which record is a document's and how a reading of it reaches the judge. Calls nobody, plans nothing; call its verbs
inside the transaction that holds the document.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from integrations.delivery import drift
from integrations.delivery.contract import Found, PushContext, PushFlow, StepResult
from integrations.delivery.defects import DEFECTS, fix_of, words_of
from integrations.delivery.drift import DriftFacts
from integrations.delivery.snapshot import DamagedSnapshot, Snapshot
from integrations.models import Connection, Operation, Push, PushedDocument, RemoteRecord
from integrations.runs.flow import flow_for

logger = logging.getLogger(__name__)


def own_records(flow_key: str, documents: Sequence[PushedDocument]) -> dict[int, RemoteRecord]:
    """`record_of` for many documents of a flow, by primary key, in one query."""
    ids = {document.pk: document.remote_id for document in documents if document.remote_id}
    rows = RemoteRecord.objects.filter(flow=flow_key, document_id__in=ids, unlinked_at=None)
    rows = rows.filter(step=_primary(flow_key))
    return {row.document_id: row for row in rows if row.remote_id == ids[row.document_id]} if ids else {}


def record_of(flow_key: str, document: PushedDocument) -> RemoteRecord | None:
    """What is kept of the record that the document is linked to; None when it is linked to none."""
    if not document.remote_id:
        return None
    linked = RemoteRecord.objects.filter(flow=flow_key, document_id=document.pk, unlinked_at=None)
    return linked.filter(step=_primary(flow_key), remote_id=document.remote_id).first()


def records_of(flow_key: str, *document_ids: int) -> list[RemoteRecord]:
    """What is kept of all records that documents are linked to, one for each step that is delivered."""
    rows = RemoteRecord.objects.filter(flow=flow_key, document_id__in=document_ids, unlinked_at=None)
    return list(rows.exclude(remote_id="").order_by("pk"))


def results_of(flow_key: str, document: PushedDocument) -> dict[str, StepResult]:
    """What the delivered steps of the document became."""
    return {row.step: StepResult(row.remote_id, row.record_no, row.url) for row in records_of(flow_key, document.pk)}


def sent_of(flow_key: str, document: PushedDocument) -> Snapshot | None:
    """Everything we wrote into the document's record; None when it was linked rather than pushed."""
    record = record_of(flow_key, document)
    sent = Snapshot.of(record.sent) if record is not None else Snapshot()
    return sent if sent.lines is not None else None


def owner_of(connection: Connection, object_name: str, remote_id: str, *, besides: tuple[str, int, str]) -> str:
    """The document that is linked to a record already, as people know it, or "". `besides` is flow, document and step
    of the one that asks."""
    linked = RemoteRecord.objects.filter(connection=connection, object_name=object_name, unlinked_at=None)
    for row in linked.filter(remote_id=remote_id):
        if (row.flow, row.document_id, row.step) == besides:
            continue
        flow = flow_for(row.flow)
        document = (
            flow.model._default_manager.filter(pk=row.document_id).first() if isinstance(flow, PushFlow) else None
        )
        if document is not None and isinstance(flow, PushFlow):
            return f"{flow.noun} {flow.label(document)}"
    return ""


def _row(flow: PushFlow, document_id: int, step: str) -> RemoteRecord | None:
    return RemoteRecord.objects.filter(flow=flow.key, document_id=document_id, step=step).first()


def _primary(flow_key: str) -> str:
    """The step whose record is the document's own."""
    flow = flow_for(flow_key)
    if not isinstance(flow, PushFlow):
        raise TypeError(f"{flow_key} pushes no documents.")
    return flow.steps[0].key


def is_own(record: RemoteRecord) -> bool:
    """Whether it is the record whose number and address the document shows as its own."""
    return record.step == _primary(record.flow)


def note_delivery(flow: PushFlow, document: PushedDocument, push: Push, found: Found | None) -> None:
    """A push has landed in `push.remote_id`: all it wrote counts as sent, and what it moved is noted when next read."""
    record = _row(flow, document.pk, push.step)
    record = record or RemoteRecord(flow=flow.key, document_id=document.pk, step=push.step)
    now, is_linked = Snapshot.of(push.sent), record.pk is not None and record.unlinked_at is None
    is_update = is_linked and record.remote_id == push.remote_id and push.operation == Operation.UPDATE
    was = Snapshot.of(record.sent) if is_update else Snapshot()
    noted = drift.noted_after_delivery(
        Snapshot.remembered(record.noted), was, now, flow.moved_by_writing(was, now), flow.fields_of(push.step)
    )
    record.noted = noted.as_json() if is_update else {}
    record.found = record.found if is_update else {}
    record.found_at = record.found_at if is_update else None
    record.sent, record.judged = push.sent, {}
    record.record_no = found.record_no if found is not None else (record.record_no if is_update else None)
    record.object_name = push.record_type or flow.records
    _tie(record, push.connection_id, document, push.remote_id)
    drift.keep_union(document, records_of(flow.key, document.pk), keeps_reading=True)
    for other_flow, other in flow.touches(document):
        _expect_moves(other_flow, other)


def _expect_moves(flow: PushFlow, document: PushedDocument) -> None:
    """What we wrote elsewhere moved this record too: what its ordinary course shows next is noted, whatever it is."""
    record = record_of(flow.key, document)
    if record is not None:
        record.noted = drift.without(Snapshot.remembered(record.noted), flow.course).as_json()
        record.save(update_fields=["noted", "changed_at"])


def note_link(flow: PushFlow, document: PushedDocument) -> RemoteRecord:
    """A person says that the document is the record `document.remote_id`; what we once wrote into it still counts."""
    step = _primary(flow.key)
    record = _row(flow, document.pk, step) or RemoteRecord(flow=flow.key, document_id=document.pk, step=step)
    if record.remote_id != document.remote_id or not record.sent or _is_damaged(record):
        record.sent = flow.sent_of_linked(document).as_json()
    record.noted, record.found, record.found_at, record.judged = {}, {}, None, {}
    record.object_name = record.object_name or flow.records
    _tie(record, document.connection_id, document, document.remote_id)
    return record


def _is_damaged(record: RemoteRecord) -> bool:
    try:
        Snapshot.of(record.sent)
    except DamagedSnapshot:
        return True
    return False


def _tie(record: RemoteRecord, connection_id: int | None, document: PushedDocument, to: str) -> None:
    if connection_id is None:
        raise ValueError(f"{record.flow} {document.pk} is linked without a connection.")
    record.tenant_id, record.connection_id = document.tenant_id, connection_id
    record.remote_id, record.unlinked_at = to, None
    record.save()


def note_unlink(flow: PushFlow, document: PushedDocument) -> None:
    """The document is no record in Intacct any more; what was written into those it had is kept."""
    RemoteRecord.objects.filter(flow=flow.key, document_id=document.pk).update(unlinked_at=timezone.now(), judged={})
    drift.keep_union(document, [])


def note_missing(flow: PushFlow, document: PushedDocument) -> list[RemoteRecord]:
    """The records that Intacct does not show any more are the document's no longer; return those that stay."""
    rows = records_of(flow.key, document.pk)
    gone = [row for row in rows if row.judgment.get("missing_there")]
    RemoteRecord.objects.filter(pk__in=[row.pk for row in gone]).update(unlinked_at=timezone.now(), judged={})
    left = [row for row in rows if row not in gone]
    drift.keep_union(document, left)
    return left


def compare(
    flow: PushFlow,
    document: PushedDocument,
    found: Found | None,
    context: PushContext,
    *,
    at: datetime,
    is_new: bool = False,
    record: RemoteRecord | None = None,
) -> DriftFacts:
    """Judge a document by what reading one of its records showed `at`, None for nothing. Saves both.

    Without `record` it is the document's own. `is_new`: a push has landed since it was last read, so that its lines may
    have other keys. What the document shows is the union over all its records.
    """
    record = record or record_of(flow.key, document) or note_link(flow, document)
    try:
        with transaction.atomic():
            return _compared(flow, document, record, found, context, at=at, is_new=is_new)
    except DEFECTS as error:
        facts = _defect(flow, document, error)
        drift.keep_defect(document, record, facts, _others(record))
        return facts


def _defect(flow: PushFlow, document: PushedDocument, error: Exception) -> DriftFacts:
    """What is said of a document that cannot be judged; the log has where it came from."""
    logger.error("%s %s cannot be compared with its record", flow.key, document.pk, exc_info=error)
    return DriftFacts(defect=f"It cannot be compared: {words_of(error)}. {fix_of(error)}")


def _compared(
    flow: PushFlow,
    document: PushedDocument,
    record: RemoteRecord,
    found: Found | None,
    context: PushContext,
    *,
    at: datetime,
    is_new: bool,
) -> DriftFacts:
    if found is None:
        facts = _judged(flow, document, record, None, None, context)
        drift.keep(document, record, facts, _others(record), found=None, at=at)
        return facts
    found = flow.own_part(document, record, found)
    flow.take_keys(document, record, found, is_new=is_new)
    reading = flow.reading(document, record, found)
    facts = _judged(flow, document, record, found, reading, context)
    take_facts(document, record, found)
    drift.keep(document, record, facts, _others(record), found=reading, at=at)
    return facts


def _others(record: RemoteRecord) -> list[RemoteRecord]:
    return [row for row in records_of(record.flow, record.document_id) if row.pk != record.pk]


def is_outdated(document: PushedDocument, began: datetime) -> bool:
    """Whether a reading that was begun then is older than what is known: pushed or compared since."""
    return any(moment is not None and moment > began for moment in (document.delivered_at, document.refreshed_at))


def take_facts(document: PushedDocument, record: RemoteRecord, found: Found) -> None:
    """What pages and look-ups show of the record, on its row and, of its own one, on the document; saves the latter."""
    record.record_no, record.url, record.state = found.record_no, found.url, found.state
    if not is_own(record):
        return
    document.remote_record_no, document.remote_url = found.record_no, found.url
    document.remote_state, document.remote_facts = found.state, dict(found.facts)
    document.save(update_fields=["remote_record_no", "remote_url", "remote_state", "remote_facts"])


def note_edit(flow: PushFlow, document: PushedDocument, context: PushContext) -> None:
    """Judge a document that was edited here by what its records last showed."""
    for record in records_of(flow.key, document.pk):
        try:
            facts = _by_last_reading(flow, document, record, context)
        except DEFECTS as error:
            drift.keep_defect(document, record, _defect(flow, document, error), _others(record))
        else:
            drift.keep_edit(document, record, facts, _others(record))


def _by_last_reading(
    flow: PushFlow, document: PushedDocument, record: RemoteRecord, context: PushContext
) -> DriftFacts:
    own = is_own(record)
    facts_there = document.held_facts if own else {}
    last = Found(record.record_no or 0, record.remote_id, record.url, record.state, facts_there)
    is_missing = bool(record.judgment.get("missing_there", own and document.missing_there))
    reading = None if is_missing else Snapshot.remembered(record.found)
    return _judged(flow, document, record, last if facts_there else None, reading, context)


def has_changes(flow: PushFlow, document: PushedDocument, context: PushContext) -> bool:
    """Whether other values would be written now into any of its records than were written."""
    sent = {row.step: Snapshot.of(row.sent) for row in records_of(flow.key, document.pk)}
    return any(
        drift.differ(flow.here_of(step, document, context, written), written, flow.fields_of(step))
        for step, written in sent.items()
    )


def last_facts(flow: PushFlow, document: PushedDocument, context: PushContext) -> DriftFacts | None:
    """What the judge says of the last reading of its own record, keeping nothing; None for one without a record."""
    record = record_of(flow.key, document)
    try:
        return None if record is None else _by_last_reading(flow, document, record, context)
    except DEFECTS as error:
        return _defect(flow, document, error)


def note_theirs(flow: PushFlow, document: PushedDocument, record: RemoteRecord, found: Found, here: Snapshot) -> None:
    """The document was made what Intacct holds: that counts as written, and as noted."""
    sent, reading = Snapshot.of(record.sent), flow.reading(document, record, found)
    defaults = flow.defaults_of(document, here, reading)
    is_pushed = sent.lines is not None
    adopted = drift.adopted(sent, reading, flow.fields_of(record.step), here if is_pushed else None)
    if is_pushed:
        adopted = replace(adopted, defaults=defaults)
    _adopt(record, adopted, reading)


def note_for_ours(flow: PushFlow, document: PushedDocument, record: RemoteRecord, found: Found) -> None:
    """Take note of what Intacct holds as if we had written it, so that the next update writes what is here."""
    reading = flow.reading(document, record, found)
    _adopt(record, drift.adopted(Snapshot.of(record.sent), reading, flow.fields_of(record.step)), reading)


def _adopt(record: RemoteRecord, sent: Snapshot, reading: Snapshot) -> None:
    record.sent, record.noted = sent.as_json(), Snapshot(reading.head, reading.lines).as_json()
    record.save()


def _judged(
    flow: PushFlow,
    document: PushedDocument,
    record: RemoteRecord,
    found: Found | None,
    reading: Snapshot | None,
    context: PushContext,
) -> DriftFacts:
    sent = Snapshot.of(record.sent)
    return drift.judge(
        here=flow.here_of(record.step, document, context, sent),
        sent=sent,
        found=reading,
        noted=Snapshot.remembered(record.noted),
        fields=flow.fields_of(record.step),
        is_ordinary=partial(_is_ordinary, flow, document, found),
        cross_checks=flow.cross_checks(document, record, found) if found is not None else (),
        was_changed_there=bool(record.judgment.get("changed_there", document.changed_there)),
        line_names=flow.line_names(document, sent),
    )


def _is_ordinary(flow: PushFlow, document: PushedDocument, found: Found | None, changed: "set[str]") -> bool:
    return found is not None and flow.is_ordinary(document, changed, found)
