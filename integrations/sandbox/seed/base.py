"""What every seeded company has: places, people, accounts, items, terms, standard tasks, transaction definitions.

Owns how the lists beside it become records. Must not be needed by anything but the seed.
"""

from __future__ import annotations

from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import wire_timestamp
from integrations.sandbox.seed.chart import ACCOUNTS, ITEMS, TERMS
from integrations.sandbox.seed.definitions import DEFINITIONS, RECALLS, SEQUENCES
from integrations.sandbox.seed.names import PEOPLE, STANDARD_COST_TYPES, STANDARD_TASKS
from integrations.sandbox.seed.people import ENTITIES
from integrations.sandbox.seed.writer import FIXED, SeedWriter


def fill_base(writer: SeedWriter) -> None:
    """Entities, places, people, accounts, items, terms and the small lists; shared by all seeds."""
    _places(writer)
    _people(writer)
    _accounts_and_items(writer)
    _small_lists(writer)
    _standards(writer)
    _definitions(writer)


def _places(writer: SeedWriter) -> None:
    writer.fill(
        "LOCATIONENTITY",
        [
            {
                "LOCATIONID": number,
                "NAME": name,
                "CURRENCY": "USD",
                "OPCOUNTRY": "United States",
                "FIRSTMONTH": "1",
                "HAS_IE_RELATION": "true",
                "LEGALNAME": name,
            }
            for number, name in ENTITIES
        ],
    )
    yards = (("110", "Larkspur yard", "100"), ("120", "Fernhill office", "100"), ("210", "Civil pit & plant", "200"))
    writer.fill(
        "LOCATION",
        [{"LOCATIONID": number, "NAME": name, "CURRENCY": "USD"} for number, name in ENTITIES]
        + [{"LOCATIONID": number, "NAME": name, "PARENTID": parent} for number, name, parent in yards]
        + [{"LOCATIONID": "190", "NAME": "Old office (closed)", "PARENTID": "100", "STATUS": "inactive"}],
    )
    departments = (
        ("OPS", "Operations", ""),
        ("FLD", "Field", "OPS"),
        ("EST", "Estimating", "OPS"),
        ("FIN", "Finance & administration", ""),
        ("SVC", "Service", ""),
        ("OLD", "Prefabrication (closed)", ""),
    )
    writer.fill(
        "DEPARTMENT",
        [
            {"DEPARTMENTID": key, "TITLE": title, "PARENTID": parent, "STATUS": "inactive" if key == "OLD" else ""}
            for key, title, parent in departments
        ],
    )
    classes = (("CIV", "Civil", ""), ("COM", "Commercial", ""), ("REN", "Renovation", "COM"), ("SVC", "Service", ""))
    writer.fill("CLASS", [{"CLASSID": key, "NAME": name, "PARENTID": parent} for key, name, parent in classes])


def _people(writer: SeedWriter) -> None:
    contacts = [f"{last}, {first}" for first, last, _ in PEOPLE]
    writer.fill(
        "CONTACT",
        [
            {
                "CONTACTNAME": contact,
                "PRINTAS": f"{first} {last}",
                "FIRSTNAME": first,
                "LASTNAME": last,
                "EMAIL1": f"person{index}@summit.example",
                "PHONE1": f"555-01{index:02d}",
            }
            for index, (contact, (first, last, _)) in enumerate(zip(contacts, PEOPLE, strict=True))
        ],
    )
    writer.fill(
        "EMPLOYEE",
        [
            {
                "EMPLOYEEID": f"E-{index + 1:03d}",
                "TITLE": title,
                "PERSONALINFO.CONTACTNAME": contacts[index],
                "LOCATIONID": "100",
                "DEPARTMENTID": "FLD",
                "STATUS": "inactive" if index == 5 else "",
            }
            for index, (_, _, title) in enumerate(PEOPLE)
        ],
    )


def _accounts_and_items(writer: SeedWriter) -> None:
    writer.fill(
        "GLACCOUNT",
        [
            {
                "ACCOUNTNO": number,
                "TITLE": title,
                "ACCOUNTTYPE": kind,
                "NORMALBALANCE": side,
                "CLOSINGTYPE": "closing account" if kind == "incomestatement" else "non-closing account",
                "CLOSINGACCOUNTNO": "3900" if kind == "incomestatement" else "",
                "ALTERNATIVEACCOUNT": {"1100": "Receivables account", "2000": "Payables account"}.get(number, "None"),
                "REQUIREPROJECT": "true" if "5000" <= number < "5900" else "false",
                "REQUIRELOC": "true",
                "REQUIREDEPT": "false",
                "REQUIRETASK": "false",
                "STATUS": "active" if active else "inactive",
            }
            for number, title, kind, side, active in ACCOUNTS
        ],
    )
    writer.fill(
        "ITEM",
        [
            {
                "ITEMID": key,
                "NAME": name,
                "ITEMTYPE": kind,
                "EXPENSEACCTKEY": account,
                "DEFAULT_CONVERSIONTYPE": "Price" if kind.startswith("Non-") else "Quantity",
                "UOMGRP": "Each" if kind != "Inventory" else "Count",
                "GLGROUP": "Job cost" if account else "",
                "TAXABLE": "false",
                "STATUS": "active" if active else "inactive",
            }
            for key, name, kind, account, active in ITEMS
        ],
    )


def _small_lists(writer: SeedWriter) -> None:
    for object_name in ("APTERM", "ARTERM"):
        writer.fill(
            object_name,
            [
                {"NAME": name, "DESCRIPTION": text, "DUEDATE": str(days), "DUEFROM": "from invoice/bill date"}
                for name, text, days in TERMS
            ],
        )
    kinds = ("Commercial", "Civil", "Healthcare", "Hospitality", "Renovation", "Service", "Internal")
    writer.fill("PROJECTTYPE", [{"NAME": name} for name in kinds])
    statuses = ("Planned", "In progress", "On hold", "Substantially complete", "Closed")
    writer.fill("PROJECTSTATUS", [{"NAME": name, "DESCRIPTION": ""} for name in statuses])
    requests = (("Proposed", "pending change"), ("Approved", "approved change"), ("Owner revision", "revision"))
    writer.fill("CHANGEREQUESTSTATUS", [{"NAME": name, "WFTYPE": kind} for name, kind in requests])
    writer.fill("CHANGEREQUESTTYPE", [{"NAME": name} for name in ("Owner request", "Field condition", "Design error")])
    contract_types = (("PRIME", "Prime contract"), ("TM", "Time & material"))
    writer.fill(
        "PROJECTCONTRACTTYPE",
        [{"PROJECTCONTRACTTYPEID": key, "PROJECTCONTRACTTYPENAME": name} for key, name in contract_types],
    )
    writer.fill("EXCHANGERATETYPES", [{"ID": "1", "NAME": "Project rate", "ISDEFAULT": "false"}])
    writer.fill(
        "CHECKINGACCOUNT",
        [
            {
                "BANKACCOUNTID": "OPERATING",
                "BANKNAME": "First Ridge Bank",
                "GLACCOUNTNO": "1000",
                "LOCATIONID": "100",
                "CURRENCY": "USD",
                "BANKACCOUNTNO": "000000001",
            }
        ],
    )
    writer.fill(
        "TAXDETAIL", [{"DETAILID": "CO state tax", "TAXTYPE": "Purchase", "VALUE": "2.9", "DESCRIPTION": "State tax"}]
    )
    writer.fill("ALLOCATION", [{"ALLOCATIONID": "SPLIT-2", "TYPE": "Percentage", "DESCRIPTION": "60/40 by entity"}])


def _standards(writer: SeedWriter) -> None:
    writer.fill("STANDARDTASK", [{"STANDARDTASKID": key, "NAME": name, "TASKNO": key} for key, name in STANDARD_TASKS])
    writer.fill(
        "STANDARDCOSTTYPE",
        [
            {"STANDARDCOSTTYPEID": key, "NAME": name, "ACCOUNTNO": account, "ITEMID": item}
            for key, name, account, item in STANDARD_COST_TYPES
        ],
    )
    parents = list(writer.company.table("STANDARDTASK").rows)
    writer.fill(
        "STANDARDTASKSTANDARDCOSTTYPE",
        [
            {"STANDARDTASKKEY": str(parent), "LINE_NO": str(line), "STANDARDCOSTTYPEID": kind[0]}
            for parent in parents
            for line, kind in enumerate(STANDARD_COST_TYPES[:3], start=1)
        ],
    )


def _definitions(writer: SeedWriter) -> None:
    writer.fill(
        "DOCUMENTSEQUENCE",
        [{"NAME": name, "PREFIX": prefix, "NEXTNUMBER": first} for name, prefix, first in SEQUENCES],
    )
    writer.fill(
        "SUPDOCFOLDER", [{"NAME": "Project documents", "DESCRIPTION": "Filed by hand", "CREATEDUSERID": "ws_sync"}]
    )
    phases = ("Mobilisation", "Earthworks", "Structure", "Envelope & roof", "Fit-out", "Handover")
    moment = wire_timestamp(FIXED)
    writer.fill(
        "SITE_PHASE",
        [{"name": name, "createdBy": "ws_sync", "createdAt": moment, "updatedAt": moment} for name in phases],
    )
    writer.fill("PODOCUMENTPARAMS", DEFINITIONS)
    table = writer.company.table("PODOCUMENTPARAMS")
    lines: list[Row] = []
    for name, sources in RECALLS.items():
        parent = table.find(name)
        if parent is not None:
            lines.extend(
                {"DOCPARKEY": parent["RECORDNO"], "LINE_NO": str(line), "RECDOCPAR": source}
                for line, source in enumerate(sources, start=1)
            )
    writer.fill("RECALL", lines)
