"""The audit row that every create, update and delete leaves behind.

Owns the form of AUDITHISTORY rows. Must not decide whether something is written.
"""

from __future__ import annotations

from datetime import UTC, datetime

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import wire_timestamp
from integrations.sandbox.schema import ObjectDefinition


def note(context: Context, definition: ObjectDefinition, row: Row, mode: str) -> None:
    """Record that a row was created, modified or deleted. The key is the business id where there is a single one."""
    table = context.company.table("AUDITHISTORY")
    key = row.get(definition.key[0], "") if len(definition.key) == 1 else row[definition.record_key]
    context.company.write(
        "AUDITHISTORY",
        {
            "ID": str(table.next_key),
            "OBJECTTYPE": definition.name.lower(),
            "OBJECTKEY": key,
            "ACCESSMODE": mode,
            # Access times are GMT (developer.intacct.com, Audit trails), whatever clock stamps the records.
            "ACCESSTIME": wire_timestamp(datetime.now(UTC)),
            "USERID": context.user,
            "SOURCE": "api",
            "IPADDRESS": context.address,
        },
    )
