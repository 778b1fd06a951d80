"""How a document of a file becomes a commitment or a change order.

Stores through erp_admin.purchasing.service, as the pages do; what may be changed at all is decided by the uploads.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

from erp_admin.documents.columns import OneOf
from erp_admin.documents.uploads import Names, NotWritten, UploadKind
from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentLine, ImportedDocument, ValuedLine
from erp_admin.purchasing.service import save_change_order, save_commitment
from erp_admin.purchasing.upload_columns import CHANGE_ORDER, COMMITMENT

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


class CommitmentUpload(UploadKind):
    columns = COMMITMENT
    one_of = (OneOf("Vendor", ("vendor", "vendor_id"), "Give the vendor's name or id."),)

    def store(self, entry: ImportedDocument, names: Names, document: Any | None, parent: Any | None) -> Commitment:
        head, found = entry.head, document
        stored: Commitment = document or Commitment(tenant=entry.tenant, number=entry.number)
        for name, key in _COMMITMENT_FIELDS.items():
            if head.get(key) or found is None:  # a blank cell leaves what is here
                setattr(stored, name, head.get(key) or "")
        stored.currency = stored.currency or entry.tenant.base_currency
        vendor = names.vendor(head)
        stored.vendor_id, stored.vendor_name = vendor.id, vendor.name[:200]
        if head.get("project"):
            stored.project = names.project(head["project"])
        stored.dated_on = date.fromisoformat(head["date"])
        if head.get("due_date"):
            stored.due_on = date.fromisoformat(head["due_date"])
        if head.get("retainage") is not None:
            stored.retainage_percent = Decimal(head["retainage"])
        present: dict[int, CommitmentLine] = {line.number: line for line in found.lines.all()} if found else {}
        _refuse_lost_lines(present.values(), entry)
        return save_commitment(stored, _lines(entry, names, present, CommitmentLine))


class ChangeOrderUpload(UploadKind):
    columns = CHANGE_ORDER
    parent_column = "commitment"

    def store(self, entry: ImportedDocument, names: Names, document: Any | None, parent: Any | None) -> ChangeOrder:
        stored: ChangeOrder = document or ChangeOrder(tenant=entry.tenant, commitment=parent, number=entry.number)
        base = stored.commitment
        stored.title = entry.head["title"]
        stored.reason = entry.head.get("reason") or stored.reason
        stored.dated_on = date.fromisoformat(entry.head["date"])
        present: dict[int, ChangeOrderLine] = {line.number: line for line in document.lines.all()} if document else {}
        lines = _lines(entry, names, present, ChangeOrderLine)
        theirs = {line.number: line for line in base.lines.all()}
        for line, values in zip(lines, entry.lines, strict=True):
            number = values.get("changes_line")
            if number is not None and number not in theirs:
                raise NotWritten(f"Row {values['row']}: commitment {base.number} has no line {number}.")
            line.changes_line = theirs[number] if number is not None else None
        return save_change_order(stored, lines)


def _lines(
    entry: ImportedDocument, names: Names, present: Mapping[int, LineT], model: Callable[[], LineT]
) -> list[LineT]:
    """The lines as the file has them; one with a number that is here already stays the same line."""
    lines = []
    for values in entry.lines:
        line = present.get(values["line"]) or model()
        line.number = values["line"]
        for name, key in _LINE_FIELDS.items():
            setattr(line, name, values.get(key) or "")
        line.task_id = names.cost_code(entry.head, values)
        own = values.get("line_project")
        line.project = names.project(own) if own else None
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
