"""Sums of money by currency: added up apart, never across currencies, and named in a sentence.

Owns the order, which is the company's own currency first. Amounts are written by `formats`.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from accounts.ui.formats import present_formats, shown_amount

Sums = Mapping[str, Decimal]
CENTS: Final = 2


def in_cents(total: Decimal | None) -> Decimal:
    """A sum as the database made it, which SQLite does in floating-point numbers; zero for a sum of nothing."""
    return round(total, CENTS) if total is not None else Decimal(0)


def add_up(sums: dict[str, Decimal], currency: str | None, total: Decimal | None) -> None:
    """Add an amount, or a sum that the database made, to that of its currency; "" is an unnamed one."""
    sums[currency or ""] = sums.get(currency or "", Decimal(0)) + in_cents(total)


def own_first(sums: Sums, own: str = "") -> dict[str, Decimal]:
    """The same sums, that of the company's own currency first; `own` says which outside a company's scope."""
    first = own or present_formats().currency
    return dict(sorted(sums.items(), key=lambda pair: (pair[0] != first, pair[0])))


def sums_text(sums: Sums) -> str:
    """“$1,250.00 and 300.00 EUR”; "" for nothing."""
    texts = [shown_amount(total, currency) for currency, total in own_first(sums).items()]
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))
