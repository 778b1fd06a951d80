"""A document or its record as it is compared: values by element, of the head and of each line, and what may differ.

Owns these shapes and how they are kept as JSON. Judges nothing, reads and writes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypedDict

from integrations.delivery.values import Kind, same, shown

LINE_COUNT: Final = "line_count"  # compared only where one side does not know its lines
Path = tuple[str, str]  # key of the line, "" for the head; element, "" for the line as a whole
Values = Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """A value that may be compared. `is_read`: Intacct can show it. `is_trace`: it only says that something changed."""

    label: str
    kind: Kind = Kind.TEXT
    is_read: bool = True
    is_trace: bool = False


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
        """From the JSON that `as_json` made; an empty one knows nothing."""
        stored = stored or {}
        return cls(
            stored.get("head") or {},
            stored.get("lines"),
            stored.get("numbers") or {},
            stored.get("records") or {},
            stored.get("defaults") or {},
        )

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
