"""The documents of the demo company: attachments, commitments with a change order, invoices, bills and payments.

Owns which documents there are. They are written by the same rules as any other, then dated as the seed is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from lxml import etree

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.sessions import Sessions
from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import wire_timestamp
from integrations.sandbox.functions.incoming import Incoming
from integrations.sandbox.functions.payments import void_payment
from integrations.sandbox.functions.posting import post_document
from integrations.sandbox.functions.records import create_record
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.seed.writer import FIRST_RECORD, FIXED, SeedWriter
from integrations.sandbox.wire.envelope import FunctionCall

# Tables the rules write here; a company with a past does not number from 1.
WRITTEN = (
    "SUPDOC",
    "ATTACHMENT",
    "PODOCUMENT",
    "PODOCUMENTENTRY",
    "APBILL",
    "APBILLITEM",
    "APPYMT",
    "APPYMTDETAIL",
    "APBILLPAYMENT",
)
LETTER = "VGhpcyBpcyBhIHNhbXBsZSBsZXR0ZXIu"
SUBCONTRACT = "PC Subcontracts"

# Bill number, vendor, date, draft, (account, amount, project) per line.
BILLS: tuple[tuple[str, str, str, bool, tuple[tuple[str, str, str], ...]], ...] = (
    ("GP-1001", "V-1001", "02/10/2025", False, (("5020", "1822.75", "24-001"), ("5110", "240", "24-001"))),
    ("OD-77", "V-1002", "02/14/2025", False, (("5060", "3150.5", "24-002"),)),
    ("2025/0031", "V-1003", "02/20/2025", False, (("5010", "18400", "24-003"),)),
    ("AC-9", "V-1004", "03/01/2025", False, (("6140", "89.9", ""),)),
    ("LP-500", "00007", "03/03/2025", True, (("5010", "7600", "24-010"),)),
    ("CS-12", "V-1008", "03/05/2025", False, (("5020", "0", "24-002"),)),
)
# Method, date, vendor, draft, voided, (bill number, amount).
PAYMENTS: tuple[tuple[str, str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("Printed Check", "03/07/2025", "V-1001", "", (("GP-1001", "2062.75"),)),
    ("ACH", "03/10/2025", "V-1003", "", (("2025/0031", "8400"),)),
    ("Printed Check", "03/11/2025", "V-1002", "voided", (("OD-77", "3150.5"),)),
    ("EFT", "03/12/2025", "V-1004", "draft", (("AC-9", "89.9"),)),
)


def fill_documents(writer: SeedWriter) -> None:
    """Write the documents, then give them the stamps of the seed and forget that they were written."""
    company = writer.company
    for name in WRITTEN:
        company.table(name).next_key = FIRST_RECORD
    context = _context(company)
    _attachment(context)
    _purchasing(context)
    for bill in BILLS:
        _bill(context, *bill)
    for payment in PAYMENTS:
        _payment(context, *payment)
    _date(writer)


def _context(company: Company) -> Context:
    call = FunctionCall("create", "seed", etree.Element("create"))
    return Context(call, company, Sessions(), None, "", "ws_sync", "", "", "127.0.0.1")


def _write(context: Context, name: str, values: Row, lines: Sequence[Row] = ()) -> Row:
    definition = CATALOGUE[name]
    incoming = Incoming(definition, dict(values), has_lines=bool(lines))
    if definition.lines is not None:
        line_definition = CATALOGUE[definition.lines.object_name]
        incoming.lines = [Incoming(line_definition, dict(line)) for line in lines]
    row = create_record(context, incoming)
    return context.company.table(name).rows[int(row["RECORDNO"])]


def _attachment(context: Context) -> None:
    header = {"SUPDOCID": "ATT-00001", "SUPDOCNAME": "Notice to proceed", "FOLDER": "Project documents"}
    file = {"ATTACHMENTNAME": "notice", "ATTACHMENTTYPE": "txt", "ATTACHMENTDATA": LETTER}
    _write(context, "SUPDOC", {**header, "CREATEDUSERID": "ws_sync"}, [file])


def _document(
    context: Context, kind: str, number: str, vendor: str, day: str, lines: Sequence[Row], **more: str
) -> Row:
    values = {
        "DOCPARID": kind,
        "DOCNO": number,
        "DOCID": f"{kind}-{number}",
        "CUSTVENDID": vendor,
        "WHENCREATED": day,
        "WHENDUE": day,
        "TERM.NAME": "Net 30",
        "STATE": "Pending",
        "CHANGELOGNUMBER": "0",
        **more,
    }
    return post_document(context, _write(context, "PODOCUMENT", values, lines))


def _line(item: str, amount: str, project: str, *, quantity: str = "1", **more: str) -> Row:
    place = {"LOCATIONID": "100", "PROJECTID": project}
    return {"ITEMID": item, "UIQTY": quantity, "UNIT": "Each", "UIPRICE": amount, **place, **more}


def _purchasing(context: Context) -> None:
    held = {"RETAINAGEPERCENTAGE": "10"}
    subcontract = _document(
        context,
        SUBCONTRACT,
        "SC-24-001-01",
        "V-1001",
        "02/03/2025",
        [
            _line("SUBCON", "40000", "24-001", MEMO="Footings", **held),
            _line("SUBCON", "60000", "24-001", MEMO="Abutments", **held),
        ],
        PONUMBER="SC-01",
        MESSAGE="Concrete package",
        PROJECT="24-001",
    )
    first = context.company.table("PODOCUMENTENTRY").keys[0]
    _document(
        context,
        "PC Subcontract CO",
        "SC-24-001-01-CO1",
        "V-1001",
        "02/17/2025",
        [_line("SUBCON", "3500", "24-001", MEMO="Footing F9", RELATEDDOCKEY=subcontract["RECORDNO"], **held)],
        CHANGELOGNUMBER="1",
    )
    _document(
        context,
        "PC Subcontract Invoice",
        "PI-00001",
        "V-1001",
        "02/28/2025",
        [_line("SUBCON", "10000", "24-001", SOURCE_DOCLINEKEY=str(first), CONVERSIONTYPE="Price", **held)],
        CREATEDFROM=f"{SUBCONTRACT}-SC-24-001-01",
        VENDORDOCNO="7781",
        STATE="Closed",
    )
    _open_orders(context)
    sequences = context.company.table("DOCUMENTSEQUENCE")
    invoices = sequences.find("Purchasing invoices")
    if invoices is not None:
        sequences.put({**invoices, "NEXTNUMBER": "2"})


def _open_orders(context: Context) -> None:
    _document(
        context,
        SUBCONTRACT,
        "SC-24-002-01",
        "V-1004",
        "02/21/2025",
        [_line("SUBCON", "128000", "24-002", MEMO="Rough-in & gear")],
    )
    _document(
        context,
        "PC Purchase Order",
        "PO-24-001-07",
        "V-1023",
        "02/24/2025",
        [_line("LUM-2X4", "6.75", "24-001", quantity="400"), _line("00110", "1.2", "24-001", quantity="1500")],
        STATE="Draft",
    )


def _bill(
    context: Context, number: str, vendor: str, day: str, draft: bool, lines: tuple[tuple[str, str, str], ...]
) -> None:
    header = {"RECORDID": number, "VENDORID": vendor, "WHENCREATED": day, "WHENDUE": day, "TERMNAME": "Due on receipt"}
    rows: list[Row] = []
    for account, amount, project in lines:
        row = {"ACCOUNTNO": account, "TRX_AMOUNT": amount, "LOCATIONID": "100"}
        rows.append({**row, "PROJECTID": project} if project else row)
    _write(context, "APBILL", {**header, "ACTION": "Draft" if draft else "Submit"}, rows)


def _payment(
    context: Context, method: str, day: str, vendor: str, fate: str, parts: tuple[tuple[str, str], ...]
) -> None:
    header = {
        "VENDORID": vendor,
        "PAYMENTMETHOD": method,
        "FINANCIALENTITY": "OPERATING",
        "PAYMENTDATE": day,
        "CURRENCY": "USD",
        "DOCNUMBER": f"{method[:3].upper()}-{day[:2]}{day[3:5]}",
        "ACTION": "Draft" if fate == "draft" else "Submit",
    }
    bills = context.company.table("APBILL")
    details: list[Row] = []
    for number, amount in parts:
        bill = bills.find(vendor, number)
        if bill is not None:
            details.append({"RECORDKEY": bill["RECORDNO"], "TRX_PAYMENTAMOUNT": amount})
    payment = _write(context, "APPYMT", header, details)
    if fate == "voided":
        void_payment(context, payment, day)


def _date(writer: SeedWriter) -> None:
    company = writer.company
    for name in WRITTEN:
        table = company.table(name)
        created = "AUWHENCREATED" if "AUWHENCREATED" in table.definition.fields else "WHENCREATED"
        for index, (number, row) in enumerate(list(table.rows.items())):
            stamps = {created: wire_timestamp(FIXED + timedelta(hours=index))}
            stamps["WHENMODIFIED"] = writer.stamp(index)
            table.put({key: value for key, value in {**row, **stamps}.items() if value})
            table.next_key = max(table.next_key, number + 1)
    history = company.table("AUDITHISTORY")
    for number in list(history.rows):
        history.remove(number)
    history.next_key = 1
    company.changed.clear()
    company.unsaved.clear()
