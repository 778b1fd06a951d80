"""The rows of one document as its values: its head from the first, a line from each, compared with one another.

A filled cell becomes a value or a problem. Knows no other document of the file.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from erp_admin.documents.columns import Column, Level, OneOf, Value
from erp_admin.documents.uploads import UploadKind
from erp_admin.grammar.problems import InDoubt, Unreadable
from erp_admin.uploads.beside import Beside, settle_unit
from erp_admin.uploads.cells import Cells
from erp_admin.uploads.formats.table import Cell, Row
from erp_admin.uploads.line_values import complete
from erp_admin.uploads.parsed import WHOLE_ROW, ParsedDocument, Problem, cut
from erp_admin.uploads.restated import Restated, TotalRows
from erp_admin.uploads.values import parse_cell

_MOST_MISSING: Final = 2  # more that is missing is told in one sentence
_ANSWER: Final = " Or answer the question about the whole file."


@dataclass
class DocumentRows:
    """One document while it is read; `head` is the row that begins it. `read` does it."""

    kind: UploadKind
    cells: Cells
    totals: TotalRows
    rows: list[Row]
    head: Row
    currencies: list[Beside] = field(default_factory=list)
    restated: list[Restated] = field(default_factory=list)
    removed: dict[str, int] = field(default_factory=dict)
    lacks_told: bool = False
    head_values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.document = ParsedDocument(self.rows, parent_column=self.kind.parent_column)

    def read(self) -> None:
        """Fill the document, but for what needs all its lines, or other documents."""
        self._read_head()
        for row in self.rows:
            self.document.problems.extend(self.cells.questionable(row, is_first=row is self.head))
            if row is self.head:
                self._read_line(row)
            elif not self._is_set_aside(row):
                self._read_further(row)

    def lacks(self, each: OneOf) -> bool:
        return not any(self.document.texts.get(key) for key in each.keys)

    def _read_head(self) -> None:
        missing = []
        for column in self._columns(Level.HEAD):
            cell = self.cells.heading.cell(self.head, column.key)
            self.document.texts[column.key] = cell.text
            if self._has(column, cell):
                self.document.head[column.key] = self._value(self.head, column, cell)[0]
            if column.is_needed and _is_blank(cell):
                missing.append(column)
        if len(missing) <= _MOST_MISSING:
            self.document.problems += [
                Problem(self.head.number, column.label, "", "This is missing.", fill_in(column)) for column in missing
            ]
            return
        self.lacks_told = True
        labels = [column.label for column in missing] + [each.label for each in self.kind.one_of if self.lacks(each)]
        sentence = f"A document begins here, but {', '.join(labels[:-1])} and {labels[-1]} are missing."
        fix = "Fill them in; or remove the row, if it is no document."
        self.document.problems.append(Problem(self.head.number, WHOLE_ROW, self._first_text(self.head), sentence, fix))

    def _is_set_aside(self, row: Row) -> bool:
        """Whether a row reads as a total, which is judged when all lines of the document are known."""
        text = self.totals.text_in(row, self.head)
        if not text and not self.totals.is_only_amount(row, self.head):
            return False
        self.restated.append(
            Restated(
                row,
                text,
                amount=self.cells.amount(row, "amount", "total"),
                before=len(self.document.lines),
                is_bare=self.totals.is_bare(row, self.head),
                is_plain=self.totals.is_plain(text, self.head),
            )
        )
        return True

    def _read_further(self, row: Row) -> None:
        if any(self.cells.heading.cell(row, column.key) for column in self._columns(Level.LINE)):
            self._compare_head(row)
            self._read_line(row)
        elif not all(not cell or not self.cells.heading.header.is_named(place) for place, cell in enumerate(row.cells)):
            text = self._first_text(row)
            sentence = f"The row holds no line, only “{cut(text)}”." if text else "The row holds no line."
            fix = f"Remove it, or fill in its line. A document of its own needs {self._needs()}."
            self.document.problems.append(Problem(row.number, WHOLE_ROW, text, sentence, fix))

    def _compare_head(self, row: Row) -> None:
        """A value of the document may be repeated on its further rows, or left out there; it may not differ."""
        for column in self._columns(Level.HEAD):
            cell = self.cells.heading.cell(row, column.key)
            if not cell:
                continue
            if column.value is Value.AMOUNT:
                self._note_currency(row, column, cell)
            if self.cells.understood(row, column) == self._head_value(column):
                continue
            first, text = self.head.number, self.document.texts[column.key]
            sentence = f"It differs from row {first} of the same document, where it is “{cut(text)}”."
            fix = "Write the same, or leave it blank on further rows."
            if not text:
                sentence = f"It is blank in row {first}, where the document begins."
                fix = f"Write it in row {first}, and the same or nothing here."
            elif column.value is Value.NUMBER:
                fix += f" If a document begins here, fill in {self._needs()}."
            self.document.problems.append(Problem(row.number, column.label, cell.text, sentence, fix))

    def _head_value(self, column: Column) -> str:
        if column.key not in self.head_values:
            self.head_values[column.key] = self.cells.understood(self.head, column)
        return self.head_values[column.key]

    def _read_line(self, row: Row) -> None:
        columns = list(self._columns(Level.LINE))
        cells = {column.key: self.cells.heading.cell(row, column.key) for column in columns}
        if not any(cells.values()):
            return
        line: dict[str, Any] = {"row": row.number}
        units = []
        for column in columns:
            cell = cells[column.key]
            if self._has(column, cell):
                line[column.key], unit = self._value(row, column, cell)
                units += [(column.key, Beside(row.number, column.label, cell.text, unit))] if unit else []
            if column.is_needed and _is_blank(cell):
                self._tell(row, column, cell, "This is missing.", fill_in(column))
        cost_code = self.cells.columns.get("cost_code")
        if line.get("cost_type") and cost_code is not None and not cells["cost_code"]:
            fix = "Fill in the cost code, or leave both blank."
            self._tell(row, cost_code, cells["cost_code"], "A cost type belongs to a cost code.", fix)
        settle_unit(self.document, line, units, cells["unit"].text if "unit" in cells else "")
        written = {key: cell.text or "".join(cell.concerns) for key, cell in cells.items()}
        complete(self.document, line, written, self.cells.style)
        self.document.lines.append(line)

    def _value(self, row: Row, column: Column, cell: Cell) -> tuple[Any, str]:
        """The value of a cell, None where there is none, and the unit beside it; a currency is kept for later."""
        if not cell:
            return None, ""
        try:
            parsed = parse_cell(column, cell, self.cells.style)
        except Unreadable as error:
            answer = _ANSWER if isinstance(error, InDoubt) else ""
            self._tell(row, column, cell, error.sentence, f"{error.fix}{answer}")
            return None, ""
        for name in parsed.removed:
            self.removed.setdefault(name, row.number)
        self._keep_currency(row, column, cell, parsed.currency)
        return parsed.value, parsed.unit

    def _note_currency(self, row: Row, column: Column, cell: Cell) -> None:
        try:
            self._keep_currency(row, column, cell, parse_cell(column, cell, self.cells.style).currency)
        except Unreadable:
            return  # it differs from the first row, which is told

    def _keep_currency(self, row: Row, column: Column, cell: Cell, said: str) -> None:
        said = said or self.cells.heading.header.currencies.get(column.key, "")
        if said and column.value is not Value.CURRENCY:
            self.currencies.append(Beside(row.number, column.label, cell.text, said))

    def _tell(self, row: Row, column: Column, cell: Cell, sentence: str, fix: str) -> None:
        self.document.problems.append(Problem(row.number, column.label, cell.text, sentence, fix))

    def _has(self, column: Column, cell: Cell) -> bool:
        """Whether the file says anything of it here, be it that it is blank."""
        return self.cells.heading.holds(column.key) and not cell.is_absent

    def _columns(self, level: Level) -> list[Column]:
        return [column for column in self.kind.columns if column.level is level]

    def _first_text(self, row: Row) -> str:
        """The first text of a row that does not merely repeat the first row."""
        repeated = set(self.document.texts.values()) if row is not self.head else set()
        return next((cell.text for cell in row.cells if cell and cell.text not in repeated), "")

    def _needs(self) -> str:
        """What a document needs beside its number, in words."""
        labels = [column.label for column in self._columns(Level.HEAD) if column.is_needed and column.key != "number"]
        labels += [each.label for each in self.kind.one_of]
        return f"{', '.join(labels[:-1])} and {labels[-1]}" if len(labels) > 1 else "".join(labels) or "its values"


def fill_in(column: Column) -> str:
    """What to do about a value that is missing."""
    if column.value is Value.NUMBER:
        return "Give it one. A row of the document above leaves the other values of the document blank too."
    return f"Fill it in. {column.help}".strip()


def _is_blank(cell: Cell) -> bool:
    """Whether nothing is there; what should be there and is not is told by the cell's concern."""
    return not cell and not cell.concerns


def wrong_total(document: ParsedDocument) -> Problem | None:
    """The problem of a total that is not the sum of the lines, or of a sum that is too large."""
    stated, total = document.head.get("total"), document.total
    if total is None and document.lines and all(line.get("amount") is not None for line in document.lines):
        sentence, fix = "The lines add up to more than can be stored.", "Check the decimal points of their amounts."
        return Problem(document.rows[0].number, WHOLE_ROW, "", sentence, fix)
    if stated is None or total is None or Decimal(stated) == total:
        return None
    difference = Decimal(stated) - total
    side = "less" if difference > 0 else "more"
    sentence = f"The lines add up to {total:,.2f}, which is {abs(difference):,.2f} {side}."
    fix = "Correct the lines or the total."
    return Problem(document.rows[0].number, "Total", document.texts["total"], sentence, fix)
