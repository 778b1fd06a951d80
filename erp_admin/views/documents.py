"""The list of the documents of a type, with filters, counts and both sides' amounts.

Changes nothing, names no document type.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import TenantRequest, role_reason
from accounts.models import Role
from accounts.ui.columns import Column, column
from accounts.ui.filters import FilterGroup, counted_filter, filter_group, is_filtered
from accounts.ui.paging import page_of
from accounts.ui.pk import read_pk
from accounts.ui.shown import ShownState
from erp_admin.documents import selectors
from erp_admin.documents.types import AnyType, parent_type_of, type_for, type_of
from erp_admin.views.document_pages import action_reason, push_reason
from integrations.gateway.access import live_connection
from integrations.models import ACTIVE_RUNS, Connection, DocumentState, PushHold, SyncRun
from integrations.models.states import shown
from integrations.runs.selectors import starter

FILTERS = ("q", "state", "type", "project", "vendor", "period", "import")
LARGEST = 8


@dataclass(frozen=True)
class Row:
    """A document in a list. `theirs` is what Intacct held when last compared, None before that."""

    document: Any
    state: ShownState
    kind: str
    parent: Any | None
    vendor_id: str
    vendor_name: str
    project: Any | None
    currency: str
    revised: Decimal | None
    theirs: Decimal | None

    @property
    def differs(self) -> bool:
        return self.theirs is not None and self.theirs != self.document.total


def row_of(document: Any) -> Row:
    document_type = type_of(document)
    columns, record = document_type.columns, document_type.record
    changes = getattr(document, "changes", Decimal(0))
    return Row(
        document=document,
        state=document.shown_state,
        kind=document_type.kind_of(document),
        parent=document_type.parent_of(document),
        vendor_id=document_type.value_of(document, columns.vendor) or "",
        vendor_name=document_type.value_of(document, columns.vendor_name) or "",
        project=document_type.value_of(document, columns.project),
        currency=document_type.currency_of(document),
        revised=document.total + changes if changes else None,
        theirs=record.amount(document.held_facts, record.total),
    )


def listing(request: TenantRequest, kind: str) -> HttpResponse:
    document_type = type_for(kind)
    query = request.GET.dict()
    page = page_of(request, selectors.filtered_documents(document_type.model, query))
    connection = live_connection()
    context = {
        "document_type": document_type,
        "parent_type": parent_type_of(document_type),
        "page": page,
        "rows": [row_of(document) for document in page],
        "columns": _columns(request, document_type),
        "filters": _filters(request, document_type, query),
        "filtered": is_filtered(request, FILTERS),
        "query": request.GET.urlencode(),
        "can_enter": document_type.offers("new"),
        "new_reason": action_reason(request, document_type, "new") if document_type.offers("new") else "",
        "select_reason": action_reason(request, document_type, "push"),
        "import_reason": role_reason(request, Role.ACCOUNTANT),
        "push_reason": push_reason(request, document_type, connection),
        "connection": connection,
        "active_runs": active_runs(connection, document_type),
        "hold": PushHold.objects.filter(connection=connection, flow=document_type.key).first() if connection else None,
    }
    return render(request, "erp_admin/documents.html", context)


def active_runs(connection: Connection | None, document_type: AnyType) -> list[dict[str, Any]]:
    if connection is None:
        return []
    found = SyncRun.objects.filter(connection=connection, state__in=ACTIVE_RUNS, flow=document_type.key)
    return [{"run": run, "starter": starter(run)} for run in found.select_related("started_by")]


def _columns(request: TenantRequest, document_type: AnyType) -> list[Column]:
    parent_type, columns = parent_type_of(document_type), document_type.columns
    below = Column(parent_type.noun.capitalize()) if parent_type else Column("Type") if columns.kind else None
    return [
        column(request, "Number", "number", css="id", below=below),
        column(
            request, "Title", "title", css="name", below=column(request, "Vendor", "vendor") if columns.vendor else None
        ),
        column(request, "State"),
        column(request, "Date", "date", css="num", below=Column("Project") if columns.project else None),
        column(request, "In ERP Admin", "amount", css="num"),
        column(request, "In Intacct", css="num"),
    ]


def _filters(request: TenantRequest, document_type: AnyType, query: dict[str, str]) -> list[FilterGroup]:
    """Each filter's counts are of what the other filters leave; values that no document has are left out."""
    columns = selectors.columns_of(document_type.model)

    def others(name: str) -> selectors.Documents:
        return selectors.filtered_documents(document_type.model, {**query, name: ""})

    def fixed(label: str, name: str, choices: Any, by: str) -> FilterGroup:
        counted = selectors.counts(others(name), by)
        kept = [(value, text) for value, text in choices if counted.get(value) or query.get(name) == value]
        return counted_filter(request, label, name, kept, counted)

    states = [(state.value, str(shown(state).label)) for state in DocumentState]
    groups = [fixed("State", "state", states, "shown_as")]
    if columns.kind:
        groups.append(fixed("Type", "type", columns.kinds, columns.kind))
    groups.append(fixed("Date", "period", selectors.PERIODS, "period"))
    for label, name, by, labels in (
        ("Project", "project", columns.project, (f"{columns.project}__number", f"{columns.project}__name")),
        ("Vendor", "vendor", columns.vendor, (columns.vendor_name,) if columns.vendor_name else ()),
    ):
        if by:
            groups.append(_largest(request, query, label, name, others(name), by, labels))
    return [group for group in groups if len(group.options) > 1]


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
        values += selectors.largest(found.filter(**_exactly(name, by, chosen)), by, labels, 1)
    options: list[tuple[str, str, int | None]] = [("", "All", None)]
    options += [(value, text or value, number) for value, text, number in values]
    return filter_group(request, label, name, options)


def _exactly(name: str, by: str, value: str) -> dict[str, Any]:
    """A filter for one value; of what cannot be a key, one that nothing matches."""
    return {by: read_pk(value) or 0} if name == "project" else {by: value}
