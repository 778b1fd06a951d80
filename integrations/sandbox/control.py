"""What a test may do to the gateway beyond practice: reset, expired sessions, direct changes, statistics, faults.

Owns what a command does, those about faults apart. Must not be reachable unless it was switched on at start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from integrations.sandbox.arguments import MAX_NUMBER, MAX_TIMES, Arguments, UnknownCommand
from integrations.sandbox.data.counts import Statistics
from integrations.sandbox.data.store import Company, Store
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import IllegalValue, normalise, record_number, wire_timestamp
from integrations.sandbox.fault_commands import FaultCommands, company_of
from integrations.sandbox.inbox import Reception
from integrations.sandbox.schema.model import ObjectDefinition
from integrations.sandbox.seed import build_store
from integrations.sandbox.wire.legacy_shapes import CONSTRUCTION_PLACES, LINE_TEXTS, models


class Control:
    """Executes commands on a running gateway."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._gateway = reception.gateway
        self._seeded: Store | None = None
        faults = FaultCommands(reception)
        self._commands: dict[str, Callable[[Arguments], dict[str, Any]]] = {
            "reset": self._reset,
            "expire_sessions": self._expire_sessions,
            "fault": faults.fault,
            "chaos": faults.chaos,
            "heal": faults.heal,
            "settle": faults.settle,
            "wait": faults.wait,
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
        return action(Arguments(command))

    def _reset(self, arguments: Arguments) -> dict[str, Any]:
        arguments.only()
        self._reception.start_over()
        store = self._gateway.store
        with store.lock:
            if self._seeded is None:
                self._seeded = build_store(store.seed, store.base)
            fresh = self._seeded.copy()
            store.companies, store.senders = fresh.companies, fresh.senders
            self._gateway.sessions.expire_all()
            self._gateway.statistics = Statistics()
            self._gateway.models = models(construction="after", lines="schema")
        return {"done": "reset"}

    def _expire_sessions(self, arguments: Arguments) -> dict[str, Any]:
        arguments.only("after")
        sessions = self._gateway.sessions
        with self._gateway.store.lock:
            if arguments.has("after"):
                after = arguments.whole("after", 0, MAX_TIMES)
                sessions.expire_after(after)
                return {"done": "expire_sessions", "after": after}
            return {"done": "expire_sessions", "expired": sessions.expire_all()}

    def _put(self, arguments: Arguments) -> dict[str, Any]:
        arguments.only("object", "record", "company")
        definition, record = arguments.definition(), arguments.raw("record")
        if not isinstance(record, Mapping):
            raise UnknownCommand("record must be an object of fields and values.")
        with self._gateway.store.lock:
            return self._put_record(company_of(arguments, self._reception), definition, record)

    def _put_record(self, company: Company, definition: ObjectDefinition, record: Mapping[str, Any]) -> dict[str, Any]:
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
        company.visibility.show(definition.name, int(row[definition.record_key]))
        return {"done": "put", "object": definition.name, "RECORDNO": row[definition.record_key]}

    def _delete(self, arguments: Arguments) -> dict[str, Any]:
        arguments.only("object", "key", "company")
        definition, key = arguments.definition(), arguments.text("key")
        with self._gateway.store.lock:
            return self._delete_record(company_of(arguments, self._reception), definition, key)

    def _delete_record(self, company: Company, definition: ObjectDefinition, key: str) -> dict[str, Any]:
        table = company.table(definition.name)
        row = table.find(*key.split("|")) if definition.key else None
        number = record_number(key)
        if row is None and number is not None:
            row = table.get(number)
        if row is None:
            raise UnknownCommand(f"key must be a business key or RECORDNO of {definition.name}; there is no {key!r}.")
        company.erase(definition.name, int(row[definition.record_key]))
        company.visibility.show(definition.name, int(row[definition.record_key]))
        return {"done": "delete", "object": definition.name, "RECORDNO": row[definition.record_key]}

    def _clock(self, arguments: Arguments) -> dict[str, Any]:
        arguments.only("offset_seconds", "company")
        seconds = arguments.number("offset_seconds", -MAX_NUMBER, MAX_NUMBER, 0)
        with self._gateway.store.lock:
            company_of(arguments, self._reception).clock_offset = timedelta(seconds=seconds)
        return {"done": "clock", "offset_seconds": seconds}

    def _order(self, arguments: Arguments) -> dict[str, Any]:
        """Demand the construction block of purchasing transactions before or after their lines, and the lines as the
        schema or as the pages order them; texts say both."""
        arguments.only("construction", "lines")
        place = arguments.choice("construction", CONSTRUCTION_PLACES, "after")
        lines = arguments.choice("lines", LINE_TEXTS, "schema")
        with self._gateway.store.lock:
            self._gateway.models = models(construction=place, lines=lines)
        return {"done": "order", "construction": place, "lines": lines}

    def _stats(self, arguments: Arguments) -> dict[str, Any]:
        arguments.only()
        reception = self._reception
        with self._gateway.store.lock:
            counts = self._gateway.statistics
            return {
                "requests": counts.requests,
                "logins": counts.logins,
                "failed_logins": counts.failed_logins,
                "sessions": len(self._gateway.sessions),
                "functions": dict(counts.functions),
                "objects": dict(counts.objects),
                "faults": reception.faults.pending(),
                "struck": reception.faults.struck(),
                "in_flight": reception.traffic.figures(),
                "late": reception.late.figures(),
                "records": {
                    company.id: {name: len(table) for name, table in company.tables.items() if len(table)}
                    for company in self._gateway.store.companies.values()
                },
            }

    @staticmethod
    def _existing(company: Company, definition: ObjectDefinition, given: Row) -> Row | None:
        table = company.table(definition.name)
        number = given.get(definition.record_key, "")
        if number:
            return table.get(int(number))
        return table.find(*table.business_key(given)) if definition.key else None


def _checked(definition: ObjectDefinition, record: Mapping[str, Any]) -> Row:
    row: Row = {}
    for name, value in record.items():
        field = definition.fields.get(str(name))
        if field is None or name in definition.derived:
            raise UnknownCommand(f"record must hold fields of {definition.name} itself; {name!r} is none.")
        try:
            row[field.name] = normalise(field, str(value))
        except IllegalValue:
            raise UnknownCommand(f"record holds {value!r}, which is no value for {definition.name}.{name}.") from None
    return row
