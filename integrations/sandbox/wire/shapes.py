"""The published shape of every function this gateway answers: children, required children, attributes.

Owns the schema side of the functions only. Must not hold behavior: an unknown name or a missing child is refused
before any handler runs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """Children of generic functions may come in any order (`xs:all`), unless they are a `sequence`.

    Exactly one of the children in `one_of` is wanted; `free` means that the children are objects.
    """

    children: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    required_attributes: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    sequence: bool = False
    free: bool = False


SHAPES: dict[str, Shape] = {
    "getAPISession": Shape(("locationid",)),
    "query": Shape(
        ("object", "select", "filter", "orderby", "options", "pagesize", "offset", "docparid"), ("object", "select")
    ),
    "lookup": Shape(("object", "name", "docparid"), one_of=("object", "name")),
    "inspect": Shape(("object", "name"), attributes=("detail",), one_of=("object", "name")),
    "readByQuery": Shape(("object", "query", "fields", "pagesize", "returnFormat", "docparid"), ("object", "query")),
    "readMore": Shape(("object", "view", "reportId", "resultId"), one_of=("object", "view", "reportId", "resultId")),
    "read": Shape(("object", "keys", "fields", "returnFormat", "docparid"), ("object", "keys")),
    "readByName": Shape(("object", "keys", "fields", "returnFormat", "docparid"), ("object", "keys")),
    "create": Shape(free=True),
    "update": Shape(free=True),
    "delete": Shape(("object", "keys"), ("object", "keys")),
    "getUserPermissions": Shape(("userId",), ("userId",)),
    "readUserFormatting": Shape(("key", "userId"), one_of=("key", "userId")),
    "getAuditTrail": Shape(
        ("object", "objectKey", "recordNo"), ("object",), one_of=("objectKey", "recordNo"), sequence=True
    ),
    "getFinancialSetup": Shape(),
    "getDimensions": Shape(),
    "getDimensionRelationships": Shape(),
    "readEntityDetails": Shape(),
    "get_applications": Shape(),
    "get_companyprefs": Shape(attributes=("application",), required_attributes=("application",)),
}

# developer.intacct.com, Web Services > Queries.
COMPARISONS = (
    "equalto",
    "notequalto",
    "lessthan",
    "lessthanorequalto",
    "greaterthan",
    "greaterthanorequalto",
    "like",
    "notlike",
    "in",
    "notin",
    "between",
    "isnull",
    "isnotnull",
)
CONNECTIVES = ("and", "or")
AGGREGATES = ("count", "sum", "min", "max", "avg")
QUERY_OPTIONS = ("caseinsensitive", "showprivate", "returnformat")
