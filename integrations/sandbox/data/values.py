"""Values as text on the wire and as comparable keys: dates, timestamps, numbers, booleans, enumerations.

Owns formats and their checks. Must not know objects or requests.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

from integrations.sandbox.schema.model import BOOLEAN, DATE, ENUM, NUMERIC, SEQUENCE, TIMESTAMP, Enumeration, Field

Comparable = str | int | Decimal

# Dates are mm/dd/yyyy, unpadded accepted on input; ISO values are refused (developer.intacct.com, Queries).
WIRE_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,20})?|\.\d{1,20})", re.ASCII)
RECORD_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
WIRE_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{2}):(\d{2}))?", re.ASCII)


class IllegalValue(ValueError):
    """A value does not have the format its field asks for."""


def wire_date(day: date) -> str:
    """A date as mm/dd/yyyy."""
    return day.strftime("%m/%d/%Y")


def wire_timestamp(moment: datetime) -> str:
    """A moment as mm/dd/yyyy hh:mm:ss in UTC, without zone."""
    return moment.astimezone(UTC).strftime("%m/%d/%Y %H:%M:%S")


def record_number(text: str) -> int | None:
    """A record number given as text, None when it is not one."""
    return int(text) if RECORD_NUMBER.fullmatch(text) else None


def _date_parts(text: str) -> tuple[int, int, int, int, int, int]:
    match = WIRE_DATE.fullmatch(text)
    if match is None:
        raise IllegalValue(text)
    month, day, year, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a check of the calendar, not a moment
    except ValueError:
        raise IllegalValue(text) from None
    return year, month, day, hour, minute, second


def filter_key(field: Field, text: str) -> Comparable:
    """The comparable form of a value given in a filter. Raises IllegalValue for a wrong format."""
    if field.datatype in (DATE, TIMESTAMP):
        year, month, day, hour, minute, second = _date_parts(text)
        stamp = f"{year:04d}{month:02d}{day:02d}"
        return stamp if field.datatype == DATE else f"{stamp}{hour:02d}:{minute:02d}:{second:02d}"
    if field.datatype in NUMERIC or field.datatype == SEQUENCE:
        return _number(text)
    if field.datatype == BOOLEAN:
        return "true" if text.strip().lower() in ("true", "t", "1") else "false"
    return text


def stored_key(datatype: str, text: str) -> Comparable:
    """The comparable form of a stored value, which is well formed already; keep it cheap, it runs once per row."""
    if datatype == TIMESTAMP:
        return text[6:10] + text[0:2] + text[3:5] + text[11:]
    if datatype == DATE:
        return text[6:10] + text[0:2] + text[3:5]
    if datatype in NUMERIC or datatype == SEQUENCE:
        return int(text) if text.isdigit() else Decimal(text)
    return text


def normalise(field: Field, text: str) -> str:
    """A value of a create or update in the form it is stored and answered. Raises IllegalValue."""
    if text == "":
        return ""
    if field.datatype == DATE:
        year, month, day, *_ = _date_parts(text)
        return f"{month:02d}/{day:02d}/{year:04d}"
    if field.datatype == TIMESTAMP:
        year, month, day, hour, minute, second = _date_parts(text)
        return f"{month:02d}/{day:02d}/{year:04d} {hour:02d}:{minute:02d}:{second:02d}"
    if field.datatype in NUMERIC or field.datatype == SEQUENCE:
        return wire_number(_number(text))
    if field.datatype == BOOLEAN:
        lowered = text.lower()
        if lowered not in ("true", "false", "t", "f", "1", "0"):
            raise IllegalValue(text)
        return "true" if lowered in ("true", "t", "1") else "false"
    if field.datatype == ENUM and field.enumeration is not None:
        return _enumerated(field.enumeration, text)
    return text


def _enumerated(enumeration: Enumeration, text: str) -> str:
    for display, code in enumeration.codes.items():
        if text in (display, code) or text.lower() == display.lower():
            return display
    raise IllegalValue(text)


def _number(text: str) -> int | Decimal:
    plain = text.strip()
    # Plain digits only: an exponent is no wire format, and 1e999999999 would take all memory.
    if WIRE_NUMBER.fullmatch(plain) is None:
        raise IllegalValue(text)
    number = Decimal(plain)
    return int(number) if number == number.to_integral_value() else number


def wire_number(number: int | Decimal) -> str:
    """A number without thousands separator and without trailing zeros, as the gateway writes it."""
    if isinstance(number, int):
        return str(number)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
