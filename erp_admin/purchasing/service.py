"""What can be done to commitments and change orders: save with lines, approve, void, restore.

Owns what saving and each decision need; what a decision does to the approval is integrations.approval's. Raises
ValidationError by field, Refused for what the state does not allow.
"""

from collections.abc import Sequence
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.refusal import Refused
from erp_admin.documents.numbers import namesake
from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentLine, ValuedLine
from erp_admin.purchasing.approved_changes import covered_changes, let_changes_fall
from erp_admin.purchasing.lines import store_lines
from erp_admin.purchasing.locks import lock_of
from erp_admin.purchasing.selectors import namesakes
from erp_admin.purchasing.validity import complete, invalid, why_not_added
from integrations.approval.selectors import why_not_act
from integrations.approval.service import as_it_is_now, covered_by_approval, let_fall, move_approval
from integrations.approval.transitions import Act
from integrations.delivery.requests import note_edit
from integrations.models import Approval

Document = TypeVar("Document", Commitment, ChangeOrder)


def save_commitment(document: Commitment, lines: Sequence[CommitmentLine]) -> Commitment:
    """Store a commitment with exactly these lines, its total computed. Raises ValidationError, Refused when locked."""
    return _save(document, lines)


def save_change_order(document: ChangeOrder, lines: Sequence[ChangeOrderLine]) -> ChangeOrder:
    """Store a change order with exactly these lines, its total computed. Raises as `save_commitment` does."""
    return _save(document, lines)


@transaction.atomic
def _save(document: Document, lines: Sequence[ValuedLine]) -> Document:
    _refuse_locked(document)
    _refuse_void_parent(document)
    covered, of_changes = covered_by_approval(document), covered_changes(document)
    complete(document, lines)
    for _, error in invalid(document, lines):
        raise error
    _refuse_taken(document)
    document.save()
    kept = {line.pk for line in lines if line.pk}
    if isinstance(document, Commitment):
        _refuse_removed(document, kept)
    store_lines(document, lines)
    note_edit(document)
    let_fall(document, covered)
    let_changes_fall(of_changes)
    return document


@transaction.atomic
def approve(document: Document, *, by: User | None = None, seen: str = "") -> Document:
    """Approve what the document says now, so that it may be pushed. Raises Refused, also for other than was `seen`."""
    _refuse_act(document, Act.APPROVE)
    refused = why_not_approve(document)
    if refused is not None:
        raise refused
    move_approval(document, Act.APPROVE, by=by, seen=seen)
    return document


def why_not_approve(document: Commitment | ChangeOrder) -> Refused | None:
    """What an approval needs besides that it is possible: something to approve."""
    if document.lines.all():
        return None
    return Refused("It has no lines, so there is nothing to approve.", "Enter its lines first.", code="NO-LINES")


def reject(document: Document, *, by: User | None = None, reason: str = "") -> Document:
    """Say that it is not to be paid as it is. Raises Refused while it is pushed."""
    move_approval(document, Act.REJECT, by=by, reason=reason)
    return document


def back_to_draft(document: Document, *, by: User | None = None) -> Document:
    """Take the approval back. Raises Refused while it is pushed and once it is in Intacct."""
    move_approval(document, Act.BACK_TO_DRAFT, by=by)
    return document


@transaction.atomic
def void(document: Document, *, by: User | None = None) -> Document:
    """Say that it is not valid: it is never pushed. Raises Refused while it is pushed and once it is in Intacct."""
    _refuse_act(document, Act.VOID)
    if isinstance(document, Commitment) and document.change_orders.exclude(approval=Approval.VOID).exists():
        raise Refused("It has change orders that are not void.", "Void those first.", code="CHANGE-ORDERS")
    move_approval(document, Act.VOID, by=by)
    return document


def restore(document: Document, *, by: User | None = None) -> Document:
    """Take up a document again that was set aside on purpose; it is what it was before. Raises Refused."""
    move_approval(document, Act.RESTORE, by=by)
    return document


def _refuse_act(document: Commitment | ChangeOrder, act: Act) -> None:
    """Raises Refused for what the approval does not allow, before what else is missing is said."""
    refused = why_not_act(as_it_is_now(document), act)
    if refused is not None:
        raise refused


def _refuse_locked(document: Commitment | ChangeOrder) -> None:
    """Raises Refused for a document that may not be changed at all now. Call it first, in the transaction that saves.

    What the ledger knows of the document is read again, so that saving overwrites nothing that happened meanwhile.
    """
    if document.pk:
        as_it_is_now(document)
    lock = lock_of(document) if document.pk else None
    if lock is not None and lock.is_whole:
        raise Refused(lock.reason, lock.way_out, code="PUSHED")


def _refuse_void_parent(document: Commitment | ChangeOrder) -> None:
    """Raises Refused for a change order that is added to a commitment that is void, as that is stored now."""
    if isinstance(document, ChangeOrder) and not document.pk:
        why = why_not_added(Commitment.objects.get(pk=document.commitment_id))
        if why is not None:
            raise why


def _refuse_taken(document: Commitment | ChangeOrder) -> None:
    """Raises ValidationError for a number that another one has, but for case, dashes or spaces."""
    other = namesake(namesakes(document), document, document.number)
    if other is not None:
        raise ValidationError({"number": f"{other} has this number already. Give this one another number."})


def _refuse_removed(document: Commitment, kept: set[int]) -> None:
    changed = document.lines.exclude(pk__in=kept).filter(changes__isnull=False).first()
    if changed is not None:
        raise Refused(
            f"Line {changed.number} cannot be removed: a change order changes it.",
            "Remove the line of the change order first.",
            code="LINE-CHANGED",
        )
