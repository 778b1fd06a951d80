"""Bills as a document type: what they are called, where lists find their values, what people do with them.

Declares and computes nothing that is stored. Its pages and addresses follow from the register.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils import timezone

from accounts.models import Tenant
from erp_admin.bills import figures, inherited, service
from erp_admin.bills.flow import BillPush
from erp_admin.bills.locks import lock_of
from erp_admin.bills.selectors import shared_number
from erp_admin.bills.settings import ACTION, DRAFT
from erp_admin.documents.actions import PUSHED
from erp_admin.documents.line_columns import VALUED, LineColumn, Reads
from erp_admin.documents.types import Columns, Decisions, DocumentType, Draws, Fact, Lines, RecordFacts
from erp_admin.models import Bill, BillLine

DECISIONS: Final = Decisions(
    approve=service.approve,
    reject=service.reject,
    back_to_draft=service.back_to_draft,
    void=service.void,
    restore=service.restore,
    why_not_approve=service.why_not_approve,
)
ACCOUNT: Final = LineColumn("account_id", "Account", Reads.CODE, ("account",), "gl_accounts")
_FIRST: Final = ("description", "task_id", "cost_type_id", "amount")


def _columns() -> tuple[LineColumn, ...]:
    """Most lines of a bill are one amount; quantity and price are there for those that want them."""
    by_name = {column.name: column for column in VALUED}
    first = [by_name.pop(name) for name in _FIRST]
    return (first[0], ACCOUNT, *first[1:], *(column.hidden() for column in by_name.values()))


def _blank(tenant: Tenant, commitment: Any) -> Bill:
    """Of a commitment with all that the two have in common."""
    found = Bill(tenant=tenant, currency=tenant.base_currency, dated_on=timezone.localdate())
    if commitment is not None:
        found.commitment = commitment
        for name in ("vendor_id", "vendor_name", "project", "currency", "term_name", "entity_id"):
            setattr(found, name, getattr(commitment, name))
    return found


def _summary(bill: Bill) -> str:
    return f"Bill of {bill.vendor_name or bill.vendor_id or 'no vendor yet'}."


def _facts(bill: Bill, entities: Mapping[str, str]) -> Sequence[Fact]:
    project, commitment = bill.project, bill.commitment
    return [
        Fact("Number", bill.number),
        *shared_number(bill),
        Fact("Vendor", f"{bill.vendor_id} {bill.vendor_name}".strip()),
        Fact("Project", str(project), "project", project.pk) if project else Fact("Project", ""),
        Fact("Commitment", str(commitment), "commitment", commitment.pk) if commitment else Fact("Commitment", ""),
        Fact("Bill date", bill.dated_on),
        Fact("Posting date", bill.posted_on),
        Fact("Due date", bill.due_on),
        Fact("Terms", bill.term_name),
        Fact("Reference number", bill.reference),
        Fact("Owning entity", entities.get(bill.entity_id, bill.entity_id or "Top level")),
    ]


BILLS: Final = DocumentType(
    key="bills",
    one="bill",
    model=Bill,
    noun="bill",
    plural="bills",
    title="Bills",
    lead="What vendors ask you to pay, and what Sage Intacct holds of it.",
    icon="receipt",
    order=40,
    empty_title="No bills yet",
    empty_text="Bills of vendors appear here once you enter them. Approved ones are pushed to Accounts Payable, each "
    "exactly once.",
    columns=Columns(
        number=("number",),
        currency="currency",
        project="project",
        vendor="vendor_id",
        vendor_name="vendor_name",
        related=("project", "commitment", "tenant"),
    ),
    draws_on=Draws(
        "commitments",
        "commitment",
        label="Billed",
        left="Left to bill",
        none_yet="None yet. Bills that name this commitment appear here.",
    ),
    lines=Lines(
        BillLine,
        title="Lines",
        entry_text="What the bill asks to be paid for. A credit has a negative amount.",
        related=("project",),
        columns=_columns(),
    ),
    flow=BillPush(),
    actions=PUSHED,
    decisions=DECISIONS,
    record=RecordFacts(
        total="TRX_TOTALENTERED", number="RECORDID", vendor="VENDORID", currency="CURRENCY", dated="WHENCREATED"
    ),
    entry="erp_admin.forms.bills.BillEntry",
    entry_text="The head of the bill, then its lines: what is paid for, and where it is booked.",
    numbers_here=False,
    blank=_blank,
    lock=lock_of,
    facts=_facts,
    summary=_summary,
    figures=figures.of_bill,
    inherited=inherited.of_bill,
    sample_settings={ACTION.key: DRAFT},
)
