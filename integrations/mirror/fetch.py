"""How the records of a list come over: pages of `query` by key, or the keys by `query` and the fields by `read`.

Owns what is sent for a selection. Stores nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from integrations.intacct import Client, Page, Query, all_of, any_of, ge, in_, is_null
from integrations.intacct.query import Filter
from integrations.lists import ListKind, Reader
from integrations.mirror.scope import View
from integrations.records.kinds import clock_offset

PAGE_SIZE = 2000
MOST_IN_A_SET = 1000


@dataclass(frozen=True)
class Selection:
    """Which records of a list, and which of their fields. `since` is None for the whole list."""

    kind: ListKind
    view: View
    fields: tuple[str, ...]
    since: datetime | None
    extra: Filter | None = None
    again: tuple[int, ...] = ()  # records that could not be read the last time

    @classmethod
    def of(cls, kind: ListKind, view: View, mark: Mapping[str, Any]) -> "Selection":
        """The selection that a step's checkpoint describes."""
        since = mark.get("since")
        moment = datetime.fromisoformat(since) if since else None
        return cls(kind, view, tuple(mark["fields"]), moment, again=tuple(mark.get("ask_again", ())))

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
        again = [in_(kind.key_field, self.again)] if self.again else []
        return any_of(ge(kind.modified_field, moment), never, *again)


def pages(client: Client, selection: Selection, *, after: int, until: int | None) -> Iterator[Page]:
    """The pages of the selection with `after` < key <= `until`, in ascending order of the key.

    A record that cannot be read is named in its page, and the others come all the same.
    """
    kind = selection.kind
    reads = kind.reader is Reader.QUERY_THEN_READ
    query = Query(
        object=kind.object,
        fields=(kind.key_field,) if reads else selection.fields,
        where=selection.where,
        page_size=settings.SYNC_PAGE_SIZE,
        show_private=selection.view.show_private,
    )
    for page in client.pages(query, after=after, until=until, key=kind.key_field, around=True):
        yield _read_fields(client, selection, page) if reads else page


def _read_fields(client: Client, selection: Selection, page: Page) -> Page:
    kind = selection.kind
    keys = [int(row[kind.key_field]) for row in page.rows]
    rows, unread = client.read_around(kind.object, keys, selection.fields, kind.nested, key=kind.key_field)
    return replace(page, rows=rows, unread=page.unread + unread)


def still_there(client: Client, selection: Selection, numbers: Sequence[int]) -> frozenset[int]:
    """Which of these record numbers Intacct still has, no matter who owns them."""
    found = set[int]()
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
    rows = (row for page in client.pages(query, key=kind.key_field) for row in page.rows)
    return {int(row[kind.key_field]) for row in rows}
