"""A form that was made from an older version beside the newer one: what each side changed, and one form of both.

Owns the comparison of typed texts and which of them the form keeps: what only they changed is theirs, what was changed
on both sides stays mine until somebody chooses. Stores nothing.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from erp_admin.documents.line_columns import LineColumn, Reads
from erp_admin.forms.sent_lines import SentLine

REMOVED: Final = "removed"
Same = Callable[[str, str, str], bool]  # of a field or column: whether two texts say the same


@dataclass(frozen=True)
class Difference:
    """One value on both sides. `field` is of the head, or with a `line` (its place in the form) a column.

    `kept` says whose text the form holds now; a difference that can be `chosen` has a cell to put the other one in.
    """

    label: str
    before: str
    mine: str
    theirs: str
    kept: str
    field: str = ""
    line: int = -1

    @property
    def can_be_chosen(self) -> bool:
        return bool(self.field)

    @property
    def take_mine(self) -> str:
        """What static/js/entry.js puts into the form."""
        return json.dumps({"field": self.field, "line": self.line, "text": self.mine})

    @property
    def take_theirs(self) -> str:
        return json.dumps({"field": self.field, "line": self.line, "text": self.theirs})


@dataclass(frozen=True)
class Meeting:
    """The newer version met by an older form: who saved it when, and every difference."""

    by: str
    at: datetime | None
    differences: tuple[Difference, ...]


def merged_head(
    labels: Mapping[str, str], base: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str], same: Same
) -> tuple[dict[str, str], list[Difference]]:
    """The texts of the head that the form goes on with, and what differs."""
    kept, found = dict(mine), list[Difference]()
    for name, label in labels.items():
        before, own, other = base.get(name, ""), mine.get(name, ""), theirs.get(name, "")
        if same(name, before, other) or same(name, own, other):
            continue
        is_mine = not same(name, before, own)
        kept[name] = own if is_mine else other
        found.append(Difference(label, before, own, other, "mine" if is_mine else "theirs", name))
    return kept, found


def merged_lines(
    columns: Sequence[LineColumn],
    base: Sequence[SentLine],
    mine: Sequence[SentLine],
    theirs: Sequence[SentLine],
    same: Same,
) -> tuple[list[SentLine], list[Difference]]:
    """The lines that the form goes on with, and what differs: of stored lines cell by cell."""
    was, now = ({line.key: line for line in lines} for lines in (base, theirs))
    kept, found = list[SentLine](), list[Difference]()
    for line in mine:
        before, other = was.get(line.key), now.get(line.key)
        if line.key is None or other is not None:
            kept.append(line)
            if line.key is not None and other is not None:
                found += _merged_cells(columns, len(kept) - 1, before or SentLine(), line, other, same)
            continue
        is_touched = before is None or any(_differ(columns, before, line, same))
        label = f"Line “{line.cells.get('description', '')}”"
        found.append(Difference(label, _told(before), _told(line), REMOVED, "mine" if is_touched else "theirs"))
        if is_touched:
            kept.append(SentLine(None, line.cells))
    held = {line.key for line in mine}
    for line in theirs:
        before = was.get(line.key)
        if line.key in held or (before is not None and not any(_differ(columns, before, line, same))):
            continue
        label, own = f"Line “{line.cells.get('description', '')}”", REMOVED if before is not None else ""
        found.append(Difference(label, _told(before), own, _told(line), "theirs"))
        kept.append(line)
    return kept, found


def _merged_cells(
    columns: Sequence[LineColumn], place: int, before: SentLine, mine: SentLine, theirs: SentLine, same: Same
) -> list[Difference]:
    labels = {
        column.name: f"Line {place + 1}, {column.label}" for column in columns if column.reads is not Reads.AMOUNT
    }
    texts, found = merged_head(labels, before.cells, mine.cells, theirs.cells, same)
    mine.cells = {name: text for name, text in texts.items() if text}
    return [Difference(each.label, each.before, each.mine, each.theirs, each.kept, each.field, place) for each in found]


def _differ(columns: Sequence[LineColumn], one: SentLine, other: SentLine, same: Same) -> list[str]:
    names = [column.name for column in columns if column.reads is not Reads.AMOUNT]
    return [name for name in names if not same(name, one.cells.get(name, ""), other.cells.get(name, ""))]


def _told(line: SentLine | None) -> str:
    """A whole line in a few words."""
    if line is None:
        return ""
    cells = line.cells
    return " · ".join(cells[name] for name in ("description", "quantity", "unit_price") if cells.get(name))
