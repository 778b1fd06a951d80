"""The object-specific functions of bills and payments: create, update, delete and reverse.

Owns how their elements become bills. Must not hold rules of a bill; see functions/bills.py.
"""

from __future__ import annotations

from lxml import etree

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.permissions import require
from integrations.sandbox.data.tables import Row
from integrations.sandbox.functions import audit
from integrations.sandbox.functions.bills import REVERSED, due_date, open_amount, owe, refuse_paid, settle
from integrations.sandbox.functions.incoming import Incoming, refusal
from integrations.sandbox.functions.owned import lines_of, owned
from integrations.sandbox.functions.payments import void_payment
from integrations.sandbox.functions.records import create_record, delete_record, update_record
from integrations.sandbox.functions.stamps import stamp
from integrations.sandbox.legacy.reading import (
    date_parts,
    found_by_key,
    found_record,
    key,
    names,
    values_of,
    without_nulls,
)
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.wire.answer import Payload
from integrations.sandbox.wire.documents import text_of

HEADER = names(
    "APBILL",
    "vendorid=VENDORID datecreated=WHENCREATED dateposted=WHENPOSTED datedue=WHENDUE termname=TERMNAME action=ACTION "
    "batchkey=PRBATCH billno=RECORDID ponumber=DOCNUMBER onhold=ONHOLD description=DESCRIPTION externalid=EXTERNALID "
    "payto=BILLTOPAYTOCONTACTNAME returnto=SHIPTORETURNTOCONTACTNAME basecurr=BASECURR currency=CURRENCY "
    "exchratedate=EXCH_RATE_DATE exchratetype=EXCH_RATE_TYPE_ID exchrate=EXCHANGE_RATE nogl=NOGL supdocid=SUPDOCID "
    "inclusivetax=INCLUSIVETAX taxsolutionid=TAXSOLUTIONID",
    dates="datecreated dateposted datedue exchratedate",
)
LINE = names(
    "APBILLITEM",
    "accountlabel=ACCOUNTLABEL glaccountno=ACCOUNTNO offsetglaccountno=OFFSETGLACCOUNTNO amount=TRX_AMOUNT "
    "allocationid=ALLOCATION memo=ENTRYDESCRIPTION locationid=LOCATIONID departmentid=DEPARTMENTID item1099=FORM1099 "
    "form1099type=FORM1099TYPE form1099box=FORM1099BOX projectid=PROJECTID taskid=TASKID costtypeid=COSTTYPEID "
    "customerid=CUSTOMERID vendorid=VENDORID employeeid=EMPLOYEEID itemid=ITEMID classid=CLASSID "
    "contractid=CONTRACTID warehouseid=WAREHOUSEID billable=BILLABLE totaltrxamount=TOTALTRXAMOUNT "
    "partialexempt=PARTIALEXEMPT",
)


def create_bill(context: Context) -> Payload:
    """A new bill; answers its record number. A term alone gives the due date."""
    require(context.company, context.user, "create", "APBILL")
    element = context.call.element
    values = values_of(element, HEADER)
    if not values.get("WHENDUE"):
        values["WHENDUE"] = due_date(context.company, values.get("TERMNAME", ""), values.get("WHENCREATED", ""))
    lines = [Incoming(LINE.definition, values_of(line, LINE)) for line in element.iterfind("billitems/lineitem")]
    with context.company.atomic():
        return key(create_record(context, Incoming(HEADER.definition, values, lines, has_lines=True))["RECORDNO"])


def update_bill(context: Context) -> Payload:
    """Changes a bill; lines are edited by number or added, those not named stay."""
    require(context.company, context.user, "update", "APBILL")
    element = context.call.element
    bill = _bill(context, "update")
    values = {**without_nulls(element, values_of(element, HEADER)), "RECORDNO": bill["RECORDNO"]}
    present = lines_of(context.company, owned("APBILL"), bill["RECORDNO"])
    incoming = Incoming(HEADER.definition, values, keeps_lines=True)
    for line in element.iterfind("updatebillitems/*"):
        incoming.has_lines = True
        incoming.lines.append(Incoming(LINE.definition, _line_values(line, present)))
    with context.company.atomic():
        return key(update_record(context, incoming)["RECORDNO"])


def _line_values(line: etree._Element, present: list[Row]) -> Row:
    values = values_of(line, LINE)
    if line.tag == "lineitem":
        return values
    number = text_of_number(line)
    found = next((row for row in present if row["LINE_NO"] == number), None)
    if found is None:
        raise refusal(f"Invalid line number '{number}' specified.")
    return {**without_nulls(line, values), "RECORDNO": found["RECORDNO"]}


def text_of_number(line: etree._Element) -> str:
    """The number an updating line names, without padding."""
    return line.get("line_num", "").strip().lstrip("0")


def delete_bill(context: Context) -> None:
    """Takes a bill out on which nothing was paid."""
    require(context.company, context.user, "delete", "APBILL")
    bill = _bill(context, "delete")
    with context.company.atomic():
        delete_record(context, HEADER.definition, bill)


def reverse_bill(context: Context) -> Payload:
    """Reverses a posted bill on which nothing was paid."""
    require(context.company, context.user, "update", "APBILL")
    bill = _bill(context, "reverse")
    day = _reversal_day(context, bill)
    if bill["STATE"] not in ("Posted", "No Value"):
        raise refusal(f"A bill in state {bill['STATE']} cannot be reversed.")
    with context.company.atomic():
        refuse_paid(context.company, bill)
        owe(context.company, bill["VENDORID"], -open_amount(bill))
        row = {**bill, "STATE": REVERSED, "WHENREVERSED": day}
        stamp(context, HEADER.definition, row, created=False)
        context.company.write("APBILL", row)
        settle(context.company, int(bill["RECORDNO"]))
        audit.note(context, HEADER.definition, row, "Modify")
    return key(bill["RECORDNO"])


def reverse_appayment(context: Context) -> Payload:
    """Voids a complete payment; its bills are payable again."""
    require(context.company, context.user, "delete", "APPYMT")
    payment = found_record(context, "APPYMT", context.call.element.get("key", ""), "reverse")
    day = _reversal_day(context, payment)
    with context.company.atomic():
        void_payment(context, payment, day)
        row = {**context.company.table("APPYMT").rows[int(payment["RECORDNO"])]}
        stamp(context, CATALOGUE["APPYMT"], row, created=False)
        context.company.write("APPYMT", row)
        audit.note(context, CATALOGUE["APPYMT"], row, "Modify")
    return key(payment["RECORDNO"])


def _reversal_day(context: Context, row: Row) -> str:
    element = context.call.element.find("datereversed")
    day = "" if element is None else date_parts(element, text_of(element) or "datereversed")
    posted = row.get("WHENPOSTED") or row["WHENCREATED"]
    if not day or (day[6:], day[:5]) < (posted[6:10], posted[:5]):
        raise refusal(f"Date must be on or after {posted[:10]}.")
    return day


def _bill(context: Context, verb: str) -> Row:
    return found_by_key(context, "APBILL", verb)
