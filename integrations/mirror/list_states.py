"""Keeps each list's state true: written when a step of a list has ended, well or not.

Owns what a step's end means for the list. Reads nothing of Intacct.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import timezone

from integrations.mirror.sink import Sink
from integrations.models import ListState, Mode, RunStep, StepState, SyncRun

_READ = (StepState.SUCCEEDED, StepState.PARTLY)


def note_end(run: SyncRun, step: RunStep, sink: Sink) -> None:
    """Write the state of the list after a step, by what the sink holds. Call it in the transaction that ends it."""
    mark = step.checkpoint
    facts: dict[str, Any] = {"last_run": run}
    if StepState(step.state) not in _READ:
        problem = (step.message, step.error_code)
    elif step.skipped:
        problem = ("Intacct did not send all the records it announced or had before.", "LIST-INCOMPLETE")
    else:
        problem = ("", "")
        if mark.get("unread"):
            problem = (_told(len(mark["unread"])), "LIST-UNREAD")
        if mark.get("closes_gap") and not mark.get("absent"):
            facts |= {"complete_through": datetime.fromisoformat(mark["started_at"]), "read_fields": mark["fields"]}
            if mark.get("since") is None:
                facts["swept_at"] = facts["complete_through"]
    if StepState(step.state) in _READ:
        facts |= {"last_read_at": timezone.now(), **asdict(sink.figures())}
        if run.mode == Mode.FULL and not step.skipped:
            facts["last_full_at"] = timezone.now()
    facts |= {
        "last_problem": problem[0],
        "last_problem_code": problem[1],
        "last_problem_at": timezone.now() if problem[0] else None,
    }
    keep(run, sink, facts)


def _told(records: int) -> str:
    """Records that could not be read are kept and asked for again, so the list is read all the same, and says so."""
    which = "1 record cannot be read and is" if records == 1 else f"{records} records cannot be read and are"
    return f"{which} kept as before. The last sync names what to correct in Intacct."


def keep(run: SyncRun, sink: Sink, facts: dict[str, Any]) -> None:
    ListState.objects.update_or_create(
        connection=run.connection,
        kind=sink.key,
        entity_id=run.entity_id,
        defaults=facts,
        create_defaults={**facts, "tenant_id": run.tenant_id},
    )
