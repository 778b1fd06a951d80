"""ERP Admin → Commitments and Change orders: the lists, with filters, counts and both sides' amounts.

Changes nothing.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, role_reason, role_required
from accounts.models import Role
from accounts.ui.columns import Column, column
from accounts.ui.filters import FilterGroup, counted_filter, filter_group, is_filtered
from accounts.ui.paging import page_of
from accounts.ui.pk import read_pk
from accounts.ui.shown import ShownState
from erp_admin.documents import selectors
from erp_admin.documents.preview import currency_of
from erp_admin.documents.types import DOCUMENT_TYPES, DocumentType
from erp_admin.models import Commitment, CommitmentKind
from erp_admin.purchasing.reading import amount
from erp_admin.views.document_pages import push_reason
from integrations.gateway.access import live_connection
from integrations.models import ACTIVE_RUNS, Connection, DocumentState, PushHold, SyncRun
from integrations.models.states import shown
from integrations.runs.selectors import starter

FILTERS = ("q", "state", "type", "project", "vendor", "period")
LARGEST = 8


@dataclass(frozen=True)
class Row:
    """A document in a list. `theirs` is what Intacct held when last compared, None before that."""

    document: Any
    state: ShownState
    base: Commitment
    currency: str
    revised: Decimal | None
    theirs: Decimal | None

    @property
    def differs(self) -> bool:
        return self.theirs is not None and self.theirs != self.document.total


def row_of(document: Any) -> Row:
    base = document if isinstance(document, Commitment) else document.commitment
    changes = getattr(document, "changes", Decimal(0))
    return Row(
        document=document,
        state=document.shown_state,
        base=base,
        currency=currency_of(document),
        revised=document.total + changes if changes else None,
        theirs=amount(document.remote_facts.get("TRX_TOTAL")),
    )


@require_GET
@role_required(Role.VIEWER)
def listing(request: TenantRequest, kind: str) -> HttpResponse:
    document_type = DOCUMENT_TYPES[kind]
    query = request.GET.dict()
    page = page_of(request, selectors.filtered_documents(document_type.model, query))
    connection = live_connection()
    context = {
        "document_type": document_type,
        "page": page,
        "rows": [row_of(document) for document in page],
        "columns": _columns(request, document_type),
        "filters": _filters(request, document_type, query),
        "filtered": is_filtered(request, FILTERS),
        "query": request.GET.urlencode(),
        "role_reason": role_reason(request, Role.ACCOUNTANT),
        "push_reason": push_reason(request, document_type, connection),
        "connection": connection,
        "active_runs": active_runs(connection, document_type),
        "hold": PushHold.objects.filter(connection=connection, flow=document_type.many).first() if connection else None,
    }
    return render(request, "erp_admin/documents.html", context)


def active_runs(connection: Connection | None, document_type: DocumentType) -> list[dict[str, Any]]:
    if connection is None:
        return []
    found = SyncRun.objects.filter(connection=connection, state__in=ACTIVE_RUNS, flow=document_type.many)
    return [{"run": run, "starter": starter(run)} for run in found.select_related("started_by")]


def _columns(request: TenantRequest, document_type: DocumentType) -> list[Column]:
    sub = Column("Type") if document_type.model is Commitment else Column("Commitment")
    return [
        column(request, "Number", "number", css="id", below=sub),
        column(request, "Title", "title", css="name", below=column(request, "Vendor", "vendor")),
        column(request, "State"),
        column(request, "Date", "date", css="num", below=Column("Project")),
        column(request, "Amount here", "amount", css="num"),
        column(request, "In Intacct", css="num"),
    ]


def _filters(request: TenantRequest, document_type: DocumentType, query: dict[str, str]) -> list[FilterGroup]:
    """Each filter's counts are of what the other filters leave; values that no document has are left out."""
    columns = selectors.columns_of(document_type.model)

    def others(name: str) -> selectors.Documents:
        return selectors.filtered_documents(document_type.model, {**query, name: ""})

    def fixed(label: str, name: str, choices: Any, by: str) -> FilterGroup:
        counted = selectors.counts(others(name), by)
        kept = [(value, text) for value, text in choices if counted.get(value) or query.get(name) == value]
        return counted_filter(request, label, name, kept, counted)

    states = [(state.value, str(shown(state).label)) for state in DocumentState]
    return [
        fixed("State", "state", states, "shown_as"),
        fixed("Type", "type", CommitmentKind.choices, columns.kind),
        fixed("Date", "period", selectors.PERIODS, "period"),
        _largest(request, query, "Project", "project", others("project"), columns.project, _project_names(columns)),
        _largest(request, query, "Vendor", "vendor", others("vendor"), columns.vendor, (columns.vendor_name,)),
    ]


def _project_names(columns: selectors.Columns) -> tuple[str, str]:
    place = columns.project.removesuffix("_id")
    return f"{place}__number", f"{place}__name"


def _largest(
    request: TenantRequest,
    query: dict[str, str],
    label: str,
    name: str,
    found: selectors.Documents,
    by: str,
    labels: tuple[str, ...],
) -> FilterGroup:
    """The values with the most documents, and the one that is chosen. The label says when there are more."""
    values = selectors.largest(found, by, labels, LARGEST)
    if len(values) > LARGEST:
        values, label = values[:LARGEST], f"{label}: the {LARGEST} with most; search finds the others"
    chosen = query.get(name, "")
    if chosen and chosen not in {value for value, _, _ in values}:
        values += selectors.largest(found.filter(**_exactly(by, chosen)), by, labels, 1)
    options: list[tuple[str, str, int | None]] = [("", "All", None)]
    options += [(value, text or value, number) for value, text, number in values]
    return filter_group(request, label, name, options)


def _exactly(by: str, value: str) -> dict[str, Any]:
    """A filter for one value; of what cannot be a key, one that nothing matches."""
    if not by.endswith("project_id"):
        return {by: value}
    return {by: read_pk(value) or 0}
