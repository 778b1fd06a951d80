"""The list of the documents of a type: filters with counts, the columns a person chose, sums, and both sides' amounts.

Changes nothing, names no document type.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.access import TenantRequest, role_reason
from accounts.models import Role
from accounts.saved_views.menu import list_menu
from accounts.saved_views.selectors import first_address, likings_of
from accounts.ui.filters import FilterGroup, counted_filter, filter_group, is_filtered
from accounts.ui.paging import keyed_page_of
from accounts.ui.pk import read_pk
from accounts.ui.table import Field, chosen_fields, table_of
from erp_admin.documents import listing as listings
from erp_admin.documents import selectors
from erp_admin.documents.types import AnyType, parent_type_of, type_for
from erp_admin.documents.words import found_by_words
from erp_admin.views.document_columns import fields_of, table_row, totals_of
from erp_admin.views.document_pages import action_reason, push_reason, tenant_url
from erp_admin.views.document_rows import Row as Row
from erp_admin.views.document_rows import row_of as row_of
from integrations.gateway.access import live_connection
from integrations.models import ACTIVE_RUNS, Connection, DocumentState, PushHold, SyncRun
from integrations.models.states import shown
from integrations.runs.selectors import starter


def listing(request: TenantRequest, kind: str) -> HttpResponse:
    document_type = type_for(kind)
    likings = likings_of(request.user, document_type.key, request.GET)
    if first := first_address(likings, request.GET):
        return redirect(f"{request.path}{first}")
    query, connection = request.GET.dict(), live_connection()
    has_words = found_by_words(document_type, query.get("q", ""))
    figures = listings.figures(document_type.model, query, has_words)
    matching = selectors.filtered_documents(document_type.model, query, has_words)
    page = keyed_page_of(request, matching, figures.matching)
    fields, rows = fields_of(request, document_type), [row_of(document) for document in page]
    select_reason = action_reason(request, document_type, "push")
    totals = totals_of(document_type, figures.sums)
    context = {
        "document_type": document_type,
        "parent_type": parent_type_of(document_type),
        "page": page,
        "rows": rows,
        "table": table_of(
            request,
            document_type.title,
            document_type.plural,
            _worth_showing(chosen_fields(fields, likings.columns), rows),
            rows,
            table_row(request, document_type),
            default_sort="number",
            totals=totals,
            selects=not select_reason,
        ),
        "totals": totals,
        "bulk_acts": _bulk_acts(request, document_type),
        "menu": list_menu(request, document_type.key, fields, likings, _export_url(request, document_type)),
        "filters": _filters(request, document_type, query, figures),
        "filtered": is_filtered(request, selectors.FILTERS),
        "query": request.GET.urlencode(),
        "can_enter": document_type.offers("new"),
        "new_reason": action_reason(request, document_type, "new") if document_type.offers("new") else "",
        "select_reason": select_reason,
        "import_reason": role_reason(request, Role.ACCOUNTANT),
        "push_reason": push_reason(request, document_type, connection),
        "connection": connection,
        "active_runs": active_runs(connection, document_type),
        "hold": PushHold.objects.filter(connection=connection, flow=document_type.key).first() if connection else None,
    }
    return render(request, "erp_admin/documents.html", context)


def _worth_showing(fields: list[Field[Row]], rows: list[Row]) -> list[Field[Row]]:
    """Without what changes come to, where no document of the page has any."""
    has_changes = any(row.added for row in rows)
    return [each for each in fields if has_changes or each.key not in ("changes", "revised")]


def _export_url(request: TenantRequest, document_type: AnyType) -> str:
    return tenant_url(request, document_type.address_of(document_type.action("export")))


def _bulk_acts(request: TenantRequest, document_type: AnyType) -> list[dict[str, str]]:
    """What can be done with many at once besides pushing; each leads to a preview."""
    acts = (("preview_approve", "Approve…", "check-lg", "a"), ("preview_ignore", "Ignore…", "eye-slash", ""))
    return [
        {
            "url": tenant_url(request, document_type.address_of(document_type.action(key))),
            "label": label,
            "icon": icon,
            "shortcut": letter,
        }
        for key, label, icon, letter in acts
        if document_type.offers(key) and not action_reason(request, document_type, key)
    ]


def active_runs(connection: Connection | None, document_type: AnyType) -> list[dict[str, Any]]:
    if connection is None:
        return []
    found = SyncRun.objects.filter(connection=connection, state__in=ACTIVE_RUNS, flow=document_type.key)
    return [{"run": run, "starter": starter(run)} for run in found.select_related("started_by")]


def _filters(
    request: TenantRequest, document_type: AnyType, query: dict[str, str], figures: listings.Figures
) -> list[FilterGroup]:
    """Each filter's counts are of what the other filters leave; values that no document has are left out."""

    def fixed(label: str, name: str, choices: Any) -> FilterGroup:
        counted = figures.counts.get(name, {})
        kept = [(value, text) for value, text in choices if counted.get(value) or query.get(name) == value]
        return counted_filter(request, label, name, kept, counted)

    groups = [fixed("State", "state", [(state.value, str(shown(state).label)) for state in DocumentState])]
    if document_type.columns.kind:
        groups.append(fixed("Type", "type", document_type.columns.kinds))
    groups.append(fixed("Date", "period", selectors.PERIODS))
    labels = {"vendor": "Vendor", "project": "Project"}
    groups += [_looked_up(request, document_type, labels[name], name) for name in _looked_up_names(document_type)]
    return [group for group in groups if len(group.options) > 1 or group.lookup]


def _looked_up_names(document_type: AnyType) -> list[str]:
    return list(listings.named_values(document_type.model)) if document_type.offers("lookup") else []


def _looked_up(request: TenantRequest, document_type: AnyType, label: str, name: str) -> FilterGroup:
    """A filter whose values are asked for when it is opened; the page itself knows the chosen one."""
    chosen = request.GET.get(name, "")
    if name == "project" and read_pk(chosen) is None:  # filters nothing
        chosen = ""
    options: list[tuple[str, str, int | None]] = [("", "All", None)]
    if chosen:
        options.append((chosen, listings.label_of(document_type.model, name, chosen), None))
    lookup = tenant_url(request, document_type.address_of(document_type.action("lookup")))
    return filter_group(request, label, name, options, lookup=lookup)
