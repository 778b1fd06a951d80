"""What can be done to commitments and change orders: save with lines, approve. Raises ValidationError by field."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentLine, DocumentStatus
from integrations.models import Approval, Delivery, Drift
from integrations.refusal import Refused

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
    document.lines.exclude(pk__in=kept).delete()
    for line in lines:
        line.commitment = document
        line.full_clean(exclude=["tenant", "commitment"])
        line.save()
    _note_change(document)
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
    _note_change(document)
    return document


@transaction.atomic
def approve(document: Document, *, by: User | None = None) -> Document:
    """Approve a draft, so that it may be pushed."""
    _refuse_locked(document)
    document.status, document.approval = DocumentStatus.APPROVED, Approval.ACCEPTED
    document.approved_at, document.approved_by = timezone.now(), by
    document.save(update_fields=["status", "approval", "approved_at", "approved_by"])
    return document


# What the ledger writes. A person's form may hold it as it was when the page was opened.
_OF_THE_LEDGER = (
    "connection", "delivery", "drift", "state_reason", "state_advice", "remote_record_no", "remote_id", "remote_url",
    "remote_digest", "remote_state", "linked_at", "linked_by", "refreshed_at", "delivered_at", "verified_at",
    "difference",
)  # fmt: skip


def _refuse_locked(document: Commitment | ChangeOrder) -> None:
    """Look at the document as it is now, and hold it until the end of the transaction."""
    if not document.pk:
        return
    present = type(document)._default_manager.select_for_update().only(*_OF_THE_LEDGER).get(pk=document.pk)
    for name in _OF_THE_LEDGER:
        setattr(document, name, getattr(present, name))
    if document.is_locked:
        raise Refused(
            "It is being pushed to Intacct, so it cannot be changed now.",
            "Wait until it has arrived, or take the push back.",
            code="PUSHED",
        )


def _note_change(document: Commitment | ChangeOrder) -> None:
    """A document that is in Intacct and was edited here differs from then on, until it is pushed again."""
    if document.delivery == Delivery.DELIVERED and document.drift == Drift.SAME:
        document.drift = Drift.CHANGED_HERE
        document.save(update_fields=["drift"])
