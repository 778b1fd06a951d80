"""The mirror as validating and planning see it: one record by kind and id, each asked for once.

Reads only. Knows no document type.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.ui.formats import shown_day
from integrations.lists import KINDS_BY_KEY
from integrations.models import Connection, ListItem

# The databases disagree on where an empty value sorts.
_USABLE_FIRST = (F("missing_at").asc(nulls_first=True), "-is_active", "record_no")


class MirrorView:
    """Answers are kept for the life of the view, so a view is made for one request or one page of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], ListItem | None] = {}
        self._within: dict[tuple[str, str], dict[tuple[str, ...], ListItem]] = {}
        self._fetched: dict[tuple[str, tuple[str, ...]], ListItem | None] = {}

    def fetch(self, kind: str, ids: Iterable[str]) -> None:
        """Read many records of a kind at once, for the questions that follow."""
        wanted = [name for name in dict.fromkeys(ids) if name and (kind, name) not in self._known]
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            for item in self._items(kind).filter(business_id__in=part):
                self._known.setdefault((kind, item.business_id), item)
            for name in part:
                self._known.setdefault((kind, name), None)

    def fetch_some_of_each(self, ids: Mapping[str, Iterable[str]]) -> None:
        """Read a few records of several kinds in one question."""
        wanted = {(kind, name) for kind, names in ids.items() for name in names if name} - self._known.keys()
        if not wanted:
            return
        conditions = Q()
        for kind in {kind for kind, _ in wanted}:
            conditions |= Q(kind=kind, business_id__in=[name for of, name in wanted if of == kind])
        for item in ListItem.objects.filter(conditions, connection=self._connection).order_by(*_USABLE_FIRST):
            self._known.setdefault((item.kind, item.business_id), item)
        for pair in wanted:
            self._known.setdefault(pair, None)

    def get(self, kind: str, business_id: str) -> ListItem | None:
        """The record with this id; of several one that is still there, and of those an active one.

        None for an id Intacct did not have when the list was last read.
        """
        self.fetch(kind, [business_id])
        return self._known.get((kind, business_id))

    def fetch_within(self, kind: str, ids: Iterable[tuple[str, ...]]) -> None:
        """Read many records of projects at once, each by its project and its id, for the questions that follow."""
        wanted = [parts for parts in dict.fromkeys(ids) if all(parts) and (kind, parts) not in self._fetched]
        names = KINDS_BY_KEY[kind].id_parts
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            among = {f"fields__{name}__in": sorted({ids[place] for ids in part}) for place, name in enumerate(names)}
            within = sorted({ids[0] for ids in part})
            for item in self._items(kind).filter(scope_id__in=within, **among):
                parts = tuple(str(item.fields.get(name, "")) for name in names)
                self._fetched.setdefault((kind, parts), item)
            for parts in part:
                self._fetched.setdefault((kind, parts), None)

    def within_project(self, kind: str, project_id: str, *id_parts: str) -> ListItem | None:
        """A record whose id is unique within a project only: a task by its id, a cost type by task and its id.

        Unless it was fetched, all of the project's records of the kind are read at the first question.
        """
        if (kind, (project_id, *id_parts)) in self._fetched:
            return self._fetched[kind, (project_id, *id_parts)]
        scope = (kind, project_id)
        if scope not in self._within:
            names = [name for name in KINDS_BY_KEY[kind].id_parts if name != "PROJECTID"]
            found: dict[tuple[str, ...], ListItem] = {}
            for item in self._items(kind).filter(scope_id=project_id).iterator():
                found.setdefault(tuple(str(item.fields.get(name, "")) for name in names), item)
            self._within[scope] = found
        return self._within[scope].get(id_parts)

    def _items(self, kind: str) -> "QuerySet[ListItem]":
        found = ListItem.objects.filter(connection=self._connection, kind=kind)
        return found.order_by(*_USABLE_FIRST)


def why_unusable(kind: str, business_id: str, item: ListItem | None) -> str:
    """Why a record cannot be referred to, in one sentence, or ""."""
    name = f"{KINDS_BY_KEY[kind].singular} “{business_id}”"
    if item is None:
        return f"{name} is not among the records read from Intacct."
    if item.missing_at is not None:
        return f"{name} is no longer in Intacct since {_day(item.missing_at)}."
    if not item.is_known:
        return f"{name} cannot be used: {why_unknown(item)}"
    if not item.is_active:
        return f"{name} is inactive in Intacct since {_day(item.changed_at)} at the latest."
    return ""


def why_unknown(item: ListItem) -> str:
    """What is not known of the record, in a sentence."""
    never = item.never_read
    if never:
        since = min((item.unread or {})[name][:10] for name in never)
        return f"Intacct has not let {', '.join(never)} be read since {since}, so it is not known whether it may be."
    kind = KINDS_BY_KEY.get(item.kind)
    status = item.fields.get(kind.status_field, "") if kind is not None else ""
    return f"its status in Intacct is “{status}”, and ERP Admin knows only active and inactive."


def _day(moment: datetime) -> str:
    return shown_day(timezone.localtime(moment))
