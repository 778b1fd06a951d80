"""Reads documents that are in Intacct back, many a request, and has each judged: equal, changed or missing there.

Owns which documents are read and what the run reports. Writes nothing to Intacct and repairs nothing: what to do, a
person decides.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from integrations.delivery import remote_records
from integrations.delivery.apart import ask_apart
from integrations.delivery.contract import Found, PushContext, PushFlow, push_flows
from integrations.delivery.planning import context_for
from integrations.delivery.steps import in_order
from integrations.gateway.client import EntityClosed, about
from integrations.intacct import Client
from integrations.models import Connection, Delivery, RemoteRecord, RowOutcome, RunRow, Trigger
from integrations.runs.flow import Flow, StepPlan, flow_for
from integrations.runs.service import Started, start_run
from integrations.runs.step import StepWork

BATCH = 50
_UNDER_WAY = "It is being pushed, so it is compared once that is settled."
Unreadable = tuple[RowOutcome, str]  # how the row of a record that could not be read ends, and why
_THERE = Q(delivery__in=[Delivery.DELIVERED, Delivery.PARTLY]) | Q(delivery=Delivery.FAILED) & ~Q(remote_id="")
_MAY_ARRIVE = Q(delivery__in=[Delivery.SENDING, Delivery.VERIFYING])
_CHANGES_SOON = Q(delivery__in=[Delivery.WAITING, Delivery.QUEUED, Delivery.HELD]) & ~Q(remote_id="")


class Verification(Flow):
    """A step for each pushing flow. The checkpoint keeps the last document done, and `since` which delivery or link."""

    key = "verification"
    title = "Compare documents with Intacct"
    in_turn = True

    def work(self, work: StepWork) -> Iterator[None]:
        flow = flow_for(work.step.key)
        if not isinstance(flow, PushFlow):
            raise TypeError(f"{work.step.key} pushes no documents.")
        while batch := _next(work, flow):
            began = timezone.now()
            records = remote_records.records_of(flow.key, *(each.pk for each in batch if not each.is_locked))
            read, unread = _read(work, flow, batch, records)
            with work.page():
                context = context_for(work.connection)
                for document in batch:
                    if document.is_locked:
                        _left_out(work, flow, document, _UNDER_WAY)
                        continue
                    own = [record for record in records if record.document_id == document.pk]
                    if found := next((unread[record.pk] for record in own if record.pk in unread), None):
                        outcome, why = found
                        work.count(**{str(outcome): 1})
                        _row(work, flow, document, outcome, f"It could not be compared. {why}")
                        continue
                    mine = [(record, read.get(record.pk)) for record in own]
                    _compare(work, flow, document.pk, mine, context, began)
                work.save_page(after=batch[-1].pk)
            yield
        _say_what_differs(work)


def _say_what_differs(work: StepWork) -> None:
    """A line of the log for what a person should look at; the documents are named in the run's rows."""
    work.step.refresh_from_db(fields=["changed", "missing"])
    if work.step.changed or work.step.missing:
        work.warn(f"{work.step.changed:,} are otherwise in Intacct, {work.step.missing:,} are no longer there.")


def _read(
    work: StepWork, flow: PushFlow, batch: Iterable[Any], records: Iterable[RemoteRecord]
) -> tuple[dict[int, Found | None], dict[int, Unreadable]]:
    """What Intacct shows of each record, by its key: those of one type in one entity in one read. With it, of the
    records that could not be read, why: the entity is closed to us, or the record is spoilt."""
    entities = {document.pk: flow.entity_of(document) for document in batch}
    groups: dict[tuple[str, str], list[RemoteRecord]] = {}
    for record in records:
        groups.setdefault((entities[record.document_id], record.object_name), []).append(record)
    read: dict[int, Found | None] = {}
    unread: dict[int, Unreadable] = {}
    for (entity, object_name), members in groups.items():
        if not flow.can_read(object_name):
            why = f"Nothing here reads {object_name}."
            unread |= {record.pk: (RowOutcome.SKIPPED, why) for record in members}
            continue
        try:
            with work.client_for(entity) as client, about(flow.key, (record.document_id for record in members)):
                answer = ask_apart(members, _reading(flow, client, object_name))
        except EntityClosed as error:
            unread |= {record.pk: (RowOutcome.SKIPPED, error.sentence) for record in members}
            continue
        unread |= {record.pk: (RowOutcome.FAILED, error.sentence) for record, error in answer.spoilt}
        read |= {each.pk: answer.found.get(each.remote_id) for each in members if each.pk not in unread}
    return read, unread


def _reading(
    flow: PushFlow, client: Client, object_name: str
) -> Callable[[Sequence[RemoteRecord]], Mapping[str, Found]]:
    return lambda part: flow.read(client, object_name, [record.remote_id for record in part])


def linked_documents(flow: PushFlow, connection: Any, since: datetime | None) -> Any:
    """Documents that are in Intacct, or some of their records, and nothing is under way for."""
    return _lately(flow.model._default_manager.filter(_THERE, connection=connection), since)


def _lately(found: Any, since: datetime | None) -> Any:
    return found.filter(Q(delivered_at__gte=since) | Q(linked_at__gte=since)) if since is not None else found


def _next(work: StepWork, flow: PushFlow) -> list[Any]:
    since = work.checkpoint.get("since")
    asked = flow.model._default_manager.filter(_THERE | _MAY_ARRIVE | _CHANGES_SOON, connection=work.connection)
    documents = _lately(asked, datetime.fromisoformat(str(since)) if since else None)
    return list(documents.filter(pk__gt=int(work.checkpoint.get("after", 0))).order_by("pk")[:BATCH])


def _compare(
    work: StepWork,
    flow: PushFlow,
    pk: int,
    read: list[tuple[RemoteRecord, Found | None]],
    context: PushContext,
    began: datetime,
) -> None:
    """Judge a document by all its records, and say what came of it in one row."""
    document: Any = flow.model._default_manager.select_for_update().get(pk=pk)
    now = {(record.pk, record.remote_id) for record in remote_records.records_of(flow.key, pk)}
    if document.is_locked:
        _left_out(work, flow, document, _UNDER_WAY)
        return
    if {(record.pk, record.remote_id) for record, _ in read} != now or not read:
        return  # pushed again or unlinked since it was read: the answer is about what it was
    if remote_records.is_outdated(document, began):
        return
    if any(found is None for _, found in read) and may_not_show_yet(document):
        _left_out(work, flow, document, "Delivered just now; searches in Intacct may not show it yet.")
        return
    differs, unseen, missing, defects = False, False, [], []
    for record, found in read:
        facts = remote_records.compare(flow, document, found, context, at=timezone.now(), record=record)
        differs = differs or bool(facts.there)
        unseen = unseen or not (facts.is_verified or facts.changed_here)
        missing += [record.remote_id] if facts.missing_there else []
        defects += [facts.defect] if facts.defect else []
    if defects:
        work.count(failed=1)
        _row(work, flow, document, RowOutcome.FAILED, defects[0])
    elif missing:
        work.count(missing=1)
        _row(work, flow, document, RowOutcome.FAILED, f"{', '.join(missing)} is no longer in Intacct.")
    elif differs:
        work.count(read=1, changed=1)
        _row(work, flow, document, RowOutcome.CHANGED, document.difference)
    elif unseen:
        _left_out(work, flow, document, "Intacct shows nothing of it that could be compared.")
    else:
        work.count(read=1, same=1)


def _left_out(work: StepWork, flow: PushFlow, document: Any, why: str) -> None:
    work.count(skipped=1)
    _row(work, flow, document, RowOutcome.SKIPPED, why)


def may_not_show_yet(document: Any) -> bool:
    """Whether it was delivered so recently that not finding it proves nothing."""
    recent = timezone.now() - timedelta(seconds=settings.PUSH_QUARANTINE_SECONDS)
    return document.delivered_at is not None and document.delivered_at > recent


def _row(work: StepWork, flow: PushFlow, document: Any, outcome: RowOutcome, message: str) -> None:
    RunRow.objects.create(
        tenant_id=work.run.tenant_id,
        run=work.run,
        step=work.step,
        document_id=document.pk,
        label=flow.label(document)[:300],
        outcome=outcome,
        message=message[:500],
    )


def start_verification(
    connection: Connection,
    flows: Iterable[PushFlow],
    *,
    since: datetime | None = None,
    by: User | None = None,
    trigger: Trigger = Trigger.PERSON,
    queued: bool = True,
) -> Started:
    """Start a run that reads every linked document of these flows back, or those delivered or linked `since`."""
    checkpoint: dict[str, object] = {"since": since.isoformat()} if since is not None else {}
    plans = [StepPlan(flow.key, flow.plural.capitalize(), dict(checkpoint)) for flow in _in_turn(flows)]
    return start_run(connection, Verification.key, plans=plans, by=by, trigger=trigger, queued=queued)


def _in_turn(flows: Iterable[PushFlow]) -> list[PushFlow]:
    """Flows whose documents change records of others come first: what became of them explains what those show."""
    left = {flow.key: flow for flow in flows}
    after = {key: [other.key for other in left.values() if key in other.touched] for key in left}
    return [left[key] for key in in_order(after, "verification")]


def verify_recent(connection: Connection) -> Started | None:
    """Start a verification of what was delivered or linked lately; None when nothing was, or it is switched off."""
    if settings.VERIFY_NIGHTLY_DAYS < 1:
        return None
    since = timezone.now() - timedelta(days=settings.VERIFY_NIGHTLY_DAYS)
    flows = [flow for flow in push_flows() if linked_documents(flow, connection, since).exists()]
    return start_verification(connection, flows, since=since, trigger=Trigger.SCHEDULE) if flows else None
