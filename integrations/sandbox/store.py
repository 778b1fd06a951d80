"""The memory of the gateway: companies, their tables with keys and indexes, and undo journals for transactions.

Owns consistency of rows and indexes. Must not check permissions, formats or references.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from integrations.sandbox.computed import COMPUTED
from integrations.sandbox.restrictions import Restrictions
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.schema.model import ObjectDefinition
from integrations.sandbox.visibility import Visibility

Row = dict[str, str]
Getter = Callable[[Row], str]

EVERYTHING = "*"
TOP_LEVEL = ""


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


@dataclass(slots=True, repr=False)
class Account:
    """What a user may do beyond what USERINFO shows: password, role, and the entities it is restricted to."""

    password: str
    role: str
    entities: tuple[str, ...] = ()
    gmtoffset: str = "+00:00"


class Company:
    """One company: tables, users, authorised senders, and the control ids of completed functions."""

    def __init__(self, company_id: str, title: str) -> None:
        self.id = company_id
        self.title = title
        self.tables = {name: Table(definition) for name, definition in CATALOGUE.items()}
        self.accounts: dict[str, Account] = {}
        self.clients: tuple[str, ...] = ()
        self.senders: set[str] = set()
        self.applications: tuple[str, ...] = ()
        self.preferences: dict[str, dict[str, str]] = {}
        self.completed: dict[str, None] = {}  # in the order they were completed
        self.restrictions = Restrictions()
        self.visibility = Visibility()
        self.clock_offset = timedelta()
        self.changed: dict[str, set[int]] = {}
        self.unsaved: dict[str, set[int]] = {}
        self._journals: list[list[tuple[Table, int, Row | None]]] = []

    def copy(self) -> Company:
        """A company as this one was seeded, which changes on its own. Not for one that has been worked with."""
        copy = Company(self.id, self.title)
        copy.tables = {name: table.copy() for name, table in self.tables.items()}
        copy.accounts = {login: replace(account) for login, account in self.accounts.items()}
        copy.clients, copy.senders, copy.applications = self.clients, self.senders.copy(), self.applications
        copy.preferences = {application: values.copy() for application, values in self.preferences.items()}
        return copy

    def table(self, name: str) -> Table:
        return self.tables[name]

    def searched(self, name: str) -> Table:
        """A table as searches see it, which may lag behind."""
        return self.visibility.searched(self.tables[name])

    def now(self) -> datetime:
        """The clock that stamps records; it may be set off against the real one to practise calibration."""
        return datetime.now(UTC) + self.clock_offset

    def write(self, name: str, row: Row) -> None:
        """Insert or replace a row, remembering what it replaced for a rollback."""
        table = self.tables[name]
        number = int(row[table.definition.record_key])
        self._note(table, number, table.put(row))

    def erase(self, name: str, number: int) -> None:
        """Delete a row, remembering it for a rollback."""
        table = self.tables[name]
        self._note(table, number, table.remove(number))

    def _note(self, table: Table, number: int, before: Row | None) -> None:
        name = table.definition.name
        self.changed.setdefault(name, set()).add(number)
        self.unsaved.setdefault(name, set()).add(number)
        self.visibility.note(name, number, before)
        if self._journals:
            self._journals[-1].append((table, number, before))

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Undo every write of the block, newest first, when an exception leaves it; blocks may be nested.

        Record numbers already given out are not reused.
        """
        self._journals.append([])
        try:
            yield
        except BaseException:
            for table, number, before in reversed(self._journals.pop()):
                if before is None:
                    table.remove(number)
                else:
                    table.put(before)
            raise
        done = self._journals.pop()
        if self._journals:
            self._journals[-1].extend(done)

    def complete(self, controlid: str) -> None:
        """Remember that a function with this control id was executed and completed."""
        self.completed[controlid] = None

    def forget_completed(self, count: int) -> None:
        """Forget the control ids completed last until `count` are left: their transaction was undone."""
        while len(self.completed) > count:
            self.completed.popitem()

    def related(self, definition: ObjectDefinition, path: str, row: Row) -> Row | None:
        """Follow a many-to-one relation from a row."""
        relation = definition.relations[path]
        key = tuple(row.get(name, "") for name in relation.local)
        if "" in key:
            return None
        table = self.tables[relation.target]
        return table.get(int(key[0])) if relation.by_record else table.find(*key)

    def getter(self, definition: ObjectDefinition, name: str) -> Getter:
        """A function that reads one own or derived field of a row; empty text when there is no value."""
        computed = COMPUTED.get(name)
        if computed is not None:
            return lambda row: computed(self.id, definition, row)
        derived = definition.derived.get(name)
        if derived is None:
            return lambda row: row.get(name, "")
        path, target_field = derived
        inner = self.getter(CATALOGUE[definition.relations[path].target], target_field)

        def read(row: Row) -> str:
            target = self.related(definition, path, row)
            return "" if target is None else inner(target)

        return read


@dataclass(slots=True, repr=False)
class Store:
    """All companies and senders behind one lock, so that concurrent requests see a consistent state."""

    seed: str
    base: datetime
    senders: dict[str, str] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def copy(self) -> Store:
        """A store as this one was seeded, which changes on its own."""
        companies = {name: company.copy() for name, company in self.companies.items()}
        return Store(self.seed, self.base, self.senders.copy(), companies)
