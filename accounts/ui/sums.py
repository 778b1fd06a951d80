"""Sums of amounts by currency, and how a sentence names them.

Owns the order, which is that of the currencies. Amounts are written by `formats`.
"""

from collections.abc import Mapping
from decimal import Decimal

from accounts.ui.formats import shown_amount

Sums = Mapping[str, Decimal]


def sums_text(sums: Sums) -> str:
    """“$1,250.00 and 300.00 EUR”; "" for nothing."""
    texts = [shown_amount(total, currency) for currency, total in sorted(sums.items())]
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))
