"""The toy as a document type: the smallest declaration that is whole. Tests that need it put it into the register.

It is not entered on a page, has no lines and no files, so it declares nothing of these.
"""

from typing import Any, Final

from accounts.models import User
from erp_admin.documents.actions import PUSHED
from erp_admin.documents.types import Columns, Decisions, DocumentType, Fact, RecordFacts
from integrations.approval.service import move_approval
from integrations.approval.transitions import Act
from tests.toy.flow import ToyPush
from tests.toy.models import ToyOrder


def approve(document: Any, *, by: User | None = None, seen: str = "") -> None:
    move_approval(document, Act.APPROVE, by=by, seen=seen)


def reject(document: Any, *, by: User | None = None, reason: str = "") -> None:
    move_approval(document, Act.REJECT, by=by, reason=reason)


def back_to_draft(document: Any, *, by: User | None = None) -> None:
    move_approval(document, Act.BACK_TO_DRAFT, by=by)


def void(document: Any, *, by: User | None = None) -> None:
    move_approval(document, Act.VOID, by=by)


def restore(document: Any, *, by: User | None = None) -> None:
    move_approval(document, Act.RESTORE, by=by)


TOYS: Final = DocumentType(
    key="toys",
    one="toy",
    model=ToyOrder,
    noun="toy",
    plural="toys",
    title="Toys",
    lead="What you have ordered of the toymaker.",
    icon="file-earmark-text",
    order=90,
    empty_title="No toys yet",
    empty_text="They appear here once somebody orders them.",
    columns=Columns(
        number=("number",),
        currency="tenant__base_currency",
        vendor="vendor_id",
        related=("tenant",),
    ),
    flow=ToyPush(),
    actions=tuple(action for action in PUSHED if action.key not in ("new", "edit", "void")),
    decisions=Decisions(approve, reject, back_to_draft, void, restore),
    record=RecordFacts(total="TRX_TOTAL", number="DOCNO", vendor="CUSTVENDID"),
    blank=lambda tenant, parent: ToyOrder(tenant=tenant),
    lock=lambda document: None,
    facts=lambda document, entities: [Fact("Toymaker", document.vendor_id), Fact("Ordered", document.dated_on)],
    summary=lambda document: f"{document.title} of {document.vendor_id}.",
)
