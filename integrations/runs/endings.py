"""How a step and a run ended, from what was asked of them and what became of it: the one table of it.

Pure: reads counts and states, stores nothing. A run of which nothing arrived never says that it succeeded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from integrations.models.states import RunState, StepState

if TYPE_CHECKING:
    from integrations.models import RunStep


@dataclass(frozen=True)
class Unfinished:
    """What was asked of a step and is neither done nor failed: how many, and why with what to do, as people read it."""

    count: int
    code: str
    sentence: str
    advice: str = ""


# Whether something was done, something failed, and something is left or was left out.
_STEP_ENDS: Final = {
    (False, False, False): StepState.SUCCEEDED,  # nothing was there to be done
    (True, False, False): StepState.SUCCEEDED,
    (True, True, False): StepState.PARTLY,
    (True, False, True): StepState.PARTLY,
    (True, True, True): StepState.PARTLY,
    (False, True, False): StepState.FAILED,
    (False, True, True): StepState.FAILED,
    (False, False, True): StepState.HELD,
}


def step_end(step: "RunStep", unfinished: Unfinished | None, *, confirms: bool = False) -> StepState:
    """The state of a step that came to its end, from its counts; what was found missing in Intacct was found out.

    A step that `confirms` has found all that it did not count as it was before.
    """
    if step.error_code:  # it went to its end without something, and said so
        return StepState.LIMITED
    settled = step.new + step.changed + step.same + step.missing
    done = max(settled, step.read - step.failed - step.skipped)  # some work counts only what it read
    return _STEP_ENDS[done > 0 or confirms, step.failed > 0, step.skipped > 0 or unfinished is not None]


def _did_something(step: "RunStep") -> bool:
    """A step that found nothing to do succeeded, and makes no run one of which something arrived."""
    return bool(
        step.state != StepState.SUCCEEDED
        or step.requests
        or step.read
        or step.new
        or step.changed
        or step.same
        or step.missing
    )


def run_end(steps: Iterable["RunStep"], *, was_cancelled: bool) -> RunState:
    """The state of a run whose steps have all ended. `was_cancelled`: some of them because somebody stopped it."""
    if was_cancelled:
        return RunState.CANCELLED
    ended = list(steps)
    states = {StepState(step.state) for step in ended}
    if states <= {StepState.SUCCEEDED}:
        return RunState.SUCCEEDED
    if any(step.was_read and _did_something(step) for step in ended):
        return RunState.PARTLY
    if states == {StepState.SUCCEEDED, StepState.HELD}:
        return RunState.HELD
    return RunState.HELD if states == {StepState.HELD} else RunState.FAILED
