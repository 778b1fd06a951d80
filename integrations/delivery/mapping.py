"""A mapping as a table of rows: element, label, where its value comes from, when it is sent, by what it is read back.

Owns how rows become elements, their explanation, what is compared and the docs. Knows no document type, reads nothing
and sends nothing.
"""

import collections.abc as abc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from integrations.delivery.contract import PlannedField
from integrations.delivery.field_maps import DocumentedRow
from integrations.delivery.snapshot import LINE_COUNT, Field, Fields
from integrations.delivery.values import Kind, Value, as_text, day_of

SourceT = TypeVar("SourceT")
LineT = TypeVar("LineT")
AS_FIRST_WRITTEN = "as first written"
NOTHING = ("", None)


def _nothing_written(source: object) -> abc.Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Row(Generic[SourceT]):
    """One element of a function, or with `value` None or `is_element` false a value that is only read or compared.

    `source` says where the value comes from, for the docs; `source_of` says it of one document. `when` is `sent_if` in
    words: a value that is empty is not sent in any case, unless it `sends_empty`. `reads` is the field of the record by
    which it is read back. `fixed` names what no update can change. Where `filled_if` holds, a setting or another
    document fills it in, and it stays as it was first written. What `moves` Intacct changes by itself, and `is_trace`
    only says that something changed.
    """

    name: str
    label: str
    source: str = ""
    value: Callable[[SourceT], Value] | None = None
    source_of: Callable[[SourceT], str] | None = None
    when: str = ""
    sent_if: Callable[[SourceT], bool] | None = None
    reads: str = ""
    kind: Kind = Kind.TEXT
    fixed: str = ""
    filled_if: Callable[[SourceT], bool] | None = None
    is_element: bool = True
    is_compared: bool = True
    is_explained: bool = True
    sends_empty: bool = False
    moves: bool = False
    is_trace: bool = False

    def __post_init__(self) -> None:
        if (self.sent_if is None) != (not self.when):
            raise ValueError(f"{self.name}: a condition stands in words and as a rule, or not at all.")
        if (self.value is None) != (not self.source):
            raise ValueError(f"{self.name}: what is written says where its value comes from, and nothing else does.")

    @property
    def is_written(self) -> bool:
        return self.value is not None and self.is_element

    @property
    def field(self) -> Field:
        """How its value here, the one sent and the one read are compared."""
        return Field(
            self.label,
            self.kind,
            is_read=bool(self.reads) and not self.moves,
            is_trace=self.is_trace,
            is_owed=self.is_written and not self.moves,
        )

    def is_filled(self, source: SourceT) -> bool:
        """Whether a setting or another document fills it in."""
        return self.filled_if is not None and self.filled_if(source)

    def is_sent(self, source: SourceT) -> bool:
        return self.sent_if is None or self.sent_if(source)

    def words(self, source: SourceT) -> str:
        return self.source if self.source_of is None else self.source_of(source)

    def first(self, text: str) -> Value:
        """The value as it was first written, from the text that is kept of it."""
        return (day_of(text) or "") if self.kind is Kind.DATE else text


@dataclass(frozen=True)
class Mapping(Generic[SourceT]):
    """The rows of one element block. `first_written` is what was filled in, by element, when it was first written."""

    rows: tuple[Row[SourceT], ...]
    first_written: Callable[[SourceT], abc.Mapping[str, str]] = _nothing_written

    def __post_init__(self) -> None:
        names = [row.name for row in self.rows]
        if doubled := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"Two rows are named {' and '.join(sorted(doubled))}.")

    def extended(self, *rows: Row[SourceT]) -> "Mapping[SourceT]":
        """With these rows; one of the same name takes the place of the other."""
        own = {row.name: row for row in rows}
        kept = tuple(own.pop(row.name, row) for row in self.rows)
        return Mapping((*kept, *own.values()), self.first_written)

    def elements(self, source: SourceT) -> dict[str, Value]:
        """What is sent, by element."""
        return {row.name: value for row, value, _ in self._sent(source)}

    def explained(self, source: SourceT, place: str = "") -> tuple[PlannedField, ...]:
        """What is sent, each value with its label and where it comes from; `place` comes before the element's name."""
        return tuple(
            PlannedField(f"{place}{row.name}", row.label, as_text(value), words)
            for row, value, words in self._sent(source)
            if row.is_explained
        )

    def compared(self, source: SourceT) -> dict[str, str]:
        """What is sent and what is worked out from it, as it is kept and compared."""
        texts = {row.name: as_text(value) for row, value, _ in self._sent(source) if row.is_compared}
        worked_out = [(row.name, row.value) for row in self.rows if not row.is_element]
        return texts | {name: as_text(value(source)) for name, value in worked_out if value is not None}

    def defaults(self, source: SourceT) -> list[str]:
        """The elements that settings or another document fill in."""
        return [row.name for row in self.rows if row.is_filled(source)]

    def _sent(self, source: SourceT) -> Iterator[tuple[Row[SourceT], Value, str]]:
        first = self.first_written(source)
        for row in self.rows:
            if row.value is None or not row.is_element or not row.is_sent(source):
                continue
            if row.name in first and row.is_filled(source):
                value, words = row.first(first[row.name]), AS_FIRST_WRITTEN
            else:
                value, words = row.value(source), row.words(source)
            if row.sends_empty or value not in NOTHING:
                yield row, value, words

    @property
    def reads(self) -> dict[str, str]:
        """The fields of the record, by element."""
        return {row.name: row.reads for row in self.rows if row.reads}

    @property
    def fields(self) -> dict[str, Field]:
        """What is compared, by element."""
        return {row.name: row.field for row in self.rows if row.is_compared}

    @property
    def course(self) -> frozenset[str]:
        """What Intacct moves by itself."""
        return frozenset(row.name for row in self.rows if row.moves)

    @property
    def fixed(self) -> dict[str, str]:
        """What no update can change, by element, as people name it."""
        return {row.name: row.fixed for row in self.rows if row.fixed}

    @property
    def not_updated(self) -> frozenset[str]:
        """Elements that an update never writes: fixed, worked out, or sent without being compared."""
        return frozenset(row.name for row in self.rows if row.fixed or not row.is_element or not row.is_compared)

    def label(self, name: str) -> str:
        """What people call an element; its name where no row has it."""
        return next((row.label for row in self.rows if row.name == name), name)

    def documented(self) -> abc.Sequence[DocumentedRow]:
        return [
            DocumentedRow(row.name, row.label, row.source, row.when, row.reads, row.fixed)
            for row in self.rows
            if row.is_written
        ]


@dataclass(frozen=True)
class DocumentMapping(Generic[SourceT, LineT]):
    """The mapping of a document: of its head, and of each of its lines."""

    head: Mapping[SourceT]
    lines: Mapping[LineT]

    @property
    def fields(self) -> Fields:
        """What of a document is compared with its record."""
        return Fields({**self.head.fields, LINE_COUNT: Field("Lines", Kind.NUMBER)}, self.lines.fields)
