"""Push documents: the summary of what would be sent, and the start. Nothing leaves before the second of the two."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from erp_admin import push_preview
from erp_admin.forms.selection import DocumentSelectionForm
from erp_admin.views.desks import DESKS, Desk, document_url, list_url, push_reason, where_to_fix
from erp_admin.views.record_rows import entity_names
from integrations.models import Connection
from integrations.refusal import Refused
from integrations.selectors import live_connection, why_not_sync
from integrations.services.pushes import Asked, ask_pushes


@require_POST
@role_required(Role.ACCOUNTANT, may="Push commitments and change orders")
def preview(request: TenantRequest, kind: str) -> HttpResponse:
    """What pushing the chosen documents would do; nothing is sent."""
    desk, connection = DESKS[kind], live_connection()
    form = _selection(request, desk)
    if form is None or connection is None:
        return _refused(request, desk, connection)
    return _preview_page(request, desk, connection, form)


@require_POST
@role_required(Role.ACCOUNTANT, may="Push commitments and change orders")
def start(request: TenantRequest, kind: str) -> HttpResponse:
    """Push what the summary showed. When other documents match by now, the summary is shown once more."""
    desk, connection = DESKS[kind], live_connection()
    form = _selection(request, desk)
    if form is None or connection is None:
        return _refused(request, desk, connection)
    expected = form.cleaned_data["expected"]
    if expected is not None and expected != (now := form.records.count()):
        text = f"{now:,} {desk.plural} match now; {expected:,} did at the summary. This is the new one."
        messages.warning(request, text)
        return _preview_page(request, desk, connection, form)
    try:
        asked = ask_pushes(connection, desk.flow, form.records, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(list_url(request, desk))
    return _told(request, desk, asked)


def _refused(request: TenantRequest, desk: Desk, connection: Connection | None) -> HttpResponse:
    if connection is None:
        messages.error(request, str(why_not_sync(None)))
    return redirect(list_url(request, desk))


def _selection(request: TenantRequest, desk: Desk) -> DocumentSelectionForm | None:
    """The valid selection, or None after saying what is wrong with it."""
    form = DocumentSelectionForm(request.POST, model=desk.model, noun=desk.noun, query=request.GET.dict())
    if form.is_valid():
        return form
    messages.error(request, form.problem)
    return None


def _preview_page(
    request: TenantRequest, desk: Desk, connection: Connection, form: DocumentSelectionForm
) -> HttpResponse:
    preview = push_preview.preview_of(connection, desk.flow, form.records)
    reason = push_reason(request, desk, connection)
    if not reason and not preview.possible:
        reason = f"None of the chosen {desk.plural} can be pushed as they are."
    names = entity_names(connection)
    context = {
        "desk": desk,
        "preview": preview,
        "blocked": [_blocked(request, desk, effect) for effect in preview.effects["blocked"]],
        "ready": [(effect, document_url(request, desk, effect.document)) for effect in preview.effects["ready"]],
        "waiting": [(effect, document_url(request, desk, effect.document)) for effect in preview.effects["waiting"]],
        "left": [(effect, document_url(request, desk, effect.document)) for effect in preview.effects["left"]],
        "totals": sorted(preview.totals.items()),
        "entities": [(names.get(entity, entity), number) for entity, number in sorted(preview.entities.items())],
        "connection": connection,
        "shown": push_preview.SHOWN,
        "explained": push_preview.EXPLAINED,
        "form": form,
        "items": [] if form.is_everything else [document.pk for document in form.records],
        "query": request.GET.urlencode(),
        "push_reason": reason,
        "back": list_url(request, desk),
    }
    return render(request, "erp_admin/push_preview.html", context)


def _blocked(request: TenantRequest, desk: Desk, effect: push_preview.Effect) -> dict[str, Any]:
    return {
        "document": effect.document,
        "url": document_url(request, desk, effect.document),
        "problems": [
            (problem, *where_to_fix(request, desk, problem.code, effect.document)) for problem in effect.problems
        ],
    }


def _told(request: TenantRequest, desk: Desk, asked: Asked) -> HttpResponse:
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
    text = f"Pushing {desk.plural}: {', '.join(told) or 'nothing to do'}."
    if asked.started is None:
        messages.warning(request, text)
        return redirect(list_url(request, desk))
    messages.success(request, text)
    return redirect("run", tenant_slug=request.tenant.slug, number=asked.started.run.number)
