"""Payments of bills: what a payment may apply, and the joins between payment and bill lines.

Owns the rules of APPYMT, APPYMTDETAIL and APBILLPAYMENT. Must not change totals itself; bills.py does.
"""

from __future__ import annotations

from decimal import Decimal

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import record_number
from integrations.sandbox.functions.bills import POSTED, settle
from integrations.sandbox.functions.incoming import refusal
from integrations.sandbox.functions.money import NOTHING, amount, total, wire
from integrations.sandbox.functions.stamps import touched
from integrations.sandbox.wire.failures import ErrorEntry, FunctionFailure, with_support_id

EXCEEDS_DUE = "XL03000027"
PAYABLE = (POSTED, "Partially Paid")
STATES = {"Draft": "D", "Complete": "C", "Voided": "V"}


def check_payment(context: Context, row: Row) -> None:
    """Before a payment is written. Printing and approval are off here: a submitted payment is complete at once."""
    action = row.pop("ACTION", "Submit")
    day = row.pop("PAYMENTDATE", "")
    for name in ("AMOUNTTOPAY", "PAYMENTPROVIDER", "PAYMENTREQUESTMETHOD"):
        row.pop(name, None)
    if not day or not row.get("PAYMENTMETHOD") or not row.get("FINANCIALENTITY"):
        raise refusal("Required field PAYMENTDATE, PAYMENTMETHOD or FINANCIALENTITY is missing.")
    row["STATE"] = "Draft" if action == "Draft" else "Complete"
    row["RAWSTATE"] = STATES[row["STATE"]]
    row["WHENCREATED"] = day
    row["FINANCIALENTITYTYPE"] = "ba"
    row.setdefault("BASECURR", "USD")
    row.setdefault("CLEARED", "Not cleared")
    if row["STATE"] == "Complete":
        row["WHENPAID"] = row["WHENPOSTED"] = day


def check_payment_detail(context: Context, row: Row) -> None:
    """Before a detail is written: a posted bill of which so much is still due."""
    number = record_number(row.get("RECORDKEY", ""))
    bill = None if number is None else context.company.table("APBILL").get(number)
    if bill is None or bill["STATE"] not in PAYABLE:
        raise refusal(f"Invalid AP Bill '{row.get('RECORDKEY', '')}' specified.")
    pays = amount(row, "TRX_PAYMENTAMOUNT")
    if pays <= NOTHING:
        raise refusal("Required field TRX_PAYMENTAMOUNT is missing.")
    if pays > amount(bill, "TRX_TOTALDUE"):
        text = with_support_id("The payment applied exceeds total amount due")
        raise FunctionFailure(ErrorEntry(EXCEEDS_DUE, text))
    row["PAYMENTAMOUNT"] = row["TRX_PAYMENTAMOUNT"] = wire(pays)
    row["MODULEKEY"] = "3.AP"


def after_payment(context: Context, number: int) -> None:
    """After a payment was written: its totals, the joins to bill lines, and the bills it pays."""
    company = context.company
    payment = company.table("APPYMT").rows[number]
    details = details_of(company, payment)
    if not details:
        raise refusal("Required field APPYMTDETAILS is missing.")
    company.write("APPYMT", paid_totals(payment, details))
    if payment["STATE"] == "Complete":
        for detail in details:
            join_lines(company, payment, detail)
    settle_bills(company, details)


def details_of(company: Company, payment: Row) -> list[Row]:
    """The details of a payment."""
    return [row for row in company.table("APPYMTDETAIL").rows.values() if row.get("PAYMENTKEY") == payment["RECORDNO"]]


def paid_totals(payment: Row, details: list[Row]) -> Row:
    """A payment with its amounts; nothing of it is due once it is complete or voided."""
    entered = total(details, "TRX_PAYMENTAMOUNT")
    paid = entered if payment["STATE"] == "Complete" else NOTHING
    due = entered if payment["STATE"] == "Draft" else NOTHING
    row = {**payment}
    for name, value in (("ENTERED", entered), ("PAID", paid), ("DUE", due)):
        row[f"TOTAL{name}"] = row[f"TRX_TOTAL{name}"] = wire(value)
    return row


def join_lines(company: Company, payment: Row, detail: Row) -> None:
    """Spread a detail over the lines of its bill in order, one join row per line that receives something."""
    left = amount(detail, "TRX_PAYMENTAMOUNT")
    joins = company.table("APBILLPAYMENT")
    for line in lines_in_order(company, detail):
        room = line_room(line)
        part = min(left, room) if room > NOTHING else NOTHING
        if part == NOTHING:
            continue
        row = join_row(payment, detail, line, part)
        row["RECORDNO"] = str(joins.next_key)
        company.write("APBILLPAYMENT", row)
        company.write("APBILLITEM", touched(company, line, paid_line(line, part)))
        left -= part


def lines_in_order(company: Company, detail: Row) -> list[Row]:
    """The bill lines a detail may pay: one that it names, or all of the bill."""
    rows = [row for row in company.table("APBILLITEM").rows.values() if row.get("RECORDKEY") == detail["RECORDKEY"]]
    named = detail.get("ENTRYKEY", "")
    return [row for row in rows if not named or row["RECORDNO"] == named]


def line_room(line: Row) -> Decimal:
    """What may still be paid on a bill line."""
    held = amount(line, "TRX_AMOUNTRETAINED") - amount(line, "TRX_AMOUNTRELEASED")
    return amount(line, "TRX_AMOUNT") - held - amount(line, "TRX_TOTALPAID")


def join_row(payment: Row, detail: Row, line: Row, part: Decimal) -> Row:
    """What joins one bill line and one payment detail."""
    return {
        "PAYMENTKEY": payment["RECORDNO"],
        "PAYITEMKEY": detail["RECORDNO"],
        "RECORDKEY": detail["RECORDKEY"],
        "PAIDITEMKEY": line["RECORDNO"],
        "AMOUNT": wire(part),
        "TRX_AMOUNT": wire(part),
        "INVBASEAMT": wire(part),
        "INVTRXAMT": wire(part),
        "PARENTPYMT": payment["RECORDNO"],
    }


def paid_line(line: Row, part: Decimal) -> Row:
    """A bill line on which so much more was paid."""
    paid = wire(amount(line, "TRX_TOTALPAID") + part)
    return {**line, "TOTALPAID": paid, "TRX_TOTALPAID": paid}


def unjoin(company: Company, payment: Row) -> None:
    """Take back what a payment paid on bill lines."""
    joins = [row for row in company.table("APBILLPAYMENT").rows.values() if row["PAYMENTKEY"] == payment["RECORDNO"]]
    for join in joins:
        line = company.table("APBILLITEM").get(int(join["PAIDITEMKEY"]))
        if line is not None:
            company.write("APBILLITEM", touched(company, line, paid_line(line, -amount(join, "TRX_AMOUNT"))))
        company.erase("APBILLPAYMENT", int(join["RECORDNO"]))


def settle_bills(company: Company, details: list[Row]) -> None:
    """Work out again the bills that details refer to."""
    for key in dict.fromkeys(detail["RECORDKEY"] for detail in details):
        settle(company, int(key))


def check_payment_deletion(context: Context, row: Row) -> None:
    """Only a draft goes away; a complete payment is reversed."""
    if row["STATE"] != "Draft":
        raise refusal(f"A payment in state {row['STATE']} cannot be deleted.")


def void_payment(context: Context, payment: Row, day: str) -> None:
    """Void a complete payment: its bills are payable again."""
    if payment["STATE"] != "Complete":
        raise refusal(f"A payment in state {payment['STATE']} cannot be reversed.")
    company = context.company
    unjoin(company, payment)
    details = details_of(company, payment)
    voided = {**payment, "STATE": "Voided", "RAWSTATE": STATES["Voided"]}
    company.write("APPYMT", {**paid_totals(voided, details), "WHENPAID": day})
    settle_bills(company, details)
