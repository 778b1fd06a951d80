"""The control commands for tests and practice: reset, faults, expired sessions, direct changes, statistics.

Owns what a command does. Must not be reachable unless it was switched on at start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from integrations.sandbox.faults import KINDS, MAX_SLOW_SECONDS, Fault, Faults
from integrations.sandbox.gateway import Gateway, Statistics
from integrations.sandbox.legacy_shapes import ORDERS
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.schema.model import ObjectDefinition
from integrations.sandbox.seed import COMPANY_ID, build_store
from integrations.sandbox.store import Company, Row
from integrations.sandbox.values import IllegalValue, normalise, record_number, wire_timestamp

MAX_NUMBER = 1_000_000_000


class UnknownCommand(ValueError):
    """The command, or one of its values, is not known; the text says which."""


class Control:
    """Executes commands on a running gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.faults = Faults()
        self._commands: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "reset": self._reset,
            "expire_sessions": self._expire_sessions,
            "fault": self._fault,
            "put": self._put,
            "delete": self._delete,
            "clock": self._clock,
            "order": self._order,
            "stats": self._stats,
        }

    def execute(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Run one command. In: its JSON object with the key `do`. Out: a JSON object. Raises UnknownCommand."""
        name = command.get("do")
        action = self._commands.get(name) if isinstance(name, str) else None
        if action is None:
            raise UnknownCommand(f"Unknown command {name!r}; known are {', '.join(sorted(self._commands))}.")
        with self.gateway.store.lock:
            return action(command)

    def _reset(self, command: Mapping[str, Any]) -> dict[str, Any]:
        store = self.gateway.store
        fresh = build_store(store.seed, store.base)
        store.companies, store.senders = fresh.companies, fresh.senders
        self.gateway.sessions.expire_all()
        self.gateway.statistics = Statistics()
        self.faults.clear()
        self.gateway.models = ORDERS["after"]
        return {"done": "reset"}

    def _expire_sessions(self, command: Mapping[str, Any]) -> dict[str, Any]:
        return {"done": "expire_sessions", "expired": self.gateway.sessions.expire_all()}

    def _fault(self, command: Mapping[str, Any]) -> dict[str, Any]:
        kind = str(command.get("kind", ""))
        if kind == "permission":
            definition = _definition(command)
            self._company(command).denied_objects.add(definition.name)
            return {"done": "fault", "kind": kind, "object": definition.name}
        if kind not in KINDS:
            raise UnknownCommand(f"Unknown fault {kind!r}; known are {', '.join(sorted((*KINDS, 'permission')))}.")
        times = _number(command.get("times", 1), "times")
        seconds = _number(command.get("seconds", 1.0 if kind == "slow" else 0.0), "seconds")
        if times < 1 or times != int(times) or not 0 <= seconds <= MAX_SLOW_SECONDS:
            raise UnknownCommand(f"times must be a whole number from 1, seconds from 0 to {MAX_SLOW_SECONDS:g}.")
        self.faults.add(Fault(kind, int(times), str(command.get("match", "any")), float(seconds)))
        return {"done": "fault", "kind": kind}

    def _put(self, command: Mapping[str, Any]) -> dict[str, Any]:
        company, definition = self._company(command), _definition(command)
        record = command.get("record")
        if not isinstance(record, Mapping):
            raise UnknownCommand("put needs a record.")
        table = company.table(definition.name)
        given = _checked(definition, record)
        before = self._existing(company, definition, given)
        row: Row = {**before} if before is not None else {}
        row.update(given)
        if before is None:
            row.setdefault(definition.record_key, str(table.next_key))
        if "WHENMODIFIED" in definition.fields and "WHENMODIFIED" not in given:
            row["WHENMODIFIED"] = wire_timestamp(company.now())
        if "STATUS" in definition.fields:
            row.setdefault("STATUS", normalise(definition.fields["STATUS"], "active"))
        company.write(definition.name, {name: value for name, value in row.items() if value})
        return {"done": "put", "object": definition.name, "RECORDNO": row[definition.record_key]}

    def _delete(self, command: Mapping[str, Any]) -> dict[str, Any]:
        company, definition = self._company(command), _definition(command)
        key = str(command.get("key", ""))
        table = company.table(definition.name)
        row = table.find(*key.split("|")) if definition.key else None
        number = record_number(key)
        if row is None and number is not None:
            row = table.get(number)
        if row is None:
            raise UnknownCommand(f"{definition.name} has no record {key!r}.")
        company.erase(definition.name, int(row[definition.record_key]))
        return {"done": "delete", "object": definition.name, "RECORDNO": row[definition.record_key]}

    def _clock(self, command: Mapping[str, Any]) -> dict[str, Any]:
        seconds = _number(command.get("offset_seconds", 0), "offset_seconds")
        self._company(command).clock_offset = timedelta(seconds=seconds)
        return {"done": "clock", "offset_seconds": seconds}

    def _order(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Demand the construction block of purchasing transactions before or after their lines; texts say both."""
        place = str(command.get("construction", ""))
        if place not in ORDERS:
            raise UnknownCommand(f"construction is one of {', '.join(sorted(ORDERS))}.")
        self.gateway.models = ORDERS[place]
        return {"done": "order", "construction": place}

    def _stats(self, command: Mapping[str, Any]) -> dict[str, Any]:
        counts = self.gateway.statistics
        return {
            "requests": counts.requests,
            "logins": counts.logins,
            "failed_logins": counts.failed_logins,
            "sessions": len(self.gateway.sessions),
            "functions": dict(counts.functions),
            "objects": dict(counts.objects),
            "faults": self.faults.pending(),
            "records": {
                company.id: {name: len(table) for name, table in company.tables.items() if len(table)}
                for company in self.gateway.store.companies.values()
            },
        }

    def _company(self, command: Mapping[str, Any]) -> Company:
        company_id = str(command.get("company", COMPANY_ID))
        company = self.gateway.store.companies.get(company_id)
        if company is None:
            raise UnknownCommand(f"Unknown company {company_id!r}.")
        return company

    @staticmethod
    def _existing(company: Company, definition: ObjectDefinition, given: Row) -> Row | None:
        table = company.table(definition.name)
        number = given.get(definition.record_key, "")
        if number:
            return table.get(int(number))
        return table.find(*table.business_key(given)) if definition.key else None


def _definition(command: Mapping[str, Any]) -> ObjectDefinition:
    name = str(command.get("object", "")).upper()
    definition = CATALOGUE.get(name)
    if definition is None:
        raise UnknownCommand(f"Unknown object {name!r}.")
    return definition


def _checked(definition: ObjectDefinition, record: Mapping[str, Any]) -> Row:
    row: Row = {}
    for name, value in record.items():
        field = definition.fields.get(str(name))
        if field is None or name in definition.derived:
            raise UnknownCommand(f"{definition.name} has no field {name!r} of its own.")
        try:
            row[field.name] = normalise(field, str(value))
        except IllegalValue:
            raise UnknownCommand(f"{value!r} is no value for {definition.name}.{name}.") from None
    return row


def _number(value: object, name: str) -> float:
    # A comparison that is false for infinity and for what is no number at all, both of which JSON readers accept.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= MAX_NUMBER:
        raise UnknownCommand(f"{name} must be a number of at most {MAX_NUMBER}.")
    return value
