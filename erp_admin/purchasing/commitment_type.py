"""Commitments as a document type: what they are called, where lists find their values, what people do with them.

Declares and computes nothing that is stored. Its pages, addresses and files follow from the register.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils import timezone

from accounts.models import Tenant
from erp_admin.documents.actions import PUSHED
from erp_admin.documents.columns import choices_of
from erp_admin.documents.types import Columns, Decisions, DocumentType, Fact, Lines, RecordFacts
from erp_admin.models import Commitment, CommitmentKind, CommitmentLine
from erp_admin.purchasing import figures, inherited, service
from erp_admin.purchasing.commitments import CommitmentPush
from erp_admin.purchasing.locks import lock_of
from erp_admin.purchasing.selectors import shared_number
from erp_admin.purchasing.uploads import CommitmentUpload

DECISIONS: Final = Decisions(
    approve=service.approve,
    reject=service.reject,
    back_to_draft=service.back_to_draft,
    void=service.void,
    restore=service.restore,
    why_not_approve=service.why_not_approve,
)
PURCHASING_RECORD: Final = RecordFacts(
    total="TRX_TOTAL",
    revised="TRX_REVISEDTOTAL",
    number="DOCNO",
    vendor="CUSTVENDID",
    currency="CURRENCY",
    dated="WHENCREATED",
)


def _blank(tenant: Tenant, parent: Any) -> Commitment:
    return Commitment(
        tenant=tenant,
        kind=CommitmentKind.SUBCONTRACT,
        currency=tenant.base_currency,
        dated_on=timezone.localdate(),
    )


def _summary(document: Commitment) -> str:
    vendor = document.vendor_name or document.vendor_id or "no vendor yet"
    return f"{document.get_kind_display()} with {vendor}."


def _facts(document: Commitment, entities: Mapping[str, str]) -> Sequence[Fact]:
    project = document.project
    return [
        Fact("Number", document.number),
        *shared_number(document),
        Fact("Type", document.get_kind_display()),
        Fact("Vendor", f"{document.vendor_id} {document.vendor_name}".strip()),
        Fact("Project", str(project), "project", project.pk) if project else Fact("Project", ""),
        Fact("Date", document.dated_on),
        Fact("Terms", document.term_name or document.due_on or ""),
        Fact("Retainage", f"{document.retainage_percent.normalize():f}%"),
        Fact("Owning entity", entities.get(document.entity_id, document.entity_id or "Top level")),
        Fact("Scope of work", document.scope),
    ]


COMMITMENTS: Final = DocumentType(
    key="commitments",
    one="commitment",
    model=Commitment,
    noun="commitment",
    plural="commitments",
    title="Commitments",
    lead="What you have agreed to pay subcontractors and suppliers, and what Sage Intacct holds of it.",
    icon="file-earmark-text",
    order=20,
    commits=True,
    empty_title="No commitments yet",
    empty_text="Subcontracts and purchase orders appear here once you enter them. Approved ones are pushed to Sage "
    "Intacct as purchasing transactions, each exactly once.",
    columns=Columns(
        number=("number",),
        currency="currency",
        kind="kind",
        kinds=choices_of(CommitmentKind),
        project="project",
        vendor="vendor_id",
        vendor_name="vendor_name",
        related=("project", "tenant"),
    ),
    lines=Lines(
        CommitmentLine,
        title="Schedule of values",
        entry_text="Each line is a part of what is agreed. A credit has a negative price.",
        related=("project",),
    ),
    flow=CommitmentPush(),
    actions=PUSHED,
    decisions=DECISIONS,
    record=PURCHASING_RECORD,
    entry="erp_admin.forms.purchasing.CommitmentEntry",
    entry_text="The head, then its schedule of values: what is agreed, line by line.",
    blank=_blank,
    lock=lock_of,
    facts=_facts,
    summary=_summary,
    figures=figures.of_commitment,
    inherited=inherited.of_commitment,
    upload=CommitmentUpload(),
    samples="commitments.csv",
    sample_settings={"subcontract_definition": "PC Subcontracts", "purchase_order_definition": "PC Purchase Order"},
)
