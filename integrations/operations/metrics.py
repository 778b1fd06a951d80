"""/metrics: a dozen figures read from the database, in Prometheus' text format, for anyone who holds METRICS_TOKEN.

Reads only. Nothing here is kept in a process, so it does not matter which one answers.
"""

import hmac
from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from accounts.tenancy import cross_tenant
from integrations import queue
from integrations.models import ACTIVE_RUNS, Connection, ConnectionState, Exchange, Heartbeat, RunState, SyncRun

# Name without prefix, help, value per label value; the label's name is None where there is one value only.
Family = tuple[str, str, str | None, Mapping[str, float]]


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """404 without a configured token, 401 without the right one."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not holds_token(request):
        return HttpResponse("A bearer token is needed.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    with cross_tenant("metrics"):
        text = "".join(line for family in _families() for line in _lines(*family))
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def holds_token(request: HttpRequest) -> bool:
    """Whether the request comes with METRICS_TOKEN; nobody holds one that is not set."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())


def _lines(name: str, told: str, label: str | None, values: Mapping[str, float]) -> Iterator[str]:
    yield f"# HELP erp_admin_{name} {told}\n# TYPE erp_admin_{name} gauge\n"
    for key, value in values.items():
        escaped = key.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
        yield f"erp_admin_{name}" + (f'{{{label}="{escaped}"}}' if label else "") + f" {value}\n"


def _families() -> Iterator[Family]:
    now = timezone.now()
    yield "build_info", "Always 1; says which version answers.", "version", {settings.APP_VERSION: 1}
    runs = dict(SyncRun.objects.order_by().values_list("state").annotate(Count("pk")))
    yield "runs", "Runs by state.", "state", {state: runs.get(state, 0) for state in RunState.values}
    oldest = SyncRun.objects.filter(state__in=ACTIVE_RUNS, lease_token="").aggregate(at=Min("created_at"))["at"]
    waits = (now - oldest).total_seconds() if oldest else 0
    yield "oldest_waiting_run_seconds", "Age of the oldest run that nobody works on.", None, {"": waits}
    held = SyncRun.objects.filter(state__in=ACTIVE_RUNS, lease_expires_at__gt=now).count()
    yield "runs_worked_on", "Runs that a living worker holds.", None, {"": held}
    lost = SyncRun.objects.filter(state__in=ACTIVE_RUNS, lease_expires_at__lt=now).count()
    yield "runs_abandoned", "Active runs whose worker was lost.", None, {"": lost}
    yield "queue_waiting", "Entries of the queue that no worker has taken.", None, {"": queue.waiting()}
    yield "queue_failures", "Jobs that failed by a defect and are still recorded.", None, {"": _failures()}
    beat = Heartbeat.objects.filter(name="queue").first()
    age = (now - beat.beat_at).total_seconds() if beat else float("inf")
    yield "queue_heartbeat_age_seconds", "Since a job last passed through the queue.", None, {"": age}
    # By company, because the index begins with it.
    companies = set(Connection.objects.order_by().values_list("company_id", flat=True))
    recent = Exchange.objects.filter(company_id__in=companies, started_at__gte=now - timedelta(hours=1)).order_by()
    outcomes = dict(recent.values_list("outcome").annotate(Count("pk")))
    yield "exchanges_last_hour", "Requests to Intacct in the last hour by outcome.", "outcome", outcomes
    states = dict(Connection.objects.order_by().values_list("state").annotate(Count("pk")))
    by_state = {state: states.get(state, 0) for state in ConnectionState.values}
    yield "connections", "Connections by state.", "state", by_state


def _failures() -> int:
    return queue.failures_before(timezone.now()).count()
