"""What can be decided about one document: approve, reject, void, ignore, link, refresh, settle drift.

Each is authorize, one call, message, redirect. Rules live in the document_type.decisions.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.access import TenantRequest
from accounts.refusal import Refused
from erp_admin.documents.types import AnyType, type_for
from erp_admin.views.document_pages import document_or_404, document_url, push_reason
from erp_admin.views.documents import row_of
from integrations.delivery import blocked, readback, requests
from integrations.delivery.contract import Found
from integrations.gateway.access import live_connection, require_connection
from integrations.intacct import IntacctError
from integrations.models import Approval

LONGEST_NUMBER = 100


class Finding(str):
    """What an act says of what it found, where that needs somebody: shown as a warning, never in green."""


def _act(request: TenantRequest, kind: str, pk: int, act: Callable[[AnyType, Any], str]) -> HttpResponse:
    """Do it and say so, or say why not; then back to the document."""
    document_type = type_for(kind)
    document = document_or_404(document_type, pk)
    try:
        said = act(document_type, document)
        _judged_now(document_type, document)
        messages.add_message(request, messages.WARNING if isinstance(said, Finding) else messages.SUCCESS, said)
    except Refused as refused:
        messages.error(request, str(refused))
    except IntacctError as error:
        messages.error(request, f"{error.sentence} {error.advice}".strip())
    return redirect(document_url(request, document_type, document))


def _judged_now(document_type: AnyType, document: Any) -> None:
    """So that lists know at once, and not only once a worker came to it."""
    connection = live_connection()
    if connection is not None and document.judged_for is None:
        blocked.renew_one(document_type.flow, document, connection)


def approve(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: AnyType, document: Any) -> str:
        document_type.decisions.approve(document, by=request.user, seen=request.POST.get("seen", ""))
        return f"{document.number} is approved and can be pushed."

    return _act(request, kind, pk, act)


def reject(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: AnyType, document: Any) -> str:
        document_type.decisions.reject(document, by=request.user, reason=request.POST.get("reason", ""))
        return f"{document.number} is rejected. It is not pushed until it is approved."

    return _act(request, kind, pk, act)


def back_to_draft(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: AnyType, document: Any) -> str:
        document_type.decisions.back_to_draft(document, by=request.user)
        return f"{document.number} is a draft again. It is not pushed until it is approved."

    return _act(request, kind, pk, act)


def void(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: AnyType, document: Any) -> str:
        document_type.decisions.void(document, by=request.user)
        return f"{document.number} is void. It stays in the list and is never pushed."

    return _act(request, kind, pk, act)


def take_back(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: AnyType, document: Any) -> str:
        if not requests.take_back_document(document, by=request.user):
            raise Refused("It cannot be taken back any more: sending has begun, or it has ended.", code="NOT-QUEUED")
        return f"{document.number} was taken back. Nothing of it was sent."

    return _act(request, kind, pk, act)


def ignore(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: AnyType, document: Any) -> str:
        requests.ignore(document, reason=request.POST.get("reason", "").strip(), by=request.user)
        return f"{document.number} is ignored. Restore it whenever you want."

    return _act(request, kind, pk, act)


def restore(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: AnyType, document: Any) -> str:
        document_type.decisions.restore(document, by=request.user)
        return f"{document.number} is restored."

    return _act(request, kind, pk, act)


def unlink(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(document_type: AnyType, document: Any) -> str:
        former = document.remote_id
        if not former:
            raise Refused("It is not linked.", code="NOT-LINKED")
        requests.unlink(document, by=request.user)
        again = (
            " It needs to be approved again before it is pushed." if document.approval == Approval.NEEDS_REVIEW else ""
        )
        return f"{document.number} is no longer linked to {former}. Nothing was changed in Intacct.{again}"

    return _act(request, kind, pk, act)


def refresh(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Read the record back now."""

    def act(document_type: AnyType, document: Any) -> str:
        named = readback.refresh(require_connection(), document_type.flow, document)
        document.refresh_from_db()
        if document.missing_there:
            return Finding(f"Intacct does not show {document.remote_id} any more. Recreate it, or unlink it.")
        if named:
            fields = "1 field differs" if len(named) == 1 else f"{len(named)} fields differ"
            return Finding(f"Compared with Intacct just now: {fields}. Both sides stand side by side below.")
        compared = f"{document.compared_fields} of {document.comparable_fields} fields"
        return f"Compared with Intacct just now: {compared}, all equal."

    return _act(request, kind, pk, act)


def recreate(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Push again what was deleted in Intacct."""

    def act(document_type: AnyType, document: Any) -> str:
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


def take_theirs(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Use Intacct's version: make the document what its record holds."""

    def act(document_type: AnyType, document: Any) -> str:
        named = readback.take_theirs(require_connection(), document_type.flow, document)
        rest = f" This still differs: {'; '.join(named)}." if named else ""
        document.refresh_from_db(fields=["approval", "approval_reason"])
        fell = f" {document.approval_reason}" if document.approval == Approval.NEEDS_REVIEW else ""
        text = f"{document.number} is what {document.remote_id} is in Intacct now.{rest}{fell}"
        return Finding(text) if named or fell else text

    return _act(request, kind, pk, act)


def push_ours(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Push ours again: write what is in ERP Admin over what Intacct holds."""

    def act(document_type: AnyType, document: Any) -> str:
        pushed = readback.push_ours(require_connection(), document_type.flow, document, by=request.user)
        for _, problems in pushed.blocked:
            raise Refused(f"It cannot be pushed yet. {problems[0]}", code=problems[0].code)
        for _, why in pushed.left:
            return Finding(f"Nothing was pushed for {document.number}. {why}")
        return f"{document.number} is queued; what differs in {document.remote_id} is written as it is in ERP Admin."

    return _act(request, kind, pk, act)


def link(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Search Intacct by number, compare what is found with the document, and link one."""
    document_type, connection = type_for(kind), live_connection()
    document = document_or_404(document_type, pk)
    if request.method == "POST":
        chosen = request.POST.get("record", "")[:LONGEST_NUMBER]

        def act(document_type: AnyType, document: Any) -> str:
            named = readback.link(require_connection(), document_type.flow, document, chosen, by=request.user)
            if named:
                return Finding(f"Linked to {chosen}; it differs: {'; '.join(named)}.")
            return f"Linked to {chosen}. It is equal on both sides."

        return _act(request, kind, pk, act)
    text = request.GET.get("q", "").strip()[:LONGEST_NUMBER]
    reason = push_reason(request, document_type, connection)
    found, trouble = _search(request, document_type, document, text) if text and not reason else ([], None)
    context = {
        "document_type": document_type,
        "document": document,
        "row": row_of(document),
        "currency": document_type.currency_of(document),
        "suggested": text or document_type.number_there(document),
        "searched": text,
        "found": [_candidate(document_type, document, each) for each in found],
        "trouble": trouble,
        "reason": reason or ("It is linked already. Unlink it first." if document.remote_id else ""),
        "document_url": document_url(request, document_type, document),
    }
    return render(request, "erp_admin/link_document.html", context)


def _search(request: TenantRequest, document_type: AnyType, document: Any, text: str) -> tuple[Any, Any]:
    connection = live_connection()
    try:
        return readback.find_records(connection, document_type.flow, document, text) if connection else [], None
    except (Refused, IntacctError) as error:
        return [], error


def _candidate(document_type: AnyType, document: Any, found: Found) -> dict[str, Any]:
    """A record as one chooses it, with what it holds otherwise than the document."""
    record, columns, ours = document_type.record, document_type.columns, document_type.currency_of(document)
    total, vendor = record.amount(found.facts, record.total), _text(found, record.vendor)
    differences = []
    if columns.vendor and vendor != (here := str(document_type.value_of(document, columns.vendor) or "")):
        differences.append(f"Vendor {vendor or 'unknown'} in Intacct, {here or 'none'} in ERP Admin")
    if total != document.total:
        differences.append(
            f"Total {'unknown' if total is None else f'{total:,.2f}'} in Intacct, {document.total:,.2f} in ERP Admin"
        )
    currency = _text(found, record.currency)
    if currency and currency != ours:
        differences.append(f"Currency {currency} in Intacct, {ours} in ERP Admin")
    return {
        "remote_id": found.remote_id,
        "number": _text(found, record.number),
        "vendor": vendor,
        "total": total,
        "currency": currency or ours,
        "dated": _text(found, record.dated),
        "state": found.state,
        "url": found.url,
        "differences": differences,
    }


def _text(found: Found, name: str) -> str:
    return str(found.facts.get(name, "") or "")
