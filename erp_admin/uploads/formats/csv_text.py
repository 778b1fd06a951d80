"""CSV files with the delimiters that spreadsheets write, read strictly: what is malformed is refused with its row.

Decides by the content, and notes what it decided where a person should know. Repairs nothing.
"""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from erp_admin.uploads.formats.encodings import decoded
from erp_admin.uploads.formats.signs import Signs
from erp_admin.uploads.formats.table import (
    LONGEST_CELL,
    MOST_BLANK_ROWS,
    MOST_COLUMNS,
    FileRefused,
    KnownNames,
    Reading,
    Row,
    trimmed,
)

DELIMITERS: Final = ",;\t|"
_SAMPLE: Final = 65_536
_SAMPLE_ROWS: Final = 10
_SEP_LINE: Final = re.compile(r'"?sep=([^\w"\s]|\t)"?[^\w"]*\Z', re.IGNORECASE)
# Two cells that may be one number: `1,050.00` or `12,50` without its quotation marks.
_FRONT: Final = re.compile(r"[-+(]*[^\w\s]?\s?[0-9]+")
_BACK: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]*)?[^\w\s]*")
_THOUSANDS: Final = re.compile(r"\D*[1-9][0-9]{0,2},[0-9]{3}(?![0-9]).*")
_SAVE_AGAIN: Final = "Save it again as “CSV UTF-8” from the spreadsheet."


def read(content: bytes, known: KnownNames) -> Reading:
    """Raises FileRefused for bytes that are no text, and for text that is no well-formed CSV."""
    text, notes = decoded(content)
    if "\x00" in text:
        row = text.count("\n", 0, text.index("\x00")) + 1
        sentence = f"The file is no text: line {row:,} holds a zero byte."
        raise FileRefused(sentence, "Export it again, as “CSV UTF-8”.", code="FILE-ENCODING")
    in_parts = _Pass(text, known, notes)
    return Reading(in_parts.rows(), notes, in_parts.delimiter == ";", in_parts.delimiter)


def _line_end(text: str) -> str:
    """What ends the rows: a carriage return alone where the first line ends so, as in files of old Macs."""
    is_quoted = False
    for place, sign in enumerate(text[:_SAMPLE]):
        if sign == '"':
            is_quoted = not is_quoted
        elif sign in "\r\n" and not is_quoted:
            return "\n" if text.startswith(("\n", "\r\n", "\r\r\n"), place) else "\r"
    return "\n"


class _Pass:
    """One pass over the text of a file."""

    def __init__(self, text: str, known: KnownNames, notes: list[str]) -> None:
        self._text = text
        self._notes = notes
        self._line_end = _line_end(text)
        self._lines: list[str] = []  # those of the row that is read
        self._signs = Signs()
        self._stray: list[int] = []
        first = text[:_SAMPLE].partition(self._line_end)[0].rstrip("\r")
        sep = _SEP_LINE.match(first)  # the line by which Excel is told the delimiter
        self._has_sep_line = sep is not None
        self.delimiter = sep[1] if sep is not None else _delimiter(text[:_SAMPLE], known)
        self._width = 0
        self._usual = 0

    def rows(self) -> Iterator[Row]:
        """The rows count as in a spreadsheet, where a cell with line breaks is still in one row."""
        csv.field_size_limit(LONGEST_CELL * 4)
        reader = csv.reader(self._numbered_lines(), delimiter=self.delimiter, strict=True)
        number = 0
        while True:
            self._lines.clear()
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise _refused(str(error), number + 1) from error
            if cells is None:
                self._notes += self._found()
                return
            number += 1
            if number == 1 and self._has_sep_line:
                continue
            if number > MOST_BLANK_ROWS:
                raise FileRefused("The file has too many blank rows.", "Remove them.", code="FILE-ROWS")
            if any(cells):
                yield self._row(number, cells)

    def _numbered_lines(self) -> Iterator[str]:
        start = 0
        while start < len(self._text):
            # No text stream: those translate line ends, also the ones inside of cells.
            end = self._text.find(self._line_end, start)
            following = len(self._text) if end < 0 else end + len(self._line_end)
            line = self._text[start:following]
            start = following
            self._lines.append(line)
            yield line

    def _row(self, number: int, cells: list[str]) -> Row:
        if '"' in "".join(cells):
            self._judge_quotes(number)
        self._width = self._width or (len(cells) if sum(map(bool, cells)) > 2 else 0)
        cut = self._cut_number(cells)
        while not cells[-1]:
            cells.pop()
        del cells[MOST_COLUMNS + 1 :]  # one more is refused; there may be millions
        cell = self._signs.cell
        made = [
            cell(text, number, concerns=(*self._concerns(text), *cut.get(place, ())))
            for place, text in enumerate(cells)
        ]
        return Row(number, trimmed(made))

    def _cut_number(self, cells: list[str]) -> dict[int, tuple[str, ...]]:
        """By its place, the cell that makes one number with the next, where blank cells are left over at the end.

        Where those are filled, they belong to no column, which is told anyway.
        """
        if self.delimiter != "," or not 0 < self._width < len(cells) <= MOST_COLUMNS or any(cells[self._width :]):
            return {}
        self._usual = self._usual or self._usual_width()
        for place in range(len(cells) - 1):
            front, back = cells[place].strip(), cells[place + 1].strip()
            whole = f"{front},{back}"
            is_number = _FRONT.fullmatch(front) and _BACK.fullmatch(back)
            if is_number and (len(cells) > self._usual or _THOUSANDS.fullmatch(whole)):
                return {place: (f"The row has too many cells, and this one may be cut in two: “{whole}”.",)}
        return {}

    def _usual_width(self) -> int:
        """As many cells as the shortest whole row has: in some files each row ends with a delimiter more."""
        lines = self._text[:_SAMPLE].split(self._line_end)
        reader = csv.reader(lines[:-1] if len(self._text) > _SAMPLE else lines, delimiter=self.delimiter)
        try:
            widths = [len(row) for row in islice(reader, 1, None) if len(row) >= self._width and any(row)]
        except csv.Error:
            return self._width
        return min(widths, default=self._width)

    def _judge_quotes(self, row: int) -> None:
        """Quotes inside a cell that is not quoted stand for themselves; behind a space nobody knows what they are."""
        outside = f'[^"{re.escape(self.delimiter)}\r\n][^{re.escape(self.delimiter)}\r\n]*'
        for found in re.finditer(f'"(?:[^"]|"")*+"|({outside})', "".join(self._lines)):
            bare = found[1] or ""
            if bare.lstrip(" \t\u00a0").startswith('"'):
                sentence = f"Row {row:,} cannot be read: a space stands before the quotation mark that opens a cell."
                raise FileRefused(sentence, f"Remove the space. Or: {_SAVE_AGAIN}", code="FILE-CSV")
            if '"' in bare:
                self._stray.append(row)
                return

    def _concerns(self, cell: str) -> tuple[str, ...]:
        """A cell in which a line is a whole row of the file: the mark that closes it was probably forgotten."""
        if "\n" not in cell or self._width < 3:
            return ()
        for line in cell.split("\n")[1:]:
            parts = line.split(self.delimiter)
            if len(parts) == self._width and not any(part.startswith(" ") for part in parts):
                return ("It holds what looks like a whole row; a quotation mark may be missing.",)
        return ()

    def _found(self) -> list[str]:
        notes = self._signs.notes()
        if self._stray:
            some = ", ".join(f"{row:,}" for row in self._stray[:5])
            more = f" and {len(self._stray) - 5:,} more" if len(self._stray) > 5 else ""
            notes.append(f"Quotation marks inside unquoted cells were read as they stand: rows {some}{more}.")
        return notes


def _delimiter(sample: str, known: KnownNames) -> str:
    """The one that splits the first rows best: into the most columns that are known, then into the most."""

    def worth(delimiter: str) -> tuple[int, int]:
        try:
            reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            rows = list(islice(filter(any, reader), _SAMPLE_ROWS))
        except csv.Error:
            return 0, 0
        filled = max((sum(1 for cell in row if cell.strip()) for row in rows[:5]), default=0)
        return max((known.score(row) for row in rows), default=0), filled

    return max(DELIMITERS, key=worth)


def _refused(reason: str, row: int) -> FileRefused:
    """What the reader of the standard library says, in words of people. `row` is where the malformed row begins."""
    if "unexpected end" in reason:
        what = "a quotation mark opens a cell there and is never closed"
        advice = "Close it, or write a quotation mark inside a cell twice."
    elif "expected after" in reason:
        what = "text follows the quotation mark that closes a cell; one before it may not be closed"
        advice = "Write a quotation mark inside a cell twice, and put the cell between quotation marks."
    elif "new-line" in reason:
        what = "a line break of another kind than that of the rows stands inside a cell that is not quoted"
        advice = _SAVE_AGAIN
    elif "field limit" in reason:
        what = f"a cell has more than {LONGEST_CELL:,} characters, or a quotation mark is not closed"
        advice = "Shorten it, or close the quotation mark."
    else:
        what, advice = "it is not well-formed", _SAVE_AGAIN
    return FileRefused(f"The file cannot be read from row {row:,} on: {what}.", advice, code="FILE-CSV")
