"""A document as a row: of the list of its type, on its own page, in a file. Presentation only; names no type."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.ui.shown import ShownState
from erp_admin.documents.types import type_of


@dataclass(frozen=True)
class Row:
    """`theirs` is what Intacct held when last compared, None before that; `added` what approved changes come to."""

    document: Any
    state: ShownState
    kind: str
    parent: Any | None
    vendor_id: str
    vendor_name: str
    project: Any | None
    currency: str
    added: Decimal
    theirs: Decimal | None

    @property
    def differs(self) -> bool:
        return self.theirs is not None and self.theirs != self.document.total

    @property
    def vendor(self) -> str:
        return f"{self.vendor_id} {self.vendor_name}".strip()

    @property
    def changes(self) -> Decimal | None:
        return self.added or None

    @property
    def revised(self) -> Decimal | None:
        """What it comes to with its changes, None without any."""
        return self.document.total + self.added if self.added else None


def row_of(document: Any) -> Row:
    document_type = type_of(document)
    columns, record = document_type.columns, document_type.record
    return Row(
        document=document,
        state=document.shown_state,
        kind=document_type.kind_of(document),
        parent=document_type.parent_of(document),
        vendor_id=document_type.value_of(document, columns.vendor) or "",
        vendor_name=document_type.value_of(document, columns.vendor_name) or "",
        project=document_type.value_of(document, columns.project),
        currency=document_type.currency_of(document),
        added=getattr(document, "changes", Decimal(0)),
        theirs=record.amount(document.held_facts, record.total),
    )
