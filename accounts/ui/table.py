"""Lists as tables: which columns a list may show, and each cell once, for the page, for CSV and for workbooks alike.

Owns the shapes that templates/partials/table.html takes. Asks nothing, and knows no list.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from django.http import HttpRequest

from accounts.ui.columns import Column, column
from accounts.ui.shown import ShownState

RowT = TypeVar("RowT")
Value = str | int | Decimal | date | datetime | ShownState | None
TEXT, ID, NAME, AMOUNT, COUNT, PERCENT, DATE, MOMENT, STATE = (
    "text", "id", "name", "amount", "count", "percent", "date", "moment", "state",
)  # fmt: skip
NUMBERS = frozenset({AMOUNT, COUNT, PERCENT})
_AT_THE_END = NUMBERS | {DATE}
_CLASSES = {ID: "id", NAME: "name", STATE: "state-cell", MOMENT: "nowrap"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one row. `url` leads on within the site, `out` to a web address; `mark` warns, and says of what."""

    value: Value
    currency: str = ""
    url: str = ""
    out: str = ""
    mark: str = ""

    @property
    def is_a_time(self) -> bool:
        return isinstance(self.value, date)


@dataclass(frozen=True)
class Field(Generic[RowT]):
    """A column that a list may show.

    `under` is the key of the column in whose cell it stands as second line, where both are shown. `is_fixed` can not be
    taken away; `is_default` stands there before anybody chose. `card` is its place in the head of a card on a phone, 0
    for below. `in_files` only: what a page says beside each amount, and a file needs a column for.
    """

    key: str
    label: str
    kind: str
    cell: Callable[[RowT], Cell]
    sort: str = ""
    under: str = ""
    is_default: bool = True
    is_fixed: bool = False
    in_files: bool = False
    card: int = 0


@dataclass(frozen=True)
class PlacedCell:
    """A cell with the column it stands in, and what stands below it."""

    cell: Cell
    kind: str
    label: str
    css: str
    is_head: bool = False
    below: "PlacedCell | None" = None

    @property
    def parts(self) -> "list[PlacedCell]":
        """It, and what stands below it."""
        return [self, *(self.below.parts if self.below else ())]


@dataclass(frozen=True)
class TableRow:
    """One row: where it leads, what it is called, the value its check box sends, and what it adds to a selection."""

    url: str
    name: str
    key: int
    cells: list[PlacedCell]
    amount: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True)
class Total:
    """One line of the foot: what it counts, and the sums by the key of their column."""

    label: str
    currency: str
    sums: Mapping[str, Decimal | None]
    shown: Decimal | None = None  # what the rows that are selected come to, when all are


@dataclass(frozen=True)
class Table:
    """What templates/partials/table.html shows. `totals` are (label, cells) of the foot, one line per currency."""

    label: str
    noun: str
    heads: list[Column]
    rows: list[TableRow]
    selects: bool = False
    totals: list[tuple[Total, list[PlacedCell]]] = field(default_factory=list)


def chosen_fields(fields: Sequence[Field[RowT]], keys: Collection[str]) -> list[Field[RowT]]:
    """Those of a page, in the order of the declaration: the chosen ones, or what stands there by itself."""
    known = {each.key for each in fields}
    wanted = set(keys) & known
    return [
        each
        for each in fields
        if not each.in_files and (each.is_fixed or (each.key in wanted if wanted else each.is_default))
    ]


def file_fields(fields: Sequence[Field[RowT]], keys: Collection[str]) -> list[Field[RowT]]:
    """Those of a file: what the page shows, and what it says beside amounts."""
    shown = {each.key for each in chosen_fields(fields, keys)}
    return [each for each in fields if each.in_files or each.key in shown]


def table_of(
    request: HttpRequest,
    label: str,
    noun: str,
    fields: Sequence[Field[RowT]],
    rows: Sequence[RowT],
    row_of: Callable[[RowT], TableRow],
    *,
    default_sort: str,
    totals: Iterable[Total] = (),
    selects: bool = False,
) -> Table:
    """The table of one page. A column in which no row has anything is left out, unless the list always shows it."""
    cells = {each.key: [each.cell(row) for row in rows] for each in fields}
    kept = [each for each in fields if each.is_fixed or any(not _is_empty(cell) for cell in cells[each.key])]
    top = [each for each in kept if not _stands_below(each, kept)]
    below = {each.under: each for each in kept if _stands_below(each, kept)}

    def placed(each: Field[RowT], at: int) -> PlacedCell:
        return _placed(each, cells[each.key][at], below=placed(below[each.key], at) if each.key in below else None)

    made = [replace(row_of(row), cells=[placed(each, at) for each in top]) for at, row in enumerate(rows)]
    heads = [_head(request, each, below.get(each.key), default_sort) for each in top]
    foot = [(total, [_summed(each, total) for each in top]) for total in totals]
    return Table(label, noun, heads, made, selects, foot)


def _is_empty(cell: Cell) -> bool:
    return cell.value is None or cell.value == ""


def _stands_below(each: Field[RowT], kept: Sequence[Field[RowT]]) -> bool:
    """Only one stands in a cell of another's, the first that is declared."""
    beside = [other for other in kept if other.under == each.under]
    return bool(each.under) and beside[0] is each and any(other.key == each.under for other in kept)


def _placed(each: Field[RowT], cell: Cell, below: PlacedCell | None) -> PlacedCell:
    return PlacedCell(cell, each.kind, each.label, _css(each, cell), each.is_fixed, below)


def _css(each: Field[RowT], cell: Cell | None = None) -> str:
    parts = ["num" if each.kind in _AT_THE_END else _CLASSES.get(each.kind, "text")]
    if each.card:
        parts.append(f"card-{each.card}")
    if cell is not None and each.kind in NUMBERS and not _is_empty(cell) and cell.value == 0:
        parts.append("zero")
    if cell is not None and _is_empty(cell):
        parts.append("nothing")
    return " ".join(parts)


def _head(request: HttpRequest, each: Field[RowT], below: Field[RowT] | None, default: str) -> Column:
    under = column(request, below.label, below.sort, default=default) if below else None
    return column(request, each.label, each.sort, css=_css(each), below=under, default=default)


def _summed(each: Field[RowT], total: Total) -> PlacedCell:
    value = total.sums.get(each.key)
    placed = _placed(each, Cell(value, total.currency), None)
    return replace(placed, cell=Cell(total.label)) if each.is_fixed else placed
