"""The state file: what differs from the seed, saved after every change and loaded at start.

Owns the format of that file. Must not save sessions or faults.
"""

from __future__ import annotations

import json
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from integrations.sandbox.store import Company, Row, Store

FORMAT = 1
PARTS = {"seed": str, "base": str, "companies": dict}


class StateError(Exception):
    """The state file cannot be used; the text says why and what to do."""


def saved_base(path: Path, seed: str) -> datetime | None:
    """The moment the saved seed is relative to, or None when there is no file yet. Raises StateError."""
    if not path.exists():
        return None
    state = _read(path)
    if state["seed"] != seed:
        raise StateError(f"{path} was made with --seed {state['seed']}; start with that seed or choose another file.")
    try:
        return datetime.fromisoformat(state["base"])
    except ValueError as problem:
        raise StateError(f"{path} names no moment its seed is relative to; delete it to start afresh.") from problem


def _read(path: Path) -> dict[str, Any]:
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise StateError(f"{path} cannot be read: {problem}") from problem
    if (
        not isinstance(state, dict)
        or state.get("format") != FORMAT
        or not all(isinstance(state.get(name), kind) for name, kind in PARTS.items())
    ):
        raise StateError(f"{path} is not a state file of this version; delete it to start afresh.")
    return state


class StateFile:
    """Saves changed rows, counters and completed control ids atomically; unchanged rows come from the seed again."""

    def __init__(self, path: Path, store: Store) -> None:
        self.path = path
        self.store = store
        self._saved = self._revision()

    def load(self) -> None:
        """Apply the file to a freshly seeded store; does nothing when there is no file. Raises StateError."""
        if not self.path.exists():
            return
        state = _read(self.path)
        for company_id, saved in state["companies"].items():
            company = self.store.companies.get(company_id)
            try:
                if company is not None:
                    _apply(company, saved)
            except (KeyError, TypeError, ValueError, AttributeError) as problem:
                text = f"{self.path} holds records this version does not know; delete it to start afresh."
                raise StateError(text) from problem
        self._saved = self._revision()

    def save_if_changed(self) -> None:
        """Write the file when there is something new to write."""
        with self.store.lock:
            revision = self._revision()
            if revision == self._saved and self.path.exists():
                return
            text = self._text()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(self.path)
            self._saved = revision

    def _revision(self) -> tuple[tuple[int, int], ...]:
        return tuple((id(company), company.revision) for company in self.store.companies.values())

    def _text(self) -> str:
        companies = {company.id: _changes(company) for company in self.store.companies.values()}
        state = {
            "format": FORMAT,
            "seed": self.store.seed,
            "base": self.store.base.isoformat(),
            "companies": companies,
        }
        return json.dumps(state, ensure_ascii=False, sort_keys=True)


def _changes(company: Company) -> dict[str, Any]:
    tables: dict[str, dict[str, Row | None]] = {}
    for name, numbers in company.changed.items():
        table = company.table(name)
        tables[name] = {str(number): table.get(number) for number in numbers}
    return {
        "rows": tables,
        "next": {name: company.table(name).next_key for name in tables},
        "completed": sorted(company.completed),
    }


def _apply(company: Company, saved: dict[str, Any]) -> None:
    for name, rows in saved["rows"].items():
        for number, row in rows.items():
            if row is None:
                company.erase(name, int(number))
            else:
                company.write(name, row)
        company.table(name).next_key = max(company.table(name).next_key, saved["next"][name])
    company.completed.update(saved["completed"])
