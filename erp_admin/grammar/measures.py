"""What a number is for: how many digits it may have, and what may stand beside them.

Owns the limits of amounts, quantities, prices and percentages, for files and entry pages alike. Must not read a text.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True)
class Measure:
    """`example` is a value that fits, for sentences that say how to write one."""

    noun: str
    places: int
    whole_digits: int
    example: Decimal
    takes_currency: bool = False
    takes_unit: bool = False
    is_percentage: bool = False
    least: Decimal | None = None


AMOUNT: Final = Measure("an amount", 2, 14, Decimal("1234.50"), takes_currency=True)
QUANTITY: Final = Measure("a quantity", 4, 10, Decimal("12.50"), takes_unit=True)
PRICE: Final = Measure("a unit price", 6, 12, Decimal("1234.50"), takes_currency=True, takes_unit=True)
PERCENT: Final = Measure("a percentage", 2, 3, Decimal("10"), is_percentage=True)
WHOLE: Final = Measure("the number of a line", 0, 9, Decimal(1), least=Decimal(1))
# For a text of which nothing is known: every fact beside the digits is taken.
ANY: Final = Measure("a number", 20, 30, Decimal("1234.50"), takes_currency=True, takes_unit=True, is_percentage=True)
