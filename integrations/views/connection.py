"""Pages of the connection: connect, test, renew the credentials, disconnect.

Owns how a failure of Intacct is shown. A password is taken and passed on, never kept and never rendered.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.access import TenantRequest, role_reason, role_required
from accounts.models import Role
from accounts.refusal import Refused
from accounts.sign_in.proof import proof_required, require_proof
from accounts.templatetags.ui import when
from integrations.connections import service
from integrations.connections.first_read import begin_reading
from integrations.crypto import SecretUnreadable
from integrations.delivery.contract import push_flow
from integrations.delivery.holds import release_holds
from integrations.doctor.readiness import readiness
from integrations.forms.connection import ConnectForm, CredentialsForm
from integrations.gateway.access import latest_connection, live_connection, why_not_connect
from integrations.intacct import IntacctError
from integrations.models import ACTIVE_RUNS, Connection, ConnectionState, PushHold

MANAGE = "Connect Sage Intacct, test it, renew its credentials and disconnect"
Fact = dict[str, Any]
Failure = IntacctError | Refused | SecretUnreadable


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@role_required(Role.VIEWER)
def connection(request: TenantRequest) -> HttpResponse:
    """The form to connect, or the facts of the connection. Who is to type a password proves first who they are.

    What is sent to it is an attempt to connect, so that a refused one is shown at this address.
    """
    if request.method == "POST":
        answer: HttpResponse = authorize(request, tenant_slug=request.tenant.slug)
        return answer
    if request.membership.may(Role.ADMIN) and live_connection() is None:
        require_proof(request)
    return _page(request)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, may=MANAGE)
@proof_required
def authorize(request: TenantRequest) -> HttpResponse:
    """Sign in to Intacct with what was typed and keep the connection. Opened as a page, it leads to the form."""
    if request.method == "GET":
        return redirect("connection", tenant_slug=request.tenant.slug)
    form = ConnectForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    try:
        made = service.authorize(request.tenant, **form.cleaned_data, by=request.user)
    except (IntacctError, Refused) as error:
        return _page(request, form=form, problem=problem_of("Not connected", error), status=422)
    reading = begin_reading(made, by=request.user)
    said = " Its lists are being read now; this page shows how far." if reading else ""
    messages.success(request, f"Connected to {made.company_id}, {made.entity_label}.{said}")
    following = readiness().next_step
    return redirect(following[0] if following else "connection", tenant_slug=request.tenant.slug)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, may=MANAGE)
@proof_required
def update_credentials(request: TenantRequest) -> HttpResponse:
    """Test other credentials for the same company and entity, and swap them in when Intacct accepts them."""
    live = live_connection()
    if live is None:
        return _nothing_connected(request)
    typed = request.POST if request.method == "POST" else None
    form = CredentialsForm(typed, initial={"user_id": live.user_id})
    problem = None
    if form.is_valid():
        try:
            service.update_credentials(live, **form.cleaned_data, by=request.user)
        except (IntacctError, Refused) as error:
            problem = problem_of("The credentials were not changed", error)
        else:
            messages.success(request, f"Intacct accepted the new credentials. The connection uses {live.user_id} now.")
            return redirect("connection", tenant_slug=request.tenant.slug)
    context = {"connection": live, "form": form, "problem": problem}
    return render(request, "integrations/credentials.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, may=MANAGE)
def check(request: TenantRequest) -> HttpResponse:
    """Sign in again with the stored credentials, and say what Intacct answered. Opened as a page, it asks nothing."""
    if request.method == "GET":
        return redirect("connection", tenant_slug=request.tenant.slug)
    live = live_connection()
    if live is None:
        return _nothing_connected(request)
    try:
        service.check(live, by=request.user)
    except (IntacctError, Refused, SecretUnreadable) as error:
        return _page(request, problem=problem_of("The connection does not work", error), status=422)
    messages.success(request, f"Intacct accepted the sign-in of {live.user_id} to {live}.")
    if released := release_holds(live, by=request.user):
        messages.info(request, f"No longer held, and under way again: {', '.join(released)}.")
    return redirect("connection", tenant_slug=request.tenant.slug)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, may=MANAGE)
@proof_required
def disconnect(request: TenantRequest) -> HttpResponse:
    """Ask with the consequences in words, then forget the credentials."""
    live = live_connection()
    if live is None:
        return _nothing_connected(request)
    if request.method == "POST":
        service.disconnect(live, by=request.user)
        messages.success(request, f"Disconnected from {live}. Lists, settings, sync history and links are kept.")
        return redirect("connection", tenant_slug=request.tenant.slug)
    context = {"connection": live, "active_runs": live.runs.filter(state__in=ACTIVE_RUNS).count()}
    return render(request, "integrations/disconnect.html", context)


def problem_of(title: str, error: Failure) -> dict[str, str]:
    """What the error panel shows: sentence, advice, code, and Intacct's own words to fold away."""
    return {
        "title": title,
        "sentence": error.sentence,
        "advice": error.advice,
        "code": getattr(error, "code", ""),
        "detail": getattr(error, "technical_detail", ""),
    }


def _page(
    request: TenantRequest,
    *,
    form: ConnectForm | None = None,
    problem: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    live = live_connection()
    earlier = None if live else latest_connection()
    context = {
        "connection": live,
        "earlier": earlier,
        "form": form or ConnectForm(initial=_proposal(earlier)),
        "problem": problem,
        "facts": _facts(live) if live else [],
        "holds": _holds(live) if live else [],
        "why_not": _why_not(request, live),
        "next_step": readiness().next_step if live and live.is_usable else None,
        "has_problem_state": live is not None and live.state != ConnectionState.CONNECTED,
    }
    return render(request, "integrations/connection.html", context, status=status)


def _proposal(earlier: Connection | None) -> dict[str, str]:
    """The company connected before, so that a reconnect finds its history."""
    return {"company_id": earlier.company_id, "entity_id": earlier.entity_id} if earlier else {}


def _why_not(request: TenantRequest, live: Connection | None) -> str:
    """Why the actions of the page are not for this person or this installation, in one sentence, or ""."""
    if lacking := role_reason(request, Role.ADMIN):
        return lacking
    refused = why_not_connect()
    return refused.sentence if refused is not None and live is None else ""


def _facts(live: Connection) -> list[Fact]:
    return [
        {"label": "Company ID", "value": live.company_id},
        {"label": "Entity", "value": capfirst(live.entity_label), "note": _entity_note(live)},
        {"label": "User ID", "value": live.user_id},
        {"label": "Password", "value": "stored encrypted", "note": "never shown"},
        {"label": "Credentials set", "value": when(live.credentials_set_at)},
        {"label": "Connected by", "value": str(live.connected_by or "")},
        {"label": "First connected", "value": when(live.created_at)},
        {"label": "Last success", "value": when(live.verified_at), "note": "when Intacct last accepted a request"},
    ]


def _holds(live: Connection) -> list[dict[str, Any]]:
    """What is not pushed for now, and why."""
    found = PushHold.objects.filter(connection=live).order_by("flow")
    return [{"hold": hold, "flow": push_flow(hold.flow)} for hold in found]


def _entity_note(live: Connection) -> str:
    return "only this entity and what it shares" if live.entity_id else "all entities the user may see"


def _nothing_connected(request: TenantRequest) -> HttpResponse:
    messages.warning(request, "Sage Intacct is not connected.")
    return redirect("connection", tenant_slug=request.tenant.slug)
