"""The columns that the two lists of projects may show, on the page and in files. Presentation only."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from accounts.access import TenantRequest
from accounts.ui.shown import ShownState
from accounts.ui.table import AMOUNT, DATE, ID, NAME, STATE, TEXT, Cell, Field, TableRow
from erp_admin.documents.listing import committed_on
from erp_admin.models import Project
from erp_admin.views.document_pages import tenant_url
from erp_admin.views.record_rows import RecordRow, record_row
from integrations.imports.selectors import ImportRecord

LINKED_HERE: Final = ShownState("linked", "In Intacct", "success", "link-45deg")
NOT_LINKED: Final = ShownState("unlinked", "Only in ERP Admin", "neutral", "dash-circle")
_AT_ONCE: Final = 500
Committed = Mapping[str, Decimal]


@dataclass(frozen=True)
class RecordLine:
    """A project of Intacct with what is agreed on it here, by currency; nothing where it was not imported."""

    record: RecordRow
    committed: Committed


@dataclass(frozen=True)
class ProjectLine:
    """A project kept here with what is agreed on it, by currency."""

    project: Project
    committed: Committed


def record_lines(request: TenantRequest, items: Iterable[ImportRecord]) -> Iterator[RecordLine]:
    for part in _parts(items):
        committed = committed_on([item.document_pk for item in part if item.document_pk])
        for item in part:
            yield RecordLine(record_row(item, request.tenant), committed.get(item.document_pk or 0, {}))


def project_lines(projects: Iterable[Project]) -> Iterator[ProjectLine]:
    for part in _parts(projects):
        committed = committed_on([project.pk for project in part])
        for project in part:
            yield ProjectLine(project, committed.get(project.pk, {}))


def _parts(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while part := list(islice(left, _AT_ONCE)):
        yield part


def _committed(committed: Committed, currency: str) -> Cell:
    """In the project's currency; what is agreed in another one is pointed to, never added."""
    if not committed:
        return Cell(None)
    shown = currency if currency in committed else sorted(committed)[0]
    others = sorted(set(committed) - {shown})
    return Cell(committed[shown], shown, mark=f"And more in {', '.join(others)}" if others else "")


def record_fields(
    request: TenantRequest, entities: Mapping[str, str], *, for_files: bool = False
) -> tuple[Field[RecordLine], ...]:
    def url(line: RecordLine) -> str:
        return "" if for_files else tenant_url(request, "project_record", item_pk=line.record.item.pk)

    def here(line: RecordLine) -> Cell:
        pk = line.record.item.document_pk
        leads = tenant_url(request, "project", pk=pk) if pk and not for_files else ""
        return Cell(line.record.item.document_number, url=leads)

    def entity(line: RecordLine) -> Cell:
        return Cell(entities.get(line.record.entity, line.record.entity) if line.record.entity else None)

    return (
        Field("number", "Project ID", ID, lambda line: Cell(line.record.item.business_id, url=url(line)), "number",
              is_fixed=True, card=1),
        Field("entity", "Entity", TEXT, entity, under="number"),
        Field("name", "Name", NAME, lambda line: Cell(line.record.item.name), "name", card=3),
        Field("customer", "Customer", TEXT, lambda line: Cell(_customer(line.record)), "customer"),
        Field("state", "State", STATE, lambda line: Cell(line.record.state), card=2),
        Field("here", "In ERP Admin", TEXT, here),
        Field("status", "Status", TEXT, lambda line: Cell(line.record.status)),
        Field("begins", "Begins", DATE, lambda line: Cell(line.record.begins)),
        Field("ends", "Ends", DATE, lambda line: Cell(line.record.ends)),
        Field("amount", "Contract amount", AMOUNT, _contract),
        Field("committed", "Committed", AMOUNT, lambda line: _committed(line.committed, line.record.currency), card=4),
        Field("currency", "Currency", TEXT, lambda line: Cell(line.record.currency), in_files=True),
    )  # fmt: skip


def _customer(row: RecordRow) -> str:
    return f"{row.customer_id} {row.customer_name}".strip()


def _contract(line: RecordLine) -> Cell:
    return Cell(line.record.amount, line.record.currency)


def project_fields(request: TenantRequest, *, for_files: bool = False) -> tuple[Field[ProjectLine], ...]:
    def of(name: str) -> Callable[[ProjectLine], Cell]:
        return lambda line: Cell(getattr(line.project, name))

    def number(line: ProjectLine) -> Cell:
        return Cell(line.project.number, url="" if for_files else tenant_url(request, "project", pk=line.project.pk))

    def state(line: ProjectLine) -> Cell:
        return Cell((LINKED_HERE if line.project.is_linked else NOT_LINKED).because(
            "" if line.project.is_active else "Inactive"
        ))  # fmt: skip

    def customer(line: ProjectLine) -> Cell:
        return Cell(f"{line.project.customer_id} {line.project.customer_name}".strip())

    return (
        Field("number", "Number", ID, number, "number", is_fixed=True, card=1),
        Field("name", "Name", NAME, of("name"), "name", card=3),
        Field("customer", "Customer", TEXT, customer, "customer"),
        Field("state", "In Intacct", STATE, state, card=2),
        Field("status", "Status", TEXT, of("status")),
        Field("begins", "Begins", DATE, of("begins_on"), "begins"),
        Field("ends", "Ends", DATE, of("ends_on")),
        Field("amount", "Contract amount", AMOUNT,
              lambda line: Cell(line.project.contract_amount, line.project.currency), "amount"),
        Field("committed", "Committed", AMOUNT,
              lambda line: _committed(line.committed, line.project.currency), card=4),
        Field("currency", "Currency", TEXT, of("currency"), in_files=True),
    )  # fmt: skip


def record_table_row(request: TenantRequest) -> Callable[[RecordLine], TableRow]:
    def made(line: RecordLine) -> TableRow:
        item = line.record.item
        return TableRow(tenant_url(request, "project_record", item_pk=item.pk), str(item), item.pk, [])

    return made


def project_table_row(request: TenantRequest) -> Callable[[ProjectLine], TableRow]:
    def made(line: ProjectLine) -> TableRow:
        return TableRow(tenant_url(request, "project", pk=line.project.pk), str(line.project), line.project.pk, [])

    return made
