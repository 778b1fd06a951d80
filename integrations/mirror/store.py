"""The mirror as a sink: compares a page with it and writes what is new or other; one read, one write on every database.

Owns the mirror's rows and the history of their changes. A record is never removed; what Intacct no longer shows is
marked. Knows nothing of requests.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from integrations.lists import ListKind
from integrations.mirror.followers import followers
from integrations.mirror.rows import Incoming
from integrations.mirror.scope import View
from integrations.mirror.sink import Figures, PageOutcome, Sweep
from integrations.mirror.written import told
from integrations.models import (
    ChangeKind,
    LinkedDocument,
    LinkedLine,
    ListItem,
    ListItemChange,
    SyncRun,
    linked_line_models,
    linked_models,
)

_SHARED = ("tenant_id", "connection_id", "kind", "changed_at", "first_seen_at", "ignore_reason")
_OWN = (
    "record_no", "business_id", "name", "search_text", "parent_id", "scope_id", "entity_id", "is_active", "is_known",
    "digest", "fields", "unread",
)  # fmt: skip
_OWN_TYPES = ("bigint", *("text",) * 6, "boolean", "boolean", "text", "jsonb", "jsonb")
# Django's bulk_create takes five times the processor time of these statements. PostgreSQL is sent a page as one value,
# which saves a statement for each row; SQLite has no statements to save, as it runs in this process.
_INSERT = f'INSERT INTO "{ListItem._meta.db_table}" ({", ".join(_SHARED + _OWN)})'
_ON_CONFLICT = " ".join(
    [
        "ON CONFLICT (connection_id, kind, record_no) DO UPDATE SET missing_at = NULL,",
        ", ".join(f"{name} = excluded.{name}" for name in ("changed_at", *_OWN)),
    ]
)
_EACH_ROW = " ".join([_INSERT, f"VALUES ({', '.join(['%s'] * len(_SHARED + _OWN))})", _ON_CONFLICT])
_WHOLE_PAGE = " ".join(
    [
        _INSERT,
        f"SELECT {', '.join(['%s'] * len(_SHARED))}, {', '.join(f'page.{name}' for name in _OWN)}",
        "FROM jsonb_to_recordset(%s) AS page",
        "(" + ", ".join(f"{name} {kind}" for name, kind in zip(_OWN, _OWN_TYPES, strict=True)) + ")",
        _ON_CONFLICT,
    ]
)
_BATCH = 500
_values = attrgetter(*_OWN)


@dataclass(slots=True)
class _Known:
    pk: int
    digest: str
    is_active: bool
    is_missing: bool
    entity_id: str
    is_known: bool
    unread: dict[str, str] | None
    search_text: str

    def stands_as(self, row: Incoming) -> bool:
        """Whether nothing of the row is news, and it is stored as this version stores it."""
        here = (self.digest, self.is_active, self.is_known, self.unread, self.search_text)
        return here == (row.digest, row.is_active, row.is_known, row.unread, row.search_text)


@dataclass
class _Split:
    """The rows of a page by what they are to the mirror."""

    new: list[Incoming]
    other: list[Incoming]  # something of them is news
    returned: dict[int, int]  # they were missing: keys by record number
    same: int = 0


@dataclass(frozen=True)
class MirrorSink:
    """The mirror of one list within a view. What a page came to is noted with the run."""

    view: View
    kind: ListKind
    run: SyncRun | None = None

    @property
    def key(self) -> str:
        return self.kind.key

    def store(
        self, rows: Sequence[Incoming], *, swept: Sweep | None = None, spared: Collection[int] = ()
    ) -> PageOutcome:
        return store_page(self.view, self.kind, rows, run=self.run, swept=swept, spared=spared)

    def mark_missing(self, numbers: Sequence[int]) -> int:
        marked = 0
        for start in range(0, len(numbers), _BATCH):
            found = self._there().filter(record_no__in=numbers[start : start + _BATCH])
            marked += mark_missing(self.view, self.kind, list(found.values_list("pk", flat=True)), self.run)
        return marked

    def held(self, after: int = 0, last: int | None = None) -> int:
        return _range(self._there(), Sweep(after, last, frozenset())).count()

    def gone_from(self, swept: Sweep) -> list[int]:
        numbers = _range(self._there(), swept).values_list("record_no", flat=True)
        return [number for number in numbers if number not in swept.shown]

    def meant_by(self, numbers: Collection[int], ids: Collection[str]) -> list[int]:
        found: set[int] = set()
        for name, values in (("record_no", sorted(numbers)), ("business_id", sorted(ids))):
            for start in range(0, len(values), _BATCH):
                there = self._there().filter(**{f"{name}__in": values[start : start + _BATCH]})
                found.update(there.values_list("record_no", flat=True))
        return sorted(found)

    def unsettled(self, fields: Collection[str], withheld: Collection[str], since: datetime | None) -> list[int]:
        here = self._there()
        stored = here.filter(unread__isnull=False).values_list("record_no", "unread")
        lacking = (number for number, unread in stored if not set(unread or ()) <= set(withheld))
        return sorted({*lacking, *(followers(self.view, self.kind, fields, since) if since is not None else ())})

    def figures(self) -> Figures:
        counted = self.view.items(self.kind).aggregate(
            records=Count("pk", filter=Q(missing_at=None)),
            unknown=Count("pk", filter=Q(missing_at=None, is_known=False)),
            missing=Count("pk", filter=Q(missing_at__isnull=False)),
            last_change_at=Max("changed_at"),
        )
        return Figures(**counted)

    def _there(self) -> "QuerySet[ListItem]":
        return self.view.items(self.kind).filter(missing_at=None)


def store_page(
    view: View,
    kind: ListKind,
    rows: Sequence[Incoming],
    *,
    run: SyncRun | None = None,
    swept: Sweep | None = None,
    spared: Collection[int] = (),
) -> PageOutcome:
    """Write what is new or changed; mark as missing what the mirror has in the swept range and Intacct did not show.

    `spared` are record numbers that are known to be there although they were not shown. Call inside a transaction.
    """
    now = timezone.now()
    with told(view.connection, kind.key) as about_to_write:
        known = _known(view, kind, rows, swept)
        rows = _completed(view, kind, rows, known, now)
        split = _split(rows, known)
        about_to_write({*(row.record_no for row in (*split.new, *split.other)), *split.returned})
        changed = _real_changes(view, kind, split.other, known, run, now)
        _write(view, kind, [*split.new, *split.other], now)
        _note_returned(view, split, known, run, now)
        gone = _gone(view, known, swept, spared) if swept else []
        missing = mark_missing(view, kind, gone, run)
    silent = len(split.other) - changed
    return PageOutcome(len(split.new), changed, split.same + silent, missing, len(split.returned))


def mark_missing(view: View, kind: ListKind, pks: Sequence[int], run: SyncRun | None) -> int:
    """Mark these records as missing and note it in their history; return how many were not marked before."""
    now, marked = timezone.now(), 0
    for start in range(0, len(pks), _BATCH):
        with transaction.atomic(), told(view.connection, kind.key) as about_to_write:
            there = ListItem.objects.filter(pk__in=pks[start : start + _BATCH], missing_at=None)
            fresh = dict(there.values_list("pk", "record_no"))
            about_to_write(fresh.values())
            ListItem.objects.filter(pk__in=list(fresh)).update(missing_at=now)
            _note(view, ((pk, ChangeKind.MISSING, []) for pk in fresh), run, now)
        marked += len(fresh)
    return marked


def _known(view: View, kind: ListKind, rows: Sequence[Incoming], swept: Sweep | None) -> dict[int, _Known]:
    """What the mirror has of the rows, and of the swept range as well where there is one."""
    found = ListItem.objects.filter(connection=view.connection, kind=kind.key)
    found = _range(found, swept) if swept else found.filter(record_no__in=[row.record_no for row in rows])
    columns = found.order_by().values_list(
        "record_no", "pk", "digest", "is_active", "missing_at", "entity_id", "is_known", "unread", "search_text"
    )
    return {
        number: _Known(pk, digest, is_active, missing_at is not None, entity_id, is_known, unread, search_text)
        for number, pk, digest, is_active, missing_at, entity_id, is_known, unread, search_text in columns
    }


def _completed(
    view: View, kind: ListKind, rows: Sequence[Incoming], known: Mapping[int, _Known], now: datetime
) -> Sequence[Incoming]:
    """The rows with what was known before of what they lack, and since when they lack it."""
    lacking = [row.record_no for row in rows if row.missing]
    if not lacking:
        return rows
    here = ListItem.objects.filter(connection=view.connection, kind=kind.key, record_no__in=lacking)
    before = dict(here.values_list("record_no", "fields"))
    completed = []
    for row in rows:
        item, whole = known.get(row.record_no), row
        if row.missing:
            since = (item.unread if item is not None else None) or {}
            whole = row.reader.completed(row, before.get(row.record_no, {}))
            whole.unread = {name: since.get(name, now.isoformat()) for name in sorted(row.missing)}
        completed.append(whole)
    return completed


def _range(found: "QuerySet[ListItem]", swept: Sweep) -> "QuerySet[ListItem]":
    found = found.filter(record_no__gt=swept.after)
    return found if swept.last is None else found.filter(record_no__lte=swept.last)


def _split(rows: Iterable[Incoming], known: Mapping[int, _Known]) -> _Split:
    split = _Split([], [], {})
    for row in rows:
        item = known.get(row.record_no)
        if item is None:
            split.new.append(row)
            continue
        if item.stands_as(row):
            split.same += 1
        else:
            split.other.append(row)
        if item.is_missing:
            split.returned[row.record_no] = item.pk
    return split


def _write(view: View, kind: ListKind, rows: Sequence[Incoming], now: datetime) -> None:
    if not rows:
        return
    moment = database.ops.adapt_datetimefield_value(now)
    shared = (view.connection.tenant_id, view.connection.pk, kind.key, moment, moment, "")
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            page = json.dumps([dict(zip(_OWN, _values(row), strict=True)) for row in rows])
            cursor.execute(_WHOLE_PAGE, (*shared, page))
        else:
            own = ((*_values(row)[:-2], json.dumps(row.fields), _json(row.unread)) for row in rows)
            cursor.executemany(_EACH_ROW, [(*shared, *values) for values in own])


def _json(value: Mapping[str, str] | None) -> str | None:
    return None if value is None else json.dumps(value)


def _real_changes(
    view: View,
    kind: ListKind,
    rows: Sequence[Incoming],
    known: Mapping[int, _Known],
    run: SyncRun | None,
    now: datetime,
) -> int:
    """Note what changed in which record; return in how many. Must be called before the rows are written.

    A record of which only other fields are read than before has another digest and is the same: what took over the
    old digest is given the new one.
    """
    if not rows:
        return 0
    pks = [known[row.record_no].pk for row in rows]
    before = dict(ListItem.objects.filter(pk__in=pks).values_list("record_no", "fields"))
    notes, silent = [], []
    for row in rows:
        item = known[row.record_no]
        changes = _differences(kind, before[row.record_no], row.fields)
        if not changes and not _is_other_state(item, row):
            silent.append((row.record_no, item.digest, row.digest))
        else:
            notes.append((item.pk, _change_kind(item, row), changes))
    _note(view, notes, run, now)
    _carry_over(view, silent)
    return len(notes)


def _differences(kind: ListKind, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    ignored = {*kind.ignored_for_changes, kind.created_field}
    return [
        {"field": name, "before": before[name], "after": value}
        for name, value in after.items()
        if name in before and before[name] != value and name not in ignored
    ]


def _is_other_state(item: _Known, row: Incoming) -> bool:
    """From unknown to known, or back, nothing changed in Intacct."""
    return item.is_active != row.is_active and item.is_known and row.is_known


def _change_kind(item: _Known, row: Incoming) -> ChangeKind:
    if _is_other_state(item, row):
        return ChangeKind.ACTIVE if row.is_active else ChangeKind.INACTIVE
    return ChangeKind.CHANGED


def _carry_over(view: View, silent: Sequence[tuple[int, str, str]]) -> None:
    """Give documents and lines that took over a record's old digest the new one, as the record has not changed."""
    if not silent:
        return
    digests = {(number, old): new for number, old, new in silent}
    numbers = [number for number, _, _ in silent]
    taken: list[QuerySet[LinkedDocument] | QuerySet[LinkedLine]] = [
        model.objects.filter(connection=view.connection) for model in linked_models()
    ]
    taken += [
        model.objects.filter(**{f"{model.document_field}__connection": view.connection})
        for model in linked_line_models()
    ]
    for rows in taken:
        linked = rows.filter(remote_record_no__in=numbers).exclude(remote_digest="")
        for pk, number, old in linked.values_list("pk", "remote_record_no", "remote_digest"):
            if number is not None and (new := digests.get((number, old))):
                rows.model.objects.filter(pk=pk, remote_digest=old).update(remote_digest=new)


def _note_returned(view: View, split: _Split, known: Mapping[int, _Known], run: SyncRun | None, now: datetime) -> None:
    if pks := list(split.returned.values()):
        ListItem.objects.filter(pk__in=pks).update(missing_at=None)
        _note(view, ((pk, ChangeKind.RETURNED, []) for pk in pks), run, now)


def _gone(view: View, known: Mapping[int, _Known], swept: Sweep, spared: Collection[int]) -> list[int]:
    return [
        item.pk
        for number, item in known.items()
        if number not in swept.shown and number not in spared and not item.is_missing and view.sees(item.entity_id)
    ]


def _note(
    view: View,
    notes: Iterable[tuple[int, ChangeKind, list[dict[str, Any]]]] | Iterator[tuple[int, ChangeKind, list[Any]]],
    run: SyncRun | None,
    now: datetime,
) -> None:
    ListItemChange.objects.bulk_create(
        [
            ListItemChange(tenant_id=view.connection.tenant_id, item_id=pk, run=run, at=now, kind=what, changes=changes)
            for pk, what, changes in notes
        ],
        batch_size=_BATCH,
    )
