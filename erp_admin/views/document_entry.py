"""Enter and change a document with its lines, and go on with it: approve it, or look at what a push would do.

Owns the page; what may be changed is decided by the lock of its type, what may be stored by its service.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.module_loading import import_string

from accounts.access import TenantRequest
from accounts.drafts.service import draft_saved
from accounts.refusal import Refused
from accounts.ui.pk import read_pk
from erp_admin.documents import selectors
from erp_admin.documents.chosen import keep
from erp_admin.documents.types import AnyType, parent_type_of, type_for
from erp_admin.forms.entry import LineForms
from erp_admin.forms.pickers import here_key
from erp_admin.views.chosen import CHOSEN, NEXT
from erp_admin.views.document_pages import action_reason, document_or_404, document_url, tenant_url
from erp_admin.views.document_push import preview_url
from erp_admin.views.entry_page import is_still_to_approve, page_context, propose_number
from integrations.gateway.access import live_connection
from integrations.models import Approval

APPROVE, PUSH = "approve", "push"  # what may follow saving


def new(request: TenantRequest, kind: str) -> HttpResponse:
    document_type = type_for(kind)
    parent_type = parent_type_of(document_type)
    if parent_type is None or document_type.parent is None:
        return _page(request, document_type, document_type.blank(request.tenant, None))
    key = request.GET.get(document_type.parent.attribute, "")
    if not key:
        if request.method == "POST":
            return redirect(tenant_url(request, document_type.new_url_name))
        return render(request, "erp_admin/choose_parent.html", _choice(request, document_type, parent_type))
    parent = get_object_or_404(selectors.documents(parent_type.model), pk=read_pk(key))
    if parent.approval == Approval.VOID and request.method != "POST":  # what was typed is shown with the refusal
        noun = parent_type.noun.capitalize()
        messages.error(request, f"{noun} {parent.number} is void, so it takes no {document_type.plural}.")
        return redirect(document_url(request, parent_type, parent))
    return _page(request, document_type, document_type.blank(request.tenant, parent))


def _choice(request: TenantRequest, document_type: AnyType, parent_type: AnyType) -> dict[str, Any]:
    return {
        "document_type": document_type,
        "parent_type": parent_type,
        "pick_url": tenant_url(request, "pick_record", list_key=here_key(parent_type.key)),
        "newest": parent_type.model.objects.exclude(approval=Approval.VOID).order_by("-pk")[:50],
    }


def edit(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    document_type = type_for(kind)
    return _page(request, document_type, document_or_404(document_type, pk))


def _page(request: TenantRequest, document_type: AnyType, document: Any) -> HttpResponse:
    connection = live_connection()
    form: type[LineForms] = import_string(document_type.entry)
    title, is_new = str(document) if document.pk else "", document.pk is None
    if request.method != "POST":
        entry = form(document, connection)
        if is_new:
            propose_number(entry)
        return _shown(request, document_type, entry, title)
    entry = form(document, connection, request.POST)
    if entry.lock is not None and entry.lock.is_whole:
        messages.error(request, f"Nothing was saved. {entry.lock.reason} {entry.lock.way_out}")
        return redirect(document_url(request, document_type, document))
    saved = entry.save() if entry.is_valid() else None
    if saved is None:
        return _shown(request, document_type, entry, title, status=422)
    return _gone_on(request, document_type, saved, "added" if is_new else "saved")


def _shown(
    request: TenantRequest, document_type: AnyType, entry: LineForms, title: str, status: int = 200
) -> HttpResponse:
    context = page_context(request, document_type, entry, title)
    return render(request, "erp_admin/document_form.html", context, status=status)


def _gone_on(request: TenantRequest, document_type: AnyType, saved: Any, done: str) -> HttpResponse:
    """Saved, and approved or taken to the summary of its push where that was asked for."""
    draft_saved(request)  # also where all that is said is that it was not approved
    then = request.POST.get("then", "")
    name = f"{document_type.noun.capitalize()} {saved.number}"
    if then in (APPROVE, PUSH) and not action_reason(request, document_type, "approve"):
        try:
            if is_still_to_approve(saved):
                document_type.decisions.approve(saved, by=request.user)
        except Refused as refused:
            messages.error(request, f"{name} was {done}, but not approved. {refused}")
            return redirect(document_url(request, document_type, saved))
        messages.success(request, f"{name} was {done} and approved.")
        if then == PUSH and not action_reason(request, document_type, "push"):
            return redirect(_push_summary(request, document_type, saved))
        return redirect(document_url(request, document_type, saved))
    messages.success(request, f"{name} was {done}.")
    if saved.approval == Approval.NEEDS_REVIEW:
        why = f"{saved.approval_reason} " if saved.approval_reason else ""
        messages.warning(request, f"{why}It needs to be approved again before it is pushed.")
    return redirect(document_url(request, document_type, saved))


def _push_summary(request: TenantRequest, document_type: AnyType, document: Any) -> str:
    """The address of the summary of what pushing this one would send."""
    kept = keep(request.tenant, document_type.key, [document.pk], by=request.user)
    query = {CHOSEN: kept.pk, NEXT: document_url(request, document_type, document)}
    return f"{preview_url(request, document_type)}?{urlencode(query)}"
