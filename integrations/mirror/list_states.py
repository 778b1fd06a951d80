"""Keeps each list's state true: written when a step of a list has ended, well or not.

Owns what a step's end means for the list. Reads nothing of Intacct.
"""

from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone

from integrations.lists import ListKind
from integrations.mirror.scope import View
from integrations.models import ListState, Mode, RunStep, StepState, SyncRun

_READ = (StepState.SUCCEEDED, StepState.PARTLY)


def note_end(run: SyncRun, step: RunStep, kind: ListKind) -> None:
    """Write the state of the list after a step. Call it in the transaction that ends the step."""
    mark = step.checkpoint
    facts: dict[str, Any] = {"last_run": run}
    if StepState(step.state) not in _READ:
        problem = (step.message, step.error_code)
    elif step.skipped:
        problem = ("Intacct did not send all the records it announced or had before.", "LIST-INCOMPLETE")
    else:
        problem = ("", "")
        if mark.get("closes_gap") and not mark.get("absent"):
            facts |= {"complete_through": datetime.fromisoformat(mark["started_at"]), "read_fields": mark["fields"]}
            if mark.get("since") is None:
                facts["swept_at"] = facts["complete_through"]
    if StepState(step.state) in _READ:
        facts |= {"last_read_at": timezone.now(), **figures(View(run.connection, run.entity_id), kind)}
        if run.mode == Mode.FULL and not step.skipped:
            facts["last_full_at"] = timezone.now()
    facts |= {
        "last_problem": problem[0],
        "last_problem_code": problem[1],
        "last_problem_at": timezone.now() if problem[0] else None,
    }
    keep(run, kind, facts)


def keep(run: SyncRun, kind: ListKind, facts: dict[str, Any]) -> None:
    ListState.objects.update_or_create(
        connection=run.connection,
        kind=kind.key,
        entity_id=run.entity_id,
        defaults=facts,
        create_defaults={**facts, "tenant_id": run.tenant_id},
    )


def figures(view: View, kind: ListKind) -> dict[str, Any]:
    """How many records of the list are there and missing in the view, and when one last changed."""
    return view.items(kind).aggregate(
        records=Count("pk", filter=Q(missing_at=None)),
        missing=Count("pk", filter=Q(missing_at__isnull=False)),
        last_change_at=Max("changed_at"),
    )
