"""Which commitments and change orders are meant, and which share their numbers.

Reads only.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Concat

from erp_admin.models import ChangeOrder, Commitment


def commitments_numbered(numbers: Sequence[str]) -> QuerySet[Commitment]:
    return Commitment.objects.filter(number__in=numbers).order_by("number")


def change_orders_numbered(numbers: Sequence[str]) -> QuerySet[ChangeOrder]:
    """By the number of the commitment and its own, joined with a dash, as Intacct knows it."""
    full = Concat("commitment__number", Value("-"), "number")
    return ChangeOrder.objects.annotate(full_number=full).filter(full_number__in=numbers).order_by("full_number")


def namesakes(document: Commitment | ChangeOrder) -> "QuerySet[Any]":
    """Those among which its number is unique, itself included."""
    if isinstance(document, ChangeOrder):
        return ChangeOrder.objects.filter(commitment_id=document.commitment_id).select_related("commitment")
    return Commitment.objects.filter(tenant_id=document.tenant_id)
