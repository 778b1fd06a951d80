"""Cells of a file that people correct here: checked, kept beside the file, and the documents concerned read again.

Owns what else is read again with a corrected cell. The file itself is never changed, and an imported document never
read again. How a cell is understood is the reader's.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from django.db import transaction

from accounts.audit import LONGEST_VALUE, Change, record_event
from accounts.models import User
from accounts.refusal import Refused
from erp_admin.documents.columns import Column
from erp_admin.event_kinds import ImportEvent
from erp_admin.grammar.problems import Unreadable
from erp_admin.models import IMPORTED, ImportCorrection, ImportDraft, ImportedDocument
from erp_admin.uploads.columns import letters
from erp_admin.uploads.corrected_rows import corrected, text_at
from erp_admin.uploads.formats.table import LONGEST_CELL, Cell
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.matches import lock_draft, refuse_running
from erp_admin.uploads.parsed import cut
from erp_admin.uploads.raw_rows import raw_row, row_of
from erp_admin.uploads.readings import stated_of
from erp_admin.uploads.rereading import PartsChanged, read_again_in_place
from erp_admin.uploads.resolving import places_in
from erp_admin.uploads.service import read_corrected
from erp_admin.uploads.values import Style, parse_cell

MOST_AT_ONCE: Final = 2_000
MOST_TOLD: Final = 200  # cells that the audit trail names one by one


@dataclass(frozen=True)
class CellFix:
    """What shall stand in a cell. `seen` is the mark of what stood there when the person looked."""

    row: int
    place: int
    seen: str
    text: str


def mark(text: str) -> str:
    """A short mark of what stands in a cell, by which a change by somebody else is noticed."""
    return sha256(text.encode()).hexdigest()[:12]


def column_at(draft: ImportDraft, place: int) -> Column | None:
    """The column that the file has at a place."""
    key = next((key for key, at in places_in(draft).items() if at == place), None)
    return next((column for column in upload_for(draft.kind).columns if column.key == key), None)


def why_not(draft: ImportDraft, column: Column, text: str) -> str:
    """Why a text cannot stand in a cell of this column, by the grammar of the file and as the file is read; or ""."""
    if len(text) > LONGEST_CELL:
        return f"At most {LONGEST_CELL:,} characters fit."
    if not text:
        return ""
    stated = stated_of(draft)
    style = Style(decimal=stated.decimal, day_first=stated.day_first, century_from=stated.century_from)
    try:
        parse_cell(column, Cell(text), style)
    except Unreadable as error:
        return f"{error.sentence} {error.fix}".strip()
    return ""


@transaction.atomic
def correct_cells(draft: ImportDraft, fixes: Sequence[CellFix], *, by: User | None = None) -> int:
    """Have these texts count in place of those of the file; returns how many cells changed. Raises Refused."""
    draft = _locked(draft)
    if len(fixes) > MOST_AT_ONCE:
        raise Refused(
            f"At most {MOST_AT_ONCE:,} cells are corrected at once.", "Correct them in the file, and upload it again.",
            code="CELL",
        )  # fmt: skip
    columns = {place: column_at(draft, place) for place in {fix.place for fix in fixes}}
    by_entry = _by_entry(draft, fixes)
    changed: dict[int, ImportedDocument] = {}
    told: list[Change] = []
    for entry in draft.documents.filter(pk__in=list(by_entry)):
        found = [_correct(draft, entry, fix, columns[fix.place], by) for fix in by_entry[entry.pk]]
        if any(found):
            changed[entry.pk] = entry
            told += [change for change in found if change is not None]
    _read_changed(draft, changed, by)
    if told:
        text = "1 cell" if len(told) == 1 else f"{len(told):,} cells"
        record_event(ImportEvent.CELLS_CORRECTED, text, about=draft, changes=told[:MOST_TOLD], by=by)
    return len(told)


@transaction.atomic
def take_back(draft: ImportDraft, correction: ImportCorrection, *, by: User | None = None) -> None:
    """Have the cell count again as it stands in the file. Raises Refused."""
    draft = _locked(draft)
    fix = CellFix(correction.row, correction.place, mark(correction.after), correction.before)
    told: list[Change] = []
    changed: dict[int, ImportedDocument] = {}
    for entry in draft.documents.filter(pk__in=list(_by_entry(draft, [fix]))):
        if (change := _correct(draft, entry, fix, None, by)) is not None:
            changed[entry.pk] = entry
            told.append(change | {"label": str(correction)})
    _read_changed(draft, changed, by)
    if told:
        record_event(ImportEvent.CORRECTION_TAKEN_BACK, "", about=draft, changes=told, by=by)


def _locked(draft: ImportDraft) -> ImportDraft:
    draft = lock_draft(draft)
    refuse_running(draft)
    if not draft.is_read:
        raise Refused("The file was not read to its end.", "Have it read again first.", code="IMPORT-UNREAD")
    return draft


def _by_entry(draft: ImportDraft, fixes: Iterable[CellFix]) -> dict[int, list[CellFix]]:
    """The corrections of each document. Raises Refused for a row that belongs to none, or to an imported one."""
    parts = list(draft.documents.order_by("first_row").values_list("first_row", "last_row", "pk", "state"))
    starts = [first for first, *_ in parts]
    found: dict[int, list[CellFix]] = {}
    for fix in fixes:
        at = bisect_right(starts, fix.row) - 1
        if at < 0 or fix.row > parts[at][1]:
            raise Refused(f"Row {fix.row} belongs to no document of this file.", "Look at the page again.", code="CELL")
        if parts[at][3] in IMPORTED:
            raise Refused(f"The document of row {fix.row} was imported.", "Change it on its own page.", code="IMPORTED")
        found.setdefault(parts[at][2], []).append(fix)
    return found


def _correct(
    draft: ImportDraft, entry: ImportedDocument, fix: CellFix, column: Column | None, by: User | None
) -> Change | None:
    """Keep the correction, and have the rows of the document say so; returns what changed.

    `column` is None where the file's own word counts. Raises Refused.
    """
    rows = [row_of(raw) for raw in entry.raw]
    at = next((place for place, row in enumerate(rows) if row.number == fix.row), None)
    if at is None:
        raise Refused(f"Row {fix.row} was left out when the file was read.", "Look at the page again.", code="CELL")
    now = text_at(rows[at], fix.place)
    where = f"Row {fix.row}, {column.label if column is not None else f'column {letters(fix.place)}'}"
    if mark(now) != fix.seen:
        raise Refused(f"{where}: somebody corrected it meanwhile to “{now}”.", "Look at it again.", code="CORRECTED")
    if now == fix.text:
        return None
    known = ImportCorrection.objects.filter(draft=draft, row=fix.row, place=fix.place).first()
    before = known.before if known is not None else now
    if known is not None and fix.text == before:
        known.delete()
    elif column is None:
        raise Refused(f"{where} is in no column that is read.", "Say what its columns are.", code="CELL")
    else:
        if wrong := why_not(draft, column, fix.text):
            raise Refused(f"{where}: {wrong}", code="CELL")
        ImportCorrection.objects.update_or_create(
            tenant_id=draft.tenant_id, draft=draft, row=fix.row, place=fix.place,
            defaults={"column": column.key, "label": column.label, "before": before, "after": fix.text,
                      "corrected_by": by},
        )  # fmt: skip
    made = ImportCorrection(row=fix.row, place=fix.place, before=now, after=fix.text)
    rows[at] = corrected(rows[at], [made])
    entry.raw = [raw_row(row) for row in rows]
    return Change(label=where, before=cut(now, LONGEST_VALUE), after=cut(fix.text, LONGEST_VALUE))


def _read_changed(draft: ImportDraft, changed: Mapping[int, ImportedDocument], by: User | None) -> None:
    """Read the documents anew, and what depends on them; the whole file where its parts are others now."""
    if not changed:
        return
    try:
        read_again_in_place(draft, changed)
    except PartsChanged:
        read_corrected(draft, by=by)
