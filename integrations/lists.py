"""Every kind of list mirrored from Intacct, declared once: object, key, names, fields, permission, purpose.

Owns the declarations only. Field names are those of the vendor's reference at developer.intacct.com; which of them a
company offers is asked by `lookup` before each pull, so an extra name here costs a log line and never the pull.
"""

from dataclasses import dataclass
from typing import Final

RECORD_NUMBER: Final = "RECORDNO"
MODIFIED: Final = "WHENMODIFIED"
ENTITY: Final = "MEGAENTITYID"


@dataclass(frozen=True)
class Permission:
    """A right of an Intacct role, in the words of the permission screens. View requires List, so both are asked for."""

    module: str
    name: str
    rights: tuple[str, ...] = ("List", "View")


@dataclass(frozen=True)
class ListKind:
    """One list. `ignored_for_changes` are fields whose change alone does not make a record a changed one."""

    key: str
    label: str
    singular: str
    object: str
    id_field: str
    name_field: str
    fields: tuple[str, ...]
    permission: Permission
    purpose: str
    parent_field: str = ""
    status_field: str = "STATUS"
    has_modified: bool = True
    ignored_for_changes: tuple[str, ...] = (MODIFIED, "RECORD_URL")

    @property
    def required_fields(self) -> tuple[str, ...]:
        """Without these a record cannot be mirrored at all."""
        return (RECORD_NUMBER, self.id_field)

    @property
    def wanted_fields(self) -> tuple[str, ...]:
        """Everything to select, without repeats, in a stable order."""
        names = [RECORD_NUMBER, self.id_field, self.name_field, self.status_field, self.parent_field, ENTITY]
        names += [*self.fields, MODIFIED if self.has_modified else ""]
        return tuple(dict.fromkeys(name for name in names if name))


KINDS: Final = (
    ListKind(
        key="gl_accounts",
        label="GL accounts",
        singular="GL account",
        object="GLACCOUNT",
        id_field="ACCOUNTNO",
        name_field="TITLE",
        fields=(
            "ACCOUNTTYPE",
            "NORMALBALANCE",
            "CLOSINGTYPE",
            "CATEGORY",
            "ALTERNATIVEACCOUNT",
            "REQUIREDEPT",
            "REQUIRELOC",
            "REQUIREPROJECT",
            "REQUIRETASK",
        ),
        permission=Permission("General Ledger", "Accounts"),
        purpose="To choose the default account, and to know which dimensions an account asks for.",
    ),
    ListKind(
        key="items",
        label="Items",
        singular="Item",
        object="ITEM",
        id_field="ITEMID",
        name_field="NAME",
        fields=("ITEMTYPE", "GLGROUP", "UOMGRP", "EXTENDED_DESCRIPTION", "PODESCRIPTION", "DEFAULT_CONVERSIONTYPE"),
        permission=Permission("Inventory Control", "Items"),
        purpose="To choose the default item: every purchasing line in Intacct needs one.",
    ),
    ListKind(
        key="customers",
        label="Customers",
        singular="Customer",
        object="CUSTOMER",
        id_field="CUSTOMERID",
        name_field="NAME",
        fields=("TERMNAME", "CURRENCY", "RETAINAGEPERCENTAGE"),
        parent_field="PARENTID",
        permission=Permission("Accounts Receivable", "Customers"),
        purpose="To name the customer of a project.",
    ),
    ListKind(
        key="projects",
        label="Projects",
        singular="Project",
        object="PROJECT",
        id_field="PROJECTID",
        name_field="NAME",
        fields=(
            "DESCRIPTION",
            "PROJECTSTATUS",
            "PROJECTTYPE",
            "PROJECTCATEGORY",
            "CUSTOMERID",
            "CUSTOMERNAME",
            "MANAGERID",
            "LOCATIONID",
            "DEPARTMENTID",
            "BEGINDATE",
            "ENDDATE",
            "CONTRACTAMOUNT",
            "CURRENCY",
            "RECORD_URL",
        ),
        parent_field="PARENTID",
        permission=Permission("Projects", "Projects"),
        purpose="To import projects.",
    ),
    ListKind(
        key="tasks",
        label="Tasks (cost codes)",
        singular="Task (cost code)",
        object="TASK",
        id_field="TASKID",
        name_field="NAME",
        fields=("PARENTKEY", "STANDARDTASKID", "TASKNO", "TASKSTATUS", "ITEMID", "BILLABLE"),
        parent_field="PROJECTID",
        permission=Permission("Projects", "Tasks"),
        purpose="To assign lines to the cost codes of a project.",
    ),
)

KINDS_BY_KEY: Final = {kind.key: kind for kind in KINDS}
