"""All that planning a purchasing document looks at, read once: the document, its lines, settings, definition, record.

Owns what is read and in how many queries: for many documents as many as for one. Decides nothing about what is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.urls import reverse

from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentKind, ValuedLine
from erp_admin.purchasing.settings import (
    BY_PRICE,
    CHANGE_DEFINITIONS,
    CHANGED,
    CHOICES,
    CONVERSION,
    DEFINITIONS,
    DEPARTMENT,
    ITEM,
    LINE_CHANGES,
    LOCATION,
    URL_FIELD,
)
from integrations.delivery.contract import PushContext
from integrations.delivery.remote_records import own_records
from integrations.delivery.snapshot import Snapshot
from integrations.models import ListItem, RemoteRecord
from integrations.records.lookup import MirrorView
from integrations.settings.declared import Chosen, Setting

Document: TypeAlias = Commitment | ChangeOrder
Choices = Mapping[str, Chosen]


@dataclass(frozen=True)
class PurchaseSource:
    """One document with what its elements come from. `base` is the commitment that it is, or that it changes.

    `sent` is everything written so far, None where the record was linked and nothing was written.
    """

    document: Document
    base: Commitment
    choices: Choices
    definition_setting: Setting
    definition: Chosen
    definition_item: ListItem | None
    record: RemoteRecord | None
    sent: Snapshot = field(default_factory=Snapshot)
    valued_lines: tuple[ValuedLine, ...] = ()
    line_choices: Mapping[str, Choices] = field(default_factory=dict)

    @property
    def inherits(self) -> bool:
        """Whether it takes what it does not say from its commitment."""
        return self.document is not self.base

    @property
    def number(self) -> str:
        """By which Intacct knows it: unique among purchasing documents, and found by it."""
        return f"{self.base.number}-{self.document.number}" if self.inherits else self.document.number

    @property
    def project(self) -> str:
        return self.base.project.remote_id if self.base.project is not None else ""

    @property
    def first(self) -> Mapping[str, str]:
        """What was filled in when it was first written. A commitment's empty term may be filled in later."""
        filled = self.sent.filled()
        return filled if self.inherits else {name: value for name, value in filled.items() if value}

    @property
    def has_own_term(self) -> bool:
        return bool(self.base.term_name or self.base.due_on)

    @property
    def definition_term(self) -> str:
        """The terms that the definition gives documents that have neither terms nor a due date."""
        return self.definition_fact("TERM_NAME")

    @property
    def is_numbered_there(self) -> bool:
        """Whether a numbering sequence of the definition gives the number, as when it was first written."""
        return "documentno" not in self.sent.head if self.sent.head else bool(self.definition_fact("SEQUENCE"))

    @property
    def is_foreign(self) -> bool:
        return bool(self.base.currency) and self.base.currency != self.base.tenant.base_currency

    @property
    def has_link(self) -> bool:
        return bool(self.choices[URL_FIELD.key].value)

    @property
    def link(self) -> Mapping[str, str]:
        """The address of its page here, by the custom field it goes to."""
        path = reverse("commitment", kwargs={"tenant_slug": self.document.tenant.slug, "pk": self.document.pk})
        return {self.choices[URL_FIELD.key].value: f"{settings.SITE_URL}{path}"}

    def definition_fact(self, name: str) -> str:
        return str(self.definition_item.fields.get(name, "")) if self.definition_item is not None else ""

    @property
    def written(self) -> Snapshot | None:
        """Everything we wrote into its record; None when there is none, or it was linked rather than pushed."""
        sent = Snapshot.of(self.record.sent) if self.record is not None else Snapshot()
        return sent if sent.lines is not None else None

    def after(self, sent: Snapshot) -> "PurchaseSource":
        """The same document as it is written after what was `sent`."""
        return replace(self, sent=sent)

    @cached_property
    def lines(self) -> tuple["LineSource", ...]:
        return tuple(LineSource(self, line, self.line_choices[_project_of(line, self)]) for line in self.valued_lines)


@dataclass(frozen=True)
class LineSource:
    """A line of a schedule of values with what its elements come from; `choices` are those of its project."""

    head: PurchaseSource
    line: ValuedLine
    choices: Choices

    @property
    def key(self) -> str:
        return str(self.line.pk)

    @property
    def project(self) -> str:
        return _project_of(self.line, self.head)

    @property
    def first(self) -> Mapping[str, str]:
        return self.head.sent.filled(self.key)

    @property
    def keeps_memo(self) -> bool:
        """Whether Intacct's memo was taken over, so that ours is not written over it."""
        return "memo" in self.head.sent.defaults.get(self.key, ())

    @property
    def is_lump_sum(self) -> bool:
        """Conversion by price forces quantity 1 (object reference, purchasing transactions)."""
        return self.first.get("conversiontype", self.choices[CONVERSION.key].value) == BY_PRICE

    @property
    def item(self) -> str:
        return self.filled(self.line.item_id, ITEM)

    @property
    def location(self) -> str:
        return self.filled(self.line.location_id, LOCATION)

    @property
    def department(self) -> str:
        return self.filled(self.line.department_id, DEPARTMENT)

    @property
    def retainage(self) -> Decimal:
        own = self.line.retainage_percent
        return self.head.base.retainage_percent if own is None else own

    @property
    def changed_key(self) -> int | None:
        return self.changed_line.remote_record_no if self.changed_line is not None else None

    @property
    def changed_line(self) -> ValuedLine | None:
        """The commitment's line that it changes, where the company has changes refer to lines."""
        changed = self.line.changes_line if isinstance(self.line, ChangeOrderLine) else None
        is_by_line = self.head.choices[LINE_CHANGES.key].value == CHANGED
        return changed if is_by_line and changed is not None and changed.remote_record_no is not None else None

    def filled(self, own: str, setting: Setting) -> str:
        """The line's own value, else the setting's."""
        return own or self.choices[setting.key].value

    def filled_by(self, own: str, setting: Setting, label: str = "") -> str:
        """Where that value is from."""
        return "the line" if own else f"{label or setting.label}, {self.choices[setting.key].source}"


def _project_of(line: ValuedLine, head: PurchaseSource) -> str:
    return line.project.remote_id if line.project is not None else head.project


def prepare(flow_key: str, documents: Sequence[Document], context: PushContext) -> None:
    """Read what validating and planning these documents needs, and keep it in the context."""
    bases = ("commitment__project", "commitment__tenant", "lines__changes_line")
    relations = bases if documents and isinstance(documents[0], ChangeOrder) else ("project",)
    prefetch_related_objects(list(documents), "tenant", "lines__project", *relations)
    records = own_records(flow_key, documents)
    made = [_source(document, context, records.get(document.pk), list(document.lines.all())) for document in documents]
    _fetch_definitions(made, context)
    for source in made:
        item = context.mirror.get("purchasing_definitions", source.definition.value)
        context.prepared[flow_key, source.document.pk] = replace(source, definition_item=item)
    _fetch(made, context.mirror)


def source_of(flow_key: str, document: Document, context: PushContext) -> PurchaseSource:
    """What was prepared of this very object; of any other it is read now and kept nowhere, as it may change."""
    prepared = context.prepared.get((flow_key, document.pk))
    if isinstance(prepared, PurchaseSource) and prepared.document is document:
        return prepared
    relations = ["project", "changes_line"] if isinstance(document, ChangeOrder) else ["project"]
    record = own_records(flow_key, [document]).get(document.pk)
    source = _source(document, context, record, list(document.lines.select_related(*relations)))
    return replace(source, definition_item=context.mirror.get("purchasing_definitions", source.definition.value))


def _source(
    document: Document, context: PushContext, record: RemoteRecord | None, lines: Sequence[ValuedLine]
) -> PurchaseSource:
    base = document.commitment if isinstance(document, ChangeOrder) else document
    definitions = CHANGE_DEFINITIONS if isinstance(document, ChangeOrder) else DEFINITIONS
    project = base.project.remote_id if base.project is not None else ""
    names = {project, *(line.project.remote_id for line in lines if line.project is not None)}
    choices = {name: _choices(context, base.entity_id, name) for name in names}
    setting = definitions[CommitmentKind(base.kind)]
    chosen = choices[project][setting.key]
    return PurchaseSource(
        document, base, choices[project], setting, chosen, None, record, Snapshot(), tuple(lines), choices
    )


def _choices(context: PushContext, entity: str, project: str) -> Choices:
    return {
        setting.key: context.value(
            setting.key,
            entity=entity if "entity" in setting.levels else "",
            project=project if "project" in setting.levels else "",
        )
        for setting in CHOICES
    }


def _fetch_definitions(sources: Sequence[PurchaseSource], context: PushContext) -> None:
    context.mirror.fetch("purchasing_definitions", [source.definition.value for source in sources])


def _fetch(sources: Sequence[PurchaseSource], mirror: MirrorView) -> None:
    """Read the mirrored records that the documents refer to, each kind at once."""
    lines = [line for source in sources for line in source.lines]
    mirror.fetch("vendors", [source.base.vendor_id for source in sources])
    mirror.fetch("ap_terms", [source.base.term_name for source in sources])
    mirror.fetch("projects", [*(source.project for source in sources), *(line.project for line in lines)])
    mirror.fetch("items", [line.item for line in lines])
    mirror.fetch("locations", [line.location for line in lines])
    mirror.fetch("departments", [line.department for line in lines])
    mirror.fetch("classes", [line.line.class_id for line in lines])
    mirror.fetch_within("tasks", [(line.project, line.line.task_id) for line in lines])
    mirror.fetch_within("cost_types", list(_cost_types(lines)))


def _cost_types(lines: Sequence[LineSource]) -> Iterator[tuple[str, ...]]:
    for line in lines:
        if line.line.cost_type_id:
            yield line.project, line.line.task_id, line.line.cost_type_id
