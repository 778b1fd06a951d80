"""The memory of the gateway: companies, their tables with keys and indexes, and undo journals for transactions.

Owns consistency of rows and indexes. Must not check permissions, formats or references.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from integrations.sandbox.data.computed import COMPUTED
from integrations.sandbox.data.restrictions import Restrictions
from integrations.sandbox.data.tables import Getter, Row, Table
from integrations.sandbox.data.visibility import Visibility
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.schema.model import ObjectDefinition

TOP_LEVEL = ""


@dataclass(slots=True, repr=False)
class Account:
    """What a user may do beyond what USERINFO shows: password, role, and the entities it is restricted to."""

    password: str
    role: str
    entities: tuple[str, ...] = ()
    gmtoffset: str = "+00:00"


class Company:
    """One company: tables, users, authorized senders, and the control ids of completed functions."""

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
        """The clock that stamps records; it may be set off against the real one to practice calibration."""
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
