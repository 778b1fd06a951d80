"""Mirrors one list: pages by record number up to the highest one at the start, writes only what is new or changed.

Owns the comparison of a page with the mirror. A record that Intacct no longer shows is marked missing, never removed,
and a list that suddenly shows nothing at all is left as it is.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from integrations.engine.flow import StepFailed
from integrations.engine.progress import StepWork
from integrations.engine.selectable import without_refused
from integrations.intacct import ObjectDefinition, Query, Record, all_of, any_of, ge, in_, is_null, le
from integrations.intacct.query import Filter
from integrations.lists import ENTITY, MODIFIED, RECORD_NUMBER, ListKind
from integrations.models import Connection, ListItem, Mode, RowOutcome, RunRow, RunStep, StepState

PAGE_SIZE = 2000
# WHENMODIFIED carries no zone and it is unconfirmed which clock it shows; a day covers every zone's difference.
OVERLAP = timedelta(hours=24)
WRITTEN_FIELDS = ["business_id", "name", "parent_id", "entity_id", "is_active", "fields", "digest", "changed_at"]


@dataclass(frozen=True)
class Incoming:
    """A record of Intacct as the mirror keeps it."""

    record_no: int
    values: dict[str, Any]
    digest: str


@dataclass(frozen=True)
class PageOutcome:
    new: int = 0
    changed: int = 0
    same: int = 0
    missing: int = 0


@dataclass(frozen=True)
class Sweep:
    """The range (after, last] that was read whole, and the record numbers shown in it. Without `last` it has no end."""

    after: int
    last: int | None
    shown: frozenset[int]


class Unusable(ValueError):
    """A row that cannot be mirrored; says which and why."""


def pull_list(work: StepWork, kind: ListKind) -> Iterator[None]:
    """Mirror the whole list, or in a Partial what was modified since the last success, from the step's checkpoint on.

    A full pull marks as missing what lies in the range it read and was not there. Raises the Intacct error family.
    """
    if "until" not in work.checkpoint:
        _begin(work, kind)
        yield
    mark = work.checkpoint
    fields, until, after = list(mark["fields"]), int(mark["until"]), int(mark["after"])
    where = _modified_since(mark.get("since"))
    sweeping = where is None
    query = Query(
        object=kind.object,
        fields=fields,
        where=where,
        page_size=PAGE_SIZE,
        show_private=not work.connection.entity_id,  # only a top-level session may ask for private records
    )
    for page in work.client.pages(query, after=after, until=until) if after < until else ():
        shown = _numbers(page.rows)
        last = max(shown, default=after)
        with work.page():
            usable = list(_usable(work, kind, page.rows))
            swept = Sweep(after, last, shown) if sweeping else None  # of an empty page an empty range
            work.count(read=len(page.rows), **vars(store_page(work.connection, kind, usable, swept=swept)))
            work.save_page(after=last)
        after = last
        yield
    if sweeping and "swept" not in mark:
        _sweep_the_rest(work, kind, after, until)
    _compare_with_announced(work, kind)


def _numbers(rows: Iterable[Mapping[str, Any]]) -> frozenset[int]:
    """The record numbers of the rows that have one."""
    texts = (row.get(RECORD_NUMBER, "") for row in rows)
    return frozenset(int(text) for text in texts if text.isascii() and text.isdigit())


def _sweep_the_rest(work: StepWork, kind: ListKind, after: int, until: int) -> None:
    """Mark what lies beyond the last record read. An answer without any record marks nothing.

    Intacct answers a user who may no longer see the records of a list exactly like an empty list.
    """
    with work.page():
        if after:
            work.count(missing=_mark_missing(work.connection, kind, Sweep(after, None, frozenset())))
        else:
            kept = ListItem.objects.filter(connection=work.connection, kind=kind.key, missing_at=None).count()
            work.count(skipped=kept)
            if kept:
                work.warn(
                    f"{kind.label}: Intacct shows none at all, though {kept} were there before. They are kept as they "
                    f"were. Check that the web services user may still see them: role, entity and restrictions."
                )
        work.save_page(after=until, swept=True)


def _begin(work: StepWork, kind: ListKind) -> None:
    """Ask what the company offers, how many records there are and where they end; remember all three."""
    definition = work.client.lookup(kind.object)
    fields = _offered(work, kind, definition)
    private = not work.connection.entity_id

    def look() -> tuple[datetime | None, str, Filter | None, int]:
        since, why_whole = _since(work, kind, fields) if work.run.mode == Mode.PARTIAL else (None, "")
        where = _modified_since(since.isoformat() if since else None)
        until = work.client.highest_record(kind.object, where=where, show_private=private, fields=fields)
        return since, why_whole, where, until

    (since, why_whole, where, until), refused = without_refused(kind, fields, look)
    _tell_refused(work, kind, refused)
    if why_whole:
        work.say(f"{kind.label}: read whole, because {why_whole}.")
    total = 0
    if until:
        bounded: Filter = le(RECORD_NUMBER, until) if where is None else all_of(where, le(RECORD_NUMBER, until))
        total = work.client.count(kind.object, where=bounded, show_private=private)
    work.announce(total)
    work.save_page(fields=fields, until=until, after=0, since=since.isoformat() if since else None)


def _offered(work: StepWork, kind: ListKind, definition: ObjectDefinition) -> list[str]:
    """The wanted fields that this company's Intacct has; the others are named in the log."""
    absent = [name for name in kind.wanted_fields if name not in definition.names]
    vital = [name for name in kind.required_fields if name in absent]
    if vital:
        raise StepFailed(
            "LIST-FIELDS",
            f"Intacct does not offer {', '.join(vital)} on {kind.object}, and {kind.label} cannot be read without.",
            "Ask Sage support whether the object is available in your company.",
        )
    if absent:
        work.warn(f"{kind.label}: Intacct does not offer {', '.join(absent)} here, so these fields stay empty.")
    return [name for name in kind.wanted_fields if name not in absent]


def _tell_refused(work: StepWork, kind: ListKind, refused: list[str]) -> None:
    if refused:
        work.warn(f"{kind.label}: Intacct does not let {', '.join(refused)} be read here, so these fields stay empty.")


def _since(work: StepWork, kind: ListKind, fields: list[str]) -> tuple[datetime | None, str]:
    """From when a Partial must read: the start of the last complete pull, less the overlap; or why it reads it all."""
    if MODIFIED not in fields:
        return None, "the list keeps no modification time"
    last = (
        RunStep.objects.filter(run__connection=work.connection, key=list_step_key(kind), state=StepState.SUCCEEDED)
        .order_by("-started_at")
        .first()
    )
    if last is None or last.started_at is None:
        return None, "the list has not been read successfully before"
    renewed_at = work.connection.credentials_set_at
    if renewed_at is not None and last.started_at < renewed_at:
        return None, "the credentials were renewed since it was last read, and another user may see other records"
    if last.checkpoint.get("fields") != fields:
        return None, "other fields are read than the last time"
    return last.started_at - OVERLAP, ""


def list_step_key(kind: ListKind) -> str:
    return f"list:{kind.key}"


def _modified_since(since: str | None) -> Filter | None:
    """Records that were never modified can have an empty WHENMODIFIED, so they are read as well."""
    if since is None:
        return None
    return any_of(ge(MODIFIED, datetime.fromisoformat(since)), is_null(MODIFIED))


def _usable(work: StepWork, kind: ListKind, rows: Iterable[Mapping[str, Any]]) -> Iterator[Incoming]:
    """The rows that can be mirrored; each of the others is kept as a failed row with its reason."""
    for row in rows:
        try:
            yield read_row(kind, row)
        except Unusable as error:
            label = f"{kind.singular} {row.get(kind.id_field) or row.get(RECORD_NUMBER) or 'without any id'}"
            RunRow.objects.create(
                tenant_id=work.run.tenant_id,
                run=work.run,
                step=work.step,
                label=label[:300],
                outcome=RowOutcome.FAILED,
                message=str(error)[:500],
            )
            work.count(failed=1)


def read_row(kind: ListKind, row: Mapping[str, Any]) -> Incoming:
    """Turn a row of a query into what the mirror keeps. Raises Unusable when it has no record number or no id."""
    number = row.get(RECORD_NUMBER, "")
    if not _numbers([row]):
        raise Unusable(f"Intacct sent no usable RECORDNO ({number!r}).")
    business_id = row.get(kind.id_field, "")
    if not business_id:
        raise Unusable(f"Intacct sent no {kind.id_field} for record {number}.")
    fields = {name: value for name, value in row.items() if name != RECORD_NUMBER}
    counted = {name: value for name, value in fields.items() if name not in kind.ignored_for_changes}
    values = {
        "business_id": business_id[:200],
        "name": row.get(kind.name_field, "")[:400],
        "parent_id": row.get(kind.parent_field, "")[:200] if kind.parent_field else "",
        "entity_id": row.get(ENTITY, "")[:80],
        "is_active": row.get(kind.status_field, "active").strip().lower() != "inactive",
        "fields": fields,
    }
    return Incoming(int(number), values, digest_of(counted))


def digest_of(fields: Mapping[str, Any]) -> str:
    """SHA-256 over names and values in a fixed order; equal fields give equal digests on every machine."""
    canonical = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def store_page(connection: Connection, kind: ListKind, rows: Sequence[Incoming], *, swept: Sweep | None) -> PageOutcome:
    """Write what is new or changed; mark as missing what the mirror has in the swept range and Intacct did not show.

    Call inside a transaction.
    """
    now = timezone.now()
    numbers = [row.record_no for row in rows]
    known = {
        item.record_no: item
        for item in ListItem.objects.filter(connection=connection, kind=kind.key, record_no__in=numbers).only(
            "pk", "record_no", "digest", "missing_at", "tenant_id"
        )
    }
    fresh, altered, same, returned = [], [], 0, []
    for row in rows:
        item = known.get(row.record_no)
        if item is None:
            fresh.append(_new_item(connection, kind, row, now))
        elif item.digest != row.digest:
            for name, value in row.values.items():
                setattr(item, name, value)
            item.digest, item.changed_at = row.digest, now
            altered.append(item)
        else:
            same += 1
        if item is not None and item.missing_at is not None:
            returned.append(item.pk)
    ListItem.objects.bulk_create(fresh, batch_size=500)
    ListItem.objects.bulk_update(altered, WRITTEN_FIELDS, batch_size=200)
    if returned:
        ListItem.objects.filter(pk__in=returned).update(missing_at=None)
    missing = _mark_missing(connection, kind, swept) if swept else 0
    return PageOutcome(new=len(fresh), changed=len(altered), same=same, missing=missing)


def _new_item(connection: Connection, kind: ListKind, row: Incoming, now: datetime) -> ListItem:
    return ListItem(
        tenant_id=connection.tenant_id,
        connection=connection,
        kind=kind.key,
        record_no=row.record_no,
        digest=row.digest,
        first_seen_at=now,
        changed_at=now,
        **row.values,
    )


def _mark_missing(connection: Connection, kind: ListKind, swept: Sweep) -> int:
    """Mark what the mirror holds in the swept range and was not shown; return how many were newly marked."""
    in_range = ListItem.objects.filter(connection=connection, kind=kind.key, record_no__gt=swept.after, missing_at=None)
    if swept.last is not None:
        in_range = in_range.filter(record_no__lte=swept.last)
    gone = [pk for pk, number in in_range.values_list("pk", "record_no") if number not in swept.shown]
    now = timezone.now()
    for start in range(0, len(gone), 500):
        ListItem.objects.filter(pk__in=gone[start : start + 500]).update(missing_at=now)
    return len(gone)


def _compare_with_announced(work: StepWork, kind: ListKind) -> None:
    step = RunStep.objects.get(pk=work.step.pk)
    if step.announced is not None and step.read != step.announced:
        work.warn(
            f"{kind.label}: Intacct announced {step.announced} records and sent {step.read}. Records were probably "
            f"added or removed while reading; the next sync reads them."
        )


@dataclass(frozen=True)
class Refetched:
    """What Intacct has of the records asked for: the record numbers it showed, and why some of them are unusable."""

    shown: frozenset[int]
    unusable: Mapping[int, str]


def refetch(work: StepWork, kind: ListKind, items: Sequence[ListItem]) -> Refetched:
    """Read these records again now and update the mirror; those that Intacct no longer shows are marked missing.

    At most 1,000 items a call, the limit of `in`. Raises the Intacct error family.
    """
    if not items:
        return Refetched(frozenset(), {})
    definition = work.client.lookup(kind.object)
    fields = [name for name in kind.wanted_fields if name in definition.names]

    def read() -> list[Record]:
        query = Query(
            object=kind.object,
            fields=fields,
            where=in_(RECORD_NUMBER, [item.record_no for item in items]),
            page_size=PAGE_SIZE,
            show_private=not work.connection.entity_id,
        )
        return [row for page in work.client.pages(query) for row in page.rows]

    rows, refused = without_refused(kind, fields, read)
    _tell_refused(work, kind, refused)
    shown = _numbers(rows)
    usable, unusable = [], {}
    for row in rows:
        try:
            usable.append(read_row(kind, row))
        except Unusable as error:
            unusable.update(dict.fromkeys(_numbers([row]), str(error)))
    gone = [item.pk for item in items if item.record_no not in shown]
    with work.page():
        store_page(work.connection, kind, usable, swept=None)
        ListItem.objects.filter(pk__in=gone, missing_at=None).update(missing_at=timezone.now())
    return Refetched(shown, unusable)
