"""Save, pause and resume the profile of a legal entity, and keep its schedule rows registered and reckoned.

Raises Outdated when somebody saved it meanwhile. Starts nothing: the dispatcher does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Tenant, User
from integrations.lists import Group
from integrations.models import FULL, Cadence, Connection, SyncProfile, SyncSchedule
from integrations.records.kinds import kinds_for
from integrations.schedules.cadence import EVERY_DAY, QuietHours, next_due
from integrations.schedules.selectors import rule_of


class Outdated(Exception):
    """The profile was saved by somebody else since it was shown; `profile` is as they left it."""

    def __init__(self, profile: SyncProfile) -> None:
        super().__init__(f"version {profile.version}")
        self.profile = profile


@dataclass(frozen=True)
class Choice:
    """How often one list group is read, or (weekly) all lists in full."""

    cadence: Cadence
    at: time = time(5)
    weekday: int = 6


@dataclass(frozen=True)
class ProfileChoices:
    """Everything a profile is about. `cadences` are by group key; FULL is the key of the Full."""

    cadences: Mapping[str, Choice]
    quiet: QuietHours | None
    left_out: Iterable[str]
    custom_fields: Mapping[str, list[str]]
    weekdays: frozenset[int] = EVERY_DAY


@transaction.atomic
def ensure_profile(connection: Connection, entity_id: str = "") -> SyncProfile:
    """The stored profile of the entity with a schedule row per list group, made at the first need. Idempotent."""
    profile, _ = SyncProfile.objects.get_or_create(
        connection=connection, entity_id=entity_id, defaults={"tenant_id": connection.tenant_id}
    )
    register_schedules(profile)
    return profile


def register_schedules(profile: SyncProfile) -> None:
    """Make sure the profile has one row per declared list group and one for the Full, and no other."""
    wanted = [*(group.key for group in Group), FULL]
    SyncSchedule.objects.bulk_create(
        (SyncSchedule(tenant_id=profile.tenant_id, profile=profile, group=group) for group in wanted),
        ignore_conflicts=True,
    )
    SyncSchedule.objects.filter(profile=profile).exclude(group__in=wanted).delete()


@transaction.atomic
def save_profile(
    connection: Connection, entity_id: str, choices: ProfileChoices, *, version: int, by: User | None = None
) -> SyncProfile:
    """Store the choices on top of `version`, and recompute when everything is due. Raises Outdated."""
    profile = ensure_profile(connection, entity_id)
    now = timezone.now()
    quiet = choices.quiet
    based = SyncProfile.objects.filter(pk=profile.pk, version=version)
    if not based.update(
        version=F("version") + 1,
        left_out=sorted(choices.left_out),
        custom_fields={kind: list(names) for kind, names in sorted(choices.custom_fields.items()) if names},
        weekdays="".join(str(day) for day in sorted(choices.weekdays)),
        quiet_from=quiet.begins if quiet else None,
        quiet_until=quiet.ends if quiet else None,
        saved_at=now,
        saved_by=by,
    ):
        raise Outdated(SyncProfile.objects.select_related("saved_by", "connection__tenant").get(pk=profile.pk))
    for group, choice in choices.cadences.items():
        SyncSchedule.objects.filter(profile=profile, group=group).update(
            cadence=choice.cadence, at=choice.at, weekday=choice.weekday
        )
    profile.refresh_from_db()
    recompute(profile, now)
    return profile


def recompute(profile: SyncProfile, now: datetime) -> None:
    """Reckon when each schedule of the profile is due next. One that is due already stays so, unless it never is."""
    tenant: Tenant = profile.connection.tenant
    offered = kinds_for(profile.connection)
    for row in SyncSchedule.objects.filter(profile=profile):
        following = next_due(rule_of(row, profile, tenant, offered), now)
        is_due = following is not None and row.next_due_at is not None and row.next_due_at <= now
        # A process that claims the row at this moment reckons it itself: the condition leaves theirs alone.
        SyncSchedule.objects.filter(pk=row.pk, next_due_at=row.next_due_at).update(
            next_due_at=row.next_due_at if is_due else following, zone=tenant.time_zone
        )


def pause_profile(profile: SyncProfile, *, by: User | None = None) -> bool:
    """Start nothing of it until it is resumed; False when it was paused already."""
    unpaused = SyncProfile.objects.filter(pk=profile.pk, paused_at=None)
    return bool(unpaused.update(paused_at=timezone.now(), paused_by=by))


@transaction.atomic
def resume_profile(profile: SyncProfile) -> bool:
    """Go on with the next slot: what fell into the pause is not made up for. False when it was not paused."""
    paused = SyncProfile.objects.filter(pk=profile.pk).exclude(paused_at=None)
    if not paused.update(paused_at=None, paused_by=None):
        return False
    SyncSchedule.objects.filter(profile=profile).update(next_due_at=None)
    recompute(profile, timezone.now())
    return True
