"""The digits of a number with their marks: what they are under a decimal point and under a decimal comma.

Owns decimal marks and groups of thousands. Must not know signs, currencies or anything else beside the digits.
"""

import re
from decimal import Decimal
from functools import cache
from typing import Final

from erp_admin.grammar.style import Mark

MARKS: Final[tuple[Mark, Mark]] = (".", ",")
# Group thousands whatever the decimal mark is; the last is the Arabic one.
GROUPING: Final = "'_ \u066c"
ARABIC_DECIMAL: Final = "\u066b"


@cache
def _pattern(mark: Mark) -> re.Pattern[str]:
    other = "," if mark == "." else "."
    groups = [rf"(?!0+{re.escape(sign)})[0-9]{{1,3}}(?:{re.escape(sign)}[0-9]{{3}})+" for sign in (other, *GROUPING)]
    if other == ",":  # as in India: 12,34,567
        groups.append(r"(?!0+,)[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}")
    sign = f"[{re.escape(mark)}{ARABIC_DECIMAL}]"
    return re.compile(rf"(?P<whole>[0-9]+|{'|'.join(groups)})(?:{sign}(?P<part>[0-9]*))?|{sign}(?P<only>[0-9]+)")


def under(digits: str, mark: Mark) -> Decimal | None:
    """The value where `mark` is the decimal mark and the other one groups thousands; None where they cannot be so."""
    found = _pattern(mark).fullmatch(digits)
    if found is None:
        return None
    whole, part = re.sub("[^0-9]", "", found["whole"] or "0"), found["part"] or found["only"]
    return Decimal(f"{whole}.{part}" if part else whole)


def readings(digits: str) -> dict[Mark, Decimal]:
    """The value under each mark that the digits allow."""
    found = ((mark, under(digits, mark)) for mark in MARKS)
    return {mark: value for mark, value in found if value is not None}


def written(value: Decimal, mark: Mark | None) -> str:
    """A number without groups, so that it has one reading under every style that allows it."""
    sign, text = ("-" if value < 0 else ""), f"{abs(value):f}"
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    part = part.ljust(2, "0") if part else ""
    if len(part) == 3 and len(whole) <= 3 and whole.strip("0"):  # 1.234 would be a thousand to others
        part += "0"
    return f"{sign}{whole}{mark or '.'}{part}" if part else f"{sign}{whole}"
