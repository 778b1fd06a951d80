"""ERP Admin → Import → Match: what the names of a file stand for, one by one or all sure suggestions at once.

Views authorize, read the form, make one call, say what came of it, and redirect.
"""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.refusal import Refused
from accounts.ui.filters import filter_group
from accounts.ui.paging import page_of
from accounts.ui.pk import read_pk
from erp_admin.documents.types import parent_type_of
from erp_admin.forms.imports import MatchesForm, options_of
from erp_admin.models import IMPORTABLE, ImportDraft, MatchKind
from erp_admin.uploads import deciding, selectors
from erp_admin.uploads.choices import choices
from erp_admin.uploads.kinds import type_of_draft
from erp_admin.uploads.resolving import Resolver
from erp_admin.views.import_pages import MATCH, MAY, SUGGESTIONS_SHOWN, draft_at, steps_of
from integrations.gateway.access import live_connection

MATCHES_PER_PAGE: Final = 25
PICKED_AT_ONCE: Final = 50
LONGEST_SEARCH: Final = 100


@require_http_methods(["GET", "POST"])
@role_required(Role.ACCOUNTANT, may=MAY)
def matches(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """What each name of the file stands for: undecided ones first."""
    found = draft_at(draft_pk)
    page = page_of(request, selectors.matches_of(found, request.GET.dict()), MATCHES_PER_PAGE)
    if request.method == "POST":
        posted = [pk for text in request.POST.getlist("match") if (pk := read_pk(text)) is not None]
        form = MatchesForm(found, found.matches.filter(pk__in=posted[: MATCHES_PER_PAGE * 2]), request.POST)
        if form.is_valid():
            try:
                changed = deciding.choose_matches(found, form.chosen, seen=form.seen, by=request.user)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                saved = f"{changed:,} match{'' if changed == 1 else 'es'} saved." if changed else "Nothing was changed."
                return _after_matching(request, found, saved)
    else:
        form = MatchesForm(found, page.object_list)
    undecided, every = selectors.undecided_count(found), found.matches.count()
    sure = deciding.suggestions(found)
    marks = list(sure.values_list("pk", "value"))
    context = {
        "draft": found,
        "form": form,
        "page": page,
        "document_type": type_of_draft(found),
        "parent_type": parent_type_of(type_of_draft(found)),
        "steps": steps_of(request, found, MATCH),
        "undecided": undecided,
        "all": every,
        "sure": sure[:SUGGESTIONS_SHOWN],
        "sure_count": len(marks),
        "sure_mark": deciding.mark_of(marks),
        "filters": [
            filter_group(
                request,
                "Show",
                "show",
                [
                    ("", "All names", every),
                    (selectors.UNDECIDED, "Undecided", undecided),
                    (selectors.ACCEPTED, "Suggestions accepted", selectors.accepted_count(found)),
                ],
            )
        ],
    }
    return render(request, "erp_admin/import_matches.html", context, status=422 if form.errors else 200)


def _after_matching(request: TenantRequest, found: ImportDraft, saved: str) -> HttpResponse:
    left = selectors.undecided_count(found)
    if left:
        messages.info(request, f"{saved} {left:,} name{'' if left == 1 else 's'} still to decide.")
        return redirect("match_commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)
    messages.success(request, f"{saved} Every name is decided.")
    return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)


@require_POST
@role_required(Role.ACCOUNTANT, may=MAY)
def accept(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """Accept every sure suggestion, where they are those that were shown."""
    found = draft_at(draft_pk)
    try:
        accepted = deciding.accept_suggestions(found, request.POST.get("seen", ""), by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("match_commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)
    shown = "; ".join(f"{match.text} is {match.label}" for match in accepted[:3])
    more = f"; and {len(accepted) - 3:,} more" if len(accepted) > 3 else ""
    one = len(accepted) == 1
    return _after_matching(request, found, f"{len(accepted):,} suggestion{'' if one else 's'} accepted: {shown}{more}.")


@require_POST
@role_required(Role.ACCOUNTANT, may=MAY)
def match_again(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """Look once more for undecided names, and at what is here now: lists were synced, documents changed."""
    found = draft_at(draft_pk)
    try:
        is_done = deciding.match_again(found, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        if is_done:
            counts = selectors.state_counts(found)
            ready = sum(counts.get(state, 0) for state in IMPORTABLE)
            messages.info(request, f"Checked again: {ready:,} of {sum(counts.values()):,} documents are ready.")
    return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)


@require_GET
@role_required(Role.ACCOUNTANT, may=MAY)
def pick(request: TenantRequest, draft_pk: int, match_pk: int) -> HttpResponse:
    """What the picker of a name offers for the words typed: what is similar before anything is typed."""
    found = draft_at(draft_pk)
    match = get_object_or_404(found.matches, pk=match_pk)
    words = request.GET.get("q", "")[:LONGEST_SEARCH]
    project = Resolver(found).project_of_scope(match.scope) if match.kind == MatchKind.COST_CODE else None
    records = choices(live_connection(), MatchKind(match.kind), words, project, PICKED_AT_ONCE + 1)
    options: dict[str, dict[str, Any]] = {}
    if not words:
        options = {value: {"value": value, "text": text} for value, text in options_of(match)}
    for record in records[:PICKED_AT_ONCE]:
        options.setdefault(record.value, {"value": record.value, "text": record.label})
    listed = list(options.values())
    if len(records) > PICKED_AT_ONCE:
        more = f"Only the first {PICKED_AT_ONCE} are shown. Type more of the id or name to narrow the list."
        listed.append({"value": "…", "text": more, "disabled": True})
    return JsonResponse(listed, safe=False)
