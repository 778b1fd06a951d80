"""XLSX workbooks, read and written with the standard library: the first visible sheet, and what Excel last computed.

The only module outside the protocol packages that parses XML; hardened, and with limits against files that unpack to
more than they seem. Structure: ECMA-376, SpreadsheetML.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from enum import Enum
from typing import Any, Final

from lxml import etree

from erp_admin.uploads.formats.table import Cell, FileRefused, Row, Table, cleaned

MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_SHARED_STRINGS: Final = 1_000_000
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Formats that show a date, of those that every workbook has (ECMA-376, 18.8.30).
_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_PERCENT_FORMATS: Final = frozenset({9, 10})
_LAST_COLUMN: Final = 16_384
_FIRST_NO_DATE: Final = 2_958_466  # the day after 9999-12-31
_HARDENED: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
}
_DAMAGE: Final = (
    etree.XMLSyntaxError,
    zipfile.BadZipFile,
    zlib.error,
    LookupError,  # a part, a shared string that is not there
    ValueError,
    EOFError,
    NotImplementedError,  # a compression that Python does not know
    RuntimeError,  # an entry with a password
)
_BROKEN = "Open it in the spreadsheet program and save it again as .xlsx, or as CSV."


class Shows(Enum):
    """What a cell shows a number as, where that is not the number itself."""

    DATE = "date"
    PERCENT = "percent"


def read(content: bytes) -> Table:
    """Raises FileRefused for what is no workbook, for one that is broken, and for one that unpacks to too much."""
    try:
        book = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise FileRefused("The workbook is damaged.", _BROKEN, code="FILE-XLSX") from error
    if sum(entry.file_size for entry in book.infolist()) > MOST_UNPACKED:
        raise FileRefused(
            f"The workbook unpacks to more than {MOST_UNPACKED // 1024 // 1024} MB.",
            "Keep only the sheet with the documents, without pictures and empty formatted rows.",
            code="FILE-UNPACKED",
        )
    table = Table(iter(()))
    table.rows = _guarded(book, table.notes)
    return table


def _guarded(book: zipfile.ZipFile, notes: list[str]) -> Iterator[Row]:
    try:
        yield from _rows(book, notes)
    except _DAMAGE as error:
        raise FileRefused("The workbook is damaged, or not an Excel workbook.", _BROKEN, code="FILE-XLSX") from error


def _rows(book: zipfile.ZipFile, notes: list[str]) -> Iterator[Row]:
    path, is_1904, others = _sheet(book)
    if others:
        notes.append(f"Only the first visible sheet was read; {others} more in the workbook.")
    strings, styles = _shared_strings(book), _styles(book)
    epoch = date(1904, 1, 1) if is_1904 else date(1899, 12, 30)  # Excel counts a 29 February 1900 that never was
    seen = _Seen()
    number = 0
    for element in _elements(book, path, "row"):
        number = int(element.get("r", number + 1))
        cells: dict[int, str] = {}
        column = 0
        for cell in element.iterfind(f"{_MAIN}c"):
            column = _column(cell.get("r", ""), column)
            cells[column] = _text(cell, strings, styles, epoch, seen)
        yield Row(number, tuple(Cell(cells.get(place, "")) for place in range(1, max(cells, default=0) + 1)))
    notes += seen.notes()


class _Seen:
    """What was met in the cells and a person should know."""

    def __init__(self) -> None:
        self.formulas = 0
        self.uncomputed: list[str] = []

    def notes(self) -> list[str]:
        found = []
        if self.formulas:
            found.append(f"Cells with formulas: {self.formulas:,}. The values Excel last computed were read.")
        if self.uncomputed:
            some = ", ".join(self.uncomputed[:5])
            found.append(
                f"Formulas without a computed value: {len(self.uncomputed):,}, among them {some}. They count as empty. "
                "Open the workbook in the spreadsheet program, save it, and upload it again."
            )
        return found


def _sheet(book: zipfile.ZipFile) -> tuple[str, bool, int]:
    """Path of the first visible sheet, whether dates count from 1904, and how many other visible sheets there are."""
    workbook = _tree(book, "xl/workbook.xml")
    facts = workbook.find(f"{_MAIN}workbookPr")
    is_1904 = facts is not None and facts.get("date1904", "") in ("1", "true")
    visible = [sheet for sheet in workbook.iter(f"{_MAIN}sheet") if sheet.get("state", "visible") == "visible"]
    if not visible:
        raise FileRefused("The workbook has no visible sheet.", _BROKEN, code="FILE-XLSX")
    wanted = visible[0].get(_RELATION)
    for relation in _tree(book, "xl/_rels/workbook.xml.rels"):
        if relation.get("Id") == wanted:
            target = relation.get("Target", "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}", is_1904, len(visible) - 1
    raise FileRefused("The workbook is damaged: its sheet is missing.", _BROKEN, code="FILE-XLSX")


def _tree(book: zipfile.ZipFile, name: str) -> Any:
    root = etree.fromstring(book.read(name), etree.XMLParser(**_HARDENED))
    _refuse_document_type(root)
    return root


def _refuse_document_type(element: Any) -> None:
    """No workbook declares one, and the entities it may define would be left out of the texts without a word."""
    if element.getroottree().docinfo.doctype:
        raise ValueError("no workbook declares a document type")


def _elements(book: zipfile.ZipFile, name: str, tag: str) -> Iterator[Any]:
    """Elements of a large part, each freed after use."""
    with book.open(name) as stream:
        for _, element in etree.iterparse(stream, tag=f"{_MAIN}{tag}", **_HARDENED):
            _refuse_document_type(element)
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _shared_strings(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    strings: list[str] = []
    for entry in _elements(book, "xl/sharedStrings.xml", "si"):
        strings.append(_plain(entry))
        if len(strings) > MOST_SHARED_STRINGS:
            raise FileRefused(
                "The workbook holds too many texts.", "Split it into several files.", code="FILE-UNPACKED"
            )
    return strings


def _plain(entry: Any) -> str:
    """The text of a string entry, of all its runs; how it sounds (phonetic runs) left out."""
    direct = [part.text or "" for part in entry.iterfind(f"{_MAIN}t")]
    runs = [part.text or "" for part in entry.iterfind(f"{_MAIN}r/{_MAIN}t")]
    return "".join(direct + runs)


def _styles(book: zipfile.ZipFile) -> dict[int, Shows]:
    """What the cell styles, by position, show a number as; plain numbers left out."""
    if "xl/styles.xml" not in book.namelist():
        return {}
    styles = _tree(book, "xl/styles.xml")
    shows: dict[int, Shows] = dict.fromkeys(_DATE_FORMATS, Shows.DATE) | dict.fromkeys(_PERCENT_FORMATS, Shows.PERCENT)
    for entry in styles.iter(f"{_MAIN}numFmt"):
        shown = _shown_by(entry.get("formatCode", ""))
        if shown is not None:
            shows[int(entry.get("numFmtId", "0"))] = shown
    formats = styles.find(f"{_MAIN}cellXfs")
    used = [int(entry.get("numFmtId", "0")) for entry in formats] if formats is not None else []
    return {position: shows[number] for position, number in enumerate(used) if number in shows}


def _shown_by(number_format: str) -> Shows | None:
    """What a format code shows, without its quoted texts, escaped signs and brackets such as [Red] or [$-409]."""
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", number_format.lower())
    if "d" in plain or "y" in plain:
        return Shows.DATE
    return Shows.PERCENT if "%" in plain else None


def _column(reference: str, before: int) -> int:
    letters = [sign for sign in reference if sign.isalpha()]
    if not letters:
        return before + 1
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter.upper()) - 64
    if not 0 < number <= _LAST_COLUMN:
        raise ValueError(f"no column {reference}")
    return number


def _text(cell: Any, strings: list[str], styles: dict[int, Shows], epoch: date, seen: _Seen) -> str:
    kind = cell.get("t", "n")
    inline, value = cell.find(f"{_MAIN}is"), cell.findtext(f"{_MAIN}v")
    if cell.find(f"{_MAIN}f") is not None:
        seen.formulas += 1
        if value is None:
            seen.uncomputed.append(cell.get("r", "?"))
    if kind == "inlineStr":
        return cleaned(_plain(inline)) if inline is not None else ""
    if value is None:
        return ""
    if kind == "s":
        return cleaned(strings[int(value)])
    if kind == "b":
        return "yes" if value == "1" else "no"
    if kind == "d":
        return cleaned(value)
    if kind in ("str", "e"):
        return cleaned(value)
    return _number(value, styles.get(int(cell.get("s", "0"))), epoch)


def _number(value: str, shown: Shows | None, epoch: date) -> str:
    number = float(value)
    if shown is Shows.DATE and 0 < number < _FIRST_NO_DATE:
        return (epoch + timedelta(days=int(number))).isoformat()
    if shown is Shows.PERCENT:
        return f"{_digits(number * 100)}%"
    return _digits(number)


def _digits(number: float) -> str:
    """Excel keeps 15 digits; what a binary fraction adds beyond them was never entered by anybody."""
    text = f"{number:.15g}"
    return text if "e" not in text else f"{number:.6f}".rstrip("0").rstrip(".")
