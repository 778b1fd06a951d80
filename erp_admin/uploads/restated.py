"""Rows that state other rows once more: totals, subtotals, amounts carried forward. Read as lines they would double.

Left out, to be told in a note, where the sum proves it; a problem where it does not. Knows no document type.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from erp_admin.documents.columns import Column, Level, Value
from erp_admin.documents.plain import plain
from erp_admin.grammar.identity import identity
from erp_admin.uploads.formats.table import Cell, Row
from erp_admin.uploads.heading import Heading
from erp_admin.uploads.parsed import GIVEN, WHOLE_ROW, ParsedDocument, Problem
from erp_admin.uploads.total_words import may_be_total, mentions_total, says_total

_OF_ITS_OWN: Final = 2
_LEAST_SUMMED: Final = 2  # so many lines above, before their sum alone makes a row without words a total
_IF_A_LINE: Final = "if it is a line of its own, describe it without a word for a total"
_FILL_IN: Final = "Remove the row if it is one; if it is a line, fill in for it what the lines above fill in."
_COMPUTED: Final = frozenset({"row", "line", "description", "amount", "quantity", "unit_price", GIVEN})


@dataclass(frozen=True)
class Restated:
    """A row set aside because it reads as a total. `before` lines of its document stand above it.

    `text` is what makes it read so, "" where there is nothing but an amount. `is_bare`: it fills in nothing else.
    `is_plain`: the text says nothing else.
    """

    row: Row
    text: str
    amount: Decimal | None
    before: int
    is_bare: bool
    is_plain: bool


@dataclass
class Sums:
    """The sums of the lines so far, of the whole file, and where they may start: at documents and at subtotals.

    Unknown from a line without an amount on, until the next document begins.
    """

    running: Decimal = Decimal(0)
    is_known: bool = True
    _starts: set[Decimal] = field(default_factory=set)
    _all: set[Decimal] = field(default_factory=set)

    def start(self) -> None:
        self._starts.add(self.running)
        self._all.add(self.running)

    def add(self, amount: Decimal | None) -> None:
        if amount is None:
            self._starts, self._all, self.is_known = set(), set(), False
        else:
            self.running += amount
            self._all.add(self.running)

    def proves(self, amount: Decimal) -> bool:
        """Whether it is the sum of the lines above: of the document, of several, or since the last subtotal."""
        return self.running - amount in self._starts

    def resembles(self, amount: Decimal) -> bool:
        """Whether it is the sum of any rows right above."""
        return amount != 0 and self.running - amount in self._all


class TotalRows:
    """Tells total rows among the rows of a file, and settles them document by document."""

    def __init__(self, columns: Mapping[str, Column], heading: Heading) -> None:
        self._heading = heading
        self._columns = columns
        self._by_place = {place: columns[key] for key, place in heading.header.places.items()}
        self._words = frozenset(word for each in columns.values() for name in each.names for word in name.split())
        self._sums = Sums()
        self.left_out: list[int] = []
        self.looked_like: list[int] = []

    def text_in(self, row: Row, head: Row | None) -> str:
        """The text by which a row below `head` reads as a total, "" where it does not."""
        number = self._heading.cell(row, "number").text
        if row.starts_document or (number and not mentions_total(number) and not self._is_same(row, head, "number")):
            return ""
        own = [(column, cell) for column, cell in self._cells(row) if not self._is_repeated(column, cell, head)]
        needed = sum(column is not None and column.level is Level.HEAD and column.is_needed for column, _ in own)
        if needed >= _OF_ITS_OWN:
            return ""
        described = bool(self._heading.cell(row, "description"))
        return next((cell.text for column, cell in own if _is_total(column, cell.text, described=described)), "")

    def is_plain(self, text: str, head: Row) -> bool:
        """Whether a text names nothing but a total, if need be of the document that `head` begins."""
        return says_total(text, self._words | frozenset(plain(" ".join(head.texts)).split()))

    def is_bare(self, row: Row, head: Row | None) -> bool:
        """Whether it fills in nothing but words for a total and an amount."""
        return all(
            column is None
            or column.key in ("amount", "total")
            or mentions_total(cell.text)
            or self._is_repeated(column, cell, head)
            for column, cell in self._cells(row)
        )

    def is_only_amount(self, row: Row, head: Row | None) -> bool:
        """Whether it fills in an amount and nothing else at all."""
        own = {
            column.key if column else ""
            for column, cell in self._cells(row)
            if not self._is_repeated(column, cell, head)
        }
        return own in ({"amount"}, {"amount", "total"})

    def settle(self, document: ParsedDocument, restated: list[Restated]) -> None:
        """Judge what was set aside, and the lines that look like a total, against the sums of the lines above."""
        self._sums.is_known = True
        self._sums.start()
        waiting = deque(restated)
        above = _Above()
        for line in document.lines:
            while waiting and waiting[0].before <= above.count:
                self._judge(document, waiting.popleft())
            amount = None if line.get("amount") is None else Decimal(line["amount"])
            document.problems.extend(self._suspicions(document, line, amount, above))
            self._sums.add(amount)
            above.add(line, amount)
        for each in waiting:
            self._judge(document, each)

    def _judge(self, document: ParsedDocument, each: Restated) -> None:
        proven = each.amount is not None and self._sums.is_known and self._sums.proves(each.amount)
        is_sure = proven and (each.is_plain or each.before >= _LEAST_SUMMED)
        if not each.text and not is_sure:
            fix = "Say what the line is for, or remove the row if it is the sum of others."
            document.problems.append(Problem(each.row.number, "Description", "", "This is missing.", fix))
        elif is_sure and each.is_bare:
            self.left_out.append(each.row.number)
            self._sums.start()
        else:
            document.problems.append(
                Problem(
                    each.row.number,
                    WHOLE_ROW,
                    each.text,
                    f"It reads as a total of other rows{self._why_kept(each, proven=proven)}.",
                    f"Remove the row; {_IF_A_LINE}.",
                )
            )

    def _why_kept(self, each: Restated, *, proven: bool) -> str:
        if each.amount is None:
            return ", and has no amount that can be read"
        if not self._sums.is_known:
            return ", and cannot be checked as long as a line above has no amount"
        if proven and not each.is_bare:
            return ", and fills in more than a total does"
        if proven:
            return ", which is the line above"
        return f", but {each.amount:,.2f} is not the sum of the lines above"

    def _suspicions(
        self, document: ParsedDocument, line: Mapping[str, Any], amount: Decimal | None, above: "_Above"
    ) -> Iterator[Problem]:
        """What speaks against a line that was read: it counts other lines once more."""
        text = str(line.get("description") or "")
        if len(document.lines) < _LEAST_SUMMED:
            return
        if mentions_total(text):
            sentence = "It reads as a total of other rows, and would count twice."
            yield Problem(line["row"], "Description", text, sentence, f"Remove the row if it is one; {_IF_A_LINE}.")
        elif amount is not None and self._sums.is_known and self._sums.resembles(amount):
            is_sum = above.count >= _LEAST_SUMMED and above.total == amount
            if may_be_total(text) or (is_sum and above.is_fuller_than(line)):
                sentence = f"It looks like a total: {amount:,.2f} is the sum of the lines above."
                yield Problem(line["row"], "Description", text, sentence, _FILL_IN)
            elif is_sum and line is document.lines[-1]:
                self.looked_like.append(line["row"])

    def _cells(self, row: Row) -> Iterator[tuple[Column | None, Cell]]:
        for place, cell in enumerate(row.cells):
            if cell and place not in self._heading.header.own:
                yield self._by_place.get(place), cell

    def _is_repeated(self, column: Column | None, cell: Cell, head: Row | None) -> bool:
        if column is None or head is None or column.level is not Level.HEAD:
            return False
        return identity(self._heading.cell(head, column.key).text) == identity(cell.text)

    def _is_same(self, row: Row, head: Row | None, key: str) -> bool:
        cells = [self._heading.cell(each, key).text for each in (row, head) if each is not None]
        return len(cells) > 1 and identity(cells[0]) == identity(cells[1])


@dataclass
class _Above:
    """The lines of a document so far: how many, their sum, and what all of them fill in."""

    count: int = 0
    total: Decimal = Decimal(0)
    filled: set[str] = field(default_factory=set)

    def add(self, line: Mapping[str, Any], amount: Decimal | None) -> None:
        filled = {key for key in line if _fills(line, key)}
        self.filled = self.filled & filled if self.count else filled
        self.count += 1
        self.total += amount or 0

    def is_fuller_than(self, line: Mapping[str, Any]) -> bool:
        """Whether they all fill in something which that line leaves blank."""
        return any(not _fills(line, key) for key in self.filled)


def _fills(line: Mapping[str, Any], key: str) -> bool:
    if key in _COMPUTED:
        return key in ("quantity", "unit_price") and key in line[GIVEN]
    return line.get(key) is not None


def _is_total(column: Column | None, text: str, *, described: bool) -> bool:
    """Whether a cell makes its row a total: by its words alone, or by any mention where no line has its words."""
    if column is None:
        return not described and says_total(text)
    if column.key == "unit":  # as in “lump sum”
        return False
    if column.value not in (Value.TEXT, Value.NUMBER):
        return says_total(text)
    if column.key == "description":
        return mentions_total(text)
    return mentions_total(text) if column.level is Level.HEAD else not described and mentions_total(text)
