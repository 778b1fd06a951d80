"""How much of a commitment is billed: what is agreed with its changes, and what other approved bills ask for.

Reads only, in as many queries for many bills as for one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from accounts.ui.sums import in_cents
from erp_admin.models import Bill, ChangeOrder
from integrations.models import AGREED


@dataclass(frozen=True)
class Billed:
    """Of the commitment of a bill, in its currency: `before` is what approved bills besides this one ask for in it."""

    original: Decimal
    changes: Decimal
    before: Decimal

    @property
    def revised(self) -> Decimal:
        return self.original + self.changes

    def left_after(self, bill: Bill) -> Decimal:
        """What is left once this bill is paid; negative where more is billed than was agreed."""
        return self.revised - self.before - bill.total


def billed(bills: Iterable[Bill]) -> dict[int, Billed]:
    """By the key of each bill that is for a commitment."""
    own = {bill.pk: bill for bill in bills if bill.commitment_id is not None}
    keys = {bill.commitment_id for bill in own.values()}
    if not keys:
        return {}
    changes = _sums(ChangeOrder.objects.filter(AGREED, commitment__in=keys))
    agreed = Bill.objects.filter(AGREED, currency=F("commitment__currency"))
    asked = _sums(agreed.filter(commitment__in=keys))
    counted = dict(agreed.filter(pk__in=[pk for pk in own if pk]).values_list("pk", "total"))
    found = {}
    for pk, bill in own.items():
        if bill.commitment is not None:
            key = bill.commitment.pk
            before = asked.get(key, Decimal(0)) - counted.get(pk, Decimal(0))
            found[pk] = Billed(bill.commitment.total, changes.get(key, Decimal(0)), before)
    return found


def _sums(documents: "QuerySet[Any]") -> dict[int, Decimal]:
    rows = documents.order_by().values_list("commitment").annotate(sum=Sum("total"))
    return {key: in_cents(total) for key, total in rows}
