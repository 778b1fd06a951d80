"""The documents of one project, over every type: how many stand where, and how much money that is.

Reads only; names no type.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from accounts.ui.sums import in_cents
from erp_admin.documents.types import AnyType, document_types
from integrations.models import AGREED, DocumentState, with_state
from integrations.models.states import shown


@dataclass(frozen=True)
class StateSum:
    """How many documents of a type stand in a state in one currency, and what they come to."""

    state: Any
    currency: str
    count: int
    total: Decimal


@dataclass(frozen=True)
class TypeSums:
    """`agreed` is what the approved ones come to, by currency; `count` is of all."""

    document_type: AnyType
    count: int
    agreed: dict[str, Decimal]
    states: list[StateSum]


def sums_of_project(project_id: int) -> list[TypeSums]:
    """One for each type whose documents belong to projects, in the order of the register."""
    return [_sums(each, project_id) for each in document_types() if each.columns.project]


def _sums(document_type: AnyType, project_id: int) -> TypeSums:
    columns = document_type.columns
    mine = document_type.model.objects.filter(**{columns.project: project_id}).order_by()
    rows = with_state(mine).values_list("shown_as", columns.currency).annotate(Count("pk"), Sum("total"))
    place = {state.value: number for number, state in enumerate(DocumentState)}
    states = [
        StateSum(shown(DocumentState(state)), str(currency), count, in_cents(total))
        for state, currency, count, total in sorted(rows, key=lambda row: (place[row[0]], row[1]))
    ]
    agreed = mine.filter(AGREED).values_list(columns.currency).annotate(Sum("total"))
    return TypeSums(
        document_type,
        sum(each.count for each in states),
        {currency: in_cents(total) for currency, total in agreed},
        states,
    )
