"""Rows of a table as documents with lines, each with everything that is wrong with it: row, column, value and fix.

A filled cell is read, a problem, or told in a note. Knows nothing of what exists here or in Intacct.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from erp_admin.documents.columns import Column
from erp_admin.grammar.style import COMPANY_DAY_FIRST
from erp_admin.uploads.beside import settle_currency
from erp_admin.uploads.boundaries import Boundaries
from erp_admin.uploads.cells import Cells, without_hidden
from erp_admin.uploads.column_choice import ColumnChoice
from erp_admin.uploads.document_rows import DocumentRows, wrong_total
from erp_admin.uploads.formats.table import Row, Table
from erp_admin.uploads.heading import find_heading, notes_about
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.line_values import number_lines
from erp_admin.uploads.parsed import WHOLE_ROW, ParsedDocument, Problem
from erp_admin.uploads.restated import TotalRows
from erp_admin.uploads.stated import Hidden, StatedReading, in_runs
from erp_admin.uploads.survey import filled_below, survey

__all__ = ["DocumentReader", "ParsedDocument", "Problem"]

_SHOWN_PLACES: Final = 3
_ABOUT_HIDDEN: Final = (
    "Choose whether what the sheet hides is read or left out; or show it in the sheet, and upload the file again."
)
Key = tuple[str, str]


class DocumentReader:
    """Looks at the whole file at once, raising FileRefused for its header; then yields document by document.

    `stated` is how to read what the file leaves open, `decisions` how it is read. `base_currency` is what a blank one
    means, `company_day_first` in which order the company writes dates, `chosen` what a person said the columns are.
    `headers` are as many as the widest row has cells. `notes` are complete after the documents.
    """

    def __init__(
        self,
        kind: str,
        table: Table,
        stated: StatedReading | None = None,
        *,
        base_currency: str = "",
        company_day_first: bool | None = COMPANY_DAY_FIRST,
        chosen: ColumnChoice | None = None,
    ) -> None:
        self.kind = upload_for(kind)
        self.columns: Mapping[str, Column] = {column.key: column for column in self.kind.columns}
        self._table, self._stated, self._base_currency = table, stated or StatedReading(), base_currency
        self.heading = find_heading(self.kind, table.rows, chosen)
        self._survey = survey(self.columns, self.heading, table.rows, self._stated)
        self.decisions = self._survey.decisions(self._stated, company_day_first)
        self.rows_read = self._survey.rows
        blank = [""] * (self._survey.width - len(self.heading.row.cells))
        self.headers = [*self.heading.row.texts, *blank]
        self._cells = Cells(self.columns, self.heading, self.decisions.style)
        self._totals = TotalRows(self.columns, self.heading)
        self._boundaries = Boundaries(self.kind, self.heading, self._totals, self._cells.understood)
        labels = [WHOLE_ROW, *(column.label for column in self.kind.columns)]
        self._order = {label: place for place, label in enumerate(labels)}
        self._currencies: dict[str, list[int]] = {}
        self._removed: dict[str, int] = {}

    @property
    def notes(self) -> list[str]:
        return [*self._table.notes, *notes_about(self.heading, self._survey.unread), *self.own_notes()]

    def documents(self) -> Iterator[ParsedDocument]:
        """Document by document, with everything that is wrong with each."""
        places = self._places()
        for rows in self._boundaries.divided(self._rows()):
            reading = DocumentRows(self.kind, self._cells, self._totals, rows, self._boundaries.head_row(rows))
            reading.read()
            self._finish(reading)
            _tell_twice(reading, places[self._key(reading.head)])
            reading.document.problems.sort(key=self._place_of)
            yield reading.document

    def _place_of(self, problem: Problem) -> tuple[int, int]:
        """In the order of the file: by row, then by column; what is wrong with a whole row comes first."""
        return problem.row, self._order.get(problem.column, len(self._order))

    def _rows(self) -> Iterator[Row]:
        """The rows that count: without repeated headers, and without what is hidden where that was chosen."""
        leave_out = self._stated.hidden is Hidden.LEAVE_OUT
        for row in filled_below(self.heading, self._table.rows):
            shown = without_hidden(row) if leave_out else row
            if shown and not (leave_out and row.is_hidden) and not self.heading.is_repeated_in(row):
                yield shown

    def _places(self) -> dict[Key, list[str]]:
        """Where each number begins a document: one that does so twice is two documents, or one torn apart."""
        places: dict[Key, list[str]] = {}
        for rows in self._boundaries.divided(self._rows()):
            head = self._boundaries.head_row(rows)
            places.setdefault(self._key(head), []).append(ParsedDocument(rows).place())
        return places

    def _key(self, head: Row) -> Key:
        parent = self.columns.get(self.kind.parent_column)
        understood = self._cells.understood
        return understood(head, parent) if parent else "", understood(head, self.columns["number"])

    def _finish(self, reading: DocumentRows) -> None:
        """What needs all lines of the document."""
        document, first = reading.document, reading.head.number
        self._totals.settle(document, reading.restated)
        number_lines(document)
        if not document.lines:
            fix = "Add a row for each line, with its description and amount."
            document.problems.append(Problem(first, "Description", "", "The document has no lines.", fix))
        for each in self.kind.one_of:
            if reading.lacks(each) and not reading.lacks_told:
                document.problems.append(Problem(first, each.label, "", "This is missing.", each.fix))
        has_currency = "currency" in self.columns
        taken = settle_currency(document, reading.currencies, self._base_currency, has_column=has_currency)
        if taken:
            self._currencies.setdefault(taken, []).append(first)
        if (problem := wrong_total(document)) is not None:
            document.problems.append(problem)
        for name, row in reading.removed.items():
            self._removed.setdefault(name, row)
        if self._stated.hidden is Hidden.ASK:
            document.problems.extend(self._about_hidden(document))

    def _about_hidden(self, document: ParsedDocument) -> Iterator[Problem]:
        hidden = tuple(row.number for row in document.rows if row.is_hidden)
        if hidden:
            are = "is" if len(hidden) == 1 else "are"
            sentence = f"The sheet does not show this document whole: {in_runs(hidden)} {are} hidden."
            yield Problem(hidden[0], WHOLE_ROW, "", sentence, _ABOUT_HIDDEN)
        columns: set[str] = set()
        for row in document.rows:
            for column, cell in self._cells.hidden(row):
                if column.key not in columns:
                    columns.add(column.key)
                    sentence = "The sheet hides this column."
                    yield Problem(row.number, column.label, cell.text, sentence, _ABOUT_HIDDEN)

    def own_notes(self) -> Iterator[str]:
        """What the reader decided of single rows, after the documents."""
        if rows := self._survey.repeated_headers:
            yield f"The header is repeated in {in_runs(tuple(rows))}, which held no line."
        if rows := self._totals.left_out:
            one = len(rows) == 1
            what = "is the sum of rows above it and was left out" if one else "are sums of rows above and were left out"
            yield f"Checked and not read as a line: {in_runs(tuple(rows))} {what}."
        if rows := self._totals.looked_like:
            yield f"The amount is that of the lines above together in {in_runs(tuple(rows))}; it was read as a line."
        for currency, rows in self._currencies.items():
            yield f"Read as {currency}, because the amounts say so: the documents of {in_runs(tuple(rows))}."
        for name, row in self._removed.items():
            yield f"A sign that cannot be seen was left out, {name}: first in row {row}."
        hidden = self.decisions.hidden
        if hidden:
            became = {
                Hidden.ASK: "the documents they belong to wait until it is chosen whether they are read",
                Hidden.LEAVE_OUT: "left out, as chosen",
                Hidden.INCLUDE: "read like the others, as chosen",
            }
            yield f"Hidden in the sheet: {hidden.places}; {became[hidden.choice]}."


def _tell_twice(reading: DocumentRows, places: list[str]) -> None:
    document = reading.document
    if (problem := twice(document, places, reading.head.number)) is not None:
        document.problems.append(problem)


def twice(document: ParsedDocument, places: Sequence[str], row: int) -> Problem | None:
    """The problem of a number that begins a document at several places of the file, its own among them."""
    if not document.number or len(places) < 2:
        return None
    others = [place for place in places[: _SHOWN_PLACES + 1] if place != document.place()]
    hidden = len(places) - 1 - len(others[:_SHOWN_PLACES])
    more = f" and {hidden:,} more times" if hidden else ""
    sentence = f"The same number stands in {', '.join(others[:_SHOWN_PLACES])}{more} of this file."
    fix = "Put all rows of a document one below the other, or give each document a number of its own."
    return Problem(row, "Number", document.number, sentence, fix)
