"""Start what is due. Called each minute by the dispatcher, for one tenant at a time, in the tenant's scope.

Owns the claim of due rows: the process that moves `next_due_at` starts the run, in one transaction. Two dispatchers, or
two slots missed, make one run.
"""

from datetime import datetime

from django.db import models, transaction

from accounts.models import Tenant
from accounts.refusal import Refused
from integrations.gateway.access import live_connection
from integrations.mirror.service import start_list_sync
from integrations.models import FULL, Cadence, Mode, SyncProfile, SyncRun, SyncSchedule, Trigger
from integrations.schedules.cadence import deferred, next_due
from integrations.schedules.profiles import recompute
from integrations.schedules.selectors import included_kinds, profiles_due, rule_of, why_not_scheduled


class _UnderWay(Exception):
    """A run is under way; what was claimed stays due."""


def start_due(tenant: Tenant, now: datetime) -> list[SyncRun]:
    """Start a run for each profile with something due, the groups due together in one; what cannot start stays due."""
    connection = live_connection()
    if connection is None:
        return []
    runs = []
    for profile in profiles_due(connection, now):
        rows = SyncSchedule.objects.filter(profile=profile, next_due_at__lte=now)
        due = [row for row in rows if not _postponed(tenant, profile, row, now)]
        if not due or why_not_scheduled(profile) is not None:
            continue
        try:
            run = _start(tenant, profile, due, now)
        except _UnderWay:
            break  # a connection syncs its lists in one run at a time; the others wait for their turn
        except Refused as refused:
            refusing = SyncSchedule.objects.filter(pk__in=[row.pk for row in due])
            refusing.update(refusal=f"{refused.sentence} {refused.advice}".strip()[:500])
            continue
        if run is not None:
            runs.append(run)
    return runs


def follow_time_zone(tenant: Tenant, now: datetime) -> None:
    """Recompute what was reckoned in another time zone than the tenant has now."""
    moved = SyncSchedule.objects.exclude(zone=tenant.time_zone).exclude(cadence=Cadence.NEVER)
    for profile in SyncProfile.objects.filter(schedules__in=moved).select_related("connection__tenant").distinct():
        recompute(profile, now)


def _postponed(tenant: Tenant, profile: SyncProfile, row: SyncSchedule, now: datetime) -> bool:
    """Whether quiet hours, or a day on which nothing is due, began while it waited. It is due at the end of the quiet
    hours then, or, where that is such a day, when it is due next."""
    rule = rule_of(row, profile, tenant)
    moment = deferred(rule, now)
    if moment == now and rule.may_begin(now):
        return False
    _still(row).update(next_due_at=moment if rule.may_begin(moment) else next_due(rule, now))
    return True


def _still(row: SyncSchedule) -> models.QuerySet[SyncSchedule]:
    """The row, if nobody has moved it on since it was read."""
    return SyncSchedule.objects.filter(pk=row.pk, next_due_at=row.next_due_at)


@transaction.atomic
def _start(tenant: Tenant, profile: SyncProfile, due: list[SyncSchedule], now: datetime) -> SyncRun | None:
    """Claim the rows and start one run for them; None when somebody else claimed all. Raises _UnderWay, Refused."""
    claimed = [
        row
        for row in due
        if _still(row).update(
            next_due_at=next_due(rule_of(row, profile, tenant), now),
            zone=tenant.time_zone,
            last_started_at=now,
            refusal="",
        )
    ]
    is_full = any(row.group == FULL for row in claimed)
    groups = [FULL] if is_full else [row.group for row in claimed]
    kinds = {kind.key for group in groups for kind in included_kinds(profile, group)}
    if not kinds:
        return None
    if is_full and not profile.left_out:
        kinds = set()  # everything there is, also what is not known yet
    started = start_list_sync(
        profile.connection,
        kinds=kinds,
        mode=Mode.FULL if is_full else Mode.PARTIAL,
        entity=profile.entity_id,
        trigger=Trigger.SCHEDULE,
    )
    if not started.is_new:
        raise _UnderWay
    SyncSchedule.objects.filter(pk__in=[row.pk for row in claimed]).update(last_run=started.run)
    return started.run
