"""The mirror as validating and planning see it: one record by kind and id, each asked for once.

Reads only. Knows no document type.
"""

from collections.abc import Iterable

from django.db.models import F, QuerySet

from integrations.lists import KINDS_BY_KEY
from integrations.models import Connection, ListItem

_FIRST_THERE = F("missing_at").asc(nulls_first=True)


class MirrorView:
    """Answers are kept for the life of the view, so a view is made for one request or one page of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str, str | None], ListItem | None] = {}

    def fetch(self, kind: str, ids: Iterable[str]) -> None:
        """Read many records of a kind at once."""
        wanted = [name for name in dict.fromkeys(ids) if name and (kind, name, None) not in self._known]
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            for item in self._items(kind).filter(business_id__in=part):
                self._known.setdefault((kind, item.business_id, None), item)
                self._known.setdefault((kind, item.business_id, item.parent_id), item)
            for name in part:
                self._known.setdefault((kind, name, None), None)

    def get(self, kind: str, business_id: str, *, parent: str | None = None) -> ListItem | None:
        """The record with this id, within `parent` when given; of several one still there, and of those an active one.

        None for an id Intacct did not have when the list was last read, and for a kind that is not mirrored.
        """
        key = (kind, business_id, parent)
        if key not in self._known:
            found = self._items(kind).filter(business_id=business_id)
            self._known[key] = (found if parent is None else found.filter(parent_id=parent)).first()
        return self._known[key]

    def problem(self, kind: str, business_id: str, *, parent: str | None = None) -> str:
        """Why a record cannot be referred to, in one sentence, or ""."""
        declared = KINDS_BY_KEY[kind]
        item = self.get(kind, business_id, parent=parent)
        if item is None:
            return f"{declared.singular} “{business_id}” is not in the mirrored list."
        if item.missing_at is not None:
            return f"{declared.singular} “{business_id}” is no longer in Intacct."
        if not item.is_active:
            return f"{declared.singular} “{business_id}” is inactive in Intacct."
        return ""

    def _items(self, kind: str) -> "QuerySet[ListItem]":
        found = ListItem.objects.filter(connection=self._connection, kind=kind)
        return found.order_by(_FIRST_THERE, "-is_active", "record_no")
