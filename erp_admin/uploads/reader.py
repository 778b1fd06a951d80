"""Rows of a table as documents with lines, each with everything that is wrong with it: row, column, value and fix.

Knows nothing of what exists here or in Intacct; asks the database nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from typing import Any, Final

from erp_admin.documents.columns import Column, Level, plain
from erp_admin.models import rounded
from erp_admin.uploads.columns import Header, parse_header
from erp_admin.uploads.formats.table import Cell, FileRefused, Row, Table
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.values import Style, Unreadable, parse_cell

_HEADER_WITHIN: Final = 10
_LONGEST_SHOWN: Final = 80


@dataclass(frozen=True)
class Problem:
    """`row` is the row of the file, `column` its header as declared, `value` what stands there."""

    row: int
    column: str
    value: str
    sentence: str
    fix: str = ""

    def as_json(self) -> dict[str, Any]:
        shown = self.value if len(self.value) <= _LONGEST_SHOWN else f"{self.value[:_LONGEST_SHOWN]}…"
        return {"row": self.row, "column": self.column, "value": shown, "sentence": self.sentence, "fix": self.fix}


@dataclass
class ParsedDocument:
    """A document as the file tells it. `head` and `lines` hold values by column key; each line its `row` too."""

    rows: list[Row] = field(default_factory=list)
    head: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)  # the head's cells as written, to compare repeated ones
    parent_column: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """By what it is told from the others of its file."""
        return self.parent_number.casefold(), self.texts.get("number", "").casefold()

    @property
    def parent_number(self) -> str:
        """As written: the number of the document that this one belongs to."""
        return self.texts.get(self.parent_column, "")

    @property
    def total(self) -> Decimal | None:
        """The sum of its lines; None while a line has no amount."""
        amounts = [line.get("amount") for line in self.lines]
        return None if None in amounts else sum((Decimal(str(amount)) for amount in amounts), Decimal(0))

    def place(self) -> str:
        first, last = self.rows[0].number, self.rows[-1].number
        return f"row {first}" if first == last else f"rows {first} to {last}"


class DocumentReader:
    """Reads the header at once, raising FileRefused when columns are missing; then yields document by document."""

    def __init__(self, kind: str, table: Table, *, day_first: bool = False) -> None:
        self.kind = upload_for(kind)
        self.notes = table.notes
        self.style = Style(decimal=None if table.comma_decimals else ".", day_first=day_first)
        self.rows_read = 0
        self.columns: Mapping[str, Column] = {column.key: column for column in self.kind.columns}
        self.header_row, self.header, self._rows = self._find_header(table)

    def _find_header(self, table: Table) -> tuple[Row, Header, Iterator[Row]]:
        first = [row for row in islice(table.rows, _HEADER_WITHIN) if row]
        if not first:
            raise FileRefused("The file holds no rows.", "Choose the file with the documents.", code="FILE-EMPTY")
        best = max(first, key=lambda row: len(parse_header(self.kind.columns, row.texts)[0].places))
        header, twice = parse_header(self.kind.columns, best.texts)
        self._refuse_unclear(best, header, twice)
        for cell in header.unknown:
            self.notes.append(f"The column “{cell[:60]}” is not known, so its values were not read.")
        if best.number > first[0].number:
            self.notes.append(f"The header was found in row {best.number}; the rows above it were not read.")
        below = [row for row in first if row.number > best.number]
        return best, header, chain(below, (row for row in table.rows if row))

    def _refuse_unclear(self, row: Row, header: Header, twice: dict[str, list[str]]) -> None:
        problems = [
            f"{label} stands in more than one column: {', '.join(cells)}. Remove or rename one."
            for label, cells in twice.items()
        ]
        meant = {column.key for column in header.unknown.values() if column is not None}
        problems += [
            f"Column “{cell[:60]}” is not known; did you mean {column.label}? Rename it."
            for cell, column in header.unknown.items()
            if column is not None
        ]
        missing = [
            column.label
            for column in self.columns.values()
            if column.is_needed and column.key not in header.places and column.key not in meant
        ]
        present = header.places.keys() | meant
        missing += [each.label for each in self.kind.one_of if not present & set(each.keys)]
        if not {"unit_price", "amount"} & present:
            missing.append("Amount (or Unit price)")
        if missing:
            problems.append(f"Missing: {', '.join(missing)}.")
        if problems:
            raise FileRefused(
                f"The columns are not clear. {' '.join(problems)}",
                f"The header was looked for in row {row.number}. Download the template to see the columns.",
                code="FILE-HEADER",
            )

    def documents(self) -> Iterator[ParsedDocument]:
        """Document by document, with everything that is wrong with each but what other documents tell."""
        current: ParsedDocument | None = None
        for row in self._rows:
            self.rows_read += 1
            if current is None or self._begins_another(row, current):
                if current is not None:
                    yield self._finished(current)
                current = self._begun(row)
            else:
                self._compare_head(row, current)
            current.rows.append(row)
            self._read_line(row, current)
        if current is not None:
            yield self._finished(current)

    def cell(self, row: Row, key: str) -> str:
        place = self.header.places.get(key)
        return row.cells[place].text if place is not None and place < len(row.cells) else ""

    def _begins_another(self, row: Row, current: ParsedDocument) -> bool:
        number, base = self.cell(row, "number"), self.cell(row, self.kind.parent_column)
        if not number and not base:
            return False
        return number.casefold() != current.texts["number"].casefold() or bool(
            base and base.casefold() != current.parent_number.casefold()
        )

    def _begun(self, row: Row) -> ParsedDocument:
        document = ParsedDocument(parent_column=self.kind.parent_column)
        for key, column in self.columns.items():
            if column.level is Level.HEAD:
                document.texts[key] = text = self.cell(row, key)
                document.head[key] = self._value(document, row, column, text)
                if column.is_needed and not text:
                    document.problems.append(Problem(row.number, column.label, "", "This is missing.", column.help))
        return document

    def _value(self, document: ParsedDocument, row: Row, column: Column, text: str) -> Any:
        if not text:
            return None
        try:
            return parse_cell(column, Cell(text), self.style).value
        except Unreadable as error:
            document.problems.append(Problem(row.number, column.label, text, error.sentence, error.fix))
            return None

    def _compare_head(self, row: Row, document: ParsedDocument) -> None:
        """A value of the document may be repeated on its further rows, or left out there; it may not differ."""
        for key, text in document.texts.items():
            again = self.cell(row, key)
            if again and plain(again) != plain(text):
                first = document.rows[0].number
                sentence = f"It differs from row {first} of the same document, where it is “{text[:40]}”."
                fix = "Write the same, or leave it blank on further rows."
                document.problems.append(Problem(row.number, self.columns[key].label, again, sentence, fix))

    def _read_line(self, row: Row, document: ParsedDocument) -> None:
        texts = {key: self.cell(row, key) for key, column in self.columns.items() if column.level is Level.LINE}
        if not any(texts.values()):
            if document.rows[0] is not row:
                document.problems.append(
                    Problem(row.number, "Description", "", "The row holds no line.", "Remove it, or fill it in.")
                )
            return
        line: dict[str, Any] = {"row": row.number}
        for key, text in texts.items():
            column = self.columns[key]
            line[key] = self._value(document, row, column, text)
            if column.is_needed and not text:
                document.problems.append(Problem(row.number, column.label, "", "This is missing.", column.help))
        if line.get("cost_type") and not texts["cost_code"]:
            sentence, fix = "A cost type belongs to a cost code.", "Fill in the cost code, or leave both blank."
            document.problems.append(Problem(row.number, "Cost code", "", sentence, fix))
        _value_line(document, row, line, texts)
        document.lines.append(line)

    def _finished(self, document: ParsedDocument) -> ParsedDocument:
        _number_lines(document)
        first = document.rows[0].number
        if not document.lines:
            fix = "Add a row for each line, with its description and amount."
            document.problems.append(Problem(first, "Description", "", "The document has no lines.", fix))
        for each in self.kind.one_of:
            if not any(document.texts[key] for key in each.keys):
                document.problems.append(Problem(first, each.label, "", "This is missing.", each.fix))
        stated, total = document.head.get("total"), document.total
        if stated is not None and total is not None and Decimal(stated) != total:
            difference = Decimal(stated) - total
            sentence = f"The lines add up to {total:,.2f}, which is {abs(difference):,.2f} {_side(difference)}."
            fix = "Correct the lines or the total."
            document.problems.append(Problem(first, "Total", document.texts["total"], sentence, fix))
        return document


def _side(difference: Decimal) -> str:
    return "less" if difference > 0 else "more"


def _value_line(document: ParsedDocument, row: Row, line: dict[str, Any], texts: Mapping[str, str]) -> None:
    """Complete quantity, unit price and amount from one another, and check them where all three are given."""
    if any(texts[key] and line[key] is None for key in ("quantity", "unit_price", "amount")):
        line["amount"] = None  # one of them could not be read, and is a problem already
        return
    quantity = Decimal(line["quantity"] or 1)
    if line["unit_price"] is None and line["amount"] is None:
        document.problems.append(
            Problem(row.number, "Amount", "", "This is missing.", "Give an amount or a unit price.")
        )
        return
    if line["unit_price"] is None:
        amount = Decimal(line["amount"])
        price = (amount / quantity).quantize(Decimal("0.000001")) if quantity else Decimal(0)
        line["unit_price"] = f"{price.normalize():f}"
    computed = rounded(quantity * Decimal(line["unit_price"]))
    if line["amount"] is not None and computed != Decimal(line["amount"]):
        sentence = f"Quantity times unit price is {computed:,.2f}."
        fix = "Correct one of the three, or leave the unit price blank."
        document.problems.append(Problem(row.number, "Amount", texts["amount"], sentence, fix))
        return
    line["quantity"], line["amount"] = f"{quantity:f}", str(computed)


def _number_lines(document: ParsedDocument) -> None:
    """Lines without a number count up from the highest so far; a number twice is a problem."""
    rows: dict[int, int] = {}
    highest = 0
    for line in document.lines:
        number = line.get("line") or highest + 1
        if number in rows:
            sentence = f"Row {rows[number]} has the same line number."
            fix = "Give each line its own number, or leave them all blank."
            document.problems.append(Problem(line["row"], "Line", str(number), sentence, fix))
        rows.setdefault(number, line["row"])
        line["line"] = number
        highest = max(highest, number)
