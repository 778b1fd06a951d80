"""How values are written into XML, and how an accounting date is read back.

Owns the text form of numbers, dates, booleans and missing values, and the removal of characters XML 1.0 cannot carry.
Must not know functions, envelopes or field names.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

# Everything outside the Char production of XML 1.0: control codes, surrogates, U+FFFE and U+FFFF.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_US_DATE = re.compile(r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})")
_ISO_DATE = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")


def xml_text(text: str) -> str:
    """Return `text` without the characters that are illegal in XML 1.0."""
    return _ILLEGAL.sub("", text)


def format_value(value: object) -> str:
    """Return the text of one value as the gateway reads it.

    Dates become mm/dd/yyyy and timestamps mm/dd/yyyy hh:mm:ss without a zone (developer.intacct.com, Web Services >
    Queries); an aware timestamp is converted to UTC first. None becomes "". A float raises TypeError: amounts are
    decimals, and a float cannot hold them exactly. Any other type raises TypeError too.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return xml_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return _format_decimal(value)
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        return f"{format_date(moment)} {moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}"
    if isinstance(value, date):
        return format_date(value)
    raise TypeError(f"A value of type {type(value).__name__} cannot be sent to Sage Intacct.")


def format_date(value: date) -> str:
    """Return mm/dd/yyyy."""
    return f"{value.month:02d}/{value.day:02d}/{value.year:04d}"


def parse_date(text: str) -> date | None:
    """Return the accounting date a text names, None for an empty one. Raises ValueError for what is no date.

    Records hold mm/dd/yyyy (developer.intacct.com, Web Services > Queries); plans and the newer objects of Intacct
    hold yyyy-mm-dd. A time of day after it is refused: a moment has a zone and is no accounting date.
    """
    if not text:
        return None
    match = _US_DATE.fullmatch(text) or _ISO_DATE.fullmatch(text)
    try:
        if match:
            return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        pass  # the 30th of February
    raise ValueError(f"“{text}” is not a date as Sage Intacct writes one.")


def _format_decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is not a number that can be sent to Sage Intacct.")
    return format(value, "f")
