"""Turning the rows of an answer into typed values.

Owns the names of elements in the answers of lookup and the company functions. Must not send or classify anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from integrations.intacct.classifier import incomplete
from integrations.intacct.errors import Flaw, ProtocolError, SpoiltAnswer
from integrations.intacct.types import (
    Dimension,
    EntityDetail,
    FieldDefinition,
    ObjectDefinition,
    Permissions,
    PolicyRights,
    Record,
    Relationship,
    Result,
    UserFormatting,
)

# What a database can hold as a record number.
HIGHEST_NUMBER = 2**63 - 1
MOST_DIGITS = 19
LONGEST_SHOWN = 60


def text(record: Record, name: str) -> str:
    """The text of an element; missing, empty and nested elements are ""."""
    value = record.get(name, "")
    return value if isinstance(value, str) else ""


def children(record: Record, name: str) -> list[Record]:
    """The records under an element; missing and empty elements have none."""
    value = record.get(name, "")
    return value if isinstance(value, list) else []


def number_in(value: object) -> int | None:
    """A record number as the gateway writes one; None for words, signs, fractions and more than a database can hold."""
    digits = value.strip() if isinstance(value, str) else ""
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MOST_DIGITS:
        return None
    number = int(digits)
    return number if number <= HIGHEST_NUMBER else None


def signed_number_in(value: object) -> int | None:
    """A record number with a sign, as records of Intacct's own have; None for all else that `number_in` refuses."""
    text = value.strip() if isinstance(value, str) else ""
    number = number_in(text.removeprefix("-"))
    return -number if number is not None and text.startswith("-") else number


def check_order(object_name: str, number: int, last: int) -> int:
    """Return the key of a row. Raises ProtocolError unless it comes after `last`."""
    if number <= last:
        raise ProtocolError(
            f"The rows of {object_name} are out of order: record {number} follows {last}.",
            code="ANS-ORDER",
        )
    return number


def flaw_of(row: Record, fields: Sequence[str]) -> Flaw | None:
    """What is wrong with a row that was selected with these fields: each of them holds one text."""
    for name in fields:
        if not isinstance(row.get(name, ""), str):
            return Flaw(f"{name} is nested or given more than once", name)
    return None


def flaw_of_key(row: Record, key: str) -> Flaw:
    """Why the key of a row is none."""
    value = row.get(key, "")
    if not isinstance(value, str):
        return Flaw(f"{key} is nested or given more than once", key)
    shown = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
    return Flaw(f"{key} is no record number (“{shown}”)" if value.strip() else f"{key} is empty or missing", key)


def spoilt_record(object_name: str, number: int | None, flaw: Flaw) -> SpoiltAnswer:
    """The error for a record that is not as a record can be."""
    which = f"Record {number} of {object_name}" if number is not None else f"A record of {object_name}"
    return SpoiltAnswer(f"{which} cannot be read: {flaw.what}.", flaw, code="ANS-VALUE")


def check_count(object_name: str, result: Result) -> None:
    """Raise ProtocolError when an answer holds more or fewer rows than it announces."""
    came = len(result.rows)
    if result.count is not None and result.count != came:
        raise incomplete(f"The answer for {object_name} announces {result.count} rows and holds {came}.")
    if result.total is not None and result.total < came:
        raise incomplete(f"The answer for {object_name} announces {result.total} rows in all and holds {came}.")


def object_definition(object_name: str, result: Result) -> ObjectDefinition:
    """What `lookup` says. Raises ProtocolError when it describes no field."""
    rows = result.rows or [{}]
    fields = tuple(_field(entry) for entry in children(rows[0], "Fields"))
    if not fields:
        raise ProtocolError(
            f"Sage Intacct describes no field of {object_name}.",
            code="ANS-INCOMPLETE",
            advice="Check the name of the object; if it is right, contact support.",
        )
    return ObjectDefinition(
        name=text(rows[0], "@Name") or object_name,
        fields=fields,
        relationships=tuple(_relationship(entry) for entry in children(rows[0], "Relationships")),
    )


def permissions(result: Result) -> Permissions:
    """The policies of a user. Raises ProtocolError when the answer holds no list, which is not the same as no right."""
    if not result.rows:
        raise incomplete("Sage Intacct answered without the user's permissions.")
    policies: list[PolicyRights] = []
    applications: list[str] = []
    for subscription in (entry for row in result.rows for entry in children(row, "appSubscription")):
        application = text(subscription, "applicationName").strip()
        applications.append(application)
        for policy in children(subscription, "policies"):
            rights = frozenset(part.strip() for part in text(policy, "rights").split("|") if part.strip())
            policies.append(PolicyRights(application, text(policy, "policyName").strip(), rights))
    return Permissions(tuple(policies), tuple(applications))


def applications(result: Result) -> tuple[str, ...]:
    codes = (text(row, "application").strip() for row in result.rows)
    return tuple(code for code in codes if code)


def entity_details(result: Result) -> tuple[EntityDetail, ...]:
    return tuple(
        EntityDetail(
            id=text(row, "id"), name=text(row, "name"), record_no=text(row, "recordno"), currency=text(row, "currency")
        )
        for row in result.rows
        if text(row, "id")
    )


def dimensions(result: Result) -> tuple[Dimension, ...]:
    found = [entry for row in result.rows for entry in children(row, "dimension") or [row]]
    return tuple(
        Dimension(
            object_name=text(entry, "objectName").strip(),
            label=text(entry, "termLabel").strip() or text(entry, "objectLabel").strip(),
            user_defined=_is_true(text(entry, "userDefinedDimension")),
        )
        for entry in found
        if text(entry, "objectName").strip()
    )


def user_formatting(result: Result) -> UserFormatting:
    """The formats of a user. Raises ProtocolError when the answer holds none."""
    if not result.rows:
        raise incomplete("Sage Intacct answered without the user's formats.")
    row = result.rows[0]
    return UserFormatting(
        locale=text(row, "locale"),
        date_format=text(row, "dateformat"),
        gmt_offset=text(row, "gmtoffset"),
        clock=text(row, "clock"),
    )


def _field(entry: Record) -> FieldDefinition:
    return FieldDefinition(
        name=text(entry, "ID"),
        label=text(entry, "LABEL"),
        data_type=text(entry, "DATATYPE").upper(),
        required=_is_true(text(entry, "REQUIRED")),
        read_only=_is_true(text(entry, "READONLY")),
        custom=_is_true(text(entry, "ISCUSTOM")),
        valid_values=tuple(text(value, "VALIDVALUE") for value in children(entry, "VALIDVALUES")),
        description=text(entry, "DESCRIPTION"),
    )


def _relationship(entry: Record) -> Relationship:
    return Relationship(
        path=text(entry, "OBJECTPATH"),
        object_name=text(entry, "OBJECTNAME"),
        label=text(entry, "LABEL"),
        kind=text(entry, "RELATIONSHIPTYPE"),
        related_by=text(entry, "RELATEDBY"),
    )


def _is_true(value: str) -> bool:
    return value.strip().lower() in {"true", "t"}
