"""What the pickers of documents offer for the words typed: mirrored records, and what is kept here."""

from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.ui.pk import read_pk
from erp_admin.documents.types import document_types
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
        projects = _matching(Project.objects.all(), ("number",), "name", search)
        key = "number" if list_key == PROJECT_NUMBERS else "pk"
        return picker_answer(Option(str(getattr(each, key)), str(each), each.is_active) for each in projects)
    for document_type in document_types():
        if list_key == here_key(document_type.key):
            columns = document_type.columns
            usable = document_type.model.objects.exclude(approval=Approval.VOID).select_related(*columns.related)
            documents = _matching(usable, columns.number, "title", search)
            return picker_answer(Option(str(each.pk), str(each)) for each in documents)
    if list_key not in MIRRORED:
        raise Http404("Nothing is chosen from a list of this name.")
    connection, within = live_connection(), _within(request, list_key)
    if connection is None or within is None:
        return JsonResponse([], safe=False)
    return picker_answer(map(option_of, pick(connection, list_key, search, ASKED, **within)))


def _matching(records: "QuerySet[Any]", number: tuple[str, ...], name: str, search: str) -> "QuerySet[Any]":
    """By number, those whose number or name begins with what was typed before the others."""
    for word in search.split():
        records = records.filter(Q(number__icontains=word) | Q(**{f"{name}__icontains": word}))
    if not search.strip():
        return records.order_by(*number)[:ASKED]
    fits = Case(
        When(number__iexact=search.strip(), then=Value(0)),
        When(number__istartswith=search.strip(), then=Value(1)),
        When(**{f"{name}__istartswith": search.strip()}, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return records.order_by(fits, *number)[:ASKED]


def _within(request: TenantRequest, list_key: str) -> dict[str, str] | None:
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
