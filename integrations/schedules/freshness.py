"""How recent each mirrored list is, seen from one legal entity or from all: on time, late, stopped and why.

Reads only: the state the engine keeps of each list, and the schedules. Needs the tenant's scope.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.ui.formats import shown_time
from accounts.ui.shown import ShownState
from integrations.gateway.access import Entity
from integrations.lists import ListKind
from integrations.models import (
    FIELDS_LIMITED,
    TERMINAL_RUNS,
    Connection,
    Freshness,
    ListState,
    RunState,
    ScheduleState,
    SyncSchedule,
)
from integrations.models.states import shown
from integrations.records.kinds import kinds_for
from integrations.schedules.selectors import GRACE, ProfileLine, profile_lines

# The engine's codes for a list that was read to its end, though not all of it.
_TROUBLE = {
    "LIST-INCOMPLETE": Freshness.LATE,
    "LIST-UNREAD": Freshness.LATE,
    FIELDS_LIMITED: Freshness.LIMITED,
}
_AT_REST = frozenset({ScheduleState.PAUSED, ScheduleState.STOPPED})
_GOOD_RUNS = frozenset({RunState.SUCCEEDED, RunState.PARTLY})


@dataclass(frozen=True)
class ListFreshness:
    """One list. `state` carries the reason where it is not simply on time; `next_due_at` is None without a schedule."""

    kind: ListKind
    state: ShownState
    records: int
    missing: int
    last_read_at: datetime | None
    last_change_at: datetime | None
    next_due_at: datetime | None
    unknown: int = 0


def freshness(connection: Connection, entity_id: str = "") -> list[ListFreshness]:
    """Every list of the connection. What is read of all entities is read of each of them as well."""
    return _freshness(connection, kinds_for(connection), entity_id)


def freshness_of(connection: Connection, kind: ListKind, entity_id: str = "") -> ListFreshness:
    """The same of one list."""
    return _freshness(connection, [kind], entity_id)[0]


def _freshness(connection: Connection, kinds: Iterable[ListKind], entity_id: str) -> list[ListFreshness]:
    levels = list(dict.fromkeys(["", entity_id]))
    lines = profile_lines(connection, [Entity(level, level) for level in levels])
    states: dict[str, list[ListState]] = {}
    for state in ListState.objects.filter(connection=connection, entity_id__in=levels):
        states.setdefault(state.kind, []).append(state)
    return [_freshness_of(kind, states.get(kind.key, []), lines) for kind in kinds]


def _freshness_of(kind: ListKind, states: list[ListState], lines: list[ProfileLine]) -> ListFreshness:
    latest = max(states, key=_last_told, default=None)
    read_at = max((state.last_read_at for state in states if state.last_read_at), default=None)
    covering = [(line, row) for line in lines for row in _rows_for(kind, line)]
    due = [row.next_due_at for line, row in covering if not _rests(line) and row.next_due_at is not None]
    return ListFreshness(
        kind,
        _state(latest, read_at, covering),
        latest.records if latest else 0,
        latest.missing if latest else 0,
        read_at,
        max((state.last_change_at for state in states if state.last_change_at), default=None),
        min(due, default=None),
        latest.unknown if latest else 0,
    )


def _last_told(state: ListState) -> float:
    told = [moment.timestamp() for moment in (state.last_read_at, state.last_problem_at) if moment]
    return max(told, default=0.0)


def _rows_for(kind: ListKind, line: ProfileLine) -> Iterable[SyncSchedule]:
    return (each.schedule for each in line.scheduled if kind in each.kinds)


def _rests(line: ProfileLine) -> bool:
    return line.state.value in _AT_REST


def _state(
    latest: ListState | None, read_at: datetime | None, covering: list[tuple[ProfileLine, SyncSchedule]]
) -> ShownState:
    if latest is not None and _is_in_trouble(latest):
        state = _TROUBLE.get(latest.last_problem_code, Freshness.STOPPED)
        return shown(state, latest.last_problem)
    at_work = [row for line, row in covering if not _rests(line)]
    if covering and not at_work:
        line = covering[0][0]
        return shown(Freshness.STOPPED, f"{line.state.label.lower()}: {line.state.reason}")
    if read_at is None:
        return shown(Freshness.NEVER_READ)
    if not at_work:
        return shown(Freshness.NOT_SCHEDULED)
    return _on_time_or_late(read_at, at_work)


def _is_in_trouble(state: ListState) -> bool:
    """Whether the list was refused, and has not been read since."""
    if not state.last_problem or state.last_problem_at is None:
        return False
    return state.last_read_at is None or state.last_problem_at > state.last_read_at


def _on_time_or_late(read_at: datetime, rows: list[SyncSchedule]) -> ShownState:
    now = timezone.now()
    overdue = [row.next_due_at for row in rows if row.next_due_at is not None and row.next_due_at < now - GRACE]
    if overdue:
        since = min(overdue)
        return shown(Freshness.LATE, f"due since {timezone.localtime(since):%a} {shown_time(since)}")
    for row in rows:
        run = row.last_run
        began = row.last_started_at
        if run is None or began is None or began <= read_at or run.state not in TERMINAL_RUNS:
            continue
        if run.state not in _GOOD_RUNS:
            return shown(Freshness.LATE, f"sync {run.number} did not succeed")
    return shown(Freshness.ON_TIME)
