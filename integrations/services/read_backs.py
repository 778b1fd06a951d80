"""Read one document back from Intacct, and decide: link, take over what it holds, or create it anew.

Owns what a person learns and decides about one record: remote calls, then one short transaction. Writes nothing to
Intacct itself; what is created anew goes through the ledger.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from integrations import gateway
from integrations.engine.push_flow import Found, PushFlow
from integrations.engine.settle import take_over
from integrations.engine.verification import last_delivery, may_not_show_yet
from integrations.intacct import Client
from integrations.models import Approval, Connection, Delivery, Drift, Push, PushedDocument, PushState
from integrations.refusal import Refused
from integrations.selectors import why_not_run
from integrations.services.pushes import Asked, ask_pushes, unlink

_KEPT = (
    "connection", "delivery", "drift", "remote_record_no", "remote_id", "remote_url", "remote_state", "remote_facts",
    "linked_at", "linked_by", "refreshed_at", "verified_at", "difference", "state_reason", "state_advice",
)  # fmt: skip


def refresh(connection: Connection, flow: PushFlow, document: PushedDocument) -> list[str]:
    """Read the linked record now and compare it; return what differs. Raises Refused and the Intacct error family."""
    if not document.remote_id:
        raise Refused("It is not linked to a record in Intacct.", "Push it, or link it.", code="NOT-LINKED")
    found = _read(connection, flow, document, document.remote_id)
    if found is None and may_not_show_yet(document):
        sentence = "Intacct does not show it, but it was delivered just now, and searches may not find it yet."
        raise Refused(sentence, "Refresh it again in a quarter of an hour.", code="TOO-EARLY")
    with transaction.atomic():
        fresh = _still_linked(flow, document)
        named = _take_over(flow, fresh, found)
        fresh.save(update_fields=_KEPT)
    return named


def take_theirs(connection: Connection, flow: PushFlow, document: PushedDocument) -> list[str]:
    """Make the lines and the total here those of the record now; return what still differs. Raises as `refresh`."""
    found = _read(connection, flow, document, document.remote_id)
    if found is None:
        raise Refused(f"Intacct does not show {document.remote_id}.", "Refresh it, then recreate it.", code="MISSING")
    with transaction.atomic():
        fresh = _still_linked(flow, document)
        push = last_delivery(flow, fresh)
        flow.take_theirs(fresh, push, found)
        for name, value in take_over(push, found, flow).items():
            setattr(fresh, name, value)
        if push is not None:
            push.save(update_fields=["expected"])
        fresh.drift, fresh.verified_at = Drift.SAME, None
        named = _take_over(flow, fresh, found)
        fresh.save(update_fields=[*_KEPT, "remote_digest"])
    return named


def recreate(
    connection: Connection, flow: PushFlow, document: PushedDocument, *, by: User | None = None, queued: bool = True
) -> Asked:
    """Push a document anew whose record was deleted in Intacct. Looks once more first. Raises as `refresh`."""
    if document.drift != Drift.MISSING_THERE:
        raise Refused("Its record is not known to be missing in Intacct.", "Refresh it first.", code="NOT-MISSING")
    refresh(connection, flow, document)
    with transaction.atomic():
        fresh = _still_linked(flow, document)
        if fresh.drift != Drift.MISSING_THERE:
            raise Refused(f"{fresh.remote_id} is in Intacct after all.", "Nothing was sent.", code="NOT-MISSING")
        unlink(fresh, by=by)
        fresh.approval = Approval.ACCEPTED  # there is no record left that it could double
        fresh.save(update_fields=["approval"])
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
    found = _read(connection, flow, document, remote_id)
    if found is None:
        raise Refused(f"Intacct does not show {remote_id} any more.", "Search again.", code="REF-INVALID")
    with transaction.atomic():
        fresh = _unlocked(flow, document.pk)
        if fresh.remote_id:
            raise Refused(f"It is linked to {fresh.remote_id} already.", "Unlink it first.", code="LINKED")
        taken: Any = flow.model._default_manager.filter(connection=connection, remote_id=remote_id).first()
        if taken is not None:
            raise Refused(f"{remote_id} is linked to {flow.label(taken)}.", "Unlink that one first.", code="LINKED")
        fresh.connection, fresh.remote_id = connection, remote_id
        fresh.delivery, fresh.drift = Delivery.DELIVERED, Drift.SAME
        fresh.linked_at, fresh.linked_by, fresh.verified_at = timezone.now(), by, None
        fresh.state_reason = fresh.state_advice = ""
        named = _take_over(flow, fresh, found)
        fresh.save(update_fields=_KEPT)
    return named


def _check(connection: Connection, flow: PushFlow) -> None:
    refused = why_not_run(connection, flow)
    if refused is not None:
        raise refused


def _read(connection: Connection, flow: PushFlow, document: PushedDocument, remote_id: str) -> Found | None:
    _check(connection, flow)
    with _reading(connection, flow, document) as client:
        return flow.read_back(client, [remote_id]).get(remote_id)


@contextmanager
def _reading(connection: Connection, flow: PushFlow, document: PushedDocument) -> Iterator[Client]:
    """A client in the document's entity, whose exchanges are stored as being about the document."""
    entity_id = flow.entity_of(document) or None
    with gateway.opened(connection, entity_id=entity_id) as client, gateway.about(flow.key, [document.pk]):
        yield client


def _unlocked(flow: PushFlow, pk: int) -> Any:
    document: Any = flow.model._default_manager.select_for_update().get(pk=pk)
    if document.is_locked:
        raise Refused("It is being pushed.", "Wait until it has arrived.", code="PUSHED")
    return document


def _still_linked(flow: PushFlow, document: PushedDocument) -> Any:
    fresh = _unlocked(flow, document.pk)
    if fresh.remote_id != document.remote_id:
        raise Refused("It was linked otherwise meanwhile.", "Look at it again.", code="CHANGED")
    return fresh


def _take_over(flow: PushFlow, document: Any, found: Found | None) -> list[str]:
    now = timezone.now()
    document.refreshed_at = now
    if found is None:
        document.drift, document.verified_at, document.difference = Drift.MISSING_THERE, None, ""
        return []
    named = [str(difference) for difference in flow.compare(_expected(flow, document), found)]
    was_equal = document.verified_at is not None
    if document.drift != Drift.CHANGED_HERE:
        changed = bool(named) and (was_equal or document.drift in (Drift.CHANGED_THERE, Drift.MISSING_THERE))
        document.drift = Drift.CHANGED_THERE if changed else Drift.SAME
    document.difference, document.verified_at = "; ".join(named)[:500], None if named else now
    document.remote_record_no, document.remote_url = found.record_no, found.url
    document.remote_state, document.remote_facts = found.state, dict(found.facts)
    return named


def _expected(flow: PushFlow, document: Any) -> Any:
    """What was last sent of it; of a record that was linked, what the document says now."""
    sent = Push.objects.filter(
        flow=flow.key, document_id=document.pk, state=PushState.DELIVERED, remote_id=document.remote_id
    )
    newest = sent.order_by("-pk").first()
    return newest.expected if newest is not None else flow.expected_of(document)
