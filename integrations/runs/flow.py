"""What a flow is, and the register of flows and switches that the rest of the engine reads.

Owns the contract and the register, filled by each app's `AppConfig.ready()`. Knows no document type by name.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from integrations.lists import Permission

if TYPE_CHECKING:
    from integrations.models import RunStep, SyncRun
    from integrations.runs.step import StepWork


@dataclass(frozen=True)
class Switch:
    """Turns a data type on for a tenant. `permissions` is what the switch needs beyond reading the lists."""

    key: str
    label: str
    effect: str
    permissions: tuple[Permission, ...] = ()
    order: int = 100


@dataclass(frozen=True)
class FlowSetting:
    """A setting a flow needs besides the required ones: chosen from a mirrored list, from `choices`, or typed.

    `levels` says whether an entity or a project may have a value of its own; the nearest one wins. `choices` are pairs
    of stored value and label. `is_needed` settings keep documents from being pushed while they are empty. `cautions`
    reads the fields of the mirrored record that is chosen and says, in sentences, what choosing it means.
    """

    key: str
    label: str
    purpose: str
    list_key: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    is_needed: bool = False
    is_date: bool = False
    levels: tuple[str, ...] = ("company", "entity", "project")
    order: int = 100
    cautions: Callable[[Mapping[str, Any]], list[str]] | None = None

    @property
    def title(self) -> str:
        return f"{self.label[:1].upper()}{self.label[1:]}"

    def shown(self, value: str) -> str:
        """A value as people read it; an em dash where there is none."""
        return dict(self.choices).get(value, value) or "—"


@dataclass(frozen=True)
class StepPlan:
    """A step as a flow wants it; `key` is what it works on."""

    key: str
    title: str
    checkpoint: dict[str, object] = field(default_factory=dict)


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
    settings: tuple[FlowSetting, ...] = ()
    document_url_name: str = ""  # address name that takes `pk` and shows the document a row of a run led to
    list_url_name: str = ""  # address name of the list people go back to when a run has ended

    @abstractmethod
    def work(self, work: "StepWork") -> Iterator[None]:
        """Work off one step, yielding at each page border."""

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
_switches: dict[str, Switch] = {}


def register_flow(flow: Flow) -> None:
    """Make a flow known, and its switch with it. Registering another flow under the same key is a defect."""
    known = _flows.setdefault(flow.key, flow)
    if type(known) is not type(flow):
        raise ValueError(f"Two flows call themselves {flow.key!r}.")
    if flow.switch is not None:
        register_switch(flow.switch)


def register_switch(switch: Switch) -> None:
    """Make a switch known, also before its flow exists."""
    if _switches.setdefault(switch.key, switch) != switch:
        raise ValueError(f"Two switches call themselves {switch.key!r}.")


def flow_for(key: str) -> Flow:
    """The flow registered under `key`; KeyError when there is none."""
    return _flows[key]


def switches() -> list[Switch]:
    """Every switch, in the order pages show them."""
    return sorted(_switches.values(), key=lambda switch: (switch.order, switch.label))


def flows() -> list[Flow]:
    """Every flow there is."""
    return list(_flows.values())


def flow_settings() -> list[FlowSetting]:
    """Every setting that some flow declares, once, in the order pages show them."""
    declared = {setting.key: setting for flow in _flows.values() for setting in flow.settings}
    return sorted(declared.values(), key=lambda setting: (setting.order, setting.label))


def settings_by_switch() -> list[tuple[Switch | None, list[FlowSetting]]]:
    """The settings of flows, each under the first switch whose flows need it; those of flows without one last."""
    left = flow_settings()
    groups: list[tuple[Switch | None, list[FlowSetting]]] = []
    for switch in [*switches(), None]:
        needed = {setting.key for flow in _flows.values() if flow.switch == switch for setting in flow.settings}
        groups.append((switch, [setting for setting in left if setting.key in needed]))
        left = [setting for setting in left if setting.key not in needed]
    return [(switch, found) for switch, found in groups if found]


def is_built(switch: Switch) -> bool:
    """Whether some flow works by this switch yet."""
    return any(flow.switch == switch for flow in _flows.values())
