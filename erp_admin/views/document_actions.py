"""What can be decided about one commitment or change order: approve, void, ignore, take back, refresh, link, recreate.

Each is authorise, one call, message, redirect. Rules live in the services.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from erp_admin.flows.purchasing_records import amount
from erp_admin.models import ChangeOrder
from erp_admin.push_preview import currency_of
from erp_admin.services import commitments as services
from erp_admin.views.desks import DESKS, Desk, document_or_404, document_url, push_reason
from integrations.engine.push_flow import Found
from integrations.intacct import IntacctError
from integrations.models import Connection
from integrations.refusal import Refused
from integrations.selectors import live_connection, why_not_sync
from integrations.services import pushes, read_backs

LONGEST_NUMBER = 100


def _act(request: TenantRequest, kind: str, pk: int, act: Callable[[Desk, Any], str]) -> HttpResponse:
    """Do it and say so, or say why not; then back to the document."""
    desk = DESKS[kind]
    document = document_or_404(desk, pk)
    try:
        messages.success(request, act(desk, document))
    except Refused as refused:
        messages.error(request, str(refused))
    except IntacctError as error:
        messages.error(request, f"{error.sentence} {error.advice}".strip())
    return redirect(document_url(request, desk, document))


def _connection() -> Connection:
    connection = live_connection()
    if connection is None:
        raise why_not_sync(None) or Refused("Sage Intacct is not connected.", code="CON-NONE")
    return connection


@require_POST
@role_required(Role.ACCOUNTANT, may="Enter, edit and approve commitments and change orders")
def approve(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(desk: Desk, document: Any) -> str:
        services.approve(document, by=request.user)
        return f"{document.number} is approved and can be pushed."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Enter, edit and approve commitments and change orders")
def back_to_draft(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(desk: Desk, document: Any) -> str:
        services.back_to_draft(document)
        return f"{document.number} is a draft again. It is not pushed until it is approved."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Enter, edit and approve commitments and change orders")
def void(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(desk: Desk, document: Any) -> str:
        services.void(document)
        return f"{document.number} is void. It stays in the list and is never pushed."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Push commitments and change orders")
def take_back(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(desk: Desk, document: Any) -> str:
        push = pushes.in_flight(desk.flow, document.pk)
        if push is None or not pushes.take_back(push, by=request.user):
            raise Refused("It cannot be taken back any more: sending has begun, or it has ended.", code="NOT-QUEUED")
        return f"{document.number} was taken back. Nothing of it was sent."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Ignore records and restore them")
def ignore(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(desk: Desk, document: Any) -> str:
        pushes.ignore(document, reason=request.POST.get("reason", "").strip(), by=request.user)
        return f"{document.number} is ignored. Restore it whenever you want."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Ignore records and restore them")
def restore(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(desk: Desk, document: Any) -> str:
        services.restore(document)
        return f"{document.number} is restored."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Link commitments and change orders to records of Sage Intacct, and unlink them")
def unlink(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    def act(desk: Desk, document: Any) -> str:
        former = document.remote_id
        if not former:
            raise Refused("It is not linked.", code="NOT-LINKED")
        pushes.unlink(document, by=request.user)
        return f"{document.number} is no longer linked to {former}. Nothing was changed in Intacct."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Read records again from Sage Intacct")
def refresh(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Read the record back now."""

    def act(desk: Desk, document: Any) -> str:
        named = read_backs.refresh(_connection(), desk.flow, document)
        return f"Read back: {'; '.join(named)}." if named else "Read back from Intacct just now."

    return _act(request, kind, pk, act)


@require_POST
@role_required(Role.ACCOUNTANT, may="Push commitments and change orders")
def recreate(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Push again what was deleted in Intacct."""

    def act(desk: Desk, document: Any) -> str:
        former = document.remote_id
        asked = read_backs.recreate(_connection(), desk.flow, document, by=request.user)
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
    """Make the document here what Intacct holds."""

    def act(desk: Desk, document: Any) -> str:
        named = read_backs.take_theirs(_connection(), desk.flow, document)
        rest = f" This still differs: {'; '.join(named)}." if named else ""
        return f"{document.number} has the lines and the total of {document.remote_id} now.{rest}"

    return _act(request, kind, pk, act)


@require_http_methods(["GET", "POST"])
@role_required(Role.ACCOUNTANT, may="Link commitments and change orders to records of Sage Intacct, and unlink them")
def link(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Search Intacct by number, compare what is found with the document, and link one."""
    desk, connection = DESKS[kind], live_connection()
    document = document_or_404(desk, pk)
    if request.method == "POST":
        chosen = request.POST.get("record", "")[:LONGEST_NUMBER]

        def act(desk: Desk, document: Any) -> str:
            named = read_backs.link(_connection(), desk.flow, document, chosen, by=request.user)
            return f"Linked to {chosen}. {'; '.join(named) or 'It is equal on both sides'}."

        return _act(request, kind, pk, act)
    text = request.GET.get("q", "").strip()[:LONGEST_NUMBER]
    reason = push_reason(request, desk, connection)
    found, trouble = _search(request, desk, document, text) if text and not reason else ([], None)
    base = document.commitment if isinstance(document, ChangeOrder) else document
    context = {
        "desk": desk,
        "document": document,
        "base": base,
        "currency": currency_of(document),
        "suggested": text or _number_there(document),
        "searched": text,
        "found": [_candidate(document, base, each) for each in found],
        "trouble": trouble,
        "reason": reason or ("It is linked already. Unlink it first." if document.remote_id else ""),
        "document_url": document_url(request, desk, document),
    }
    return render(request, "erp_admin/link_document.html", context)


def _number_there(document: Any) -> str:
    base = getattr(document, "commitment", None)
    return f"{base.number}-{document.number}" if base is not None else str(document.number)


def _search(request: TenantRequest, desk: Desk, document: Any, text: str) -> tuple[Any, Any]:
    connection = live_connection()
    try:
        return read_backs.find_records(connection, desk.flow, document, text) if connection else [], None
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
