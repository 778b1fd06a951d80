"""The first look at a file: what its cells prove of how it is written, what its sheet hides, what stands in no column.

Keeps counts and places, never the rows. Reads no value.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from erp_admin.documents.columns import Column, Value
from erp_admin.grammar.evidence import Decision, Evidence
from erp_admin.grammar.style import Style
from erp_admin.uploads.formats.table import CellKind, Row
from erp_admin.uploads.heading import Heading
from erp_admin.uploads.stated import Hidden, HiddenFound, ReadingDecisions, StatedReading

_NUMBERS: Final = frozenset({Value.AMOUNT, Value.QUANTITY, Value.PRICE, Value.PERCENT})


@dataclass
class Survey:
    """`width` is that of the widest row, `unread` counts the filled cells of unknown columns by place.

    What a person corrected here says nothing of how the file is written.
    """

    width: int
    rows: int = 0
    evidence: Evidence = field(default_factory=Evidence)
    unread: Counter[int] = field(default_factory=Counter)
    repeated_headers: list[int] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: dict[str, None] = field(default_factory=dict)  # in the order of the sheet

    def decisions(self, stated: StatedReading, company_day_first: bool | None) -> ReadingDecisions:
        """What was stated, else what the file proves, else for the order of day and month the company's own."""
        values = self.evidence.decided()
        is_open = stated.day_first is None and company_day_first is not None
        by_convention = is_open and self._follows_convention(values.day_order)
        proved = company_day_first if by_convention else values.style.day_first
        style = Style(
            decimal=stated.decimal or values.style.decimal,
            day_first=proved if stated.day_first is None else stated.day_first,
            century_from=values.style.century_from if stated.century_from is None else stated.century_from,
        )
        hidden = HiddenFound(stated.hidden, tuple(self.hidden_rows), tuple(self.hidden_columns))
        return ReadingDecisions(style, values, hidden, by_convention)

    def _follows_convention(self, order: Decision[bool]) -> bool:
        """Whether dates in doubt are read in the order in which the company writes: where no cell speaks against it."""
        return order.is_open and not order.is_contradicted and not self.evidence.has_dotted_doubt


def survey(columns: Mapping[str, Column], heading: Heading, rows: Iterable[Row], stated: StatedReading) -> Survey:
    """Look at every row below the header, once."""
    found = Survey(width=len(heading.row.cells))
    by_place = {place: columns[key] for key, place in heading.header.places.items()}
    for row in filled_below(heading, rows):
        if row.is_hidden:
            found.hidden_rows.append(row.number)
            if stated.hidden is Hidden.LEAVE_OUT:
                continue
        found.rows += 1
        if heading.is_repeated_in(row):
            found.repeated_headers.append(row.number)
            continue
        found.width = max(found.width, len(row.cells))
        _look_at(found, row, heading, by_place, stated)
    return found


def filled_below(heading: Heading, rows: Iterable[Row]) -> Iterator[Row]:
    return (row for row in rows if row and row.number > heading.row.number)


def _look_at(found: Survey, row: Row, heading: Heading, by_place: Mapping[int, Column], stated: StatedReading) -> None:
    for place, cell in enumerate(row.cells):
        if not cell:
            continue
        column = by_place.get(place)
        if column is None:
            found.unread[place] += heading.header.is_not_read(place)
            continue
        if cell.is_hidden:
            texts = heading.row.texts
            found.hidden_columns.setdefault((texts[place] if place < len(texts) else "") or column.label)
            if stated.hidden is Hidden.LEAVE_OUT:
                continue
        if cell.kind is CellKind.TEXT and not cell.is_corrected:
            where = f"row {row.number}, {column.label}"
            if column.value in _NUMBERS:
                found.evidence.see_number(cell.text, where)
            elif column.value is Value.DATE:
                found.evidence.see_date(cell.text, where)
