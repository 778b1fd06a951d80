"""Cells of files that people open in a spreadsheet: shown, never computed. The one guard against formulas.

Owns which texts a spreadsheet would compute, and the way back. Must not know what a file is about.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

# A cell that begins so is taken for a formula: owasp.org/www-community/attacks/CSV_Injection. Full-width, small and
# raised signs are read as the plain ones in some locales, so a sign is judged by what it stands for. What cannot be
# seen before it is passed over: programs leave it out, or people do.
_FORMULA_SIGNS: Final = frozenset("=+-@|\u2212")
_ALWAYS: Final = ("\t", "\r", "\n")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_NUMBER: Final = re.compile(r"[-+]?[$€£¥]?[0-9.,]+(?:[ \u00a0\u202f][0-9.,]{3,})*(?:[eE][-+]?[0-9]+)?%?")
_DIGIT: Final = re.compile(r"[0-9]")
_LINES_AT_ONCE: Final = 500
BYTE_ORDER_MARK: Final = "\ufeff"  # without it Excel takes a CSV file for Windows-1252


def safe_cell(text: str) -> str:
    """The text behind an apostrophe where a spreadsheet would compute it. Numbers stay numbers, negative ones too."""
    if text[:1].isalnum() or not _begins_as_formula(text):  # nearly all, of the millions that a list has
        return text
    number = text.lstrip(" ")
    is_number = _NUMBER.fullmatch(number) is not None and _DIGIT.search(number) is not None
    return text if is_number else f"'{text}"


def unguarded(text: str) -> str:
    """The text as it was before `safe_cell`."""
    return text[1:] if text.startswith("'") and _begins_as_formula(text[1:]) else text


def _begins_as_formula(text: str) -> bool:
    if text.startswith(_ALWAYS):
        return True
    for sign in text:
        if unicodedata.category(sign) not in _UNSEEN:
            return unicodedata.normalize("NFKC", sign) in _FORMULA_SIGNS
    return False


def csv_line(cells: Iterable[str], delimiter: str = ",") -> str:
    """One line of a file, its end included."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerow([safe_cell(cell) for cell in cells])
    return stream.getvalue()


def as_csv(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The file in pieces of many lines, made as the rows are read; the first line is sent at once."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    stream.write(BYTE_ORDER_MARK)
    for number, row in enumerate(rows):
        writer.writerow(map(safe_cell, row))
        if number % _LINES_AT_ONCE == 0:
            yield _taken(stream)
    yield _taken(stream)


def _taken(stream: io.StringIO) -> str:
    text = stream.getvalue()
    stream.seek(0)
    stream.truncate()
    return text
