"""The columns that the list of a document type may show, on the page and in files.

Presentation only: what a document is comes from its type and its row. Names no document type.
"""

from collections.abc import Callable, Sequence
from typing import Any

from accounts.access import TenantRequest
from accounts.ui.table import AMOUNT, DATE, ID, MOMENT, NAME, STATE, TEXT, Cell, Field, TableRow, Total
from accounts.ui.web_address import web_address
from erp_admin.documents.listing import Sums
from erp_admin.documents.types import AnyType, children_of, parent_type_of
from erp_admin.views.document_pages import tenant_url
from erp_admin.views.document_rows import Row

DocumentFields = tuple[Field[Row], ...]


def fields_of(request: TenantRequest, document_type: AnyType, *, for_files: bool = False) -> DocumentFields:
    """Files have no links, which take as long to make as the rest of a row."""

    def leads(url: Callable[[Row], str]) -> Callable[[Row], str]:
        return (lambda row: "") if for_files else url

    columns, adds_up = document_type.columns, _adds_up(document_type)
    own = leads(lambda row: tenant_url(request, document_type.one, pk=row.document.pk))
    fields: list[Field[Row] | None] = [
        Field(
            "number", "Number", ID, lambda row: Cell(row.document.number, url=own(row)), "number", is_fixed=True, card=1
        ),
        _parent(request, document_type, leads),
        Field("type", "Type", TEXT, lambda row: Cell(row.kind), under="number", is_default=not document_type.parent)
        if columns.kind
        else None,
        Field("title", "Title", NAME, lambda row: Cell(row.document.title), "title", card=3),
        Field("vendor", "Vendor", TEXT, lambda row: Cell(row.vendor), "vendor", under="title")
        if columns.vendor
        else None,
        _project(request, leads) if columns.project else None,
        Field("state", "State", STATE, lambda row: Cell(row.state), card=2),
        Field("reason", "Reason", TEXT, lambda row: Cell(row.state.reason), in_files=True),
        Field("date", "Date", DATE, lambda row: Cell(row.document.dated_on), "date", under="project"),
        Field(
            "total", "Original" if adds_up else "Amount", AMOUNT, _money("total"), "amount", card=0 if adds_up else 4
        ),
        Field("changes", "Changes", AMOUNT, _money("changes")) if adds_up else None,
        Field("revised", "Revised", AMOUNT, _money("revised"), card=4) if adds_up else None,
        Field("intacct", "In Intacct", AMOUNT, _there),
        Field("currency", "Currency", TEXT, lambda row: Cell(row.currency), in_files=True),
        Field("intacct_id", "Intacct ID", TEXT, _remote, is_default=False),
        Field("approved", "Approved", MOMENT, lambda row: Cell(row.document.approved_at), is_default=False),
        Field("delivered", "Delivered", MOMENT, lambda row: Cell(row.document.delivered_at), is_default=False),
        Field("entered", "Entered", MOMENT, lambda row: Cell(row.document.created_at), is_default=False),
    ]
    return tuple(each for each in fields if each is not None)


def _adds_up(document_type: AnyType) -> bool:
    return any(child.parent and child.parent.adds_up for child in children_of(document_type))


def _parent(request: TenantRequest, document_type: AnyType, leads: Any) -> Field[Row] | None:
    parent_type = parent_type_of(document_type)
    if parent_type is None:
        return None
    to = leads(lambda row: tenant_url(request, parent_type.one, pk=row.parent.pk))
    return Field(
        "parent",
        parent_type.noun.capitalize(),
        TEXT,
        lambda row: Cell(row.parent.number, url=to(row)) if row.parent else Cell(None),
        under="number",
    )


def _project(request: TenantRequest, leads: Any) -> Field[Row]:
    to = leads(lambda row: tenant_url(request, "project", pk=row.project.pk))
    return Field(
        "project",
        "Project",
        TEXT,
        lambda row: Cell(row.project.number, url=to(row)) if row.project else Cell(None),
    )


def _money(name: str) -> Callable[[Row], Cell]:
    def cell(row: Row) -> Cell:
        values = {"total": row.document.total, "changes": row.changes, "revised": row.document.total + row.added}
        return Cell(values[name], row.currency)

    return cell


def _there(row: Row) -> Cell:
    return Cell(row.theirs, row.currency, mark="Differs from ERP Admin" if row.differs else "")


def _remote(row: Row) -> Cell:
    return Cell(row.document.remote_id, out=web_address(row.document.remote_url))


def table_row(request: TenantRequest, document_type: AnyType) -> Callable[[Row], TableRow]:
    def made(row: Row) -> TableRow:
        url = tenant_url(request, document_type.one, pk=row.document.pk)
        return TableRow(url, str(row.document), row.document.pk, [], row.document.total, row.currency)

    return made


def totals_of(document_type: AnyType, sums: Sequence[Sums]) -> list[Total]:
    """The foot of the list, a line per currency."""
    return [
        Total(
            f"{each.number:,} {document_type.plural if each.number != 1 else document_type.noun}",
            each.currency,
            {"total": each.total, "changes": each.changes or None, "revised": each.revised if each.changes else None},
            each.total,
        )
        for each in sums
    ]
