"""The records that documents became: kept when a push lands or a person links one, judged whenever one is read.

Owns which record is a document's and how a reading of it reaches the judge. Calls nobody, plans nothing; call its verbs
inside the transaction that holds the document.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.utils import timezone

from integrations.delivery import drift
from integrations.delivery.contract import Found, PushContext, PushFlow
from integrations.delivery.drift import DriftFacts
from integrations.delivery.snapshot import Snapshot
from integrations.models import Operation, Push, PushedDocument, RemoteRecord
from integrations.models.remote_record import TRANSACTION


def own_records(flow_key: str, documents: Sequence[PushedDocument]) -> dict[int, RemoteRecord]:
    """`record_of` for many documents of a flow, by primary key, in one query."""
    ids = {document.pk: document.remote_id for document in documents if document.remote_id}
    rows = RemoteRecord.objects.filter(flow=flow_key, document_id__in=ids, step=TRANSACTION, unlinked_at=None)
    return {row.document_id: row for row in rows if row.remote_id == ids[row.document_id]} if ids else {}


def record_of(flow_key: str, document: PushedDocument) -> RemoteRecord | None:
    """What is kept of the record that the document is linked to; None when it is linked to none."""
    row = _row(flow_key, document.pk) if document.remote_id else None
    return row if row is not None and row.unlinked_at is None and row.remote_id == document.remote_id else None


def sent_of(flow_key: str, document: PushedDocument) -> Snapshot | None:
    """Everything we wrote into the document's record; None when it was linked rather than pushed."""
    record = record_of(flow_key, document)
    sent = Snapshot.of(record.sent) if record is not None else Snapshot()
    return sent if sent.lines is not None else None


def _row(flow_key: str, document_id: int) -> RemoteRecord | None:
    return RemoteRecord.objects.filter(flow=flow_key, document_id=document_id, step=TRANSACTION).first()


def note_delivery(flow: PushFlow, document: PushedDocument, push: Push, found: Found | None) -> None:
    """A push has landed in `push.remote_id`: all it wrote counts as sent, and what it moved is noted when next read."""
    before, now = record_of(flow.key, document), Snapshot.of(push.sent)
    record = before or _row(flow.key, document.pk) or RemoteRecord(flow=flow.key, document_id=document.pk)
    is_update = before is not None and push.operation == Operation.UPDATE
    was = Snapshot.of(record.sent) if is_update else Snapshot()
    noted = drift.noted_after_delivery(
        Snapshot.of(record.noted), was, now, flow.moved_by_writing(was, now), flow.fields
    )
    record.noted = noted.as_json() if is_update else {}
    record.found = record.found if is_update else {}
    record.found_at = record.found_at if is_update else None
    record.sent = push.sent
    record.record_no = found.record_no if found is not None else (record.record_no if is_update else None)
    _tie(record, flow, push.connection_id, document, push.remote_id)
    for other_flow, other in flow.touches(document):
        _expect_moves(other_flow, other)


def _expect_moves(flow: PushFlow, document: PushedDocument) -> None:
    """What we wrote elsewhere moved this record too: what its ordinary course shows next is noted, whatever it is."""
    record = record_of(flow.key, document)
    if record is not None:
        record.noted = drift.without(Snapshot.of(record.noted), flow.course).as_json()
        record.save(update_fields=["noted", "changed_at"])


def note_link(flow: PushFlow, document: PushedDocument) -> RemoteRecord:
    """A person says that the document is the record `document.remote_id`; what we once wrote into it still counts."""
    record = _row(flow.key, document.pk) or RemoteRecord(flow=flow.key, document_id=document.pk)
    if record.remote_id != document.remote_id or not record.sent:
        record.sent = flow.sent_of_linked(document).as_json()
    record.noted, record.found, record.found_at = {}, {}, None
    _tie(record, flow, document.connection_id, document, document.remote_id)
    return record


def _tie(record: RemoteRecord, flow: PushFlow, connection_id: int | None, document: PushedDocument, to: str) -> None:
    if connection_id is None:
        raise ValueError(f"{flow.key} {document.pk} is linked without a connection.")
    record.tenant_id, record.connection_id = document.tenant_id, connection_id
    record.object_name, record.remote_id, record.unlinked_at = flow.records, to, None
    record.save()


def note_unlink(flow: PushFlow, document: PushedDocument) -> None:
    RemoteRecord.objects.filter(flow=flow.key, document_id=document.pk).update(unlinked_at=timezone.now())


def compare(
    flow: PushFlow,
    document: PushedDocument,
    found: Found | None,
    context: PushContext,
    *,
    at: datetime,
    is_new: bool = False,
) -> DriftFacts:
    """Judge a document by what reading its record showed `at`, None for nothing, and keep it. Saves the document.

    `is_new`: a push has landed since it was last read, so that its lines may have other keys.
    """
    record = record_of(flow.key, document) or note_link(flow, document)
    if found is None:
        facts = _judged(flow, document, record, None, None, context)
        drift.keep(document, record, facts, found=None, at=at)
        return facts
    flow.take_keys(document, record, found, is_new=is_new)
    reading = flow.reading(document, record, found)
    facts = _judged(flow, document, record, found, reading, context)
    take_facts(document, record, found)
    drift.keep(document, record, facts, found=reading, at=at)
    return facts


def is_outdated(document: PushedDocument, began: datetime) -> bool:
    """Whether a reading that was begun then is older than what is known: pushed or compared since."""
    return any(moment is not None and moment > began for moment in (document.delivered_at, document.refreshed_at))


def take_facts(document: PushedDocument, record: RemoteRecord, found: Found) -> None:
    """What pages and look-ups show of the record, on the document and on its row; saves the document's."""
    document.remote_record_no, document.remote_url = found.record_no, found.url
    document.remote_state, document.remote_facts = found.state, dict(found.facts)
    document.save(update_fields=["remote_record_no", "remote_url", "remote_state", "remote_facts"])
    record.record_no, record.url, record.state = found.record_no, found.url, found.state


def note_edit(flow: PushFlow, document: PushedDocument, context: PushContext) -> None:
    """Judge a document that was edited here by what its record last showed."""
    record = record_of(flow.key, document)
    if record is not None:
        drift.keep_edit(document, record, _by_last_reading(flow, document, record, context))


def _by_last_reading(
    flow: PushFlow, document: PushedDocument, record: RemoteRecord, context: PushContext
) -> DriftFacts:
    last = Found(record.record_no or 0, record.remote_id, record.url, record.state, document.remote_facts)
    reading = None if document.missing_there else Snapshot.of(record.found)
    return _judged(flow, document, record, last if document.remote_facts else None, reading, context)


def last_facts(flow: PushFlow, document: PushedDocument, context: PushContext) -> DriftFacts | None:
    """What the judge says of the last reading, keeping nothing; None for a document without a record."""
    record = record_of(flow.key, document)
    return None if record is None else _by_last_reading(flow, document, record, context)


def note_theirs(flow: PushFlow, document: PushedDocument, record: RemoteRecord, found: Found, here: Snapshot) -> None:
    """The document was made what Intacct holds: that counts as written, and as noted."""
    sent, reading = Snapshot.of(record.sent), flow.reading(document, record, found)
    defaults = flow.defaults_of(document, here, reading)
    adopted = drift.adopted(sent, reading, flow.fields, None if sent.lines is None else here)
    if sent.lines is not None:
        adopted = replace(adopted, defaults=defaults)
    _adopt(record, adopted, reading)


def note_for_ours(flow: PushFlow, document: PushedDocument, record: RemoteRecord, found: Found) -> None:
    """Take note of what Intacct holds as if we had written it, so that the next update writes what is here."""
    reading = flow.reading(document, record, found)
    _adopt(record, drift.adopted(Snapshot.of(record.sent), reading, flow.fields), reading)


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
        here=flow.here(document, context, sent),
        sent=sent,
        found=reading,
        noted=Snapshot.of(record.noted),
        fields=flow.fields,
        is_ordinary=partial(_is_ordinary, flow, document, found),
        cross_checks=flow.cross_checks(document, record, found) if found is not None else (),
        was_changed_there=document.changed_there,
        line_names=flow.line_names(document, sent),
    )


def _is_ordinary(flow: PushFlow, document: PushedDocument, found: Found | None, changed: "set[str]") -> bool:
    return found is not None and flow.is_ordinary(document, changed, found)
