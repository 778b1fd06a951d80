"""The AP bill that a posting transaction definition makes of a document.

Owns how a document becomes a bill. Must not check documents; purchasing.py does.
"""

from __future__ import annotations

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import Row
from integrations.sandbox.functions.incoming import Incoming
from integrations.sandbox.functions.owned import lines_of, owned
from integrations.sandbox.functions.purchasing import DRAFT, definition_of, withdraw
from integrations.sandbox.functions.records import create_record
from integrations.sandbox.schema import CATALOGUE


def post_document(context: Context, document: Row) -> Row:
    """Write the AP bill of a posting definition: the one before is deleted, the new one has a new number.

    Returns the document as it is then.
    """
    definition = definition_of(context.company, document)
    withdraw(context, document)
    row = {name: value for name, value in document.items() if name != "PRRECORDKEY"}
    if definition.get("UPDATES_GL") == "A" and document["STATE"] != DRAFT:
        row["PRRECORDKEY"] = _bill(context, document)["RECORDNO"]
    context.company.write("PODOCUMENT", row)
    return row


def _bill(context: Context, document: Row) -> Row:
    values = {
        "VENDORID": document["CUSTVENDID"],
        "RECORDID": document.get("VENDORDOCNO") or document["DOCNO"],
        "WHENCREATED": document["WHENCREATED"],
        "WHENPOSTED": document.get("WHENPOSTED") or document["WHENCREATED"],
        "WHENDUE": document.get("WHENDUE") or document["WHENCREATED"],
        "TERMNAME": document.get("TERM.NAME", ""),
        "DOCNUMBER": document.get("PONUMBER", ""),
        "DESCRIPTION": document.get("MESSAGE", ""),
        "DESCRIPTION2": document["DOCID"],
        "SUPDOCID": document.get("SUPDOCID", ""),
        "MODULEKEY": "9.PO",
        "SYSTEMGENERATED": "true",
        "FROMPURCHASING": "true",
    }
    lines = lines_of(context.company, owned("PODOCUMENT"), document["RECORDNO"])
    incoming = Incoming(CATALOGUE["APBILL"], values, has_lines=True)
    incoming.lines = [Incoming(CATALOGUE["APBILLITEM"], _bill_line(context.company, line)) for line in lines]
    return create_record(context, incoming)


def _bill_line(company: Company, line: Row) -> Row:
    item = company.table("ITEM").find(line["ITEMID"]) or {}
    origin = line.get("SOURCE_DOCKEY", line["DOCHDRNO"]), line.get("SOURCE_DOCLINEKEY", line["RECORDNO"])
    shared: tuple[str, ...] = (
        "LOCATIONID",
        "DEPARTMENTID",
        "PROJECTID",
        "TASKID",
        "COSTTYPEID",
        "CUSTOMERID",
        "VENDORID",
        "EMPLOYEEID",
    )
    shared += ("CLASSID", "GLDIMSITE_PHASE", "BILLABLE", "ITEMID", "RETAINAGEPERCENTAGE", "AMOUNTRETAINED")
    return {
        **{name: line[name] for name in (*shared, "TRX_AMOUNTRETAINED", "SOURCE_LINE_ID") if line.get(name)},
        "ACCOUNTNO": item.get("EXPENSEACCTKEY", ""),
        "TRX_AMOUNT": line["TRX_VALUE"],
        "ENTRYDESCRIPTION": line.get("MEMO") or line.get("ITEMDESC", ""),
        "PRIMARYDOCKEY": origin[0],
        "PRIMARYDOCLINEKEY": origin[1],
        "ORIGDOCKEY": line["DOCHDRNO"],
        "ORIGDOCLINEKEY": line["RECORDNO"],
        "ORIGDOCID": line["DOCHDRID"],
        "ORIGDOCLINEID": line["RECORDNO"],
    }
