"""Who wrote a record and when: the stamps every write leaves on it.

Owns these fields. Must not write anything.
"""

from __future__ import annotations

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import wire_timestamp
from integrations.sandbox.schema import ObjectDefinition


def stamp(context: Context, definition: ObjectDefinition, row: Row, *, created: bool) -> None:
    """Set the stamps the object has. Where WHENCREATED is a document's date, the audit stamp is AUWHENCREATED."""
    now = wire_timestamp(context.company.now())
    user = context.company.table("USERINFO").find(context.user)
    number = user["RECORDNO"] if user is not None else ""
    stamps = {"WHENMODIFIED": now, "MODIFIEDBY": number}
    if created:
        audit = "AUWHENCREATED" if "AUWHENCREATED" in definition.fields else "WHENCREATED"
        stamps |= {audit: now, "CREATEDBY": number}
    for name, value in stamps.items():
        if name in definition.fields:
            row[name] = value


def touched(company: Company, before: Row, after: Row) -> Row:
    """A record whose derived values were worked out again: modified now if one of them changed, else as it was."""
    same = {name: value for name, value in before.items() if value} == {k: v for k, v in after.items() if v}
    return before if same else {**after, "WHENMODIFIED": wire_timestamp(company.now())}
