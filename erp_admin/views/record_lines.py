"""The lines of a document as its page shows them: what each says, what it inherits and from where, no empty column.

Presentation only; what a line inherits is declared by its type.
"""

from dataclasses import dataclass
from typing import Any, Final

from accounts.ui.formats import shown_number
from erp_admin.documents.types import AnyType, Inherited, LineValues
from integrations.delivery.contract import PushContext

NOTHING: Final = Inherited("", "")
# Columns that are left out where no line has such a value; attribute, label, the one shown below it.
_COLUMNS: Final = (
    ("task_id", "Cost code", "cost_type_id"),
    ("item_id", "Item", ""),
    ("location_id", "Location", ""),
    ("department_id", "Department", ""),
    ("class_id", "Class", ""),
    ("retainage_percent", "Retainage", ""),
)


@dataclass(frozen=True)
class Column:
    attribute: str
    label: str
    is_number: bool


@dataclass(frozen=True)
class Cell:
    """`source` is empty where the line says the value itself."""

    column: Column
    value: str
    below: str = ""
    source: str = ""


@dataclass(frozen=True)
class LineRow:
    line: Any
    unit: Inherited
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class LineTable:
    columns: tuple[Column, ...]
    rows: tuple[LineRow, ...]


def line_table(document_type: AnyType, document: Any, context: PushContext | None) -> LineTable | None:
    """The lines of a document with all they come to; None for a type without lines."""
    if document_type.lines is None:
        return None
    declared = document_type.lines
    lines = list(getattr(document, declared.attribute).select_related(*declared.related).order_by("number"))
    inherited = document_type.inherited(document, lines, context) if lines else {}
    columns = []
    for attribute, label, _ in _COLUMNS:
        if any(_own(line, attribute) or _taken(inherited, line, attribute).value for line in lines):
            columns.append(Column(attribute, label, attribute == "retainage_percent"))
    below = {attribute: other for attribute, _, other in _COLUMNS}
    rows = [
        LineRow(
            line,
            NOTHING if getattr(line, "unit", "") else _taken(inherited, line, "unit"),
            tuple(_cell(column, line, inherited, below[column.attribute]) for column in columns),
        )
        for line in lines
    ]
    return LineTable(tuple(columns), tuple(rows))


def _cell(column: Column, line: Any, inherited: LineValues, below: str) -> Cell:
    own = _own(line, column.attribute)
    taken = NOTHING if own else _taken(inherited, line, column.attribute)
    value = own or taken.value
    return Cell(
        column,
        f"{value}%" if column.is_number and value else value,
        str(getattr(line, below, "")) if below else "",
        taken.source,
    )


def _own(line: Any, attribute: str) -> str:
    value = getattr(line, attribute, None)
    if value is None or value == "":
        return ""
    return shown_number(value.normalize()) if attribute == "retainage_percent" else str(value)


def _taken(inherited: LineValues, line: Any, attribute: str) -> Inherited:
    return inherited.get(line.pk, {}).get(attribute, NOTHING)
