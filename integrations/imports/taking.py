"""Makes or updates the documents that are linked to records, with their lines.

Owns what stands in the way of it, and what a page of records costs. Must not read anything from Intacct, nor know of
runs.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Generic

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.audit import record_many
from accounts.models import Tenant, User
from integrations.imports.contract import DocumentT, ImportDeclaration, Unacceptable
from integrations.imports.lines import LinesDifference, difference, lines_here, remote_lines, write
from integrations.imports.values import Values, check, differs, document_values
from integrations.models import LinkedDocument, ListItem, RowOutcome

_BATCH = 500
_TAKEN = ("remote_digest", "refreshed_at")


@dataclass
class Taken(Generic[DocumentT]):
    """The document that a record became, and whether it is new, changed or the same.

    `left` are the record numbers of other documents that lost a line to this one.
    """

    document: DocumentT
    outcome: RowOutcome
    left: set[int] = field(default_factory=set)


def take_over_all(
    declaration: ImportDeclaration[DocumentT], items: Sequence[ListItem], tenant: Tenant, by: User | None
) -> list[Taken[DocumentT] | Unacceptable]:
    """Make or update the documents linked to `items`; return of each what came of it, in their order.

    A record that cannot be taken over leaves nothing and stops no other. Where documents have no lines, it takes as
    many statements however many there are. Raises IntegrityError, all undone, when somebody else took a number at this
    very moment, or documents trade numbers. Call inside a transaction.
    """
    if not declaration.lines:
        return _Batch(declaration, items, tenant, by).taken()
    return [_one(lambda item=item: _with_lines(declaration, item, tenant, by)) for item in items]  # type: ignore[misc]


def _one(take: Callable[[], Taken[DocumentT]]) -> Taken[DocumentT] | Unacceptable:
    try:
        with transaction.atomic():
            return take()
    except Unacceptable as error:
        return error


class _Batch(Generic[DocumentT]):
    """Documents without lines, judged one after another and written together."""

    def __init__(
        self, declaration: ImportDeclaration[DocumentT], items: Sequence[ListItem], tenant: Tenant, by: User | None
    ) -> None:
        self._declaration, self._items, self._tenant, self._by = declaration, items, tenant, by
        documents = declaration.model.objects
        numbers = {item.connection_id: [each.record_no for each in items] for item in items}
        self._linked: dict[tuple[int | None, int | None], DocumentT] = {}
        for connection_id, wanted in numbers.items():
            found = documents.filter(connection_id=connection_id, remote_record_no__in=wanted).order_by("pk")
            for each in found.select_for_update():  # nobody edits or unlinks it before it is stored
                self._linked[connection_id, each.remote_record_no] = each
        self._numbered: dict[str, DocumentT] = {}
        if declaration.number:
            same = documents.filter(**{f"{declaration.number}__in": [item.business_id for item in items]})
            known = {each.pk: each for each in self._linked.values()}
            self._numbered = {self._number(each): known.get(each.pk, each) for each in same}
        self._before: dict[int, DocumentT] = {}
        self._new: list[DocumentT] = []
        self._changed: dict[int, DocumentT] = {}
        self._same: dict[int, DocumentT] = {}
        self._written: set[str] = set(_TAKEN)
        self._digests = {each.pk: each.remote_digest for each in self._linked.values()}

    def taken(self) -> list[Taken[DocumentT] | Unacceptable]:
        results = [self._judged(item) for item in self._items]
        self._write()
        return results

    def _judged(self, item: ListItem) -> Taken[DocumentT] | Unacceptable:
        document = self._linked.get((item.connection_id, item.record_no))
        try:
            values = document_values(self._declaration, item, self._tenant, is_new=document is None)
            namesake = self._numbered.get(item.business_id) if self._declaration.number else None
            _refuse_namesake(self._declaration, namesake, document)
            taken, outcome = _filled(self._declaration, item, document, values, self._tenant, self._by)
        except Unacceptable as error:
            return error
        self._keep(taken, document, outcome)
        self._written |= values.keys()
        return Taken(taken, outcome)

    def _keep(self, taken: DocumentT, document: DocumentT | None, outcome: RowOutcome) -> None:
        if document is not None and self._declaration.number:
            self._numbered.pop(self._number(document), None)
        if self._declaration.number:
            self._numbered[self._number(taken)] = taken
        self._linked[taken.connection_id, taken.remote_record_no] = taken
        if document is None:
            self._new.append(taken)
        elif outcome is RowOutcome.CHANGED:
            self._before[taken.pk] = document
            self._changed[taken.pk] = taken
        else:
            self._same[taken.pk] = taken

    def _number(self, document: DocumentT) -> str:
        return str(getattr(document, self._declaration.number))

    def _write(self) -> None:
        """What is as it was first, then what changes, so that a number that becomes free can be taken."""
        model, changed = self._declaration.model, list(self._changed.values())
        automatic = [each.name for each in model._meta.concrete_fields if getattr(each, "auto_now", False)]
        rewritten = [each for each in self._same.values() if each.remote_digest != self._digests[each.pk]]
        model.objects.filter(pk__in=list(self._same)).update(refreshed_at=timezone.now())
        update_many(rewritten, ["remote_digest"])
        update_many(changed, [*self._written, *automatic])
        model.objects.bulk_create(self._new, batch_size=_BATCH)
        record_many([*((self._before[each.pk], each) for each in changed), *((None, each) for each in self._new)])


def update_many(rows: Sequence[Model], fields: Iterable[str]) -> None:
    """Store these fields of rows that exist and are locked, or nobody else's, in one statement for many.

    Django's bulk_update takes ten times the processor time, a condition for each row and field.
    """
    if rows:
        type(rows[0])._default_manager.bulk_create(
            rows,
            batch_size=_BATCH,
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=sorted(set(fields)),
        )


def _filled(
    declaration: ImportDeclaration[DocumentT],
    item: ListItem,
    document: DocumentT | None,
    values: Values,
    tenant: Tenant,
    by: User | None,
) -> tuple[DocumentT, RowOutcome]:
    """The document as it will be, and whether it is new, changed or the same. Raises Unacceptable; stores nothing."""
    if document is None:
        outcome = RowOutcome.NEW
        taken = declaration.model(tenant=tenant, connection=item.connection, remote_record_no=item.record_no)
        taken.linked_at, taken.linked_by = timezone.now(), by
    else:
        taken, outcome = copy(document), RowOutcome.CHANGED if differs(document, values) else RowOutcome.SAME
    for name, value in values.items():
        setattr(taken, name, value)
    taken.remote_digest, taken.refreshed_at = item.digest, timezone.now()
    check(taken)
    return taken, outcome


def _with_lines(
    declaration: ImportDeclaration[DocumentT], item: ListItem, tenant: Tenant, by: User | None
) -> Taken[DocumentT]:
    """Make or update the document linked to `item`, with its lines. Raises Unacceptable."""
    linked = declaration.model.objects.filter(connection_id=item.connection_id, remote_record_no=item.record_no)
    document: DocumentT | None = linked.select_for_update().first()  # nobody edits or unlinks it before it is stored
    values = document_values(declaration, item, tenant, is_new=document is None)
    if declaration.number:
        others = declaration.model.objects.filter(**{declaration.number: item.business_id})
        namesake: DocumentT | None = others.exclude(pk=document.pk if document is not None else 0).first()
        _refuse_namesake(declaration, namesake, document)
    lines = _lines_of(declaration, item, document, tenant)
    taken, outcome = _filled(declaration, item, document, values, tenant, by)
    if outcome is RowOutcome.SAME and any(each.changes_something for each in lines):
        outcome = RowOutcome.CHANGED
    left = _record_numbers(declaration, _former_owners(lines, document))
    taken.save()
    for each in lines:
        write(each, taken)
    return Taken(taken, outcome, left)


def _former_owners(lines: Iterable[LinesDifference], document: LinkedDocument | None) -> set[int]:
    """The keys of other documents whose lines will be of this one."""
    owners = set[int]()
    for each in lines:
        owner = f"{each.owned.model.document_field}_id"
        owners |= {getattr(change.line, owner) for change in each.changes if change.line is not None}
    return owners - {document.pk if document is not None else 0}


def _record_numbers(declaration: ImportDeclaration[DocumentT], documents: set[int]) -> set[int]:
    if not documents:
        return set()
    found = declaration.model.objects.filter(pk__in=documents).values_list("remote_record_no", flat=True)
    return {number for number in found if number is not None}


def _lines_of(
    declaration: ImportDeclaration[DocumentT], item: ListItem, document: DocumentT | None, tenant: Tenant
) -> list[LinesDifference]:
    """What would become of the lines of one document, kind by kind."""
    found = []
    for owned in declaration.lines:
        remote = remote_lines(owned, item.connection, [item])[item.record_no]
        numbers = [line.record_no for line in remote] if isinstance(remote, list) else []
        here = lines_here(owned, item.connection, [document] if document is not None else [], numbers)
        found.append(difference(owned, document, remote, here, tenant))
    return found


def _refuse_namesake(
    declaration: ImportDeclaration[DocumentT], namesake: DocumentT | None, document: DocumentT | None
) -> None:
    """Raise Unacceptable when another document has the number of the record, with the way out."""
    if namesake is None or (document is not None and namesake.pk == document.pk):
        return
    if namesake.is_linked:
        whose, way = "linked to another Intacct record", f"Unlink that {declaration.noun}, then link this record to it"
    else:
        whose, way = "made by hand", "Link this record to it"
    raise Unacceptable(
        f"{declaration.article} {declaration.noun} {declaration.named(namesake)}, {whose}, exists in ERP Admin. {way}, "
        f"or give one of them another number."
    )
