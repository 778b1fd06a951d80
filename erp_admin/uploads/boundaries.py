"""Which rows of a file are one document.

Where the form of the file tells, as JSON does, that counts; else the number, and what a row fills in beside it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from erp_admin.documents.columns import Column, Level
from erp_admin.documents.uploads import UploadKind
from erp_admin.uploads.formats.table import Row
from erp_admin.uploads.heading import Heading
from erp_admin.uploads.restated import TotalRows

_OF_ITS_OWN: Final = 2  # so many values of a document's own make a row without a number of its own another document

Understood = Callable[[Row, Column], str]


class Boundaries:
    """Divides rows. `understood` gives a cell's value as it compares with others, and "" where it is blank."""

    def __init__(self, kind: UploadKind, heading: Heading, totals: TotalRows, understood: Understood) -> None:
        self._heading = heading
        self._totals = totals
        self._understood = understood
        self._columns = {column.key: column for column in kind.columns}
        self._lines = [column for column in kind.columns if column.level is Level.LINE]
        self._heads = [column for column in kind.columns if column.level is Level.HEAD]
        self._remembered: tuple[Row | None, dict[str, str]] = (None, {})
        self._named_by = [key for key in ("number", kind.parent_column) if key]
        one_of = {key for each in kind.one_of for key in each.keys}
        self._telling = [
            column
            for column in self._heads
            if column.key not in self._named_by and (column.is_needed or column.key in one_of)
        ]
        self._alternatives = [{column.key} for column in self._telling if column.is_needed]
        self._alternatives += [set(each.keys) for each in kind.one_of]

    def divided(self, rows: Iterable[Row]) -> Iterator[list[Row]]:
        """The rows of each document, the first that tells of it being `head_row` of them."""
        current: list[Row] = []
        head: Row | None = None
        for row in rows:
            begins = self._begins(row, head)
            if begins and head is not None:
                yield current
                current, head = [], None
            current.append(row)
            if head is None and (begins or row.starts_document is not None):
                head = row
        if current:
            yield current

    def head_row(self, rows: list[Row]) -> Row:
        """The row that begins the document: not a text or a total that stands above it."""
        return next((row for row in rows if self._begins(row, None)), rows[0])

    def _begins(self, row: Row, head: Row | None) -> bool:
        if row.starts_document is not None:
            return row.starts_document
        if head is None:
            return (self.fills_head(row) or self.fills_line(row)) and not self._is_total(row, None)
        if self._is_total(row, head):
            return False
        named = {key: self._value(row, key) for key in self._named_by}
        if any(value and value != self._head_value(head, key) for key, value in named.items()):
            enough = min(_OF_ITS_OWN, len(self._alternatives))
            filled = self._filled(row)
            return filled >= enough or (filled == 1 and self._own_values(row, head) == 1 and self.fills_line(row))
        return not named["number"] and self._is_one_without_number(row, head)

    def fills_head(self, row: Row) -> bool:
        return any(self._heading.cell(row, column.key) for column in self._heads)

    def fills_line(self, row: Row) -> bool:
        return any(self._heading.cell(row, column.key) for column in self._lines)

    def _is_one_without_number(self, row: Row, head: Row) -> bool:
        """A blank number belongs to the document above, unless the row is plainly about another one."""
        own = self._own_values(row, head)
        return own >= _OF_ITS_OWN or (own == 1 and self._filled(row) == len(self._alternatives))

    def _filled(self, row: Row) -> int:
        """How many of the things that every document needs the row fills in."""
        return sum(any(self._heading.cell(row, key) for key in keys) for keys in self._alternatives)

    def _own_values(self, row: Row, head: Row) -> int:
        values = {column.key: self._understood(row, column) for column in self._telling}
        return sum(bool(value) and value != self._head_value(head, key) for key, value in values.items())

    def _head_value(self, head: Row, key: str) -> str:
        """What the first row of a document says, which is asked for each of its further rows."""
        if self._remembered[0] is not head:
            self._remembered = (head, {})
        known = self._remembered[1]
        if key not in known:
            known[key] = self._value(head, key)
        return known[key]

    def _is_total(self, row: Row, head: Row | None) -> bool:
        return bool(self._totals.text_in(row, head))

    def _value(self, row: Row, key: str) -> str:
        return self._understood(row, self._columns[key])
