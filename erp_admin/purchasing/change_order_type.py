"""Change orders as a document type: they belong to a commitment, whose vendor, project and currency are theirs.

Declares and computes nothing that is stored. Its pages, addresses and files follow from the register.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils import timezone

from accounts.models import Tenant
from erp_admin.documents.actions import PUSHED
from erp_admin.documents.columns import choices_of
from erp_admin.documents.line_columns import CHANGES_LINE, VALUED
from erp_admin.documents.types import Columns, DocumentType, Fact, Lines, Parent
from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentKind
from erp_admin.purchasing import figures, inherited
from erp_admin.purchasing.change_orders import ChangeOrderPush
from erp_admin.purchasing.commitment_type import DECISIONS, PURCHASING_RECORD
from erp_admin.purchasing.locks import lock_of
from erp_admin.purchasing.selectors import shared_number
from erp_admin.purchasing.uploads import ChangeOrderUpload


def _blank(tenant: Tenant, parent: Commitment) -> ChangeOrder:
    return ChangeOrder(tenant=tenant, commitment=parent, dated_on=timezone.localdate())


def _summary(document: ChangeOrder) -> str:
    return f"Change order of commitment {document.commitment.number}."


def _number_there(document: ChangeOrder) -> str:
    return f"{document.commitment.number}-{document.number}"


def _facts(document: ChangeOrder, entities: Mapping[str, str]) -> Sequence[Fact]:
    base = document.commitment
    return [
        Fact("Change order", document.number),
        *shared_number(document),
        Fact("Commitment", str(base), "commitment", base.pk),
        Fact("Vendor", f"{base.vendor_id} {base.vendor_name}".strip()),
        Fact("Date", document.dated_on),
        Fact("Reason", document.reason),
    ]


CHANGE_ORDERS: Final = DocumentType(
    key="change_orders",
    one="change_order",
    model=ChangeOrder,
    noun="change order",
    plural="change orders",
    title="Change orders",
    lead="What changed in commitments after they were agreed, and what Sage Intacct holds of it.",
    icon="file-earmark-diff",
    order=30,
    commits=True,
    empty_title="No change orders yet",
    empty_text="Changes of commitments appear here once you enter them. Each waits for its commitment and is then "
    "pushed to Sage Intacct as a change order of it.",
    columns=Columns(
        number=("commitment__number", "number"),
        currency="commitment__currency",
        kind="commitment__kind",
        kinds=choices_of(CommitmentKind),
        project="commitment__project",
        vendor="commitment__vendor_id",
        vendor_name="commitment__vendor_name",
        related=("commitment", "commitment__project", "tenant", "commitment__tenant"),
    ),
    parent=Parent(
        "commitments",
        "commitment",
        choose_text="A change order belongs to a commitment. Choose the one it changes.",
        none_title="No commitment to change",
        none_text="A change order changes a subcontract or purchase order. Enter that one first.",
        none_yet="None yet. Changes after the agreement are entered as change orders.",
    ),
    lines=Lines(
        ChangeOrderLine,
        title="Lines",
        entry_text="Each line adds to the commitment, or changes one of its lines; a reduction has a negative price.",
        related=("project", "changes_line"),
        columns=(CHANGES_LINE, *VALUED),
        changes="changes_line",
    ),
    flow=ChangeOrderPush(),
    actions=PUSHED,
    decisions=DECISIONS,
    record=PURCHASING_RECORD,
    entry="erp_admin.forms.purchasing.ChangeOrderEntry",
    entry_text="Changes commitment {parent}; the amounts are what is added to it or taken off.",
    first_numbers={"": "CO-1"},
    blank=_blank,
    lock=lock_of,
    facts=_facts,
    summary=_summary,
    number_there=_number_there,
    figures=figures.of_change_order,
    inherited=inherited.of_change_order,
    upload=ChangeOrderUpload(),
    samples="change_orders.csv",
    sample_settings={
        "subcontract_change_definition": "PC Subcontract CO",
        "purchase_order_change_definition": "PC PO Change Order",
    },
)  # fmt: skip
