"""Which column of a file is which field of a commitment, a change order or a line, and what people read of each.

Owns that table, for building, for comparing with what is here, and for naming what is wrong. Stores nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from erp_admin.documents.effects import FileProblem, Values, invalid_values
from erp_admin.documents.uploads import SEEN_CURRENCY
from erp_admin.grammar.currencies import agrees
from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, ImportedDocument, ValuedLine
from erp_admin.purchasing.upload_columns import CHANGE_ORDER, COMMITMENT
from erp_admin.purchasing.validity import invalid

LABELS: Final = {column.key: column.label for column in (*COMMITMENT, *CHANGE_ORDER)}
COMMITMENT_TEXTS: Final = {
    "title": "title",
    "kind": "type",
    "term_name": "terms",
    "currency": "currency",
    "scope": "scope",
    "entity_id": "entity",
}
LINE_TEXTS: Final = {
    "description": "description",
    "cost_type_id": "cost_type",
    "item_id": "item",
    "location_id": "location",
    "department_id": "department",
    "class_id": "class",
    "unit": "unit",
}
_COMMITMENT: Final = {
    **COMMITMENT_TEXTS,
    "vendor_id": "vendor_id",
    "vendor_name": "vendor",
    "project": "project",
    "dated_on": "date",
    "due_on": "due_date",
    "retainage_percent": "retainage",
    "number": "number",
    "total": "total",
}
_CHANGE_ORDER: Final = {"title": "title", "reason": "reason", "dated_on": "date", "number": "number", "total": "total"}
_LINE: Final = {
    **LINE_TEXTS,
    "task_id": "cost_code",
    "project": "line_project",
    "retainage_percent": "line_retainage",
    "quantity": "quantity",
    "unit_price": "unit_price",
}
_CHANGE_LINE: Final = {**_LINE, "changes_line": "changes_line"}
_NOT_COMPARED: Final = ("number", "total")  # one says which document it is, the other is told as such


def commitment_values(document: Commitment) -> Values:
    return _values(document, _COMMITMENT)


def change_order_values(document: ChangeOrder) -> Values:
    return _values(document, _CHANGE_ORDER)


def line_values(line: ValuedLine) -> Values:
    return _values(line, _table(line))


def without_column(values: Values, given: Mapping[str, Any]) -> Values:
    """Those of a line's values for which the file has no column."""
    return {label: values[label] for key, label in LABELS.items() if key not in given and values.get(label)}


def problems(
    entry: ImportedDocument, document: Commitment | ChangeOrder, lines: Sequence[ValuedLine]
) -> Iterator[FileProblem]:
    """What saving would refuse of these values, each with the row and the column it comes from."""
    yield from _other_currency(entry, document)
    rows = {id(line): values["row"] for line, values in zip(lines, entry.lines, strict=True)}
    for line, error in invalid(document, lines):
        row, wrong = (entry.first_row, document) if line is None else (rows[id(line)], line)
        table = _table(wrong)
        labels = {name: LABELS[key] for name, key in table.items()} | {"amount": LABELS["amount"]}
        yield from invalid_values(error, labels, row, _values(wrong, table))


def _other_currency(entry: ImportedDocument, document: Commitment | ChangeOrder) -> Iterator[FileProblem]:
    """Amounts of a change order are in the currency of its commitment, those of a commitment here in its own."""
    commitment = document if isinstance(document, Commitment) else document.commitment
    seen = str(entry.head.get(SEEN_CURRENCY) or "")
    if not agrees(seen, commitment.currency):
        sentence = f"The amounts are in {seen}, but the currency of {commitment.number} is {commitment.currency}."
        fix = f"Write the amounts in {commitment.currency}."
        yield FileProblem(entry.first_row, LABELS["amount"], seen, sentence, fix)


def _table(row: Commitment | ChangeOrder | ValuedLine) -> Mapping[str, str]:
    if isinstance(row, ValuedLine):
        return _CHANGE_LINE if isinstance(row, ChangeOrderLine) else _LINE
    return _COMMITMENT if isinstance(row, Commitment) else _CHANGE_ORDER


def _values(row: Commitment | ChangeOrder | ValuedLine, table: Mapping[str, str]) -> Values:
    return {LABELS[key]: _shown(row, name) for name, key in table.items() if name not in _NOT_COMPARED}


def _shown(row: Any, name: str) -> str:
    shown = getattr(row, f"get_{name}_display", None)
    value = shown() if shown is not None else getattr(row, name)
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize() + 0:f}"
    return str(getattr(value, "number", value))  # of a project or a line its number
