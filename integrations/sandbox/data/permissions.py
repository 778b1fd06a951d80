"""Roles and what each allows: rights per policy, computed from the object declarations.

Owns the decision whether an operation on an object is allowed. Must not read or change records.
"""

from __future__ import annotations

from collections.abc import Callable

from integrations.sandbox.data.store import Company
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.wire.failures import ErrorEntry, FunctionFailure, no_permission

FULL = "Web services - full"
LIMITED = "Web services - payables only"
ALL_RIGHTS = ("List", "View", "Add", "Edit", "Delete")

# The operation as it is named in refusals, and the right it needs.
OPERATIONS: dict[str, tuple[str, str]] = {
    "query": ("READ_BY_QUERY", "List"),
    "readByQuery": ("READ_BY_QUERY", "List"),
    "read": ("READ", "View"),
    "readByName": ("READ_BY_NAME", "View"),
    "create": ("CREATE", "Add"),
    "update": ("UPDATE", "Edit"),
    "delete": ("DELETE", "Delete"),
}

Rights = dict[tuple[str, str], tuple[str, ...]]


def _policies() -> list[tuple[str, str]]:
    return sorted({definition.policy for definition in CATALOGUE.values()})


def _full() -> Rights:
    return dict.fromkeys(_policies(), ALL_RIGHTS)


def _limited() -> Rights:
    hidden = ("Projects", "Construction", "Platform Services")
    rights: Rights = {}
    for application, policy in _policies():
        if application in hidden:
            continue
        writable = (application, policy) == ("Accounts Payable", "Vendors")
        rights[(application, policy)] = ("List", "View", "Add", "Edit") if writable else ("List", "View")
    return rights


ROLES: dict[str, Callable[[], Rights]] = {FULL: _full, LIMITED: _limited}


def rights_of(role: str) -> Rights:
    """Rights by (application, policy); a role that is not known grants nothing."""
    grant = ROLES.get(role)
    return grant() if grant else {}


def require(company: Company, user: str, function: str, object_name: str) -> None:
    """Raise the vendor's refusal unless the user's role allows the function on the object.

    Checked before any data is read. The audit history is refused in words of its own and without a number, as seen in
    live clients.
    """
    definition = CATALOGUE[object_name]
    operation, right = OPERATIONS[function]
    account = company.accounts.get(user)
    role = account.role if account else ""
    granted = rights_of(role).get(definition.policy, ())
    if right in granted and not company.restrictions.denies(function, object_name, user, role):
        return
    if object_name == "AUDITHISTORY":
        raise FunctionFailure(ErrorEntry(None, "You do not have permission to view audit history"))
    raise no_permission(operation, object_name)
