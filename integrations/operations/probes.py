"""Addresses for supervisors: /healthz says the process answers, /readyz that it can do its work; /version for staff.

Owns when the queue counts as stopped. Reads only.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

from accounts.tenancy import cross_tenant
from integrations.models import ACTIVE_RUNS, Heartbeat, SyncRun
from integrations.operations.metrics import metrics

HEARTBEAT_LIMIT = timedelta(minutes=3)


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations and queue are fine, else 503; names each."""
    problems = {name: problem for name, problem in readiness_problems().items() if problem}
    return JsonResponse(
        {"status": "not ready" if problems else "ok", "problems": problems}, status=503 if problems else 200
    )


def readiness_problems() -> dict[str, str]:
    """Problem per part, "" where there is none."""
    try:
        plan = MigrationExecutor(connection)
        pending = plan.migration_plan(plan.loader.graph.leaf_nodes())
        if pending:
            return {"migrations": f"{len(pending)} migrations are not applied."}
        return {"queue": queue_problem()}
    except (DatabaseError, InterfaceError):
        return {"database": "The database does not answer."}


def last_beat() -> datetime | None:
    """When a job last passed through the queue, or None before any did."""
    return Heartbeat.objects.filter(name="queue").values_list("beat_at", flat=True).first()


def somebody_works() -> bool:
    """Whether a run is held by a living worker; while Intacct lets it wait, no job passes through the queue."""
    with cross_tenant("queue health"):
        return SyncRun.objects.filter(state__in=ACTIVE_RUNS, lease_expires_at__gt=timezone.now()).exists()


def queue_problem() -> str:
    """Why the queue counts as stopped, or "". Each job renews the heartbeat, and one each minute does nothing else."""
    beat = last_beat()
    if beat is None:
        return "The worker has never reported. Start it with: python manage.py worker"
    age = timezone.now() - beat
    if age > HEARTBEAT_LIMIT and not somebody_works():
        return f"The worker last reported {int(age.total_seconds())} seconds ago; it should each minute. Restart it."
    return ""


def version(request: HttpRequest) -> JsonResponse:
    """Which version of the program runs; for support staff."""
    if not getattr(request.user, "is_staff", False):
        raise Http404
    return JsonResponse({"version": settings.APP_VERSION, "commit": settings.APP_COMMIT})


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("version", version, name="version"),
]
