"""What a flow is, and the register of flows that the rooms around it read.

Owns the contract and the register, filled by each app's `AppConfig.ready()`; what a flow declares goes on to
settings.declared. Knows no document type by name.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from integrations.runs.endings import Unfinished
from integrations.settings.declared import Setting, Switch, register_settings

if TYPE_CHECKING:
    from integrations.models import RunStep, SyncRun
    from integrations.runs.step import StepWork


@dataclass(frozen=True)
class StepPlan:
    """A step as a flow wants it; `key` is what it works on."""

    key: str
    title: str
    checkpoint: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class WayBack:
    """A page that a run leads back to; `arguments` are those of its address besides the tenant's."""

    label: str
    url_name: str
    arguments: dict[str, object] = field(default_factory=dict)


class Flow(ABC):
    """Work that runs in steps, each step in pages.

    `work` is a generator: everything before a `yield` is one page, committed before the yield. At each yield the
    runner saves the counts, renews the lease, and may stop for a cancel or a full slice; the step is then called again
    with the checkpoint it saved, so a page must be safe to do twice. What a page stores it stores in `StepWork.page`.
    Only errors of the Intacct family (and `StepFailed`) may leave it; anything else is a defect and is recorded as one.
    """

    key: str
    title: str
    switch: Switch | None = None
    settings: tuple[Setting, ...] = ()
    plural: ClassVar[str] = "records"  # what it works on, as people count it
    needs_lists: bool = False  # it cannot begin before the lists that its switch needs were read
    document_url_name: str = ""  # address name that takes `pk` and shows the document a row of a run led to
    in_turn: bool = False  # its steps go one after another, never side by side: a later one builds on an earlier one
    list_url_name: str = ""  # address name of the list people go back to when a run has ended

    def check(self) -> None:  # noqa: B027 - most flows declare nothing that could contradict itself
        """Raise ValueError where what the flow declares contradicts itself; called when it is registered."""

    @abstractmethod
    def work(self, work: "StepWork") -> Iterator[None]:
        """Work off one step, yielding at each page border."""

    def document_page(self, run: "SyncRun") -> str:
        """The name of the address that shows the document a row of this run led to; "" where rows lead to none."""
        return self.document_url_name

    def way_back(self, run: "SyncRun") -> "WayBack | None":
        """Where people go on when this run has ended."""
        return WayBack("Back to the list", self.list_url_name) if self.list_url_name else None

    def unfinished(self, run: "SyncRun") -> Unfinished | None:
        """What was asked of the run and is neither done nor failed at the end of its work, if anything."""
        return None

    def confirms(self, step: "RunStep") -> bool:
        """Whether the step, having come to its end, has found all that it did not count as it was before."""
        return False

    def ended(self, run: "SyncRun", step: "RunStep") -> None:  # noqa: B027 - most flows have nothing to do here
        """A step has ended, well or not; called in the transaction that ends it."""


class StepFailed(Exception):
    """A step cannot go on, for a reason of ours rather than Intacct's. Carries a code, a sentence and what to do."""

    def __init__(self, code: str, sentence: str, advice: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.advice = advice


_flows: dict[str, Flow] = {}


def register_flow(flow: Flow) -> None:
    """Make a flow known, and its switch with it. Registering another flow under the same key is a defect."""
    flow.check()
    known = _flows.setdefault(flow.key, flow)
    if type(known) is not type(flow):
        raise ValueError(f"Two flows call themselves {flow.key!r}.")
    register_settings(flow.key, flow.switch, flow.settings)


def flow_for(key: str) -> Flow:
    """The flow registered under `key`; KeyError when there is none."""
    return _flows[key]


def flows() -> list[Flow]:
    """Every flow there is."""
    return list(_flows.values())
