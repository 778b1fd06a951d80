"""All that planning a bill looks at, read once: the bill, its lines, settings, and its record in Intacct.

Owns what is read and in how many queries: for many bills as many as for one. Decides nothing about what is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.urls import reverse

from erp_admin.bills.billed import Billed, billed
from erp_admin.bills.settings import ACCOUNT, ACTION, CHOICES, DRAFT, URL_FIELD
from erp_admin.models import Bill, BillLine
from erp_admin.purchasing.settings import DEPARTMENT, ITEM, LOCATION
from integrations.delivery.contract import PushContext
from integrations.delivery.remote_records import own_records
from integrations.delivery.snapshot import Snapshot
from integrations.models import RemoteRecord
from integrations.records.lookup import MirrorView
from integrations.settings.declared import Chosen, Setting

KEY = "bills"
Choices = Mapping[str, Chosen]


@dataclass(frozen=True)
class BillSource:
    """A bill with what its fields come from. `sent` is everything written so far."""

    bill: Bill
    choices: Choices
    record: RemoteRecord | None
    sent: Snapshot = field(default_factory=Snapshot)
    stored_lines: tuple[BillLine, ...] = ()
    line_choices: Mapping[str, Choices] = field(default_factory=dict)
    billed: Billed | None = None  # of its commitment

    @property
    def project(self) -> str:
        return self.bill.project.remote_id if self.bill.project is not None else ""

    @property
    def reference(self) -> str:
        """What the bill refers to: its own reference number, else the commitment it is for."""
        return self.bill.reference or (self.bill.commitment.number if self.bill.commitment is not None else "")

    @property
    def first(self) -> Mapping[str, str]:
        """What was filled in when it was first written."""
        return {name: value for name, value in self.sent.filled().items() if value}

    @property
    def is_foreign(self) -> bool:
        return bool(self.bill.currency) and self.bill.currency != self.bill.tenant.base_currency

    @property
    def action(self) -> str:
        """What is done with it in Intacct: a draft stays one whatever we change, until it is posted there."""
        return DRAFT if self.bill.remote_id else self.choices[ACTION.key].value

    @property
    def stays_draft(self) -> bool:
        return self.action == DRAFT

    @property
    def link(self) -> Mapping[str, str]:
        """The address of its page here, by the custom field it goes to; empty where none is named."""
        name = self.choices[URL_FIELD.key].value
        path = reverse("bill", kwargs={"tenant_slug": self.bill.tenant.slug, "pk": self.bill.pk})
        return {name: f"{settings.SITE_URL}{path}"} if name else {}

    @property
    def written(self) -> Snapshot | None:
        """Everything we wrote into its record; None when there is none, or it was linked rather than pushed."""
        sent = Snapshot.of(self.record.sent) if self.record is not None else Snapshot()
        return sent if sent.lines is not None else None

    def after(self, sent: Snapshot) -> "BillSource":
        """The same bill as it is written after what was `sent`."""
        return replace(self, sent=sent)

    @cached_property
    def lines(self) -> tuple["BillLineSource", ...]:
        return tuple(
            BillLineSource(self, line, self.line_choices[_project_of(line, self)]) for line in self.stored_lines
        )


@dataclass(frozen=True)
class BillLineSource:
    """A line of a bill with what its fields come from; `choices` are those of its project."""

    head: BillSource
    line: BillLine
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
    def account(self) -> str:
        return self.filled(self.line.account_id, ACCOUNT)

    @property
    def item(self) -> str:
        return self.filled(self.line.item_id, ITEM)

    @property
    def location(self) -> str:
        return self.filled(self.line.location_id, LOCATION)

    @property
    def department(self) -> str:
        return self.filled(self.line.department_id, DEPARTMENT)

    def filled(self, own: str, setting: Setting) -> str:
        """The line's own value, else the setting's."""
        return own or self.choices[setting.key].value

    def filled_by(self, own: str, setting: Setting) -> str:
        """Where that value is from."""
        return "the line" if own else f"{setting.label}, {self.choices[setting.key].source}"


def _project_of(line: BillLine, head: BillSource) -> str:
    return line.project.remote_id if line.project is not None else head.project


def prepare(bills: Sequence[Bill], context: PushContext) -> None:
    """Read what validating and planning these bills needs, and keep it in the context."""
    prefetch_related_objects(list(bills), "tenant", "project", "commitment", "lines__project")
    records = own_records(KEY, bills)
    standing = billed(bills)
    made = [
        replace(_source(bill, context, records.get(bill.pk), list(bill.lines.all())), billed=standing.get(bill.pk))
        for bill in bills
    ]
    for source in made:
        context.prepared[KEY, source.bill.pk] = source
    _fetch(made, context.mirror)


def source_of(bill: Bill, context: PushContext) -> BillSource:
    """What was prepared of this very object; of any other it is read now and kept nowhere, as it may change."""
    prepared = context.prepared.get((KEY, bill.pk))
    if isinstance(prepared, BillSource) and prepared.bill is bill:
        return prepared
    record = own_records(KEY, [bill]).get(bill.pk)
    source = _source(bill, context, record, list(bill.lines.select_related("project")))
    return replace(source, billed=billed([bill]).get(bill.pk))


def _source(bill: Bill, context: PushContext, record: RemoteRecord | None, lines: Sequence[BillLine]) -> BillSource:
    project = bill.project.remote_id if bill.project is not None else ""
    names = {project, *(line.project.remote_id for line in lines if line.project is not None)}
    choices = {name: _choices(context, bill.entity_id, name) for name in names}
    return BillSource(bill, choices[project], record, Snapshot(), tuple(lines), choices)


def _choices(context: PushContext, entity: str, project: str) -> Choices:
    return {
        setting.key: context.value(
            setting.key,
            entity=entity if "entity" in setting.levels else "",
            project=project if "project" in setting.levels else "",
        )
        for setting in CHOICES
    }


def _fetch(sources: Sequence[BillSource], mirror: MirrorView) -> None:
    """Read the mirrored records that the bills refer to, each kind at once."""
    lines = [line for source in sources for line in source.lines]
    mirror.fetch("vendors", [source.bill.vendor_id for source in sources])
    mirror.fetch("ap_terms", [source.bill.term_name for source in sources])
    mirror.fetch("projects", [*(source.project for source in sources), *(line.project for line in lines)])
    mirror.fetch("gl_accounts", [line.account for line in lines])
    mirror.fetch("items", [line.item for line in lines])
    mirror.fetch("locations", [line.location for line in lines])
    mirror.fetch("departments", [line.department for line in lines])
    mirror.fetch("classes", [line.line.class_id for line in lines])
    mirror.fetch_within("tasks", [(line.project, line.line.task_id) for line in lines])
    mirror.fetch_within("cost_types", list(_cost_types(lines)))


def _cost_types(lines: Sequence[BillLineSource]) -> Iterator[tuple[str, ...]]:
    for line in lines:
        if line.line.cost_type_id:
            yield line.project, line.line.task_id, line.line.cost_type_id
