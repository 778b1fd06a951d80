"""What purchasing transactions do on their own: checks of header and lines, totals, and what goes with them.

Owns the rules of PODOCUMENT and PODOCUMENTENTRY. Conversions, change orders and posting have modules of their own.
"""

from __future__ import annotations

from decimal import Decimal

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import wire_number
from integrations.sandbox.functions import audit
from integrations.sandbox.functions.bills import open_amount, owe, refuse_paid, require_active_vendor, require_location
from integrations.sandbox.functions.changes import apply_changes, check_change_line, sources_of_changes
from integrations.sandbox.functions.conversions import (
    apply_conversions,
    check_converted_line,
    sources_of_conversions,
)
from integrations.sandbox.functions.incoming import refusal
from integrations.sandbox.functions.money import amount, rounded, total, wire
from integrations.sandbox.functions.owned import erase_lines, lines_of, owned
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.wire.failures import ILLEGAL_FORMAT

DRAFT = "Draft"
# The units of every item here; a company's own groups are not kept.
UNITS = ("Each", "Lump Sum", "Hour", "Day", "Foot", "Square Foot", "Cubic Yard", "Ton", "Pack")
HUNDRED = Decimal(100)


def definition_of(company: Company, document: Row) -> Row:
    """The transaction definition of a document."""
    row = company.table("PODOCUMENTPARAMS").find(document.get("DOCPARID", ""))
    if row is None:
        raise refusal(f"Invalid Purchasing Transaction Definition '{document.get('DOCPARID', '')}' specified.")
    return row


def check_document(context: Context, row: Row) -> None:
    """Before a header is written."""
    require_active_vendor(context, row.get("CUSTVENDID", ""))
    for name in ("WHENCREATED", "CUSTVENDID"):
        if not row.get(name):
            raise refusal(f"Required field {name} is missing.")
    for name in ("RETURNTO", "PAYTO", "DELIVERTO"):
        contact = row.get(name, "")
        if contact and context.company.table("CONTACT").find(contact) is None:
            raise refusal(f"Invalid Contact '{contact}' specified.")
    for name in ("CURRENCY", "BASECURR"):
        row.setdefault(name, "USD")
    row["CLOSED"] = "true" if row.get("STATE") == "Closed" else "false"
    row.setdefault("CREATEDUSERID", context.user)


def check_document_line(context: Context, row: Row) -> None:
    """Before a line is written: item, unit, amounts, retainage, and what it converts or changes."""
    document = context.company.table("PODOCUMENT").rows[int(row["DOCHDRNO"])]
    definition = definition_of(context.company, document)
    row["DOCHDRID"] = document["DOCID"]
    row["CURRENCY"] = document["CURRENCY"]
    row.setdefault("BILLABLE", "false")
    _check_item(context, row)
    require_location(row)
    source = check_converted_line(context, document, definition, row)
    if source is not None and not row.get("UIPRICE"):
        row["UIPRICE"] = source["UIPRICE"]
    _price(row)
    _retain(definition, row)
    check_change_line(context, document, definition, row)


def _check_item(context: Context, row: Row) -> None:
    item = context.company.table("ITEM").find(row.get("ITEMID", ""))
    if not row.get("ITEMID"):
        raise refusal("Required field ITEMID is missing.")
    if item is None:
        # Refused as an unknown reference once the rule is done.
        row.setdefault("CONVERSIONTYPE", "Quantity")
        return
    if item["STATUS"] == "inactive":
        raise refusal(f"The item {row['ITEMID']} is inactive.", correction=f"Activate the item {row['ITEMID']}.")
    if not row.get("UNIT"):
        raise refusal("Missing unit", ILLEGAL_FORMAT)
    if row["UNIT"] not in UNITS:
        raise refusal(f"Invalid Unit '{row['UNIT']}' specified.")
    if not row.get("CONVERSIONTYPE"):
        usual = item.get("DEFAULT_CONVERSIONTYPE", "Quantity")
        row["CONVERSIONTYPE"] = usual if amount(row, "UIQTY") == 1 else "Quantity"


def _price(row: Row) -> None:
    """Quantities and prices in the entered unit, which is the base unit here."""
    quantity, price = amount(row, "UIQTY"), amount(row, "UIPRICE")
    if row["CONVERSIONTYPE"] == "Price" and quantity != 1:
        raise refusal("With conversion type Price the quantity must be 1.")
    row["UIQTY"] = row["QUANTITY"] = wire_number(quantity)
    row["UIPRICE"] = row["PRICE"] = row["TRX_PRICE"] = wire_number(price)
    row["UIVALUE"] = row["TOTAL"] = row["TRX_VALUE"] = wire(quantity * price)


def _retain(definition: Row, row: Row) -> None:
    """A percentage gives the retained amount; without one the amount gives the percentage."""
    percentage, retained = amount(row, "RETAINAGEPERCENTAGE"), amount(row, "TRX_AMOUNTRETAINED")
    if not percentage and not retained:
        return
    if definition.get("ENABLE_RETAINAGE") != "true":
        raise refusal(f"Retainage is not enabled for {definition['DOCID']}.")
    value = amount(row, "TRX_VALUE")
    if percentage:
        if not 0 <= percentage <= HUNDRED:
            raise refusal("The retainage percentage must be between 0 and 100.")
        retained = rounded(value * percentage / HUNDRED)
    elif value:
        row["RETAINAGEPERCENTAGE"] = wire(retained * HUNDRED / value)
    row["AMOUNTRETAINED"] = row["TRX_AMOUNTRETAINED"] = wire(retained)


def after_document(context: Context, number: int) -> None:
    """After a document was written: totals, what it converts and changes, and the bill it posts."""
    company = context.company
    document = company.table("PODOCUMENT").rows[number]
    lines = lines_of(company, owned("PODOCUMENT"), document["RECORDNO"])
    if not any(line.get("ADDEDBYCHANGE") != "true" for line in lines):
        raise refusal("Required field PODOCUMENTENTRIES is missing.")
    company.write("PODOCUMENT", {**document, **own_totals(lines)})
    _refresh(context, document)


def own_totals(lines: list[Row]) -> Row:
    """The totals of a document itself, without what change orders added."""
    own = wire(total((line for line in lines if line.get("ADDEDBYCHANGE") != "true"), "TRX_VALUE"))
    return dict.fromkeys(("SUBTOTAL", "TOTAL", "TRX_SUBTOTAL", "TRX_TOTAL"), own)


def _refresh(context: Context, document: Row) -> None:
    """Work out again what a document, and all that it draws on or changes, has left."""
    company = context.company
    touched = {document["RECORDNO"]} | sources_of_conversions(company, document) | sources_of_changes(company, document)
    for key in sorted(touched, key=int):
        if company.table("PODOCUMENT").get(int(key)) is not None:
            apply_changes(context, key)
            apply_conversions(company, key)


def withdraw(context: Context, document: Row) -> None:
    """Delete the bill a document posted, if there is one; refused once something was paid on it."""
    company = context.company
    key = document.get("PRRECORDKEY", "")
    bill = company.table("APBILL").get(int(key)) if key else None
    if bill is None:
        return
    refuse_paid(company, bill)
    owe(company, bill["VENDORID"], -open_amount(bill))
    erase_lines(company, owned("APBILL"), bill["RECORDNO"])
    company.erase("APBILL", int(bill["RECORDNO"]))
    audit.note(context, CATALOGUE["APBILL"], bill, "Delete")


def check_document_deletion(context: Context, row: Row) -> None:
    """A document goes while nothing was converted from it and nothing was paid on its bill."""
    if row["STATE"] in ("Converted", "Partially Converted", "Submitted", "In Progress"):
        raise refusal(f"A transaction in state {row['STATE']} cannot be deleted.")
    if row.get("HASCHANGE") == "true":
        raise refusal(f"The transaction {row['DOCID']} has change orders and cannot be deleted.")
    withdraw(context, row)
    # Read before the lines go: afterwards nothing says what the document drew on.
    row["TOUCHED"] = ",".join(sources_of_conversions(context.company, row) | sources_of_changes(context.company, row))


def after_document_deletion(context: Context, row: Row) -> None:
    """After a document went: what it drew on has more left, what it changed is as before."""
    for key in sorted(filter(None, row.pop("TOUCHED", "").split(",")), key=int):
        if context.company.table("PODOCUMENT").get(int(key)) is not None:
            apply_changes(context, key)
            apply_conversions(context.company, key)
