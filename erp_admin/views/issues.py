"""Issues: everything that needs a person, over all kinds of documents, and the end of a hold."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_GET, require_POST

from accounts.access import TenantRequest, role_reason, role_required
from accounts.models import Role
from accounts.refusal import Refused
from accounts.sign_in.proof import proof_required
from accounts.ui.back import back_to
from accounts.ui.paging import PAGE_SIZE, page_of
from erp_admin.documents.issues import JUDGED, Cause, attention
from erp_admin.documents.types import type_for
from erp_admin.views.document_pages import document_url, is_at_a_document, where_to_fix
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import release_hold
from integrations.gateway.access import live_connection
from integrations.models import PushHold


@require_GET
@role_required(Role.VIEWER)
def issues(request: TenantRequest) -> HttpResponse:
    found = attention(live_connection())
    page: Any = page_of(request, found.causes, PAGE_SIZE)  # type: ignore[arg-type]
    context = {
        "holds": [{"hold": hold, "title": capfirst(push_flow(hold.flow).plural)} for hold in found.holds],
        "causes": [_shown(request, cause) for cause in page],
        "page": page,
        "blocked": found.blocked,
        "unjudged": found.unjudged,
        "judged": JUDGED,
        "admin_reason": role_reason(request, Role.ADMIN),
    }
    return render(request, "erp_admin/issues.html", context)


def _shown(request: TenantRequest, cause: Cause) -> dict[str, Any]:
    document_type = type_for(cause.flow_key)
    url, words = where_to_fix(request, document_type, cause.code, cause.documents[0])
    several = cause.count > 1 and is_at_a_document(cause.code)
    return {
        "cause": cause,
        "document_type": document_type,
        "documents": [(document, document_url(request, document_type, document)) for document in cause.documents],
        "more": cause.count - len(cause.documents),
        "url": "" if several else url,
        "words": words,
    }


@require_POST
@role_required(Role.ADMIN, may="End a hold on pushing")
@proof_required
def release(request: TenantRequest, pk: int) -> HttpResponse:
    """Send again what was held: somebody has fixed the cause."""
    hold = get_object_or_404(PushHold.objects.select_related("connection"), pk=pk)
    title = capfirst(push_flow(hold.flow).plural)
    try:
        release_hold(hold, by=request.user)
    except Refused as refused:
        messages.error(request, f"The hold was ended, but nothing could be started. {refused}")
    else:
        messages.info(request, f"{title}: what was held is queued again. The run says what comes of it.")
    return redirect(back_to(request, reverse("issues", kwargs={"tenant_slug": request.tenant.slug})))
