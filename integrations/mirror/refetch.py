"""Reads chosen records of mirrored lists again, now: by their record numbers, or all that belong to some parents.

Owns what is asked for and that the mirror holds it afterwards. Must not decide what a document makes of it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from integrations.intacct import Page, ProtocolError, SpoiltAnswer, in_
from integrations.intacct.query import Filter
from integrations.lists import ListKind
from integrations.mirror.availability import available, leave_out, limit
from integrations.mirror.definitions import Readable
from integrations.mirror.fetch import MOST_IN_A_SET, Selection, pages, system_records
from integrations.mirror.pull import read_rows
from integrations.mirror.rows import Incoming, RowReader, record_numbers
from integrations.mirror.scope import View
from integrations.mirror.store import MirrorSink
from integrations.mirror.unread import numbers_of, what_is_wrong
from integrations.models import ListItem
from integrations.runs.flow import StepFailed
from integrations.runs.step import StepWork


@dataclass(frozen=True)
class Refetched:
    """What Intacct has of the records asked for: the record numbers it showed, and why some of them are unusable."""

    shown: frozenset[int]
    unusable: Mapping[int, str]


def refetch(work: StepWork, kind: ListKind, items: Sequence[ListItem]) -> Refetched:
    """Read these records again and update the mirror; those that Intacct no longer shows are marked missing.

    At most 1,000 items a call, the limit of `in`. Raises the Intacct error family.
    """
    if not items:
        return Refetched(frozenset(), {})
    sink = MirrorSink(View(work.connection, ""), kind, work.run)
    shown, unusable = set[int](), dict[int, str]()
    numbers = [item.record_no for item in items]
    for found, page in _pages(work, kind, in_(kind.key_field, numbers), has_system_records=min(numbers) <= 0):
        usable, failed = read_rows(RowReader(kind, found.fields, found.withheld), page.rows)
        shown |= record_numbers(kind, page.rows) | numbers_of(page.unread)
        unusable |= {entry.number: what_is_wrong(kind, entry) for entry in page.unread if entry.number is not None}
        unusable |= {number: why for row, why in failed for number in record_numbers(kind, [row])}
        with work.page():
            sink.store(usable)
        _tell_limits(work, kind, found, usable)
    with work.page():
        sink.mark_missing([item.record_no for item in items if item.record_no not in shown])
    return Refetched(frozenset(shown), unusable)


def refetch_owned(work: StepWork, kind: ListKind, parents: Sequence[str]) -> Mapping[str, str]:
    """Read all records of these parents again and update the mirror; what a parent no longer has leaves it here.

    Returns, by parent, why a record of it is unusable. At most 1,000 parents a call. Raises the Intacct error family.
    """
    if not parents:
        return {}
    sink = MirrorSink(View(work.connection, ""), kind, work.run)
    shown, unusable = set[int](), dict[str, str]()
    for found, page in _pages(work, kind, in_(kind.parent_field, sorted(parents))):
        _require(kind, kind.parent_field, found.fields)
        usable, failed = read_rows(RowReader(kind, found.fields, found.withheld), page.rows)
        shown |= record_numbers(kind, page.rows) | numbers_of(page.unread)
        for entry in page.unread:  # whose it is cannot be read, so it may be of any of them
            for parent in parents:
                unusable.setdefault(parent, what_is_wrong(kind, entry))
        for row, why in failed:
            unusable.setdefault(str(row.get(kind.parent_field, "")), why)
        with work.page():
            sink.store(usable)
        _tell_limits(work, kind, found, usable)
    _look_after(work, kind, parents, shown)
    return unusable


def _look_after(work: StepWork, kind: ListKind, parents: Sequence[str], shown: set[int]) -> None:
    """Read what was not shown with its parent by its own number: it is gone, or another parent has it now."""
    known = ListItem.objects.filter(connection=work.connection, kind=kind.key, parent_id__in=parents, missing_at=None)
    left = [number for number in known.values_list("record_no", flat=True) if number not in shown]
    for start in range(0, len(left), MOST_IN_A_SET):
        refetch(work, kind, list(known.filter(record_no__in=left[start : start + MOST_IN_A_SET])))


def _require(kind: ListKind, name: str, fields: Sequence[str]) -> None:
    """Without the field that names the parent no record would have one, and all would look gone."""
    if name not in fields:
        raise StepFailed(
            "LIST-FIELDS",
            f"Intacct does not offer {name} on {kind.object}, and {kind.label} cannot be read without.",
            "Ask Sage support whether the object is available in your company.",
        )


def _tell_limits(work: StepWork, kind: ListKind, found: Readable, rows: Sequence[Incoming]) -> None:
    """By what the step is Limited, if by anything."""
    lacking = Counter(name for row in rows for name in row.missing if name not in found.withheld)
    limit(work, kind, list(found.withheld), lacking, 0)


def _pages(
    work: StepWork, kind: ListKind, wanted: Filter, *, has_system_records: bool = False
) -> Iterator[tuple[Readable, Page]]:
    """What could be selected, and page by page; all of it once more when a field is refused.

    Raises SpoiltAnswer for a record of which not even the number can be read: any of those asked for may be it.
    """
    view = View(work.connection, "")
    while True:
        found = available(work, kind, "")
        selection = Selection(kind, view, found.fields, None, extra=wanted)
        try:
            for page in pages(work.client, selection, after=0, until=None):
                if keyless := next((entry for entry in page.unread if entry.number is None), None):
                    raise SpoiltAnswer(f"A record of {kind.label}: {what_is_wrong(kind, keyless)}", keyless.flaw)
                yield found, page
            if has_system_records:
                page, _ = system_records(work.client, selection)
                yield found, page
        except ProtocolError as error:
            leave_out(work, kind, found.fields, error)
        else:
            return
