"""What the run pages ask: runs with their totals, counts per filter, how far a run is, who started it.

Reads only. Needs the tenant's scope.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from accounts.shown import ShownState
from integrations.engine.flow import Flow, flow_for
from integrations.engine.mirror import LISTS, kind_of_step
from integrations.models import (
    ACTIVE_RUNS,
    OPEN_STEPS,
    Connection,
    LogLevel,
    RunLog,
    RunState,
    RunStep,
    StepState,
    SyncRun,
    Trigger,
)
from integrations.probes import queue_problem

SUMS = (*RunStep.COUNTS, "requests", "billable")
NO_SUMS: Mapping[str, int] = dict.fromkeys(SUMS, 0)
ACTIVE = "active"
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
    """The tenant's runs, newest first, that match the query string: `state` (a run state, or "active") and `flow`."""
    found = SyncRun.objects.select_related("started_by").defer("error_detail")
    if query.get("state") == ACTIVE:
        found = found.filter(state__in=ACTIVE_RUNS)
    elif query.get("state") in RunState.values:
        found = found.filter(state=query["state"])
    if query.get("flow"):
        found = found.filter(flow=query["flow"])
    return found.order_by("-number")


@dataclass(frozen=True)
class RunCounts:
    """Runs by state (within the chosen flow) and by flow (within the chosen state), for the filters."""

    states: Mapping[str, int]
    flows: Mapping[str, int]
    any_state: int
    any_flow: int


def run_counts(query: Mapping[str, str]) -> RunCounts:
    """How many runs each filter would show; each group is counted within the choice made in the other."""
    pairs = SyncRun.objects.order_by().values_list("flow", "state").annotate(Count("pk"))
    chosen_flow, chosen_state = query.get("flow", ""), query.get("state", "")
    states = dict.fromkeys((ACTIVE, *RunState.values), 0)
    flows: dict[str, int] = {}
    for flow, state, number in pairs:
        is_active = state in ACTIVE_RUNS
        flows.setdefault(flow, 0)
        if not chosen_flow or flow == chosen_flow:
            states[state] += number
            states[ACTIVE] += number if is_active else 0
        if chosen_state not in states or state == chosen_state or (chosen_state == ACTIVE and is_active):
            flows[flow] += number
    any_state = sum(number for state, number in states.items() if state != ACTIVE)
    return RunCounts(states, flows, any_state, sum(flows.values()))


def flow_title(key: str) -> str:
    flow = known_flow(key)
    return flow.title if flow else key


def sums_of(runs: Iterable[SyncRun]) -> dict[int, dict[str, int]]:
    """The sums over the steps of each run, in one query: every count, requests and billable API transactions."""
    keys = [run.pk for run in runs]
    summed = RunStep.objects.filter(run_id__in=keys).order_by().values_list("run_id")
    rows: Iterable[tuple[int, ...]] = summed.annotate(*(Sum(name) for name in SUMS))
    return {run_id: dict(zip(SUMS, sums, strict=True)) for run_id, *sums in rows}


def sums_of_steps(steps: Iterable[RunStep]) -> dict[str, int]:
    """The same sums over steps that have been read already."""
    rows = list(steps)
    return {name: sum(getattr(step, name) for step in rows) for name in SUMS}


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
            phase = "Sage Intacct is busy. The run goes on by itself, and nothing that was read is lost."
            return Progress(phase, _closed(lines), len(lines))
        return Progress("Waiting for a worker.", warning=_why_waiting(run))
    closed = _closed(lines)
    at_work = next((line for line in lines if line.is_running), None)
    value = closed + (at_work.done / at_work.maximum if at_work and at_work.maximum else 0)
    maximum = len(lines) if value else None
    if run.cancel_requested_at is not None:
        return Progress("Stopping at the next page border.", value, maximum)
    if at_work is None:
        return Progress("Between two steps.", value, maximum)
    position = f"Step {closed + 1} of {len(lines)}: " if len(lines) > 1 else ""
    return Progress(f"{position}{at_work.step.title}.", value, maximum)


def _closed(lines: list[StepLine]) -> int:
    return sum(1 for line in lines if line.step.state not in OPEN_STEPS)


def _why_waiting(run: SyncRun) -> str:
    if timezone.now() - run.created_at < WAIT_IS_LONG_AFTER:
        return ""
    problem = queue_problem()
    if problem:
        return f"No worker has taken this run yet. {problem}"
    return "All workers are busy with other runs. This one follows by itself."


def list_keys(steps: Iterable[RunStep]) -> list[str]:
    """The list kinds that a run read or was to read, for starting the same again."""
    return [kind.key for step in steps if (kind := kind_of_step(step.key)) is not None]


def has_succeeded(connection: Connection | None) -> bool:
    """Whether a sync of lists has succeeded before, so that a Partial has something to build on."""
    if connection is None:
        return False
    good = Q(state=RunState.SUCCEEDED) | Q(state=RunState.PARTLY)
    return SyncRun.objects.filter(good, connection=connection, flow=LISTS).exists()


def shown_level(line: RunLog) -> ShownState:
    """How the level of a log line looks."""
    level = LogLevel(line.level)
    tone, icon = _LEVELS[level]
    return ShownState(str(level.value), str(level.label), tone, icon)
