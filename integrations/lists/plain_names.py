"""What the fields of the mirrored lists are called for people who keep books, and which of them a list shows.

Declarations only. A field without a name here is a technical one: its page keeps it in a folded part under Intacct's
own name, and a list never shows it. Nothing confidential has a name, for it is never read.
"""

from dataclasses import dataclass
from typing import Final

from integrations.lists.kinds import CREATED, MODIFIED, ListKind

TEXT, YES_NO, DATE, AMOUNT, PERCENT, NUMBER = "text", "yes_no", "date", "amount", "percent", "number"


@dataclass(frozen=True)
class PlainField:
    """`is_shown` in the list before anybody chose columns; `how` its values are written."""

    name: str
    label: str
    how: str = TEXT
    is_shown: bool = False


def _column(name: str, label: str, how: str = TEXT) -> PlainField:
    return PlainField(name, label, how, is_shown=True)


_PLAIN: Final = {
    "gl_accounts": (
        _column("ACCOUNTTYPE", "Type"),
        _column("NORMALBALANCE", "Normal balance"),
        _column("CLOSINGTYPE", "Closing"),
        PlainField("CATEGORY", "Category"),
        PlainField("ALTERNATIVEACCOUNT", "Alternative account"),
        PlainField("REQUIREDEPT", "Asks for a department", YES_NO),
        PlainField("REQUIRELOC", "Asks for a location", YES_NO),
        PlainField("REQUIREPROJECT", "Asks for a project", YES_NO),
        PlainField("REQUIRETASK", "Asks for a cost code", YES_NO),
        PlainField("REQUIREVENDOR", "Asks for a vendor", YES_NO),
        PlainField("REQUIREITEM", "Asks for an item", YES_NO),
        PlainField("REQUIRECLASS", "Asks for a class", YES_NO),
    ),
    "items": (
        _column("ITEMTYPE", "Type"),
        _column("GLGROUP", "GL group"),
        _column("UOMGRP", "Units"),
        PlainField("EXTENDED_DESCRIPTION", "Description"),
        PlainField("PODESCRIPTION", "Description on purchases"),
        PlainField("DEFAULT_CONVERSIONTYPE", "Converted by"),
    ),
    "vendors": (
        _column("VENDTYPE", "Type"),
        _column("TERMNAME", "Terms"),
        _column("ONHOLD", "On hold", YES_NO),
        _column("DISPLAYCONTACT.PHONE1", "Phone"),
        PlainField("DISPLAYCONTACT.EMAIL1", "E-mail"),
        PlainField("DISPLAYCONTACT.CONTACTNAME", "Contact"),
        PlainField("DISPLAYCONTACT.PRINTAS", "Printed as"),
        PlainField("DISPLAYCONTACT.MAILADDRESS.CITY", "City"),
        PlainField("DISPLAYCONTACT.MAILADDRESS.STATE", "State or province"),
        PlainField("STATE", "Approval"),
        PlainField("CURRENCY", "Currency"),
        PlainField("RETAINAGEPERCENTAGE", "Retainage", PERCENT),
        PlainField("ONETIME", "One-time vendor", YES_NO),
        PlainField("APACCOUNT", "AP account"),
        PlainField("OFFSETGLACCOUNTNO", "Offset account"),
        PlainField("VENDORACCOUNTNO", "Our account with them"),
    ),
    "customers": (
        _column("TERMNAME", "Terms"),
        _column("CURRENCY", "Currency"),
        _column("RETAINAGEPERCENTAGE", "Retainage", PERCENT),
    ),
    "ap_terms": (
        _column("DUEDATE", "Due after (days)"),
        _column("DUEFROM", "Counted from"),
        _column("DISCAMOUNT", "Discount"),
        PlainField("DISCPERCAMN", "Discount is"),
        PlainField("DISCDATE", "Discount until (days)"),
        PlainField("DISCFROM", "Discount counted from"),
    ),
    "tax_details": (
        _column("TAXTYPE", "Type"),
        _column("VALUE", "Rate", PERCENT),
        _column("TAXSOLUTIONID", "Tax solution"),
        _column("TAXAUTHORITY", "Authority"),
        PlainField("TAXRATE", "Rate class"),
        PlainField("GLACCOUNT", "Account"),
        PlainField("REVERSECHARGE", "Reverse charge", YES_NO),
        PlainField("TAXUID", "Tax name"),
    ),
    **dict.fromkeys(
        ("checking_accounts", "savings_accounts"),
        (
            _column("GLACCOUNTNO", "GL account"),
            _column("CURRENCY", "Currency"),
            _column("LOCATIONID", "Location"),
            PlainField("DEPARTMENTID", "Department"),
            PlainField("BANKACCOUNTTYPE", "Type"),
        ),
    ),
    "transaction_allocations": (_column("TYPE", "Split by"), PlainField("DOCNUMBER", "Document")),
    "warehouses": (
        _column("LOCATIONID", "Location"),
        _column("MANAGERID", "Manager"),
        PlainField("USEDINGL", "Used in the ledger", YES_NO),
    ),
    "units_of_measure": (
        _column("ABBREVIATION", "Abbreviation"),
        _column("INVUNIT", "Base unit"),
        _column("CONVFACTOR", "Factor", NUMBER),
    ),
    "entities": (
        _column("CURRENCY", "Currency"),
        _column("LEGALNAME", "Legal name"),
        _column("OPCOUNTRY", "Country"),
        PlainField("STARTDATE", "From", DATE),
        PlainField("ENDDATE", "Until", DATE),
    ),
    "locations": (
        _column("CURRENCY", "Currency"),
        _column("SUPERVISORID", "Manager"),
        PlainField("STARTDATE", "From", DATE),
        PlainField("ENDDATE", "Until", DATE),
    ),
    "departments": (
        _column("SUPERVISORNAME", "Manager"),
        PlainField("SUPERVISORID", "Manager's ID"),
        PlainField("CUSTTITLE", "Own title"),
    ),
    "classes": (_column("DESCRIPTION", "Description"),),
    "employees": (
        _column("TITLE", "Title"),
        _column("EMPLOYEETYPE", "Type"),
        _column("DEPARTMENTID", "Department"),
        _column("LOCATIONID", "Location"),
        PlainField("PERSONALINFO.CONTACTNAME", "Contact"),
        PlainField("PERSONALINFO.EMAIL1", "E-mail"),
        PlainField("SUPERVISORID", "Manager"),
        PlainField("CLASSID", "Class"),
        PlainField("STARTDATE", "From", DATE),
        PlainField("ENDDATE", "Until", DATE),
        PlainField("CONTACT.CONTACTNAME", "Work contact"),
        PlainField("CONTACT.EMAIL1", "Work e-mail"),
    ),
    "contacts": (
        _column("COMPANYNAME", "Company"),
        _column("PHONE1", "Phone"),
        _column("EMAIL1", "E-mail"),
        _column("MAILADDRESS.CITY", "City"),
        PlainField("FIRSTNAME", "First name"),
        PlainField("LASTNAME", "Last name"),
        PlainField("CELLPHONE", "Mobile"),
        PlainField("MAILADDRESS.ADDRESS1", "Street"),
        PlainField("MAILADDRESS.STATE", "State or province"),
        PlainField("MAILADDRESS.ZIP", "ZIP code"),
        PlainField("MAILADDRESS.COUNTRY", "Country"),
    ),
    "exchange_rate_types": (_column("ISDEFAULT", "Used by default", YES_NO),),
    "exchange_rates": (_column("TYPENAME", "Rate type"),),
    "exchange_rate_entries": (
        _column("RECIPROCAL_RATE", "Reciprocal", NUMBER),
        _column("EXCHANGERATE.TYPENAME", "Rate type"),
    ),
    "projects": (
        _column("CUSTOMERNAME", "Customer"),
        _column("PROJECTSTATUS", "Status"),
        _column("BEGINDATE", "Begins", DATE),
        _column("ENDDATE", "Ends", DATE),
        _column("CONTRACTAMOUNT", "Contract amount", AMOUNT),
        PlainField("CUSTOMERID", "Customer ID"),
        PlainField("DESCRIPTION", "Description"),
        PlainField("PROJECTTYPE", "Type"),
        PlainField("PROJECTCATEGORY", "Category"),
        PlainField("MANAGERID", "Manager"),
        PlainField("LOCATIONID", "Location"),
        PlainField("DEPARTMENTID", "Department"),
        PlainField("CURRENCY", "Currency"),
    ),
    "tasks": (
        _column("TASKSTATUS", "Status"),
        _column("STANDARDTASKID", "Standard task"),
        PlainField("ITEMID", "Item"),
        PlainField("BILLABLE", "Billable", YES_NO),
        PlainField("TASKNO", "Task number"),
        PlainField("PARENTID", "Part of"),
    ),
    "cost_types": (
        _column("ACCUMULATIONTYPENAME", "Kind of cost"),
        _column("ACCOUNTNO", "Account"),
        _column("ITEMID", "Item"),
        PlainField("STANDARDCOSTTYPEID", "Standard cost type"),
    ),
    "standard_tasks": (
        _column("DESCRIPTION", "Description"),
        PlainField("TASKNO", "Task number"),
        PlainField("ITEMID", "Item"),
    ),
    "standard_cost_types": (
        _column("ACCUMULATIONTYPENAME", "Kind of cost"),
        _column("ACCOUNTNO", "Account"),
        _column("ITEMID", "Item"),
        PlainField("DESCRIPTION", "Description"),
    ),
    "purchasing_definitions": (
        _column("DOCCLASS", "Kind"),
        _column("ENABLEDOCCHANGE", "Change orders"),
        _column("ENABLE_RETAINAGE", "Retainage", YES_NO),
        _column("UPDATES_GL", "Posts to"),
        _column("SEQUENCE", "Numbering"),
        PlainField("TERM_NAME", "Terms"),
        PlainField("CATEGORY", "Category"),
        PlainField("REPORTINGCATEGORY", "Reporting category"),
        PlainField("PRESERVE_SEQNUM", "Keeps its numbers", YES_NO),
        PlainField("INHERIT_SOURCE_DOCNO", "Takes the number of its source", YES_NO),
        PlainField("CONVTYPE", "Converted"),
        PlainField("EDITTYPE", "May be changed"),
        PlainField("DELTYPE", "May be deleted"),
        PlainField("CREATETYPE", "Created as"),
        PlainField("ALLOW_ALLOCATIONS", "Allocations", YES_NO),
        PlainField("OVERRIDE_PRICE", "Price may be changed", YES_NO),
        PlainField("SHOW_TOTALS", "Shows totals", YES_NO),
        PlainField("LINELEVELSIMPLETAX", "Tax on lines", YES_NO),
    ),
    "change_request_statuses": (_column("WFTYPE", "Counts as"),),
}  # fmt: skip
_EVERYWHERE: Final = (PlainField(CREATED, "Created in Intacct"), PlainField(MODIFIED, "Modified in Intacct"))


def plain_fields(kind: ListKind) -> tuple[PlainField, ...]:
    """The fields of a list that have a name for people, in the order in which they are shown."""
    return (*_PLAIN.get(kind.key, ()), *_EVERYWHERE)


def plain_names(kind: ListKind) -> dict[str, str]:
    """Every name of a field of the list, its id, name and state included."""
    own = {kind.id_field: f"{kind.singular} ID" if kind.id_field != kind.name_field else kind.singular}
    if kind.name_field and kind.name_field != kind.id_field:
        own[kind.name_field] = "Name"
    if kind.parent_field:
        own.setdefault(kind.parent_field, "Belongs to")
    if kind.status_field:
        own[kind.status_field] = "State"
    return {**{each.name: each.label for each in plain_fields(kind)}, **own}
