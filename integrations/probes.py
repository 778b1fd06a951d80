"""Addresses for supervisors: /healthz says the process answers, /readyz that it can do its work."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

from integrations.models import Heartbeat

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


def queue_problem() -> str:
    """Why the queue counts as stopped, or "". The worker renews its heartbeat through the queue each minute."""
    beat = Heartbeat.objects.filter(name="queue").first()
    if beat is None:
        return "The worker has never reported. Start it with: python manage.py worker"
    age = timezone.now() - beat.beat_at
    if age > HEARTBEAT_LIMIT:
        return f"The worker last reported {int(age.total_seconds())} seconds ago; it should each minute. Restart it."
    return ""


urlpatterns = [path("healthz", healthz, name="healthz"), path("readyz", readyz, name="readyz")]
