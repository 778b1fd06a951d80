"""How the records of a list come over: pages of `query` by key, or the keys by `query` and the fields by `read`.

Owns what is sent for a selection. Stores nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from integrations.intacct import LOWEST, Client, Page, Query, Record, Unread, all_of, any_of, ge, in_, is_null
from integrations.intacct.query import Filter
from integrations.lists import ListKind, Reader
from integrations.mirror.scope import View
from integrations.records.kinds import clock_offset

PAGE_SIZE = 2000
MOST_IN_A_SET = 1000


@dataclass(frozen=True)
class Selection:
    """Which records of a list, and which of their fields. `since` is None for the whole list.

    `also` are records that are read although they were not modified since.
    """

    kind: ListKind
    view: View
    fields: tuple[str, ...]
    since: datetime | None
    extra: Filter | None = None
    also: tuple[int, ...] = ()
    again: tuple[int, ...] = ()  # records that could not be read the last time

    @classmethod
    def of(cls, kind: ListKind, view: View, mark: Mapping[str, Any]) -> "Selection":
        """The selection that a step's checkpoint describes."""
        since = mark.get("since")
        moment = datetime.fromisoformat(since) if since else None
        also, again = tuple(mark.get("also", ())), tuple(mark.get("ask_again", ()))
        return cls(kind, view, tuple(mark["fields"]), moment, also=also, again=again)

    @property
    def is_whole(self) -> bool:
        return self.since is None

    @property
    def where(self) -> Filter | None:
        parts = [self.view.where(self.kind, self.fields), self._modified_since(), self.extra]
        filters = [part for part in parts if part is not None]
        return all_of(*filters) if filters else None

    def _modified_since(self) -> Filter | None:
        """Records that were never modified can have an empty WHENMODIFIED; of those, the ones made since are read.

        Where a record does not even say when it was made, it is read each time.
        """
        if self.since is None:
            return None
        kind = self.kind
        moment = self.since + (clock_offset(self.view.connection) or timedelta())
        never: Filter = is_null(kind.modified_field)
        if kind.created_field in self.fields:
            made_since = any_of(ge(kind.created_field, moment), is_null(kind.created_field))
            never = all_of(never, made_since)
        named = tuple(sorted({*self.also, *self.again}))
        return any_of(ge(kind.modified_field, moment), never, in_(kind.key_field, named) if named else None)


def pages(client: Client, selection: Selection, *, after: int, until: int | None) -> Iterator[Page]:
    """The pages of the selection with `after` < key <= `until`, in ascending order of the key.

    A record that cannot be read is named in its page, and the others come all the same.
    """
    reads = selection.kind.reader is Reader.QUERY_THEN_READ
    for page in _walked(client, selection, after=after, until=until):
        yield _read_fields(client, selection, page) if reads else page


def _walked(client: Client, selection: Selection, *, after: int, until: int | None) -> Iterator[Page]:
    """The pages as `query` sends them: of a list that is read by its keys these alone."""
    kind = selection.kind
    query = Query(
        object=kind.object,
        fields=(kind.key_field,) if kind.reader is Reader.QUERY_THEN_READ else selection.fields,
        where=selection.where,
        page_size=settings.SYNC_PAGE_SIZE,
        show_private=selection.view.show_private,
    )
    return client.pages(query, after=after, until=until, key=kind.key_field, around=True)


def _read_fields(client: Client, selection: Selection, page: Page) -> Page:
    kind = selection.kind
    keys = [int(row[kind.key_field]) for row in page.rows]
    rows, unread = client.read_around(kind.object, keys, selection.fields, kind.nested, key=kind.key_field)
    return replace(page, rows=rows, unread=page.unread + unread)


def system_records(client: Client, selection: Selection) -> tuple[Page, list[str]]:
    """The records of the selection without a positive key: a few, of Intacct's own, which pages by key pass by.

    With them the keys of those that a query shows and `read` does not return.
    """
    rows, unread, left_out = list[Record](), list[Unread](), list[str]()
    kind = selection.kind
    for page in _walked(client, selection, after=LOWEST, until=0):
        read = _read_fields(client, selection, page) if kind.reader is Reader.QUERY_THEN_READ else page
        rows += read.rows
        unread += read.unread
        came = {row[kind.key_field] for row in read.rows} | {str(entry.number) for entry in read.unread}
        left_out += [row[kind.key_field] for row in page.rows if row[kind.key_field] not in came]
    return Page(rows, None, len(rows), 0, 0, tuple(unread)), left_out


def still_there(client: Client, selection: Selection, numbers: Sequence[int]) -> frozenset[int]:
    """Which of these record numbers Intacct still has, no matter who owns them."""
    found = {number for number in numbers if number <= 0}  # judged only where all of these are read
    numbers = [number for number in numbers if number > 0]
    for start in range(0, len(numbers), MOST_IN_A_SET):
        found |= _shown(client, selection, numbers[start : start + MOST_IN_A_SET])
    return frozenset(found)


def _shown(client: Client, selection: Selection, numbers: Collection[int]) -> set[int]:
    kind = selection.kind
    query = Query(
        object=kind.object,
        fields=(kind.key_field,),
        where=in_(kind.key_field, sorted(numbers)),
        page_size=PAGE_SIZE,
        show_private=selection.view.show_private,
    )
    found: set[int] = set()
    for page in client.pages(query, key=kind.key_field, around=True):
        if any(entry.number is None for entry in page.unread):
            return set(numbers)  # any of them may be the one whose key cannot be read
        found |= {int(row[kind.key_field]) for row in page.rows}
        found |= {entry.number for entry in page.unread if entry.number is not None}
    return found
