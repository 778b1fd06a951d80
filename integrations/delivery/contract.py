"""What a pushing flow declares: its documents, what they need, what exactly would be written, how to find it again.

Owns the contract between a flow file and the ledger, which registers itself as the worker of every such flow. Knows no
document type, sends nothing, stores nothing.
"""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from integrations import intacct
from integrations.delivery.snapshot import FieldDifference, Fields, Snapshot
from integrations.delivery.steps import (
    FromStep,
    Plan,
    PlanDefect,
    PlannedField,
    PlannedStep,
    Step,
    StepResult,
    in_order,
)
from integrations.models import Connection, Push, PushedDocument, RemoteRecord, SettingsVersion
from integrations.records.lookup import MirrorView
from integrations.runs.flow import Flow, flow_for, flows
from integrations.runs.step import StepWork
from integrations.settings.declared import Chosen, setting_for

__all__ = [
    "Found",
    "FromStep",
    "Plan",
    "PlanDefect",
    "PlannedField",
    "PlannedStep",
    "Problem",
    "PushContext",
    "PushFlow",
    "Step",
    "StepResult",
    "Waiting",
    "flow_of",
    "push_flow",
    "push_flows",
    "register_worker",
    "step_table",
]


@dataclass(frozen=True)
class Problem:
    """Why a document cannot be pushed as it is. `field` is ours, `line` the number of a line, 0 for the head."""

    field: str
    sentence: str
    fix: str
    line: int = 0
    code: str = "DATA"

    def __str__(self) -> str:
        place = f"Line {self.line}: " if self.line else ""
        return f"{place}{self.sentence} {self.fix}".strip()


@dataclass(frozen=True)
class Waiting:
    """A document can be planned only once another one is in Intacct: which, and why, in one sentence."""

    on: PushedDocument
    sentence: str


@dataclass(frozen=True)
class Found:
    """A record in Intacct that a look-up or a read-back showed. `facts` is what the flow makes its reading of.

    `modified` is Intacct's stamp of the last change, as it was written.
    """

    record_no: int
    remote_id: str
    url: str = ""
    state: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    modified: str = ""


@dataclass(frozen=True)
class PushContext:
    """What validating and planning may look at besides the document: settings in force and the mirror, nothing else."""

    connection: Connection
    settings: SettingsVersion | None
    mirror: MirrorView

    def value(self, key: str, *, entity: str = "", project: str = "") -> Chosen:
        """A setting's value for a project in an entity, and the level it comes from: the nearest that has one."""
        if self.settings is not None:
            levels = (("project", project), ("entity", entity))
            for level, name in levels:
                own = self.settings.overrides.get(f"{level}:{name}", {}) if name else {}
                if own.get(key):
                    return Chosen(str(own[key]), f"setting of {level} {name}")
            if self.settings.values.get(key):
                return Chosen(str(self.settings.values[key]), "company setting")
        declared = setting_for(key)
        return Chosen(declared.default, "standard value") if declared and declared.default else Chosen("", "")


class PushFlow(Flow):
    """A flow whose documents are written to Intacct through the ledger.

    `validate` names every problem at once. `plan` is pure and is called only for a document without problems; it leaves
    no step out, the preview shows it and the ledger sends it. `look_up` and `read_back` are reads, many documents a
    request.
    """

    model: ClassVar[type[PushedDocument]]
    records: ClassVar[str]  # the object in Intacct that its documents become, unless a planned step names another
    steps: ClassVar[tuple[Step, ...]] = (Step(),)  # the first is the one whose record is the document's own
    noun: ClassVar[str]
    plural: ClassVar[str]
    fields: ClassVar[Fields]  # what of its documents is compared with their records
    course: ClassVar[frozenset[str]] = frozenset()  # elements of a reading that Intacct moves by itself
    reads_per_batch: ClassVar[int] = 2  # queries that reading back a batch costs

    def check(self) -> None:
        """Refuse steps that contradict themselves when the flow is registered."""
        step_table(self)

    def work(self, work: StepWork) -> Iterator[None]:
        if _worker is None:
            raise RuntimeError("Nothing that works off the ledger is registered.")
        yield from _worker(work, self)

    @abstractmethod
    def named(self, numbers: Sequence[str]) -> Iterable[Any]:
        """The tenant's documents with these numbers, as people know them."""

    @abstractmethod
    def label(self, document: Any) -> str:
        """The document as people know it."""

    @abstractmethod
    def validate(self, document: Any, context: PushContext) -> list[Problem]:
        """Everything that keeps the document from being pushed, each naming field and fix."""

    @abstractmethod
    def plan(self, document: Any, context: PushContext) -> Plan | None:
        """What would be written; None when that is what was written last."""

    @abstractmethod
    def here(self, document: Any, context: PushContext, sent: Snapshot) -> Snapshot:
        """What would be written now, however invalid the document is; of a linked one what linking compares.

        `sent` is what was written so far: what settings filled in then stays, whatever they say now.
        """

    def entity_of(self, document: Any) -> str:
        """The entity in whose session the document is written and read; "" for the connection's own."""
        return ""

    @abstractmethod
    def search(self, client: intacct.Client, text: str) -> Sequence[Found]:
        """Records in Intacct that carry this number, to be linked by a person."""

    @abstractmethod
    def sent_of_linked(self, document: Any) -> Snapshot:
        """What a person vouches for by linking the document rather than pushing it. Its lines are not known."""

    @abstractmethod
    def held(self, path: str, facts: Mapping[str, Any]) -> str | None:
        """What Intacct held, by `Found.facts`, where a plan writes to `path`; None where it is not read back."""

    def waits_for(self, document: Any) -> Waiting | None:
        """Which document must be in Intacct before this one can be planned."""
        return None

    @abstractmethod
    def look_up(self, client: intacct.Client, pushes: Sequence[Push]) -> Mapping[int, Sequence[Found]]:
        """Records in Intacct that may be what these pushes wrote, by primary key of the push, found by reference.

        All of them have the same record type.
        """

    @abstractmethod
    def is_ours(self, push: Push, found: Found) -> bool:
        """Whether a record that was found is the one this push wrote, judged by what the push expected."""

    @abstractmethod
    def read_back(self, client: intacct.Client, remote_ids: Collection[str]) -> Mapping[str, Found]:
        """The records with these ids as Intacct holds them now."""

    def read(self, client: intacct.Client, record_type: str, remote_ids: Collection[str]) -> Mapping[str, Found]:
        """`read_back` for records of one type, where the steps of a document become several."""
        return self.read_back(client, remote_ids)

    def here_of(self, step: str, document: Any, context: PushContext, sent: Snapshot) -> Snapshot:
        """`here` for one step of a document that has several."""
        return self.here(document, context, sent)

    def fields_of(self, step: str) -> Fields:
        """What of the record of a step is compared."""
        return self.fields

    @abstractmethod
    def reading(self, document: Any, record: RemoteRecord, found: Found) -> Snapshot:
        """What a record shows of what the company offers: by the elements of our functions, its lines by our keys."""

    def is_ordinary(self, document: Any, changed: Collection[str], found: Found) -> bool:
        """Whether a change of just these elements is Intacct's ordinary course or our own doing, no edit."""
        return False

    def cross_checks(self, document: Any, record: RemoteRecord, found: Found) -> Sequence[FieldDifference]:
        """What Intacct holds otherwise than it should by more than one field."""
        return ()

    def moved_by_writing(self, before: Snapshot, now: Snapshot) -> Collection[str]:
        """Elements that Intacct works out anew when we write `now` after `before`."""
        return self.course

    def touches(self, document: Any) -> Iterable[tuple["PushFlow", Any]]:
        """Other documents whose records change when this one lands; they are read again at once."""
        return ()

    def line_names(self, document: Any, sent: Snapshot) -> Mapping[str, str]:
        """How people know the lines, by key."""
        return {}

    def defaults_of(self, document: Any, here: Snapshot, reading: Snapshot) -> Mapping[str, Sequence[str]]:
        """`Snapshot.defaults` once the document was made what `reading` shows: what no column of ours can hold."""
        return here.defaults

    def why_not_updated(self, document: Any, record: RemoteRecord) -> Problem | None:
        """Why its record can never be updated by us, with the way out."""
        return None

    @abstractmethod
    def take_theirs(self, document: Any, record: RemoteRecord, found: Found, context: PushContext) -> None:
        """Make the document what its record in Intacct says, and save it. Called in a transaction."""

    def take_keys(self, document: Any, record: RemoteRecord, found: Found, *, is_new: bool) -> None:
        """Take over what only Intacct knows, such as the keys of lines, into the document and `record` (not saved).

        Called in a transaction, each time a record was read; `is_new` after a push has landed.
        """


def step_table(flow: PushFlow | type[PushFlow]) -> dict[str, Step]:
    """The declared steps by key. Raises PlanDefect where they are none, doubled, unknown to each other or circular."""
    table = {step.key: step for step in flow.steps}
    if not table or len(table) != len(flow.steps):
        raise PlanDefect(f"{flow.key}: its steps are none, or two have the same key.")
    for step in flow.steps:
        if unknown := [name for name in step.after if name not in table]:
            raise PlanDefect(f"{flow.key}: step {step.key!r} comes after {unknown[0]!r}, which it does not declare.")
    in_order({step.key: step.after for step in flow.steps}, flow.key)
    return table


def push_flows() -> list[PushFlow]:
    return [flow for flow in flows() if isinstance(flow, PushFlow)]


def push_flow(key: str) -> PushFlow:
    """The pushing flow under `key`; KeyError when there is none."""
    flow = flow_for(key)
    if not isinstance(flow, PushFlow):
        raise KeyError(key)
    return flow


def flow_of(document: PushedDocument) -> PushFlow:
    """The pushing flow of a document; KeyError when there is none."""
    for flow in push_flows():
        if isinstance(document, flow.model):
            return flow
    raise KeyError(type(document).__name__)


Worker = Callable[[StepWork, PushFlow], Iterator[None]]
_worker: Worker | None = None


def register_worker(worker: Worker) -> None:
    """Say what works off the documents of every pushing flow: the ledger, which knows this contract."""
    global _worker
    _worker = worker
