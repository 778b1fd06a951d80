"""Read one document's record, and decide: link, use Intacct's version, push ours again, or create it again.

Owns what a person learns and decides about one record: remote calls, then one short transaction. Writes nothing to
Intacct itself; what is written again goes through the ledger.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.refusal import Refused
from integrations.approval.selectors import why_not_pushable
from integrations.approval.service import covered_by_approval, let_fall
from integrations.delivery import remote_records
from integrations.delivery.contract import Found, PushFlow
from integrations.delivery.defects import DEFECTS, fix_of, words_of
from integrations.delivery.drift import DriftFacts
from integrations.delivery.outcomes import wake_waiting
from integrations.delivery.planning import context_for
from integrations.delivery.requests import PushOutcome, ask_pushes, forget_missing
from integrations.delivery.snapshot import Snapshot
from integrations.delivery.transitions import settle_document
from integrations.delivery.verification import may_not_show_yet
from integrations.gateway import client as gateway
from integrations.intacct import Client
from integrations.models import Connection, PushedDocument, RemoteRecord
from integrations.runs.selectors import why_not_run

logger = logging.getLogger(__name__)


def refresh(connection: Connection, flow: PushFlow, document: PushedDocument) -> list[str]:
    """Read its records now and compare them; return what differs. Raises Refused and the Intacct error family."""
    if not document.remote_id:
        raise Refused("It is not linked to a record in Intacct.", "Push it, or link it.", code="NOT-LINKED")
    began = timezone.now()
    found = _read(connection, flow, document, document.remote_id)
    if found is None and may_not_show_yet(document):
        sentence = "Intacct does not show it, but it was delivered just now, and searches may not find it yet."
        raise Refused(sentence, "Refresh it again in a quarter of an hour.", code="TOO-EARLY")
    others = _read_others(connection, flow, document)
    touched = _read_touched(connection, flow, document)
    with transaction.atomic():
        judged = _compared(connection, flow, _still_linked(flow, document, began), found, others)
    _judge_touched(connection, touched, began)
    return [name for facts in judged for name in facts.named]


def take_theirs(connection: Connection, flow: PushFlow, document: PushedDocument) -> list[str]:
    """Make the document here what its records are now; return what still differs. Raises as `refresh`.

    Of its other records those that differ are followed, after its own.
    """
    began = timezone.now()
    found = _read_there(connection, flow, document)
    others = _read_others(connection, flow, document)
    with _defects_refused(flow, document), transaction.atomic():
        fresh = _still_linked(flow, document, began)
        record, context = _record(flow, fresh), context_for(connection)
        covered = covered_by_approval(fresh)
        for each, whole in [(record, found), *_differing(connection, flow, fresh, others)]:
            seen = flow.own_part(fresh, each, whole)
            flow.take_keys(fresh, each, seen, is_new=False)
            flow.take_theirs(fresh, each, seen, context)
            here = flow.here_of(each.step, fresh, context, Snapshot.of(each.sent))
            remote_records.note_theirs(flow, fresh, each, seen, here)
        let_fall(fresh, covered)
        # All of it, also what no field here can hold as Intacct has it: a person must not take the two for equal.
        return [str(name) for facts in _compared(connection, flow, fresh, found, others) for name in facts.differences]


def push_ours(
    connection: Connection, flow: PushFlow, document: PushedDocument, *, by: User | None = None, queued: bool = True
) -> PushOutcome:
    """Write what is here over what Intacct holds, as an update of what differs. Raises as `refresh`."""
    began = timezone.now()
    found = _read_there(connection, flow, document)
    others = _read_others(connection, flow, document)
    with _defects_refused(flow, document), transaction.atomic():
        fresh = _still_linked(flow, document, began)
        refused = why_not_pushable(fresh, flow.noun)
        if refused is not None:
            raise refused
        for record, whole in [(_record(flow, fresh), found), *_differing(connection, flow, fresh, others)]:
            seen = flow.own_part(fresh, record, whole)
            remote_records.take_facts(fresh, record, seen)
            problem = flow.why_not_updated(fresh, record)
            if problem is not None:
                raise Refused(problem.sentence, problem.fix, code=problem.code)
            flow.take_keys(fresh, record, seen, is_new=False)
            remote_records.note_for_ours(flow, fresh, record, seen)
        _compared(connection, flow, fresh, found, others)
    return ask_pushes(connection, flow, [fresh], by=by, queued=queued)


def recreate(
    connection: Connection, flow: PushFlow, document: PushedDocument, *, by: User | None = None, queued: bool = True
) -> PushOutcome:
    """Push a document again whose record was deleted in Intacct. Looks once more first. Raises as `refresh`."""
    if not document.missing_there:
        raise Refused("Its record is not known to be missing in Intacct.", "Refresh it first.", code="NOT-MISSING")
    refresh(connection, flow, document)
    with transaction.atomic():
        fresh = _still_linked(flow, document)
        if not fresh.missing_there:
            raise Refused(f"{fresh.remote_id} is in Intacct after all.", "Nothing was sent.", code="NOT-MISSING")
        refused = why_not_pushable(fresh, flow.noun)
        if refused is not None:
            raise refused
        forget_missing(fresh)  # nothing that is there is written again, so its approval stays
    return ask_pushes(connection, flow, [fresh], by=by, queued=queued)


def find_records(connection: Connection, flow: PushFlow, document: PushedDocument, text: str) -> Sequence[Found]:
    """Records in Intacct that carry the number `text`. Raises Refused and the Intacct error family."""
    _check(connection, flow)
    with _reading(connection, flow, document) as client:
        return flow.search(client, text)


def link(
    connection: Connection, flow: PushFlow, document: PushedDocument, remote_id: str, *, by: User | None = None
) -> list[str]:
    """Say that the document is this record, writing nothing to Intacct; return the differences. Raises as `refresh`."""
    began = timezone.now()
    found = _read(connection, flow, document, remote_id)
    if found is None:
        raise Refused(f"Intacct does not show {remote_id} any more.", "Search again.", code="REF-INVALID")
    touched = _read_touched(connection, flow, document)
    with transaction.atomic():
        fresh = _unlocked(flow, document.pk)
        if fresh.remote_id:
            raise Refused(f"It is linked to {fresh.remote_id} already.", "Unlink it first.", code="LINKED")
        besides = (flow.key, fresh.pk, flow.steps[0].key)
        if owner := remote_records.owner_of(connection, flow.records, remote_id, besides=besides):
            raise Refused(f"{remote_id} is linked to {owner}.", "Unlink that one first.", code="LINKED")
        fresh.connection, fresh.remote_id = connection, remote_id
        fresh.linked_at, fresh.linked_by = timezone.now(), by
        fresh.save(update_fields=["connection", "remote_id", "linked_at", "linked_by"])
        remote_records.note_link(flow, fresh)
        settle_document(flow, fresh, connection)
        (facts,) = _compared(connection, flow, fresh, found)
        wake_waiting(flow, fresh)
    _judge_touched(connection, touched, began)
    return facts.named


Others = Sequence[tuple[RemoteRecord, Found | None]]
Touched = Sequence[tuple[PushFlow, PushedDocument, Found]]


def _read_touched(connection: Connection, flow: PushFlow, document: PushedDocument) -> Touched:
    """Records of other documents that this one changes, as they are now: what became of it shows in them as well."""
    read: list[tuple[PushFlow, PushedDocument, Found]] = []
    for other_flow, other in flow.touches(document):
        if not other.is_delivered or not other.remote_id:
            continue
        with _reading(connection, other_flow, other) as client:
            found = other_flow.read(client, "", [other.remote_id]).get(other.remote_id)
        if found is not None:  # not to be seen is for a look at that document to say
            read.append((other_flow, other, found))
    return read


def _judge_touched(connection: Connection, touched: Touched, began: datetime) -> None:
    """Each in a transaction of its own, so that nobody who holds one of them and wants the other waits for ever."""
    context = context_for(connection)
    for flow, document, found in touched:
        with transaction.atomic():
            fresh: Any = flow.model._default_manager.select_for_update().filter(pk=document.pk).first()
            is_same = fresh is not None and fresh.is_delivered and fresh.remote_id == found.remote_id
            if is_same and not remote_records.is_outdated(fresh, began):
                remote_records.compare(flow, fresh, found, context, at=timezone.now())


def _compared(
    connection: Connection, flow: PushFlow, document: Any, found: Found | None, others: Others = ()
) -> list[DriftFacts]:
    """Judge the document by its own record and by its others."""
    context, now = context_for(connection), timezone.now()
    facts = [remote_records.compare(flow, document, found, context, at=now)]
    facts += [remote_records.compare(flow, document, seen, context, at=now, record=record) for record, seen in others]
    return facts


def _differing(
    connection: Connection, flow: PushFlow, document: Any, others: Others
) -> list[tuple[RemoteRecord, Found]]:
    """Of its other records those that Intacct holds otherwise."""
    context, now = context_for(connection), timezone.now()
    seen = [(record, found) for record, found in others if found is not None]
    return [
        (record, found)
        for record, found in seen
        if remote_records.compare(flow, document, found, context, at=now, record=record).there
    ]


def _check(connection: Connection, flow: PushFlow) -> None:
    refused = why_not_run(connection, flow)
    if refused is not None:
        raise refused


def _read(connection: Connection, flow: PushFlow, document: PushedDocument, remote_id: str) -> Found | None:
    _check(connection, flow)
    with _reading(connection, flow, document) as client:
        return flow.read_back(client, [remote_id]).get(remote_id)


def _read_others(
    connection: Connection, flow: PushFlow, document: PushedDocument
) -> list[tuple[RemoteRecord, Found | None]]:
    """The records that its other steps became, as they are now; what is not shown only where it must be."""
    records = [row for row in remote_records.records_of(flow.key, document.pk) if not remote_records.is_own(row)]
    read: list[tuple[RemoteRecord, Found | None]] = []
    for name in dict.fromkeys(record.object_name for record in records if flow.can_read(record.object_name)):
        mine = [record for record in records if record.object_name == name]
        with gateway.opened(connection, entity_id=flow.entity_of(document) or None) as client:
            found = flow.read(client, name, [record.remote_id for record in mine])
        read += [(record, found.get(record.remote_id)) for record in mine]
    return [pair for pair in read if pair[1] is not None or not may_not_show_yet(document)]


def _read_there(connection: Connection, flow: PushFlow, document: PushedDocument) -> Found:
    """The record as it is now. Raises Refused when there is none."""
    if not document.remote_id:
        raise Refused("It is not linked to a record in Intacct.", "Push it, or link it.", code="NOT-LINKED")
    found = _read(connection, flow, document, document.remote_id)
    if found is None:
        raise Refused(f"Intacct does not show {document.remote_id}.", "Refresh it, then recreate it.", code="MISSING")
    return found


def _record(flow: PushFlow, document: PushedDocument) -> RemoteRecord:
    return remote_records.record_of(flow.key, document) or remote_records.note_link(flow, document)


@contextmanager
def _reading(connection: Connection, flow: PushFlow, document: PushedDocument) -> Iterator[Client]:
    """A client in the document's entity, whose exchanges are stored as being about the document."""
    entity_id = flow.entity_of(document) or None
    with gateway.opened(connection, entity_id=entity_id) as client, gateway.about(flow.key, [document.pk]):
        yield client


@contextmanager
def _defects_refused(flow: PushFlow, document: PushedDocument) -> Iterator[None]:
    """What a defect or a damaged row of this one document raises is said to the person, and logged."""
    try:
        yield
    except DEFECTS as error:
        logger.exception("%s %s cannot be followed", flow.key, document.pk)
        sentence = f"ERP Admin cannot work that out for this {flow.noun}: {words_of(error)}."
        raise Refused(sentence, fix_of(error), code="PLAN-DEFECT") from error


def _unlocked(flow: PushFlow, pk: int) -> Any:
    document: Any = flow.model._default_manager.select_for_update().get(pk=pk)
    if document.is_locked:
        raise Refused("It is being pushed.", "Wait until it has arrived.", code="PUSHED")
    return document


def _still_linked(flow: PushFlow, document: PushedDocument, began: datetime | None = None) -> Any:
    """The document as it is now. Raises Refused when what was read since `began` is no longer about it."""
    fresh = _unlocked(flow, document.pk)
    if fresh.remote_id != document.remote_id:
        raise Refused("It was linked otherwise meanwhile.", "Look at it again.", code="CHANGED")
    if began is not None and remote_records.is_outdated(fresh, began):
        raise Refused("It was pushed or compared meanwhile.", "Look at it again.", code="CHANGED")
    return fresh
