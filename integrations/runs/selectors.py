"""What the run pages ask: runs with their totals, counts per filter, how far a run is, who started it.

Reads only. Needs the tenant's scope.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.refusal import Refused
from accounts.ui.pk import read_pk
from accounts.ui.shown import ShownState
from integrations.gateway.access import why_not_sync
from integrations.models import (
    ACTIVE_RUNS,
    OPEN_STEPS,
    READ_TO_THE_END,
    Connection,
    LogLevel,
    RunLog,
    RunState,
    RunStep,
    StepState,
    SyncRun,
    Trigger,
)
from integrations.runs.flow import Flow, flow_for
from integrations.runs.health import queue_problem
from integrations.settings.selectors import switch_is_on

SUMS = (*RunStep.COUNTS, "announced", "requests", "billable")
COUNTED = ("steps", "steps_read", "steps_ended")
NO_SUMS: Mapping[str, int] = dict.fromkeys((*SUMS, *COUNTED), 0)
ACTIVE = "active"
ALL_TOGETHER = "-"  # the entity filter's value for runs of all entities together
_A_DAY = timedelta(days=1)
PERIODS: Mapping[str, timedelta] = {
    "1": _A_DAY,
    "7": timedelta(days=7),
    "30": timedelta(days=30),
    "90": timedelta(days=90),
}
# A worker takes a run over at once or, after a lost wake-up, with the next minute's dispatch.
WAIT_IS_LONG_AFTER = timedelta(seconds=90)

_LEVELS = {
    LogLevel.INFO: ("neutral", "info-circle"),
    LogLevel.WARNING: ("warning", "exclamation-triangle-fill"),
    LogLevel.ERROR: ("danger", "exclamation-octagon-fill"),
}


def known_flow(key: str) -> Flow | None:
    """The flow a stored run names, or None when this version of the program no longer has it."""
    try:
        return flow_for(key)
    except KeyError:
        return None


def filtered_runs(query: Mapping[str, str]) -> QuerySet[SyncRun]:
    """The tenant's runs, newest first, that match the query string; what it names and does not exist filters nothing.

    `state` (a run state, or "active"), `flow`, `trigger`, `entity` (an id, or "-" for runs of all entities), `person`
    (a key), `period` (days) and `day`.
    """
    found = SyncRun.objects.select_related("started_by").defer("error_detail")
    for name, values in _asked(query).items():
        found = found.filter(**{f"{_COUNTED[name]}__in": values})
    return _in_period(found, query).order_by("-number")


def _in_period(found: QuerySet[SyncRun], query: Mapping[str, str]) -> QuerySet[SyncRun]:
    days, day = PERIODS.get(query.get("period", "")), chosen_day(query)
    if days is not None:
        found = found.filter(created_at__gte=timezone.now() - days)
    if day is not None:
        found = found.filter(created_at__gte=_midnight(day), created_at__lt=_midnight(day + _A_DAY))
    return found


def chosen_day(query: Mapping[str, str]) -> date | None:
    """The day that a query string names, None where it names none, or one at an end of the calendar."""
    try:
        day = date.fromisoformat(query.get("day", ""))
    except ValueError:
        return None
    # The days beside it are asked for, and both ends of it in other time zones.
    return day if date.min + _A_DAY < day < date.max - _A_DAY else None


def _midnight(day: date) -> datetime:
    """When a day begins in the current time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def ends_by_day(query: Mapping[str, str], since: date) -> dict[date, dict[str, int]]:
    """How many runs of each state there are on each day of the current time zone, in one query."""
    asked = {name: values for name, values in _asked(query).items() if name != "state"}
    found = SyncRun.objects.filter(created_at__gte=_midnight(since))
    for name, values in asked.items():
        found = found.filter(**{f"{_COUNTED[name]}__in": values})
    rows = found.order_by().values_list(TruncDate("created_at"), "state").annotate(Count("pk"))
    counted: dict[date, dict[str, int]] = {}
    for day, state, number in rows:
        counted.setdefault(day, {})[state] = number
    return counted


def _asked(query: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The values that the query string lets through, of each column that it filters."""
    asked: dict[str, frozenset[str]] = {}
    state, entity = query.get("state", ""), query.get("entity", "")
    if state == ACTIVE:
        asked["state"] = frozenset(ACTIVE_RUNS)
    elif state in RunState.values:
        asked["state"] = frozenset({state})
    if query.get("flow"):
        asked["flow"] = frozenset({query["flow"]})
    if query.get("trigger") in Trigger.values:
        asked["trigger"] = frozenset({query["trigger"]})
    if entity:
        asked["entity"] = frozenset({"" if entity == ALL_TOGETHER else entity})
    if (person := read_pk(query.get("person"))) is not None:
        asked["person"] = frozenset({str(person)})
    return asked


@dataclass(frozen=True)
class RunCounts:
    """Runs by what can be filtered; each group is counted within the choices made in all the others."""

    states: Mapping[str, int]
    flows: Mapping[str, int]
    triggers: Mapping[str, int]
    entities: Mapping[str, int]
    people: Mapping[str, int]


_COUNTED = {"state": "state", "flow": "flow", "trigger": "trigger", "entity": "entity_id", "person": "started_by"}


def run_counts(query: Mapping[str, str]) -> RunCounts:
    """How many runs each filter would show, in one query."""
    asked = _asked(query)
    counts: dict[str, dict[str, int]] = {name: {} for name in _COUNTED}
    rows = _in_period(SyncRun.objects.order_by(), query).values_list(*_COUNTED.values()).annotate(Count("pk"))
    for *values, number in rows:
        row = {name: "" if value is None else str(value) for name, value in zip(_COUNTED, values, strict=True)}
        missed = [name for name, wanted in asked.items() if row[name] not in wanted]
        for name, value in row.items():
            counted = number if missed in ([], [name]) else 0
            counts[name][value] = counts[name].get(value, 0) + counted
    counts["person"].pop("", None)
    states = {**dict.fromkeys((ACTIVE, *RunState.values), 0), **counts["state"]}
    states[ACTIVE] = sum(states[state] for state in ACTIVE_RUNS)
    return RunCounts(states, counts["flow"], counts["trigger"], counts["entity"], counts["person"])


def flow_title(key: str) -> str:
    flow = known_flow(key)
    return flow.title if flow else key


def sums_of(runs: Iterable[SyncRun]) -> dict[int, dict[str, int]]:
    """The sums over the steps of each run, in one query: every count, requests and billable API transactions, and how
    many steps there are, were read and have ended."""
    keys = [run.pk for run in runs]
    summed = RunStep.objects.filter(run_id__in=keys).order_by().values_list("run_id")
    rows = summed.annotate(
        *(Sum(name) for name in SUMS),
        counted=Count("pk"),
        counted_read=Count("pk", filter=READ_TO_THE_END),
        counted_ended=Count("pk", filter=~Q(state__in=OPEN_STEPS)),
    )
    names = (*SUMS, *COUNTED)
    return {run_id: {name: found or 0 for name, found in zip(names, sums, strict=True)} for run_id, *sums in rows}


def sums_of_steps(steps: Iterable[RunStep]) -> dict[str, int]:
    """The same sums over steps that have been read already."""
    rows = list(steps)
    sums = {name: sum(getattr(step, name) or 0 for step in rows) for name in SUMS}
    ended = sum(step.state not in OPEN_STEPS for step in rows)
    return {**sums, "steps": len(rows), "steps_read": sum(step.was_read for step in rows), "steps_ended": ended}


def starter(run: SyncRun) -> str:
    """Who or what started the run, in words."""
    by = str(run.started_by) if run.started_by else ""
    if run.trigger == Trigger.PERSON:
        return by or "A person who is no longer here"
    label = Trigger(run.trigger).label
    return f"{label}, by {by}" if by else str(label)


def elapsed(work: SyncRun | RunStep) -> float | None:
    """Seconds it took, or has taken so far; None before it began."""
    if work.started_at is None:
        return None
    return ((work.finished_at or timezone.now()) - work.started_at).total_seconds()


@dataclass(frozen=True)
class RunLine:
    """A run as a list shows it. `seconds` is None before it began."""

    run: SyncRun
    sums: Mapping[str, int]
    starter: str
    seconds: float | None


def run_lines(runs: Iterable[SyncRun]) -> list[RunLine]:
    page = list(runs)
    sums = sums_of(page)
    return [RunLine(run, sums.get(run.pk, NO_SUMS), starter(run), elapsed(run)) for run in page]


@dataclass(frozen=True)
class StepLine:
    """A step as pages show it. `maximum` is None while nobody knows how much there is."""

    step: RunStep
    maximum: int | None
    seconds: float | None

    @property
    def done(self) -> int:
        """Records read, never more than were announced: some may be added there while reading."""
        return self.step.read if self.maximum is None else min(self.step.read, self.maximum)

    @property
    def is_running(self) -> bool:
        return self.step.state == StepState.RUNNING

    @property
    def phase(self) -> str:
        """What a step that reads a list does at this moment, by its checkpoint; "" when it is not at work."""
        if not self.is_running or not self.step.key.startswith("list:"):
            return ""
        if "fields" not in self.step.checkpoint:
            return "Asking what there is"
        return "Comparing the count" if self.step.checkpoint.get("swept") else "Reading"

    @property
    def rate(self) -> int | None:
        """Records a second so far; None before there is anything to tell it from."""
        if not self.step.read or not self.seconds or self.seconds < 1:
            return None
        return round(self.step.read / self.seconds)

    @property
    def remaining(self) -> float | None:
        """Seconds that are left at this rate, as far as Intacct has announced how much there is."""
        if not self.is_running or not self.rate or self.maximum is None:
            return None
        return round((self.maximum - self.done) / self.rate)


def step_lines(steps: Iterable[RunStep]) -> list[StepLine]:
    return [StepLine(step, step.announced or None, elapsed(step)) for step in steps]


@dataclass(frozen=True)
class Progress:
    """How far an active run is. `value` of `maximum` are steps, the one at work in parts; `phase` says it in words.

    No maximum: nobody knows yet how much there is. `warning` says why a run does not begin.
    """

    phase: str
    value: float = 0
    maximum: int | None = None
    warning: str = ""


def progress_of(run: SyncRun, lines: list[StepLine]) -> Progress:
    """Derive the progress from the steps; a run that waits too long names the likely reason."""
    if not run.is_active:
        begun = run.started_at is not None
        return Progress(f"{run.get_state_display()}." if begun else f"{run.get_state_display()} before it began.")
    if run.state == RunState.QUEUED:
        if run.resume_at is not None:
            phase = "Sage Intacct is busy. It goes on by itself, and nothing that was done is lost."
            return Progress(phase, _closed(lines), len(lines))
        return Progress("Waiting for a worker.", warning=_why_waiting(run))
    closed = _closed(lines)
    at_work = next((line for line in lines if line.is_running), None)
    value = closed + (at_work.done / at_work.maximum if at_work and at_work.maximum else 0)
    maximum = len(lines) if value else None
    if run.cancel_requested_at is not None:
        return Progress("Stopping after what it is at.", value, maximum)
    if at_work is None:
        return Progress("Going on.", value, maximum)
    position = f"Step {closed + 1} of {len(lines)}: " if len(lines) > 1 else ""
    return Progress(f"{position}{at_work.step.title}.", value, maximum)


def _closed(lines: list[StepLine]) -> int:
    return sum(1 for line in lines if line.step.state not in OPEN_STEPS)


def _why_waiting(run: SyncRun) -> str:
    if timezone.now() - run.created_at < WAIT_IS_LONG_AFTER:
        return ""
    problem = queue_problem()
    if problem:
        return f"No worker has taken it yet. {problem}"
    return "All workers are busy with other work. This follows by itself."


def list_keys(steps: Iterable[RunStep]) -> list[str]:
    """The list kinds that a run read or was to read, for starting the same again."""
    prefix = "list:"
    return [step.key.removeprefix(prefix) for step in steps if step.key.startswith(prefix)]


def shown_level(line: RunLog) -> ShownState:
    """How the level of a log line looks."""
    level = LogLevel(line.level)
    tone, icon = _LEVELS[level]
    return ShownState(str(level.value), str(level.label), tone, icon)


# A run that nobody works on and nobody was woken for counts as left behind after this time.
FORGOTTEN_AFTER = timedelta(seconds=30)


def why_not_run(connection: Connection | None, flow: Flow) -> Refused | None:
    """Why a flow cannot run now: what syncing needs, and the flow's switch."""
    refused = why_not_sync(connection)
    if refused is None and flow.switch is not None and not switch_is_on(connection, flow.switch.key):
        return Refused(
            f"{flow.switch.label} is switched off.",
            "A company admin switches it on under Settings → Integrations → Sage Intacct → Settings.",
            code="SWITCH-OFF",
        )
    return refused


def active_run(connection: Connection, flow: str) -> SyncRun | None:
    return SyncRun.objects.filter(connection=connection, flow=flow, state__in=ACTIVE_RUNS).first()


def runs_left_behind() -> QuerySet[SyncRun]:
    """Active runs without a living worker: a lost wake-up, a killed worker, a busy company, a pause that is over."""
    now = timezone.now()
    is_due = Q(resume_at=None) | Q(resume_at__lte=now)
    idle = Q(lease_token="", created_at__lt=now - FORGOTTEN_AFTER) | Q(lease_expires_at__lt=now)
    return SyncRun.objects.filter(idle, is_due, state__in=ACTIVE_RUNS)
