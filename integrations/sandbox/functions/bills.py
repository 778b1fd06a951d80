"""What bills do on their own: what a line needs, draft or posted, totals, state, and what payments make of them.

Owns the rules of APBILL and APBILLITEM. Must not know how a bill arrived, by a generic or an object-specific function.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import record_number, wire_date
from integrations.sandbox.functions.incoming import refusal
from integrations.sandbox.functions.money import NOTHING, amount, rounded, total, wire
from integrations.sandbox.functions.stamps import touched
from integrations.sandbox.wire.failures import ILLEGAL_FORMAT

PAYABLES, PURCHASING = "3.AP", "9.PO"
DRAFT, POSTED, REVERSED = "Draft", "Posted", "Reversed"
OPEN_STATES = (DRAFT, "Submitted", "Declined")
PAID, SELECTED = ("Complete",), ("Submitted", "Approved")


def check_bill(context: Context, row: Row) -> None:
    """Before a bill is written: what it needs, and whether the action leaves it a draft or posts it."""
    action = row.pop("ACTION", "Submit")
    # Purchasing writes its own bills; anyone else who touches one is sent there.
    if row.get("MODULEKEY") == PURCHASING and row.pop("FROMPURCHASING", "") != "true":
        raise refusal("This bill was created by Purchasing and can only be changed in Purchasing.")
    if row.get("STATE", DRAFT) not in (*OPEN_STATES, POSTED, "No Value"):
        raise refusal(f"A bill in state {row['STATE']} cannot be changed.")
    if action == DRAFT and row.get("STATE", DRAFT) in OPEN_STATES:
        row["STATE"] = DRAFT
    else:
        for name in ("VENDORID", "WHENCREATED", "WHENDUE", "RECORDID"):
            if not row.get(name):
                raise refusal(f"Required field {name} is missing.")
        row["STATE"] = POSTED
        row.setdefault("WHENPOSTED", row["WHENCREATED"])
    require_active_vendor(context, row.get("VENDORID", ""))
    row.setdefault("RECORDTYPE", "pi")
    row.setdefault("MODULEKEY", PAYABLES)
    row.setdefault("USERID", context.user)
    for name in ("CURRENCY", "BASECURR"):
        row.setdefault(name, "USD")
    for name in ("ONHOLD", "SYSTEMGENERATED"):
        row.setdefault(name, "false")


def require_active_vendor(context: Context, vendor: str) -> None:
    """Documents are for active vendors; an unknown one is refused as any reference is."""
    row = context.company.table("VENDOR").find(vendor)
    if row is not None and row.get("STATUS") == "inactive":
        raise refusal(f"The vendor {vendor} is inactive.", correction=f"Activate the vendor {vendor}, then try again.")


def check_bill_line(context: Context, row: Row) -> None:
    """Before a bill line is written: account, amount, and the dimensions its account and the company ask for."""
    if not row.get("ACCOUNTNO") and not row.get("ACCOUNTLABEL"):
        raise refusal("Required field ACCOUNTNO is missing.")
    given = row.get("TRX_AMOUNT") or row.get("TOTALTRXAMOUNT")
    if not given:
        raise refusal("Required field TRX_AMOUNT is missing.")
    row["TRX_AMOUNT"] = row["AMOUNT"] = wire(Decimal(given))
    row.setdefault("BILLABLE", "false")
    require_location(row)
    account = context.company.table("GLACCOUNT").find(row.get("ACCOUNTNO", ""))
    for flag, name, label in (
        ("REQUIREDEPT", "DEPARTMENTID", "Department"),
        ("REQUIREPROJECT", "PROJECTID", "Project"),
        ("REQUIRETASK", "TASKID", "Task"),
    ):
        if account is not None and account.get(flag) == "true" and not row.get(name):
            text = f"This transaction is missing the {label} dimension for the Account {account['ACCOUNTNO']}."
            raise refusal(text, ILLEGAL_FORMAT)


def require_location(row: Row) -> None:
    """Companies with several entities need a location on every line."""
    if not row.get("LOCATIONID"):
        raise refusal("Required field LOCATIONID is missing.")


def due_date(company: Company, term: str, created: str) -> str:
    """The due date a term gives: so many days from the bill date. Empty when the term does not say."""
    row = company.table("APTERM").find(term)
    days = record_number(row.get("DUEDATE", "")) if row is not None else None
    if days is None or not created:
        return ""
    month, day, year = (int(part) for part in created.split("/"))
    return wire_date(date(year, month, day) + timedelta(days=days))


def settle(company: Company, number: int) -> None:
    """Work out totals and state of a bill from its lines and payments, and what its vendor is owed."""
    bill = company.table("APBILL").get(number)
    if bill is None:
        return
    lines = [row for row in company.table("APBILLITEM").rows.values() if row.get("RECORDKEY") == bill["RECORDNO"]]
    details = [row for row in company.table("APPYMTDETAIL").rows.values() if row.get("RECORDKEY") == bill["RECORDNO"]]
    payments = [(payment_of(company, detail), detail) for detail in details]
    settled = settled_bill(bill, lines, payments)
    owe(company, bill.get("VENDORID", ""), open_amount(settled) - open_amount(bill))
    company.write("APBILL", touched(company, bill, settled))


def payment_of(company: Company, detail: Row) -> Row:
    """The payment a detail belongs to."""
    return company.table("APPYMT").get(int(detail["PAYMENTKEY"])) or {}


def settled_bill(bill: Row, lines: list[Row], payments: list[tuple[Row, Row]]) -> Row:
    """A bill with its derived amounts. Retained amounts are entered but not due until they are released."""
    entered, retained = total(lines, "TRX_AMOUNT"), total(lines, "TRX_AMOUNTRETAINED")
    released = total(lines, "TRX_AMOUNTRELEASED")
    paid = total((detail for payment, detail in payments if payment.get("STATE") in PAID), "TRX_PAYMENTAMOUNT")
    selected = total((detail for payment, detail in payments if payment.get("STATE") in SELECTED), "TRX_PAYMENTAMOUNT")
    due = NOTHING if bill["STATE"] == REVERSED else entered - retained + released - paid
    row = {**bill}
    for name, value in (("ENTERED", entered), ("PAID", paid), ("DUE", due), ("SELECTED", selected)):
        row[f"TOTAL{name}"] = row[f"TRX_TOTAL{name}"] = wire(value)
    row["TOTALRETAINED"] = row["TRX_TOTALRETAINED"] = wire(retained)
    row["TRX_TOTALRELEASED"] = wire(released)
    row["STATE"] = _state(bill["STATE"], entered, paid, due, selected)
    row["RAWSTATE"] = {DRAFT: "D", REVERSED: "V"}.get(row["STATE"], "A")
    row.pop("WHENPAID", None)
    if row["STATE"] == "Paid":
        days = [payment["WHENCREATED"] for payment, _ in payments if payment.get("STATE") in PAID]
        row["WHENPAID"] = max(days, key=lambda day: (day[6:], day[:5]), default="")
    return {name: value for name, value in row.items() if value}


def _state(before: str, entered: Decimal, paid: Decimal, due: Decimal, selected: Decimal) -> str:
    if before in (*OPEN_STATES, REVERSED):
        return before
    if entered == NOTHING:
        return "No Value"
    if due == NOTHING:
        return "Paid"
    if selected != NOTHING:
        return "Selected"
    return POSTED if paid == NOTHING else "Partially Paid"


def open_amount(bill: Row) -> Decimal:
    """What is owed for a bill: nothing for drafts and reversed ones."""
    if bill.get("STATE") in (*OPEN_STATES, REVERSED):
        return NOTHING
    return amount(bill, "TOTALDUE")


def owe(company: Company, vendor: str, change: Decimal) -> None:
    """Change what a vendor is owed; a posting is no change of the vendor, so its stamps stay."""
    row = company.table("VENDOR").find(vendor)
    if row is not None and change != NOTHING:
        company.write("VENDOR", {**row, "TOTALDUE": wire(rounded(amount(row, "TOTALDUE") + change))})


def after_bill(context: Context, number: int) -> None:
    """After a bill was written: it needs at least one line; then its amounts."""
    if not any(row.get("RECORDKEY") == str(number) for row in context.company.table("APBILLITEM").rows.values()):
        raise refusal("Required field APBILLITEMS is missing.")
    settle(context.company, number)


def check_bill_deletion(context: Context, row: Row) -> None:
    """A bill goes only while nothing was paid on it, and one of Purchasing only with its transaction."""
    if row.get("MODULEKEY") == PURCHASING:
        raise refusal("This bill was created by Purchasing and can only be changed in Purchasing.")
    refuse_paid(context.company, row)
    owe(context.company, row.get("VENDORID", ""), -open_amount(row))


def refuse_paid(company: Company, row: Row) -> None:
    """Raise when a payment that is not voided refers to a bill."""
    for detail in company.table("APPYMTDETAIL").rows.values():
        if detail.get("RECORDKEY") == row["RECORDNO"] and payment_of(company, detail).get("STATE") != "Voided":
            raise refusal(f"The bill {row.get('RECORDID', '')} is part of a payment and cannot be changed.")
