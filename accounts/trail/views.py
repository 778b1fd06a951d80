"""Settings → Audit trail: who did what and when, filtered, in pages, and as a file. For admins of the tenant only."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, role_required
from accounts.admin.read_only import CountedToALimit
from accounts.event_kinds import event_groups, shown
from accounts.exports import recorded
from accounts.models import AuditEntry, Role
from accounts.trail import selectors
from accounts.trail.forms import TrailFilter
from accounts.ui.csv_cells import as_csv
from accounts.ui.filters import FilterGroup, filter_group

ENTRIES_PER_PAGE = 50
# So many changes are read at a glance; more are folded away.
CHANGES_SHOWN = 4


@require_GET
@role_required(Role.ADMIN, may="Read the audit trail")
def trail(request: TenantRequest) -> HttpResponse:
    form = _form(request)
    paginator = CountedToALimit(selectors.entries(form.wanted), ENTRIES_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "filters": [_groups(request)],
        "page_obj": page,
        "lines": [_line(entry) for entry in page],
        "limit": paginator.limit if paginator.is_cut else None,
        "is_filtered": bool(set(request.GET) & set(form.fields)),
        "query": request.GET.urlencode(),
    }
    return render(request, "accounts/trail.html", context)


@require_GET
@role_required(Role.ADMIN, may="Read the audit trail")
def export(request: TenantRequest) -> HttpResponse:
    """The filtered trail as a CSV file, sent as it is read, however long it is."""
    form = _form(request)
    found = selectors.entries(form.wanted)
    chosen = "" if form.wanted.is_everything else request.GET.urlencode()
    rows = recorded("Audit trail as CSV", selectors.table(found), chosen=chosen)
    name = f"{request.tenant.slug}-audit-{timezone.localdate():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    # It shares a base with HttpResponse, and views may answer with either.
    return StreamingHttpResponse(  # type: ignore[return-value]
        as_csv(rows), content_type="text/csv; charset=utf-8", headers=headers
    )


def _form(request: TenantRequest) -> TrailFilter:
    return TrailFilter(request.GET, people=selectors.people_of(request.tenant))


def _groups(request: TenantRequest) -> FilterGroup:
    options: list[tuple[str, str, int | None]] = [("", "All", None)]
    options += [(group.key, group.label, None) for group in event_groups()]
    return filter_group(request, "What", "what", options)


def _line(entry: AuditEntry) -> dict[str, Any]:
    changes = entry.changes
    return {
        "entry": entry,
        "state": shown(entry.kind),
        "text": selectors.text_of(entry),
        "kind_of_record": selectors.kind_of_record(entry),
        "changes": changes if len(changes) <= CHANGES_SHOWN else [],
        "folded": changes if len(changes) > CHANGES_SHOWN else [],
    }
