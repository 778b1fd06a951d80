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
from integrations import queue
from integrations.engine.flow import StepPlan, flow_for
from integrations.engine.mirror import LISTS, list_steps
from integrations.engine.refresh import REFRESH, refresh_step
from integrations.engine.runner import work_slice
from integrations.event_kinds import IntegrationEvent
from integrations.list_selectors import kind_for, kinds_for
from integrations.models import Connection, ListItem, Mode, RunRow, RunState, RunStep, SyncRun, Trigger
from integrations.refusal import Refused
from integrations.selectors import active_run, settings_in_force, why_not_run


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


def start_list_sync(
    connection: Connection,
    *,
    kinds: Iterable[str] = (),
    mode: Mode = Mode.FULL,
    entity: str = "",
    sync_from: datetime | None = None,
    by: User | None = None,
    trigger: Trigger = Trigger.PERSON,
    queued: bool = True,
) -> Started:
    """Mirror the named lists, or all, seen from one entity or (blank) from all the connection may see.

    `sync_from` is a person's own start of a Partial. Raises Refused for an unknown list or entity, naming those there
    are.
    """
    wanted = list(kinds)
    unknown = [key for key in wanted if kind_for(connection, key) is None]
    if unknown:
        keys = [kind.key for kind in kinds_for(connection)]
        raise Refused(
            f"There is no list called {', '.join(unknown)}.", f"Lists: {', '.join(keys)}.", code="LIST-UNKNOWN"
        )
    entity = _entity_to_sync(connection, entity)
    if sync_from is not None and mode != Mode.PARTIAL:
        raise Refused("A Full reads everything.", "Choose Partial to read from a day on.", code="SYNC-FROM")
    named = [kind for key in wanted if (kind := kind_for(connection, key)) is not None]
    chosen = named or list(kinds_for(connection))
    title = f"Sync {chosen[0].label}" if len(chosen) == 1 else "Sync lists"
    plans = list_steps(chosen, mode=mode, everything=not wanted)
    return start_run(
        connection, LISTS, plans=plans, title=title[:120], mode=mode, entity=entity, sync_from=sync_from,
        by=by, trigger=trigger, queued=queued,
    )  # fmt: skip


def start_refresh(item: ListItem, *, by: User | None = None, queued: bool = True) -> Started:
    """Read one mirrored record again. Raises Refused when its connection cannot be used now."""
    kind = kind_for(item.connection, item.kind)
    if kind is None:
        raise Refused(f"There is no list called {item.kind} any more.", "Sync the lists.", code="LIST-UNKNOWN")
    title = f"Refresh {kind.singular} {item.business_id}"
    plans = [refresh_step(kind)]
    return start_run(item.connection, REFRESH, plans=plans, title=title[:120], items=[item], by=by, queued=queued)


def _entity_to_sync(connection: Connection, entity: str) -> str:
    """The entity as the run keeps it: blank when the connection sees no other anyway. Raises Refused."""
    if not entity or entity == connection.entity_id:
        return ""
    known = [str(row["id"]) for row in connection.entities]
    if connection.entity_id or entity not in known:
        there = connection.entity_id or ", ".join(known) or "none"
        raise Refused(f"There is no entity {entity} to sync here.", f"Entities: {there}.", code="ENTITY-UNKNOWN")
    return entity


def cancel_run(run: SyncRun, *, by: User | None = None) -> bool:
    """Ask the run to stop at its next page border; one that nobody has begun stops at once. False when it has ended."""
    now = timezone.now()
    asked = SyncRun.objects.filter(pk=run.pk, state__in=[RunState.QUEUED, RunState.RUNNING], cancel_requested_at=None)
    if not asked.update(cancel_requested_at=now, cancel_requested_by=by):
        return False
    record_event(IntegrationEvent.RUN_CANCELLED, "Asked to stop.", about=run, by=by)
    work_slice(run.pk)  # ends it now if no worker has it; otherwise its worker sees the request
    return True
