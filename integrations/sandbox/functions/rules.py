"""What single objects do on their own when they are written: defaults, computed amounts, limits.

Owns these rules, each named after its object. Must not check formats or references in general.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import record_number, wire_number
from integrations.sandbox.functions.incoming import refusal
from integrations.sandbox.wire.failures import BUSINESS_RULE, ErrorEntry, with_support_id

Rule = Callable[[Context, Row], None]

REVISED_TYPES = ("original", "revision", "approved change")


def party_rule(key: str) -> Rule:
    """Vendors and customers get a display contact named after them when none is given."""

    def complete(context: Context, row: Row) -> None:
        name = row.get("NAME", "")
        if name and not row.get("DISPLAYCONTACT.PRINTAS"):
            row["DISPLAYCONTACT.PRINTAS"] = name
        if name and not row.get("DISPLAYCONTACT.CONTACTNAME"):
            row["DISPLAYCONTACT.CONTACTNAME"] = f"{name}({row.get(key, '')})"

    return complete


def complete_task(context: Context, row: Row) -> None:
    standard = context.company.table("STANDARDTASK").find(row.get("STANDARDTASKID", ""))
    if standard is not None:
        row.setdefault("TASKID", standard["STANDARDTASKID"])
        row.setdefault("NAME", standard["NAME"])
    parent = row.get("PARENTKEY", "")
    if parent:
        number = record_number(parent)
        found = None if number is None else context.company.table("TASK").get(number)
        if found is None or found.get("PROJECTID") != row.get("PROJECTID"):
            raise refusal(f"Invalid Task '{parent}' specified.")


def complete_cost_type(context: Context, row: Row) -> None:
    """A cost type takes its id, and what is not given, from its standard cost type."""
    standard = context.company.table("STANDARDCOSTTYPE").find(row.get("STANDARDCOSTTYPEID", ""))
    if standard is None:
        return
    row["COSTTYPEID"] = standard["STANDARDCOSTTYPEID"]
    for name in ("NAME", "ACCOUNTNO", "ITEMID"):
        if not row.get(name) and standard.get(name):
            row[name] = standard[name]


def check_contract_line(context: Context, row: Row) -> None:
    """Limits of a contract line (developer.intacct.com, Construction > Project contracts)."""
    if row.get("BILLINGTYPE") == "Progress" and row.get("MAXIMUMBILLING") not in ("", None, "Total revised price"):
        raise refusal("With billing type Progress, maximum billing must be Total revised price.")
    item = context.company.table("ITEM").find(row.get("ITEMID", ""))
    if item is not None and (
        item["ITEMTYPE"] not in ("Non-Inventory", "Non-Inventory (Sales only)") or item["STATUS"] != "active"
    ):
        raise refusal(f"Item '{row['ITEMID']}' must be an active non-inventory item.")
    if not row.get("TASKID"):
        return
    for other in context.company.table("PROJECTCONTRACTLINE").rows.values():
        same_task = (other.get("PROJECTID"), other.get("TASKID")) == (row.get("PROJECTID"), row["TASKID"])
        if same_task and other["RECORDNO"] != row.get("RECORDNO"):
            raise refusal(f"Task '{row['TASKID']}' is already mapped to another project contract line.")


def _price(entry: Row) -> Decimal:
    if entry.get("PRICE"):
        return Decimal(entry["PRICE"])
    return Decimal(entry.get("QTY") or "0") * Decimal(entry.get("UNITPRICE") or "0")


def recompute_contract_line(company: Company, number: int) -> None:
    """Roll the entries of a contract line up into the line, and the original prices into its contract."""
    lines = company.table("PROJECTCONTRACTLINE")
    line = lines.get(number)
    if line is None:
        return
    entries = company.table("PROJECTCONTRACTLINEENTRY").rows.values()
    own = [entry for entry in entries if entry.get("PROJECTCONTRACTLINEKEY") == line["RECORDNO"]]
    revised = sum((_price(entry) for entry in own if entry.get("WFTYPE") in REVISED_TYPES), Decimal())
    company.write("PROJECTCONTRACTLINE", {**line, "TOTALREVISEDPRICE": wire_number(revised)})
    contract = company.table("PROJECTCONTRACT").find(line.get("PROJECTCONTRACTID", ""))
    if contract is None:
        return
    siblings = {
        other["RECORDNO"]
        for other in lines.rows.values()
        if other.get("PROJECTCONTRACTID") == contract["PROJECTCONTRACTID"]
    }
    original = sum(
        (
            _price(entry)
            for entry in entries
            if entry.get("PROJECTCONTRACTLINEKEY") in siblings and entry.get("WFTYPE") == "original"
        ),
        Decimal(),
    )
    company.write("PROJECTCONTRACT", {**contract, "ORIGINALPRICE": wire_number(original)})


def roll_up_contract_line(context: Context, number: int) -> None:
    recompute_contract_line(context.company, number)


def account_exists(row: Row) -> ErrorEntry:
    """The refusal whose additional information is published (Web Services > Requests > showadditionalerrorinfo)."""
    return ErrorEntry(
        BUSINESS_RULE,
        with_support_id(f"The account number '{row['ACCOUNTNO']}' already exists"),
        description="Duplicate account number",
        correction="Enter unique account number",
        errorid="GL-0493",
        placeholders=(("ACCOUNTNO", row["ACCOUNTNO"]),),
    )
