"""Single values of documents: when two of them are the same, and how people read one, by kind.

Owns the notations: ours and Intacct's. Knows no field, no document and no record.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum

from accounts.ui.formats import shown_amount, shown_day, shown_number

# What an element of a function can hold; a mapping is a block of elements, a sequence repeats its element.
Value = str | int | Decimal | date | None | Mapping[str, "Value"] | Sequence["Value"]


_LONGEST_NUMBER = 60


class Kind(Enum):
    TEXT = "text"
    AMOUNT = "amount"
    NUMBER = "number"
    DATE = "date"


def as_text(value: Value) -> str:
    """A value as it is kept, compared and explained; nothing is empty, a block is what it holds."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return ", ".join(as_text(each) for each in (value.values() if isinstance(value, Mapping) else value))


def same(one: str | None, other: str | None, kind: Kind) -> bool:
    return _comparable(one, kind) == _comparable(other, kind)


def _comparable(value: str | None, kind: Kind) -> object:
    """A value as it is compared: an empty amount is zero, a date is a day in either notation, text is trimmed."""
    text = str(value or "").replace("\r\n", "\n").strip()
    if kind in (Kind.AMOUNT, Kind.NUMBER):
        number = _number_of(text or "0")
        return text if number is None else number
    return (day_of(text) or text) if kind is Kind.DATE else text


def _number_of(text: str) -> Decimal | None:
    try:
        number = Decimal(text) if len(text) <= _LONGEST_NUMBER else None
    except InvalidOperation:
        return None
    # Written out, 1E+999999999 would have a gigabyte of zeros.
    return number if number is not None and number.is_finite() and abs(number.adjusted()) <= _LONGEST_NUMBER else None


def shown(value: str | None, kind: Kind) -> str:
    """A value as the people of the company read it."""
    text = str(value or "").strip()
    if kind is Kind.DATE and (day := day_of(text)) is not None:
        return shown_day(day)
    number = _number_of(text) if kind in (Kind.AMOUNT, Kind.NUMBER) else None
    if number is None:
        return text
    cents = number.quantize(Decimal("0.01")) if abs(number) < Decimal("1e20") else number
    return shown_amount(cents) if kind is Kind.AMOUNT and cents == number else shown_number(number.normalize())


def day_of(text: str) -> date | None:
    """A day as we write it, 2026-03-02, or as Intacct does, 03/02/2026, with or without a time; None for no date."""
    day = text.strip().split(" ")[0].split("T")[0]
    parts = day.split("/")
    try:
        return date.fromisoformat(f"{parts[2]:0>4}-{parts[0]:0>2}-{parts[1]:0>2}" if len(parts) == 3 else day)
    except ValueError:
        return None
