"""What can be done to bills: save with lines, approve, reject, void, restore.

Owns what saving needs; what a decision does to the approval is integrations.approval's. Raises ValidationError by
field, Refused for what the state does not allow.
"""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.refusal import Refused
from erp_admin.bills.locks import lock_of
from erp_admin.bills.selectors import namesakes
from erp_admin.documents.numbers import namesake
from erp_admin.documents.stored_lines import store_lines
from erp_admin.documents.validity import complete, invalid
from erp_admin.models import Bill, BillLine
from integrations.approval.selectors import why_not_act
from integrations.approval.service import as_it_is_now, covered_by_approval, let_fall, move_approval
from integrations.approval.transitions import Act
from integrations.delivery.requests import note_edit


@transaction.atomic
def save_bill(bill: Bill, lines: Sequence[BillLine]) -> Bill:
    """Store a bill with exactly these lines, its total computed. Raises ValidationError, Refused when locked."""
    if bill.pk:
        as_it_is_now(bill)
    lock = lock_of(bill) if bill.pk else None
    if lock is not None and lock.is_whole:
        raise Refused(lock.reason, lock.way_out, code="PUSHED")
    covered = covered_by_approval(bill)
    complete(bill, lines)
    for _, error in invalid(bill, lines):
        raise error
    other = namesake(namesakes(bill), bill, bill.number)
    if other is not None:
        sentence = f"{other} of the same vendor has this number already. Look whether it is the same bill."
        raise ValidationError({"number": sentence})
    bill.save()
    store_lines(bill, lines)
    note_edit(bill)
    let_fall(bill, covered)
    return bill


@transaction.atomic
def approve(document: Bill, *, by: User | None = None, seen: str = "") -> Bill:
    """Approve what the bill says now, so that it may be pushed. Raises Refused, also for other than was `seen`."""
    refused = why_not_act(as_it_is_now(document), Act.APPROVE) or why_not_approve(document)
    if refused is not None:
        raise refused
    move_approval(document, Act.APPROVE, by=by, seen=seen)
    return document


def why_not_approve(document: Bill) -> Refused | None:
    """What an approval needs besides that it is possible: something to approve."""
    if document.lines.all():
        return None
    return Refused("It has no lines, so there is nothing to approve.", "Enter its lines first.", code="NO-LINES")


def reject(document: Bill, *, by: User | None = None, reason: str = "") -> Bill:
    """Say that it is not to be paid as it is. Raises Refused while it is pushed."""
    move_approval(document, Act.REJECT, by=by, reason=reason)
    return document


def back_to_draft(document: Bill, *, by: User | None = None) -> Bill:
    """Take the approval back. Raises Refused while it is pushed and once it is in Intacct."""
    move_approval(document, Act.BACK_TO_DRAFT, by=by)
    return document


def void(document: Bill, *, by: User | None = None) -> Bill:
    """Say that it is not valid: it is never pushed. Raises Refused while it is pushed and once it is in Intacct."""
    move_approval(document, Act.VOID, by=by)
    return document


def restore(document: Bill, *, by: User | None = None) -> Bill:
    """Take up a bill again that was set aside on purpose; it is what it was before. Raises Refused."""
    move_approval(document, Act.RESTORE, by=by)
    return document
