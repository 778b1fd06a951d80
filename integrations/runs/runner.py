"""Works off runs, slice by slice. Commands call it in their own process, the queue in a worker: the same code.

Owns the life of a run: claim, steps, page borders, cancel, error to state, end. The only place that catches everything,
to record a defect and re-raise it.
"""

import logging
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import NoReturn

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import Count, Q, Sum
from django.utils import timezone

from accounts.audit import Origin, acting
from integrations.crypto import SecretUnreadable
from integrations.gateway import client as gateway
from integrations.gateway.access import why_not_sync
from integrations.gateway.slots import NoSlot, Slot, company_slot
from integrations.intacct import BusyError, Category, Client, IntacctError, OutOfTime
from integrations.judging import judge_all_again
from integrations.models import OPEN_STEPS, LogLevel, RowOutcome, RunLog, RunRow, RunState, RunStep, StepState, SyncRun
from integrations.runs import lease
from integrations.runs.endings import run_end, step_end
from integrations.runs.flow import Flow, StepFailed, flow_for
from integrations.runs.lanes import LaneScheduler, in_lanes
from integrations.runs.step import StepWork
from integrations.runs.turns import OthersWait, looked_at_times, nobody_waits

logger = logging.getLogger(__name__)

SLICE_SECONDS = 60.0
# How long after a slice's end its requests may still go on. With that and the wait for a slot, a slice stays below the
# 300 s after which the queue would kill its worker; and a write, begun in the last second, has its full 130 s.
PATIENCE_SECONDS = 200.0
SLOT_WAIT_SECONDS = 5.0
DETAIL_FRAMES = 6
# A busy Intacct is left alone for a minute, then for twice as long each time it still is, or as long as it asks for.
FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_OWN_BACKOFF = timedelta(minutes=30)
LONGEST_BACKOFF = timedelta(hours=24)
MOST_POSTPONED = 6
# These end the run: whatever comes next would fail the same way.
_STOPS_RUN = {
    Category.SENDER,
    Category.SIGN_IN,
    Category.ENTITY,
    Category.SESSION,
    Category.TRANSPORT,
    Category.BUSY,
}
_LIMITS_STEP = {Category.PERMISSION, Category.SUBSCRIPTION}


class Slice(Enum):
    """How a slice of work ended."""

    ENDED = "the run has ended"
    MORE = "there is more to do"
    BUSY = "somebody else works on it, the company has no free request slot, or it is postponed"
    POSTPONED = "Intacct is busy; the dispatcher has it taken up again later"


class _StopRun(Exception):
    """The run cannot go on; the state has been recorded."""


class _Postponed(Exception):
    """The run goes on later; when has been recorded."""


@dataclass
class _Slice:
    run: SyncRun
    token: str
    slot: Slot
    deadline: float
    turns: LaneScheduler
    may_postpone: bool = False
    others_wait: OthersWait = nobody_waits
    pages: int = 0

    def must_stop(self) -> bool:
        """Renew what is held; return whether the slice must stop here. Raises LeaseLost.

        Time alone never stops a slice before its first page, so that every slice gets the run ahead.
        """
        if not self.keep_alive():
            raise lease.LeaseLost(self.run.pk)
        self.run.refresh_from_db(fields=["cancel_requested_at"])
        is_over = self.pages > 0 and (time.monotonic() >= self.deadline or self.others_wait())
        return is_over or self.turns.halted.is_set() or self.run.cancel_requested_at is not None

    def keep_alive(self) -> bool:
        """Renew what is held; False when the run was taken over by another worker."""
        self.slot.renew()
        return lease.renew_run(self.run.pk, self.token)

    def in_entity(self, step: RunStep) -> Callable[[str], AbstractContextManager[Client]]:
        """Opens a client in the session of another entity."""
        return lambda entity_id: gateway.opened(self.run.connection, step, self.watch(), entity_id=entity_id)

    def watch(self) -> gateway.LeaseWatch:
        """Requests may take minutes: the lease is renewed after each attempt, and all together not for ever."""
        return gateway.LeaseWatch(after_exchange=self.keep_alive, time_left=self.time_left)

    def time_left(self) -> float:
        """Seconds in which every request of this slice must have ended."""
        return self.deadline + PATIENCE_SECONDS - time.monotonic()


def work_slice(
    run_id: int,
    *,
    seconds: float = SLICE_SECONDS,
    may_postpone: bool = False,
    others_wait: OthersWait = nobody_waits,
) -> Slice:
    """Work on a run for about `seconds`, stopping at a page border, or sooner while others wait for the worker.

    Needs the tenant's scope.
    With `may_postpone` a run that finds Intacct busy is to be taken up later; otherwise it ends with that reason. Never
    raises for what Intacct answers: that is recorded in the run. Defects are recorded and raised.
    """
    token = lease.claim_run(run_id)
    if not token:
        return Slice.BUSY
    run = SyncRun.objects.select_related("connection", "tenant", "started_by").get(pk=run_id)
    with structlog.contextvars.bound_contextvars(run=run.number, tenant=run.tenant.slug), acting(_origin(run)):
        return _work_claimed(run, token, seconds, may_postpone=may_postpone, others_wait=looked_at_times(others_wait))


def _origin(run: SyncRun) -> Origin:
    """What a run changes is its work, on behalf of the person who started it."""
    label = f"run {run.number}, started by {run.started_by}" if run.started_by else f"run {run.number}"
    return Origin(lambda: run.started_by, label)


def _work_claimed(run: SyncRun, token: str, seconds: float, *, may_postpone: bool, others_wait: OthersWait) -> Slice:
    lets_go = True
    try:
        if _ended_before_work(run, token):
            return Slice.ENDED
        with company_slot(run.connection.company_id, wait_seconds=SLOT_WAIT_SECONDS) as slot:
            deadline = time.monotonic() + seconds
            return _work(_Slice(run, token, slot, deadline, LaneScheduler(run.pk), may_postpone, others_wait))
    except NoSlot:
        return Slice.BUSY
    except lease.LeaseLost:
        logger.warning("run %s was taken over by another worker", run.pk)
        return Slice.BUSY
    except (OperationalError, InterfaceError):
        # The database went away: nothing of the run is at fault. Its lease is left to run out, which brings the next
        # worker and counts this one as lost, so that a database that never works does not keep workers busy for ever.
        logger.exception("run %s lost the database", run.pk)
        lets_go = False
        raise
    except Exception as error:
        logger.exception("run %s failed by a defect", run.pk)
        _record_defect(run, token, error)
        raise
    finally:
        if lets_go:
            lease.release_run(run.pk, token)


def _ended_before_work(run: SyncRun, token: str) -> bool:
    """End a run that needs no more request, or may make none; so it waits for no slot. Raises LeaseLost."""
    if run.lost_workers >= lease.MOST_LOST_WORKERS:
        _fail_run(run, token, "RUN-LOST", "The worker was lost three times while doing this.", "Start the run again.")
        return True
    if run.cancel_requested_at is not None:
        _end(run, token)
        return True
    refused = why_not_sync(run.connection)
    if refused is not None:
        # Another run met it first. Trying refused credentials again could lock the user out in Intacct.
        _fail_run(run, token, refused.code, refused.sentence, refused.advice)
        return True
    return False


def _record_defect(run: SyncRun, token: str, error: Exception) -> None:
    try:
        _fail_run(
            run,
            token,
            "DEFECT",
            "Something went wrong here, not in Intacct.",
            "Nothing was lost. Start the run again; if it fails again, send support the number of this run.",
            detail=_where(error),
        )
    except lease.LeaseLost:
        logger.warning("run %s was taken over by another worker", run.pk)


def _where(error: Exception) -> str:
    """Kind and place of a defect. Its message is left to the log: it may hold values that are nobody's to read."""
    frames = traceback.extract_tb(error.__traceback__)[-DETAIL_FRAMES:]
    places = [f"{'/'.join(Path(frame.filename).parts[-3:])}, line {frame.lineno}, {frame.name}" for frame in frames]
    return "\n".join([f"{type(error).__module__}.{type(error).__qualname__}", *places])


def _work(part: _Slice) -> Slice:
    run, flow = part.run, flow_for(part.run.flow)
    if run.started_at is None:
        run.started_at = timezone.now()
        run.save(update_fields=["started_at"])
    try:
        finished = in_lanes(run, part.slot, part.turns, lambda run, slot: _work_lane(part, flow, run, slot))
        run.refresh_from_db(fields=["cancel_requested_at"])
        if not finished and run.cancel_requested_at is None:
            return Slice.MORE
    except _Postponed:
        return Slice.POSTPONED
    except _StopRun:
        pass
    _end(run, part.token)
    return Slice.ENDED


def _work_lane(part: _Slice, flow: Flow, run: SyncRun, slot: Slot) -> bool:
    """Work off steps until none is left; False when the slice had to stop before.

    Raises _StopRun, _Postponed, LeaseLost.
    """
    mine = _Slice(run, part.token, slot, part.deadline, part.turns, part.may_postpone, part.others_wait)
    while (step := part.turns.next()) is not None:
        if not _work_step(mine, flow, step):
            return False
    return True


def _work_step(part: _Slice, flow: Flow, step: RunStep) -> bool:
    """Work off one step; return False when the slice had to stop before its end.

    Raises _StopRun, _Postponed, LeaseLost.
    """
    if part.must_stop():
        return False
    if step.state == StepState.WAITING:
        # A step taken up again began when it began: the next Partial reads from there on.
        step.state, step.started_at = StepState.RUNNING, step.started_at or timezone.now()
        step.save(update_fields=["state", "started_at"])
    try:
        with (
            structlog.contextvars.bound_contextvars(step=step.key),
            gateway.opened(part.run.connection, step, part.watch()) as client,
        ):
            work = StepWork(part.run, step, part.run.connection, client, part.token, part.in_entity(step))
            for _ in flow.work(work):
                part.pages += 1
                if part.must_stop():
                    return False
    except (IntacctError, StepFailed, SecretUnreadable) as error:
        if isinstance(error, OutOfTime) and part.pages:
            return False  # this slice got the run ahead, and the next has a time of its own
        if isinstance(error, BusyError) and (respite := _backoff(part, error)) is not None:
            _postpone(part, step, error, respite)
        _record_failure(part, step, error)
    else:
        _close_step(part, step)
    return True


def _close_step(part: _Slice, step: RunStep) -> None:
    flow = flow_for(part.run.flow)
    with lease.holding(part.run.pk, part.token):
        step.refresh_from_db()
        unfinished = flow.unfinished(part.run)
        step.state, step.finished_at = step_end(step, unfinished, confirms=flow.confirms(step)), timezone.now()
        if unfinished is not None:
            step.message, step.error_code = unfinished.sentence[:500], unfinished.code
            _warn(step, f"{unfinished.sentence} {unfinished.advice}".strip())
        elif step.state == StepState.FAILED:
            step.message = f"None of it was done: {step.failed:,} failed. The reason stands with each."
            _warn(step, step.message)
        step.save(update_fields=["state", "finished_at", "message", "error_code"])
        flow.ended(part.run, step)


def _warn(step: RunStep, message: str) -> None:
    RunLog.objects.create(
        tenant_id=step.tenant_id, run_id=step.run_id, step=step, level=LogLevel.WARNING, message=message
    )


def _backoff(part: _Slice, error: BusyError) -> timedelta | None:
    """How long a busy Intacct is left alone before the run goes on, or None when the run ends instead."""
    times = 0 if part.pages else part.run.postponed
    if not part.may_postpone or times >= MOST_POSTPONED:
        return None
    own = min(FIRST_BACKOFF * 2**times, LONGEST_OWN_BACKOFF)
    asked = timedelta(seconds=error.retry_after or 0)
    return max(own, asked) if asked <= LONGEST_BACKOFF else None


def _postpone(part: _Slice, step: RunStep, error: BusyError, respite: timedelta) -> NoReturn:
    """Leave the run, at its checkpoint, to the dispatcher for later. Raises _Postponed, LeaseLost."""
    run = part.run
    minutes = -(-int(respite.total_seconds()) // 60)
    with lease.holding(run.pk, part.token):
        run.state, run.resume_at = RunState.QUEUED, timezone.now() + respite
        run.postponed = 1 if part.pages else run.postponed + 1
        run.save(update_fields=["state", "resume_at", "postponed"])
        step.state = StepState.WAITING
        step.save(update_fields=["state"])
        RunLog.objects.create(
            tenant_id=run.tenant_id,
            run=run,
            step=step,
            level=LogLevel.WARNING,
            message=f"{error.sentence} The run goes on by itself in {minutes} minute{'s' if minutes > 1 else ''}.",
        )
    raise _Postponed


def _record_failure(part: _Slice, step: RunStep, error: IntacctError | StepFailed | SecretUnreadable) -> None:
    """Put an expected failure into the step, the log and, when it ends the run, into the run. Raises _StopRun."""
    run = part.run
    category = error.category if isinstance(error, IntacctError) else None
    code = "CON-SECRET" if isinstance(error, SecretUnreadable) else error.code
    stops = category in _STOPS_RUN or isinstance(error, SecretUnreadable)
    step.state = StepState.LIMITED if category in _LIMITS_STEP else StepState.FAILED
    step.message, step.error_code, step.finished_at = error.sentence[:500], code, timezone.now()
    with lease.holding(run.pk, part.token):
        step.save(update_fields=["state", "message", "error_code", "finished_at"])
        flow_for(run.flow).ended(run, step)
        RunLog.objects.create(
            tenant_id=run.tenant_id,
            run=run,
            step=step,
            level=LogLevel.WARNING if category in _LIMITS_STEP else LogLevel.ERROR,
            message=f"{error.sentence} {error.advice}".strip(),
        )
        if stops:
            detail = error.technical_detail if isinstance(error, IntacctError) else ""
            _set_error(run, code, error.sentence, error.advice, detail)
    if stops:
        raise _StopRun


def _end(run: SyncRun, token: str) -> None:
    """Close what is open and derive the run's state from its steps. Raises LeaseLost."""
    with lease.holding(run.pk, token):
        _close(run)


def _close(run: SyncRun) -> None:
    run.refresh_from_db()
    cancelled = run.cancel_requested_at is not None
    left = StepState.CANCELLED if cancelled else StepState.NOT_REACHED
    closed = run.steps.filter(state__in=OPEN_STEPS).update(state=left, finished_at=timezone.now())
    _close_rows(run, "The run was cancelled before this." if cancelled else "Not reached before the run ended.")
    steps = list(run.steps.defer("checkpoint"))
    run.state = run_end(steps, was_cancelled=cancelled and closed > 0)
    if all(step.state == StepState.SUCCEEDED or (step.state == StepState.LIMITED and step.was_read) for step in steps):
        gateway.clear_limits(run.connection)
    if run.state in (RunState.FAILED, RunState.HELD) and not run.error_code:
        worst = run.steps.exclude(error_code="").first()
        if worst is not None:
            _set_error(run, worst.error_code, worst.message, _advice_of(worst), "")
    run.finished_at = timezone.now()
    run.save(update_fields=["state", "finished_at"])
    if any(step.new or step.changed or step.missing for step in steps):
        judge_all_again(run.connection)


def _advice_of(step: RunStep) -> str:
    """What to do about a failed step: its log line says so after the sentence."""
    line = step.log.exclude(level=LogLevel.INFO).order_by("-pk").first()
    return line.message.removeprefix(step.message).strip() if line else ""


def _set_error(run: SyncRun, code: str, sentence: str, advice: str, detail: str) -> None:
    run.error_code, run.error_sentence = code, sentence[:500]
    run.error_advice, run.error_detail = advice[:500], detail
    run.save(update_fields=["error_code", "error_sentence", "error_advice", "error_detail"])


def _fail_run(run: SyncRun, token: str, code: str, sentence: str, advice: str, detail: str = "") -> None:
    """End a run that cannot be worked on; rows not yet done are said to be so. Raises LeaseLost."""
    now = timezone.now()
    with lease.holding(run.pk, token):
        _set_error(run, code, sentence, advice, detail)
        run.steps.filter(state=StepState.RUNNING).update(
            state=StepState.FAILED, finished_at=now, message=sentence[:500], error_code=code
        )
        run.steps.filter(state=StepState.WAITING).update(state=StepState.NOT_REACHED, finished_at=now)
        _close_rows(run, "Not reached before the run ended.")
        run.state, run.finished_at = RunState.FAILED, now
        run.save(update_fields=["state", "finished_at"])
        RunLog.objects.create(tenant_id=run.tenant_id, run=run, level=LogLevel.ERROR, message=f"{sentence} {advice}")


def _close_rows(run: SyncRun, why: str) -> None:
    RunRow.objects.filter(run=run, outcome=RowOutcome.PENDING).update(outcome=RowOutcome.SKIPPED, message=why)


def run_to_end(run: SyncRun) -> SyncRun:
    """Work a run off in this process, waiting while another worker has it. Returns it as it ended."""
    while True:
        outcome = work_slice(run.pk)
        run.refresh_from_db()
        if outcome is Slice.ENDED or not run.is_active:
            return run
        if outcome is Slice.BUSY:
            time.sleep(1)


def totals(run: SyncRun) -> dict[str, int]:
    """The sums over the run's steps: every count, requests and billable API transactions."""
    names = (*RunStep.COUNTS, "requests", "billable")
    sums = run.steps.aggregate(**{f"sum_{name}": Sum(name) for name in names})
    return {name: sums[f"sum_{name}"] or 0 for name in names}


def row_counts(run: SyncRun) -> dict[str, int]:
    """How many rows of the run ended in each outcome."""
    counted = run.rows.aggregate(**{outcome.value: Count("pk", Q(outcome=outcome)) for outcome in RowOutcome})
    return {str(name): int(number) for name, number in counted.items()}
