"""Which column a header of a file means, and the one that was probably meant.

The columns themselves are declared by the document types; what a column is stands in `erp_admin.documents.columns`.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from erp_admin.documents.columns import Column, Level, plain
from erp_admin.uploads.formats.table import KnownNames

# What a file with problems carries when it comes back corrected: our own words, not data.
PROBLEMS_COLUMN: Final = "Problems"


@dataclass(frozen=True)
class Header:
    """Which cell of a row is which column, and the headers that mean none, with the column probably meant."""

    places: dict[str, int]
    unknown: dict[str, Column | None]


def known_names(columns: Sequence[Column]) -> KnownNames:
    """What the readers of files look for, to find the header and to tell keys of a document from those of its lines."""
    names = {level: {name for column in columns if column.level is level for name in column.names} for level in Level}
    return KnownNames(frozenset(names[Level.HEAD]), frozenset(names[Level.LINE]))


def parse_header(columns: Sequence[Column], cells: Sequence[str]) -> tuple[Header, dict[str, list[str]]]:
    """The header in these cells; and, by label, the columns that more than one cell names."""
    by_name = {name: column for column in columns for name in column.names}
    places: dict[str, int] = {}
    twice: dict[str, list[str]] = {}
    unknown: list[str] = []
    for place, cell in enumerate(cells):
        column = by_name.get(plain(cell))
        if column is None:
            if cell and plain(cell) != plain(PROBLEMS_COLUMN):
                unknown.append(cell)
        elif column.key in places:
            twice.setdefault(column.label, [cells[places[column.key]]]).append(cell)
        else:
            places[column.key] = place
    free = {name: column for name, column in by_name.items() if column.key not in places}
    return Header(places, {cell: _meant(cell, free) for cell in unknown}), twice


def _meant(cell: str, free: dict[str, Column]) -> Column | None:
    near = difflib.get_close_matches(plain(cell), free, n=1, cutoff=0.78)
    return free[near[0]] if near else None
