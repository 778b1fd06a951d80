"""How a document of a file becomes a commitment or a change order.

Stores through erp_admin.purchasing.service, as the pages do; what may be changed at all is decided by the uploads.
"""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

from erp_admin.documents.columns import OneOf
from erp_admin.documents.effects import FileProblem, Removed
from erp_admin.documents.uploads import Built, Names, UploadKind
from erp_admin.grammar.identity import identity
from erp_admin.models import (
    ChangeOrder,
    ChangeOrderLine,
    Commitment,
    CommitmentLine,
    ImportedDocument,
    ValuedLine,
    rounded,
)
from erp_admin.purchasing import upload_fields as fields
from erp_admin.purchasing.service import save_change_order, save_commitment
from erp_admin.purchasing.upload_columns import CHANGE_ORDER, COMMITMENT
from erp_admin.purchasing.validity import complete, why_not_added
from integrations.approval.covered import digest_of
from integrations.models import Approval

LineT = TypeVar("LineT", bound=ValuedLine)
LINES: Final = ("lines", "lines__project")
_SHOWN_LINES: Final = 20
_PRICE_STEP: Final = Decimal("0.000001")


class CommitmentUpload(UploadKind):
    columns = COMMITMENT
    one_of = (OneOf("Vendor", ("vendor", "vendor_id"), "Give the vendor's name or id."),)
    related = ("project", *LINES, "lines__changes__change_order", "change_orders__lines")

    def build(self, entry: ImportedDocument, names: Names, document: Any | None, parent: Any | None) -> Built:
        head, found = entry.head, document
        stored: Commitment = _copy(found) if found else Commitment(tenant_id=entry.tenant_id, number=head["number"])
        for name, key in fields.COMMITMENT_TEXTS.items():
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
        present = {line.number: line for line in found.lines.all()} if found else {}
        built = _built(entry, stored, _lines(entry, names, present, CommitmentLine))
        if found is not None:
            built.effects.compare(fields.commitment_values(found), fields.commitment_values(stored))
            _compare_lines(built, entry, present)
            built.effects.problems += _lost_lines(present.values(), entry)
            built.effects.approvals += _approvals_of_changes(found, stored)
        return built

    def save(self, built: Built) -> Commitment:
        return save_commitment(built.document, built.lines)


class ChangeOrderUpload(UploadKind):
    columns = CHANGE_ORDER
    parent_column = "commitment"
    related = ("commitment", *LINES, "lines__changes_line")
    parent_related = ("lines",)

    def build(self, entry: ImportedDocument, names: Names, document: Any | None, parent: Any | None) -> Built:
        head, found = entry.head, document
        stored: ChangeOrder = _copy(found) if found else ChangeOrder(tenant_id=entry.tenant_id, number=head["number"])
        base: Any = parent
        stored.commitment = base
        stored.title = head["title"]
        stored.reason = head.get("reason") or stored.reason
        stored.dated_on = date.fromisoformat(head["date"])
        present = {line.number: line for line in found.lines.all()} if found else {}
        lines = _lines(entry, names, present, ChangeOrderLine)
        problems = list(_take_changed(entry, lines, base))
        built = _built(entry, stored, lines)
        built.effects.problems += problems
        if found is None and (refused := why_not_added(base)) is not None:
            problem = FileProblem(entry.first_row, "Commitment", base.number, refused.sentence, refused.advice)
            built.effects.problems.append(problem)
        if found is not None:
            built.effects.compare(fields.change_order_values(found), fields.change_order_values(stored))
            _compare_lines(built, entry, present)
        return built

    def save(self, built: Built) -> ChangeOrder:
        return save_change_order(built.document, built.lines)


def _copy(row: Any) -> Any:
    """A row to be changed, without what was read with the one that stays as it is."""
    other = copy.copy(row)
    other._prefetched_objects_cache = {}
    return other


def _lines(
    entry: ImportedDocument, names: Names, present: Mapping[int, LineT], model: Callable[[], LineT]
) -> list[LineT]:
    """The lines as the file has them; one with a number that is here already stays the same line.

    A blank cell empties a value of a line. A column that the file lacks leaves it: its values have no such key.
    """
    lines = []
    for values in entry.lines:
        line = _copy(present[values["line"]]) if values["line"] in present else model()
        line.number = values["line"]
        for name, key in fields.LINE_TEXTS.items():
            if key in values:
                setattr(line, name, values[key] or "")
        if "cost_code" in values:
            line.task_id = names.cost_code(entry.head, values)
        if "line_project" in values:
            line.project = names.project(values["line_project"]) if values["line_project"] else None
        if "line_retainage" in values:
            retainage = values["line_retainage"]
            line.retainage_percent = Decimal(retainage) if retainage is not None else None
        line.quantity, line.unit_price = _valued(values, names, present.get(values["line"]))
        lines.append(line)
    return lines


def _valued(values: Mapping[str, Any], names: Names, was: ValuedLine | None) -> tuple[Decimal, Decimal]:
    """Quantity and unit price. Of a file that says nothing of either the quantity stays, where the amount allows it."""
    quantity, price = Decimal(values["quantity"]), Decimal(values["unit_price"])
    if was is None or names.has_column("quantity") or names.has_column("unit_price") or not was.quantity:
        return quantity, price
    amount = Decimal(values["amount"])
    unit_price = (amount / was.quantity).quantize(_PRICE_STEP)
    return (was.quantity, unit_price) if rounded(was.quantity * unit_price) == amount else (quantity, price)


def _take_changed(entry: ImportedDocument, lines: Sequence[ChangeOrderLine], base: Commitment) -> Iterable[FileProblem]:
    """Note which line of the commitment each line changes, where the file has a column for that."""
    theirs = {line.number: line for line in base.lines.all()}
    for line, values in zip(lines, entry.lines, strict=True):
        if "changes_line" not in values:
            continue
        number = values["changes_line"]
        line.changes_line = theirs.get(number) if number is not None else None
        if number is not None and number not in theirs:
            sentence = f"Commitment {base.number} has no line {number}."
            yield FileProblem(values["row"], "Changes line", str(number), sentence, _its_lines(sorted(theirs)))


def _its_lines(numbers: Sequence[int]) -> str:
    if len(numbers) > 1 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"Its lines are {numbers[0]} to {numbers[-1]}."
    shown = ", ".join(str(number) for number in numbers[:_SHOWN_LINES])
    more = f" and {len(numbers) - _SHOWN_LINES} more" if len(numbers) > _SHOWN_LINES else ""
    return f"It has line {shown}." if len(numbers) == 1 else f"Its lines are {shown}{more}."


def _built(entry: ImportedDocument, document: Any, lines: Sequence[ValuedLine]) -> Built:
    complete(document, lines)
    built = Built(document, lines, document.covered_with(lines))
    built.effects.problems += fields.problems(entry, document, lines)
    if entry.total is not None and entry.total != document.total:
        sentence = f"The lines add up to {document.total:,.2f}, and were read as {entry.total:,.2f}."
        built.effects.problems.append(FileProblem(entry.first_row, "Total", "", sentence, "Upload the file again."))
    return built


def _compare_lines(built: Built, entry: ImportedDocument, present: Mapping[int, ValuedLine]) -> None:
    """What becomes of the lines that are here: changed, emptied, removed; and which values the file says nothing of."""
    effects = built.effects
    for line, values in zip(built.lines, entry.lines, strict=True):
        was = present.get(line.number)
        if was is None:
            effects.added.append(line.number)
            continue
        before, after = fields.line_values(was), fields.line_values(line)
        effects.compare(before, after, line.number)
        if identity(was.description) != identity(line.description):
            effects.keep(fields.without_column(before, values), line.number)
    kept = {line.number for line in built.lines}
    effects.removed += [
        Removed(line.number, line.description, str(line.amount)) for line in present.values() if line.number not in kept
    ]


def _lost_lines(present: Iterable[CommitmentLine], entry: ImportedDocument) -> Iterable[FileProblem]:
    """A line that a change order refers to cannot be left out of the file."""
    kept = {values["line"] for values in entry.lines}
    for line in present:
        changes = [] if line.number in kept else list(line.changes.all())
        if changes:
            number = changes[0].change_order.number
            sentence = f"Line {line.number} is missing in the file, but change order {number} changes it."
            yield FileProblem(entry.last_row, "Line", "", sentence, "Add it.")


def _approvals_of_changes(found: Commitment, stored: Commitment) -> Iterable[str]:
    """What is written with an approved change order is in part the commitment's: its approval falls with that."""
    for change in found.change_orders.all():
        if change.approval == Approval.APPROVED and not change.remote_id:
            with_it = copy.copy(change)
            with_it.commitment = stored
            if digest_of(with_it.covered_with(change.lines.all())) != change.approved_digest:
                yield f"The approval of change order {change.number} falls too."
