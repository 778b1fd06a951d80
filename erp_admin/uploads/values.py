"""A cell's text as a value of its column, or the sentence that says what is wrong with it and how to fix it.

Guesses nothing: a text that can be read in two ways is a problem. Money is Decimal from the first sign on.
"""

import difflib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from erp_admin.documents.columns import Column, Value, plain

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EARLIEST, _LATEST = date(1990, 1, 1), date(2099, 12, 31)
_PLACES: Final = {Value.AMOUNT: 2, Value.QUANTITY: 4, Value.PRICE: 6, Value.PERCENT: 2}
_WHOLE_DIGITS: Final = {Value.AMOUNT: 14, Value.QUANTITY: 10, Value.PRICE: 12, Value.PERCENT: 3}
_CURRENCY: Final = re.compile(r"^(?:[A-Z]{3}|[A-Z]{0,2}[$€£¥])|(?:[A-Z]{3}|[$€£¥])$")
_EXCEL_ERRORS: Final = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")


class Unreadable(Exception):
    """What is wrong with a value, and what to write in its place."""

    def __init__(self, sentence: str, fix: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fix = fix


@dataclass(frozen=True)
class Style:
    """How a file writes what can be written in two ways."""

    day_first: bool = False
    comma_decimals: bool = False


def parse_cell(column: Column, text: str, style: Style) -> Any:
    """The value as plain JSON: text, ISO date, decimal as text. Raises Unreadable."""
    if text in _EXCEL_ERRORS:
        raise Unreadable(f"The spreadsheet shows the error {text} here.", "Fix the formula, or type the value.")
    match column.value:
        case Value.DATE:
            return _date(text, style).isoformat()
        case Value.CHOICE:
            return _choice(column, text)
        case Value.WHOLE:
            return _whole(text)
        case Value.CURRENCY:
            return _currency(text)
        case Value.TEXT | Value.NUMBER:
            return _text(column, text)
        case _:
            return _decimal(column, text, style)


def _text(column: Column, text: str) -> str:
    if len(text) > column.longest:
        raise Unreadable(
            f"The text has {len(text):,} characters; at most {column.longest:,} fit.",
            f"Shorten it by {len(text) - column.longest:,}.",
        )
    bad = sorted({sign for sign in text if sign in column.forbidden or not sign.isprintable()})
    if column.value is Value.NUMBER and bad:
        signs = " ".join(sign if sign.isprintable() else "line break" for sign in bad)
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
    labels = " or ".join(label for _, label in column.choices)
    near = difflib.get_close_matches(plain(text), named, n=1, cutoff=0.7)
    meant = f" Did you mean {dict(column.choices)[named[near[0]]]}?" if near else ""
    raise Unreadable(f"This is none of the choices.{meant}", f"Write {labels}.")


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text) or int(text) == 0:
        raise Unreadable("This is not a line's number.", "Write a whole number from 1 on.")
    return int(text)


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise Unreadable("This is not a currency.", "Write its three letters, for example USD.")
    return text.upper()


# Dates.


def _date(text: str, style: Style) -> date:
    # A time of day that is midnight is what spreadsheets add to a date.
    day = re.sub(r"[T ]0{1,2}:00(:00(\.0+)?)?(Z|\s*AM)?$", "", text.strip(), flags=re.IGNORECASE)
    parts = _date_parts(day, style)
    if parts is None:
        raise _no_date(day)
    year, month, number = parts
    try:
        found = date(year, month, number)
    except ValueError as error:
        if not style.day_first and re.fullmatch(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}", day) and month > 12:
            fix = "Write it as YYYY-MM-DD, or choose day/month/year for the dates of this file."
            raise Unreadable(f"There is no month {month}; dates are read as month/day/year.", fix) from error
        raise Unreadable("There is no such day.", "Write it as YYYY-MM-DD.") from error
    if not _EARLIEST <= found <= _LATEST:
        raise Unreadable(f"The year {found.year} is out of range.", "Write it as YYYY-MM-DD.")
    return found


def _date_parts(day: str, style: Style) -> tuple[int, int, int] | None:
    if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", day):
        return int(match[1]), int(match[2]), int(match[3])
    if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{2}|\d{4})", day):  # with points the day always comes first
        return _year(match[3]), int(match[2]), int(match[1])
    if match := re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{2}|\d{4})", day):
        first, second = int(match[1]), int(match[2])
        return (_year(match[3]), second, first) if style.day_first else (_year(match[3]), first, second)
    if match := re.fullmatch(r"(\d{1,2})[-\s.]+([A-Za-z]{3,9})\.?[-\s,]+(\d{2}|\d{4})", day):
        return _with_month(match[3], match[2], match[1])
    if match := re.fullmatch(r"([A-Za-z]{3,9})\.?[-\s]+(\d{1,2})(?:st|nd|rd|th)?[-\s,]+(\d{2}|\d{4})", day):
        return _with_month(match[3], match[1], match[2])
    return None


def _with_month(year: str, name: str, day: str) -> tuple[int, int, int] | None:
    short = name[:3].lower()
    return (_year(year), MONTHS.index(short) + 1, int(day)) if short in MONTHS else None


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _no_date(text: str) -> Unreadable:
    if re.fullmatch(r"[34]\d{4}|5[0-4]\d{3}", text):  # days since 1899-12-30, as Excel counts them
        probably = datetime(1899, 12, 30) + timedelta(days=int(text))  # noqa: DTZ001 - a date
        return Unreadable(
            f"This is a number, probably the date {probably.date().isoformat()}.",
            "Give the column the format Date in the spreadsheet, or write it as YYYY-MM-DD.",
        )
    return Unreadable("This is not a date.", "Write it as YYYY-MM-DD.")


# Numbers.


def _decimal(column: Column, text: str, style: Style) -> str:
    number = _number(text, style, percent=column.value is Value.PERCENT)
    places, digits = _PLACES[column.value], _WHOLE_DIGITS[column.value]
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        nearest = f"{round(number, places):f}"
        raise Unreadable(f"It has more than {places} decimals.", f"Round it, for example to {nearest}.")
    if abs(number) >= Decimal(10) ** digits:
        raise Unreadable("The number is too large.", "Check the decimal point.")
    if column.value is Value.PERCENT and 0 < number < 1 and "%" not in text:
        whole, part = f"{(number * 100).normalize():f}", f"{number.normalize():f}"
        raise Unreadable(f"This can be read as {whole} percent or as {part} percent.", f"Write {whole}% or {part}%.")
    if column.value is Value.PERCENT and not 0 <= number <= 100:
        raise Unreadable("A percentage is between 0 and 100.", "Write 10 for ten percent.")
    return f"{number:f}"


def _number(text: str, style: Style, *, percent: bool = False) -> Decimal:
    bare = re.sub(r"[\s\u00a0\u202f'’]", "", text).replace("\N{MINUS SIGN}", "-")
    negative = False
    if bare.startswith("(") and bare.endswith(")"):
        negative, bare = True, bare[1:-1]
    if bare.startswith(("-", "+")):
        negative, bare = negative != (bare[0] == "-"), bare[1:]
    bare = _CURRENCY.sub("", _CURRENCY.sub("", bare))
    if bare.startswith(("-", "+")):  # $-5
        negative, bare = negative != (bare[0] == "-"), bare[1:]
    if bare.endswith("-"):  # accounting programs write the minus behind
        negative, bare = not negative, bare[:-1]
    if bare.endswith("%"):
        if not percent:
            raise Unreadable("A percent sign does not belong here.", "Write the amount itself.")
        bare = bare[:-1]
    try:
        number = Decimal(_without_thousands(bare, style))
    except InvalidOperation as error:
        raise Unreadable("This is not a number.", "Write it like 1234.50.") from error
    return -number if negative else number


def _without_thousands(bare: str, style: Style) -> str:
    """The digits with a decimal point. Raises Unreadable where commas and points can mean two things, or nothing."""
    if not re.fullmatch(r"[\d.,]+", bare):
        raise Unreadable("This is not a number.", "Write it like 1234.50.")
    points, commas = bare.count("."), bare.count(",")
    if points and commas:
        decimal, thousands = (".", ",") if bare.rindex(".") > bare.rindex(",") else (",", ".")
    elif points + commas == 0:
        return bare
    elif points + commas == 1:
        sign = "." if points else ","
        before, after = bare.split(sign)
        grouped = len(after) == 3 and 0 < len(before) <= 3 and before != "0"
        if grouped and style.comma_decimals:
            raise Unreadable(
                f"This can be read as {before}{after} or as {before}.{after}.",
                f"Write {before}{after} or {before}{sign}{after}0.",
            )
        decimal, thousands = (sign, "") if sign == "." or not grouped else ("", sign)
    else:
        decimal, thousands = ("", "." if points else ",")
    whole, _, fraction = bare.partition(decimal) if decimal else (bare, "", "")
    if thousands and thousands in whole and not re.fullmatch(rf"\d{{1,3}}(\{thousands}\d{{3}})+", whole):
        raise Unreadable("The digits are not grouped by thousands.", "Write it like 1234.50.")
    return (
        f"{whole.replace(thousands, '') if thousands else whole}.{fraction}"
        if fraction
        else (whole.replace(thousands, "") if thousands else whole)
    )
