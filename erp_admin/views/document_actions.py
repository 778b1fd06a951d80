"""What can be decided about one commitment or change order: approve, reject, void, ignore, link, refresh, settle drift.

Each is authorize, one call, message, redirect. Rules live in the services.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.refusal import Refused
from accounts.storable import storable
from erp_admin.documents.preview import currency_of
from erp_admin.documents.types import DOCUMENT_TYPES, DocumentType
from erp_admin.models import ChangeOrder
from erp_admin.purchasing import service as services
from erp_admin.purchasing.reading import amount
from erp_admin.views.document_pages import document_or_404, document_url, push_reason
from integrations.delivery import readback, requests
from integrations.delivery.contract import Found
from integrations.gateway.access import live_connection, require_connection
from integrations.intacct import IntacctError
from integrations.models import Approval

LONGEST_NUMBER = 100


def _act(request: TenantRequest, kind: str, pk: int, act: Callable[[DocumentType, Any], str]) -> HttpResponse:
    """Do it and say so, or say why not; then back to the document."""
    document_type = DOCUMENT_TYPES[kind]
    document = document_or_404(document_type, pk)
    try:
        messages.success(request, act(document_type, document))
    except Refused as refused:
        messages.error(request, str(refused))
    except IntacctError as error:
        messages.error(request, f"{error.sentence} {error.advice}".strip())
    return redirect(document_url(request, document_type, document))


@require_POST
@role_required(Role.ACCOUNTANT, may="Enter, edit and approve commitments and change orders")
def approve(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: DocumentType, document: Any) -> str:
        services.approve(document, by=request.user, seen=request.POST.get("seen", ""))
        return f"{document.number} is approved and can be pushed."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Enter, edit and approve commitments and change orders")
def reject(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: DocumentType, document: Any) -> str:
        services.reject(document, by=request.user, reason=request.POST.get("reason", ""))
        return f"{document.number} is rejected. It is not pushed until it is approved."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Enter, edit and approve commitments and change orders")
def back_to_draft(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: DocumentType, document: Any) -> str:
        services.back_to_draft(document, by=request.user)
        return f"{document.number} is a draft again. It is not pushed until it is approved."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Enter, edit and approve commitments and change orders")
def void(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: DocumentType, document: Any) -> str:
        services.void(document, by=request.user)
        return f"{document.number} is void. It stays in the list and is never pushed."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Push commitments and change orders")
def take_back(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: DocumentType, document: Any) -> str:
        if not requests.take_back_document(document, by=request.user):
            raise Refused("It cannot be taken back any more: sending has begun, or it has ended.", code="NOT-QUEUED")
        return f"{document.number} was taken back. Nothing of it was sent."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Ignore records and restore them")
def ignore(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: DocumentType, document: Any) -> str:
        requests.ignore(document, reason=storable(request.POST.get("reason", "")).strip(), by=request.user)
        return f"{document.number} is ignored. Restore it whenever you want."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Ignore records and restore them")
def restore(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: DocumentType, document: Any) -> str:
        services.restore(document, by=request.user)
        return f"{document.number} is restored."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Link commitments and change orders to records of Sage Intacct, and unlink them")
def unlink(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: DocumentType, document: Any) -> str:
        former = document.remote_id
        if not former:
            raise Refused("It is not linked.", code="NOT-LINKED")
        requests.unlink(document, by=request.user)
        again = (
            " It needs to be approved again before it is pushed." if document.approval == Approval.NEEDS_REVIEW else ""
        )
        return f"{document.number} is no longer linked to {former}. Nothing was changed in Intacct.{again}"

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Read records again from Sage Intacct")
def refresh(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Read the record back now."""

    def act(document_type: DocumentType, document: Any) -> str:
        named = readback.refresh(require_connection(), document_type.flow, document)
        return f"Compared with Intacct: {'; '.join(named)}." if named else "Compared with Intacct just now."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Push commitments and change orders")
def recreate(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Push again what was deleted in Intacct."""

    def act(document_type: DocumentType, document: Any) -> str:
        former = document.remote_id
        asked = readback.recreate(require_connection(), document_type.flow, document, by=request.user)
        for _, problems in asked.blocked:
            raise Refused(
                f"It is no longer linked to {former}, but cannot be pushed yet. {problems[0]}", code=problems[0].code
            )
        for _, why in asked.left:
            raise Refused(f"It is no longer linked to {former}, but is not pushed. {why}", code="NOTHING")
        return f"{document.number} is queued to be created in Intacct again, in place of {former}."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Enter, edit and approve commitments and change orders")
def take_theirs(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Use Intacct's version: make the document what its record holds."""

    def act(document_type: DocumentType, document: Any) -> str:
        named = readback.take_theirs(require_connection(), document_type.flow, document)
        rest = f" This still differs: {'; '.join(named)}." if named else ""
        document.refresh_from_db(fields=["approval", "approval_reason"])
        fell = f" {document.approval_reason}" if document.approval == Approval.NEEDS_REVIEW else ""
        return f"{document.number} is what {document.remote_id} is in Intacct now.{rest}{fell}"

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Push commitments and change orders")
def push_ours(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Push ours again: write what is in ERP Admin over what Intacct holds."""

    def act(document_type: DocumentType, document: Any) -> str:
        pushed = readback.push_ours(require_connection(), document_type.flow, document, by=request.user)
        for _, problems in pushed.blocked:
            raise Refused(f"It cannot be pushed yet. {problems[0]}", code=problems[0].code)
        for _, why in pushed.left:
            return f"Nothing to push: {document.number} is in Intacct as it is in ERP Admin. {why}"
        return f"{document.number} is queued; what differs in {document.remote_id} is written as it is in ERP Admin."

    return _act(request, kind, pk, act)


@require_http_methods(["GET", "POST"])
@role_required(Role.ACCOUNTANT, may="Link commitments and change orders to records of Sage Intacct, and unlink them")
def link(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Search Intacct by number, compare what is found with the document, and link one."""
    document_type, connection = DOCUMENT_TYPES[kind], live_connection()
    document = document_or_404(document_type, pk)
    if request.method == "POST":
        chosen = storable(request.POST.get("record", ""))[:LONGEST_NUMBER]

        def act(document_type: DocumentType, document: Any) -> str:
            named = readback.link(require_connection(), document_type.flow, document, chosen, by=request.user)
            return f"Linked to {chosen}. {'; '.join(named) or 'It is equal on both sides'}."

        return _act(request, kind, pk, act)
    text = request.GET.get("q", "").strip()[:LONGEST_NUMBER]
    reason = push_reason(request, document_type, connection)
    found, trouble = _search(request, document_type, document, text) if text and not reason else ([], None)
    base = document.commitment if isinstance(document, ChangeOrder) else document
    context = {
        "document_type": document_type,
        "document": document,
        "base": base,
        "currency": currency_of(document),
        "suggested": text or _number_there(document),
        "searched": text,
        "found": [_candidate(document, base, each) for each in found],
        "trouble": trouble,
        "reason": reason or ("It is linked already. Unlink it first." if document.remote_id else ""),
        "document_url": document_url(request, document_type, document),
    }
    return render(request, "erp_admin/link_document.html", context)


def _number_there(document: Any) -> str:
    base = getattr(document, "commitment", None)
    return f"{base.number}-{document.number}" if base is not None else str(document.number)


def _search(request: TenantRequest, document_type: DocumentType, document: Any, text: str) -> tuple[Any, Any]:
    connection = live_connection()
    try:
        return readback.find_records(connection, document_type.flow, document, text) if connection else [], None
    except (Refused, IntacctError) as error:
        return [], error


def _candidate(document: Any, base: Any, found: Found) -> dict[str, Any]:
    """A record as one chooses it, with what it holds otherwise than the document."""
    facts = found.facts
    total, vendor = amount(facts.get("TRX_TOTAL")), str(facts.get("CUSTVENDID", ""))
    differences = []
    if vendor != base.vendor_id:
        differences.append(f"Vendor {vendor or 'unknown'} there, {base.vendor_id or 'none'} here")
    if total != document.total:
        differences.append(f"Total {'unknown' if total is None else f'{total:,.2f}'} there, {document.total:,.2f} here")
    currency = str(facts.get("CURRENCY", "") or "")
    if currency and currency != base.currency:
        differences.append(f"Currency {currency} there, {base.currency} here")
    return {
        "remote_id": found.remote_id,
        "number": facts.get("DOCNO", ""),
        "vendor": vendor,
        "total": total,
        "currency": currency or base.currency,
        "dated": facts.get("WHENCREATED", ""),
        "state": found.state,
        "url": found.url,
        "differences": differences,
    }
