"""Facts about the company and its users: applications, preferences, permissions, entities, formats, dimensions, audit.

Owns the shape of these answers. Must not change any record.
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.permissions import require, rights_of
from integrations.sandbox.data.values import record_number
from integrations.sandbox.functions.fields import object_of
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.wire.documents import child_text
from integrations.sandbox.wire.failures import UNKNOWN_USER, ErrorEntry, FunctionFailure
from integrations.sandbox.wire.nodes import Node, branch, leaf

# Object, label, label in this company's terminology.
DIMENSIONS = (
    ("DEPARTMENT", "Department", "Department"),
    ("LOCATION", "Location", "Location"),
    ("PROJECT", "Project", "Job"),
    ("CUSTOMER", "Customer", "Owner"),
    ("VENDOR", "Vendor", "Vendor"),
    ("EMPLOYEE", "Employee", "Employee"),
    ("ITEM", "Item", "Item"),
    ("CLASS", "Class", "Class"),
    ("TASK", "Task", "Cost Code"),
    ("COSTTYPE", "Cost type", "Cost Type"),
)

# The user-defined dimension belongs to a project and fills it in.
RELATED: dict[str, tuple[str, ...]] = {"SITE_PHASE": ("PROJECT",)}
FIRST_DIMENSION, FIRST_RELATIONSHIP = 5003, 10123


def get_user_permissions(context: Context) -> Node:
    """Applications and policies of a user with rights joined by a bar; needs the right to view users."""
    login = child_text(context.call.element, "userId")
    require(context.company, context.user, "read", "USERINFO")
    account = context.company.accounts.get(login)
    if account is None:
        text = f"Login ID {login} does not exist."
        raise FunctionFailure(ErrorEntry(UNKNOWN_USER, text, correction="Provide a valid USER.LOGINID value."))
    rights = sorted(rights_of(account.role).items())
    subscriptions = []
    for application, group in groupby(rights, key=lambda entry: entry[0][0]):
        policies = [
            branch("policy", leaf("policyName", policy), leaf("rights", "|".join(granted)))
            for (_, policy), granted in group
        ]
        subscriptions.append(
            branch("appSubscription", leaf("applicationName", application), branch("policies", *policies))
        )
    return branch("data", branch("permissions", *subscriptions))


def get_applications(context: Context) -> Node:
    """Short codes of the subscribed applications."""
    return branch("data", *(leaf("application", code) for code in context.company.applications))


def get_companyprefs(context: Context) -> Node:
    """Preferences of one application."""
    application = context.call.element.get("application", "").upper()
    preferences = context.company.preferences.get(application, {})
    return branch(
        "data",
        *(
            branch("companypref", leaf("application", application), leaf("preference", name), leaf("prefvalue", value))
            for name, value in preferences.items()
        ),
    )


def get_financial_setup(context: Context) -> Node:
    """Currency, book and fiscal year of the company."""
    facts = {
        "baseCurrency": "USD",
        "defaultBook": "ACCRUAL",
        "firstFiscalMonth": context.company.preferences.get("GEN", {}).get("FISCAL_FIRST_MONTH", "1"),
        "multiBaseCurrency": "false",
        "multiBook": "false",
        "multiCurrency": "false",
        "multiEntityShared": "true",
    }
    return branch("data", branch("financialSetup", *(leaf(name, value) for name, value in facts.items())))


def get_dimensions(context: Context) -> Node:
    """Dimensions with their label in the company's terminology, the user-defined ones last."""
    own = [(found.name, found.label, found.label) for found in CATALOGUE.values() if found.user_defined_dimension]
    nodes = [
        branch(
            "dimension",
            leaf("objectName", name),
            leaf("objectLabel", label),
            leaf("termLabel", term),
            leaf("userDefinedDimension", "true" if CATALOGUE[name].user_defined_dimension else "false"),
            leaf("enabledInGL", "true"),
        )
        for name, label, term in (*DIMENSIONS, *own)
    ]
    return branch("data", branch("dimensions", *nodes))


def get_dimension_relationships(context: Context) -> Node:
    """Each dimension with those it is related to, and whether a value fills them in."""
    numbers = {name: str(FIRST_DIMENSION + index) for index, name in enumerate([*(d[0] for d in DIMENSIONS), *RELATED])}
    nodes = []
    for name, number in numbers.items():
        related = RELATED.get(name, ())
        fills = "true" if related else "false"
        nodes.append(
            branch(
                "relationship",
                leaf("dimension", name),
                leaf("object_id", number),
                leaf("autofillrelated", fills),
                leaf("enableoverride", fills),
                *(
                    branch(
                        "related",
                        leaf("dimension", other),
                        leaf("object_id", numbers[other]),
                        leaf("relationship_id", str(FIRST_RELATIONSHIP + index)),
                        leaf("source_side", "Many"),
                        leaf("related_side", "One"),
                    )
                    for index, other in enumerate(related)
                ),
            )
        )
    return branch("data", *nodes)


def read_entity_details(context: Context) -> Node:
    """The entities the user may work in."""
    account = context.company.accounts[context.user]
    rows = context.company.table("LOCATIONENTITY").rows.values()
    return branch(
        "data",
        *(
            branch(
                "entity",
                leaf("id", row["LOCATIONID"]),
                leaf("name", row["NAME"]),
                leaf("recordno", row["RECORDNO"]),
                leaf("currency", row.get("CURRENCY", "")),
                leaf("firstfiscalmonth", row.get("FIRSTMONTH", "")),
                leaf("firstfiscaltaxmonth", row.get("FIRSTMONTHTAX", "")),
                leaf("weekstart", row.get("WEEKSTART", "")),
            )
            for row in rows
            if not account.entities or row["LOCATIONID"] in account.entities
        ),
    )


def read_user_formatting(context: Context) -> Node:
    """Locale, date format, offset from GMT and clock of a user, by key or by login id."""
    users = context.company.table("USERINFO")
    key, login = child_text(context.call.element, "key"), child_text(context.call.element, "userId")
    number = record_number(key)
    row = users.find(login) if number is None else users.get(number)
    account = None if row is None else context.company.accounts.get(row["LOGINID"])
    if row is None or account is None:
        text = f"Login ID {login or key} does not exist."
        raise FunctionFailure(ErrorEntry(UNKNOWN_USER, text, correction="Provide a valid USER.LOGINID value."))
    return branch(
        "data",
        branch(
            "userformatting",
            leaf("recordno", row["RECORDNO"]),
            leaf("locale", "en_US"),
            leaf("dateformat", "/mdY"),
            leaf("gmtoffset", account.gmtoffset),
            leaf("clock", "24"),
        ),
    )


def get_audit_trail(context: Context) -> Node:
    """The audit rows of one record, by business key or record number."""
    definition = object_of(context, "XXX")
    require(context.company, context.user, "query", "AUDITHISTORY")
    element = context.call.element
    keys = {child_text(element, "objectKey"), child_text(element, "recordNo")} - {""}
    table = context.company.table(definition.name)
    for number in [number for key in keys if (number := record_number(key)) is not None]:
        row = table.get(number)
        if row is not None and len(definition.key) == 1:
            keys.add(row.get(definition.key[0], ""))
    rows = [
        row
        for row in context.company.table("AUDITHISTORY").rows.values()
        if row["OBJECTTYPE"] == definition.name.lower() and row["OBJECTKEY"] in keys
    ]
    return branch("data", *(_trail(row) for row in rows))


def _trail(row: dict[str, str]) -> Node:
    moment = datetime.strptime(row["ACCESSTIME"], "%m/%d/%Y %H:%M:%S")  # noqa: DTZ007 - written with its zone below
    return branch(
        "auditTrailDetail",
        leaf("userId", row["USERID"]),
        leaf("object", row["OBJECTTYPE"]),
        leaf("objectKey", row["OBJECTKEY"]),
        leaf("accessTime", f"{moment.isoformat()}+00:00"),
        leaf("accessMode", row["ACCESSMODE"].lower()),
        leaf("workflowAction", row.get("WORKFLOWACTION", "")),
        leaf("webServer", "local"),
        leaf("trackingId", row["ID"]),
        leaf("ipAddress", row.get("IPADDRESS", "")),
        leaf("source", row["SOURCE"]),
    )
