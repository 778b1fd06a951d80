"""Which type a file holds and what its columns are: as a person said, as is remembered, or by its headers.

Guesses nothing: what does not fit one type alone, or lacks a column, is a question to a person. Stores nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

from django.utils import timezone

from erp_admin.documents.types import AnyType, type_for
from erp_admin.models import ImportDraft, RememberedColumns
from erp_admin.uploads.column_choice import (
    MEMORY,
    NO_HEADER,
    PERSON,
    ColumnChoice,
    SeenColumn,
    as_json,
    chosen_by_person,
    places_json,
    stated_row,
    states_kind,
)
from erp_admin.uploads.columns import known_names, parse_header
from erp_admin.uploads.formats.detect import form_of, read_table
from erp_admin.uploads.formats.table import FileRefused, KnownNames, Row, Table
from erp_admin.uploads.heading import WITHOUT_HEADER, find_heading, first_rows
from erp_admin.uploads.kinds import file_types, type_of_draft, upload_for
from erp_admin.uploads.parsed import cut
from erp_admin.uploads.read_as import with_statements
from erp_admin.uploads.senders import compared_names, known_headers, memories_of, places_by
from erp_admin.uploads.stated import StatedReading

_SAMPLES: Final = 3
_LONGEST_SHOWN: Final = 80


@dataclass(frozen=True)
class FoundColumns:
    """A file that can be read. `facts` is what the draft keeps of its columns."""

    kind: str
    table: Table
    by_file: StatedReading
    chosen: ColumnChoice | None
    facts: dict[str, object]


class ColumnsUnclear(FileRefused):
    """A person has to say what the columns are, or which type the file holds: one of `fits`, where there are any.

    `rows` are those of which one may be the header: their numbers and what they begin with.
    """

    def __init__(self, sentence: str, advice: str, *, kind: str, facts: dict[str, object]) -> None:
        super().__init__(sentence, advice, code="FILE-HEADER")
        self.kind = kind
        self.facts = facts


@dataclass
class _Tables:
    """The table of a file for each type: of JSON which key belongs to which level depends on it."""

    draft: ImportDraft
    content: bytes
    held: ExitStack
    _read: dict[str, tuple[Table, StatedReading]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.is_json = form_of(self.draft.file_name, self.content) == "json"

    def of(self, kind: str) -> tuple[Table, StatedReading]:
        key = kind if self.is_json else ""
        if key not in self._read:
            names = known_names(upload_for(kind).columns) if self.is_json else _all_names()
            table = self.held.enter_context(read_table(self.draft.file_name, self.content, names))
            self._read[key] = with_statements(table)
        return self._read[key]


def _all_names() -> KnownNames:
    names = [known_names(upload_for(each.key).columns) for each in file_types()]
    document = frozenset[str]().union(*(each.document for each in names))
    line = frozenset[str]().union(*(each.line for each in names))
    return KnownNames(document | known_headers(), line)


def find_columns(draft: ImportDraft, content: bytes, held: ExitStack) -> FoundColumns:
    """The draft's file as a table of one type. Raises FileRefused; ColumnsUnclear where a person has to say more."""
    tables = _Tables(draft, content, held)
    kinds = [each.key for each in _candidates(draft, tables)]
    if (chosen := chosen_by_person(draft)) is not None:
        table, by_file = tables.of(draft.kind)
        return FoundColumns(draft.kind, table, by_file, chosen, dict(draft.columns))
    if stated_row(draft) is None and (found := _remembered(draft, tables, kinds)) is not None:
        return found
    fits: dict[str, Row] = {}
    refusals: dict[str, FileRefused] = {}
    for kind in kinds:
        try:
            fits[kind] = find_heading(upload_for(kind), tables.of(kind)[0].rows).row
        except FileRefused as refused:
            if refused.code != "FILE-HEADER":
                raise
            refusals[kind] = refused
    if len(fits) == 1 and stated_row(draft) is None:
        (kind,) = fits
        table, by_file = tables.of(kind)
        facts = _facts(draft, tables, table, fits[kind])
        return FoundColumns(kind, table, by_file, None, facts)
    raise _unclear(draft, tables, list(fits), refusals)


def _candidates(draft: ImportDraft, tables: _Tables) -> list[AnyType]:
    """The types that the file may hold: the one a person stated, the one a JSON file states, else each of them."""
    if states_kind(draft):
        return [type_of_draft(draft)]
    if tables.is_json:
        stated = tables.of(draft.kind)[0].stated_type
        named = [each for each in file_types() if each.key == stated]
        if named:
            return named
    return sorted(file_types(), key=lambda each: each.key != draft.kind)


def _remembered(draft: ImportDraft, tables: _Tables, kinds: Sequence[str]) -> FoundColumns | None:
    found = memories_of(first_rows(tables.of(kinds[0])[0].rows), kinds)
    own = [each for each in found if each[1].kind == draft.kind]
    if len(found) > 1 and not own:
        return None
    for row, memory in own or found:
        table, by_file = tables.of(memory.kind)
        chosen = ColumnChoice(row.number, places_by(memory, row.texts))
        facts = _facts(draft, tables, table, row) | _by_memory(memory, chosen)
        return FoundColumns(memory.kind, table, by_file, chosen, facts)
    return None


def _by_memory(memory: RememberedColumns, chosen: ColumnChoice) -> dict[str, object]:
    day = timezone.localtime(memory.chosen_at).date()
    return {
        "places": places_json(chosen.places),
        "by": MEMORY,
        "memory": memory.pk,
        "name": memory.name,
        "day": day.isoformat(),
    }


def _unclear(
    draft: ImportDraft, tables: _Tables, fits: list[str], refusals: Mapping[str, FileRefused]
) -> ColumnsUnclear:
    is_stated = states_kind(draft)
    kind = fits[0] if fits else _nearest(refusals, tables) if not is_stated else draft.kind
    table = tables.of(kind)[0]
    others = [each for each in _others(draft, tables) if is_stated and not fits]
    facts = _facts(draft, tables, table, _header_row(draft, table, kind))
    facts["fits"] = [*fits, *others] if len(fits) > 1 or others else []
    if len(fits) > 1:
        names = " or ".join(type_for(each).plural for each in fits)
        return ColumnsUnclear(
            f"The columns fit a file of {names}.", "Say which of them it holds.", kind=kind, facts=facts
        )
    refused = refusals.get(kind)
    sentence = refused.sentence if refused is not None else "The row of the header was chosen by hand."
    advice = refused.advice if refused is not None else "Say what its columns are."
    for other in others:
        named = type_for(other)
        advice = f"It looks like a file of {named.plural}: choose “{named.title}” for what it holds."
    return ColumnsUnclear(sentence, advice, kind=kind, facts=facts)


def _others(draft: ImportDraft, tables: _Tables) -> Iterable[str]:
    """The types whose columns the header names, where that is another than the one a person stated."""
    for each in file_types():
        if each.key != draft.kind:
            try:
                find_heading(upload_for(each.key), tables.of(each.key)[0].rows)
            except FileRefused:
                continue
            yield each.key


def _nearest(refusals: Mapping[str, FileRefused], tables: _Tables) -> str:
    """The type of which the header names the most columns; the first where several do."""
    return max(refusals, key=lambda kind: _named(kind, _header_row(None, tables.of(kind)[0], kind)))


def _named(kind: str, row: Row) -> int:
    """How many columns a row names; a single one may as well be a value, as “Subcontract” is."""
    named = len(parse_header(upload_for(kind).columns, row.texts)[0].places)
    return named if named > 1 else 0


def _header_row(draft: ImportDraft | None, table: Table, kind: str) -> Row:
    """The row that was stated; else the one that names the most columns, then the one with the most words."""
    first = first_rows(table.rows)
    stated = stated_row(draft) if draft is not None else None
    if stated == NO_HEADER:
        return WITHOUT_HEADER
    if (row := next((row for row in first if row.number == stated), None)) is not None:
        return row
    return max(first, key=lambda row: (_named(kind, row), sum(_is_word(text) for text in row.texts)))


def _is_word(text: str) -> bool:
    return any(sign.isalpha() for sign in text) and not any(sign.isdigit() for sign in text)


def _facts(draft: ImportDraft, tables: _Tables, table: Table, header: Row) -> dict[str, object]:
    """What is kept of the columns, and of what a person stated of them before."""
    first = first_rows(table.rows)
    kept = {key: draft.columns[key] for key in ("kind", "header_row") if key in draft.columns}
    rows: list[list[object]] = [[row.number, cut(" | ".join(filter(None, row.texts)), _LONGEST_SHOWN)] for row in first]
    if not tables.is_json:  # its keys are always its header
        rows.append([NO_HEADER, ""])
    return kept | {
        "row": header.number,
        "seen": as_json(_seen(table, header)),
        "names": compared_names(header.texts),
        "rows": rows,
    }


def _seen(table: Table, header: Row) -> list[SeenColumn]:
    """Each column with its first values that differ, and how many of its cells are filled in."""
    headers, samples = dict(enumerate(header.texts)), dict[int, list[str]]()
    filled: Counter[int] = Counter()
    for row in table.rows:
        if row.number <= header.number:
            continue
        for place, cell in enumerate(row.cells):
            if not cell:
                continue
            filled[place] += 1
            shown = samples.setdefault(place, [])
            if len(shown) < _SAMPLES and (text := cut(cell.shown or cell.text, _LONGEST_SHOWN)) not in shown:
                shown.append(text)
    width = max([len(headers), *(place + 1 for place in filled)])
    return [
        SeenColumn(place, headers.get(place, "")[:200], samples.get(place, []), filled[place]) for place in range(width)
    ]


__all__ = ["PERSON", "ColumnsUnclear", "FoundColumns", "find_columns"]
