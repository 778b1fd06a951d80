"""Amounts as the documents hold them: sums of stored texts, rounded to two decimals as the gateway rounds.

Owns arithmetic only. Must not know which amounts belong together.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import wire_number

CENT = Decimal("0.01")
NOTHING = Decimal()


def amount(row: Row, name: str) -> Decimal:
    """A stored amount; a missing one is nothing."""
    return Decimal(row.get(name) or "0")


def total(rows: Iterable[Row], name: str) -> Decimal:
    """The sum of one amount over rows."""
    return sum((amount(row, name) for row in rows), NOTHING)


def rounded(value: Decimal) -> Decimal:
    """Two decimals, halves away from zero."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def wire(value: Decimal) -> str:
    """An amount in stored form."""
    plain = rounded(value)
    return wire_number(int(plain) if plain == plain.to_integral_value() else plain)
