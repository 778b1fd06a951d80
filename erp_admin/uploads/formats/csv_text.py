"""CSV files in the encodings and with the delimiters that spreadsheets write.

Decides by the content, and notes what it decided where a person should know.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Final

from erp_admin.uploads.formats.table import LONGEST_CELL, Cell, FileRefused, Row, Table, cleaned

DELIMITERS: Final = ",;\t"
_SAMPLE_LINES = 20


def read(content: bytes) -> Table:
    """Raises FileRefused for bytes that are no text."""
    text, notes = _decoded(content)
    delimiter = _delimiter(text)
    table = Table(iter(()), notes, comma_decimals=delimiter == ";")
    table.rows = _rows(text, delimiter)
    return table


def _decoded(content: bytes) -> tuple[str, list[str]]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strictly(content, "utf-16"), []
    if content.startswith(codecs.BOM_UTF8):
        return _strictly(content, "utf-8-sig"), []
    if b"\x00" in content[:200]:  # UTF-16 without its mark: every second byte of plain text is zero
        return _strictly(content, "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"), []
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        note = "The file is not in UTF-8; it was read as Windows-1252. Check names with accents."
        return _strictly(content, "cp1252"), [note]


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused(
            f"The file's text cannot be read: byte {error.start:,} fits no known encoding.",
            "Save it as “CSV UTF-8”.",
            code="FILE-ENCODING",
        ) from error


def _delimiter(text: str) -> str:
    """The one that splits the first lines into the most columns, quotes respected; a comma when none splits."""
    first = text.split("\n", 1)[0].strip().lower()
    if first.startswith("sep=") and len(first) == 5:  # the line by which Excel is told the delimiter
        return first[-1]
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]

    def columns(delimiter: str) -> int:
        try:
            rows = list(csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            return 0
        return max((len([cell for cell in row if cell.strip()]) for row in rows[:5]), default=0)

    return max(DELIMITERS, key=columns)


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    # The rows count as in a spreadsheet, where a cell with a line break is still one row.
    csv.field_size_limit(LONGEST_CELL * 4)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    try:
        for cells in reader:
            number += 1
            if number == 1 and len(cells) <= 2 and cells and cells[0].lower().startswith("sep="):
                continue
            yield Row(number, tuple(Cell(cleaned(cell)) for cell in cells))
    except csv.Error as error:
        raise FileRefused(
            f"The file cannot be read after row {number}: a quotation mark is not closed, or a cell is too long.",
            "Save it again as “CSV UTF-8” from the spreadsheet.",
            code="FILE-CSV",
        ) from error
