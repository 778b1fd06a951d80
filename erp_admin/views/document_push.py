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
from erp_admin.views import chosen
from erp_admin.views.document_pages import (
    document_url,
    list_place,
    push_reason,
    tenant_url,
    where_to_fix,
)
from erp_admin.views.record_rows import entity_names
from integrations.delivery.requests import NOT_AS_SHOWN, PushOutcome, ask_pushes, request_end
from integrations.gateway.access import live_connection, why_not_sync
from integrations.models import Connection
from integrations.views.run_words import asked_text


def selection(request: TenantRequest, document_type: AnyType) -> DocumentSelectionForm:
    """What is chosen in the list of a type, by what was posted and by the address."""
    return DocumentSelectionForm(
        request.POST, model=document_type.model, noun=document_type.noun, query=request.GET.dict()
    )


def preview(request: TenantRequest, kind: str) -> HttpResponse:
    """What pushing the chosen documents would do; nothing is sent. A posted selection gets an address first."""
    document_type, connection = type_for(kind), live_connection()
    place, form = list_place(request, document_type), selection(request, document_type)
    if connection is None:
        messages.error(request, str(why_not_sync(None)))
        return redirect(place.url)
    if request.method == "POST":
        return chosen.keep(request, place, request.path, form)
    found = chosen.meant(request, place, form)
    if found is None:
        return chosen.gone(request, place)
    return _preview_page(
        request, document_type, connection, push_preview.preview_of(connection, document_type.flow, found)
    )


def start(request: TenantRequest, kind: str) -> HttpResponse:
    """Push what the summary showed, each document as it was shown there. When other documents match by now, the summary
    is shown once more."""
    document_type, connection = type_for(kind), live_connection()
    place, form = list_place(request, document_type), selection(request, document_type)
    if connection is None:
        messages.error(request, str(why_not_sync(None)))
        return redirect(place.url)
    found = chosen.confirmed(request, place, form)
    if found is None:
        return redirect(place.url)
    if chosen.number_changed(request, found, document_type.plural):
        return redirect(chosen.with_query(preview_url(request, document_type), request.GET.urlencode()))
    try:
        asked = ask_pushes(
            connection,
            document_type.flow,
            found,
            by=request.user,
            shown=chosen.marks_in(request, "shown"),
            ends_at=request_end(),
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(place.url)
    tell(request, document_type, asked)
    if asked.started is None:
        is_other = any(why == NOT_AS_SHOWN for _, why in asked.left)
        summary = chosen.with_query(preview_url(request, document_type), request.GET.urlencode())
        return redirect(summary if is_other else place.url)
    return redirect("run", tenant_slug=request.tenant.slug, number=asked.started.run.number)


def preview_url(request: TenantRequest, document_type: AnyType) -> str:
    return tenant_url(request, document_type.address_of(document_type.action("preview")))


def _preview_page(
    request: TenantRequest, document_type: AnyType, connection: Connection, preview: push_preview.PushPreview
) -> HttpResponse:
    reason = push_reason(request, document_type, connection)
    if not reason and not preview.possible:
        reason = f"None of the chosen {document_type.plural} can be pushed as they are."
    names = entity_names(connection)
    context = {
        "document_type": document_type,
        "preview": preview,
        "marks": chosen.written(preview.marks),
        **{group: linked(request, document_type, preview.effects[group]) for group in ("ready", "waiting", "left")},
        "blocked": blocked(request, document_type, preview.effects["blocked"]),
        "money": {group: sorted(sums.items()) for group, sums in preview.money.items()},
        "reasons": preview.reasons.most_common(),
        "entities": [(names.get(entity, entity), number) for entity, number in sorted(preview.entities.items())],
        "connection": connection,
        "shown": push_preview.SHOWN,
        "query": request.GET.urlencode(),
        "push_reason": reason,
        "back": chosen.came_from(request, list_place(request, document_type)),
    }
    return render(request, "erp_admin/push_preview.html", context)


def linked(
    request: TenantRequest, document_type: AnyType, effects: list[push_preview.Effect]
) -> list[tuple[push_preview.Effect, str, str]]:
    """The effects, each with the address and the currency of its document."""
    return [
        (effect, document_url(request, document_type, effect.document), document_type.currency_of(effect.document))
        for effect in effects
    ]


def blocked(request: TenantRequest, document_type: AnyType, effects: list[push_preview.Effect]) -> list[dict[str, Any]]:
    """Blocked documents with everything that is wrong with each, and where it is fixed."""
    return [
        {
            "document": effect.document,
            "currency": document_type.currency_of(effect.document),
            "url": document_url(request, document_type, effect.document),
            "problems": [
                (problem, *where_to_fix(request, document_type, problem.code, effect.document))
                for problem in effect.problems
            ],
        }
        for effect in effects
    ]


def tell(request: TenantRequest, document_type: AnyType, asked: PushOutcome) -> None:
    """Say what became of a wish to push, where it is not simply what the page of the run says."""
    if text := asked_text(asked, document_type.plural):
        messages.warning(request, text)
