"""How a step and a run end: a table over every mixture of what was done, failed and is left."""

from itertools import product

import pytest

from integrations.models import RunState, RunStep, StepState
from integrations.models.states import FIELDS_LIMITED
from integrations.runs.endings import Unfinished, run_end, step_end

LEFT = Unfinished(2, "NOT-SETTLED", "2 documents are held.")
GOOD = (StepState.SUCCEEDED, StepState.PARTLY)


@pytest.mark.parametrize(
    ("counts", "unfinished", "ends"),
    [
        ({}, None, StepState.SUCCEEDED),
        ({"new": 2}, None, StepState.SUCCEEDED),
        ({"read": 40}, None, StepState.SUCCEEDED),
        ({"read": 2, "missing": 2}, None, StepState.SUCCEEDED),
        ({"failed": 2}, None, StepState.FAILED),
        ({"read": 2, "failed": 2}, None, StepState.FAILED),
        ({"read": 3, "failed": 2, "skipped": 1}, None, StepState.FAILED),
        ({"read": 3, "failed": 2, "new": 1}, None, StepState.PARTLY),
        ({"skipped": 1}, None, StepState.HELD),
        ({"read": 1, "skipped": 1}, None, StepState.HELD),
        ({}, LEFT, StepState.HELD),
        ({"failed": 1}, LEFT, StepState.FAILED),
        ({"new": 1}, LEFT, StepState.PARTLY),
        ({"new": 1, "failed": 1}, LEFT, StepState.PARTLY),
    ],
)
def test_a_step_ends_by_what_was_done(counts: dict[str, int], unfinished: Unfinished | None, ends: StepState) -> None:
    assert step_end(RunStep(**counts), unfinished) == ends


@pytest.mark.parametrize("unfinished", [None, LEFT])
def test_a_step_that_did_nothing_of_what_was_asked_never_succeeds(unfinished: Unfinished | None) -> None:
    for failed, skipped in product((0, 1, 7), repeat=2):
        state = step_end(RunStep(read=failed + skipped, failed=failed, skipped=skipped), unfinished)
        asked = failed or skipped or unfinished
        assert state not in GOOD if asked else state == StepState.SUCCEEDED


def test_a_run_of_which_nothing_arrived_is_failed_or_held() -> None:
    ended = [state for state in StepState if state not in (StepState.WAITING, StepState.RUNNING)]
    for first, second in product(ended, repeat=2):
        steps = [RunStep(state=first, requests=1), RunStep(state=second, requests=1)]
        state = run_end(steps, was_cancelled=False)
        if first == second == StepState.SUCCEEDED:
            assert state == RunState.SUCCEEDED
        elif first in GOOD or second in GOOD:
            assert state == RunState.PARTLY, (first, second)
        elif first == second == StepState.HELD:
            assert state == RunState.HELD
        else:
            assert state == RunState.FAILED, (first, second)
        assert run_end(steps, was_cancelled=True) == RunState.CANCELLED


@pytest.mark.parametrize(
    ("state", "ends"),
    [
        (StepState.FAILED, RunState.FAILED),
        (StepState.HELD, RunState.HELD),
        (StepState.LIMITED, RunState.FAILED),
        (StepState.NOT_REACHED, RunState.FAILED),
        (StepState.PARTLY, RunState.PARTLY),
    ],
)
def test_a_step_that_had_nothing_to_do_makes_no_run_partly_done(state: StepState, ends: RunState) -> None:
    nothing, other = RunStep(state=StepState.SUCCEEDED), RunStep(state=state, requests=3)
    assert run_end([nothing, other], was_cancelled=False) == ends
    assert run_end([nothing, nothing], was_cancelled=False) == RunState.SUCCEEDED


def test_a_list_that_was_read_without_a_field_is_limited_and_its_run_partly_succeeded() -> None:
    step = RunStep(read=3, same=3, error_code=FIELDS_LIMITED)
    step.state = step_end(step, None)
    assert step.state == StepState.LIMITED
    assert run_end([step], was_cancelled=False) == RunState.PARTLY
