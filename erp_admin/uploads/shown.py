"""What the format of a cell says beside its number, read as if somebody had typed it: sign, currency, unit, percent.

Owns the comparison of a number with the text that its sheet shows. Must not read a number from that text.
"""

import re
from decimal import Decimal
from typing import Final

from erp_admin.grammar.measures import Measure
from erp_admin.grammar.numbers import Number, read_number
from erp_admin.grammar.problems import Unreadable
from erp_admin.grammar.style import Style

_DIGITS: Final = re.compile(r"(?:[0-9](?:[0-9,'\u00a0\u202f ]*[0-9])?)?(?:\.[0-9]+|(?<=[0-9])\.?)")
_SCALED: Final = re.compile(r"^\s*(?:k|m|mm|mn|b|bn|t|thousand|million|mio|mill)\b\.?", re.IGNORECASE)
_FACTORS: Final = tuple(Decimal(10) ** power for power in (0, 3, 6, 9, -2, 2))
_POINT: Final = Style(decimal=".")
_FIX: Final = "Give the cell the format Number, and what its format says a column of its own."


def beside_shown(shown: str, number: Number, measure: Measure) -> Number:
    """What stands beside the digits that are shown. Raises Unreadable where it contradicts the number or its column."""
    found = _DIGITS.search(shown)
    if found is None:
        if number.value:
            raise _contradiction(shown, "which is not the number in it")
        return Number(number.value)
    factor = _factor(found[0], number.value)
    if factor is None:
        raise _contradiction(shown, f"but the number in it is {number.value:f}")
    behind = shown[found.end() :]
    if factor >= 1_000:
        behind = _SCALED.sub("", behind)
    try:
        said = read_number(f"{shown[: found.start()]}1{behind}", _POINT, measure)
    except Unreadable as problem:
        raise Unreadable(f"The format of the cell shows it as “{shown}”. {problem.sentence}", _FIX) from problem
    if said.value < 0 <= number.value:
        raise _contradiction(shown, "though the number in it is not negative")
    return said


def _factor(digits: str, value: Decimal) -> Decimal | None:
    """By how much more the number is than what is shown of it, rounded; None where it shows another number."""
    seen = Decimal(re.sub("[^0-9.]", "", digits))
    places = len(digits.partition(".")[2])
    half = Decimal(5).scaleb(-places - 1)
    return next((each for each in _FACTORS if abs(abs(value) - seen * each) <= half * each), None)


def _contradiction(shown: str, why: str) -> Unreadable:
    return Unreadable(f"The format of the cell shows it as “{shown}”, {why}.", _FIX)
