"""The records of one mirrored list as pages ask for them: searched, filtered, sorted, page by page, counted.

Reads only. Needs the tenant's scope. A list may hold a hundred thousand records: every question is answered from an
index, and only the records of the page that is shown are read themselves.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from accounts.ui.pk import read_pk
from integrations.lists import ListKind
from integrations.models import Connection, ListItem, RecordState
from integrations.records.picking import holding

PAGE_SIZE = 50
LONGEST_SEARCH = 100
EXPORT_CHUNK = 1000
SORTS: Mapping[str, str] = {"id": "business_id", "name": "name", "changed": "changed_at"}
DEFAULT_SORT = "id"
CHANGED_WITHIN: Final[Mapping[str, tuple[str, timedelta]]] = {
    "1": ("Last 24 hours", timedelta(days=1)),
    "7": ("Last 7 days", timedelta(days=7)),
    "30": ("Last 30 days", timedelta(days=30)),
}
TOP_LEVEL = "-"  # the entity filter's value for records that no entity owns

_STATES: Mapping[RecordState, Q] = {
    RecordState.ACTIVE: Q(is_active=True, missing_at=None),
    RecordState.INACTIVE: Q(is_active=False, is_known=True, missing_at=None),
    RecordState.UNKNOWN: Q(is_known=False, missing_at=None),
    RecordState.MISSING: Q(missing_at__isnull=False),
}
_IS_MISSING = ExpressionWrapper(_STATES[RecordState.MISSING], output_field=BooleanField())


@dataclass(frozen=True)
class RecordFilter:
    """What the query string chose. `parent` is the record whose children are wanted, `changed` a key of
    CHANGED_WITHIN."""

    words: str = ""
    state: str = ""
    entity: str = ""
    parent: ListItem | None = None
    sort: str = DEFAULT_SORT
    changed: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str], parent: ListItem | None = None) -> "RecordFilter":
        """From the query string; what it names and does not exist filters nothing."""
        sort = query.get("sort", "")
        state = query.get("state", "")
        return cls(
            words=query.get("q", "")[:LONGEST_SEARCH].strip(),
            state=state if state in RecordState.values else "",
            entity=query.get("entity", ""),
            parent=parent,
            sort=sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT,
            changed=query.get("changed", "") if query.get("changed") in CHANGED_WITHIN else "",
        )

    @property
    def is_on(self) -> bool:
        return bool(self.words or self.state or self.entity or self.parent or self.changed)


@dataclass(frozen=True)
class RecordPage:
    """One page of a list. `before` and `after` are the keys of the pages around it, "" where there is none."""

    items: list[ListItem]
    before: str
    after: str


@dataclass(frozen=True)
class RecordCounts:
    """Records by state (within the chosen entity) and by entity (within the chosen state); blank is top level."""

    states: Mapping[str, int]
    entities: Mapping[str, int]

    def matching(self, state: str) -> int:
        """How many match all that was chosen."""
        return self.states[state] if state else sum(self.states.values())


def records_of(connection: Connection, kind: ListKind, chosen: RecordFilter) -> QuerySet[ListItem]:
    """The records that match, in no order."""
    found = _within(connection, kind, chosen)
    if chosen.state:
        found = found.filter(_STATES[RecordState(chosen.state)])
    if chosen.entity:
        found = found.filter(entity_id="" if chosen.entity == TOP_LEVEL else chosen.entity)
    return found.order_by()


def _within(connection: Connection, kind: ListKind, chosen: RecordFilter) -> QuerySet[ListItem]:
    """What the filters for state and entity choose from."""
    found = ListItem.objects.filter(connection=connection, kind=kind.key)
    if chosen.words:
        found = found.filter(holding(chosen.words))
    if chosen.changed:
        found = found.filter(changed_at__gte=timezone.now() - CHANGED_WITHIN[chosen.changed][1])
    return found.filter(_children(kind, chosen.parent)) if chosen.parent is not None else found


def _children(kind: ListKind, parent: ListItem) -> Q:
    """Records of `kind` below `parent`. An id that is unique only within others is told apart by them."""
    parts = [name for name in kind.other_id_parts if name != kind.parent_field and name in parent.fields]
    shared = {f"fields__{name}": parent.fields[name] for name in parts if kind.key != parent.kind}
    return Q(parent_id=parent.business_id, **shared)


def children_count(connection: Connection, kind: ListKind, parent: ListItem) -> int:
    """How many records of `kind` that Intacct still has are below `parent`."""
    return _within(connection, kind, RecordFilter(parent=parent)).filter(missing_at=None).count()


def record_counts(connection: Connection, kind: ListKind, chosen: RecordFilter) -> RecordCounts:
    """For the filters, in one query over an index."""
    rows = _within(connection, kind, chosen).annotate(is_missing=_IS_MISSING).order_by()
    counted = rows.values_list("entity_id", "is_active", "is_known", "is_missing").annotate(number=Count("*"))
    states = dict.fromkeys(RecordState.values, 0)
    entities: dict[str, int] = {}
    for entity_id, is_active, is_known, is_missing, number in counted:
        state = _state(is_active, is_known, is_missing)
        entities.setdefault(entity_id, 0)
        if chosen.entity in ("", entity_id or TOP_LEVEL):
            states[state] += number
        if chosen.state in ("", state):
            entities[entity_id] += number
    return RecordCounts(states, entities)


def _state(is_active: bool, is_known: bool, is_missing: bool) -> RecordState:
    if is_missing:
        return RecordState.MISSING
    if not is_known:
        return RecordState.UNKNOWN
    return RecordState.ACTIVE if is_active else RecordState.INACTIVE


def record_page(found: QuerySet[ListItem], sort: str, key: str = "", size: int = PAGE_SIZE) -> RecordPage:
    """The page after or before a record (`key` is "after-PK" or "before-PK"), the first one without a key.

    Pages are found by key: a late page costs no more than the first.
    """
    direction, _, pk = key.partition("-")
    border = found.model.objects.filter(pk=read_pk(pk) or 0).first()
    if border is None or direction not in ("after", "before"):
        pks = list(_keys(found, sort)[: size + 1])
        items = _items(pks, size)
        return RecordPage(items, "", f"after-{items[-1].pk}" if len(pks) > size else "")
    backwards = direction == "before"
    pks = list(_beyond(found, sort, border, backwards)[: size + 1])
    there = len(pks) > size
    items = _items(pks, size)
    if backwards:
        items.reverse()
    if not items:
        return RecordPage([], "" if backwards else f"before-{border.pk}", "")
    before = f"before-{items[0].pk}" if there or not backwards else ""
    after = f"after-{items[-1].pk}" if there or backwards else ""
    return RecordPage(items, before, after)


def _keys(found: QuerySet[ListItem], sort: str, *, backwards: bool = False) -> QuerySet[ListItem, int]:
    """Only keys, so that the index is enough; the records of the page are read afterwards."""
    sign = "-" if sort.startswith("-") is not backwards else ""
    return found.order_by(f"{sign}{_column(sort)}", f"{sign}pk").values_list("pk", flat=True)


def _column(sort: str) -> str:
    return SORTS[sort.removeprefix("-")]


def _beyond(found: QuerySet[ListItem], sort: str, border: ListItem, backwards: bool) -> QuerySet[ListItem, int]:
    column, value = _column(sort), getattr(border, _column(sort))
    way = "lt" if sort.startswith("-") is not backwards else "gt"
    # The first condition alone is what an index is searched by; databases do not see it in the second.
    rest = Q(**{f"{column}__{way}": value}) | Q(**{f"pk__{way}": border.pk})
    return _keys(found.filter(**{f"{column}__{way}e": value}).filter(rest), sort, backwards=backwards)


def _items(pks: list[int], size: int) -> list[ListItem]:
    found = ListItem.objects.in_bulk(pks[:size])
    return [found[pk] for pk in pks[:size] if pk in found]


def every_record(found: QuerySet[ListItem], sort: str) -> Iterator[ListItem]:
    """All that match, in order, never more in memory than a chunk."""
    key = ""
    while True:
        page = record_page(found, sort, key, EXPORT_CHUNK)
        yield from page.items
        key = page.after
        if not key:
            return


def parents_of(connection: Connection, kind: ListKind, items: list[ListItem]) -> dict[int, int]:
    """Key of each record's parent by the record's key, where the parent is mirrored and the only one of its id."""
    wanted = {item.parent_id for item in items if item.parent_id}
    if not wanted or not kind.list_of_parents:
        return {}
    rows = ListItem.objects.filter(connection=connection, kind=kind.list_of_parents, business_id__in=wanted)
    found: dict[str, list[ListItem]] = {}
    for row in rows.order_by("pk"):
        found.setdefault(row.business_id, []).append(row)
    pairs = (
        (item, _only([row for row in found.get(item.parent_id, []) if _agrees(kind, item, row)])) for item in items
    )
    return {item.pk: parent.pk for item, parent in pairs if parent is not None}


def _agrees(kind: ListKind, item: ListItem, parent: ListItem) -> bool:
    names: tuple[str, ...] = kind.other_id_parts if kind.key != parent.kind else ()
    return all(_same(name, item.fields, parent.fields) for name in names)


def _same(name: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    return name not in theirs or ours.get(name) == theirs[name]


def _only(rows: list[ListItem]) -> ListItem | None:
    present = [row for row in rows if row.missing_at is None] or rows
    return present[0] if len(present) == 1 else None
