"""What the list of one's companies says of each: state of its connection, what needs somebody, when it last synced.

Reads only, across tenants by the one audited door, and only of companies that the person belongs to and may enter now.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, DecimalField, F, Max, QuerySet, Sum

from accounts.models import Membership, User
from accounts.sign_in.second_factor import has_second_factor
from accounts.tenancy import cross_tenant
from accounts.ui.shown import ShownState
from accounts.ui.sums import add_up, own_first
from erp_admin.documents.types import AnyType, document_types
from erp_admin.issues.causes import STATES
from integrations.mirror.flow import LISTS
from integrations.models import Connection, ConnectionState, DocumentState, PushHold, RunState, SyncRun, with_state

_MONEY: Final = DecimalField(max_digits=20, decimal_places=2)
_NEEDING: Final = frozenset({*STATES.values()})
NOT_CONNECTED: Final = ShownState("none", "Not connected", "neutral", "plug")


@dataclass
class Company:
    """`connection` is None where the person may not look before adding a second factor."""

    membership: Membership
    connection: ShownState | None = None
    needing: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)
    ready: int = 0
    holds: int = 0
    synced_at: datetime | None = None

    @property
    def is_closed(self) -> bool:
        return self.connection is None


def companies_of(person: User, *, path: str = "") -> list[Company]:
    """One for each membership, in as many questions for one as for fifty."""
    memberships = list(Membership.objects.filter(user=person.pk).select_related("tenant"))
    companies = {each.tenant_id: Company(each) for each in memberships}
    may_enter_all = not any(each.tenant.second_factor_required for each in memberships) or has_second_factor(person)
    open_to = [each.tenant_id for each in memberships if may_enter_all or not each.tenant.second_factor_required]
    if open_to:
        with cross_tenant("one's companies, side by side", actor=person, path=path):
            _fill(companies, open_to)
    return list(companies.values())


def _fill(companies: Mapping[int, Company], tenants: Collection[int]) -> None:
    for pk in tenants:
        companies[pk].connection = NOT_CONNECTED
    live = Connection.objects.filter(tenant__in=tenants).exclude(state=ConnectionState.DISCONNECTED)
    for connection in live.only("tenant_id", "state"):  # the reason is for the company's own pages
        companies[connection.tenant_id].connection = connection.shown_state.because("")
    for pk, state, currency, number, total in _documents(tenants):
        company = companies[pk]
        if state == DocumentState.READY:
            company.ready += number
            continue
        company.needing += number
        add_up(company.money, currency, total)
    for company in companies.values():
        company.money = own_first(company.money, company.membership.tenant.base_currency)
    holds = PushHold.objects.filter(tenant__in=tenants).order_by().values_list("tenant_id").annotate(Count("pk"))
    for pk, number in holds:
        companies[pk].holds = number
    synced = SyncRun.objects.filter(tenant__in=tenants, flow=LISTS, state__in=(RunState.SUCCEEDED, RunState.PARTLY))
    for pk, moment in synced.order_by().values_list("tenant_id").annotate(Max("finished_at")):
        companies[pk].synced_at = moment


def _documents(tenants: Collection[int]) -> Iterable[Any]:
    """Documents that need somebody or are ready, by company, state and currency, over every type in one question."""
    first, *others = [_counted(document_type, tenants) for document_type in document_types()]
    return first.union(*others, all=True) if others else first


def _counted(document_type: AnyType, tenants: Collection[int]) -> QuerySet[Any, Any]:
    states = [state.value for state in (*_NEEDING, DocumentState.READY)]
    found = with_state(document_type.model.objects.filter(tenant__in=tenants)).filter(shown_as__in=states).order_by()
    named = found.annotate(money_in=F(document_type.columns.currency))
    sums: QuerySet[Any, Any] = named.values_list("tenant_id", "shown_as", "money_in").annotate(
        how_many=Count("pk"), amounts_to=Sum("total", output_field=_MONEY)
    )
    return sums
