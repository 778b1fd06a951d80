"""Pages of runs: Sync history, and one sync, push or import with its live progress. Owns what they show.

Changes nothing but by the services; a run's work is done elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import TenantRequest, background, role_reason, role_required
from accounts.models import Role
from accounts.refusal import Refused
from accounts.ui.back import back_to
from accounts.ui.filters import filter_group, query_url
from accounts.ui.formats import shown_moment, shown_number
from accounts.ui.paging import pager
from integrations.delivery.contract import push_flow
from integrations.delivery.figures import PushFigures, documents_of, failed_documents, figures_of
from integrations.delivery.requests import ask_pushes, request_end
from integrations.delivery.selectors import is_push
from integrations.doctor.readiness import readiness
from integrations.gateway.access import entity_names, live_connection, require_connection, why_not_sync
from integrations.mirror.flow import LISTS
from integrations.mirror.selectors import has_succeeded
from integrations.models import ACTIVE_RUNS, Delivery, LogLevel, Mode, RowOutcome, RunRow, RunState, RunStep, SyncRun
from integrations.runs.flow import WayBack
from integrations.runs.runner import row_counts
from integrations.runs.selectors import (
    StepLine,
    elapsed,
    filtered_runs,
    known_flow,
    list_keys,
    progress_of,
    shown_level,
    starter,
    step_lines,
    sums_of_steps,
)
from integrations.runs.service import cancel_run
from integrations.views.run_filters import run_filters
from integrations.views.run_history import strip_of, told_lines
from integrations.views.run_words import asked_text, noun_of, told_of

RUNS_PER_PAGE = 50
ROWS_PER_PAGE = 50
DOCUMENTS_PER_PAGE = 50
DOCUMENTS_LIVE = 20  # that a page at work shows: each answer to it stays small
LOG_LINES_PER_PAGE = 100
EXCHANGES_PER_PAGE = 100

FILTERS = ("state", "flow", "trigger", "entity", "person", "period", "day")
# What a step counts, as the columns of a table say it; those without a figure are left out.
COLUMNS = (
    ("read", "Read"), ("new", "New"), ("changed", "Changed"), ("same", "Unchanged"),
    ("missing", "No longer in Intacct"), ("skipped", "Left out"), ("failed", "Failed"),
)  # fmt: skip


@require_GET
@role_required(Role.VIEWER)
def runs(request: TenantRequest) -> HttpResponse:
    """The tenant's syncs, pushes and imports, newest first, filtered by any of FILTERS."""
    query = request.GET.dict()
    page = Paginator(filtered_runs(query), RUNS_PER_PAGE).get_page(query.get("page"))
    connection = live_connection()
    is_filtered = any(query.get(name) for name in FILTERS)
    context = {
        "page_obj": page,
        "lines": told_lines(page),
        "strip": strip_of(request),
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
    """One run: what it came to or how far it is, what failed, what it did; the technical part folded."""
    found = run_or_404(number)
    return render(request, "integrations/run.html", _context(request, found))


@require_GET
@role_required(Role.VIEWER)
@background
def progress(request: TenantRequest, number: int) -> HttpResponse:
    """The part of the run's page that changes while it runs; asks for itself again until the run has ended.

    `seen` is the newest log line the page shows. The answer that reports the end brings the rest of the page with it.
    """
    found = run_or_404(number)
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


def run_or_404(number: int) -> SyncRun:
    related = SyncRun.objects.select_related("connection", "started_by", "cancel_requested_by", "settings_version")
    found: SyncRun = get_object_or_404(related, number=number)
    return found


@dataclass(frozen=True)
class StepRow:
    """A step with its figures, each with the column that it stands in."""

    line: StepLine
    cells: tuple[tuple[str, int], ...]

    @property
    def step(self) -> RunStep:
        return self.line.step


def progress_context(found: SyncRun, progress_url: str, figures: PushFigures | None = None) -> dict[str, Any]:
    """What templates/integrations/run_progress.html takes; `progress_url` brings it again while the run is active."""
    lines = step_lines(found.steps.all())
    sums = sums_of_steps(line.step for line in lines)
    columns = [(name, label) for name, label in COLUMNS if sums[name]]
    told = told_of(found, sums, figures)
    return {
        "run": found,
        "noun": noun_of(found),
        "steps": lines,
        "columns": [label for _, label in columns],
        "step_rows": [
            StepRow(line, tuple((label, getattr(line.step, name)) for name, label in columns)) for line in lines
        ],
        "step_sums": [sums[name] for name, _ in columns],
        "lists_tabled": found.flow == LISTS,
        "sums": sums,
        "told": told,
        "progress": progress_of(found, lines),
        "seconds": elapsed(found),
        "progress_url": progress_url,
    }


def _context(request: TenantRequest, found: SyncRun, *, only_progress: bool = False) -> dict[str, Any]:
    newest = found.log.order_by("-pk").values_list("pk", flat=True).first() or 0
    address = reverse("run_progress", kwargs={"tenant_slug": request.tenant.slug, "number": found.number})
    figures = figures_of(found) if is_push(found.flow) else None
    context = progress_context(found, f"{address}{query_url(request, seen=newest)}", figures)
    context["newest_line"] = newest
    if figures is not None:
        context.update(_documents(request, found, figures))
    if only_progress:
        return context
    return {
        **context,
        "starter": starter(found),
        "error_title": _ERROR_TITLES.get(RunState(found.state), "It stopped before its end"),
        "is_ordinary": _is_ordinary(found, context["sums"]),
        "facts": _facts(request, found, context["sums"]),
        "lacking_role": role_reason(request, Role.ACCOUNTANT),
        "restart_lists": list_keys(line.step for line in context["steps"]),
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


_ERROR_TITLES = {RunState.FAILED: "It failed", RunState.HELD: "Nothing could go out"}


def _is_ordinary(found: SyncRun, sums: dict[str, int]) -> bool:
    """Whether nothing of the run needs a look: not by its log alone, which says little of single records."""
    return found.state == RunState.SUCCEEDED and not (sums["failed"] or sums["skipped"] or sums["missing"])


def _documents(request: TenantRequest, found: SyncRun, figures: PushFigures) -> dict[str, Any]:
    """The documents of a push, each once and where it is now: what failed first, then what is not settled."""
    flow = known_flow(found.flow)
    name = flow.document_page(found) if flow else ""
    rows = documents_of(found)
    size = DOCUMENTS_LIVE if found.is_active else DOCUMENTS_PER_PAGE
    shown = pager(request, rows, "documents", size)
    others = SyncRun.objects.filter(connection=found.connection_id, state__in=ACTIVE_RUNS).exclude(pk=found.pk)
    return {
        "figures": figures,
        "documents": shown,
        "document_lines": [(push, _url_of(request, name, push.document_id)) for push in shown.page],
        "with_steps": len(getattr(flow, "steps", ())) > 1,
        "retry_reason": "" if found.is_active or not figures.failed.count else _why_not_retry(request),
        "others": [other for other in others.order_by("number") if is_push(other.flow)],
    }


def _why_not_retry(request: TenantRequest) -> str:
    return role_reason(request, Role.ACCOUNTANT) or str(why_not_sync(live_connection()) or "")


def _facts(request: TenantRequest, found: SyncRun, sums: dict[str, int]) -> list[dict[str, Any]]:
    """What explains a run to those who look into it; nothing that means nothing for its kind."""
    version = found.settings_version
    history = reverse("settings_history", kwargs={"tenant_slug": request.tenant.slug})
    facts: list[dict[str, Any]] = [
        {"label": "Number", "value": found.number},
        {"label": "Trigger", "value": found.get_trigger_display()},
        {"label": "Connection", "value": str(found.connection)},
        {
            "label": "Settings in force",
            "value": f"Version {version.number}" if version else "None were saved yet",
            "url": f"{history}#version-{version.number}" if version else "",
        },
        {"label": "API transactions", "value": shown_number(sums["billable"])},
        {"label": "Requests", "value": shown_number(sums["requests"])},
        {"label": "Queued", "value": _moment(found.created_at)},
        {"label": "Began", "value": _moment(found.started_at)},
        {"label": "Ended", "value": _moment(found.finished_at)},
    ]
    if found.flow == LISTS:
        names = entity_names(found.connection)
        facts[1:1] = [
            {"label": "How much", "value": found.get_mode_display()},
            {"label": "Legal entity", "value": names.get(found.entity_id, found.entity_id)},
        ]
    if found.sync_from is not None:
        facts.append({"label": "Sync from", "value": _moment(found.sync_from)})
    if found.cancel_requested_at is not None:
        by = found.cancel_requested_by
        facts.append({"label": "Cancelled by", "value": str(by) if by else "The system"})
    return facts


def _moment(at: datetime | None) -> str:
    """The exact time in the tenant's zone."""
    return "" if at is None else shown_moment(at, seconds=True)


def _rows(request: TenantRequest, found: SyncRun) -> dict[str, Any]:
    """The run's rows of the chosen `outcome`, each with the address of the document it led to; of a push they are its
    documents, which are shown once."""
    flow = known_flow(found.flow)
    way_back = _way_back(request, flow.way_back(found) if flow else None)
    counts = {} if is_push(found.flow) else row_counts(found)
    if not any(counts.values()):
        return {"has_rows": False, **way_back}
    rows = found.rows.select_related("list_item")
    if request.GET.get("outcome") in RowOutcome.values:
        rows = rows.filter(outcome=request.GET["outcome"])
    page = pager(request, rows.order_by("pk"), "rows", ROWS_PER_PAGE)
    options = [("", "All", sum(counts.values()))]
    options += [(value, str(RowOutcome(value).label), number) for value, number in counts.items() if number]
    group = filter_group(request, "Outcome", "outcome", options, page_parameter="rows", anchor="#rows")
    name = flow.document_page(found) if flow else ""
    lines = [(row, _document_url(request, name, row)) for row in page.page]
    return {
        "rows": page,
        "row_lines": lines,
        "rows_say": any(row.message for row, _ in lines),
        "row_filters": [group],
        "has_rows": True,
        **way_back,
    }


def _way_back(request: TenantRequest, back: WayBack | None) -> dict[str, str]:
    if back is None:
        return {"back_label": "", "back_url": ""}
    arguments = {"tenant_slug": request.tenant.slug, **back.arguments}
    return {"back_label": back.label, "back_url": reverse(back.url_name, kwargs=arguments)}


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
    lines = [(line, shown_level(line)) for line in log.page]
    return {"log": log, "log_lines": lines, "log_warns": any(line.level != LogLevel.INFO for line, _ in lines)}


@require_POST
@role_required(Role.ACCOUNTANT, may="Cancel syncs, pushes and imports")
def cancel(request: TenantRequest, number: int) -> HttpResponse:
    """Ask the run to stop; it does so after what it is at, or at once when nobody works on it."""
    found = run_or_404(number)
    asked, noun = cancel_run(found, by=request.user), noun_of(found)
    found.refresh_from_db()
    if not asked and found.is_active:
        messages.info(request, f"{noun} {number} is stopping already. It ends after what it is at.")
    elif not asked:
        messages.info(request, f"{noun} {number} had ended already: {found.get_state_display()}.")
    elif found.is_active:
        messages.success(request, f"{noun} {number} stops after what it is at. What has been done so far is kept.")
    else:
        messages.success(request, f"{noun} {number} was cancelled.")
    page = reverse("run", kwargs={"tenant_slug": request.tenant.slug, "number": number})
    return redirect(back_to(request, page))


_NOT_PUSHED_SINCE = (Delivery.FAILED, Delivery.PARTLY)


@require_POST
@role_required(Role.ACCOUNTANT, may="Retry what failed in a push")
def retry(request: TenantRequest, number: int) -> HttpResponse:
    """Ask again for every document that failed in this push and has not been pushed since; once, whoever presses."""
    found = run_or_404(number)
    page = redirect("run", tenant_slug=request.tenant.slug, number=number)
    if not is_push(found.flow) or found.is_active:
        messages.warning(request, "Only what failed in a push that has ended can be retried.")
        return page
    flow = push_flow(found.flow)
    documents = flow.model._default_manager.filter(pk__in=failed_documents(found), delivery__in=_NOT_PUSHED_SINCE)
    try:
        asked = ask_pushes(require_connection(), flow, documents.order_by("pk"), by=request.user, ends_at=request_end())
    except Refused as refused:
        messages.error(request, str(refused))
        return page
    if text := asked_text(asked, flow.plural):
        messages.warning(request, text)
    if asked.started is None:
        return page
    return redirect("run", tenant_slug=request.tenant.slug, number=asked.started.run.number)
