"""Enter and change a commitment or change order with its lines.

Owns the page; what may be changed is decided by erp_admin.purchasing.locks, what may be stored by the services.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.ui.pk import read_pk
from erp_admin.documents.preview import currency_of
from erp_admin.documents.types import DOCUMENT_TYPES, DocumentType
from erp_admin.forms.entry import LineForms
from erp_admin.forms.pickers import COMMITMENTS_HERE
from erp_admin.models import ChangeOrder, Commitment, CommitmentKind
from erp_admin.views.document_pages import document_or_404, document_url, tenant_url
from integrations.gateway.access import live_connection
from integrations.models import Approval


@require_http_methods(["GET", "POST"])
@role_required(Role.ACCOUNTANT, may="Enter, edit and approve commitments and change orders")
def new(request: TenantRequest, kind: str) -> HttpResponse:
    document_type = DOCUMENT_TYPES[kind]
    if document_type.model is Commitment:
        document: Any = Commitment(
            tenant=request.tenant,
            kind=CommitmentKind.SUBCONTRACT,
            currency=request.tenant.base_currency,
            dated_on=timezone.localdate(),
        )
        return _page(request, document_type, document)
    key = request.GET.get("commitment", "")
    if not key:
        return render(request, "erp_admin/choose_commitment.html", {"document_type": document_type, **_choice(request)})
    base = get_object_or_404(Commitment.objects.select_related("project"), pk=read_pk(key))
    if base.approval == Approval.VOID:
        messages.error(request, f"Commitment {base.number} is void, so it takes no change orders.")
        return redirect("commitment", tenant_slug=request.tenant.slug, pk=base.pk)
    return _page(
        request, document_type, ChangeOrder(tenant=request.tenant, commitment=base, dated_on=timezone.localdate())
    )


def _choice(request: TenantRequest) -> dict[str, Any]:
    return {
        "pick_url": tenant_url(request, "pick_record", list_key=COMMITMENTS_HERE),
        "newest": Commitment.objects.exclude(approval=Approval.VOID).order_by("-pk")[:50],
    }


@require_http_methods(["GET", "POST"])
@role_required(Role.ACCOUNTANT, may="Enter, edit and approve commitments and change orders")
def edit(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    document_type = DOCUMENT_TYPES[kind]
    return _page(request, document_type, document_or_404(document_type, pk))


def _page(request: TenantRequest, document_type: DocumentType, document: Any) -> HttpResponse:
    connection = live_connection()
    title = str(document) if document.pk else ""
    if request.method != "POST":
        return _shown(request, document_type, LineForms(document, connection), title)
    if "add_line" in request.POST:
        return _shown(request, document_type, LineForms(document, connection, request.POST, again=True), title)
    entry = LineForms(document, connection, request.POST)
    if entry.lock is not None and entry.lock.is_whole:
        messages.error(request, f"Nothing was saved. {entry.lock.reason} {entry.lock.way_out}")
        return redirect(document_url(request, document_type, document))
    is_new = document.pk is None
    saved = entry.save() if entry.is_valid() else None
    if saved is None:
        return _shown(request, document_type, entry, title, status=422)
    done = "added" if is_new else "saved"
    messages.success(request, f"{document_type.noun.capitalize()} {saved.number} was {done}.")
    if saved.approval == Approval.NEEDS_REVIEW:
        why = f"{saved.approval_reason} " if saved.approval_reason else ""
        messages.warning(request, f"{why}It needs to be approved again before it is pushed.")
    return redirect(document_url(request, document_type, saved))


def _shown(
    request: TenantRequest, document_type: DocumentType, entry: LineForms, title: str, status: int = 200
) -> HttpResponse:
    document = entry.document
    base = document.commitment if isinstance(document, ChangeOrder) else None
    is_new = not title
    cancel = document_url(request, document_type, document) if not is_new else tenant_url(request, document_type.many)
    if is_new and base is not None:
        cancel = tenant_url(request, "commitment", pk=base.pk)
    context = {
        "document_type": document_type,
        "entry": entry,
        "document": document,
        "base": base,
        "is_new": is_new,
        "title": title,
        "currency": currency_of(document),
        "cancel_url": cancel,
        "is_connected": live_connection() is not None,
    }
    return render(request, "erp_admin/document_form.html", context, status=status)
