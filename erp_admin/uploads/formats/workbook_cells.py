"""A cell of a sheet as what it says and shows: texts, exact numbers, dates, and what a person should know of it.

Owns how stored values and styles become cells. Opens no archive and knows no rows. Nothing odd in one cell ends the
reading of the others.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from openpyxl.utils.datetime import from_ISO8601
from openpyxl.xml.constants import SHEET_MAIN_NS

from erp_admin.uploads.formats.number_formats import Section, number_format, section_for, shown_date, shown_number
from erp_admin.uploads.formats.signs import Signs
from erp_admin.uploads.formats.table import BLANK, Cell, CellKind

MAIN: Final = f"{{{SHEET_MAIN_NS}}}"
_VALUE: Final = f"{MAIN}v"
_INLINE: Final = f"{MAIN}is"
_FORMULA: Final = f"{MAIN}f"
_TEXT: Final = f"{MAIN}t"
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_FIRST_NO_DATE: Final = Decimal(2_958_466)  # the day after 9999-12-31
_MOST_DIGITS: Final = 15  # that Excel keeps
_LARGEST_POWER: Final = 308
_OFF: Final = ("0", "false", "off")
_STRUCK: Final = "It is struck out."
_STRUCK_PARTLY: Final = "A part of it is struck out."
_UNREADABLE: Final = "The workbook holds no readable value."
_NEGATIVE: Final = re.compile(r"[-(\u2012-\u2015\u2212]|\b(?:cr|credit|minus|neg)\b|(?<=[0-9])cr\b", re.IGNORECASE)
_UNCOMPUTED: Final = "It holds a formula that was never computed."


@dataclass(frozen=True)
class Style:
    pattern: str = "General"
    is_struck: bool = False


_NO_STYLE: Final = Style()


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the workbook; `is_struck_partly`: some of its runs are struck out."""

    text: str
    is_struck_partly: bool = False


@dataclass
class Found:
    """What was met in the cells of a sheet and a person should know."""

    formulas: int = 0
    uncomputed: list[str] = field(default_factory=list)

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


def unescaped(text: str) -> str:
    """The signs that the format writes as `_x000D_`, undone once: `_x005F_x000D_` is the text `_x000D_`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def text_of(entry: Any) -> Text:
    """The text of a string entry, of all its runs; how it sounds (phonetic runs) left out."""
    if len(entry) == 1 and entry[0].tag == _TEXT:
        return Text(unescaped(entry[0].text or ""))
    parts = [part.text or "" for part in entry.iterfind(_TEXT)]
    struck = shown = 0
    for run in entry.iterfind(f"{MAIN}r"):
        text = "".join(part.text or "" for part in run.iterfind(_TEXT))
        parts.append(text)
        if text.strip():
            mark = run.find(f"{MAIN}rPr/{MAIN}strike")
            is_struck = mark is not None and mark.get("val", "1") not in _OFF
            struck, shown = struck + is_struck, shown + (not is_struck)
    return Text(unescaped("".join(parts)), is_struck_partly=bool(struck))


def styles_of(tree: Any) -> list[Style]:
    """The styles of cells by their position, of which the number format and the strike matter here."""
    own = {_whole(entry.get("numFmtId")): entry.get("formatCode", "") for entry in tree.iter(f"{MAIN}numFmt")}
    fonts = [
        mark is not None and mark.get("val", "1") not in _OFF
        for mark in (font.find(f"{MAIN}strike") for font in tree.iterfind(f"{MAIN}fonts/{MAIN}font"))
    ]
    return [
        Style(number_format(_whole(entry.get("numFmtId")), own), _at(fonts, _whole(entry.get("fontId"))))
        for entry in tree.iterfind(f"{MAIN}cellXfs/{MAIN}xf")
    ]


def _whole(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 0


def _at(fonts: list[bool], place: int) -> bool:
    return fonts[place] if place < len(fonts) else False


class CellReader:
    """The cells of one sheet. `epoch` is the day from which the workbook counts."""

    def __init__(self, strings: list[Text], styles: list[Style], epoch: date, signs: Signs) -> None:
        self._strings = strings
        self._styles = styles
        self._epoch = datetime(epoch.year, epoch.month, epoch.day)  # noqa: DTZ001 - a workbook knows no time zones
        self._signs = signs
        self.found = Found()

    def cell(self, element: Any, row: int) -> Cell:
        """The cell of an element `c`; blank where it holds no value."""
        value = inline = None
        is_formula = False
        for child in element:
            if child.tag == _VALUE:
                value = child.text or ""
            elif child.tag == _INLINE:
                inline = child
            else:
                is_formula = is_formula or child.tag == _FORMULA
        if is_formula:
            self.found.formulas += 1
            if value is None and inline is None:
                self.found.uncomputed.append(element.get("r", f"a cell of row {row}"))
                return Cell("", CellKind.ERROR, concerns=(_UNCOMPUTED,))
        kind = element.get("t", "n")
        if kind == "inlineStr" and inline is not None:
            return self._text(text_of(inline), row, self._struck(element))
        if not value or kind == "inlineStr" or not value.strip():
            return BLANK
        made = self._read(kind, value.strip(), element, row)
        if made is None:
            return self._signs.cell(value, row, kind=CellKind.ERROR, concerns=(_UNREADABLE,))
        return made

    def _read(self, kind: str, value: str, element: Any, row: int) -> Cell | None:
        """What is stored, by its type; None where it is not what the type says."""
        struck = self._struck(element)
        match kind:
            case "s":
                return self._shared(value, row, struck)
            case "n":
                return self._number(value, self._style(element), struck)
            case "str":
                return self._signs.cell(unescaped(value), row, concerns=struck)
            case "b":
                return _yes_no(value, struck)
            case "e":
                return self._signs.cell(value, row, kind=CellKind.ERROR)
            case "d":
                return _iso_date(value, struck)
        return None

    def _struck(self, element: Any) -> tuple[str, ...]:
        return (_STRUCK,) if self._style(element).is_struck else ()

    def _style(self, element: Any) -> Style:
        place = _whole(element.get("s"))
        return self._styles[place] if place < len(self._styles) else _NO_STYLE

    def _text(self, text: Text, row: int, struck: tuple[str, ...]) -> Cell:
        concerns = struck or ((_STRUCK_PARTLY,) if text.is_struck_partly else ())
        return self._signs.cell(text.text, row, concerns=concerns)

    def _shared(self, value: str, row: int, struck: tuple[str, ...]) -> Cell | None:
        place = int(value) if value.isdecimal() and len(value) < 10 else len(self._strings)
        return self._text(self._strings[place], row, struck) if place < len(self._strings) else None

    def _number(self, value: str, style: Style, struck: tuple[str, ...]) -> Cell | None:
        number = exact(value)
        if number is None:
            return None
        digits = _digits(number)
        if style.pattern == "General" and not struck and len(value) <= _MOST_DIGITS:
            return Cell(digits, CellKind.NUMBER)
        section, positive = section_for(style.pattern, number)
        if section.is_date:
            return self._date(number, digits, section, struck)
        concerns = struck
        if len(value.lstrip("-").replace(".", "").strip("0")) > _MOST_DIGITS and value.lstrip("-").isdecimal():
            concerns = (*struck, f"It has more than {_MOST_DIGITS} digits; a spreadsheet keeps no more.")
        shown = shown_number(section, positive)
        if not shown and not section.tokens:
            concerns = (*concerns, "Its format shows nothing.")
        if number < 0 and positive > 0 and shown and not _NEGATIVE.search(shown) and not section.is_colored:
            concerns = (*concerns, "Its format hides that it is negative.")
        text = f"{_digits(number.scaleb(2))}%" if section.is_percent else digits
        return Cell(text, CellKind.NUMBER, "" if shown == text else shown, section.currency, concerns)

    def _date(self, number: Decimal, digits: str, section: Section, struck: tuple[str, ...]) -> Cell:
        if not 0 <= number < _FIRST_NO_DATE:
            return Cell(digits, CellKind.NUMBER, "####", concerns=struck)  # as the spreadsheet shows it
        moment = self._moment(number)
        shown = shown_date(section, moment, number)
        if section.is_elapsed or number < 1:
            return Cell(digits, CellKind.NUMBER, shown, concerns=struck)
        text = moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat(" ")
        return Cell(text, CellKind.DATE, "" if shown == text else shown, concerns=struck)

    def _moment(self, number: Decimal) -> datetime:
        """To the second, as far as a binary fraction can tell."""
        if number < 60 and self._epoch.year == 1899:
            number += 1  # Excel counts a 29 February 1900 that never was
        seconds = int((number * 86_400).to_integral_value())
        return min(self._epoch + timedelta(seconds=seconds), datetime(9999, 12, 31))  # noqa: DTZ001


def exact(value: str) -> Decimal | None:
    """A stored number with the 15 digits that Excel keeps; what a binary fraction adds beyond them nobody entered."""
    if value.isdecimal() and value.isascii() and len(value) <= _MOST_DIGITS:
        return Decimal(value)
    if _NUMBER.fullmatch(value) is None:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if not number.is_finite() or (number and abs(number.adjusted()) > _LARGEST_POWER):
        return None
    if len(number.as_tuple().digits) > _MOST_DIGITS and not value.lstrip("-").isdecimal():
        number = Decimal(f"{number:.{_MOST_DIGITS - 1}e}").normalize()
    return number


def _digits(number: Decimal) -> str:
    if not number:
        return "0"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _yes_no(value: str, struck: tuple[str, ...]) -> Cell | None:
    known = {"1": "yes", "true": "yes", "0": "no", "false": "no"}.get(value.lower())
    return Cell(known, CellKind.YES_NO, concerns=struck) if known is not None else None


def _iso_date(value: str, struck: tuple[str, ...]) -> Cell | None:
    try:
        moment = from_ISO8601(value)
    except ValueError:
        return None
    if isinstance(moment, datetime):
        is_day = moment.time() == datetime.min.time()
        return Cell(moment.date().isoformat() if is_day else moment.isoformat(" "), CellKind.DATE, concerns=struck)
    return Cell(moment.isoformat(), CellKind.DATE, concerns=struck) if isinstance(moment, date) else Cell(value)
