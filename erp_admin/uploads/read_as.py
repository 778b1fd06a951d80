"""The column “Read as” of the problem file: how the file was read, in words, so that it is read the same way again.

Owns these words and the way back. What a CSV file cannot show of a cell (that it was a number, a date, struck out) is
among them, and counts only while the cell still says what it did. Decides nothing about columns.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Literal

from erp_admin.uploads.columns import PROBLEMS_COLUMN
from erp_admin.uploads.formats.table import Cell, CellKind, FileRefused, Row, Table
from erp_admin.uploads.stated import Hidden, StatedReading

READ_AS_COLUMN: Final = "Read as"
_WITHIN: Final = 10
_LONGEST: Final = 80
_DECIMALS: Final[dict[str, Literal[".", ","]]] = {"decimal point": ".", "decimal comma": ","}
_ORDERS: Final = {"day/month/year": True, "month/day/year": False}
_HIDDEN: Final = {"hidden rows left out": Hidden.LEAVE_OUT, "hidden rows included": Hidden.INCLUDE}
_CENTURY: Final = re.compile(r"two-digit years from (\d{4})")
_HIDDEN_ROW: Final = "a hidden row"
_STARTS: Final = {"begins a document": True, "belongs to the row above": False}
_KINDS: Final = {
    CellKind.NUMBER: "is a number",
    CellKind.DATE: "is a date",
    CellKind.YES_NO: "is yes or no",
    CellKind.ERROR: "is an error",
}
_ABSENT: Final = " is not given"
_QUOTED: Final = r"“((?:[^”]|””)*)”"
_CELL: Final = re.compile(
    rf"{_QUOTED} of {_QUOTED}(?: ({'|'.join(_KINDS.values())}))?(?: shown as {_QUOTED})?"
    rf"(?: in {_QUOTED})?((?: noted {_QUOTED})*)({_ABSENT})?"
)
_NOTED: Final = re.compile(rf" noted {_QUOTED}")
_STATEMENT: Final = re.compile(rf"((?:{_QUOTED}|[^“;])+)(?:; |$)")


def words_of_file(stated: StatedReading) -> list[str]:
    """How the whole file was read, as each of its rows says."""
    words = [text for text, decimal in _DECIMALS.items() if decimal == stated.decimal]
    words += [text for text, day_first in _ORDERS.items() if day_first is stated.day_first]
    words += [f"two-digit years from {stated.century_from}"] if stated.century_from is not None else []
    return words + [text for text, hidden in _HIDDEN.items() if hidden is stated.hidden]


def words_of_row(row: Row, headers: Sequence[str]) -> list[str]:
    """What else the file said of this row and its cells."""
    words = [_HIDDEN_ROW] if row.is_hidden else []
    words += [text for text, starts in _STARTS.items() if starts is row.starts_document]
    for header, cell in zip(headers, row.cells, strict=False):
        if said := _said_of(cell):
            words.append(f"{_quoted(_short(cell.text))} of {_quoted(header)}{said}")
    return words


def _said_of(cell: Cell) -> str:
    said = f" {_KINDS[cell.kind]}" if cell.kind is not CellKind.TEXT else ""
    said += f" shown as {_quoted(cell.shown)}" if cell.shown else ""
    said += f" in {_quoted(cell.currency)}" if cell.currency else ""
    said += "".join(f" noted {_quoted(concern)}" for concern in cell.concerns)
    return said + (_ABSENT if cell.is_absent else "")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _quoted(text: str) -> str:
    return f"“{text.replace('”', '””')}”"


def _plain(text: str) -> str:
    return text.replace("””", "”")


def with_statements(table: Table) -> tuple[Table, StatedReading]:
    """The table without our own columns, its cells as they were in the first file, and how that one was read.

    A file without these columns comes back as it is. Raises FileRefused for words that are not ours.
    """
    first = [row for row in islice(iter(table.rows), _WITHIN) if row]
    header = next((row for row in first if {READ_AS_COLUMN, PROBLEMS_COLUMN} <= set(row.texts)), None)
    if header is None:
        return table, StatedReading()
    rows = _StatedRows(table, header)
    return replace(table, rows=rows), rows.stated()


@dataclass(frozen=True)
class _StatedRows:
    """The rows of a problem file, each as its words say, as often as they are asked for."""

    table: Table
    header: Row

    def __iter__(self) -> Iterator[Row]:
        for row in self.table.rows:
            yield _restored(row, self.header) if row.number >= self.header.number else row

    def stated(self) -> StatedReading:
        """What every row states of the whole file. Raises FileRefused where two rows state different things."""
        found: StatedReading | None = None
        place = self.header.texts.index(READ_AS_COLUMN)
        for row in self.table.rows:
            if row.number <= self.header.number or not row:
                continue
            stated = _stated_in(row, _words(row, place))
            if stated == StatedReading():  # added by hand, or of a file that says nothing
                continue
            if found is not None and stated != found:
                raise FileRefused(
                    f"The column “{READ_AS_COLUMN}” of row {row.number} says another thing than the rows above.",
                    "Correct files that were read in different ways one by one.",
                    code="FILE-READ-AS",
                )
            found = stated
        return found or StatedReading()


def _words(row: Row, place: int) -> list[str]:
    text = row.texts[place] if place < len(row.cells) else ""
    words = [match[1].strip() for match in _STATEMENT.finditer(text)]
    if "; ".join(words) != text.strip():
        raise _not_understood(row, text)
    return words


def _stated_in(row: Row, words: Sequence[str]) -> StatedReading:
    stated = StatedReading()
    for word in words:
        if word in _DECIMALS:
            stated = replace(stated, decimal=_DECIMALS[word])
        elif word in _ORDERS:
            stated = replace(stated, day_first=_ORDERS[word])
        elif word in _HIDDEN:
            stated = replace(stated, hidden=_HIDDEN[word])
        elif century := _CENTURY.fullmatch(word):
            stated = replace(stated, century_from=int(century[1]))
        elif word != _HIDDEN_ROW and word not in _STARTS and _CELL.fullmatch(word) is None:
            raise _not_understood(row, word)
    return stated


def _not_understood(row: Row, word: str) -> FileRefused:
    return FileRefused(
        f"The column “{READ_AS_COLUMN}” of row {row.number} says “{word[:_LONGEST]}”, which is not understood.",
        "Leave the column as it was downloaded, or delete it.",
        code="FILE-READ-AS",
    )


def _restored(row: Row, header: Row) -> Row:
    """The row without our own columns, and with what its words say of it and its cells."""
    place = header.texts.index(READ_AS_COLUMN)
    cells = list(row.cells)
    is_hidden, starts = row.is_hidden, row.starts_document
    for word in _words(row, place) if row.number > header.number else ():
        is_hidden = is_hidden or word == _HIDDEN_ROW
        starts = _STARTS.get(word, starts)
        if said := _CELL.fullmatch(word):
            _restore_cell(cells, header, said)
    ours = {READ_AS_COLUMN, PROBLEMS_COLUMN}
    kept = [cell for at, cell in enumerate(cells) if at >= len(header.cells) or header.texts[at] not in ours]
    return Row(row.number, tuple(kept), is_hidden, starts)


def _restore_cell(cells: list[Cell], header: Row, said: re.Match[str]) -> None:
    """Give the cell back what it was, unless somebody wrote something else into it."""
    text, column, kind, shown, currency, noted = said[1], said[2], said[3], said[4], said[5], said[6]
    for place, cell in enumerate(cells[: len(header.cells)]):
        if header.texts[place] == _plain(column) and _short(cell.text) == _plain(text):
            cells[place] = Cell(
                cell.text,
                next((each for each, words in _KINDS.items() if words == kind), CellKind.TEXT),
                _plain(shown or ""),
                _plain(currency or ""),
                tuple(_plain(concern) for concern in _NOTED.findall(noted or "")),
                is_absent=said[8] is not None,
            )
            return
