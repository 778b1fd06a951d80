"""What the two lists of projects and the preview show: rows, filters with counts, columns, banners, empty states.

Builds template contexts; authorizes nothing and changes nothing.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from accounts.access import TenantRequest, role_reason
from accounts.models import Role, Tenant
from accounts.saved_views.menu import list_menu
from accounts.saved_views.selectors import Likings
from accounts.ui.filters import FilterGroup, counted_filter, is_filtered
from accounts.ui.paging import keyed_page_of
from accounts.ui.table import chosen_fields, table_of
from erp_admin.models import Project
from erp_admin.projects import selectors
from erp_admin.projects.flow import ProjectImport
from erp_admin.views.document_pages import tenant_url
from erp_admin.views.project_columns import (
    project_fields,
    project_lines,
    project_table_row,
    record_fields,
    record_lines,
    record_table_row,
)
from erp_admin.views.reasons import import_reason, sync_reason
from erp_admin.views.record_rows import RecordRow, entity_names, record_row, shown_value
from integrations.gateway.access import live_connection, why_not_sync
from integrations.imports import preview as previews
from integrations.imports.selectors import IMPORT_STATES, TOP, ImportCounts
from integrations.mirror.flow import LISTS
from integrations.models import ACTIVE_RUNS, READ_TO_THE_END, Connection, RunStep, SyncRun
from integrations.runs.flow import flow_for
from integrations.runs.selectors import starter, why_not_run

HERE = "here"  # the value of `view` for those kept here


@dataclass(frozen=True)
class ActiveRun:
    run: SyncRun
    starter: str


@dataclass(frozen=True)
class PreviewLine:
    """An effect as the preview shows it: `row` is the record, `changes` are label, before and after."""

    effect: previews.Effect[Project]
    row: RecordRow
    changes: list[tuple[str, Any, Any]]


@dataclass(frozen=True)
class PreviewGroup:
    action: str
    title: str
    text: str
    icon: str
    count: int
    lines: list[PreviewLine]


# Action, title, what it means, icon; in the order in which a reader decides.
_GROUPS = (
    (
        previews.BLOCKED,
        "Cannot be imported as they are",
        "They are tried all the same, since each record is read again from Intacct, and the run says which failed.",
        "x-octagon-fill",
    ),
    (
        previews.CREATE,
        "Will be created in ERP Admin",
        "New projects, linked to Intacct.",
        "plus-lg",
    ),
    (previews.UPDATE, "Will be updated", "Linked projects take over what Intacct has.", "pencil"),
    (previews.NOTHING, "Nothing to change", "They have what Intacct has already.", "check-lg"),
    (
        previews.LEFT_OUT,
        "Left out",
        "Ignored, or no longer in Intacct. No run takes them up.",
        "eye-slash",
    ),
)


def preview_groups(preview: previews.Preview[Project], tenant: Tenant) -> list[PreviewGroup]:
    """The groups that hold something."""
    return [
        PreviewGroup(
            action,
            title,
            text,
            icon,
            preview.counts[action],
            [_preview_line(effect, tenant) for effect in preview.effects[action]],
        )
        for action, title, text, icon in _GROUPS
        if preview.counts[action]
    ]


def _preview_line(effect: previews.Effect[Project], tenant: Tenant) -> PreviewLine:
    row = record_row(effect.item, tenant)
    before = effect.document.currency if effect.document else row.currency
    changes = [
        (change.label, shown_value(change.before, before), shown_value(change.after, row.currency))
        for change in effect.changes
    ]
    return PreviewLine(effect, row, changes)


def active_runs(connection: Connection) -> list[ActiveRun]:
    """Runs under way that touch what this page shows."""
    found = SyncRun.objects.filter(
        connection=connection, state__in=ACTIVE_RUNS, flow__in=(LISTS, ProjectImport.key)
    ).select_related("started_by")
    return [ActiveRun(run, starter(run)) for run in found]


def list_key(request: TenantRequest) -> str:
    """Under which key views and columns of the list are kept."""
    return "projects:here" if request.GET.get("view") == HERE else "projects"


def in_intacct(request: TenantRequest, connection: Connection | None, likings: Likings) -> dict[str, Any]:
    """The list of what Intacct has."""
    context = {
        "view": "intacct",
        "role_reason": role_reason(request, Role.ACCOUNTANT),
        "sync_reason": sync_reason(request, connection),
        "here_count": Project.objects.count(),
    }
    if connection is None:
        return {**context, "connection": None}
    query = request.GET.dict()
    counts = selectors.project_counts(connection, query)
    page = keyed_page_of(
        request, selectors.filtered_projects(connection, query), counts.matching(query.get("state", ""))
    )
    filtered = is_filtered(request, ("q", "state", "entity"))
    names = entity_names(connection)
    fields, lines = record_fields(request, names), list(record_lines(request, page))
    return {
        **context,
        "table": table_of(
            request,
            "Projects in Intacct",
            "projects",
            chosen_fields(fields, likings.columns),
            lines,
            record_table_row(request),
            default_sort="number",
            selects=not context["role_reason"],
        ),
        "menu": list_menu(request, list_key(request), fields, likings, _export_url(request), kept=("view",)),
        "connection": connection,
        "page": page,
        "rows": [line.record for line in lines],
        "filters": _filters(request, connection, counts),
        "entities": names,
        "filtered": filtered,
        "query": request.GET.urlencode(),
        "last_read": _last_read(connection),
        "import_reason": import_reason(request, connection),
        "trouble": why_not_sync(connection),
        "switched_off": _switched_off(connection),
        "active_runs": active_runs(connection),
        "in_intacct_count": page.paginator.count if not filtered else None,
    }


def _switched_off(connection: Connection) -> Any:
    """Why importing is refused although reading is not: the switch."""
    return None if why_not_sync(connection) else why_not_run(connection, flow_for(ProjectImport.key))


def _last_read(connection: Connection) -> Any:
    done = RunStep.objects.filter(READ_TO_THE_END, run__connection=connection, key="list:projects")
    return done.aggregate(at=Max("finished_at"))["at"]


def _filters(request: TenantRequest, connection: Connection, counts: ImportCounts) -> list[FilterGroup]:
    """Each filter's counts are of what the other filters leave."""
    names = entity_names(connection)
    states = [(state.value, state.label) for state in IMPORT_STATES.values()]
    filters = [counted_filter(request, "State", "state", states, counts.states)]
    if len(counts.entities) > 1 or request.GET.get("entity"):
        by_entity = {entity or TOP: count for entity, count in counts.entities.items()}
        choices = [(entity or TOP, names.get(entity, entity)) for entity in counts.entities]
        filters.append(counted_filter(request, "Entity", "entity", choices, by_entity))
    return filters


def _export_url(request: TenantRequest) -> str:
    return tenant_url(request, "export_projects")


def here(request: TenantRequest, likings: Likings) -> dict[str, Any]:
    """The list of what is kept here, by hand or imported."""
    query = request.GET.dict()
    counts = selectors.link_counts(selectors.projects_here({**query, "linked": ""}))
    choices = [(selectors.LINKED, "In Intacct"), (selectors.UNLINKED, "Only in ERP Admin")]
    matching = counts.get(query.get("linked", ""), sum(counts.values()))
    page = keyed_page_of(request, selectors.projects_here(query), matching)
    filtered = is_filtered(request, ("q", "linked"))
    connection, fields = live_connection(), project_fields(request)
    return {
        "view": "here",
        "page": page,
        "projects": page.object_list,
        "table": table_of(
            request,
            "Projects in ERP Admin",
            "projects",
            chosen_fields(fields, likings.columns),
            list(project_lines(page)),
            project_table_row(request),
            default_sort="number",
        ),
        "menu": list_menu(request, list_key(request), fields, likings, _export_url(request), kept=("view",)),
        "filters": [counted_filter(request, "In Intacct", "linked", choices, counts)],
        "filtered": filtered,
        "role_reason": role_reason(request, Role.ACCOUNTANT),
        "here_count": None if filtered else page.paginator.count,
        "in_intacct_count": selectors.intacct_projects(connection).count() if connection else 0,
    }
