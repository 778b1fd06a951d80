"""Addresses for supervisors: /healthz says the process answers, /readyz that it can do its work; /version for staff.

Writes nothing but what integrations.operations.writing tries; whether the queue is alive is asked of runs.health. Tells
causes to holders of METRICS_TOKEN only.
"""

from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import path

from accounts.proxy_findings import recent_findings
from integrations.operations.metrics import holds_token, metrics
from integrations.operations.writing import row_trial, spool_trial
from integrations.runs.health import queue_problem

# What everybody may know of each part; the cause is for those who look after the site.
SENTENCES: Final = {
    "database": "The database does not answer.",
    "migrations": "The database is not of this version.",
    "writing": "The database stores nothing.",
    "spool": "Uploaded files cannot be taken in.",
    "queue": "Work in the background does not go on.",
    "proxy": "The proxy in front does not say who asks.",
}


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when each part is fine, else 503; names each that is not. A warning is no reason to send nobody here."""
    told = holds_token(request)
    problems, warnings = readiness_problems(), _warnings()
    answer = {
        "status": "not ready" if problems else "ok",
        "problems": problems if told else {part: SENTENCES[part] for part in problems},
        "warnings": warnings if told else {part: SENTENCES[part] for part in warnings},
    }
    return JsonResponse(answer, status=503 if problems else 200)


def readiness_problems() -> dict[str, str]:
    """Problem, with its cause, of each part that has one."""
    found: dict[str, str] = {}
    try:
        plan = MigrationExecutor(connection)
        pending = plan.migration_plan(plan.loader.graph.leaf_nodes())
        if pending:
            found["migrations"] = f"{len(pending)} migrations are not applied."
        else:
            found["writing"] = row_trial.problem()
            found["queue"] = queue_problem()
    except (DatabaseError, InterfaceError):
        found = {"database": SENTENCES["database"]}
    found["spool"] = spool_trial.problem()
    return {part: problem for part, problem in found.items() if problem}


def _warnings() -> dict[str, str]:
    try:
        findings = recent_findings()
    except (DatabaseError, InterfaceError):
        return {}
    return {"proxy": " ".join(findings)} if findings else {}


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
