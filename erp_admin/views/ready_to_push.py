"""Everything that is ready, over all document types: what a push of it would do, and one button that starts it.

Owns the page and the order. What is ready is said by the documents' state, what would be sent by the judgment of each.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.access import TenantRequest, role_reason
from accounts.models import Role
from accounts.refusal import Refused
from accounts.ui.pk import read_pk
from erp_admin.documents import preview as push_preview
from erp_admin.documents.selectors import ready_documents
from erp_admin.documents.types import AnyType, document_types
from erp_admin.views import chosen
from erp_admin.views.document_pages import push_reason, tenant_url
from erp_admin.views.document_push import blocked, linked, preview_url, tell
from erp_admin.views.documents import active_runs
from integrations.delivery.requests import ask_pushes, request_end
from integrations.gateway.access import live_connection, why_not_sync
from integrations.models import Connection, SyncRun

NAMED = 20  # documents of each group that a section shows


def pushed_types() -> list[AnyType]:
    """Every type that is pushed, a parent before what waits for it."""
    return [each for each in document_types() if each.offers("push")]


def ready(request: TenantRequest) -> HttpResponse:
    """What is ready to be pushed, type by type, with its money; nothing is sent."""
    connection = live_connection()
    sections = [] if connection is None else [_section(request, connection, each) for each in pushed_types()]
    reasons = [section["reason"] for section in sections if section["possible"]]
    possible = sum(section["possible"] for section in sections if not section["reason"])
    reason = str(why_not_sync(connection) or "") or role_reason(request, Role.ACCOUNTANT)
    if not reason and reasons and not possible:
        reason = reasons[0]
    context = {
        "sections": [section for section in sections if section["preview"].chosen or section["active_runs"]],
        "possible": possible,
        # Of every type, so that one of which nothing was shown is not pushed unseen.
        "marks": [(section["type"].key, chosen.written(section["preview"].marks)) for section in sections],
        "expected": sum(section["preview"].chosen for section in sections),
        "reason": reason,
        "connection": connection,
        "active_runs": [run for section in sections for run in section["active_runs"]],
    }
    return render(request, "erp_admin/ready_to_push.html", context)


def _section(request: TenantRequest, connection: Connection, document_type: AnyType) -> dict[str, Any]:
    preview = push_preview.preview_of(connection, document_type.flow, ready_documents(document_type.model))
    return {
        "type": document_type,
        "preview": preview,
        "possible": preview.possible,
        "reason": push_reason(request, document_type, connection),
        "money": {group: sorted(sums.items()) for group, sums in preview.money.items()},
        "blocked": blocked(request, document_type, preview.effects[push_preview.BLOCKED][:NAMED]),
        "ready": linked(request, document_type, preview.effects[push_preview.READY][:NAMED]),
        "waiting": linked(request, document_type, preview.effects[push_preview.WAITING][:NAMED]),
        "preview_url": f"{preview_url(request, document_type)}?state=ready",
        "active_runs": active_runs(connection, document_type),
    }


def start(request: TenantRequest) -> HttpResponse:
    """Push what the page showed of every type, in the order of the register; children wait for their parents by
    themselves."""
    page, connection = tenant_url(request, "ready_to_push"), live_connection()
    if connection is None:
        messages.error(request, str(why_not_sync(None)))
        return redirect(page)
    expected = read_pk(request.POST.get("expected"))
    now = sum(ready_documents(each.model).count() for each in pushed_types())
    if expected != now:
        seen = "none" if expected is None else f"{expected:,}"
        messages.warning(request, f"{now:,} documents are ready now; {seen} when you looked. This is how it is now.")
        return redirect(page)
    ends_at = request_end()
    runs = [run for each in pushed_types() if (run := _pushed(request, connection, each, ends_at)) is not None]
    if not runs:
        return redirect(page)
    return redirect("run", tenant_slug=request.tenant.slug, number=runs[0].number)


def _pushed(request: TenantRequest, connection: Connection, document_type: AnyType, ends_at: float) -> SyncRun | None:
    """The run that works off what is ready of a type, None where nothing of it is pushed."""
    found = ready_documents(document_type.model)
    if not found.exists():
        return None
    try:
        shown = chosen.marks_in(request, f"shown_{document_type.key}")
        asked = ask_pushes(connection, document_type.flow, found, by=request.user, shown=shown, ends_at=ends_at)
    except Refused as refused:
        messages.error(request, f"{document_type.title}: {refused}")
        return None
    tell(request, document_type, asked)
    return asked.started.run if asked.started is not None else None
