"""A document or its record as it is compared: values by element, of the head and of each line, and what may differ.

Owns these shapes and how they are kept as JSON. Judges nothing, reads and writes nothing.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypedDict

from integrations.delivery.values import Kind, same, shown

logger = logging.getLogger(__name__)

LINE_COUNT: Final = "line_count"  # compared only where one side does not know its lines
Path = tuple[str, str]  # key of the line, "" for the head; element, "" for the line as a whole
Values = Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """A value that may be compared. `is_read`: Intacct can show it. `is_trace`: it only says that something changed.

    `is_owed`: we wrote it as it is, so that people are to see it where Intacct does not show it.
    """

    label: str
    kind: Kind = Kind.TEXT
    is_read: bool = True
    is_trace: bool = False
    is_owed: bool = True


@dataclass(frozen=True)
class Fields:
    """The fields of a document type by element, of its head and of each line."""

    head: Mapping[str, Field]
    lines: Mapping[str, Field] = field(default_factory=dict)

    def of(self, path: Path) -> Field:
        line, name = path
        if line and not name:
            return Field("Line", Kind.AMOUNT)
        return (self.lines if line else self.head).get(name) or Field(name, is_read=False)


class DamagedSnapshot(ValueError):
    """What is stored is no snapshot: the document it is about has a problem, and no other one."""


class StoredSnapshot(TypedDict, total=False):
    """A snapshot as it is kept; what is empty is left out."""

    head: dict[str, str]
    lines: dict[str, dict[str, str]] | None
    numbers: dict[str, int]
    records: dict[str, int]
    defaults: dict[str, list[str]]


@dataclass(frozen=True)
class Snapshot:
    """Values by element. `lines` is None where they are not known; a name that is absent is not known either.

    `positions` and `keys` are LINE_NO and RECORDNO of the lines in Intacct; `defaults` names, by line ("" for the
    head), the elements that settings filled in: a setting that changes later does not change what was written.
    """

    head: Values = field(default_factory=dict)
    lines: Mapping[str, Values] | None = None
    positions: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, int] = field(default_factory=dict)
    defaults: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: StoredSnapshot | None) -> "Snapshot":
        """From the JSON that `as_json` made; an empty one knows nothing. Raises DamagedSnapshot for any other JSON."""
        stored = stored or {}
        if not _is_whole(stored):
            raise DamagedSnapshot("what was kept of its record in Intacct is damaged")
        return cls(
            stored.get("head") or {},
            stored.get("lines"),
            stored.get("numbers") or {},
            stored.get("records") or {},
            stored.get("defaults") or {},
        )

    @classmethod
    def remembered(cls, stored: StoredSnapshot | None) -> "Snapshot":
        """`of`, for what the next reading replaces: a damaged one knows nothing, and the log says so."""
        try:
            return cls.of(stored)
        except DamagedSnapshot:
            logger.exception("a reading that was kept is damaged; the next one takes its place")
            return cls()

    def as_json(self) -> StoredSnapshot:
        stored: StoredSnapshot = {}
        if self.head:
            stored["head"] = dict(self.head)
        if self.lines is not None:
            stored["lines"] = {key: dict(line) for key, line in self.lines.items()}
        if self.positions:
            stored["numbers"] = dict(self.positions)
        if self.keys:
            stored["records"] = dict(self.keys)
        if self.defaults:
            stored["defaults"] = {key: list(names) for key, names in self.defaults.items()}
        return stored

    def filled(self, line: str = "") -> dict[str, str]:
        """What settings filled in when the head, or a line, was written."""
        values = self.head if not line else (self.lines or {}).get(line)
        return {} if values is None else {name: values.get(name, "") for name in self.defaults.get(line, ())}

    def paths(self) -> Iterator[tuple[Path, str]]:
        for name, value in self.head.items():
            yield ("", name), value
        for key, line in (self.lines or {}).items():
            for name, value in line.items():
                yield (key, name), value


def _is_whole(stored: object) -> bool:
    """Whether stored JSON has the shape of a snapshot, so that nothing that reads it meets another."""
    if not isinstance(stored, dict):
        return False
    lines, defaults = stored.get("lines"), stored.get("defaults") or {}
    if not (lines is None or isinstance(lines, dict)) or not isinstance(defaults, dict):
        return False
    numbers = [stored.get("numbers") or {}, stored.get("records") or {}]
    return (
        all(_are_texts(values) for values in (stored.get("head") or {}, *(lines or {}).values()))
        and all(isinstance(each, dict) and all(type(value) is int for value in each.values()) for each in numbers)
        and all(isinstance(names, list) and all(isinstance(name, str) for name in names) for names in defaults.values())
    )


def _are_texts(values: object) -> bool:
    return isinstance(values, dict) and all(value is None or isinstance(value, str) for value in values.values())


@dataclass(frozen=True)
class FieldDifference:
    """A field that is not the same everywhere. None: not ours to say, never written, or not shown by Intacct."""

    path: Path
    label: str
    here: str | None
    sent: str | None
    found: str | None
    noted: str | None = None
    kind: Kind = Kind.TEXT

    def __str__(self) -> str:
        moved = self.noted is not None and not same(self.found, self.noted, self.kind)
        if moved and ((self.here is None and self.sent is None) or same(self.found, self.here, self.kind)):
            return f"{self.label}: {self._said(self.found)} in Intacct, {self._said(self.noted)} before"
        return f"{self.label}: {self._said(self.found)} in Intacct, {self._said(self.here)} in ERP Admin"

    def _said(self, value: str | None) -> str:
        return shown(value, self.kind) or "empty"
