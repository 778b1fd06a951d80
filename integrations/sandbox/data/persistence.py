"""The state file: what differs from the seed, appended after every change and loaded at start.

Owns the format of that file: a line about the seed, then a line of JSON for each change. Must not save sessions or
faults, and must not hold the store's lock while it writes.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from integrations.sandbox.data.store import Company, Store
from integrations.sandbox.data.tables import Row

FORMAT = 2


class StateError(Exception):
    """The state file cannot be used; the text says why and what to do."""


def saved_base(path: Path, seed: str) -> datetime | None:
    """The moment the saved seed is relative to, or None when there is no file yet. Raises StateError."""
    if not path.exists():
        return None
    head, _ = _read(path)
    if head["seed"] != seed:
        raise StateError(f"{path} was made with --seed {head['seed']}; start with that seed or choose another file.")
    try:
        return datetime.fromisoformat(head["base"])
    except ValueError as problem:
        raise StateError(f"{path} names no moment its seed is relative to; delete it to start afresh.") from problem


def _read(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The head and the changes. A last line that was not finished, as after a power cut, never happened."""
    try:
        *lines, _unfinished = path.read_text(encoding="utf-8").split("\n")
        head, *changes = [json.loads(line) for line in lines] or [{}]
    except (OSError, ValueError) as problem:
        raise StateError(f"{path} cannot be read: {problem}") from problem
    is_head = isinstance(head, dict) and isinstance(head.get("seed"), str) and isinstance(head.get("base"), str)
    if not is_head or head.get("format") != FORMAT or not all(isinstance(change, dict) for change in changes):
        raise StateError(f"{path} is not a state file of this version; delete it to start afresh.")
    return head, changes


class StateFile:
    """Saves changed rows, counters and completed control ids; unchanged rows come from the seed again.

    What was answered has been handed to the operating system. The file is written again, without what is outdated, at
    each start and after a reset.
    """

    def __init__(self, path: Path, store: Store) -> None:
        self.path = path
        self.store = store
        self._file = threading.Lock()
        self._saved: dict[str, tuple[Company, int]] = {}

    def load(self) -> None:
        """Apply the file to a freshly seeded store; does nothing when there is no file. Raises StateError."""
        if not self.path.exists():
            return
        for change in _read(self.path)[1]:
            try:
                company = self.store.companies.get(change["company"])
                if company is not None:
                    _apply(company, change)
            except (KeyError, TypeError, ValueError, AttributeError) as problem:
                text = f"{self.path} holds records this version does not know; delete it to start afresh."
                raise StateError(text) from problem

    def save_if_changed(self) -> None:
        """Write what is new. Of several callers at once the first writes for all, and none returns before that."""
        with self._file:
            with self.store.lock:
                is_whole = not self._is_continued()
                lines = [self._head()] if is_whole else []
                lines += [line for company in self.store.companies.values() for line in self._news(company, is_whole)]
            if not lines:
                return
            try:
                self._replace(lines) if is_whole else self._append(lines)
            except OSError:
                self._saved.clear()  # what could not be written is written with the rest the next time
                raise

    def _is_continued(self) -> bool:
        """Whether the file holds everything up to now of these very companies, which a reset replaces."""
        companies = self.store.companies
        same = all(self._saved.get(key, (None, 0))[0] is company for key, company in companies.items())
        return same and self.path.exists()

    def _head(self) -> dict[str, Any]:
        return {"format": FORMAT, "seed": self.store.seed, "base": self.store.base.isoformat()}

    def _news(self, company: Company, is_whole: bool) -> Iterable[dict[str, Any]]:
        """What changed since the last call, or since the seed; at most one line. Needs the store's lock."""
        numbers = company.changed if is_whole else company.unsaved
        known = 0 if is_whole else self._saved[company.id][1]
        completed = list(islice(reversed(company.completed), len(company.completed) - known))
        self._saved[company.id] = (company, len(company.completed))
        tables: dict[str, dict[str, Row | None]] = {
            name: {str(number): company.table(name).get(number) for number in sorted(changed)}
            for name, changed in numbers.items()
        }
        company.unsaved = {}
        if not tables and not completed:
            return []
        next_keys = {name: company.table(name).next_key for name in tables}
        return [{"company": company.id, "rows": tables, "next": next_keys, "completed": completed}]

    def _append(self, lines: list[dict[str, Any]]) -> None:
        with self.path.open("ab") as file:
            file.write(_bytes_of(lines))

    def _replace(self, lines: list[dict[str, Any]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(_bytes_of(lines))
        Path(name).replace(self.path)


def _bytes_of(lines: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def _apply(company: Company, change: dict[str, Any]) -> None:
    for name, rows in change["rows"].items():
        for number, row in rows.items():
            if row is None:
                company.erase(name, int(number))
            else:
                company.write(name, row)
        company.table(name).next_key = max(company.table(name).next_key, change["next"][name])
    company.completed.update(dict.fromkeys(change["completed"]))
