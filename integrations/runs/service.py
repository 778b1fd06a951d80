"""Start and cancel runs. A flow has at most one active run per connection: a second start leads to the first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.audit import record_event
from accounts.models import User
from accounts.refusal import Refused
from integrations import queue
from integrations.event_kinds import IntegrationEvent
from integrations.models import Connection, ListItem, Mode, RunRow, RunState, RunStep, SyncRun, Trigger
from integrations.runs.flow import StepPlan, flow_for
from integrations.runs.runner import work_slice
from integrations.runs.selectors import active_run, why_not_run
from integrations.settings.selectors import settings_in_force


@dataclass(frozen=True)
class Started:
    """`is_new` is False when an active run of the same flow was found instead."""

    run: SyncRun
    is_new: bool


class _Facts(TypedDict):
    """What a run is told about itself, as columns of the run."""

    flow: str
    title: str
    mode: Mode
    trigger: Trigger
    entity_id: str
    sync_from: datetime | None
    started_by: User | None


def start_run(
    connection: Connection,
    flow_key: str,
    *,
    plans: list[StepPlan],
    title: str = "",
    mode: Mode = Mode.FULL,
    entity: str = "",
    sync_from: datetime | None = None,
    items: Iterable[ListItem] = (),
    by: User | None = None,
    trigger: Trigger = Trigger.PERSON,
    queued: bool = True,
) -> Started:
    """Create a run with its steps, and with a pending row for each of `items`. Raises Refused when it may not start.

    With `queued` a worker is woken; otherwise the caller works the run off with `run_to_end`.
    """
    flow = flow_for(flow_key)
    for _ in range(5):
        try:
            with transaction.atomic():
                # As it is now, and nobody disconnects it before the run is stored and can be cancelled.
                connection = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
                refused = why_not_run(connection, flow)
                if refused is not None:
                    raise refused
                running = active_run(connection, flow_key)
                if running is not None:
                    return Started(running, False)
                run = _create(
                    connection, plans, items, flow=flow_key, title=title or flow.title, mode=mode, trigger=trigger,
                    entity_id=entity, sync_from=sync_from, started_by=by,
                )  # fmt: skip
                record_event(IntegrationEvent.RUN_STARTED, f"Mode: {run.get_mode_display()}.", about=run, by=by)
                if queued:
                    queue.wake(run.tenant_id, run.pk)
        except IntegrityError:
            continue  # the number or the flow was taken at this very moment
        return Started(run, True)
    raise Refused("Many runs are being started at this moment.", "Try again in a minute.", code="RUN-BUSY")


def _create(
    connection: Connection, plans: list[StepPlan], items: Iterable[ListItem], **facts: Unpack[_Facts]
) -> SyncRun:
    last = SyncRun.objects.aggregate(last=Max("number"))["last"] or 0
    run = SyncRun.objects.create(
        tenant_id=connection.tenant_id,
        connection=connection,
        number=last + 1,
        settings_version=settings_in_force(connection),
        **facts,
    )
    for position, plan in enumerate(plans, start=1):
        RunStep.objects.create(
            tenant_id=run.tenant_id,
            run=run,
            position=position,
            key=plan.key,
            title=plan.title,
            checkpoint=dict(plan.checkpoint),
        )
    rows = (RunRow(tenant_id=run.tenant_id, run=run, list_item=item, label=str(item)[:300]) for item in items)
    while batch := list(islice(rows, 500)):
        RunRow.objects.bulk_create(batch)
    return run


def add_step(run: SyncRun, plan: StepPlan) -> bool:
    """Have an active run do one thing more; False when it has ended, or is to stop.

    A run may end at this very moment without it: whether it was done is a question to what it was to do.
    """
    run.refresh_from_db()
    if not run.is_active or run.cancel_requested_at is not None:
        return False
    for _ in range(5):
        last = run.steps.aggregate(last=Max("position"))["last"] or 0
        try:
            with transaction.atomic():
                RunStep.objects.create(
                    tenant_id=run.tenant_id, run=run, position=last + 1, key=plan.key, title=plan.title,
                    checkpoint=dict(plan.checkpoint),
                )  # fmt: skip
        except IntegrityError:
            continue  # another one took the place at this very moment
        return True
    return False


def cancel_run(run: SyncRun, *, by: User | None = None) -> bool:
    """Ask the run to stop at its next page border; one that nobody has begun stops at once. False when it has ended."""
    now = timezone.now()
    asked = SyncRun.objects.filter(pk=run.pk, state__in=[RunState.QUEUED, RunState.RUNNING], cancel_requested_at=None)
    if not asked.update(cancel_requested_at=now, cancel_requested_by=by):
        return False
    record_event(IntegrationEvent.RUN_CANCELLED, "Asked to stop.", about=run, by=by)
    work_slice(run.pk)  # ends it now if no worker has it; otherwise its worker sees the request
    return True
