"""One table of the gateway's memory: rows by record number, an index of the business key, and sorted keys.

Owns the consistency of a table's rows and indexes. Must not check permissions, formats or references.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping

from integrations.sandbox.schema.model import ObjectDefinition

Row = dict[str, str]
Getter = Callable[[Row], str]

EVERYTHING = "*"


class Table:
    """Rows of one object by record number, with a sorted key list and an index of the business key.

    Rows are never changed in place: an update puts a new dict, so a reader may keep what it was given.
    """

    def __init__(self, definition: ObjectDefinition) -> None:
        self.definition = definition
        self.rows: dict[int, Row] = {}
        self.keys: list[int] = []
        self.by_key: dict[tuple[str, ...], int] = {}
        self.next_key = 1
        self._visible: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def business_key(self, row: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(row.get(name, "") for name in self.definition.key)

    def get(self, number: int) -> Row | None:
        return self.rows.get(number)

    def find(self, *key: str) -> Row | None:
        """The row with this business key, or None."""
        number = self.by_key.get(key)
        return None if number is None else self.rows[number]

    def fill(self, rows: Iterable[Row]) -> None:
        """Load rows in ascending record number into an empty table; the quick way for a seed."""
        record_key, names = self.definition.record_key, self.definition.key
        for row in rows:
            number = int(row[record_key])
            self.rows[number] = row
            if names:
                self.by_key[tuple(row.get(name, "") for name in names)] = number
        self.keys = sorted(self.rows)
        self.next_key = self.keys[-1] + 1 if self.keys else 1
        self._visible.clear()

    def put(self, row: Row) -> Row | None:
        """Insert or replace by record number; returns the row that was there before."""
        number = int(row[self.definition.record_key])
        before = self.rows.get(number)
        if before is None:
            if not self.keys or number > self.keys[-1]:
                self.keys.append(number)
            else:
                insort(self.keys, number)
        elif self.definition.key:
            self.by_key.pop(self.business_key(before), None)
        self.rows[number] = row
        if self.definition.key:
            self.by_key[self.business_key(row)] = number
        self.next_key = max(self.next_key, number + 1)
        self._visible.clear()
        return before

    def remove(self, number: int) -> Row | None:
        """Take a row out; returns it, or None when there was none."""
        row = self.rows.pop(number, None)
        if row is None:
            return None
        del self.keys[bisect_left(self.keys, number)]
        if self.definition.key and self.by_key.get(self.business_key(row)) == number:
            del self.by_key[self.business_key(row)]
        self._visible.clear()
        return row

    def copy(self) -> Table:
        """A table with the same rows that changes on its own; rows are shared, as none is changed in place."""
        copy = Table(self.definition)
        copy.rows, copy.keys, copy.by_key = self.rows.copy(), self.keys.copy(), self.by_key.copy()
        copy.next_key = self.next_key
        return copy

    def as_it_was(self, before: Mapping[int, Row | None]) -> Table:
        """A copy in which these records are as they were; None stands for one that did not exist."""
        rows = {**self.rows, **{number: row for number, row in before.items() if row is not None}}
        copy = Table(self.definition)
        copy.fill(rows[number] for number in sorted(rows) if before.get(number, rows) is not None)
        return copy

    def visible(self, scope: str) -> list[int]:
        """Sorted keys a scope may see: shared rows, plus those of one entity, or all of them."""
        if scope == EVERYTHING or not self.definition.entity_owned:
            return self.keys
        cached = self._visible.get(scope)
        if cached is None:
            rows = self.rows
            allowed = ("", scope)
            cached = [number for number in self.keys if rows[number].get("MEGAENTITYID", "") in allowed]
            self._visible[scope] = cached
        return cached

    def sees(self, row: Row, scope: str) -> bool:
        """Whether one row is visible in a scope."""
        if scope == EVERYTHING or not self.definition.entity_owned:
            return True
        return row.get("MEGAENTITYID", "") in ("", scope)
