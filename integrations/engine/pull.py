"""Mirrors one list: pages by record number up to the highest one at the start, writes only what is new or changed.

Owns the comparison of a page with the mirror. A record that Intacct no longer shows is marked missing, never removed.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.engine.flow import StepFailed
from integrations.engine.progress import StepWork
from integrations.intacct import ObjectDefinition, Query, all_of, any_of, ge, in_, is_null, le
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
        usable = list(_usable(work, kind, page.rows))
        last = max(
            (int(row[RECORD_NUMBER]) for row in page.rows if row.get(RECORD_NUMBER, "").isdigit()), default=until
        )
        with transaction.atomic():
            outcome = store_page(work.connection, kind, usable, swept=(after, last) if sweeping else None)
            work.count(read=len(page.rows), **vars(outcome))
            work.save_page(after=last)
        after = last
        yield
    if sweeping:
        with transaction.atomic():
            work.count(missing=_mark_missing(work.connection, kind, after, None, keep=()))
            work.save_page(after=until)
    _compare_with_announced(work, kind)


def _begin(work: StepWork, kind: ListKind) -> None:
    """Ask what the company offers, how many records there are and where they end; remember all three."""
    definition = work.client.lookup(kind.object)
    fields = _offered(work, kind, definition)
    since = _last_success(work, kind) if work.run.mode == Mode.PARTIAL else None
    where = _modified_since(since.isoformat() if since else None)
    if work.run.mode == Mode.PARTIAL and since is None:
        reason = "keeps no modification time" if MODIFIED not in fields else "has not been read successfully before"
        work.say(f"{kind.label}: read whole, because the list {reason}.")
    private = not work.connection.entity_id
    until = work.client.highest_record(kind.object, where=where, show_private=private)
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


def _last_success(work: StepWork, kind: ListKind) -> datetime | None:
    """From when a Partial must read: the start of the last complete pull of this list, less the overlap."""
    if not kind.has_modified:
        return None
    last = (
        RunStep.objects.filter(run__connection=work.connection, key=list_step_key(kind), state=StepState.SUCCEEDED)
        .order_by("-started_at")
        .first()
    )
    return last.started_at - OVERLAP if last and last.started_at else None


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
    if not number.isdigit():
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


def store_page(
    connection: Connection, kind: ListKind, rows: Sequence[Incoming], *, swept: tuple[int, int] | None
) -> PageOutcome:
    """Write what is new or changed. `swept` is the range (after, last] that was read whole, or None.

    Call inside a transaction. What the mirror has in the swept range and Intacct did not show is marked missing.
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
    missing = _mark_missing(connection, kind, *swept, keep=numbers) if swept else 0
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


def _mark_missing(connection: Connection, kind: ListKind, after: int, last: int | None, keep: Iterable[int]) -> int:
    """Mark what the mirror holds in (after, last] and was not among `keep`; return how many were newly marked.

    Without `last` the range has no end: what the mirror holds beyond the highest record of Intacct is gone there.
    """
    in_range = ListItem.objects.filter(connection=connection, kind=kind.key, record_no__gt=after, missing_at=None)
    if last is not None:
        in_range = in_range.filter(record_no__lte=last)
    kept = set(keep)
    gone = [pk for pk, number in in_range.values_list("pk", "record_no") if number not in kept]
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


def refetch(work: StepWork, kind: ListKind, items: Sequence[ListItem]) -> set[int]:
    """Read these records again now, update the mirror, and return the record numbers that Intacct still has.

    The others are marked missing. At most 1,000 items a call, the limit of `in`. Raises the Intacct error family.
    """
    definition = work.client.lookup(kind.object)
    query = Query(
        object=kind.object,
        fields=[name for name in kind.wanted_fields if name in definition.names],
        where=in_(RECORD_NUMBER, [item.record_no for item in items]),
        page_size=PAGE_SIZE,
        show_private=not work.connection.entity_id,
    )
    rows = [read_row(kind, row) for page in work.client.pages(query) for row in page.rows]
    found = {row.record_no for row in rows}
    gone = [item.pk for item in items if item.record_no not in found]
    with transaction.atomic():
        store_page(work.connection, kind, rows, swept=None)
        ListItem.objects.filter(pk__in=gone, missing_at=None).update(missing_at=timezone.now())
    return found
