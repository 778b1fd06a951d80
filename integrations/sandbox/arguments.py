"""Reading the values of a control command; a wrong one is refused with its key and what is allowed.

Owns these refusals. Must not do what a command asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.schema.model import ObjectDefinition

MAX_NUMBER = 1_000_000_000
MAX_SECONDS = 900.0
MAX_TIMES = 1_000_000


class UnknownCommand(ValueError):
    """The command, or one of its values, is not known; the text names the key and what is allowed."""


class Arguments:
    """The values of one command. Each reader returns the default when the key is absent, or refuses without one."""

    def __init__(self, command: Mapping[str, Any]) -> None:
        self._command = command

    def only(self, *allowed: str) -> None:
        """Refuse keys that this command does not know: a misspelt one would silently do nothing."""
        unknown = sorted(str(key) for key in self._command if key not in {"do", *allowed})
        if unknown:
            known = f"allowed are {', '.join(allowed)}" if allowed else "it takes none"
            raise UnknownCommand(f"{self._command.get('do')} does not know the key {unknown[0]!r}; {known}.")

    def has(self, key: str) -> bool:
        return key in self._command

    def raw(self, key: str) -> Any:
        return self._command.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        value = self._value(key, default)
        if not isinstance(value, str):
            raise UnknownCommand(f"{key} must be a text, not {value!r}.")
        return value

    def choice(self, key: str, allowed: Collection[str], default: str | None = None) -> str:
        """One of some words."""
        value = self.text(key, default)
        if value not in allowed:
            raise UnknownCommand(f"{key} must be one of {', '.join(allowed)}, not {value!r}.")
        return value

    def choices(self, key: str, allowed: Collection[str]) -> tuple[str, ...]:
        """A list of one or more of some words."""
        value = self._value(key, None)
        if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
            raise UnknownCommand(f"{key} must be a list of one or more of {', '.join(allowed)}.")
        for word in value:
            if word not in allowed:
                raise UnknownCommand(f"{key} must hold only {', '.join(allowed)}, not {word!r}.")
        return tuple(value)

    def number(self, key: str, lowest: float, highest: float, default: float | None = None) -> float:
        value = self._value(key, default)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        # A comparison that is false for infinity and for what is no number, both of which JSON readers accept.
        if not is_number or not lowest <= value <= highest:
            raise UnknownCommand(f"{key} must be a number from {lowest:g} to {highest:g}, not {value!r}.")
        return float(value)

    def seconds(self, key: str = "seconds", default: float | None = None) -> float:
        return self.number(key, 0, MAX_SECONDS, default)

    def whole(self, key: str, lowest: int, highest: int, default: int | None = None) -> int:
        value = self._value(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise UnknownCommand(f"{key} must be a whole number from {lowest} to {highest}, not {value!r}.")
        return value

    def definition(self, key: str = "object") -> ObjectDefinition:
        """An object of the schema, in upper or lower case."""
        name = self.text(key).upper()
        definition = CATALOGUE.get(name)
        if definition is None:
            raise UnknownCommand(f"{key} must be an object this gateway knows, not {name!r}: {', '.join(CATALOGUE)}.")
        return definition

    def _value(self, key: str, default: Any) -> Any:
        value = self._command.get(key, default)
        if value is None:
            raise UnknownCommand(f"{self._command.get('do')} needs the key {key!r}.")
        return value
