"""Reads chosen records of mirrored lists again, now: by their record numbers, or all that belong to some parents.

Owns what is asked for and that the mirror holds it afterwards. Must not decide what a document makes of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from integrations.intacct import Page, ProtocolError, SpoiltAnswer, in_
from integrations.intacct.query import Filter
from integrations.lists import ListKind
from integrations.mirror.definitions import definition_of, fields_to_read, remember_refused
from integrations.mirror.fetch import MOST_IN_A_SET, Selection, pages
from integrations.mirror.pull import read_rows, tell_refused
from integrations.mirror.rows import RowReader, record_numbers
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
    for fields, page in _pages(work, kind, in_(kind.key_field, [item.record_no for item in items])):
        usable, failed = read_rows(RowReader(kind, fields), page.rows)
        shown |= record_numbers(kind, page.rows) | numbers_of(page.unread)
        unusable |= {entry.number: what_is_wrong(kind, entry) for entry in page.unread if entry.number is not None}
        unusable |= {number: why for row, why in failed for number in record_numbers(kind, [row])}
        with work.page():
            sink.store(usable)
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
    for fields, page in _pages(work, kind, in_(kind.parent_field, sorted(parents))):
        _require(kind, kind.parent_field, fields)
        usable, failed = read_rows(RowReader(kind, fields), page.rows)
        shown |= record_numbers(kind, page.rows) | numbers_of(page.unread)
        for entry in page.unread:  # whose it is cannot be read, so it may be of any of them
            for parent in parents:
                unusable.setdefault(parent, what_is_wrong(kind, entry))
        for row, why in failed:
            unusable.setdefault(str(row.get(kind.parent_field, "")), why)
        with work.page():
            sink.store(usable)
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


def _pages(work: StepWork, kind: ListKind, wanted: Filter) -> Iterator[tuple[list[str], Page]]:
    """The fields that could be selected, and page by page; all of it once more when a field is refused.

    Raises SpoiltAnswer for a record of which not even the number can be read: any of those asked for may be it.
    """
    view = View(work.connection, "")
    while True:
        fields, _ = fields_to_read(definition_of(work.client, work.connection, kind), kind, "")
        selection = Selection(kind, view, tuple(fields), None, extra=wanted)
        try:
            for page in pages(work.client, selection, after=0, until=None):
                if keyless := next((entry for entry in page.unread if entry.number is None), None):
                    raise SpoiltAnswer(f"A record of {kind.label}: {what_is_wrong(kind, keyless)}", keyless.flaw)
                yield fields, page
        except ProtocolError as error:
            name = remember_refused(work.client, work.connection, kind, fields, error)
            if not name:
                raise
            tell_refused(work, kind, name, error)
        else:
            return
