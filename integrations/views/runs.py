"""Pages of runs: the list, one run with its live progress, one exchange. Owns what they show and where they lead.

Changes nothing but by the services; a run's work is done elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_GET, require_POST

from accounts.access import TenantRequest, background, role_reason, role_required
from accounts.models import Role
from accounts.ui.back import back_to
from accounts.ui.filters import filter_group, query_url
from accounts.ui.paging import pager
from integrations.delivery.selectors import is_push, pushes_of_run
from integrations.doctor.readiness import readiness
from integrations.gateway.access import entity_names, live_connection, why_not_sync
from integrations.mirror.selectors import has_succeeded
from integrations.models import Exchange, Mode, RowOutcome, RunRow, RunState, SyncRun
from integrations.runs.runner import row_counts
from integrations.runs.selectors import (
    NO_SUMS,
    elapsed,
    filtered_runs,
    known_flow,
    list_keys,
    progress_of,
    run_lines,
    shown_level,
    starter,
    step_lines,
    sums_of,
    sums_of_steps,
)
from integrations.runs.service import cancel_run
from integrations.views.run_filters import run_filters

RUNS_PER_PAGE = 50
ROWS_PER_PAGE = 50
LOG_LINES_PER_PAGE = 100
EXCHANGES_PER_PAGE = 100
PUSHES_SHOWN = 50


FILTERS = ("state", "flow", "trigger", "entity", "person", "period")


@require_GET
@role_required(Role.VIEWER)
def runs(request: TenantRequest) -> HttpResponse:
    """The tenant's runs, newest first, filtered by any of FILTERS."""
    query = request.GET.dict()
    page = Paginator(filtered_runs(query), RUNS_PER_PAGE).get_page(query.get("page"))
    connection = live_connection()
    is_filtered = any(query.get(name) for name in FILTERS)
    context = {
        "page_obj": page,
        "lines": run_lines(page),
        **run_filters(request, query),
        "is_filtered": is_filtered,
        "has_runs": is_filtered or page.paginator.count > 0,
        "why_not": why_not_start(request),
        "preselected": Mode.PARTIAL if has_succeeded(connection) else Mode.FULL,
        "is_connected": connection is not None,
    }
    return render(request, "integrations/runs.html", context)


def why_not_start(request: TenantRequest) -> str:
    """Why this person cannot start a sync of lists now, or ""."""
    return role_reason(request, Role.ACCOUNTANT) or str(why_not_sync(live_connection()) or "")


@require_GET
@role_required(Role.VIEWER)
def run(request: TenantRequest, number: int) -> HttpResponse:
    """One run: progress, facts, error, rows, log, exchanges."""
    found = _run_or_404(number)
    return render(request, "integrations/run.html", _context(request, found))


@require_GET
@role_required(Role.VIEWER)
@background
def progress(request: TenantRequest, number: int) -> HttpResponse:
    """The part of the run's page that changes while it runs; asks for itself again until the run has ended.

    `seen` is the newest log line the page shows. The answer that reports the end brings the rest of the page with it.
    """
    found = _run_or_404(number)
    query = request.GET.copy()
    seen = query.pop("seen", [""])[-1]
    # Links made here belong to the run's page, which knows no `seen`.
    request.GET = query  # type: ignore[assignment]
    context = _context(request, found, only_progress=found.is_active)
    context["is_update"] = True
    context["log_is_news"] = found.is_active and str(context["newest_line"]) != seen
    if context["log_is_news"]:
        context.update(_log(request, found))
    return render(request, "integrations/run_update.html", context)


def _run_or_404(number: int) -> SyncRun:
    related = SyncRun.objects.select_related("connection", "started_by", "cancel_requested_by", "settings_version")
    found: SyncRun = get_object_or_404(related, number=number)
    return found


def progress_context(found: SyncRun, progress_url: str) -> dict[str, Any]:
    """What templates/integrations/run_progress.html takes; `progress_url` brings it again while the run is active."""
    lines = step_lines(found.steps.all())
    return {
        "run": found,
        "steps": lines,
        "sums": sums_of_steps(line.step for line in lines),
        "progress": progress_of(found, lines),
        "seconds": elapsed(found),
        "progress_url": progress_url,
    }


def _context(request: TenantRequest, found: SyncRun, *, only_progress: bool = False) -> dict[str, Any]:
    newest = found.log.order_by("-pk").values_list("pk", flat=True).first() or 0
    address = reverse("run_progress", kwargs={"tenant_slug": request.tenant.slug, "number": found.number})
    context = progress_context(found, f"{address}{query_url(request, seen=newest)}")
    context["newest_line"] = newest
    lines = context["steps"]
    if is_push(found.flow):
        context.update(_pushes(request, found))
    if only_progress:
        return context
    return {
        **context,
        "starter": starter(found),
        "error_title": _ERROR_TITLES.get(RunState(found.state), "This run stopped before its end"),
        "is_ordinary": _is_ordinary(found, context["sums"]),
        "facts": _facts(request, found),
        "lacking_role": role_reason(request, Role.ACCOUNTANT),
        "restart_lists": list_keys(line.step for line in lines),
        "why_not_restart": "" if found.is_active else why_not_start(request),
        "next_step": None if found.is_active or not request.membership.may(Role.ADMIN) else readiness().next_step,
        **_rows(request, found),
        **_log(request, found),
        "exchanges": pager(
            request,
            found.exchanges.defer("request_xml", "response_xml").order_by("-pk"),
            "exchanges",
            EXCHANGES_PER_PAGE,
        ),
    }


_ERROR_TITLES = {RunState.FAILED: "This run failed", RunState.HELD: "Nothing could go out"}


def _is_ordinary(run: SyncRun, sums: Mapping[str, int]) -> bool:
    """Whether nothing of the run needs a look: not by its log alone, which says little of single records."""
    return run.state == RunState.SUCCEEDED and not (sums["failed"] or sums["skipped"] or sums["missing"])


def _pushes(request: TenantRequest, found: SyncRun) -> dict[str, Any]:
    """The documents of a push and where each is now: those not yet settled first."""
    counts, rows = pushes_of_run(found, PUSHES_SHOWN)
    flow = known_flow(found.flow)
    name = flow.document_url_name if flow else ""
    return {
        "push_counts": counts,
        "push_total": sum(count for _, count in counts),
        "push_lines": [(push, _url_of(request, name, push.document_id)) for push in rows],
    }


def _facts(request: TenantRequest, found: SyncRun) -> list[dict[str, Any]]:
    """What stays the same while the run works, except its end."""
    version = found.settings_version
    history = reverse("settings_history", kwargs={"tenant_slug": request.tenant.slug})
    facts: list[dict[str, Any]] = [
        {"label": "Started by", "value": starter(found)},
        {"label": "Trigger", "value": found.get_trigger_display()},
        {"label": "Mode", "value": found.get_mode_display()},
        {"label": "Legal entity", "value": entity_names(found.connection).get(found.entity_id, found.entity_id)},
        {"label": "Connection", "value": str(found.connection)},
        {
            "label": "Settings in force",
            "value": f"Version {version.number}" if version else "None were saved yet",
            "url": f"{history}#version-{version.number}" if version else "",
        },
        {"label": "Cost", "value": _cost(found)},
        {"label": "Queued", "value": _moment(found.created_at)},
        {"label": "Began", "value": _moment(found.started_at)},
        {"label": "Ended", "value": _moment(found.finished_at)},
    ]
    if found.sync_from is not None:
        facts.insert(4, {"label": "Sync from", "value": _moment(found.sync_from)})
    if found.cancel_requested_at is not None:
        by = found.cancel_requested_by
        facts.append({"label": "Cancelled by", "value": str(by) if by else "The system"})
    return facts


def _cost(found: SyncRun) -> str:
    sums = sums_of([found]).get(found.pk, NO_SUMS)
    return f"{sums['billable']:,} API transactions in {sums['requests']:,} requests"


def _moment(at: datetime | None) -> str:
    """The exact time in the tenant's zone."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{date_format(local, 'M j, Y, H:i:s')} {local:%Z}"


def _rows(request: TenantRequest, found: SyncRun) -> dict[str, Any]:
    """The run's rows of the chosen `outcome`, each with the address of the document it led to."""
    counts = row_counts(found)
    rows = found.rows.select_related("list_item")
    if request.GET.get("outcome") in RowOutcome.values:
        rows = rows.filter(outcome=request.GET["outcome"])
    page = pager(request, rows.order_by("pk"), "rows", ROWS_PER_PAGE)
    options = [("", "All", sum(counts.values()))]
    options += [(value, str(RowOutcome(value).label), number) for value, number in counts.items() if number]
    group = filter_group(request, "Outcome", "outcome", options, page_parameter="rows", anchor="#rows")
    flow = known_flow(found.flow)
    name = flow.document_url_name if flow else ""
    list_name = flow.list_url_name if flow else ""
    return {
        "rows": page,
        "row_lines": [(row, _document_url(request, name, row)) for row in page.page],
        "row_filters": [group],
        "has_rows": sum(counts.values()) > 0,
        "list_url": reverse(list_name, kwargs={"tenant_slug": request.tenant.slug}) if list_name else "",
    }


def _document_url(request: TenantRequest, name: str, row: RunRow) -> str:
    """The document, else the mirrored record the row is about."""
    if not name or row.document_id is None:
        item = row.list_item
        arguments = {"tenant_slug": request.tenant.slug, "list_key": item.kind, "pk": item.pk} if item else {}
        return reverse("record", kwargs=arguments) if arguments else ""
    return _url_of(request, name, row.document_id)


def _url_of(request: TenantRequest, name: str, document_id: int) -> str:
    return reverse(name, kwargs={"tenant_slug": request.tenant.slug, "pk": document_id}) if name else ""


def _log(request: TenantRequest, found: SyncRun) -> dict[str, Any]:
    log = pager(request, found.log.select_related("step").order_by("-pk"), "log", LOG_LINES_PER_PAGE)
    return {"log": log, "log_lines": [(line, shown_level(line)) for line in log.page]}


@require_POST
@role_required(Role.ACCOUNTANT, may="Cancel runs")
def cancel(request: TenantRequest, number: int) -> HttpResponse:
    """Ask the run to stop; it does so at its next page border, or at once when nobody works on it."""
    found = _run_or_404(number)
    asked = cancel_run(found, by=request.user)
    found.refresh_from_db()
    if not asked and found.is_active:
        messages.info(request, f"Run {number} is stopping already. It ends at the next page border.")
    elif not asked:
        messages.info(request, f"Run {number} had ended already: {found.get_state_display()}.")
    elif found.is_active:
        messages.success(request, f"Run {number} stops at the next page border. What has been read so far is kept.")
    else:
        messages.success(request, f"Run {number} was cancelled.")
    page = reverse("run", kwargs={"tenant_slug": request.tenant.slug, "number": number})
    return redirect(back_to(request, page))


@require_GET
@role_required(Role.VIEWER)
def exchange(request: TenantRequest, number: int, pk: int) -> HttpResponse:
    """One request to Intacct and its answer, as they were kept: without secrets, and cut where they were long."""
    related = Exchange.objects.select_related("run", "step", "connection")
    found: Exchange = get_object_or_404(related, run__number=number, pk=pk)
    siblings = Exchange.objects.filter(run_id=found.run_id).order_by("pk").values_list("pk", flat=True)
    context = {
        "exchange": found,
        "run": found.run,
        "earlier": siblings.filter(pk__lt=found.pk).last(),
        "later": siblings.filter(pk__gt=found.pk).first(),
        "facts": _exchange_facts(found),
        "bodies": [
            Body("request", "Request", found.request_xml, "No request was kept."),
            Body("answer", "Answer", found.response_xml, "No answer came, or it was empty."),
        ],
    }
    return render(request, "integrations/exchange.html", context)


@dataclass(frozen=True)
class Body:
    """One side of an exchange. `cut` is a sentence when only the beginning was kept."""

    id: str
    title: str
    text: str
    empty: str

    @property
    def cut(self) -> str:
        last_line = self.text.rpartition("\n")[2]
        return (
            "Only the beginning was kept; the last line says how much is not here."
            if last_line.startswith("[cut: ")
            else ""
        )


def _exchange_facts(found: Exchange) -> list[dict[str, Any]]:
    return [
        {"label": "Sent", "value": _moment(found.started_at)},
        {"label": "Duration", "value": f"{found.duration_ms:,} ms"},
        {"label": "Step", "value": found.step.title if found.step else ""},
        {"label": "Outcome", "state": found.shown_outcome, "note": found.error_code},
        {"label": "HTTP status", "value": found.http_status},
        {"label": "Attempt", "value": found.attempt},
        {"label": "Billable transactions", "value": f"{found.billable:,}"},
        {"label": "Size", "value": f"{found.request_bytes:,} bytes sent, {found.response_bytes:,} received"},
        {"label": "Company", "value": found.company_id, "note": found.entity_id or "top level"},
        {"label": "Control id", "value": found.control_id},
        {"label": "Endpoint", "value": found.endpoint},
    ]
