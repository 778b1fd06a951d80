"""The control commands about faults: which fault is wanted, for which requests, how often, and how it ends.

Owns the reading of these commands. Must not know what a fault looks like or when it strikes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from integrations.sandbox.arguments import MAX_TIMES, Arguments, UnknownCommand
from integrations.sandbox.data.permissions import OPERATIONS, ROLES
from integrations.sandbox.data.restrictions import Denial
from integrations.sandbox.data.store import Company
from integrations.sandbox.faults.kinds import KINDS, LASTING, PASSING
from integrations.sandbox.faults.pending import ANY, Chaos, Fault
from integrations.sandbox.faults.spoilt import WAYS
from integrations.sandbox.faults.traffic import MODES, Limit
from integrations.sandbox.handlers import HANDLERS
from integrations.sandbox.inbox import Reception
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.seed import COMPANY_ID

PASSING_KEYS = ("kind", "times", "match", "nth")
MAX_RETRY_AFTER = 86_400
MAX_IN_FLIGHT = 1000


def company_of(arguments: Arguments, reception: Reception) -> Company:
    """The company a command is about; the one of the seed unless it names another."""
    companies = reception.gateway.store.companies
    return companies[arguments.choice("company", companies, COMPANY_ID)]


class FaultCommands:
    """Executes these commands on one gateway."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._lasting: dict[str, Callable[[Arguments], dict[str, Any]]] = {
            "permission": self._permission,
            "unselectable": self._unselectable,
            "spoilt": self._spoilt,
            "visibility": self._visibility,
            "latency": self._latency,
            "gather": self._gather,
            "limit": self._limit,
        }

    def fault(self, arguments: Arguments) -> dict[str, Any]:
        """A fault for some requests, or a lasting one."""
        name = arguments.choice("kind", KINDS)
        if name in LASTING:
            arguments.only("kind", "company", *KINDS[name].takes)
            with self._reception.gateway.store.lock:
                return {"done": "fault", "kind": name, **self._lasting[name](arguments)}
        arguments.only(*PASSING_KEYS, *KINDS[name].takes)
        fault = Fault(
            kind=name,
            times=arguments.whole("times", 1, MAX_TIMES, 1),
            match=_match(arguments),
            nth=arguments.whole("nth", 1, MAX_TIMES, 1),
            seconds=arguments.seconds(default=KINDS[name].seconds),
            values=_values(arguments),
        )
        self._reception.faults.add(fault)
        return {"done": "fault", "kind": name}

    def chaos(self, arguments: Arguments) -> dict[str, Any]:
        """Strike at random; a rate of 0 ends it."""
        arguments.only("rate", "kinds", "seed", "match", "seconds")
        rate = arguments.number("rate", 0, 1)
        if not rate:
            self._reception.faults.unleash(None)
            return {"done": "chaos", "rate": 0}
        kinds = arguments.choices("kinds", PASSING) if arguments.has("kinds") else PASSING
        seconds = arguments.seconds() if arguments.has("seconds") else None
        seed = arguments.whole("seed", 0, MAX_TIMES, 0)
        self._reception.faults.unleash(Chaos(rate, kinds, seed, _match(arguments), seconds))
        return {"done": "chaos", "rate": rate, "kinds": list(kinds), "seed": seed}

    def heal(self, arguments: Arguments) -> dict[str, Any]:
        """No fault waits and none lasts any more; records, sessions, counts and late work stay."""
        arguments.only()
        reception = self._reception
        reception.faults.clear()
        reception.traffic.lift()
        with reception.gateway.store.lock:
            for company in reception.gateway.store.companies.values():
                company.restrictions.lift()
                company.visibility.delay(None)
                company.visibility.settle()
        return {"done": "heal"}

    def settle(self, arguments: Arguments) -> dict[str, Any]:
        """Late work is done now, and searches see everything as it is."""
        arguments.only()
        late = self._reception.late.settle()
        with self._reception.gateway.store.lock:
            companies = self._reception.gateway.store.companies.values()
            shown = sum(company.visibility.settle() for company in companies)
        return {"done": "settle", "late": late, "shown": shown}

    def wait(self, arguments: Arguments) -> dict[str, Any]:
        """Wait until late work was done when it was due, for some seconds at most."""
        arguments.only("seconds")
        return {"done": "wait", "waiting": self._reception.late.wait(arguments.seconds(default=10.0))}

    def _permission(self, arguments: Arguments) -> dict[str, Any]:
        definition, company = arguments.definition(), company_of(arguments, self._reception)
        operation = arguments.choice("operation", OPERATIONS, "query") if arguments.has("operation") else ""
        user = arguments.choice("user", company.accounts, "") if arguments.has("user") else ""
        role = arguments.choice("role", ROLES, "") if arguments.has("role") else ""
        company.restrictions.denials.add(Denial(definition.name, operation, user, role))
        return {"object": definition.name}

    def _unselectable(self, arguments: Arguments) -> dict[str, Any]:
        definition = arguments.definition()
        name = arguments.choice("field", definition.fields)
        company_of(arguments, self._reception).restrictions.withhold(definition.name, name)
        return {"object": definition.name, "field": name}

    def _spoilt(self, arguments: Arguments) -> dict[str, Any]:
        """A record, by RECORDNO, that no answer can show together with the field."""
        definition = arguments.definition()
        name = arguments.choice("field", definition.fields, "NAME")
        way = arguments.choice("way", WAYS, "control")
        key = str(arguments.whole("key", -MAX_TIMES, MAX_TIMES))
        restrictions = company_of(arguments, self._reception).restrictions
        restrictions.spoilt.setdefault(definition.name, {})[key] = (name, way)
        return {"object": definition.name, "key": key, "field": name, "way": way}

    def _visibility(self, arguments: Arguments) -> dict[str, Any]:
        """Without seconds, changes are held back until `settle`; 0 shows them at once from now on."""
        seconds = arguments.seconds() if arguments.has("seconds") else math.inf
        company_of(arguments, self._reception).visibility.delay(seconds or None)
        return {"seconds": None if math.isinf(seconds) else seconds}

    def _latency(self, arguments: Arguments) -> dict[str, Any]:
        if arguments.has("company"):
            raise UnknownCommand("company cannot be chosen for latency: it holds up every request.")
        seconds, jitter = arguments.seconds(), arguments.seconds("jitter", 0.0)
        self._reception.traffic.set_latency(seconds, jitter)
        return {"seconds": seconds, "jitter": jitter}

    def _gather(self, arguments: Arguments) -> dict[str, Any]:
        if arguments.has("company"):
            raise UnknownCommand("company cannot be chosen for gather: it holds up every request.")
        requests, seconds = arguments.whole("requests", 0, MAX_IN_FLIGHT), arguments.seconds(default=10.0)
        self._reception.traffic.gather(requests, seconds)
        return {"requests": requests, "seconds": seconds}

    def _limit(self, arguments: Arguments) -> dict[str, Any]:
        """A limit of 0 lifts it."""
        requests, mode = arguments.whole("limit", 0, MAX_IN_FLIGHT), arguments.choice("mode", MODES, "refuse")
        company = company_of(arguments, self._reception)
        self._reception.traffic.set_limit(company.id, Limit(requests, mode) if requests else None)
        return {"limit": requests, "mode": mode}


def _match(arguments: Arguments) -> str:
    """`any`, or names of functions and objects parted by blanks."""
    match = arguments.text("match", ANY)
    known = {name.lower() for name in (*HANDLERS, *CATALOGUE)}
    for word in [] if match == ANY else match.split() or [match]:
        if word.lower() not in known:
            allowed = f"{ANY}, or functions ({', '.join(HANDLERS)}) and objects ({', '.join(CATALOGUE)})"
            raise UnknownCommand(f"match must be {allowed}, not {word!r}.")
    return match


def _values(arguments: Arguments) -> dict[str, Any]:
    """What the kind takes beyond seconds, as far as it was given."""
    readers: dict[str, Callable[[], Any]] = {
        "retry_after": lambda: arguments.whole("retry_after", 0, MAX_RETRY_AFTER),
        "keep": lambda: arguments.whole("keep", 0, 100),
        "by": lambda: arguments.whole("by", -MAX_TIMES, MAX_TIMES),
        "field": lambda: arguments.text("field"),
        "value": lambda: arguments.text("value"),
        "row": lambda: arguments.whole("row", 0, 2000),
    }
    return {key: read() for key, read in readers.items() if arguments.has(key)}
