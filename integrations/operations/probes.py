"""Addresses for supervisors: /healthz says the process answers, /readyz that it can do its work; /version for staff.

Reads only; whether the queue is alive is asked of runs.health.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import path

from integrations.operations.metrics import metrics
from integrations.runs.health import queue_problem


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
