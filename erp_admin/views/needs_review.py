"""Needs review: what waits for the approval of the person who looks, and one after the other with accept and reject.

Owns the pages; what a decision does is the service's of the type.
"""

from itertools import islice
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.refusal import Refused
from erp_admin.approvals.waiting import Waiting, waiting_for
from erp_admin.documents.types import AnyType, document_types, type_for
from erp_admin.views.document_actions import REJECTED, approved_text
from erp_admin.views.document_pages import document_or_404, document_url, tenant_url
from erp_admin.views.record_lines import line_table
from erp_admin.views.record_review import review_shown
from integrations.delivery import blocked
from integrations.gateway.access import live_connection
from integrations.models import Approval

SHOWN: Final = 100
REVIEWS: Final = "Approve and reject documents that wait for review"


@require_GET
@role_required(Role.VIEWER)
def needs_review(request: TenantRequest) -> HttpResponse:
    """The first SHOWN of what waits for this person."""
    found = list(islice(waiting_for(request.user), SHOWN + 1))
    rows = [_row(request, each) for each in found[:SHOWN]]
    context = {"rows": rows, "shown": SHOWN, "is_cut": len(found) > SHOWN}
    return render(request, "erp_admin/needs_review.html", context)


def _row(request: TenantRequest, waiting: Waiting) -> dict[str, Any]:
    document_type, document = waiting.document_type, waiting.document
    columns = document_type.columns
    return {
        "document": document,
        "noun": document_type.noun,
        "party": document_type.value_of(document, columns.vendor_name or columns.vendor) or "",
        "currency": document_type.currency_of(document),
        "step": waiting.step.told if waiting.step is not None else "approval",
        "since": waiting.since,
        "url": _review_url(request, document_type, document.pk),
    }


def _review_url(request: TenantRequest, document_type: AnyType, pk: int) -> str:
    return tenant_url(request, "review_document", flow=document_type.key, document_pk=pk)


@require_http_methods(["GET", "POST"])
@role_required(Role.ACCOUNTANT, may=REVIEWS)
def review(request: TenantRequest, flow: str, document_pk: int) -> HttpResponse:
    """One document under review: what it says, its steps, accept and reject; then the next one that waits."""
    if flow not in {each.key for each in document_types()}:
        raise Http404("There is no such type of documents.")
    document_type = type_for(flow)
    document = document_or_404(document_type, document_pk)
    if request.method == "POST":
        return _decided(request, document_type, document)
    return _review_page(request, document_type, document)


def _decided(request: TenantRequest, document_type: AnyType, document: Any) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:300]
    try:
        if "reject" in request.POST:
            document_type.decisions.reject(document, by=request.user, reason=reason)
            messages.success(request, REJECTED.format(document.number))
        else:
            document_type.decisions.approve(document, by=request.user, seen=request.POST.get("seen", ""))
            messages.success(request, approved_text(document))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(_review_url(request, document_type, document.pk))
    connection = live_connection()
    if connection is not None and document.judged_for is None:
        blocked.renew_one(document_type.flow, document, connection)
    return redirect(_next_url(request, document_type, document))


def _next_url(request: TenantRequest, document_type: AnyType, document: Any) -> str:
    """The next one that waits after this one, else the first; the queue where none does."""
    waiting = [each for each in islice(waiting_for(request.user), SHOWN) if each.document != document]
    order = [each.key for each in document_types()]

    def place(key: str, pk: int) -> tuple[int, int]:
        return order.index(key), pk

    here = place(document_type.key, document.pk)
    later = [each for each in waiting if place(each.document_type.key, each.document.pk) > here]
    if not waiting:
        return tenant_url(request, "needs_review")
    following = (later or waiting)[0]
    return _review_url(request, following.document_type, following.document.pk)


def _review_page(request: TenantRequest, document_type: AnyType, document: Any) -> HttpResponse:
    columns = document_type.columns
    context = {
        "document_type": document_type,
        "document": document,
        "currency": document_type.currency_of(document),
        "summary": document_type.summary(document),
        "party": document_type.value_of(document, columns.vendor_name or columns.vendor) or "",
        "lines": line_table(document_type, document, None),
        "review": review_shown(document, request.user),
        "is_open": document.approval == Approval.NEEDS_REVIEW,
        "record_url": document_url(request, document_type, document),
        "next_url": _next_url(request, document_type, document),
    }
    return render(request, "erp_admin/review_document.html", context)
