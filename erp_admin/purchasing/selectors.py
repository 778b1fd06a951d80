"""Which commitments and change orders are meant, by the numbers people know them by.

Reads only.
"""

from collections.abc import Sequence

from django.db.models import QuerySet, Value
from django.db.models.functions import Concat

from erp_admin.models import ChangeOrder, Commitment


def commitments_numbered(numbers: Sequence[str]) -> QuerySet[Commitment]:
    return Commitment.objects.filter(number__in=numbers).order_by("number")


def change_orders_numbered(numbers: Sequence[str]) -> QuerySet[ChangeOrder]:
    """By the number of the commitment and its own, joined with a dash, as Intacct knows it."""
    full = Concat("commitment__number", Value("-"), "number")
    return ChangeOrder.objects.annotate(full_number=full).filter(full_number__in=numbers).order_by("full_number")
