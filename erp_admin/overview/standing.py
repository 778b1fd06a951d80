"""How many documents stand where and what they amount to, over every type, in one question.

Reads only, from stored columns. Every figure is by the state that lists show, so that it equals the list it leads to.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import (
    CharField,
    Count,
    DecimalField,
    F,
    Min,
    QuerySet,
    Sum,
    Value,
)

from accounts.ui.sums import add_up, in_cents, own_first
from erp_admin.documents.facts import DIFFERS, FACTS, is_different, state_of
from erp_admin.documents.types import AnyType, document_types, type_for
from integrations.models import Approval, DocumentState

# What has been approved, by how far it is on its way; each state of an approved document stands in one of them.
STUCK: Final = (DocumentState.HELD, DocumentState.FAILED, DocumentState.DIFFERS, DocumentState.BLOCKED)
ON_ITS_WAY: Final = (DocumentState.WAITING, DocumentState.SENDING, DocumentState.CHECKING)
_MONEY: Final = DecimalField(max_digits=20, decimal_places=2)


@dataclass(frozen=True)
class Standing:
    """The documents of a type in one state and one currency; `oldest` is told of what waits for an approval."""

    key: str
    state: str
    currency: str
    number: int
    total: Decimal
    oldest: datetime | None


def standings() -> list[Standing]:
    """Of every type, state and currency that there is.

    Counted by the stored facts, of which an index has them all; which state they make is worked out once for each
    combination, not for each document.
    """
    first, *others = [_standing(document_type) for document_type in document_types()]
    rows = first.union(*others, all=True) if others else first
    oldest, found = _oldest(), dict[tuple[str, str, str], tuple[int, Decimal]]()
    for key, currency, *facts, number, total in rows:
        state = state_of(type_for(key), facts)
        before = found.get((key, state.value, currency or ""), (0, Decimal(0)))
        found[key, state.value, currency or ""] = (before[0] + number, before[1] + in_cents(total))
    return [Standing(*named, *sums, oldest.get(named[:2])) for named, sums in found.items()]


def _standing(document_type: AnyType) -> QuerySet[Any, Any]:
    key = Value(document_type.key, output_field=CharField())
    named = document_type.model.objects.order_by().annotate(
        flow_key=key, money_in=F(document_type.columns.currency), **{DIFFERS: is_different()}
    )
    sums: QuerySet[Any, Any] = named.values_list("flow_key", "money_in", *FACTS).annotate(
        how_many=Count("*"), amounts_to=Sum("total", output_field=_MONEY)
    )
    return sums


def _oldest() -> dict[tuple[str, str], datetime]:
    """When the oldest document was entered that waits for an approval or was rejected, by type and state."""
    states = {Approval.DRAFT.value: DocumentState.DRAFT.value, Approval.REJECTED.value: DocumentState.REJECTED.value}
    first, *others = [
        each.model.objects.filter(approval__in=list(states))
        .order_by()
        .annotate(flow_key=Value(each.key, output_field=CharField()))
        .values_list("flow_key", "approval")
        .annotate(oldest=Min("created_at"))
        for each in document_types()
    ]
    rows = first.union(*others, all=True) if others else first
    return {(key, states[approval]): oldest for key, approval, oldest in rows}


def of(found: Iterable[Standing], states: Collection[DocumentState], key: str = "") -> list[Standing]:
    """Those in one of these states, of one type where it is named."""
    wanted = {state.value for state in states}
    return [each for each in found if each.state in wanted and key in ("", each.key)]


def number_of(found: Iterable[Standing]) -> int:
    return sum(each.number for each in found)


def money_of(found: Iterable[Standing]) -> dict[str, Decimal]:
    """By currency."""
    money: dict[str, Decimal] = {}
    for each in found:
        add_up(money, each.currency, each.total)
    return own_first(money)
