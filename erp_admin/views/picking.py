"""What the pickers of documents offer for the words typed: mirrored records, and what is kept here."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.ui.pk import read_pk
from erp_admin.documents.types import document_types
from erp_admin.forms.pickers import MIRRORED, PROJECTS_HERE, here_key
from erp_admin.models import Project
from integrations.gateway.access import live_connection
from integrations.models import Approval, ListItem
from integrations.records.selectors import pick_list
from integrations.views.settings import LONGEST_SEARCH, Option, option_of, picker_answer


@require_GET
@role_required(Role.VIEWER)
def pick_record(request: TenantRequest, list_key: str) -> HttpResponse:
    """Options as static/js/pickers.js takes them. Cost codes and cost types are those of `project` and `task`."""
    search = request.GET.get("q", "")[:LONGEST_SEARCH]
    if list_key == PROJECTS_HERE:
        projects = _matching(Project.objects.order_by("number"), "name", search)
        return picker_answer(Option(str(each.pk), str(each), each.is_active) for each in projects)
    for document_type in document_types():
        if list_key == here_key(document_type.key):
            columns = document_type.columns
            usable = document_type.model.objects.exclude(approval=Approval.VOID).select_related(*columns.related)
            documents = _matching(usable.order_by(*columns.number), "title", search)
            return picker_answer(Option(str(each.pk), str(each)) for each in documents)
    if list_key not in MIRRORED:
        raise Http404("Nothing is chosen from a list of this name.")
    connection = live_connection()
    if connection is None:
        return JsonResponse([], safe=False)
    found = pick_list(connection, list_key, search)
    if list_key in ("tasks", "cost_types"):
        found = found.filter(fields__PROJECTID=_project_id(request)).exclude(fields__PROJECTID="")
    if list_key == "cost_types":
        found = found.filter(fields__TASKID=request.GET.get("task", ""))
    return picker_answer(option_of(item) for item in _unique(found))


def _matching(records: Any, name: str, search: str) -> Any:
    for word in search.split():
        records = records.filter(Q(number__icontains=word) | Q(**{f"{name}__icontains": word}))
    return records.iterator(chunk_size=100)


def _project_id(request: TenantRequest) -> str:
    project = Project.objects.filter(pk=read_pk(request.GET.get("project")) or 0).first()
    return project.remote_id if project else ""


def _unique(found: Any) -> Any:
    """One record of each id: the same id may stand in several entities."""
    seen: set[str] = set()
    item: ListItem
    for item in found.iterator(chunk_size=100):
        if item.business_id not in seen:
            seen.add(item.business_id)
            yield item
