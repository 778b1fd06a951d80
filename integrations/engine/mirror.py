"""The flow that mirrors lists: one step per list kind."""

from collections.abc import Iterable, Iterator

from integrations.engine.flow import Flow, StepPlan
from integrations.engine.progress import StepWork
from integrations.engine.pull import list_step_key, pull_list
from integrations.lists import KINDS_BY_KEY, ListKind

LISTS = "lists"


def list_steps(kinds: Iterable[ListKind]) -> list[StepPlan]:
    return [StepPlan(list_step_key(kind), kind.label) for kind in kinds]


def kind_of_step(key: str) -> ListKind | None:
    """The list kind a step pulls, or None when it does something else."""
    prefix, _, name = key.partition(":")
    return KINDS_BY_KEY.get(name) if prefix == "list" else None


class MirrorFlow(Flow):
    key = LISTS
    title = "Sync lists"

    def work(self, work: StepWork) -> Iterator[None]:
        kind = kind_of_step(work.step.key)
        if kind is None:
            raise ValueError(f"{work.step.key!r} is not a list step.")
        yield from pull_list(work, kind)
