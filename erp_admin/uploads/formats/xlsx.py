"""XLSX workbooks with `openpyxl`, as a stream of rows: of the sheet that holds the documents, with what it hides.

Owns which sheet is read and what is told of the others. Runs in the process for large files, never in one that serves
pages; unpacks nothing but through the guarded package.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any, Final

from lxml import etree
from openpyxl.packaging.relationship import RelationshipList, get_dependents, get_rels_path
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.worksheet._reader import COL_TAG, MERGE_TAG, ROW_TAG, WorkSheetParser

from erp_admin.uploads.formats.foreign import refuse_archive
from erp_admin.uploads.formats.package import DAMAGE, HARDENED, MOST_STRINGS, SAVE_AGAIN, Package
from erp_admin.uploads.formats.signs import Signs
from erp_admin.uploads.formats.spool import SpooledRows, write_rows
from erp_admin.uploads.formats.table import (
    BLANK,
    IN_HIDDEN_COLUMN,
    MERGED,
    MOST_COLUMNS,
    Cell,
    FileRefused,
    KnownNames,
    Reading,
    Row,
    trimmed,
    within_limits,
)
from erp_admin.uploads.formats.workbook_cells import MAIN, CellReader, Style, Text, styles_of, text_of

MOST_SHARED_TEXT: Final = 64 * 1024 * 1024
MOST_MERGED: Final = 20_000
MOST_SHEETS: Final = 256
_LOOKED_AT: Final = 10  # filled rows of a sheet, within which its header is looked for
_LOOKED_AT_WITHIN: Final = 200
_LAST_COLUMN: Final = 16_384
_NAMED: Final = 10
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TRUE: Final = ("1", "true", "on")


def read(content: bytes, known: KnownNames) -> Reading:
    """Raises FileRefused for what is no workbook, for one that is broken, and for one that unpacks to too much."""
    notes: list[str] = []
    return Reading(_guarded(content, known, notes), notes)


def _guarded(content: bytes, known: KnownNames, notes: list[str]) -> Iterator[Row]:
    try:
        with Package(content) as package:
            refuse_archive(package.namelist())
            yield from _Workbook(package).rows(known, notes)
    except DAMAGE as error:
        raise FileRefused("The workbook is damaged, or not an Excel workbook.", SAVE_AGAIN, code="FILE-XLSX") from error


@dataclass(frozen=True)
class _Sheet:
    name: str
    path: str
    is_visible: bool


class _Workbook:
    """The parts of a workbook, found by their relationships."""

    def __init__(self, package: Package) -> None:
        self._package = package
        path = self._main_path()
        tree = package.tree(path)
        relations = _relations(package, get_rels_path(path))
        facts = tree.find(f"{MAIN}workbookPr")
        is_1904 = facts is not None and facts.get("date1904", "") in _TRUE
        self._epoch = date(1904, 1, 1) if is_1904 else date(1899, 12, 30)
        self._sheets = _sheets(tree, relations)
        self._styles = self._read_styles(_path_of(relations, "styles", "xl/styles.xml"))
        self._strings = self._read_strings(_path_of(relations, "sharedStrings", "xl/sharedStrings.xml"))

    def _main_path(self) -> str:
        return _path_of(_relations(self._package, "_rels/.rels"), "officeDocument", "xl/workbook.xml")

    def _read_styles(self, path: str) -> list[Style]:
        return styles_of(self._package.tree(path)) if self._package.has(path) else []

    def _read_strings(self, path: str) -> list[Text]:
        if not self._package.has(path):
            return []
        strings: list[Text] = []
        size = 0
        with self._package.part(path) as stream:
            for entry in _elements(stream, f"{MAIN}si"):
                strings.append(text_of(entry))
                size += len(strings[-1].text)
                if len(strings) > MOST_STRINGS or size > MOST_SHARED_TEXT:
                    raise FileRefused(
                        "The workbook holds too many texts.", "Split it into several files.", code="FILE-UNPACKED"
                    )
        return strings

    def rows(self, known: KnownNames, notes: list[str]) -> Iterator[Row]:
        sheet = self._chosen(known, notes)
        signs = Signs()
        with self._package.part(sheet.path) as stream:
            parser = self._parser(stream, signs)
            if stream.has_merged:  # which cells are merged stands behind the rows
                with tempfile.TemporaryFile() as spool:
                    write_rows(within_limits(parser.rows()), spool)
                    yield from _with_merged(SpooledRows(spool), parser.merged, parser.width)
            else:
                yield from parser.rows()
        notes += [*parser.cells.found.notes(), *signs.notes()]

    def _parser(self, stream: Any, signs: Signs) -> "_SheetParser":
        return _SheetParser(stream, CellReader(self._strings, self._styles, self._epoch, signs))

    def _chosen(self, known: KnownNames, notes: list[str]) -> _Sheet:
        """The visible sheet whose first rows look most like the header; the first where none does, or several do."""
        visible = [sheet for sheet in self._sheets if sheet.is_visible]
        if not visible:
            raise FileRefused("The workbook has no visible sheet.", SAVE_AGAIN, code="FILE-XLSX")
        if len(self._sheets) == 1:
            return visible[0]
        worth = {sheet.path: self._worth(sheet, known) for sheet in self._sheets[:MOST_SHEETS]}
        chosen = max(visible, key=lambda sheet: worth.get(sheet.path, (0, False)))
        others = [sheet.name for sheet in visible if sheet is not chosen]
        if others:
            notes.append(f"The sheet {_quoted([chosen.name])} was read, and none of the others: {_quoted(others)}.")
        score, _ = worth.get(chosen.path, (0, False))
        alike = [
            sheet
            for sheet in self._sheets[:MOST_SHEETS]
            if sheet is not chosen and worth[sheet.path][0] >= max(2, score / 2) and worth[sheet.path][1]
        ]
        if alike:
            names = _quoted([sheet.name for sheet in alike])
            hidden = " (hidden ones are among them)" if not all(sheet.is_visible for sheet in alike) else ""
            notes.append(f"Documents seem to be in other sheets too, which were not read: {names}{hidden}.")
        return chosen

    def _worth(self, sheet: _Sheet, known: KnownNames) -> tuple[int, bool]:
        """How many columns its header names, and whether anything stands below it."""
        if not self._package.has(sheet.path):
            return 0, False
        with self._package.part(sheet.path) as stream:
            rows = islice(self._parser(stream, Signs()).rows(), _LOOKED_AT_WITHIN)
            scores = [known.score(row.texts) for row in islice(filter(None, rows), _LOOKED_AT + 1)]
        best = max(scores[:_LOOKED_AT], default=0)
        return best, bool(scores) and scores.index(best) < len(scores) - 1


def _relations(package: Package, path: str) -> RelationshipList:
    return get_dependents(package, path) if package.has(path) else RelationshipList()


def _path_of(relations: RelationshipList, kind: str, usual: str) -> str:
    """The part that the relationships name for this kind; where it usually is, if they name none."""
    return next((str(one.target) for one in relations if str(one.Type).endswith(f"/{kind}")), usual)


def _sheets(tree: Any, relations: RelationshipList) -> list[_Sheet]:
    """Sheets of cells, in the order of their tabs; those of charts and macros are none."""
    parts = {one.Id: one for one in relations}
    found = []
    for sheet in tree.iter(f"{MAIN}sheet"):
        part = parts.get(sheet.get(_RELATION))
        if part is not None and str(part.Type).endswith("/worksheet"):
            is_visible = sheet.get("state", "visible") == "visible"
            found.append(_Sheet(sheet.get("name", "?"), str(part.target), is_visible))
    return found


def _quoted(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(f"“{name[:40]}”" for name in names[:_NAMED]) + more


def _elements(stream: Any, *tags: str) -> Iterator[Any]:
    """Elements of a large part, each freed after use."""
    for _, element in etree.iterparse(stream, tag=tags, **HARDENED):
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


@dataclass
class _Merged:
    """A range of cells that the sheet shows as one."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int
    reference: str


class _SheetParser(WorkSheetParser):  # type: ignore[misc] # the library carries no type information
    """The library's reader of a sheet, made to stream, and to keep the digits of numbers and what is odd in a cell."""

    def __init__(self, stream: Any, cells: CellReader) -> None:
        super().__init__(stream, [], data_only=True)
        self.cells = cells
        self.col_counter: int = 0
        self.merged: list[_Merged] = []
        self.width = 0
        self._hidden: set[int] = set()

    def rows(self) -> Iterator[Row]:
        before = 0
        for element in _elements(self.source, ROW_TAG, COL_TAG, MERGE_TAG):
            if element.tag == COL_TAG:
                self._take_column(element)
            elif element.tag == MERGE_TAG:
                self._take_merged(element)
            else:
                row = self._row(element)
                if row.number <= before:
                    raise ValueError("a row that stands twice, or out of order")
                before = row.number
                if row.cells:
                    yield row

    def _take_column(self, element: Any) -> None:
        if element.get("hidden", "") in _TRUE or _is_zero(element.get("width")):
            last = min(int(element.get("max")), _LAST_COLUMN)
            self._hidden.update(range(int(element.get("min")), last + 1))

    def _take_merged(self, element: Any) -> None:
        for entry in element:
            left, top, right, bottom = range_boundaries(entry.get("ref"))
            self.merged.append(_Merged(top, bottom, left, right, entry.get("ref")))
        if len(self.merged) > MOST_MERGED:
            raise FileRefused("The sheet has too many merged cells.", "Undo the merging.", code="FILE-UNPACKED")

    def _row(self, element: Any) -> Row:
        is_hidden = element.get("hidden", "") in _TRUE or _is_zero(element.get("ht"))
        number, found = self.parse_row(element)
        self.row_dimensions.clear()
        met = [(column, cell) for column, cell in found if cell.text or cell.concerns]
        filled = dict(met)
        if len(filled) < len(met):
            raise ValueError("a cell that stands twice")
        width = max(filled, default=0)
        self.width = max(self.width, width)
        cells = [filled.get(column, BLANK) for column in range(1, width + 1)]
        for column in self._hidden & filled.keys():
            cell = filled[column]
            cells[column - 1] = replace(cell, concerns=(*cell.concerns, IN_HIDDEN_COLUMN))
        return Row(number, trimmed(cells), is_hidden)

    def parse_cell(self, element: Any) -> tuple[int, Cell]:
        """The column and the cell. Its own row number is not looked at: that of the row counts."""
        letters = element.get("r", "").rstrip("0123456789").replace("$", "")
        self.col_counter = column_index_from_string(letters) if letters else self.col_counter + 1
        return self.col_counter, self.cells.cell(element, self.row_counter)


def _is_zero(size: str | None) -> bool:
    try:
        return size is not None and float(size) == 0
    except ValueError:
        return False


@dataclass
class _Sweep:
    """The merged ranges that reach into the row at hand."""

    waiting: list[_Merged]
    open: list[_Merged] = field(default_factory=list)
    filled: set[str] = field(default_factory=set)

    def reach(self, row: Row) -> list[_Merged]:
        while self.waiting and self.waiting[-1].first_row <= row.number:
            merged = self.waiting.pop()
            place = merged.first_column - 1
            if merged.first_row == row.number and place < len(row.cells) and row.cells[place]:
                self.open.append(merged)
        self.open = [merged for merged in self.open if merged.last_row >= row.number]
        if len(self.open) > MOST_COLUMNS:
            raise ValueError("ranges of merged cells that overlap")
        return self.open


def _with_merged(rows: SpooledRows, merged: list[_Merged], width: int) -> Iterator[Row]:
    """The rows, with a word at each cell that the sheet shows as a part of another, filled one."""
    sweep = _Sweep(sorted(merged, key=lambda each: -each.first_row))
    for row in rows:
        reaching = sweep.reach(row) if merged else []
        yield _merged_row(row, reaching, width) if reaching else row


def _merged_row(row: Row, reaching: list[_Merged], width: int) -> Row:
    cells = list(row.cells)
    for merged in reaching:
        concern = f"{MERGED} ({merged.reference})."
        last = min(merged.last_column, width)
        cells += [BLANK] * (last - len(cells))
        for column in range(merged.first_column, last + 1):
            is_first = row.number == merged.first_row and column == merged.first_column
            if not is_first or merged.last_row > merged.first_row:
                cell = cells[column - 1]
                cells[column - 1] = replace(cell, concerns=(*cell.concerns, concern))
    return replace(row, cells=tuple(cells))
