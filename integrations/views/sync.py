"""SmartSync's own page: choose an entity and lists, see what it costs, start, watch; and the short way to start.

Owns what is shown and what is told. Knows nothing of how a sync runs.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import TenantRequest, background, role_reason, role_required
from accounts.models import Role
from accounts.refusal import Refused
from accounts.ui.back import back_to
from accounts.ui.pk import read_pk
from integrations.forms.sync import SyncForm
from integrations.gateway.access import Entity, entities_of, live_connection, require_connection, why_not_sync
from integrations.mirror.flow import LISTS
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, Mode, SyncRun
from integrations.runs.selectors import active_run, filtered_runs, starter
from integrations.runs.service import Started
from integrations.usage.selectors import estimate as estimate_of
from integrations.usage.selectors import gauge
from integrations.views.lists import chosen_entity
from integrations.views.run_history import told_lines
from integrations.views.runs import progress_context

LAST_RUNS = 8


@require_http_methods(["GET", "POST"])
@role_required(Role.VIEWER)
def sync(request: TenantRequest) -> HttpResponse:
    """The page: what would be read and what that costs, the run under way, the last runs."""
    connection = live_connection()
    if connection is None:
        return render(request, "integrations/sync.html", {"connection": None})
    if request.method == "POST":
        return _start_here(request, request.tenant.slug, connection)
    entity = _entity(connection, request.GET.get("entity", ""))
    form = SyncForm(connection, entity, asked=request.GET)
    if not request.headers.get("HX-Request"):
        return _page(request, connection, form)
    context = {"form": form, "is_update": True, **_estimate_context(connection, form)}
    answer = render(request, "integrations/sync_entity.html", context)
    address = reverse("sync", kwargs={"tenant_slug": request.tenant.slug})
    answer["HX-Replace-Url"] = f"{address}?{urlencode({'entity': entity.id})}" if entity.id else address
    return answer


def _entity(connection: Connection, entity_id: str) -> Entity:
    return chosen_entity(entities_of(connection), entity_id)


@role_required(Role.ACCOUNTANT, may="Read lists from Sage Intacct")
def _start_here(request: TenantRequest, connection: Connection) -> HttpResponse:
    form = SyncForm(connection, _entity(connection, request.POST.get("entity", "")), data=request.POST)
    if not form.is_valid():
        return _page(request, connection, form, status=422)
    try:
        started = start_list_sync(connection, **form.start(), by=request.user)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, connection, form, status=409)
    _tell(request, started)
    return redirect("sync", tenant_slug=request.tenant.slug)


def _tell(request: TenantRequest, started: Started) -> None:
    """The page it leads to shows a new sync at work; only one that was under way before is worth a word."""
    if not started.is_new:
        messages.info(request, f"A sync is under way already, started by {starter(started.run)}.")


def _page(request: TenantRequest, connection: Connection, form: SyncForm, status: int = 200) -> HttpResponse:
    running = active_run(connection, LISTS)
    context = {
        "connection": connection,
        "form": form,
        "is_invalid": form.is_bound and not form.is_valid(),
        "stopped": why_not_sync(connection),
        "never_read": not any(each.last_read_at for each in form.every),
        **_start_context(request, connection, running),
        **_estimate_context(connection, form),
        **(_progress_context(request, running) if running else {}),
    }
    return render(request, "integrations/sync.html", context, status=status)


def _start_context(request: TenantRequest, connection: Connection, running: SyncRun | None) -> dict[str, Any]:
    """What changes when a run begins or ends: whether one can be started, and the last runs."""
    under_way = f"A sync is under way, started by {starter(running)}." if running else ""
    return {
        "why_not": role_reason(request, Role.ACCOUNTANT) or str(why_not_sync(connection) or "") or under_way,
        "lines": told_lines(filtered_runs({"flow": LISTS})[:LAST_RUNS]),
    }


def _progress_context(request: TenantRequest, run: SyncRun) -> dict[str, Any]:
    address = reverse("sync_progress", kwargs={"tenant_slug": request.tenant.slug})
    return {
        **progress_context(run, f"{address}?run={run.number}"),
        "lacking_role": role_reason(request, Role.ACCOUNTANT),
        "here": reverse("sync", kwargs={"tenant_slug": request.tenant.slug}),
    }


def _estimate_context(connection: Connection, form: SyncForm) -> dict[str, Any]:
    """What either mode would take with the lists that are ticked."""
    keys = [key for key in form["lists"].value() or [] if any(each.kind.key == key for each in form.every)]
    entity_id = form.entity.id
    return {
        "chosen_mode": form["mode"].value(),
        "chosen_lists": len(keys),
        "full": estimate_of(connection, entity_id, keys, Mode.FULL) if keys else None,
        "partial": estimate_of(connection, entity_id, keys, Mode.PARTIAL) if keys else None,
        "gauge": gauge(connection),
    }


@require_GET
@role_required(Role.VIEWER)
def estimate(request: TenantRequest) -> HttpResponse:
    """What the choice on the page would take; starts nothing."""
    connection = live_connection()
    if connection is None:
        return HttpResponse("")
    form = SyncForm(connection, _entity(connection, request.GET.get("entity", "")), data=request.GET)
    return render(request, "integrations/sync_estimate.html", _estimate_context(connection, form))


@require_GET
@role_required(Role.VIEWER)
@background
def progress(request: TenantRequest) -> HttpResponse:
    """How far the run is that the page watches; its end brings the start button, lists and last syncs."""
    related = SyncRun.objects.select_related("connection", "started_by")
    run = get_object_or_404(related, number=read_pk(request.GET.get("run")), flow=LISTS)
    context = {
        **_progress_context(request, run),
        **_start_context(request, run.connection, active_run(run.connection, LISTS)),
        "is_update": True,
    }
    if not run.is_active:
        context["form"] = SyncForm(run.connection, _entity(run.connection, run.entity_id))
    return render(request, "integrations/sync_progress.html", context)


@require_POST
@role_required(Role.ACCOUNTANT, may="Read lists from Sage Intacct")
def start(request: TenantRequest) -> HttpResponse:
    """Start reading the lists named by `lists` (all, when none is named) in `mode`; leads to the run's page.

    A sync that is active already is led to instead. What refuses goes back to `next`.
    """
    try:
        started = _start(request)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(back_to(request, reverse("runs", kwargs={"tenant_slug": request.tenant.slug})))
    _tell(request, started)
    return redirect("run", tenant_slug=request.tenant.slug, number=started.run.number)


def _start(request: TenantRequest) -> Started:
    """Raises Refused."""
    connection = require_connection()
    mode = request.POST.get("mode", Mode.FULL)
    if mode not in Mode.values:
        raise Refused(f"There is no sync called “{mode}”.", "Choose Full or Partial.", code="MODE-UNKNOWN")
    return start_list_sync(
        connection,
        kinds=request.POST.getlist("lists"),
        mode=Mode(mode),
        entity=request.POST.get("entity", ""),
        by=request.user,
    )
