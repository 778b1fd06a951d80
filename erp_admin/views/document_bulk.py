"""Approve or ignore many documents: the preview of what it comes to, and doing exactly what it showed.

The confirmation carries the digest of each document that was seen; other documents are not touched.
"""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.access import TenantRequest
from accounts.ui.sums import sums_text
from erp_admin.documents import bulk
from erp_admin.documents.types import AnyType, type_for
from erp_admin.views import chosen
from erp_admin.views.document_pages import document_url, list_place, tenant_url, where_to_fix
from erp_admin.views.document_push import selection
from integrations.gateway.access import live_connection

NAMED = 5  # documents that a message names; the others are counted
LONGEST_REASON = 300


def preview_approve(request: TenantRequest, kind: str) -> HttpResponse:
    """What approving the chosen documents would come to. A posted selection gets an address first."""
    return _preview(request, type_for(kind), "approve")


def preview_ignore(request: TenantRequest, kind: str) -> HttpResponse:
    """Which of the chosen documents would be ignored; asks for the reason. A posted selection gets an address first."""
    return _preview(request, type_for(kind), "ignore")


def _preview(request: TenantRequest, document_type: AnyType, act: str) -> HttpResponse:
    place, form = list_place(request, document_type), selection(request, document_type)
    if request.method == "POST":
        return chosen.keep(request, place, request.path, form)
    found = chosen.meant(request, place, form)
    if found is None:
        return chosen.gone(request, place)
    approves = act == "approve"
    preview = bulk.approvals_of(document_type, live_connection(), found) if approves else bulk.ignores_of(found)
    context = {
        "document_type": document_type,
        "act": act,
        "preview": preview,
        "possible": _shown(request, document_type, preview.effects[bulk.POSSIBLE]),
        "refused": _shown(request, document_type, preview.effects[bulk.REFUSED]),
        "money": sorted(preview.seen_money.items()),
        "seen": json.dumps(preview.seen),
        "shown": bulk.SHOWN,
        "start_url": tenant_url(request, document_type.address_of(document_type.action(f"{act}_many"))),
        "query": request.GET.urlencode(),
        "back": chosen.came_from(request, place),
    }
    return render(request, "erp_admin/bulk_preview.html", context)


def _shown(request: TenantRequest, document_type: AnyType, candidates: list[bulk.Candidate]) -> list[dict[str, Any]]:
    return [
        {
            "document": each.document,
            "currency": document_type.currency_of(each.document),
            "url": document_url(request, document_type, each.document),
            "why": each.why,
            "problems": [
                (problem, *where_to_fix(request, document_type, problem.code, each.document))
                for problem in each.problems
            ],
        }
        for each in candidates
    ]


def approve(request: TenantRequest, kind: str) -> HttpResponse:
    """Approve the documents of the preview, each as it was shown there."""
    document_type = type_for(kind)
    seen = _seen(request)
    if seen:
        _tell(request, document_type, bulk.approve_seen(document_type, seen, by=request.user), "approved")
    return redirect(list_place(request, document_type).url)


def ignore(request: TenantRequest, kind: str) -> HttpResponse:
    """Set the documents of the preview aside, each as it was shown there."""
    document_type = type_for(kind)
    seen, reason = _seen(request), request.POST.get("reason", "").strip()[:LONGEST_REASON]
    if seen:
        outcome = bulk.ignore_seen(document_type, seen, reason=reason, by=request.user)
        _tell(request, document_type, outcome, "ignored")
    return redirect(list_place(request, document_type).url)


def _seen(request: TenantRequest) -> dict[int, str]:
    """The digests that the person saw, by document; empty after saying that there are none."""
    try:
        posted = json.loads(request.POST.get("seen", ""))
        seen = {int(pk): str(digest) for pk, digest in posted.items() if digest}
    except (ValueError, AttributeError, RecursionError):
        seen = {}
    if not 0 < len(seen) <= bulk.MOST or any(not 0 < pk < 2**63 for pk in seen):
        messages.error(request, "Nothing was changed: look at the preview first, then confirm it there.")
        return {}
    return seen


def _tell(request: TenantRequest, document_type: AnyType, outcome: bulk.BulkOutcome, done: str) -> None:
    """One sentence with count and money; what was not done is named with its reason."""
    plural = document_type.noun if outcome.done == 1 else document_type.plural
    if outcome.done:
        money = f", {text}" if (text := sums_text(outcome.money)) else ""
        messages.success(request, f"{outcome.done:,} {plural} {done}{money}.")
    left = outcome.left
    if left:
        named = " ".join(f"{label}: {why}" for label, why in left[:NAMED])
        more = f" And {len(left) - NAMED:,} more." if len(left) > NAMED else ""
        messages.warning(request, f"{len(left):,} not {done}. {named}{more}")
    elif not outcome.done:
        messages.warning(request, f"Nothing was {done}: the documents are no longer there.")
