"""Keeps each list's state true: written when a step of a list has ended, well or not.

Owns what a step's end means for the list. Reads nothing of Intacct.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import timezone

from integrations.mirror.sink import Sink
from integrations.models import ListState, Mode, RunStep, SyncRun


def note_end(run: SyncRun, step: RunStep, sink: Sink) -> None:
    """Write the state of the list after a step, by what the sink holds. Call it in the transaction that ends it."""
    mark = step.checkpoint
    facts: dict[str, Any] = {"last_run": run}
    if not step.was_read and step.message:
        problem = (step.message, step.error_code)
    elif step.skipped:
        problem = ("Intacct did not send all the records it announced or had before.", "LIST-INCOMPLETE")
    else:
        problem = (step.message, step.error_code) if step.message else ("", "")
        if not problem[0] and mark.get("unread"):
            problem = (_told(len(mark["unread"])), "LIST-UNREAD")
    if step.was_read and not step.skipped and mark.get("closes_gap") and not mark.get("absent"):
        facts |= {"complete_through": datetime.fromisoformat(mark["started_at"]), "read_fields": mark["fields"]}
        if mark.get("since") is None:
            facts["swept_at"] = facts["complete_through"]
    if step.was_read:
        facts |= {"last_read_at": timezone.now(), "limited": _limited(run, mark, sink), **asdict(sink.figures())}
        if run.mode == Mode.FULL and not step.skipped:
            facts["last_full_at"] = timezone.now()
    facts |= {
        "last_problem": problem[0],
        "last_problem_code": problem[1],
        "last_problem_at": timezone.now() if problem[0] else None,
    }
    keep(run, sink, facts)


def _limited(run: SyncRun, mark: Mapping[str, Any], sink: Sink) -> dict[str, str]:
    """Since when which fields cannot be read: those of this step, each since it was first so."""
    now = timezone.now().isoformat()
    known = ListState.objects.filter(connection=run.connection, kind=sink.key, entity_id=run.entity_id).first()
    since: Mapping[str, str] = known.limited if known is not None else {}
    names = [*mark.get("withheld", []), *mark.get("lacking", {})]
    return {name: since.get(name, now) for name in dict.fromkeys(names)}


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
