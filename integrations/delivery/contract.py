"""What a pushing flow declares: its documents, what they need, what exactly would be written, how to find it again.

Owns the contract between a flow file and the ledger, which registers itself as the worker of every such flow. Knows no
document type, sends nothing, stores nothing.
"""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Generic, cast

from integrations import intacct
from integrations.delivery.field_maps import FunctionMap
from integrations.delivery.leftovers import left_of
from integrations.delivery.records import Found, is_registered, records_for
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
from integrations.models import Connection, Push, PushedDocument, RemoteRecord, SettingsVersion, SyncRun
from integrations.records.lookup import MirrorView
from integrations.runs.endings import Unfinished
from integrations.runs.flow import Flow, flow_for, flows
from integrations.runs.step import StepWork
from integrations.settings.declared import Chosen, setting_for

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    # Without a type of its own a flow is one of any pushed document.
    DocumentT = TypeVar("DocumentT", bound=PushedDocument, default=PushedDocument)
else:
    from typing import TypeVar

    DocumentT = TypeVar("DocumentT", bound=PushedDocument)

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
class PushContext:
    """What validating and planning may look at besides the document: settings in force and the mirror, nothing else."""

    connection: Connection
    settings: SettingsVersion | None
    mirror: MirrorView
    prepared: dict[tuple[str, int], object] = field(default_factory=dict)  # of flows, by flow and document

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


class PushFlow(Flow, Generic[DocumentT]):
    """A flow whose documents are written to Intacct through the ledger.

    `validate` names every problem at once. `plan` is pure and is called only for a document without problems; it leaves
    no step out, the preview shows it and the ledger sends it. After `prepare` neither queries anything. How records are
    read is their object's (`integrations.delivery.records`).
    """

    model: ClassVar[type[PushedDocument]]
    records: ClassVar[str]  # the object in Intacct that its documents become, unless a planned step names another
    steps: ClassVar[tuple[Step, ...]] = (Step(),)  # the first is the one whose record is the document's own
    functions: ClassVar[tuple[FunctionMap, ...]] = ()  # what it writes, for docs/field-maps.md
    noun: ClassVar[str]
    plural: ClassVar[str]
    fields: ClassVar[Fields]  # what of its documents is compared with their records
    course: ClassVar[frozenset[str]] = frozenset()  # elements of a reading that Intacct moves by itself
    touched: ClassVar[tuple[str, ...]] = ()  # flows of other documents whose records change when one of its own lands
    reads_per_batch: ClassVar[int] = 2  # queries that reading back a batch costs, other records it touches included

    def check(self) -> None:
        """Refuse steps that contradict themselves when the flow is registered."""
        step_table(cast("PushFlow", self))

    def work(self, work: StepWork) -> Iterator[None]:
        if _worker is None:
            raise RuntimeError("Nothing that works off the ledger is registered.")
        yield from _worker(work, cast("PushFlow", self))  # the ledger takes each document from the flow itself

    needs_lists = True

    def unfinished(self, run: SyncRun) -> Unfinished | None:
        return left_of(run)

    @abstractmethod
    def named(self, numbers: Sequence[str]) -> Iterable[DocumentT]:
        """The tenant's documents with these numbers, as people know them."""

    @abstractmethod
    def label(self, document: DocumentT) -> str:
        """The document as people know it."""

    def prepare(self, documents: Sequence[DocumentT], context: PushContext) -> None:
        """Read all that validating and planning these very objects needs, in as many queries for many as for one.

        It goes to `context.prepared`; a document that is changed afterwards is prepared again, or not at all.
        """

    @abstractmethod
    def validate(self, document: DocumentT, context: PushContext) -> list[Problem]:
        """Everything that keeps the document from being pushed, each naming field and fix."""

    @abstractmethod
    def plan(self, document: DocumentT, context: PushContext) -> Plan | None:
        """What would be written; None when that is what was written last."""

    @abstractmethod
    def here(self, document: DocumentT, context: PushContext, sent: Snapshot) -> Snapshot:
        """What would be written now, however invalid the document is; of a linked one what linking compares.

        `sent` is what was written so far: what settings filled in then stays, whatever they say now.
        """

    def entity_of(self, document: DocumentT) -> str:
        """The entity in whose session the document is written and read; "" for the connection's own."""
        return ""

    def currency_of(self, document: DocumentT) -> str:
        """The currency of the document's total; "" for the company's own."""
        return ""

    def search(self, client: intacct.Client, text: str) -> Sequence[Found]:
        """Records in Intacct that carry this number, to be linked by a person."""
        return records_for(self.records).search(client, text)

    @abstractmethod
    def sent_of_linked(self, document: DocumentT) -> Snapshot:
        """What a person vouches for by linking the document rather than pushing it. Its lines are not known."""

    def held(self, path: str, facts: Mapping[str, object]) -> str | None:
        """What Intacct held, by `Found.facts`, where a plan writes to `path`; None where it is not read back."""
        return records_for(self.records).held(path, facts)

    def waits_for(self, document: DocumentT) -> Waiting | None:
        """Which document must be in Intacct before this one can be planned."""
        return None

    def look_up(self, client: intacct.Client, pushes: Sequence[Push]) -> Mapping[int, Sequence[Found]]:
        """Records in Intacct that may be what these pushes wrote, by primary key of the push, found by reference.

        All of them have the same record type.
        """
        if not pushes:
            return {}
        return records_for(pushes[0].record_type or self.records).look_up(
            client, {push.pk: push.reference for push in pushes}
        )

    def is_ours(self, push: Push, found: Found) -> bool:
        """Whether a record that was found is the one this push wrote, judged by what the push expected."""
        return records_for(push.record_type or self.records).is_ours(push, found)

    def read_back(self, client: intacct.Client, remote_ids: Collection[str]) -> Mapping[str, Found]:
        """The records with these ids as Intacct holds them now."""
        return records_for(self.records).read_back(client, remote_ids)

    def read(self, client: intacct.Client, record_type: str, remote_ids: Collection[str]) -> Mapping[str, Found]:
        """`read_back` for records of one type, where the steps of a document become several."""
        if record_type in ("", self.records):
            return self.read_back(client, remote_ids)
        return records_for(record_type).read_back(client, remote_ids)

    def can_read(self, record_type: str) -> bool:
        """Whether `read` knows records of this type."""
        return record_type in ("", self.records) or is_registered(record_type)

    def here_of(self, step: str, document: DocumentT, context: PushContext, sent: Snapshot) -> Snapshot:
        """`here` for one step of a document that has several."""
        return self.here(document, context, sent)

    def fields_of(self, step: str) -> Fields:
        """What of the record of a step is compared."""
        return self.fields

    def own_part(self, document: DocumentT, record: RemoteRecord, found: Found) -> Found:
        """The record without what other documents of ours wrote into it. The engine asks for it before all that
        follows, maybe more than once; what it returned stays as it is."""
        return found

    @abstractmethod
    def reading(self, document: DocumentT, record: RemoteRecord, found: Found) -> Snapshot:
        """What a record shows of what the company offers: by the elements of our functions, its lines by our keys."""

    def is_ordinary(self, document: DocumentT, changed: Collection[str], found: Found) -> bool:
        """Whether a change of just these elements is Intacct's ordinary course or our own doing, no edit."""
        return False

    def cross_checks(self, document: DocumentT, record: RemoteRecord, found: Found) -> Sequence[FieldDifference]:
        """What Intacct holds otherwise than it should by more than one field."""
        return ()

    def moved_by_writing(self, before: Snapshot, now: Snapshot) -> Collection[str]:
        """Elements that Intacct works out again when we write `now` after `before`."""
        return self.course

    def touches(self, document: DocumentT) -> Iterable[tuple["PushFlow", PushedDocument]]:
        """Other documents whose records change when this one lands; they are read again at once."""
        return ()

    def line_names(self, document: DocumentT, sent: Snapshot) -> Mapping[str, str]:
        """How people know the lines, by key."""
        return {}

    def defaults_of(self, document: DocumentT, here: Snapshot, reading: Snapshot) -> Mapping[str, Sequence[str]]:
        """`Snapshot.defaults` once the document was made what `reading` shows: what no column of ours can hold."""
        return here.defaults

    def why_not_updated(self, document: DocumentT, record: RemoteRecord) -> Problem | None:
        """Why its record can never be updated by us, with the way out."""
        return None

    @abstractmethod
    def take_theirs(self, document: DocumentT, record: RemoteRecord, found: Found, context: PushContext) -> None:
        """Make the document what its record in Intacct says, and save it. Called in a transaction."""

    def take_keys(self, document: DocumentT, record: RemoteRecord, found: Found, *, is_new: bool) -> None:
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
