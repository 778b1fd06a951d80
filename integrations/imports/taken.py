"""Keeps with each record whether the document linked to it is as Intacct has it: the only writer of that column.

Owns what it is derived from and when it is renewed: in the transaction that writes a record, a document or a line of
one. Must not decide what is imported.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypedDict, cast

from django.db import connection as database
from django.db import transaction
from django.db.models import BooleanField, Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast

from integrations.imports.contract import DocumentT, ImportDeclaration, NamedBy, OwnedLines
from integrations.lists import ListKind
from integrations.models import Connection, LinkedDocument, ListItem
from integrations.runs.flow import flows

_BATCH = 1000
_NAMED_BY = {NamedBy.BUSINESS_ID: "business_id", NamedBy.RECORD_NO: "record_no"}
AnyDeclaration = ImportDeclaration[LinkedDocument]


class DerivedFacts(TypedDict):
    """What `derived` adds to each record."""

    is_taken_over: bool | None


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    Derived = WithAnnotations[ListItem, DerivedFacts]
else:
    Derived = ListItem


def declarations() -> list[AnyDeclaration]:
    """What every import declares whose flow is registered."""
    found = (getattr(flow, "declaration", None) for flow in flows())
    return [cast("AnyDeclaration", each) for each in found if isinstance(each, ImportDeclaration)]


def with_link(declaration: ImportDeclaration[DocumentT], found: QuerySet[ListItem]) -> QuerySet[ListItem]:
    """The records with `document_pk` and `document_number` of the document that is linked to each."""
    linked = _linked(declaration)
    return found.annotate(
        document_pk=Subquery(linked.values("pk")[:1]),
        document_number=Subquery(linked.values(declaration.number or "remote_id")[:1]),
    )


def _linked(declaration: ImportDeclaration[DocumentT]) -> QuerySet[LinkedDocument]:
    """The document linked to the record outside; there is one at most."""
    model: type[LinkedDocument] = declaration.model
    found = model.objects.filter(connection_id=OuterRef("connection_id"), remote_record_no=OuterRef("record_no"))
    return found.order_by()


def derived(declaration: ImportDeclaration[DocumentT], found: QuerySet[ListItem]) -> QuerySet[Derived]:
    """The records with `is_taken_over`, from what stands here and there at this moment. Dear: row by row."""
    is_same = Q(taken_digest=F("digest"))
    for lines, kind in declaration.listed_lines:
        is_same &= ~_untaken(lines, kind) & ~_left_over(lines, kind)
    linked = with_link(declaration, found).annotate(
        taken_digest=Subquery(_linked(declaration).values("remote_digest")[:1])
    )
    judged = linked.annotate(
        is_taken_over=Case(
            When(document_pk=None, then=Value(None)),
            When(is_same, then=Value(True)),
            default=Value(False),
            output_field=BooleanField(null=True),
        )
    )
    return cast("QuerySet[Derived]", judged)


def _untaken(lines: OwnedLines, kind: ListKind) -> Exists:
    """Whether Intacct has a line of the record that is not here as it is there."""
    taken = lines.model.objects.filter(
        **{f"{lines.model.document_field}_id": OuterRef(OuterRef("document_pk"))},
        remote_record_no=OuterRef("record_no"),
        remote_digest=OuterRef("digest"),
        missing_at=None,
    )
    there = ListItem.objects.filter(
        connection_id=OuterRef("connection_id"),
        kind=kind.key,
        parent_id=_named(lines, _NAMED_BY[lines.named_by]),
        missing_at=None,
    )
    return Exists(there.filter(~Exists(taken)))


def _left_over(lines: OwnedLines, kind: ListKind) -> Exists:
    """Whether a line of the document is here, not flagged, that Intacct no longer has with the record."""
    there = ListItem.objects.filter(
        connection_id=OuterRef(OuterRef("connection_id")),
        kind=kind.key,
        record_no=OuterRef("remote_record_no"),
        parent_id=_named(lines, OuterRef(_NAMED_BY[lines.named_by])),
        missing_at=None,
    )
    here = lines.model.objects.filter(
        **{f"{lines.model.document_field}_id": OuterRef("document_pk")},
        remote_record_no__isnull=False,
        missing_at=None,
    )
    return Exists(here.filter(~Exists(there)))


def _named(lines: OwnedLines, column: OuterRef | str) -> OuterRef | Cast:
    """What the lines of the record outside hold as their parent, which is text."""
    outer = OuterRef(column)
    return outer if lines.named_by is NamedBy.BUSINESS_ID else Cast(outer, CharField())


def hold(connection_id: int, list_key: str) -> None:
    """Let nobody else write records, documents and lines of this list until the transaction ends.

    Whoever writes facts that the column is derived from takes this first of all: two who do so at the same moment would
    each miss what the other writes, and would wait for each other's rows. SQLite has one writer anyway.
    """
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [connection_id % 2**31, list_key])


def renew(declaration: ImportDeclaration[DocumentT], connection_id: int, numbers: Collection[int]) -> int:
    """Write the column of these records anew; return how many had another value. Call it holding the list."""
    found = ListItem.objects.filter(connection_id=connection_id, kind=declaration.kind.key)
    wanted, renewed = sorted(numbers), 0
    for start in range(0, len(wanted), _BATCH):
        renewed += _renew(declaration, found.filter(record_no__in=wanted[start : start + _BATCH]))
    return renewed


def _renew(declaration: ImportDeclaration[DocumentT], found: QuerySet[ListItem]) -> int:
    wrong = defaultdict[bool | None, list[int]](list)
    for pk, kept, now in derived(declaration, found.order_by()).values_list("pk", "taken_over", "is_taken_over"):
        if kept is not now:
            wrong[now].append(pk)
    for now, pks in wrong.items():
        ListItem.objects.filter(pk__in=pks).update(taken_over=now)
    return sum(map(len, wrong.values()))


def recount(declaration: ImportDeclaration[DocumentT], connection: Connection) -> int:
    """Compare the column of the whole list with what it is derived from and mend it; return how many were wrong.

    In batches, each in a transaction of its own.
    """
    found = ListItem.objects.filter(connection=connection, kind=declaration.kind.key)
    last, mended = None, 0
    while True:
        rest = found if last is None else found.filter(record_no__gt=last)
        numbers = list(rest.order_by("record_no").values_list("record_no", flat=True)[:_BATCH])
        if not numbers:
            return mended
        with transaction.atomic():
            hold(connection.pk, declaration.kind.key)
            mended += renew(declaration, connection.pk, numbers)
        last = numbers[-1]


@contextmanager
def following(connection: Connection, list_key: str) -> Iterator[Callable[[Collection[int]], None]]:
    """Renew the column for the records of this list that are written in the block, and for those whose lines are."""
    own = [each for each in declarations() if each.kind.key == list_key]
    owning = [(each, lines) for each in declarations() for lines, kind in each.listed_lines if kind.key == list_key]
    for key in sorted({each.kind.key for each in own} | {each.kind.key for each, _ in owning}):
        hold(connection.pk, key)
    written, parents = set[int](), set[str]()

    def about_to_write(numbers: Collection[int]) -> None:
        written.update(numbers)
        if owning:
            parents.update(_parents(connection, list_key, sorted(numbers)))

    yield about_to_write
    for declaration in own:
        renew(declaration, connection.pk, written)
    if owning and written:
        parents.update(_parents(connection, list_key, sorted(written)))
    for declaration, lines in owning:
        renew(declaration, connection.pk, _named_so(declaration, lines, connection, parents))


def _parents(connection: Connection, list_key: str, numbers: Sequence[int]) -> Iterator[str]:
    """What the records with these numbers hold as their parents."""
    found = ListItem.objects.filter(connection=connection, kind=list_key)
    for start in range(0, len(numbers), _BATCH):
        yield from found.filter(record_no__in=numbers[start : start + _BATCH]).values_list("parent_id", flat=True)


def _named_so(
    declaration: AnyDeclaration, lines: OwnedLines, connection: Connection, names: Collection[str]
) -> Collection[int]:
    """The record numbers of what lines with these parents belong to."""
    if lines.named_by is NamedBy.RECORD_NO:
        return {int(name) for name in names if name.isascii() and name.isdigit()}
    found = ListItem.objects.filter(connection=connection, kind=declaration.kind.key)
    wanted, numbers = sorted(names), set[int]()
    for start in range(0, len(wanted), _BATCH):
        part = found.filter(business_id__in=wanted[start : start + _BATCH])
        numbers.update(part.values_list("record_no", flat=True))
    return numbers
