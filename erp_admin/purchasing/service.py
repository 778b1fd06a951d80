"""What can be done to commitments and change orders: save with lines, approve, void, restore.

Owns what each decision needs and means. Raises ValidationError by field, Refused for what the state does not allow.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.refusal import Refused
from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentLine, DocumentStatus
from erp_admin.purchasing.locks import lock_of
from integrations.delivery.requests import as_it_is_now, note_edit
from integrations.models import Approval, Delivery

Document = TypeVar("Document", Commitment, ChangeOrder)


@transaction.atomic
def save_commitment(document: Commitment, lines: Sequence[CommitmentLine]) -> Commitment:
    """Store a commitment with exactly these lines, its total computed. Raises ValidationError, Refused when locked."""
    _refuse_locked(document)
    for position, line in enumerate(lines, start=1):
        line.number, line.tenant_id = line.number or position, document.tenant_id
        line.clean()
    document.total = sum((line.amount for line in lines), Decimal(0))
    document.full_clean(exclude=["tenant", "connection"])
    document.save()
    kept = {line.pk for line in lines if line.pk}
    _refuse_removed(document, kept)
    document.lines.exclude(pk__in=kept).delete()
    for line in lines:
        line.commitment = document
        line.full_clean(exclude=["tenant", "commitment"])
        line.save()
    note_edit(document)
    return document


@transaction.atomic
def save_change_order(document: ChangeOrder, lines: Sequence[ChangeOrderLine]) -> ChangeOrder:
    """Store a change order with exactly these lines, its total computed. Raises as `save_commitment` does."""
    _refuse_locked(document)
    for position, line in enumerate(lines, start=1):
        line.number, line.tenant_id = line.number or position, document.tenant_id
        line.clean()
    document.total = sum((line.amount for line in lines), Decimal(0))
    document.full_clean(exclude=["tenant", "connection"])
    document.save()
    kept = {line.pk for line in lines if line.pk}
    document.lines.exclude(pk__in=kept).delete()
    for line in lines:
        line.change_order = document
        line.full_clean(exclude=["tenant", "change_order"])
        line.save()
    note_edit(document)
    return document


@transaction.atomic
def approve(document: Document, *, by: User | None = None) -> Document:
    """Approve a draft, so that it may be pushed. Raises Refused."""
    _refuse_locked(document)
    document.refresh_from_db(fields=["status"])
    if document.status == DocumentStatus.VOID:
        raise Refused("It is void.", "Set it back to draft first.", code="VOID")
    if not document.lines.exists():
        raise Refused("It has no lines, so there is nothing to approve.", "Enter its lines first.", code="NO-LINES")
    document.status, document.approval = DocumentStatus.APPROVED, Approval.ACCEPTED
    document.approved_at, document.approved_by = timezone.now(), by
    document.save(update_fields=["status", "approval", "approved_at", "approved_by"])
    return document


@transaction.atomic
def back_to_draft(document: Document) -> Document:
    """Take the approval back. Raises Refused while it is pushed and once it is in Intacct."""
    _refuse_delivered(document, "set back to draft")
    document.status, document.approval = DocumentStatus.DRAFT, Approval.DRAFT
    document.approved_at, document.approved_by = None, None
    return _undecided(document)


@transaction.atomic
def void(document: Document) -> Document:
    """Say that it is not valid: it is never pushed. Raises Refused while it is pushed and once it is in Intacct."""
    _refuse_delivered(document, "voided")
    if isinstance(document, Commitment) and document.change_orders.exclude(status=DocumentStatus.VOID).exists():
        raise Refused("It has change orders that are not void.", "Void those first.", code="CHANGE-ORDERS")
    document.status, document.approval = DocumentStatus.VOID, Approval.REJECTED
    document = _undecided(document)
    document.state_reason = "Void"
    document.save(update_fields=["state_reason"])
    return document


@transaction.atomic
def restore(document: Document) -> Document:
    """Take up a document again that was set aside on purpose."""
    as_it_is_now(document)
    if document.approval != Approval.IGNORED:
        raise Refused("It is not ignored.", code="NOT-IGNORED")
    approved = document.status == DocumentStatus.APPROVED
    document.approval = Approval.ACCEPTED if approved else Approval.DRAFT
    return _undecided(document)


def _undecided(document: Document) -> Document:
    """Store the decision; what a former push met no longer counts."""
    if document.delivery == Delivery.FAILED:
        document.delivery = Delivery.DELIVERED if document.remote_id else Delivery.NONE
    document.state_reason = document.state_advice = ""
    names = ["status", "approval", "approved_at", "approved_by", "delivery", "state_reason", "state_advice"]
    document.save(update_fields=names)
    return document


def _refuse_delivered(document: Commitment | ChangeOrder, done: str) -> None:
    _refuse_locked(document)
    if document.remote_id:
        advice = "Close or reverse it there, then unlink it here."
        raise Refused(f"It is {document.remote_id} in Intacct, so it cannot be {done}.", advice, code="PUSHED")


def _refuse_locked(document: Commitment | ChangeOrder) -> None:
    """Raises Refused for a document that may not be changed at all now. Call it first, in the transaction that saves.

    What the ledger knows of the document is read anew, so that saving overwrites nothing that happened meanwhile.
    """
    if document.pk:
        as_it_is_now(document)
    lock = lock_of(document) if document.pk else None
    if lock is not None and lock.is_whole:
        raise Refused(lock.reason, lock.way_out, code="PUSHED")


def _refuse_removed(document: Commitment, kept: set[int]) -> None:
    changed = document.lines.exclude(pk__in=kept).filter(changes__isnull=False).first()
    if changed is not None:
        raise Refused(
            f"Line {changed.number} cannot be removed: a change order changes it.",
            "Remove the line of the change order first.",
            code="LINE-CHANGED",
        )
