"""A cell as a value of its column, or the sentence that says what is wrong with it and how to fix it.

Owns what each kind of column takes of which kind of cell. Must not read numbers and dates itself: the grammar does.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from erp_admin.documents.columns import Column, Value, plain
from erp_admin.grammar.currencies import agrees, currency_named, narrower, read_currency
from erp_admin.grammar.dates import read_date
from erp_admin.grammar.identifiers import is_dated, is_formula_error, is_shortened, is_too_narrow, shows_plainly
from erp_admin.grammar.measures import AMOUNT, PERCENT, PRICE, QUANTITY, WHOLE, Measure
from erp_admin.grammar.numbers import Number, read_certain, read_number
from erp_admin.grammar.problems import InDoubt, Question, Suggestion, Unreadable
from erp_admin.grammar.signs import name_of, visible
from erp_admin.grammar.style import Style
from erp_admin.uploads.formats.table import Cell, CellKind
from erp_admin.uploads.shown import beside_shown

__all__ = ["InDoubt", "ParsedValue", "Question", "Style", "Unreadable", "parse_cell"]

MEASURES: Final[Mapping[Value, Measure]] = MappingProxyType(
    {
        Value.AMOUNT: AMOUNT,
        Value.QUANTITY: QUANTITY,
        Value.PRICE: PRICE,
        Value.PERCENT: PERCENT,
        Value.WHOLE: WHOLE,
    }
)
_AS_TEXT: Final = "Give the column the format Text in the spreadsheet, and type the value again."


@dataclass(frozen=True)
class ParsedValue:
    """`value` is plain JSON: text, ISO date, decimal as text, whole number.

    `currency` and `unit` stood beside the digits, or in the format of the cell. `removed` names the signs that cannot
    be seen and were left out.
    """

    value: str | int
    currency: str = ""
    unit: str = ""
    removed: tuple[str, ...] = ()


def parse_cell(column: Column, cell: Cell, style: Style) -> ParsedValue:
    """The value of a cell that is filled in. Raises Unreadable; InDoubt where only the style of the file is missing."""
    text, removed = visible(cell.text, keeps_joiners=column.value is Value.TEXT)
    written, cell = cell.text, replace(cell, text=text.strip())
    _refuse_failed(cell)
    match column.value:
        case Value.DATE:
            parsed = ParsedValue(_date(cell, style))
        case Value.CHOICE:
            parsed = ParsedValue(_choice(column, cell.text))
        case Value.CURRENCY:
            parsed = ParsedValue(read_currency(cell.text))
        case Value.TEXT | Value.NUMBER:
            parsed = ParsedValue(_text(column, _as_shown(column, cell)))
        case _:
            parsed = _number(column, cell, written, style)
    return replace(parsed, removed=removed)


def _refuse_failed(cell: Cell) -> None:
    if not cell.text:
        raise Unreadable("Only signs that cannot be seen stand here.", "Empty the cell, or type its value.")
    if cell.kind is CellKind.ERROR or is_formula_error(cell.text):
        sentence = f"The spreadsheet shows the error {cell.text} here."
        raise Unreadable(sentence, "Correct the formula, or type the value.")
    if is_too_narrow(cell.text):
        sentence = "The spreadsheet's column was too narrow to show the value."
        raise Unreadable(sentence, "Widen the column, and save the file again.")
    if "\ufffd" in cell.text:
        sentence = "A sign was lost here before: the file shows “\ufffd” in its place."
        raise Unreadable(sentence, "Type the value again, or save the file as UTF-8.")


def _number(column: Column, cell: Cell, written: str, style: Style) -> ParsedValue:
    measure = MEASURES[column.value]
    if cell.kind in (CellKind.DATE, CellKind.YES_NO):
        noun = "date" if cell.kind is CellKind.DATE else "yes or no"
        raise Unreadable(
            f"The cell holds a {noun}, not {measure.noun}.", "Give it the format Number, and type the value."
        )
    is_certain = cell.kind is CellKind.NUMBER
    number = read_certain(cell.text, measure) if is_certain else read_number(written, style, measure)
    if is_certain and cell.shown:
        said = beside_shown(cell.shown, number, measure)
        number = replace(number, currency=number.currency or said.currency, unit=number.unit or said.unit)
    currency = _currency_of(cell, number, measure)
    value = int(number.value) if column.value is Value.WHOLE else f"{number.value:f}"
    return ParsedValue(value, currency, number.unit)


def _currency_of(cell: Cell, number: Number, measure: Measure) -> str:
    shown = currency_named(cell.currency) or cell.currency
    if shown and not measure.takes_currency:
        sentence = f"A currency does not belong to {measure.noun}, and the format of the cell shows {shown}."
        raise Unreadable(sentence, "Give the cell the format Number.")
    if not agrees(shown, number.currency):
        sentence = f"The cell says {number.currency}, and its format {shown}."
        raise Unreadable(sentence, "Give the cell the format of its currency.")
    return narrower(shown, number.currency)


def _date(cell: Cell, style: Style) -> str:
    if cell.kind is CellKind.YES_NO:
        raise Unreadable("The cell holds a yes or no, not a date.", "Write it as YYYY-MM-DD.")
    return read_date(cell.text, style).isoformat()


# Texts.


def _as_shown(column: Column, cell: Cell) -> str:
    """What the sheet shows of a name: a number keeps its zeros so, and a date is none that somebody typed."""
    shown = cell.shown or cell.text
    if column.is_prose:
        return shown
    if cell.kind is CellKind.DATE:
        raise Unreadable(f"The spreadsheet made a date of this: {cell.text}, shown as {shown}.", _AS_TEXT)
    if cell.kind is CellKind.YES_NO and column.value is Value.NUMBER:
        raise Unreadable("The spreadsheet made a yes or no of this.", _AS_TEXT)
    if cell.kind is CellKind.NUMBER:
        if cell.currency or not shows_plainly(shown):
            raise Unreadable(f"The spreadsheet made a number of this, shown as {shown}.", _AS_TEXT)
        return shown
    return _typed(cell.text)


def _typed(text: str) -> str:
    """The text, unless it is what a spreadsheet makes of another one. An apostrophe in front: it is meant so."""
    marked = text.removeprefix("'")
    if not is_shortened(marked) and not is_dated(marked):
        return text
    if marked != text:
        return marked
    meant = Suggestion(f"'{text}", text)
    what = "a rounded number" if is_shortened(text) else "a date"
    sentence = f"This looks like {what} that a spreadsheet made of what was typed."
    raise Unreadable(
        sentence,
        f"{_AS_TEXT} If it is meant so, write {meant.text} with its apostrophe; in a spreadsheet type two.",
        [meant],
    )


def _text(column: Column, text: str) -> str:
    if len(text) > column.longest:
        raise Unreadable(
            f"The text has {len(text):,} characters; at most {column.longest:,} fit.",
            f"Shorten it by {len(text) - column.longest:,}.",
        )
    bad = sorted({sign for sign in text if sign in column.forbidden or not sign.isprintable()})
    if column.value is Value.NUMBER and bad:
        signs = " ".join("line break" if sign in "\r\n" else name_of(sign).strip("“”") for sign in bad)
        raise Unreadable(f"Intacct does not take {signs} in a number.", "Use letters, digits, dashes and dots.")
    return text


def _choice(column: Column, text: str) -> str:
    named = {plain(label): value for value, label in column.choices} | {
        plain(value): value for value, _ in column.choices
    }
    named |= {plain(name): value for name, value in column.short_choices}
    found = named.get(plain(text))
    if found is not None:
        return found
    labels = [Suggestion(label, value) for value, label in column.choices]
    near = difflib.get_close_matches(plain(text), named, n=1, cutoff=0.7)
    meant = f" Did you mean {dict(column.choices)[named[near[0]]]}?" if near else ""
    fix = f"Write {' or '.join(label.text for label in labels)}."
    raise Unreadable(f"This is none of the choices.{meant}", fix, labels)
