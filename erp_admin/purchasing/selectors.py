"""Which commitments and change orders are meant, and which share their numbers.

Reads only.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Concat

from erp_admin.documents.numbers import others_numbered
from erp_admin.documents.types import Fact
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


def shared_number(document: Commitment | ChangeOrder) -> list[Fact]:
    """Says on the page of a document, stored before numbers were compared, that an earlier one has the same number."""
    others = others_numbered(namesakes(document), document, document.number) if document.shares_number else []
    url_name = "change_order" if isinstance(document, ChangeOrder) else "commitment"
    return [Fact("Same number as", str(other), url_name, other.pk) for other in others]
