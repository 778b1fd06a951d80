"""What the pickers of documents offer for the words typed: mirrored records, and what is kept here."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.ui.pk import read_pk
from erp_admin.documents.types import document_types
from erp_admin.documents.words import find_documents, find_projects
from erp_admin.forms.pickers import MIRRORED, PROJECT_NUMBERS, PROJECTS_HERE, here_key
from erp_admin.models import Project
from integrations.gateway.access import live_connection
from integrations.models import Approval
from integrations.records.picking import pick
from integrations.views.settings import LONGEST_SEARCH, PICKED_AT_ONCE, Option, option_of, picker_answer

ASKED = PICKED_AT_ONCE + 1  # one more than is shown tells that there are more


@require_GET
@role_required(Role.VIEWER)
def pick_record(request: TenantRequest, list_key: str) -> HttpResponse:
    """Options as static/js/pickers.js and codes.js take them. Cost codes are a project's, cost types a `task`'s.

    `project` names it by its key, `project_number` by its number.
    """
    search = request.GET.get("q", "")[:LONGEST_SEARCH]
    if list_key in (PROJECTS_HERE, PROJECT_NUMBERS):
        projects = find_projects(search, ("number", "name"))[:ASKED]
        key = "number" if list_key == PROJECT_NUMBERS else "pk"
        return picker_answer(Option(str(getattr(each, key)), str(each), each.is_active) for each in projects)
    for document_type in document_types():
        if list_key == here_key(document_type.key):
            documents = find_documents(document_type, search).exclude(approval=Approval.VOID)[:ASKED]
            return picker_answer(Option(str(each.pk), str(each)) for each in documents)
    if list_key not in MIRRORED:
        raise Http404("Nothing is chosen from a list of this name.")
    connection, within = live_connection(), _within(request, list_key)
    if connection is None or within is None:
        return JsonResponse([], safe=False)
    return picker_answer(map(option_of, pick(connection, list_key, search, ASKED, **within)))


def _within(request: TenantRequest, list_key: str) -> dict[str, Any] | None:
    """What the records of a list are narrowed to; None where there is nothing to choose from yet."""
    if list_key not in ("tasks", "cost_types"):
        return {}
    number = request.GET.get("project_number", "")[:LONGEST_SEARCH]
    named = Q(number=number) if number else Q(pk=read_pk(request.GET.get("project")) or 0)
    project = Project.objects.filter(named).first()
    if project is None or not project.remote_id:
        return None
    task = {"parent_id": request.GET.get("task", "")} if list_key == "cost_types" else {}
    return {"scope_id": project.remote_id, **task}
