"""The rows of a file with the cells that people corrected, each only where the file still says what it said then.

Owns when a correction counts. Changes no file, and stores nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from erp_admin.models import ImportCorrection
from erp_admin.uploads.formats.table import BLANK, Cell, Row
from erp_admin.uploads.heading import Heading


@dataclass(frozen=True)
class CorrectedRows:
    """Rows to be read again and again. `heading` is the header that they stand below."""

    rows: Iterable[Row]
    heading: Heading
    corrections: Iterable[ImportCorrection]
    _by_row: dict[int, list[ImportCorrection]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for each in self.corrections:
            if self.heading.header.places.get(each.column) == each.place:
                self._by_row.setdefault(each.row, []).append(each)

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            yield corrected(row, self._by_row[row.number]) if row.number in self._by_row else row

    def outdated(self) -> list[ImportCorrection]:
        """Those that count no more: their cell says another thing, or stands in another column."""
        counting = set[int]()
        for row in self.rows:
            for each in self._by_row.get(row.number, ()):
                if text_at(row, each.place) == each.before:
                    counting.add(each.pk)
        return [each for each in self.corrections if each.pk not in counting]


def corrected(row: Row, corrections: Iterable[ImportCorrection]) -> Row:
    """The row with its cells as corrected. A cell that was corrected before is told by its mark."""
    cells = list(row.cells)
    for each in corrections:
        cells += [BLANK] * (each.place + 1 - len(cells))
        cell = cells[each.place]
        if cell.is_corrected or cell.text == each.before:
            cells[each.place] = Cell(each.after, is_corrected=True)
    return replace(row, cells=tuple(cells))


def text_at(row: Row, place: int) -> str:
    return row.cells[place].text if place < len(row.cells) else ""
