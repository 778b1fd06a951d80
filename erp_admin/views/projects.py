"""Projects kept here: made by hand, changed, and shown with their link, cost codes and history."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import TenantRequest, role_reason, role_required
from accounts.models import Role
from accounts.refusal import Refused
from accounts.templatetags.ui import when
from accounts.ui.paging import page_of
from accounts.ui.shown import ShownState
from accounts.ui.web_address import web_address
from erp_admin.forms.project import ProjectForm
from erp_admin.models import Project
from erp_admin.projects import selectors
from erp_admin.projects import service as services
from erp_admin.projects.flow import ProjectImport
from erp_admin.views.project_columns import NOT_LINKED
from erp_admin.views.project_money import money_of
from erp_admin.views.reasons import import_reason
from erp_admin.views.record_rows import Fact, fact, names_of_places, project_facts, state_of
from integrations.gateway.access import live_connection
from integrations.imports.selectors import MISSING, ImportRecord, import_rows_of

ADDED = ShownState("added", "Added in ERP Admin", "neutral", "plus-circle")
LINKED = ShownState("linked", "Linked", "success", "link-45deg")
Event = dict[str, Any]


@require_http_methods(["GET", "POST"])
@role_required(Role.ACCOUNTANT, may="Add and edit projects by hand")
def new(request: TenantRequest) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None
    return _form_page(request, ProjectForm(typed, tenant=request.tenant, connection=live_connection()))


@require_http_methods(["GET", "POST"])
@role_required(Role.ACCOUNTANT, may="Add and edit projects by hand")
def edit(request: TenantRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects, pk=pk)
    typed = request.POST if request.method == "POST" else None
    form = ProjectForm(typed, instance=project, tenant=request.tenant, connection=live_connection())
    return _form_page(request, form)


def _form_page(request: TenantRequest, form: ProjectForm) -> HttpResponse:
    is_new = form.instance.pk is None
    if request.method == "POST" and form.is_locked_whole:
        messages.error(request, "Nothing was saved: this project is kept in Intacct.")
        return redirect("project", tenant_slug=request.tenant.slug, pk=form.instance.pk)
    if request.method == "POST":
        project = _saved(form)
        if project is not None:
            messages.success(request, f"Project {project.number} was {'added' if is_new else 'saved'}.")
            return redirect("project", tenant_slug=request.tenant.slug, pk=project.pk)
    project_now = None if is_new else Project.objects.get(pk=form.instance.pk)
    context = {
        "form": form,
        "project": project_now,
        "record": selectors.record_of(project_now) if project_now else None,
        "cancel_url": _cancel_url(request, project_now),
    }
    return render(request, "erp_admin/project_form.html", context, status=form.status)


def _saved(form: ProjectForm) -> Project | None:
    """The project as saved; None where the form says why it was not."""
    with transaction.atomic():
        if form.instance.pk is not None:
            form.look_again()
        if not form.is_valid():
            return None
        try:
            return services.save_project(form.save(commit=False))
        except Refused as refused:
            form.add_error("number", str(refused))
            return None


def _cancel_url(request: TenantRequest, project: Project | None) -> str:
    slug = request.tenant.slug
    if project is not None:
        return reverse("project", kwargs={"tenant_slug": slug, "pk": project.pk})
    return reverse("projects", kwargs={"tenant_slug": slug}) + "?view=here"


@require_GET
@role_required(Role.VIEWER)
def project(request: TenantRequest, pk: int) -> HttpResponse:
    """One project kept here: facts, link, cost codes, history."""
    found = Project.objects.select_related("connection", "linked_by")
    project = get_object_or_404(found, pk=pk)
    record = selectors.record_of(project)
    context = {
        "project": project,
        "record": record,
        "state": _state(project, record),
        "facts": project_facts(project, names_of_places(project)),
        "money": money_of(request, project),
        "candidates": [] if project.is_linked else selectors.records_for(project),
        "link_facts": _link_facts(request, project, record),
        "tasks": page_of(request, selectors.tasks_of(project)) if project.is_linked else None,
        "events": _history(request, project, record),
        "role_reason": role_reason(request, Role.ACCOUNTANT),
        "import_reason": import_reason(request, live_connection()) if record else "",
    }
    return render(request, "erp_admin/project.html", context)


def _state(project: Project, record: ImportRecord | None) -> ShownState:
    """A linked project has its record's state; without a record nobody can tell more than that it is linked."""
    if not project.is_linked:
        return NOT_LINKED
    return state_of(record) if record is not None else LINKED


def _link_facts(request: TenantRequest, project: Project, record: ImportRecord | None) -> list[Fact]:
    if not project.is_linked:
        return []
    more = {}
    if record is not None:
        more["url"] = reverse("project_record", kwargs={"tenant_slug": request.tenant.slug, "item_pk": record.pk})
    facts = [
        fact("Project in Intacct", project.remote_id, **more),
        fact("Company", str(project.connection)),
        fact("Taken over from Intacct", when(project.refreshed_at, "not yet: import it")),
        fact("Linked", when(project.linked_at), note=f"by {project.linked_by}" if project.linked_by else ""),
    ]
    if web_address(project.remote_url):
        facts.append(fact("Address", "Open in Intacct", url=project.remote_url, external=True))
    return facts


def _history(request: TenantRequest, project: Project, record: ImportRecord | None) -> list[Event]:
    """What happened to the project, newest first: added, linked, each import run, gone in Intacct."""
    events = [_event(project.created_at, "Added in ERP Admin", ADDED)]
    if project.linked_at:
        text = f"To project {project.remote_id}."
        events.append(_event(project.linked_at, "Linked to Intacct", LINKED, text, project.linked_by))
    if record is not None and record.missing_at:
        title = "No longer in Intacct, or no longer visible to our user"
        events.append(_event(record.missing_at, title, MISSING.shown))
    for row in import_rows_of(ProjectImport.key, project):
        url = reverse("run", kwargs={"tenant_slug": request.tenant.slug, "number": row.run.number})
        moment = row.run.finished_at or row.run.started_at or row.run.created_at
        title = f"Import, sync {row.run.number}: {row.get_outcome_display()}"
        events.append(_event(moment, title, row.shown_outcome, row.message, row.run.started_by, url))
    # The link of an imported project is dated a moment before the project is stored; within a second, keep the order.
    events.reverse()
    return sorted(events, key=lambda event: event["at"].replace(microsecond=0), reverse=True)


def _event(at: datetime, title: str, state: ShownState, text: str = "", actor: object = None, url: str = "") -> Event:
    return {"at": at, "title": title, "state": state, "text": text, "actor": str(actor or ""), "url": url}
