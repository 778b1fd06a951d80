"""Values of mirrored records as pages and files show them: yes or no, dates, amounts, or as they stand.

Owns how a text of Intacct is read for showing alone. Decides nothing and reads no record.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from integrations.intacct import parse_date
from integrations.lists.plain_names import AMOUNT, DATE, NUMBER, PERCENT, YES_NO

UNKNOWN: Final = "Unknown"
_YES: Final = frozenset({"true", "t", "yes", "y", "1"})
_NO: Final = frozenset({"false", "f", "no", "n", "0"})
Written = str | Decimal | date | None


def written(value: Any, how: str) -> Written:
    """None for nothing; the text as it is where it cannot be read as what it should be."""
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    if how == YES_NO:
        return "Yes" if text.lower() in _YES else "No" if text.lower() in _NO else text
    if how == DATE:
        return _date(text)
    return _number(text) if how in (AMOUNT, PERCENT, NUMBER) else text


def _date(text: str) -> date | str | None:
    try:
        return parse_date(text)
    except ValueError:
        return text


def _number(text: str) -> Decimal | str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text
