"""Documents of a draft read anew from their own rows, as reading the whole file would read them.

Owns which others are concerned: those with the same number, and the names that come and go. Where the rows would be
divided into other documents, it changes nothing and says so.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from erp_admin.grammar.identity import identity
from erp_admin.models import IMPORTED, ImportDraft, ImportedDocument, ImportMatch, MatchKind
from erp_admin.uploads.assessment import assess_some
from erp_admin.uploads.column_choice import chosen_columns
from erp_admin.uploads.formats.table import Cell, Row, Table
from erp_admin.uploads.intake import Name, names_in, stored
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.matches import matches_of_codes, matches_of_names
from erp_admin.uploads.parsed import ParsedDocument
from erp_admin.uploads.raw_rows import row_of
from erp_admin.uploads.reader import DocumentReader, twice
from erp_admin.uploads.readings import is_mixed, stated_of

Key: TypeAlias = tuple[str, str]
_READ: Final = (
    "first_row", "last_row", "number", "parent_number", "title", "head", "lines", "raw", "problems", "total",
)  # fmt: skip


class PartsChanged(Exception):
    """The whole file is to be read: its rows are other documents now, or what is decided for all of it may differ."""


def read_again_in_place(draft: ImportDraft, changed: Mapping[int, ImportedDocument]) -> None:
    """Read documents whose `raw` rows were changed, by their keys, and those concerned. Raises PartsChanged."""
    if is_mixed(draft):
        raise PartsChanged
    before = {entry.pk: (_key(entry.parent_number, entry.number), _names(draft, entry)) for entry in changed.values()}
    notes: list[str] = []
    for entry in changed.values():
        notes += _read_one(draft, entry, changed)
    keys = {key for key, _ in before.values()} | {_key(each.parent_number, each.number) for each in changed.values()}
    places, others = _alike(draft, keys, changed)
    for entry in others:
        _read_one(draft, entry, changed)
    for entry in (*changed.values(), *others):
        _tell_twice(entry, places)
    ImportedDocument.objects.bulk_update([*changed.values(), *others], _READ, batch_size=200)
    _count_names(draft, (names for _, names in before.values()), changed.values())
    if new := [note for note in notes if note not in draft.notes]:
        draft.notes = [*draft.notes, *new]
        draft.save(update_fields=["notes"])
    assess_some(draft, [entry.pk for entry in (*changed.values(), *others)])


def _key(parent_number: str, number: str) -> Key:
    return identity(parent_number), identity(number)


def _names(draft: ImportDraft, entry: ImportedDocument) -> Counter[Name]:
    return Counter(names_in(upload_for(draft.kind).parent_column, entry.head, entry.lines))


def _read_one(draft: ImportDraft, entry: ImportedDocument, changed: Mapping[int, ImportedDocument]) -> list[str]:
    """Read the document between its neighbors, which show whether it is still one. Returns what there is to note."""
    around = [_neighbor(draft, entry, changed, -1), entry, _neighbor(draft, entry, changed, 1)]
    parts = [[row_of(raw) for raw in each.raw] for each in around if each is not None]
    reader = _reader(draft, [row for part in parts for row in part])
    documents = list(reader.documents())
    if [[row.number for row in each.rows] for each in documents] != [[row.number for row in part] for part in parts]:
        raise PartsChanged
    rows = [row_of(raw) for raw in entry.raw]
    alone = _reader(draft, rows)
    (parsed,) = list(alone.documents())
    _take(draft, entry, parsed)
    return list(alone.own_notes())


def _neighbor(
    draft: ImportDraft, entry: ImportedDocument, changed: Mapping[int, ImportedDocument], step: int
) -> ImportedDocument | None:
    found = draft.documents.filter(position=entry.position + step).first()
    return changed.get(found.pk, found) if found is not None else None


def _reader(draft: ImportDraft, rows: Sequence[Row]) -> DocumentReader:
    header = Row(int(draft.columns.get("row", 0)), tuple(Cell(text) for text in draft.headers))
    chosen = chosen_columns(draft)
    return DocumentReader(
        draft.kind,
        Table([header, *rows]),
        stated_of(draft),
        base_currency=draft.tenant.base_currency,
        company_day_first=draft.tenant.formats.day_first,
        chosen=replace(chosen, row=header.number) if chosen is not None else None,
    )


def _take(draft: ImportDraft, entry: ImportedDocument, parsed: ParsedDocument) -> None:
    read = stored(draft, entry.position, parsed)
    for name in _READ:
        setattr(entry, name, getattr(read, name))


def _alike(
    draft: ImportDraft, keys: set[Key], changed: Mapping[int, ImportedDocument]
) -> tuple[dict[Key, list[str]], list[ImportedDocument]]:
    """Where each of these numbers stands now, and the documents with them that were not changed themselves."""
    places: dict[Key, list[str]] = {}
    others = []
    rows = draft.documents.order_by("position").values_list(
        "pk", "parent_number", "number", "first_row", "last_row", "state"
    )
    for pk, parent_number, number, first, last, state in rows:
        if pk in changed:
            parent_number, number = changed[pk].parent_number, changed[pk].number
        key = _key(parent_number, number)
        if key in keys:
            places.setdefault(key, []).append(f"row {first}" if first == last else f"rows {first} to {last}")
            others += [pk] if pk not in changed and state not in IMPORTED else []
    return places, list(draft.documents.filter(pk__in=others))


def _tell_twice(entry: ImportedDocument, places: Mapping[Key, list[str]]) -> None:
    parsed = ParsedDocument([row_of(raw) for raw in entry.raw], head=entry.head)
    parsed.texts["number"] = entry.number
    problem = twice(parsed, places.get(_key(entry.parent_number, entry.number), []), entry.first_row)
    if problem is not None:
        entry.problems = [*entry.problems, problem.as_json()]


def _count_names(draft: ImportDraft, before: Iterable[Counter[Name]], changed: Iterable[ImportedDocument]) -> None:
    """Match names that are new; forget those that nothing names any more."""
    difference: Counter[Name] = Counter()
    vendor_names: dict[str, str] = {}
    for names in before:
        difference.subtract(names)
    for entry in changed:
        difference.update(_names(draft, entry))
        if entry.head.get("vendor_id") and entry.head.get("vendor"):
            vendor_names[entry.head["vendor_id"]] = entry.head["vendor"]
    known = {(MatchKind(each.kind), each.scope, each.text): each for each in draft.matches.all()}
    for name, number in difference.items():
        if (match := known.get(name)) is not None and number:
            match.uses = max(match.uses + number, 0)
            match.save(update_fields=["uses"]) if match.uses else match.delete()
    new = {name: number for name, number in difference.items() if number > 0 and name not in known}
    if new:
        ImportMatch.objects.bulk_create(matches_of_names(draft, new, vendor_names))
        ImportMatch.objects.bulk_create(matches_of_codes(draft, new))
