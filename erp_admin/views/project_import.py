"""ERP Admin → Projects: what Intacct has, what importing it would do, and the actions on its records.

Views authorize, read the form, make one call, say what came of it, and redirect. Rules live in services and selectors.
"""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import TenantRequest, role_reason, role_required
from accounts.models import Role
from accounts.refusal import Refused
from accounts.saved_views.selectors import first_address, likings_of
from accounts.ui.back import back_to
from erp_admin.forms.selection import SelectionForm
from erp_admin.projects import selectors
from erp_admin.projects import service as services
from erp_admin.projects.flow import PROJECTS
from erp_admin.views import chosen, project_lists
from erp_admin.views.reasons import import_reason, sync_reason
from erp_admin.views.record_rows import entity_names, record_facts, record_row
from integrations.gateway.access import live_connection, require_connection
from integrations.imports import preview as previews
from integrations.imports import service as imports
from integrations.imports.selectors import ImportRecord
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListItem, SyncRun
from integrations.runs.selectors import starter
from integrations.runs.service import Started

REFRESHED_LISTS = ("projects", "customers", "tasks")


@require_GET
@role_required(Role.VIEWER)
def projects(request: TenantRequest) -> HttpResponse:
    """Two lists under one heading: what Intacct has, and (`view=here`) what is kept here."""
    likings = likings_of(request.user, project_lists.list_key(request), request.GET)
    if first := first_address(likings, request.GET, kept=("view",)):
        return redirect(f"{request.path}{first}")
    if request.GET.get("view") == project_lists.HERE:
        return render(request, "erp_admin/projects_here.html", project_lists.here(request, likings))
    return render(request, "erp_admin/projects.html", project_lists.in_intacct(request, live_connection(), likings))


@require_POST
@role_required(Role.ACCOUNTANT, may="Read lists from Sage Intacct")
def refresh(request: TenantRequest) -> HttpResponse:
    """Read projects, customers and cost codes from Intacct."""
    try:
        started = start_list_sync(require_connection(), kinds=REFRESHED_LISTS, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return _back(request)
    return _to_run(request, started)


@require_http_methods(["GET", "POST"])
@role_required(Role.ACCOUNTANT, may="Import projects")
def preview(request: TenantRequest) -> HttpResponse:
    """What importing the chosen records would do; nothing is written. A posted selection gets an address first."""
    form = _selection(request)
    if form is None:
        return _back(request)
    if request.method == "POST":
        return chosen.keep(request, _place(request), request.path, form)
    found = chosen.meant(request, _place(request), form)
    return chosen.gone(request, _place(request)) if found is None else _preview_page(request, form.connection, found)


@require_POST
@role_required(Role.ACCOUNTANT, may="Import projects")
def start(request: TenantRequest) -> HttpResponse:
    """Import what the preview showed. When the number of records changed meanwhile, the preview is shown once more."""
    form = _selection(request)
    found = chosen.confirmed(request, _place(request), form) if form is not None else None
    if form is None or found is None:
        return _back(request)
    if chosen.number_changed(request, found, "projects"):
        return redirect(chosen.with_query(_url(request, "preview_projects"), request.GET.urlencode()))
    try:
        started = services.start_import(form.connection, found, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return _back(request)
    return _to_run(request, started, "Your choice was not added to it.")


@require_http_methods(["GET", "POST"])
@role_required(Role.ACCOUNTANT, may="Ignore records and restore them")
def ignore(request: TenantRequest) -> HttpResponse:
    """Ask for a reason first; with `confirmed`, leave the chosen records out of the import."""
    form = _selection(request)
    if form is None:
        return _back(request)
    if request.method == "POST" and "confirmed" not in request.POST:
        return chosen.keep(request, _place(request), request.path, form)
    if request.method == "GET":
        found = chosen.meant(request, _place(request), form)
        if found is None:
            return chosen.gone(request, _place(request))
        return render(request, "erp_admin/ignore.html", _ignore_context(request, found))
    found = chosen.confirmed(request, _place(request), form)
    if found is None:
        return _back(request)
    ignored = imports.ignore(found, by=request.user, reason=request.POST.get("reason", "").strip())
    if ignored:
        messages.success(request, f"{_projects(ignored)} ignored now. Restore them here whenever you want.")
    else:
        messages.info(request, "Nothing was changed: linked projects and ignored ones cannot be ignored.")
    return _back(request)


@require_POST
@role_required(Role.ACCOUNTANT, may="Ignore records and restore them")
def restore(request: TenantRequest) -> HttpResponse:
    """Offer ignored records for import again."""
    form = _selection(request)
    if form is None:
        return _back(request)
    if not form.is_valid():
        messages.error(request, form.problem)
        return _back(request)
    restored = imports.restore(form.records)
    if restored:
        messages.success(request, f"{_projects(restored)} offered for import again.")
    else:
        messages.info(request, "Nothing was changed: none of the chosen projects was ignored.")
    return _back(request)


@require_GET
@role_required(Role.VIEWER)
def record(request: TenantRequest, item_pk: int) -> HttpResponse:
    """One project of Intacct: its facts, what it is linked to here, and what can be done with it."""
    found = selectors.project_records().select_related("connection", "ignored_by")
    item = get_object_or_404(found, pk=item_pk)
    row = record_row(item, request.tenant)
    context = {
        "row": row,
        "item": item,
        "facts": record_facts(row, entity_names(item.connection)),
        "fields": sorted(item.fields.items()),
        "task_count": selectors.tasks_of_record(item).count(),
        "import_reason": _why_not_import(request, item),
        "role_reason": role_reason(request, Role.ACCOUNTANT),
        "sync_reason": sync_reason(request, live_connection()),
        "here": request.get_full_path(),
    }
    return render(request, "erp_admin/record.html", context)


def _why_not_import(request: TenantRequest, item: ListItem) -> str:
    if item.missing_at is not None:
        return "Intacct no longer has this project."
    if item.ignored_at is not None:
        return "This project is ignored. Restore it first."
    live = live_connection()
    if live is not None and live.pk != item.connection_id:
        return "This project belongs to a company that is no longer connected."
    return import_reason(request, live)


def _selection(request: TenantRequest) -> SelectionForm | None:
    """What is chosen by the post and the address, or None after saying why nothing can be."""
    try:
        connection = require_connection()
    except Refused as refused:
        messages.error(request, str(refused))
        return None
    return SelectionForm(request.POST, connection=connection, query=request.GET.dict())


def _preview_page(request: TenantRequest, connection: Connection, found: QuerySet[ImportRecord]) -> HttpResponse:
    preview = previews.preview_of(PROJECTS, connection, found)
    reason = import_reason(request, connection)
    if not reason and not preview.possible:
        reason = "None of the chosen projects can be imported as they are."
    context = {
        "preview": preview,
        "changing": preview.counts[previews.CREATE] + preview.counts[previews.UPDATE],
        "groups": project_lists.preview_groups(preview, request.tenant),
        "limit": previews.SHOWN_PER_ACTION,
        "query": request.GET.urlencode(),
        "import_reason": reason,
        "back": chosen.came_from(request, _place(request)),
        "active_runs": project_lists.active_runs(connection),
    }
    return render(request, "erp_admin/preview.html", context)


def _ignore_context(request: TenantRequest, found: QuerySet[ImportRecord]) -> dict[str, object]:
    open_ones = found.filter(ignored_at=None, taken_over=None)
    count, number = open_ones.count(), found.count()
    return {
        "count": count,
        "left_out": number - count,
        "expected": number,
        "next": request.GET.get(chosen.NEXT, ""),
        "shown": open_ones[:20],
        "query": request.GET.urlencode(),
        "back": chosen.came_from(request, _place(request)),
    }


def _to_run(request: TenantRequest, started: Started, otherwise: str = "") -> HttpResponse:
    """To the page of the run; a run that was under way already is named, with who started it."""
    run: SyncRun = started.run
    if not started.is_new:
        messages.info(request, f"{run.title} is under way already, started by {starter(run)}. {otherwise}".strip())
    return redirect("run", tenant_slug=request.tenant.slug, number=run.number)


def _url(request: TenantRequest, name: str) -> str:
    return reverse(name, kwargs={"tenant_slug": request.tenant.slug})


def _list_url(request: TenantRequest) -> str:
    return chosen.with_query(_url(request, "projects"), chosen.list_query(request))


def _place(request: TenantRequest) -> chosen.ListPlace:
    return chosen.ListPlace("projects", "Projects", _list_url(request))


def _back(request: TenantRequest) -> HttpResponse:
    """To the page of this site the action came from, else to the list with its filter."""
    return redirect(back_to(request, _list_url(request)))


def _projects(count: int) -> str:
    return "1 project is" if count == 1 else f"{count:,} projects are"
