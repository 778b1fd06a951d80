"""Purchasing change orders: related lines of a source document, and the revised totals they give it.

Owns these rules (Purchasing > Purchasing transactions, change documents). Must not convert or post anything.

A change order line is read as the difference it makes, not as the new value: the vendor's own names speak of posted
changes that are summed up.
"""

from __future__ import annotations

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import record_number, wire_number
from integrations.sandbox.functions.conversions import not_valid
from integrations.sandbox.functions.incoming import refusal
from integrations.sandbox.functions.money import amount, total, wire
from integrations.sandbox.functions.owned import lines_of, owned
from integrations.sandbox.functions.stamps import stamp, touched
from integrations.sandbox.schema import CATALOGUE

SOURCE, CHANGE = "Enable Change", "Change Order"
CHANGEABLE = ("Pending", "Approved", "Partially Converted", "Converted")
# What an added line does not take over from the line of the change order that adds it.
NOT_COPIED = ("RECORDNO", "DOCHDRNO", "DOCHDRID", "LINE_NO", "RELATEDDOCKEY", "RELATEDDOCLINEKEY")


def check_change_line(context: Context, document: Row, definition: Row, row: Row) -> None:
    """A line of a change order names its source document, maybe one line of it; no other line may."""
    key = row.get("RELATEDDOCKEY", "")
    if definition.get("ENABLEDOCCHANGE") != CHANGE:
        if key or row.get("RELATEDDOCLINEKEY"):
            raise not_valid(f"{definition['DOCID']} is no change order definition, so relateddockey cannot be used.")
        return
    if document.get("CREATEDFROM") or row.get("SOURCE_DOCLINEKEY"):
        raise not_valid(f"{definition['DOCID']} changes a source document and is not converted from one.")
    number = record_number(key)
    source = None if number is None else context.company.table("PODOCUMENT").get(number)
    if source is None or not context.company.table("PODOCUMENT").sees(source, context.scope()):
        raise refusal(f"Invalid related transaction '{key}' specified.")
    enabled = context.company.table("PODOCUMENTPARAMS").find(source["DOCPARID"]) or {}
    if enabled.get("ENABLEDOCCHANGE") != SOURCE:
        raise not_valid(f"{source['DOCPARID']} is not enabled for change.")
    if source["STATE"] not in CHANGEABLE:
        raise not_valid(f"The transaction {source['DOCID']} in state {source['STATE']} cannot be changed.")
    line_key = row.get("RELATEDDOCLINEKEY", "")
    if line_key and not any(
        line["RECORDNO"] == line_key for line in lines_of(context.company, owned("PODOCUMENT"), source["RECORDNO"])
    ):
        raise refusal(f"Invalid related line '{line_key}' specified.")


def sources_of_changes(company: Company, document: Row) -> set[str]:
    """Record numbers of the documents this one changes."""
    lines = lines_of(company, owned("PODOCUMENT"), document["RECORDNO"])
    return {line["RELATEDDOCKEY"] for line in lines if line.get("RELATEDDOCKEY")}


def apply_changes(context: Context, key: str) -> None:
    """Work out again what posted change orders make of a document: changed lines, added lines, revised totals."""
    company = context.company
    document = company.table("PODOCUMENT").rows[int(key)]
    definition = company.table("PODOCUMENTPARAMS").find(document["DOCPARID"]) or {}
    if definition.get("ENABLEDOCCHANGE") != SOURCE:
        return
    changes = _posted(company, key)
    lines = lines_of(company, owned("PODOCUMENT"), key)
    _change_lines(company, lines, changes)
    _add_lines(context, document, lines, [change for change in changes if not change.get("RELATEDDOCLINEKEY")])
    changed, own = total(changes, "TRX_VALUE"), amount(document, "TRX_TOTAL")
    revised = wire(own + changed)
    count = len({change["DOCHDRNO"] for change in changes})
    row = {
        **document,
        "HASCHANGE": "true" if changes else "false",
        "CHANGELOGNUMBER": str(count),
        "POSTEDCHANGESTOTAL": wire(changed),
        **dict.fromkeys(("REVISEDTOTAL", "REVISEDSUBTOTAL", "TRX_REVISEDTOTAL", "TRX_REVISEDSUBTOTAL"), revised),
    }
    company.write("PODOCUMENT", touched(company, document, row))


def _posted(company: Company, key: str) -> list[Row]:
    """Lines of change orders that count: those of drafts are pending only."""
    found = []
    for line in company.table("PODOCUMENTENTRY").rows.values():
        if line.get("RELATEDDOCKEY") == key:
            owner = company.table("PODOCUMENT").get(int(line["DOCHDRNO"]))
            if owner is not None and owner["STATE"] != "Draft":
                found.append(line)
    return found


def _change_lines(company: Company, lines: list[Row], changes: list[Row]) -> None:
    for line in lines:
        mine = [change for change in changes if change.get("RELATEDDOCLINEKEY") == line["RECORDNO"]]
        value, quantity = wire(total(mine, "TRX_VALUE")), wire_number(total(mine, "UIQTY"))
        if line["CONVERSIONTYPE"] == "Price":
            quantity = "0"
        if (line.get("CHANGEVALUE", "0"), line.get("CHANGEQTY", "0")) != (value, quantity):
            row = {**line, "CHANGEVALUE": value, "CHANGEQTY": quantity}
            company.write("PODOCUMENTENTRY", touched(company, line, row))


def _add_lines(context: Context, document: Row, lines: list[Row], adding: list[Row]) -> None:
    """One line of the source per adding line of a change order, kept in step with it."""
    company, table = context.company, context.company.table("PODOCUMENTENTRY")
    added = {line["ADDEDFROM"]: line for line in lines if line.get("ADDEDBYCHANGE") == "true"}
    for key in added.keys() - {change["RECORDNO"] for change in adding}:
        company.erase("PODOCUMENTENTRY", int(added[key]["RECORDNO"]))
    position = max((int(line["LINE_NO"]) for line in lines), default=-1)
    for change in adding:
        before = added.get(change["RECORDNO"])
        position += before is None
        row = {name: value for name, value in change.items() if name not in NOT_COPIED}
        row |= {
            "RECORDNO": before["RECORDNO"] if before is not None else str(table.next_key),
            "DOCHDRNO": document["RECORDNO"],
            "DOCHDRID": document["DOCID"],
            "LINE_NO": before["LINE_NO"] if before is not None else str(position),
            "ADDEDBYCHANGE": "true",
            "ADDEDFROM": change["RECORDNO"],
        }
        stamp(context, CATALOGUE["PODOCUMENTENTRY"], row, created=before is None)
        company.write("PODOCUMENTENTRY", row)
