"""The purchasing transaction definitions of the demo company, set up as construction companies do.

Owns this list. Must not know stores or record numbers.
"""

from __future__ import annotations

# Name, prefix and first number; a definition without one needs a number from its caller.
SEQUENCES: tuple[tuple[str, str, str], ...] = (("Requisitions", "RQ-", "101"), ("Purchasing invoices", "PI-", "1"))
NUMBERED = {
    "Purchase Requisition": "Requisitions",
    "PC PO Invoice": "Purchasing invoices",
    "PC Subcontract Invoice": "Purchasing invoices",
    "Civil Plant Hire": "Requisitions",
}


def _definition(name: str, kind: str, category: str, reporting: str, change: str, posting: str) -> dict[str, str]:
    order = kind == "Order"
    return {
        "DOCID": name,
        "DESCRIPTION": name,
        "DOCCLASS": kind,
        "CATEGORY": category,
        "REPORTINGCATEGORY": reporting,
        "ENABLEDOCCHANGE": change,
        "PRIMARYDOC": "true" if change == "Enable Change" else "false",
        "UPDATES_GL": posting,
        "SEQUENCE": NUMBERED.get(name, ""),
        "CONVTYPE": "Leave Transaction Open" if order else "Close Transaction",
        "TERM_NAME": "Net 30",
        "EDITTYPE": "All",
        "DELTYPE": "All",
        "CREATETYPE": "New document or Convert",
        "TD_CREATION_RULE": "Top level or entity",
        "ENABLE_RETAINAGE": "true",
        "ALLOW_ALLOCATIONS": "false",
        "SHOW_TOTALS": "false",
        "OVERRIDE_PRICE": "true",
        "ENABLEADDINFOSCOPE": "true" if order else "false",
        "ENABLEADDINFOSCHEDULE": "true" if order else "false",
        "ENABLEADDINFOINTERNALREF": "true" if order else "false",
        "ENABLEADDINFOEXTERNALREF": "true" if order else "false",
        "ENABLEADDINFOBOND": "false",
        "STATUS": "Active",
    }


DEFINITIONS: tuple[dict[str, str], ...] = (
    _definition("PC Purchase Order", "Order", "Order", "Purchase Orders", "Enable Change", "N"),
    _definition("PC Subcontracts", "Order", "Order", "Subcontracts", "Enable Change", "N"),
    _definition("PC PO Change Order", "Order", "Order", "Purchase Order Change Orders", "Change Order", "N"),
    _definition("PC Subcontract CO", "Order", "Order", "Subcontract Change Orders", "Change Order", "N"),
    _definition("PC PO Invoice", "Invoice", "Invoice", "Purchase Order Invoices", "No Change", "A"),
    _definition("PC Subcontract Invoice", "Invoice", "Invoice", "Subcontract Invoices", "No Change", "A"),
    _definition("Purchase Requisition", "Quote", "Quote", "", "No Change", "N"),
    {**_definition("Vendor Invoice - old", "Invoice", "Invoice", "", "No Change", "G"), "STATUS": "Inactive"},
    {**_definition("Civil Plant Hire", "Order", "Order", "", "No Change", "N"), "TD_CREATION_RULE": "Entity only"},
)

RECALLS: dict[str, tuple[str, ...]] = {
    "PC Purchase Order": ("Purchase Requisition",),
    "PC PO Change Order": ("PC Purchase Order",),
    "PC Subcontract CO": ("PC Subcontracts",),
    "PC PO Invoice": ("PC Purchase Order",),
    "PC Subcontract Invoice": ("PC Subcontracts",),
}
