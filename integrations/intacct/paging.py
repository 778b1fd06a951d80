"""Reading all rows of a query by key, page by page, and around the records that cannot be read.

Owns the order of the requests, how a record at fault is found, and how many requests that may take. Must not send
anything itself or know what becomes of a record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from integrations.intacct import readers
from integrations.intacct.classifier import incomplete
from integrations.intacct.errors import Flaw, SpoiltAnswer
from integrations.intacct.query import Query, all_of, gt, le
from integrations.intacct.types import Page, Record, Unread

Ask = Callable[[Query], Page]

# Where a walk over all rows begins, those without a positive key included.
LOWEST = -(2**63)

# Of a page of 2000 rows a record is found by halves in eleven answers. Beyond these the list is left as it is: what
# spoils so much is not in single records.
MOST_SPOILT = 150
MOST_SPOILT_IN_A_ROW = 20
# So many pages in a row may tell of as many rows to come as those before: others may be adding records meanwhile.
MOST_WITHOUT_PROGRESS = 50
# Records without a readable key that are passed by to find the end of a list, or to count it.
MOST_AT_AN_END = 5


@dataclass
class Walk:
    """A walk over all rows with `last` < key <= `until`. `ask` sends one query, and checks nothing of its rows.

    With `around` a record that cannot be read is named in its page and passed by; else it raises SpoiltAnswer.
    """

    ask: Ask
    query: Query
    key: str
    last: int
    until: int | None
    around: bool
    skip: int = 0  # rows behind `last` whose key cannot be read
    window: int = 0  # one of so many rows that come next cannot be read; 0 when nothing is known of them
    step: int = 0  # how many rows are asked for next, 0 for a page; doubled with every answer that can be read
    spoilt: int = 0
    in_a_row: int = 0
    ended: bool = False
    pending: list[Unread] = field(default_factory=list)
    least: int | None = None  # the fewest rows that any page said are still to come
    without_progress: int = 0

    def pages(self) -> Iterator[Page]:
        first = True
        while True:
            page = self._next_or_narrower()
            if page is None:
                continue
            if page.rows or page.unread or first:
                yield page
            first = False
            if self.ended:
                if self.pending:
                    yield replace(page, rows=[], count=0, unread=tuple(self.pending))
                return
            self._check_progress(page)
            if not page.count:
                raise incomplete(f"{page.remaining} rows of {self.query.object} remain, but the page is empty.")

    def _check_progress(self, page: Page) -> None:
        """Raise ProtocolError for a list that does not get shorter however much of it is read."""
        if page.remaining is None:
            return
        is_less = self.least is None or page.remaining < self.least
        self.least = page.remaining if is_less else self.least
        self.without_progress = 0 if is_less else self.without_progress + 1
        if self.without_progress > MOST_WITHOUT_PROGRESS:
            raise incomplete(f"{page.remaining} rows of {self.query.object} remain, page after page.")

    def _next_or_narrower(self) -> Page | None:
        """The next page; None where fewer rows are to be asked for first."""
        try:
            return self._next()
        except SpoiltAnswer as error:
            if not self.around:
                raise
            self._spend(error)
            return self._narrowed(error)

    def _next(self) -> Page:
        """The next page of rows that can be read, and of records set aside because their row is not as it should be."""
        size = self._size()
        page = self._asked(self.query, size)
        self.ended = page.remaining == 0 or (page.remaining is None and page.count < size)
        rows, unread = self._sorted_out(page.rows)
        self.window = max(0, self.window - page.count)
        self.step = min(2 * size, self.query.page_size) if self.step else 0
        self.in_a_row = 0
        return replace(page, rows=rows, unread=unread)

    def _size(self) -> int:
        if self.window:
            return max(1, self.window // 2)
        return min(self.step or self.query.page_size, self.query.page_size)

    def _asked(self, query: Query, size: int) -> Page:
        behind = gt(self.key, self.last) if self.last > LOWEST else None
        where = all_of(query.where, behind, None if self.until is None else le(self.key, self.until))
        return self.ask(replace(query, where=where, order_by=(self.key,), page_size=size, offset=self.skip))

    def _sorted_out(self, rows: list[Record]) -> tuple[list[Record], tuple[Unread, ...]]:
        """The rows that can be used, and those that cannot; a row without a key goes with the next page that has one.

        So it is known, of what the mirror holds, between which two records that one may be.
        """
        good: list[Record] = []
        bad: list[Unread] = []
        for row in rows:
            number = self._number(row)
            flaw = readers.flaw_of_key(row, self.key) if number is None else readers.flaw_of(row, self.query.fields)
            if flaw is not None and not self.around:
                raise readers.spoilt_record(self.query.object, number, flaw)
            if number is None:
                self._pass_by(flaw)
                continue
            self.last, self.skip = readers.check_order(self.query.object, number, self.last), 0
            bad += self.pending
            self.pending = []
            if flaw is None:
                good.append(row)
            else:
                bad.append(Unread(self.query.object, number, number, flaw))
        return good, tuple(bad)

    def _number(self, row: Record) -> int | None:
        """The key of a row; negative only where such rows were asked for."""
        value = row.get(self.key)
        return readers.signed_number_in(value) if self.last < 0 else readers.number_in(value)

    def _pass_by(self, flaw: Flaw | None) -> None:
        """Go on behind a record whose key is not known: what comes next is asked for by its place."""
        self.skip += 1
        self.pending.append(Unread(self.query.object, None, self.last, flaw or Flaw("it has no key")))

    def _spend(self, error: SpoiltAnswer) -> None:
        self.spoilt += 1
        self.in_a_row += 1
        if self.spoilt > MOST_SPOILT or self.in_a_row > MOST_SPOILT_IN_A_ROW:
            raise SpoiltAnswer(
                f"More records of {self.query.object} cannot be read than are looked for one by one: "
                f"{error.flaw.what}.",
                error.flaw,
            ) from error

    def _narrowed(self, error: SpoiltAnswer) -> Page | None:
        """Ask for fewer rows the next time; of one row say which it is."""
        size = self._size()
        if size == 1:
            return self._named(error)
        is_known = self.window or self.step
        self.window, self.step = (size if is_known else min(size, self._left(size))), 0
        return None

    def _left(self, most: int) -> int:
        """How many rows come next, so that a short list is not looked through like a long one."""
        try:
            total = self._asked(self._keys_only(), 1).total
        except SpoiltAnswer as error:
            self._spend(error)
            return most
        return most if total is None else max(1, total - self.skip)

    def _named(self, error: SpoiltAnswer) -> Page:
        """The next record is the one: its number, by a question for nothing else. That answer also shows that the
        gateway is there, so that its failing is not taken for the record's."""
        self.window, self.step = 0, 1
        try:
            page = self._asked(self._keys_only(), 1)
        except SpoiltAnswer as also:
            self._spend(also)
            self._pass_by(error.flaw)
            return Page([], None, 1, 1, 0)
        self.ended = page.remaining == 0 or not page.rows
        if not page.rows:
            return page
        number = self._number(page.rows[0])
        if number is None:
            self._pass_by(error.flaw)
            return replace(page, rows=[])
        self.last, self.skip = readers.check_order(self.query.object, number, self.last), 0
        found = (*self.pending, Unread(self.query.object, number, number, error.flaw))
        self.pending = []
        return replace(page, rows=[], unread=found)

    def _keys_only(self) -> Query:
        return replace(self.query, fields=(self.key,))


def end_of(ask: Ask, query: Query, key: str) -> tuple[int, Page, tuple[Flaw, ...]]:
    """The key of the first row that has a readable one, 0 for none; its page; and what is wrong with rows before it.

    Raises SpoiltAnswer when the first few all have none.
    """
    flaws: list[Flaw] = []
    while True:
        try:
            page = ask(replace(query, page_size=1, offset=len(flaws)))
            number = readers.signed_number_in(page.rows[0].get(key)) if page.rows else 0
            if number is not None:
                return number, page, tuple(flaws)
            raise readers.spoilt_record(query.object, None, readers.flaw_of_key(page.rows[0], key))
        except SpoiltAnswer as error:
            flaws.append(error.flaw)
            # An answer that does not fail at the key, of which alone it consists, would fail with any other row too.
            if error.flaw.element != key or len(flaws) > MOST_AT_AN_END:
                raise


def read_around(
    read: Callable[[Sequence[int]], list[Record]],
    object_name: str,
    numbers: Sequence[int],
    fields: Sequence[str],
    key: str,
) -> tuple[list[Record], tuple[Unread, ...]]:
    """The records with these numbers, in their order, and those that cannot be read; what is gone is in neither.

    A record at fault is found by halves. `fields` are those that hold one text each.
    """
    good: dict[int, Record] = {}
    bad: dict[int, Unread] = {}
    parts, spoilt, last = [list(numbers)] if numbers else [], 0, None
    while parts:
        part = parts.pop()
        try:
            rows = read(part)
        except SpoiltAnswer as error:
            spoilt, last = spoilt + 1, error
            if spoilt > MOST_SPOILT:
                raise
            if len(part) == 1:
                bad[part[0]] = Unread(object_name, part[0], part[0], error.flaw)
            else:
                parts += [part[len(part) // 2 :], part[: len(part) // 2]]
        else:
            _sort(rows, part, fields, key, object_name, good, bad)
    if last is not None and not good and len(bad) > 1:
        raise last  # what spoils every answer is in no single record
    return [good[number] for number in sorted(good)], tuple(bad[number] for number in sorted(bad))


def _sort(
    rows: Sequence[Record],
    part: Sequence[int],
    fields: Sequence[str],
    key: str,
    object_name: str,
    good: dict[int, Record],
    bad: dict[int, Unread],
) -> None:
    """Sort rows into those that can be used and those that cannot, by the numbers that were asked for.

    A row under no number of these may be any that was asked for and did not come.
    """
    stray: Flaw | None = None
    for row in rows:
        number = readers.signed_number_in(row.get(key))
        flaw = readers.flaw_of(row, fields)
        if number is None:
            stray = readers.flaw_of_key(row, key)
        elif number not in part:
            stray = Flaw(f"it comes as record {number}, which was not asked for", key)
        elif flaw is not None:
            bad[number] = Unread(object_name, number, number, flaw)
        else:
            good[number] = row
    if stray is not None:
        bad |= {n: Unread(object_name, n, n, stray) for n in part if n not in good and n not in bad}
