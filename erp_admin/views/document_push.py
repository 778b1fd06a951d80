"""Push documents: the summary of what would be sent, and the start. Nothing leaves before the second of the two."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.access import TenantRequest
from accounts.refusal import Refused
from erp_admin.documents import preview as push_preview
from erp_admin.documents.types import AnyType, type_for
from erp_admin.forms.selection import DocumentSelectionForm
from erp_admin.views.document_pages import document_url, list_url, push_reason, where_to_fix
from erp_admin.views.record_rows import entity_names
from integrations.delivery.requests import PushOutcome, ask_pushes
from integrations.gateway.access import live_connection, why_not_sync
from integrations.models import Connection


def preview(request: TenantRequest, kind: str) -> HttpResponse:
    """What pushing the chosen documents would do; nothing is sent."""
    document_type, connection = type_for(kind), live_connection()
    form = _selection(request, document_type)
    if form is None or connection is None:
        return _refused(request, document_type, connection)
    return _preview_page(request, document_type, connection, form)


def start(request: TenantRequest, kind: str) -> HttpResponse:
    """Push what the summary showed. When other documents match by now, the summary is shown once more."""
    document_type, connection = type_for(kind), live_connection()
    form = _selection(request, document_type)
    if form is None or connection is None:
        return _refused(request, document_type, connection)
    expected = form.cleaned_data["expected"]
    if expected is not None and expected != (now := form.records.count()):
        text = f"{now:,} {document_type.plural} match now; {expected:,} did at the summary. This is the new one."
        messages.warning(request, text)
        return _preview_page(request, document_type, connection, form)
    try:
        asked = ask_pushes(connection, document_type.flow, form.records, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(list_url(request, document_type))
    return _told(request, document_type, asked)


def _refused(request: TenantRequest, document_type: AnyType, connection: Connection | None) -> HttpResponse:
    if connection is None:
        messages.error(request, str(why_not_sync(None)))
    return redirect(list_url(request, document_type))


def _selection(request: TenantRequest, document_type: AnyType) -> DocumentSelectionForm | None:
    """The valid selection, or None after saying what is wrong with it."""
    form = DocumentSelectionForm(
        request.POST, model=document_type.model, noun=document_type.noun, query=request.GET.dict()
    )
    if form.is_valid():
        return form
    messages.error(request, form.problem)
    return None


def _preview_page(
    request: TenantRequest, document_type: AnyType, connection: Connection, form: DocumentSelectionForm
) -> HttpResponse:
    preview = push_preview.preview_of(connection, document_type.flow, form.records)
    reason = push_reason(request, document_type, connection)
    if not reason and not preview.possible:
        reason = f"None of the chosen {document_type.plural} can be pushed as they are."
    names = entity_names(connection)
    context = {
        "document_type": document_type,
        "preview": preview,
        "blocked": [_blocked(request, document_type, effect) for effect in preview.effects["blocked"]],
        "ready": [
            (effect, document_url(request, document_type, effect.document)) for effect in preview.effects["ready"]
        ],
        "waiting": [
            (effect, document_url(request, document_type, effect.document)) for effect in preview.effects["waiting"]
        ],
        "left": [(effect, document_url(request, document_type, effect.document)) for effect in preview.effects["left"]],
        "totals": sorted(preview.totals.items()),
        "entities": [(names.get(entity, entity), number) for entity, number in sorted(preview.entities.items())],
        "connection": connection,
        "shown": push_preview.SHOWN,
        "explained": push_preview.EXPLAINED,
        "form": form,
        "items": [] if form.is_everything else [document.pk for document in form.records],
        "query": request.GET.urlencode(),
        "push_reason": reason,
        "back": list_url(request, document_type),
    }
    return render(request, "erp_admin/push_preview.html", context)


def _blocked(request: TenantRequest, document_type: AnyType, effect: push_preview.Effect) -> dict[str, Any]:
    return {
        "document": effect.document,
        "url": document_url(request, document_type, effect.document),
        "problems": [
            (problem, *where_to_fix(request, document_type, problem.code, effect.document))
            for problem in effect.problems
        ],
    }


def _told(request: TenantRequest, document_type: AnyType, asked: PushOutcome) -> HttpResponse:
    """Say what became of the wish, and go to the run that works it off."""
    told = []
    if asked.queued:
        told.append(f"{len(asked.queued):,} queued")
    if asked.waiting:
        told.append(f"{len(asked.waiting):,} waiting for another document")
    if asked.blocked:
        told.append(f"{len(asked.blocked):,} blocked and not sent")
    if asked.left:
        told.append(f"{len(asked.left):,} left as they are")
    text = f"Pushing {document_type.plural}: {', '.join(told) or 'nothing to do'}."
    if asked.started is None:
        messages.warning(request, text)
        return redirect(list_url(request, document_type))
    is_whole = not (asked.blocked or asked.left or asked.waiting)
    messages.add_message(request, messages.INFO if is_whole else messages.WARNING, text)
    return redirect("run", tenant_slug=request.tenant.slug, number=asked.started.run.number)
