"""Sums by currency in a sentence, for messages, which are text. Writes amounts as every page does."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.html import strip_tags

from accounts.templatetags.ui import amount


def money_text(money: Mapping[str, Decimal]) -> str:
    """“$1,250.00 and 300.00 EUR”; "" for nothing."""
    return " and ".join(strip_tags(amount(total, currency)) for currency, total in sorted(money.items()))
