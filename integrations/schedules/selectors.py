"""What pages, commands and the dispatcher ask about schedules: rules, what is due, how a profile stands.

Reads only. Needs the tenant's scope, but for the two questions of the dispatcher that say otherwise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Min, Q, QuerySet
from django.utils import timezone

from accounts.models import Tenant
from accounts.refusal import Refused
from accounts.ui.formats import shown_clock
from accounts.ui.shown import ShownState
from integrations.gateway.access import Entity, entities_of, why_not_sync
from integrations.lists import Group, ListKind
from integrations.mirror.flow import LISTS
from integrations.models import (
    FULL,
    USABLE_CONNECTIONS,
    Cadence,
    Connection,
    ListItem,
    ListState,
    Mode,
    ScheduleState,
    SyncProfile,
    SyncRun,
    SyncSchedule,
)
from integrations.models.states import shown
from integrations.records.kinds import kinds_for
from integrations.records.lookup import why_unknown
from integrations.runs.health import queue_problem
from integrations.runs.selectors import active_run
from integrations.schedules.cadence import QuietHours, Rule, Upcoming, upcoming

FULL_LABEL = "Full of all lists"
# The dispatcher looks each minute; what is due for longer although nothing stands in its way has lost its worker.
GRACE = timedelta(minutes=5)
_GROUPS = {group.key: group for group in Group}


def groups_of(connection: Connection) -> list[Group]:
    """The list groups that hold a list in this company."""
    present = {kind.group for kind in kinds_for(connection)}
    return [group for group in Group if group in present]


def group_label(key: str) -> str:
    """What a schedule's group is called; a group that no longer exists keeps its key."""
    if key == FULL:
        return FULL_LABEL
    return _GROUPS[key].label if key in _GROUPS else key


def profile_of(connection: Connection, entity_id: str = "") -> SyncProfile:
    """The profile of the entity; before anything was saved, one that is not stored and includes every list."""
    found = SyncProfile.objects.filter(connection=connection, entity_id=entity_id).first()
    return found or SyncProfile(tenant_id=connection.tenant_id, connection=connection, entity_id=entity_id)


def included_kinds(
    profile: SyncProfile, group: str = FULL, offered: Sequence[ListKind] | None = None
) -> list[ListKind]:
    """The lists of a group (of all groups for FULL) that the profile mirrors; of `offered`, where those are at hand."""
    if offered is None:
        offered = kinds_for(profile.connection)
    return [kind for kind in offered if kind.key not in profile.left_out and group in (FULL, kind.group.key)]


def quiet_hours(profile: SyncProfile) -> QuietHours | None:
    if profile.quiet_from is None or profile.quiet_until is None:
        return None
    return QuietHours(profile.quiet_from, profile.quiet_until)


def weekdays_of(profile: SyncProfile) -> frozenset[int]:
    return frozenset(int(day) for day in profile.weekdays)


def days_in_words(days: Iterable[int]) -> str:
    """For example "Monday to Friday", "Monday, Wednesday" or "every day"."""
    chosen = sorted(days)
    if len(chosen) == len(WEEKDAYS):
        return "every day"
    if len(chosen) > 2 and chosen == list(range(chosen[0], chosen[-1] + 1)):
        return f"{WEEKDAYS[chosen[0]]} to {WEEKDAYS[chosen[-1]]}"
    return ", ".join(WEEKDAYS[day] for day in chosen)


def rule_of(
    schedule: SyncSchedule, profile: SyncProfile, tenant: Tenant, offered: Sequence[ListKind] | None = None
) -> Rule:
    """The rule by which a schedule is due. One without any list to read is never due."""
    cadence = Cadence(schedule.cadence) if included_kinds(profile, schedule.group, offered) else Cadence.NEVER
    return Rule(cadence, tenant.zone, schedule.at, schedule.weekday, quiet_hours(profile), weekdays_of(profile))


def tenants_with_work(now: datetime) -> QuerySet[Tenant]:
    """Tenants with something due that can be started, or reckoned in another time zone. Needs the open door."""
    moved = ~Q(zone=F("tenant__time_zone")) & ~Q(cadence=Cadence.NEVER)
    due = Q(next_due_at__lte=now, profile__paused_at=None, profile__connection__state__in=list(USABLE_CONNECTIONS))
    rows = SyncSchedule.objects.filter(due | moved)
    return Tenant.objects.filter(pk__in=rows.values("tenant_id")).order_by("pk")


def profiles_due(connection: Connection, now: datetime) -> list[SyncProfile]:
    """Profiles with something due that nobody paused, the one that has waited longest first."""
    due = SyncProfile.objects.filter(connection=connection, paused_at=None, schedules__next_due_at__lte=now)
    since = due.annotate(due_since=Min("schedules__next_due_at", filter=Q(schedules__next_due_at__lte=now)))
    return list(since.select_related("connection__tenant").order_by("due_since", "pk"))


def removed_entities(connection: Connection, entity_ids: Iterable[str]) -> dict[str, Refused]:
    """Which of the entities cannot be synced any more, and why."""
    wanted = [entity_id for entity_id in entity_ids if entity_id]
    if not wanted:
        return {}
    listed = {str(row["id"]) for row in connection.entities}
    mirrors = [kind.key for kind in kinds_for(connection) if kind.object == "LOCATIONENTITY"]
    ended = ListItem.objects.filter(connection=connection, kind__in=mirrors, business_id__in=wanted)
    ended = ended.filter(Q(missing_at__isnull=False) | Q(is_active=False))
    missing = {item.business_id: item for item in ended}
    refused = {}
    for entity_id in wanted:
        if connection.entity_id or entity_id not in listed:
            refused[entity_id] = f"Entity {entity_id} is not among the entities that the web services user may enter."
        elif entity_id in missing:
            refused[entity_id] = f"Entity {entity_id} {_why_ended(missing[entity_id])}"
    advice = "Give the user access to it and renew the credentials, or set the schedules of this entity to Never."
    return {entity_id: Refused(sentence, advice, code="ENTITY-GONE") for entity_id, sentence in refused.items()}


def _why_ended(entity: ListItem) -> str:
    if entity.missing_at is not None:
        return "is no longer in Intacct."
    return "is inactive in Intacct." if entity.is_known else f"cannot be used: {why_unknown(entity)}"


def why_not_scheduled(profile: SyncProfile) -> Refused | None:
    """Why nothing of the profile can be started now, though it may be due."""
    refused = removed_entities(profile.connection, [profile.entity_id]).get(profile.entity_id)
    return refused or why_not_sync(profile.connection)


@dataclass(frozen=True)
class ScheduleContext:
    """What decides the state of every profile of a connection, asked once for all of them."""

    now: datetime
    refused: Refused | None
    removed: Mapping[str, Refused]
    running: SyncRun | None
    queue_problem: str


def schedule_context(connection: Connection, entity_ids: Iterable[str]) -> ScheduleContext:
    return ScheduleContext(
        timezone.now(),
        why_not_sync(connection),
        removed_entities(connection, entity_ids),
        active_run(connection, LISTS),
        queue_problem(),
    )


def state_of(profile: SyncProfile, schedules: Iterable[SyncSchedule], around: ScheduleContext) -> ShownState:
    """How a profile stands, with the reason where it does not simply go on."""
    rows = [row for row in schedules if row.cadence != Cadence.NEVER]
    if not rows:
        return shown(ScheduleState.NOT_SCHEDULED)
    if profile.paused_at is not None:
        return shown(ScheduleState.PAUSED, f"by {profile.paused_by or 'a person who is no longer here'}")
    refused = around.removed.get(profile.entity_id) or around.refused
    if refused is not None:
        return shown(ScheduleState.STOPPED, refused.sentence)
    due = [row.next_due_at for row in rows if row.next_due_at is not None and row.next_due_at <= around.now]
    if due:
        return _state_when_due(min(due), rows, around)
    if all(row.next_due_at is None for row in rows):
        return shown(ScheduleState.NOT_SCHEDULED, "no list is included")
    return shown(ScheduleState.SCHEDULED)


def _state_when_due(since: datetime, rows: list[SyncSchedule], around: ScheduleContext) -> ShownState:
    if around.running is not None:
        return shown(ScheduleState.WAITING, f"sync {around.running.number} is under way")
    if around.queue_problem and around.now - since > GRACE:
        return shown(ScheduleState.STOPPED, around.queue_problem)
    refusal = next((row.refusal for row in rows if row.refusal), "")
    return shown(ScheduleState.WAITING, refusal) if refusal else shown(ScheduleState.DUE, "starts within a minute")


@dataclass(frozen=True)
class ScheduleLine:
    """One list group of a profile as pages show it. `kinds` are the lists it reads."""

    schedule: SyncSchedule
    label: str
    kinds: list[ListKind]
    cadence: str

    @property
    def is_full(self) -> bool:
        return self.schedule.group == FULL


@dataclass(frozen=True)
class ProfileLine:
    """A legal entity with its profile. `last_run` is the one that a schedule started last."""

    entity: Entity
    profile: SyncProfile
    state: ShownState
    schedules: list[ScheduleLine]
    next_due_at: datetime | None
    last_started_at: datetime | None
    last_run: SyncRun | None

    @property
    def scheduled(self) -> list[ScheduleLine]:
        return [line for line in self.schedules if line.schedule.cadence != Cadence.NEVER]

    @property
    def summary(self) -> dict[str, list[str]]:
        """What is scheduled in short: each cadence with the groups that have it."""
        found: dict[str, list[str]] = {}
        for line in self.scheduled:
            found.setdefault(line.cadence, []).append(line.label)
        return found


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def cadence_in_words(schedule: SyncSchedule) -> str:
    """For example "Daily at 5:00 AM" or "Sunday at 3:00 AM"."""
    at = shown_clock(schedule.at)
    if schedule.cadence == Cadence.DAILY:
        return f"Daily at {at}"
    if schedule.cadence == Cadence.WEEKLY:
        return f"{WEEKDAYS[schedule.weekday]} at {at}"
    return str(Cadence(schedule.cadence).label)


def profile_lines(connection: Connection, entities: Iterable[Entity] | None = None) -> list[ProfileLine]:
    """Each legal entity with how its schedules stand; the number of queries does not grow with the entities."""
    wanted = list(entities if entities is not None else entities_of(connection))
    found = SyncProfile.objects.filter(connection=connection, entity_id__in=[entity.id for entity in wanted])
    stored = {profile.entity_id: profile for profile in found.select_related("paused_by", "saved_by")}
    rows: dict[int, list[SyncSchedule]] = {}
    kept = SyncSchedule.objects.filter(profile__in=[profile.pk for profile in stored.values()])
    for row in kept.select_related("last_run").order_by("pk"):
        rows.setdefault(row.profile_id, []).append(row)
    around, offered = schedule_context(connection, [entity.id for entity in wanted]), kinds_for(connection)
    lines = []
    for entity in wanted:
        profile = stored.get(entity.id) or SyncProfile(tenant_id=connection.tenant_id, entity_id=entity.id)
        profile.connection = connection
        lines.append(_profile_line(entity, profile, rows.get(profile.pk, []), around, offered))
    return lines


def _profile_line(
    entity: Entity, profile: SyncProfile, rows: list[SyncSchedule], around: ScheduleContext, offered: Sequence[ListKind]
) -> ProfileLine:
    order = [*(group.key for group in Group), FULL]
    known = sorted((row for row in rows if row.group in order), key=lambda row: order.index(row.group))
    lines = [
        ScheduleLine(row, group_label(row.group), included_kinds(profile, row.group, offered), cadence_in_words(row))
        for row in known
    ]
    lines = [line for line in lines if line.kinds or line.schedule.cadence != Cadence.NEVER]
    due = [row.next_due_at for row in known if row.next_due_at is not None]
    latest = max((row for row in known if row.last_started_at), key=_last_started, default=None)
    return ProfileLine(
        entity,
        profile,
        state_of(profile, known, around),
        lines,
        min(due, default=None) if profile.paused_at is None else None,
        latest.last_started_at if latest else None,
        latest.last_run if latest else None,
    )


def _last_started(row: SyncSchedule) -> datetime:
    assert row.last_started_at is not None  # noqa: S101 - asked of rows that were started
    return row.last_started_at


def rules_of(profile: SyncProfile, schedules: Iterable[SyncSchedule], tenant: Tenant) -> dict[str, Rule]:
    """The rules of a profile by the label of what is due."""
    offered = kinds_for(profile.connection)
    return {group_label(row.group): rule_of(row, profile, tenant, offered) for row in schedules}


def next_runs(rules: Mapping[str, Rule], limit: int = 5) -> list[Upcoming]:
    """The next runs that rules lead to from now on."""
    return upcoming(rules, timezone.now(), limit)


@dataclass(frozen=True)
class SyncDefaults:
    """What a person who starts a sync by hand is offered. `sync_from` is None while nothing was read completely."""

    mode: Mode
    sync_from: datetime | None


def sync_defaults(connection: Connection, entity_id: str = "") -> SyncDefaults:
    """Partial once every included list has been read completely, from the earliest of those reads on; before, Full.

    Each list knows its own start of a Partial: hand `sync_from` on only when the person changed it.
    """
    keys = [kind.key for kind in included_kinds(profile_of(connection, entity_id))]
    states = ListState.objects.filter(connection=connection, entity_id=entity_id, kind__in=keys)
    complete = [state.complete_through for state in states if state.complete_through is not None]
    if not complete:
        return SyncDefaults(Mode.FULL, None)
    return SyncDefaults(Mode.PARTIAL, min(complete))
