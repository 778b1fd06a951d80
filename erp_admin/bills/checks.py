"""What keeps a bill from being pushed, each problem with its field and fix.

Owns the rules of bills alone. Looks at what was read of the bill and at the mirror; reads nothing else.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from accounts.ui.formats import shown_amount
from erp_admin.bills.settings import ACCOUNT, ALLOW, OVERBILLING
from erp_admin.bills.sources import BillLineSource, BillSource
from erp_admin.documents.checking import (
    baseline_problems,
    cost_code_problems,
    number_problems,
    project_problem,
    reference_problem,
    total_problems,
    vendor_problems,
)
from erp_admin.purchasing.settings import CUT_OVER, ITEM
from integrations.delivery.contract import Problem
from integrations.records.lookup import MirrorView

# Nominal (object reference, bills: 30, on adjustments 45); how many a company takes is published nowhere, so the longer
# one is sent and Intacct's refusal is shown.
LONGEST_NUMBER: Final = 45
# What an account asks for of each line booked on it: its flag, the field of ours, how people call it.
_ASKED_FOR: Final = (
    ("REQUIREDEPT", "department_id", "a department"),
    ("REQUIRELOC", "location_id", "a location"),
    ("REQUIREPROJECT", "project", "a project"),
    ("REQUIRETASK", "task_id", "a cost code"),
    ("REQUIREITEM", "item_id", "an item"),
    ("REQUIRECLASS", "class_id", "a class"),
)
NO_LINES: Final = Problem("lines", "The bill has no lines.", "Enter what it asks to be paid for.")


def problems_of(source: BillSource, mirror: MirrorView) -> list[Problem]:
    """Of any bill: its date and number, vendor, project, terms, and every line."""
    bill = source.bill
    found = [
        *baseline_problems(bill, source.choices[CUT_OVER.key].value),
        *number_problems(bill.number, LONGEST_NUMBER),
        *vendor_problems(bill.vendor_id, mirror),
        *_commitment_problems(source),
    ]
    if bill.project is not None:
        found += project_problem(bill.project, source.project, mirror)
    if bill.term_name:
        found += reference_problem("ap_terms", "term_name", bill.term_name, mirror.get("ap_terms", bill.term_name))
    if bill.due_on is None and not source.stays_draft:
        fix = "Enter the due date, or have bills pushed as drafts."
        found.append(Problem("due_on", "Intacct needs a due date of a bill that is submitted.", fix))
    found += [] if source.lines else [NO_LINES]
    for line in source.lines:
        found += _line_problems(line, mirror)
    return [*found, *total_problems(bill, source.stored_lines, "bill")]


def _commitment_problems(source: BillSource) -> Iterator[Problem]:
    """A bill for a commitment is of the same vendor and currency."""
    bill, commitment = source.bill, source.bill.commitment
    if commitment is None:
        return
    if bill.vendor_id and commitment.vendor_id and bill.vendor_id != commitment.vendor_id:
        sentence = f"Commitment {commitment.number} is with {commitment.vendor_id}, not with {bill.vendor_id}."
        yield Problem("commitment", sentence, "Choose the vendor's own commitment, or the commitment's vendor.")
    if bill.currency != commitment.currency:
        sentence = f"Commitment {commitment.number} is in {commitment.currency}, the bill in {bill.currency}."
        yield Problem("currency", sentence, "Choose a commitment in the currency of the bill.")
        return
    left = source.billed.left_after(bill) if source.billed is not None else Decimal(0)
    if left < 0 < bill.total and source.choices[OVERBILLING.key].value != ALLOW:
        sentence = f"It asks for {shown_amount(-left, bill.currency)} more than {commitment.number} has left."
        fix = "Correct it, enter a change order, or have a company admin allow bills beyond their commitment."
        yield Problem("total", sentence, fix, code="OVERBILLED")


def _line_problems(source: BillLineSource, mirror: MirrorView) -> list[Problem]:
    line, number, found = source.line, source.line.number, list[Problem]()
    if line.project is not None or source.head.project:
        found += project_problem(line.project, source.project, mirror, line=number)
    found += cost_code_problems(line, source.project, mirror)
    for setting, field, value in ((ACCOUNT, "account_id", source.account), (ITEM, "item_id", source.item)):
        if not value:
            what = field.partition("_")[0]
            fix = f"Name one on the line, or have a company admin choose the {setting.label}."
            found.append(Problem(field, f"The line has no {what}.", fix, number, "SETTING"))
    for kind, field, value in (
        ("gl_accounts", "account_id", source.account),
        ("items", "item_id", source.item),
        ("locations", "location_id", source.location),
        ("departments", "department_id", source.department),
        ("classes", "class_id", line.class_id),
    ):
        if value:
            found += reference_problem(kind, field, value, mirror.get(kind, value), line=number)
    found += _asked_for(source, mirror)
    if not line.amount:
        found.append(Problem("amount", "The line amounts to zero.", "Enter an amount or remove it.", number))
    if line.retainage_percent:
        fix = "Remove the retainage to send the line gross, or bill it in Intacct from its commitment."
        sentence = "A bill that is created directly cannot hold back retainage in Intacct."
        found.append(Problem("retainage_percent", sentence, fix, number, "RETAINAGE"))
    return found


def _asked_for(source: BillLineSource, mirror: MirrorView) -> Iterator[Problem]:
    """What the account of a line asks for and the line does not have, as Intacct would refuse it."""
    account = mirror.get("gl_accounts", source.account) if source.account else None
    has = {
        "department_id": source.department,
        "location_id": source.location,
        "project": source.project,
        "task_id": source.line.task_id,
        "item_id": source.item,
        "class_id": source.line.class_id,
    }
    for flag, field, what in _ASKED_FOR:
        if account is not None and str(account.fields.get(flag, "")).lower() == "true" and not has[field]:
            sentence = f"Account {source.account} asks for {what}."
            fix = "Enter it on the line, or choose another account."
            yield Problem(field, sentence, fix, source.line.number, "REF-INVALID")
