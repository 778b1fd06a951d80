"""Starting a sync of lists. Owns the one address that does it; knows nothing of how a sync runs."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from integrations.models import Mode
from integrations.refusal import Refused
from integrations.run_selectors import starter
from integrations.selectors import live_connection, why_not_sync
from integrations.services.runs import Started, start_list_sync


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
        return redirect(_where_from(request))
    run = started.run
    if started.is_new:
        messages.success(request, f"Run {run.number}, {run.title}, was started.")
    else:
        messages.info(request, f"A sync is under way already: run {run.number}, started by {starter(run)}.")
    return redirect("run", tenant_slug=request.tenant.slug, number=run.number)


def _start(request: TenantRequest) -> Started:
    """Raises Refused."""
    connection = live_connection()
    if connection is None:
        raise why_not_sync(None) or Refused("Sage Intacct is not connected.")
    mode = request.POST.get("mode", Mode.FULL)
    if mode not in Mode.values:
        raise Refused(f"There is no sync called “{mode}”.", "Choose Full or Partial.", code="MODE-UNKNOWN")
    return start_list_sync(connection, kinds=request.POST.getlist("lists"), mode=Mode(mode), by=request.user)


def _where_from(request: TenantRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else reverse("runs", kwargs={"tenant_slug": request.tenant.slug})
