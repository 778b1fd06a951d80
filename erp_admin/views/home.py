"""Home: is Intacct connected, what is missing, what comes next, what happened last. Reads only."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.templatetags.ui import when
from erp_admin.models import Project
from erp_admin.projects import selectors
from erp_admin.projects.flow import SYNC_PROJECTS
from erp_admin.views.record_rows import Fact, fact
from integrations.doctor.readiness import Readiness, readiness
from integrations.gateway.access import latest_connection
from integrations.imports.selectors import IMPORT_STATES, state_counts
from integrations.models import Connection, Freshness
from integrations.runs.selectors import filtered_runs, run_lines
from integrations.schedules.freshness import freshness
from integrations.usage.selectors import warning_gauge

LAST_RUNS = 5


@dataclass(frozen=True)
class SetUpStep:
    """One step from nothing to the first imported project."""

    title: str
    text: str
    url: str
    action: str
    is_done: bool
    is_next: bool


@dataclass(frozen=True)
class StateCount:
    state: Any
    count: int
    url: str


@require_GET
@role_required(Role.VIEWER)
def home(request: TenantRequest) -> HttpResponse:
    ready = readiness()
    connection = ready.connection
    counts = _state_counts(request, connection)
    steps = _set_up_steps(request, ready)
    former = None if connection else latest_connection()
    context = {
        "ready": ready,
        "connection": connection,
        "former": former,
        "facts": _connection_facts(connection) if connection else [],
        "next_url": _url(request, ready.next_step[0]) if ready.next_step else "",
        "steps": [] if steps[-1].is_done else steps,
        "counts": counts,
        "total": sum(each.count for each in counts),
        "here_count": Project.objects.count(),
        "runs": run_lines(filtered_runs({})[:LAST_RUNS]),
        "freshness": _freshness(request, connection) if connection else [],
        "gauge": warning_gauge(connection),
    }
    return render(request, "erp_admin/home.html", context)


def _url(request: TenantRequest, name: str) -> str:
    return reverse(name, kwargs={"tenant_slug": request.tenant.slug})


def _connection_facts(connection: Connection) -> list[Fact]:
    return [
        fact("State", state=connection.shown_state),
        fact("Company", connection.company_id),
        fact("Entity", capfirst(connection.entity_label)),
        fact("User", connection.user_id),
        fact("Last answer from Intacct", when(connection.verified_at, "never")),
    ]


def _set_up_steps(request: TenantRequest, ready: Readiness) -> list[SetUpStep]:
    """The way from an empty company to imported projects; the first step that is not done is the next one."""
    connected = ready.connection is not None
    switched = bool(ready.settings and ready.settings.switches.get(SYNC_PROJECTS.key))
    imported = connected and Project.objects.filter(connection=ready.connection).exclude(refreshed_at=None).exists()
    told = (
        (
            "Set up Intacct",
            "Read how",
            "Subscribe to Web Services, authorize our Sender ID, make a role and a user.",
            "set_up",
            connected,
        ),
        ("Connect", "Connect", "Sign in with that user, at top level or in one entity.", "connection", connected),
        (
            "Fill in the settings",
            "Open the settings",
            f"Choose the default account and item, and switch on {SYNC_PROJECTS.label}.",
            "settings",
            ready.is_fully_enabled and switched,
        ),
        ("Import projects", "See the projects", "See what Intacct has, preview, and import.", "projects", imported),
    )
    steps, is_next = [], True
    for title, action, text, name, done in told:
        steps.append(SetUpStep(title, text, _url(request, name), action, done, is_next and not done))
        is_next = is_next and done
    return steps


def _state_counts(request: TenantRequest, connection: Connection | None) -> list[StateCount]:
    if connection is None:
        return []
    counted = state_counts(selectors.intacct_projects(connection))
    base = _url(request, "projects")
    return [
        StateCount(state.shown, counted[state.value], f"{base}?state={state.value}") for state in IMPORT_STATES.values()
    ]


def _freshness(request: TenantRequest, connection: Connection) -> list[StateCount]:
    """How many lists are on time, late and so on."""
    states = [each.state for each in freshness(connection)]
    counted = Counter(state.value for state in states)
    shown = {state.value: state.because("") for state in states}
    base = _url(request, "lists")
    return [
        StateCount(shown[state.value], counted[state.value], f"{base}?state={state.value}")
        for state in Freshness
        if state.value in shown
    ]
