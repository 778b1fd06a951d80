"""The cells of a file as its columns understand them, and what a person should look at in them first.

Parses by the style that was decided. Knows no document and keeps nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from erp_admin.documents.columns import Column, Level, Value
from erp_admin.grammar.identity import identity
from erp_admin.grammar.problems import Unreadable
from erp_admin.grammar.style import Style
from erp_admin.uploads.columns import letters
from erp_admin.uploads.formats.table import BLANK, IN_HIDDEN_COLUMN, MERGED, Cell, Row
from erp_admin.uploads.heading import Heading
from erp_admin.uploads.line_values import as_text
from erp_admin.uploads.parsed import WHOLE_ROW, Problem
from erp_admin.uploads.values import parse_cell

NUMBERS: Final = frozenset({Value.AMOUNT, Value.QUANTITY, Value.PRICE, Value.PERCENT})
_MOST_CONCERNED: Final = 2  # one sentence for a whole row, where more of its cells are concerned
_BELOW_NO_HEADER: Final = (
    "Give the column a header, or remove the value. In CSV, an amount with commas stands in quotes: “1,234.50”."
)
_LOOK: Final = "Look at it in the spreadsheet, write the value that is meant in its own cell, and upload it again."


@dataclass(frozen=True)
class Cells:
    """The cells of rows, by the keys of their columns."""

    columns: Mapping[str, Column]
    heading: Heading
    style: Style

    def understood(self, row: Row, column: Column) -> str:
        """A cell as it compares with others: what it means, else what stands there; "" where it is blank."""
        cell = self.heading.cell(row, column.key)
        if not cell:
            return ""
        try:
            value = parse_cell(column, cell, self.style).value
        except Unreadable:
            return identity(cell.text)
        return as_text(Decimal(str(value))) if column.value in NUMBERS else identity(str(value))

    def amount(self, row: Row, *keys: str) -> Decimal | None:
        """The first amount that stands in one of these columns; None where none can be read."""
        for key in keys:
            cell = self.heading.cell(row, key)
            if cell:
                try:
                    return Decimal(str(parse_cell(self.columns[key], cell, self.style).value))
                except Unreadable:
                    return None
        return None

    def questionable(self, row: Row, *, is_first: bool) -> Iterator[Problem]:
        """Cells in no column, and those of which the file says something that a person should know first."""
        for place, cell in self.heading.strays(row):
            sentence = "The value stands below no header, so it belongs to nothing."
            yield Problem(row.number, f"Column {letters(place)}", cell.text, sentence, _BELOW_NO_HEADER)
        concerned: dict[str, list[tuple[Column, Cell]]] = {}
        for key, column in self.columns.items():
            cell = self.heading.cell(row, key)
            for concern in cell.concerns:
                if not (concern == IN_HIDDEN_COLUMN or _is_harmless(concern, column, cell, is_first=is_first)):
                    concerned.setdefault(concern, []).append((column, cell))
        for concern, cells in concerned.items():
            if len(cells) > _MOST_CONCERNED:
                yield Problem(row.number, WHOLE_ROW, "", concern, _LOOK)
            else:
                yield from (Problem(row.number, column.label, cell.text, concern, _LOOK) for column, cell in cells)

    def hidden(self, row: Row) -> Iterator[tuple[Column, Cell]]:
        """The filled cells of columns that the sheet does not show."""
        for key, column in self.columns.items():
            cell = self.heading.cell(row, key)
            if cell and cell.is_hidden:
                yield column, cell


def _is_harmless(concern: str, column: Column, cell: Cell, *, is_first: bool) -> bool:
    """A merged cell of the document may well reach over its further rows: they leave it blank.

    Where it reaches into the next document, the first row of that one has no value of its own.
    """
    return concern.startswith(MERGED) and column.level is Level.HEAD and bool(cell) is is_first


def without_hidden(row: Row) -> Row:
    """The row as the sheet shows it."""
    if not any(cell.is_hidden for cell in row.cells):
        return row
    return replace(row, cells=tuple(BLANK if cell.is_hidden else cell for cell in row.cells))
