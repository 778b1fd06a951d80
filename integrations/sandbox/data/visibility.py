"""A store that shows a change to searches only after a while, while a read by key sees it at once.

Owns what searches still see instead. Must not change records.
"""

from __future__ import annotations

import math
import time

from integrations.sandbox.data.tables import Row, Table


class Visibility:
    """The delay of one company. Needs the store's lock; off until `delay` is called."""

    def __init__(self) -> None:
        self._seconds: float | None = None
        self._before: dict[str, dict[int, tuple[Row | None, float]]] = {}

    def delay(self, seconds: float | None) -> None:
        """Hold changes back for `seconds` from now on, until `settle` for infinity, not at all for None."""
        self._seconds = seconds

    def note(self, name: str, number: int, before: Row | None) -> None:
        """A record was changed: searches go on seeing what it was before, which is None for a new one."""
        if self._seconds is not None:
            moment = math.inf if math.isinf(self._seconds) else time.monotonic() + self._seconds
            held = self._before.setdefault(name, {})
            # What searches see stays what it was before the first change that they have not seen yet.
            seen, until = held.get(number, (before, 0.0))
            held[number] = (before if until and until <= time.monotonic() else seen, moment)

    def show(self, name: str, number: int) -> None:
        """Let searches see a record as it is."""
        self._before.get(name, {}).pop(number, None)

    def settle(self) -> int:
        """Let searches see everything as it is; returns how many records they had not seen."""
        count = sum(len(held) for held in self._before.values())
        self._before.clear()
        return count

    def searched(self, table: Table) -> Table:
        """The table as searches see it; the table itself when nothing is held back."""
        held = self._before.get(table.definition.name)
        if not held:
            return table
        now = time.monotonic()
        for number in [number for number, (_, until) in held.items() if until <= now]:
            del held[number]
        return table.as_it_was({number: row for number, (row, _) in held.items()}) if held else table
