"""What is wrong with the documents of a draft, each fault once: how many documents it keeps back, and in which cells.

Reads only. Owns when two faults are the same, and which cells can be corrected in place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from erp_admin.models import ImportDraft, ImportedDocument, ImportState
from erp_admin.uploads.corrected_rows import text_at
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.raw_rows import row_of
from erp_admin.uploads.resolving import places_in

MOST_LOOKED_AT: Final = 5_000  # documents; the first ones of the file
_SHOWN_CELLS: Final = 8


@dataclass(frozen=True)
class FaultyCell:
    """`place` is None where the problem is of no cell that can be corrected.

    `is_first`: the row is the first of its document.
    """

    document: int  # key of the imported document
    row: int
    place: int | None
    is_first: bool = True


@dataclass
class Fault:
    """A problem that several cells may have alike: the same column, value and sentence."""

    column: str
    value: str
    sentence: str
    fix: str
    place: int | None
    is_needed: bool = False
    cells: list[FaultyCell] = field(default_factory=list)
    documents: set[int] = field(default_factory=set)

    @property
    def key(self) -> str:
        return sha256("\x00".join((self.column, self.value, self.sentence)).encode()).hexdigest()[:12]

    @property
    def can_be_fixed(self) -> bool:
        return self.place is not None

    @property
    def can_be_emptied(self) -> bool:
        """Whether its cells may be left blank: of a column that no file needs, or beside the document's first row."""
        may = not self.is_needed or not any(cell.is_first for cell in self.cells)
        return self.can_be_fixed and bool(self.value) and may

    @property
    def shown_cells(self) -> list[FaultyCell]:
        return self.cells[:_SHOWN_CELLS]

    @property
    def more_cells(self) -> int:
        return len(self.cells) - len(self.shown_cells)


def faults_of(draft: ImportDraft) -> list[Fault]:
    """Each fault once: those that keep back the most documents first, then in the order of the file."""
    columns, at = upload_for(draft.kind).columns, places_in(draft)
    places = {column.label: at.get(column.key) for column in columns}
    needed = {column.label for column in columns if column.is_needed}
    found: dict[str, Fault] = {}
    for pk, first_row, problem in _problems(draft):
        place = places.get(problem["column"])
        fault = Fault(problem["column"], problem["value"], problem["sentence"], problem["fix"], place)
        fault.is_needed = fault.column in needed
        fault = found.setdefault(fault.key, fault)
        fault.documents.add(pk)
        if (cell := FaultyCell(pk, problem["row"], place, problem["row"] == first_row)) not in fault.cells[-1:]:
            fault.cells.append(cell)
    return sorted(found.values(), key=lambda fault: (-len(fault.documents), fault.cells[0].row))


def _problems(draft: ImportDraft) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Each problem, with the key of its document and the first row of that."""
    entries = draft.documents.filter(state=ImportState.PROBLEM).order_by("position")
    rows = entries.values_list("pk", "first_row", "problems", "effects")[:MOST_LOOKED_AT]
    for pk, first_row, problems, effects in rows.iterator(chunk_size=500):
        for problem in (*problems, *effects.get("problems", ())):
            yield pk, first_row, problem


def texts_of(draft: ImportDraft, cells: list[FaultyCell]) -> dict[tuple[int, int], str]:
    """What stands in these cells now, in full, by row and place."""
    wanted: dict[int, set[int]] = {}
    for cell in cells:
        if cell.place is not None:
            wanted.setdefault(cell.row, set()).add(cell.place)
    entries: Any = ImportedDocument.objects.filter(draft=draft, pk__in={cell.document for cell in cells})
    found: dict[tuple[int, int], str] = {}
    for raw in entries.values_list("raw", flat=True).iterator(chunk_size=200):
        for row in map(row_of, raw):
            found |= {(row.number, place): text_at(row, place) for place in wanted.get(row.number, ())}
    return found
