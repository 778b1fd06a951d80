"""Reads documents that are in Intacct back, many a request, and says of each: equal, changed there, or missing there.

Owns what drift is and how it is found. Writes nothing to Intacct and repairs nothing: what to do, a person decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils import timezone

from integrations.engine.flow import Flow, flow_for
from integrations.engine.progress import StepWork
from integrations.engine.push_flow import Found, PushFlow
from integrations.engine.settle import digest_of, take_over
from integrations.gateway import about
from integrations.models import Delivery, Drift, Push, PushState, RowOutcome, RunRow

BATCH = 50


class Verification(Flow):
    """A step for each pushing flow. The checkpoint keeps the last document done, and `since` when it was delivered."""

    key = "verification"
    title = "Verify documents in Intacct"

    def work(self, work: StepWork) -> Iterator[None]:
        flow = flow_for(work.step.key)
        if not isinstance(flow, PushFlow):
            raise TypeError(f"{work.step.key} pushes no documents.")
        while batch := _next(work, flow):
            found: dict[str, Found] = {}
            for entity, members in groupby(sorted(batch, key=flow.entity_of), key=flow.entity_of):
                documents = list(members)
                with work.client_for(entity) as client, about(flow.key, (document.pk for document in documents)):
                    found |= flow.read_back(client, [document.remote_id for document in documents])
            with work.page():
                for document in batch:
                    _judge(work, flow, document.pk, document.remote_id, found.get(document.remote_id))
                work.save_page(after=batch[-1].pk)
            yield


def linked_documents(flow: PushFlow, connection: Any, since: datetime | None) -> Any:
    """Documents that are in Intacct and nothing is under way for."""
    found = flow.model._default_manager.filter(connection=connection, delivery=Delivery.DELIVERED)
    found = found.exclude(remote_id="")
    return found.filter(delivered_at__gte=since) if since is not None else found


def _next(work: StepWork, flow: PushFlow) -> list[Any]:
    since = work.checkpoint.get("since")
    documents = linked_documents(flow, work.connection, datetime.fromisoformat(str(since)) if since else None)
    return list(documents.filter(pk__gt=int(work.checkpoint.get("after", 0))).order_by("pk")[:BATCH])


def _judge(work: StepWork, flow: PushFlow, pk: int, remote_id: str, found: Found | None) -> None:
    document: Any = flow.model._default_manager.select_for_update().get(pk=pk)
    if document.delivery != Delivery.DELIVERED or document.remote_id != remote_id:
        return  # pushed again or unlinked since it was read: the answer is about what it was
    if found is None:
        _absent(work, flow, document)
        return
    push = last_delivery(flow, document)
    changed = changes_of(flow, document, push, found)
    document.refreshed_at = timezone.now()
    names = ["refreshed_at", "drift", "difference", "verified_at"]
    if changed:
        document.difference, document.verified_at = "; ".join(changed)[:500], None
        if document.drift != Drift.CHANGED_HERE:
            document.drift = Drift.CHANGED_THERE
        document.save(update_fields=names)
        work.count(read=1, changed=1)
        _row(work, flow, document, RowOutcome.CHANGED, document.difference)
        return
    facts = take_over(push, found, flow)
    for name, value in facts.items():
        setattr(document, name, value)
    if document.drift in (Drift.MISSING_THERE, Drift.CHANGED_THERE):
        document.drift, document.difference = Drift.SAME, ""
    if not document.difference:
        document.verified_at = document.refreshed_at
    document.save(update_fields=[*names, *facts])
    if push is not None:
        push.save(update_fields=["expected"])
    work.count(read=1, same=1)


def _absent(work: StepWork, flow: PushFlow, document: Any) -> None:
    if may_not_show_yet(document):
        work.count(skipped=1)
        _row(work, flow, document, RowOutcome.SKIPPED, "Delivered just now; searches in Intacct may not show it yet.")
        return
    document.refreshed_at, document.drift, document.verified_at = timezone.now(), Drift.MISSING_THERE, None
    document.save(update_fields=["refreshed_at", "drift", "verified_at"])
    work.count(missing=1)
    _row(work, flow, document, RowOutcome.FAILED, f"{document.remote_id} is no longer in Intacct.")


def may_not_show_yet(document: Any) -> bool:
    """Whether it was delivered so recently that not finding it proves nothing."""
    recent = timezone.now() - timedelta(seconds=settings.PUSH_QUARANTINE_SECONDS)
    return document.delivered_at is not None and document.delivered_at > recent


def last_delivery(flow: PushFlow, document: Any) -> Push | None:
    """The push that made the record in Intacct what it is; None for one that was linked."""
    pushes = Push.objects.filter(flow=flow.key, document_id=document.pk, state=PushState.DELIVERED)
    return pushes.filter(remote_id=document.remote_id).order_by("-pk").first()


def changes_of(flow: PushFlow, document: Any, push: Push | None, found: Found) -> list[str]:
    """What somebody changed in Intacct since the record was last taken over, each in words; empty when nothing."""
    now = dict(flow.reading(found))
    before: Mapping[str, str] = (push.expected.get("read") if push is not None else None) or {}
    if not before:
        known = document.remote_digest
        return ["It was changed in Intacct since it was last read"] if known and known != digest_of(now) else []
    changed = [name for name in now if now[name] != before.get(name, "")]
    if not changed or flow.is_ordinary(document, changed, found):
        return []
    return _in_words(changed, before, now)


def _in_words(changed: Sequence[str], before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [f"{name}: {now[name] or 'empty'} in Intacct, {before.get(name) or 'empty'} before" for name in changed]


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
