"""Home: what needs somebody, what is ready to push, and how things stand, in pictures. Reads only.

Says only what follows from the facts beside it: nothing is called done while anything is held, failed or not checked.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.text import get_text_list
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.ui.sums import add_up, own_first
from erp_admin.documents.types import AnyType, document_types
from erp_admin.issues.selectors import issues_now
from erp_admin.models import Project
from erp_admin.overview import needs as work
from erp_admin.overview import pictures
from erp_admin.overview.standing import ON_ITS_WAY, Standing, money_of, number_of, of, standings
from erp_admin.projects.flow import SYNC_PROJECTS
from erp_admin.views.document_pages import action_reason, tenant_url
from integrations.doctor.readiness import SETTINGS, Readiness, readiness
from integrations.gateway.access import latest_connection
from integrations.models import Connection, DocumentState
from integrations.runs.selectors import filtered_runs, run_lines
from integrations.schedules.freshness import freshness
from integrations.usage.selectors import warning_gauge

LAST_RUNS = 5


@dataclass(frozen=True)
class SetUpStep:
    """One step from nothing to the first document in Intacct."""

    title: str
    text: str
    url: str
    action: str
    is_done: bool
    is_next: bool


@dataclass(frozen=True)
class NeedRow:
    need: work.Need
    url: str


@dataclass(frozen=True)
class ReadyRow:
    """Documents of one type that can be pushed, with the page that shows what a push would do."""

    what: str
    count: int
    money: dict[str, Decimal]
    url: str


@require_GET
@role_required(Role.VIEWER)
def home(request: TenantRequest) -> HttpResponse:
    ready, found, issues = readiness(), standings(), issues_now()
    request.issues = issues  # type: ignore[attr-defined]  # the navigation counts the same ones
    connection = ready.connection
    lists = freshness(connection) if connection else []
    rows = _need_rows(request, ready, found, issues, lists)
    steps = _set_up_steps(request, ready, found)
    needing = [row.need for row in rows]
    # Once documents of the connected company are in Intacct, what is missing stands with what needs somebody.
    is_at_work = connection is not None and bool(of(found, [DocumentState.IN_INTACCT]))
    context = {
        "ready": ready,
        "connection": connection,
        "former": None if connection else latest_connection(),
        "needs": rows,
        "needing": _sum_of_documents(needing),
        "others": sum(1 for each in needing if not each.is_document),
        "under_way": number_of(of(found, ON_ITS_WAY)),
        "pushable": _ready_rows(request, found),
        "push_everything": _url_of(request, "ready_to_push"),
        "push_reason": action_reason(request, document_types()[0], "push"),
        "unchecked": connection is not None and connection.judging_due,
        "steps": [] if all(step.is_done for step in steps) or is_at_work else steps,
        "charts": _charts(request, connection, found, lists),
        "runs": run_lines(filtered_runs({})[:LAST_RUNS]),
        "gauge": warning_gauge(connection),
    }
    return render(request, "erp_admin/home.html", context)


def _need_rows(
    request: TenantRequest, ready: Readiness, found: list[Standing], issues: Any, lists: Any
) -> list[NeedRow]:
    connection = ready.connection
    needs = [
        *(work.set_up_needs(ready) if connection else ()),
        *work.document_needs(found, issues),
        *work.file_needs(request.tenant),
        *(work.project_needs(connection) if connection else ()),
        *work.list_needs(lists),
    ]
    return [NeedRow(need, _need_url(request, need)) for need in needs]


def _need_url(request: TenantRequest, need: work.Need) -> str:
    if not need.place:
        return ""
    url = tenant_url(request, need.place, **need.arguments)
    return f"{url}?{need.query}" if need.query else url


def _sum_of_documents(needs: list[work.Need]) -> dict[str, Any]:
    """How many documents need somebody, and what they amount to by currency."""
    money: dict[str, Decimal] = {}
    documents = [need for need in needs if need.is_document]
    for need in documents:
        for currency, total in need.money.items():
            add_up(money, currency, total)
    return {"count": sum(need.count or 0 for need in documents), "money": own_first(money)}


def _ready_rows(request: TenantRequest, found: list[Standing]) -> list[ReadyRow]:
    rows = []
    for document_type in document_types():
        mine = of(found, [DocumentState.READY], document_type.key)
        if mine:
            url = f"{tenant_url(request, f'preview_{document_type.key}')}?state={DocumentState.READY.value}"
            rows.append(ReadyRow(_noun(document_type, number_of(mine)), number_of(mine), money_of(mine), url))
    return rows


def _noun(document_type: AnyType, number: int) -> str:
    return document_type.noun if number == 1 else document_type.plural


def _url_of(request: TenantRequest, name: str) -> str:
    try:
        return tenant_url(request, name)
    except NoReverseMatch:
        return ""


def _charts(request: TenantRequest, connection: Connection | None, found: list[Standing], lists: Any) -> list[Any]:
    def address(name: str) -> str:
        return tenant_url(request, name)

    charts = [*pictures.approved_money(found, request.tenant, address), pictures.pushes_by_day()]
    if connection is not None:
        charts += [
            pictures.syncs_by_day(address),
            pictures.fresh_lists(lists, address),
            pictures.api_use(connection),
        ]
    return [chart for chart in charts if chart is not None]


def _has_settings(ready: Readiness) -> bool:
    """Whether they are saved for good and nothing that is switched on lacks one."""
    is_saved = ready.settings is not None and not ready.settings.is_draft
    return is_saved and all(gap.place != SETTINGS for gap in ready.gaps)


def _set_up_steps(request: TenantRequest, ready: Readiness, found: list[Standing]) -> list[SetUpStep]:
    """The way from an empty company to its first documents; the first step that is not done is the next one."""
    connected, before = ready.connection is not None, latest_connection() is not None
    switched = bool(ready.settings and ready.settings.switches.get(SYNC_PROJECTS.key))
    projects = Project.objects.exclude(refreshed_at=None).count()
    entered = number_of(found)
    first = document_types()[0]
    plurals = get_text_list([each.plural for each in document_types()], "and")
    told = (
        ("Set up Intacct", "Read how", "Subscribe to Web Services, authorize our Sender ID, make a role and a user.",
         "set_up", before),
        ("Connect again" if before and not connected else "Connect", "Connect",
         "Sign in with that user, at top level or in one entity.", "connection", connected),
        ("Fill in the settings", "Open the settings",
         f"Choose the default account and item, and switch on {SYNC_PROJECTS.label}.", "settings",
         _has_settings(ready) and switched),
        ("Import projects", "See the projects", f"{projects:,} imported so far." if projects
         else "See what Intacct has, preview, and import.", "projects", bool(projects)),
        (f"Enter {first.plural}", f"Open {first.plural}", f"{entered:,} {plurals} are here." if entered
         else "Enter them, or import a file from your spreadsheet.", first.key, bool(entered)),
    )  # fmt: skip
    steps, is_next = [], True
    for title, action, text, name, done in told:
        steps.append(SetUpStep(title, text, reverse(name, kwargs={"tenant_slug": request.tenant.slug}), action, done,
                               is_next and not done))  # fmt: skip
        is_next = is_next and done
    return steps
