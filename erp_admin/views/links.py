"""Link a project kept here to a record in Intacct, and cut the link. Nothing of either is changed by that."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.refusal import Refused
from accounts.ui.paging import page_of
from accounts.ui.pk import read_pk
from erp_admin.models import Project
from erp_admin.projects import selectors
from erp_admin.projects import service as services
from erp_admin.views.record_rows import entity_names, record_facts, record_row

# Of a record's facts, those by which a person tells whether two projects are the same.
TELLING = ("Project ID", "Customer", "Contract amount", "Begins", "Ends", "Entity")


@require_http_methods(["GET", "POST"])
@role_required(Role.ACCOUNTANT, may="Link projects to records of Sage Intacct, and unlink them")
def link(request: TenantRequest, item_pk: int) -> HttpResponse:
    """Choose the project here that a record stands for: near matches first, then a search over all unlinked ones."""
    found = selectors.project_records().select_related("connection")
    item = get_object_or_404(found, pk=item_pk)
    if request.method == "POST":
        project = get_object_or_404(Project.objects, pk=read_pk(request.POST.get("project")))
        return _link(request, item_pk, project)
    row = record_row(item, request.tenant)
    facts = [each for each in record_facts(row, entity_names(item.connection)) if each["label"] in TELLING]
    unlinked = selectors.projects_here({"linked": selectors.UNLINKED, "q": request.GET.get("q", "")})
    matches = selectors.matches_for(item)
    others = unlinked.filter(~Q(pk__in=[match.project.pk for match in matches]))
    context = {
        "item": item,
        "row": row,
        "facts": facts,
        "matches": matches,
        "page": page_of(request, others, 20),
        "searched": request.GET.get("q", "").strip(),
    }
    return render(request, "erp_admin/link.html", context)


def _link(request: TenantRequest, item_pk: int, project: Project) -> HttpResponse:
    item = selectors.project_records().get(pk=item_pk)
    try:
        linked = services.link(item, project, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("link_project", tenant_slug=request.tenant.slug, item_pk=item_pk)
    messages.success(
        request, f"Project {linked.number} is linked to {item} now. Import it to take over what Intacct has."
    )
    return redirect("project_record", tenant_slug=request.tenant.slug, item_pk=item_pk)


@require_POST
@role_required(Role.ACCOUNTANT, may="Link projects to records of Sage Intacct, and unlink them")
def unlink(request: TenantRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects, pk=pk)
    remote = project.remote_id
    try:
        services.unlink(project)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Project {project.number} is no longer linked to {remote}. Both stay as they are.")
    return redirect("project", tenant_slug=request.tenant.slug, pk=pk)
