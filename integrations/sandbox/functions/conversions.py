"""Conversion of one purchasing transaction into another: from which definitions, of which lines, and what is left.

Owns these rules (Purchasing > Purchasing transactions). Must not post bills or know change orders.
"""

from __future__ import annotations

from decimal import Decimal

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import record_number, wire_number
from integrations.sandbox.functions.incoming import refusal
from integrations.sandbox.functions.money import NOTHING, amount, total, wire
from integrations.sandbox.functions.owned import lines_of, owned
from integrations.sandbox.functions.stamps import touched
from integrations.sandbox.wire.failures import ErrorEntry, FunctionFailure, with_support_id

NOT_VALID_HERE = "BL03002129"
CONVERTIBLE = ("Pending", "Approved", "Partially Converted")
CONVERTED_STATES = ("Converted", "Partially Converted")


def not_valid(text: str) -> FunctionFailure:
    """An action that the definition or the state does not allow."""
    return FunctionFailure(ErrorEntry(NOT_VALID_HERE, with_support_id(text)))


def check_converted_line(context: Context, document: Row, definition: Row, row: Row) -> Row | None:
    """The source line a line converts, or None. It must be open, and of a definition this one converts from."""
    company = context.company
    key, source_id = row.get("SOURCE_DOCLINEKEY", ""), row.get("SOURCE_DOCID") or document.get("CREATEDFROM", "")
    if not key:
        if row.get("SOURCE_DOCID"):
            raise refusal("Required field sourcedoclineid is missing.")
        return None
    number = record_number(key)
    line = None if number is None else company.table("PODOCUMENTENTRY").get(number)
    source = None if line is None else company.table("PODOCUMENT").get(int(line["DOCHDRNO"]))
    if line is None or source is None or (source_id and source["DOCID"] != source_id):
        raise refusal(f"Invalid source line '{key}' specified.")
    check_source(context, definition, source, own=document["RECORDNO"])
    if amount(row, "UIQTY") * (amount(row, "UIPRICE") or 1) < NOTHING and row.get("REVERSECONVERSION") != "true":
        raise refusal("A negative conversion needs reverseconversion.")
    row["SOURCE_DOCKEY"], row["SOURCE_DOCID"] = source["RECORDNO"], source["DOCID"]
    return line


def check_source(context: Context, definition: Row, source: Row, own: str = "") -> None:
    """A document can be converted by definitions that name its own, while it is open."""
    company = context.company
    if not company.table("PODOCUMENT").sees(source, context.scope()):
        raise refusal(f"Invalid Purchasing Transaction '{source['DOCID']}' specified.")
    recalls = company.table("RECALL").rows.values()
    allowed = {recall["RECDOCPAR"] for recall in recalls if recall["DOCPARKEY"] == definition["RECORDNO"]}
    if source["DOCPARID"] not in allowed:
        raise not_valid(f"{definition['DOCID']} cannot be converted from {source['DOCPARID']}.")
    mine = own and any(line["DOCHDRNO"] == own for line in converting(company, source["RECORDNO"]))
    if source["STATE"] not in CONVERTIBLE and not mine:
        raise not_valid(f"The transaction {source['DOCID']} in state {source['STATE']} cannot be converted.")


def converting(company: Company, key: str) -> list[Row]:
    """The lines of other documents that convert lines of this one; drafts have no effect."""
    found = []
    for line in company.table("PODOCUMENTENTRY").rows.values():
        if line.get("SOURCE_DOCKEY") == key:
            owner = company.table("PODOCUMENT").get(int(line["DOCHDRNO"]))
            if owner is not None and owner["STATE"] != "Draft":
                found.append(line)
    return found


def sources_of_conversions(company: Company, document: Row) -> set[str]:
    """Record numbers of the documents this one draws on."""
    lines = lines_of(company, owned("PODOCUMENT"), document["RECORDNO"])
    return {line["SOURCE_DOCKEY"] for line in lines if line.get("SOURCE_DOCKEY")}


def apply_conversions(company: Company, key: str) -> None:
    """Work out again what is converted of a document and what is left of it, line by line, and its state."""
    document = company.table("PODOCUMENT").rows[int(key)]
    taken: dict[str, list[Row]] = {}
    for line in converting(company, key):
        taken.setdefault(line["SOURCE_DOCLINEKEY"], []).append(line)
    lines = [_converted(line, taken.get(line["RECORDNO"], [])) for line in lines_of(company, owned("PODOCUMENT"), key)]
    for line in lines:
        before = company.table("PODOCUMENTENTRY").rows[int(line["RECORDNO"])]
        company.write("PODOCUMENTENTRY", touched(company, before, line))
    definition = company.table("PODOCUMENTPARAMS").find(document["DOCPARID"]) or {}
    row = {**document, **_roll_up(document, lines)}
    row["STATE"] = _state(document, definition, lines, bool(taken))
    row["CLOSED"] = "true" if row["STATE"] in ("Closed", "Converted") else "false"
    company.write("PODOCUMENT", touched(company, document, row))


def _converted(line: Row, taken: list[Row]) -> Row:
    """A source line with what was drawn from it, by price or by quantity."""
    price = total(taken, "TRX_VALUE")
    reverse = total((part for part in taken if part.get("REVERSECONVERSION") == "true"), "TRX_VALUE")
    quantity = total(taken, "UIQTY")
    have = amount(line, "UIQTY") + amount(line, "CHANGEQTY")
    if line["CONVERSIONTYPE"] == "Price":
        quantity = NOTHING if not taken else have if price >= revised_value(line) else NOTHING
    return {
        **line,
        "STDPRICECONVERTED": wire(price),
        "STDQTYCONVERTED": wire_number(quantity),
        "REVERSEPRICECONVERTED": wire(reverse),
        "QTY_CONVERTED": wire_number(quantity),
        "QTY_REMAINING": wire_number(have - quantity),
    }


def revised_value(line: Row) -> Decimal:
    """What a line is worth with the posted changes to it."""
    return amount(line, "TRX_VALUE") + amount(line, "CHANGEVALUE")


def _roll_up(document: Row, lines: list[Row]) -> Row:
    converted = total(lines, "STDPRICECONVERTED")
    revised = sum((revised_value(line) for line in lines), NOTHING)
    return {
        "TOTALAMOUNTCONVERTED": wire(converted),
        "TOTALPRICE_CONVERTED": wire(converted),
        "TOTALAMOUNTREMAINING": wire(revised - converted),
        "TOTALQTY_CONVERTED": wire_number(total(lines, "QTY_CONVERTED")),
        "TOTALQTYREMAINING": wire_number(total(lines, "QTY_REMAINING")),
    }


def _state(document: Row, definition: Row, lines: list[Row], drawn_on: bool) -> str:
    if not drawn_on:
        return "Pending" if document["STATE"] in CONVERTED_STATES else document["STATE"]
    left = [
        line
        for line in lines
        if (
            revised_value(line) - amount(line, "STDPRICECONVERTED")
            if line["CONVERSIONTYPE"] == "Price"
            else amount(line, "QTY_REMAINING")
        )
        > NOTHING
    ]
    if not left or definition.get("CONVTYPE") == "Close Transaction":
        return "Converted"
    return "Partially Converted"
