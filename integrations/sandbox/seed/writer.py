"""Filling tables for a seed: record numbers, stamps and defaults that every record has.

Owns how a seeded row is completed. Must not hold data of its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import wire_timestamp
from integrations.sandbox.schema.model import TIMESTAMP

# Everything that is not said to be recent is dated from here, so that a seed is the same on every day.
FIXED = datetime(2025, 3, 3, 8, 0, 0, tzinfo=UTC)
FIRST_RECORD = 11


class SeedWriter:
    """Writes rows in the order given; every table numbers from 11 with gaps, as a company with a past has."""

    def __init__(self, company: Company, base: datetime, number: int = 20250303) -> None:
        self.company = company
        self.base = base
        self.random = random.Random(number)

    def stamp(self, index: int) -> str:
        """A WHENMODIFIED: most are old, every seventh is from the last hours, every eleventh is empty."""
        if index % 11 == 5:
            return ""
        if index % 7 == 3:
            return wire_timestamp(self.base - timedelta(hours=1 + index % 40))
        return wire_timestamp(FIXED + timedelta(hours=7 * index, minutes=13 * index))

    def fill(self, object_name: str, rows: Iterable[Mapping[str, str]], *, stamps: bool = True) -> None:
        """Give every row its number, status, stamps and owner, and load the table."""
        table = self.company.table(object_name)
        fields = table.definition.fields
        number = FIRST_RECORD
        complete: list[Row] = []
        for index, given in enumerate(rows):
            row: Row = {table.definition.record_key: str(number)}
            row.update({name: value for name, value in given.items() if value})
            if "STATUS" in fields:
                row.setdefault("STATUS", "active")
            if stamps and "WHENCREATED" in fields and fields["WHENCREATED"].datatype == TIMESTAMP:
                row.setdefault("WHENCREATED", wire_timestamp(FIXED + timedelta(hours=index)))
            if stamps and "WHENMODIFIED" in fields and (stamp := self.stamp(index)):
                row.setdefault("WHENMODIFIED", stamp)
            if stamps and "CREATEDBY" in fields:
                row.setdefault("CREATEDBY", "1")
                row.setdefault("MODIFIEDBY", "1")
            complete.append(row)
            number += 2 if index % 9 == 8 else 1
        table.fill(complete)
