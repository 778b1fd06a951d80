"""Makes or updates the commitment or change order that a document of a file describes.

Stores through erp_admin.purchasing.service, as the pages do. Call inside a transaction.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from django.core.exceptions import ValidationError

from erp_admin.models import (
    ChangeOrder,
    ChangeOrderLine,
    Commitment,
    CommitmentLine,
    FileKind,
    ImportedDocument,
    ImportState,
    ValuedLine,
)
from erp_admin.purchasing.service import approve, back_to_draft, save_change_order, save_commitment
from erp_admin.uploads.resolving import Resolver
from integrations.models import Approval, Delivery

Document = Commitment | ChangeOrder
DocumentT = TypeVar("DocumentT", Commitment, ChangeOrder)
LineT = TypeVar("LineT", bound=ValuedLine)

_COMMITMENT_FIELDS: Final = {
    "title": "title",
    "kind": "type",
    "term_name": "terms",
    "currency": "currency",
    "scope": "scope",
    "entity_id": "entity",
}
_LINE_FIELDS: Final = {
    "description": "description",
    "cost_type_id": "cost_type",
    "item_id": "item",
    "location_id": "location",
    "department_id": "department",
    "class_id": "class",
    "unit": "unit",
}


class NotWritten(Exception):
    """A document of a file could not be stored; the message says why and what to do."""


def why_not_changed(document: Document) -> str:
    """Why a document that exists here may not be changed by a file, or ""."""
    if document.is_locked:
        return "It is being pushed to Intacct, so it cannot be changed now."
    if document.delivery == Delivery.DELIVERED or document.is_linked:
        known = f" as {document.remote_id}" if document.remote_id else ""
        return f"It is in Intacct{known}. Change it on its own page, where the difference is shown and pushed."
    if document.approval == Approval.VOID:
        return "It is void here. Give the document in the file another number."
    return ""


def write(entry: ImportedDocument, resolver: Resolver) -> tuple[Document, ImportState]:
    """Store the document; return it and whether it was created or updated. Raises NotWritten."""
    try:
        if entry.draft.kind == FileKind.COMMITMENTS:
            return _commitment(entry, resolver)
        return _change_order(entry, resolver)
    except ValidationError as error:
        raise NotWritten(_in_words(error)) from error


def _commitment(entry: ImportedDocument, resolver: Resolver) -> tuple[Commitment, ImportState]:
    found = Commitment.objects.select_for_update().filter(number=entry.number).first()
    _refuse(entry, found)
    document = _write_commitment(entry, resolver, found)
    _take_status(document, entry)
    return document, ImportState.CREATED if found is None else ImportState.UPDATED


def _change_order(entry: ImportedDocument, resolver: Resolver) -> tuple[ChangeOrder, ImportState]:
    base = resolver.commitment(entry.commitment_number)
    if base is None:
        raise NotWritten(f"There is no commitment {entry.commitment_number} here. Import it first.")
    found = ChangeOrder.objects.select_for_update().filter(commitment=base, number=entry.number).first()
    _refuse(entry, found)
    document = _write_change_order(entry, resolver, base, found)
    _take_status(document, entry)
    return document, ImportState.CREATED if found is None else ImportState.UPDATED


def _refuse(entry: ImportedDocument, found: Document | None) -> None:
    """Raise NotWritten for a document that may not be changed, and for one that is not as the preview found it."""
    if found is None:
        return
    if why := why_not_changed(found):
        raise NotWritten(why)
    if entry.state == ImportState.NEW:
        raise NotWritten("It was added here after the preview. Check again, then import to update it.")
    if entry.draft.assessed_at is None or found.updated_at > entry.draft.assessed_at:
        raise NotWritten("It was changed here after the preview. Check again, then import.")


def _write_commitment(entry: ImportedDocument, resolver: Resolver, found: Commitment | None) -> Commitment:
    head = entry.head
    document = found or Commitment(tenant=entry.tenant, number=entry.number)
    for name, key in _COMMITMENT_FIELDS.items():
        if head.get(key) or found is None:  # a blank cell leaves what is here
            setattr(document, name, head.get(key) or "")
    document.currency = document.currency or entry.tenant.base_currency
    vendor = resolver.vendor(head)
    document.vendor_id, document.vendor_name = vendor.id, vendor.name[:200]
    if head.get("project"):
        document.project = resolver.project(head["project"])
    document.dated_on = date.fromisoformat(head["date"])
    if head.get("due_date"):
        document.due_on = date.fromisoformat(head["due_date"])
    if head.get("retainage") is not None:
        document.retainage_percent = Decimal(head["retainage"])
    present: dict[int, CommitmentLine] = {line.number: line for line in found.lines.all()} if found else {}
    _refuse_lost_lines(present.values(), entry)
    return save_commitment(document, _lines(entry, resolver, present, CommitmentLine))


def _write_change_order(
    entry: ImportedDocument, resolver: Resolver, base: Commitment, found: ChangeOrder | None
) -> ChangeOrder:
    document = found or ChangeOrder(tenant=entry.tenant, commitment=base, number=entry.number)
    document.title = entry.head["title"]
    document.reason = entry.head.get("reason") or document.reason
    document.dated_on = date.fromisoformat(entry.head["date"])
    present: dict[int, ChangeOrderLine] = {line.number: line for line in found.lines.all()} if found else {}
    lines = _lines(entry, resolver, present, ChangeOrderLine)
    theirs = {line.number: line for line in base.lines.all()}
    for line, values in zip(lines, entry.lines, strict=True):
        number = values.get("changes_line")
        if number is not None and number not in theirs:
            raise NotWritten(f"Row {values['row']}: commitment {base.number} has no line {number}.")
        line.changes_line = theirs[number] if number is not None else None
    return save_change_order(document, lines)


def _lines(
    entry: ImportedDocument, resolver: Resolver, present: Mapping[int, LineT], model: Callable[[], LineT]
) -> list[LineT]:
    """The lines as the file has them; one with a number that is here already stays the same line."""
    lines = []
    for values in entry.lines:
        line = present.get(values["line"]) or model()
        line.number = values["line"]
        for name, key in _LINE_FIELDS.items():
            setattr(line, name, values.get(key) or "")
        line.task_id = resolver.cost_code(entry.head, values)
        own = values.get("line_project")
        line.project = resolver.project(own) if own else None
        line.quantity, line.unit_price = Decimal(values["quantity"]), Decimal(values["unit_price"])
        retainage = values.get("line_retainage")
        line.retainage_percent = Decimal(retainage) if retainage is not None else None
        lines.append(line)
    return lines


def _refuse_lost_lines(present: Iterable[CommitmentLine], entry: ImportedDocument) -> None:
    """A line that a change order refers to cannot be left out of the file."""
    kept = {values["line"] for values in entry.lines}
    for line in present:
        change = line.changes.select_related("change_order").first() if line.number not in kept else None
        if change is not None:
            number = change.change_order.number
            raise NotWritten(
                f"Line {line.number} is missing in the file, but change order {number} changes it. Add it."
            )


def _take_status(document: DocumentT, entry: ImportedDocument) -> None:
    """Approved approves, Draft takes an approval back, blank leaves it, unless the file changed what was approved."""
    status = entry.head.get("status")
    if not status or status == (document.approval_before or document.approval):
        return
    if status == Approval.APPROVED:
        approve(document, by=entry.draft.created_by)
    else:
        back_to_draft(document, by=entry.draft.created_by)


def _in_words(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    parts = []
    for name, texts in error.message_dict.items():
        label = "" if name == "__all__" else f"{name.replace('_', ' ').capitalize()}: "
        parts += [f"{label}{text}" for text in texts]
    return " ".join(parts)
