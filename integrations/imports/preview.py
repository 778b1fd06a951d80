"""What an import would do, before anything is done: computed by the declaration the import itself uses.

Reads only, and from the mirror: the import reads each record again, so one that changed in between may end otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic

from django.db.models import QuerySet

from accounts.ui.grouped import Grouped
from integrations.imports.contract import DocumentT, ImportDeclaration, OwnedLines, Unacceptable, Value, labels_of
from integrations.imports.lines import (
    LinesDifference,
    RemoteLine,
    difference,
    label_of,
    lines_here,
    remote_lines,
)
from integrations.imports.selectors import IMPORTABLE, ImportRecord
from integrations.imports.values import Values, check, differs, document_values
from integrations.mirror.selectors import is_mirrored
from integrations.models import Connection, LinkedLine

CREATE, UPDATE, NOTHING, BLOCKED, LEFT_OUT = "create", "update", "nothing", "blocked", "left_out"
ACTIONS = (CREATE, UPDATE, NOTHING, BLOCKED, LEFT_OUT)
BATCH = 500
BATCH_WITH_LINES = 200
SHOWN_PER_ACTION = 100
REMOTE_URL = "remote_url"
ADDED, CHANGED, GONE = "added", "changed", "gone"


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: Value
    after: Value


@dataclass(frozen=True)
class LineEffect:
    """What would become of one line: ADDED, CHANGED or GONE."""

    label: str
    action: str
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class Effect(Generic[DocumentT]):
    """What importing a record would do. `namesake` is the document here that stands in its way, if one does."""

    item: ImportRecord
    action: str  # one of ACTIONS
    reason: str = ""
    changes: tuple[FieldChange, ...] = ()
    document: DocumentT | None = None
    namesake: DocumentT | None = None
    lines: tuple[LineEffect, ...] = ()


class Preview(Grouped[Effect[DocumentT]]):
    """Counts of everything chosen, and the first SHOWN_PER_ACTION effects of each action."""

    def __init__(self) -> None:
        super().__init__(ACTIONS, SHOWN_PER_ACTION)

    @property
    def tried(self) -> int:
        """How many records a run would take up."""
        return self.chosen - self.counts[LEFT_OUT]

    @property
    def possible(self) -> int:
        """How many of those can be imported as they are."""
        return self.tried - self.counts[BLOCKED]


def preview_of(
    declaration: ImportDeclaration[DocumentT], connection: Connection, chosen: QuerySet[ImportRecord]
) -> Preview[DocumentT]:
    """What importing `chosen` (records with their import state) would do; memory does not grow with their number."""
    preview = Preview[DocumentT]()
    records = chosen.order_by("business_id", "record_no").iterator(chunk_size=BATCH)
    size = BATCH_WITH_LINES if declaration.lines else BATCH
    while batch := list(islice(records, size)):
        for effect in effects_of(declaration, connection, batch):
            preview.add(effect.action, effect)
    return preview


@dataclass
class _Here(Generic[DocumentT]):
    """What is here and there of a batch of records: linked documents by record number, all by number, and the lines."""

    linked: dict[int, DocumentT]
    numbered: dict[str, DocumentT]
    remote: list[tuple[OwnedLines, Mapping[int, list[RemoteLine] | Unacceptable | None]]] = field(default_factory=list)
    lines: list[list[LinkedLine]] = field(default_factory=list)


def effects_of(
    declaration: ImportDeclaration[DocumentT], connection: Connection, items: Sequence[ImportRecord]
) -> Iterator[Effect[DocumentT]]:
    """Effects of a batch of records, in as many queries however many there are."""
    here = _here(declaration, connection, items)
    for item in items:
        yield _effect_of(declaration, connection, item, here)


def _here(
    declaration: ImportDeclaration[DocumentT], connection: Connection, items: Sequence[ImportRecord]
) -> _Here[DocumentT]:
    documents = declaration.model.objects
    found = documents.filter(connection=connection, remote_record_no__in=[item.record_no for item in items])
    linked = {document.remote_record_no: document for document in found if document.remote_record_no is not None}
    numbered: dict[str, DocumentT] = {}
    if declaration.number:
        same = documents.filter(**{f"{declaration.number}__in": [item.business_id for item in items]})
        numbered = {getattr(document, declaration.number): document for document in same}
    here = _Here(linked, numbered)
    for owned in declaration.lines:
        was_read = owned.kind is None or is_mirrored(connection, owned.kind.key)
        remote = remote_lines(owned, connection, items) if was_read else {item.record_no: None for item in items}
        numbers = [line.record_no for lines in remote.values() if isinstance(lines, list) for line in lines]
        here.remote.append((owned, remote))
        here.lines.append(lines_here(owned, connection, list(linked.values()), numbers))
    return here


def _effect_of(
    declaration: ImportDeclaration[DocumentT], connection: Connection, item: ImportRecord, here: _Here[DocumentT]
) -> Effect[DocumentT]:
    document, namesake = here.linked.get(item.record_no), here.numbered.get(item.business_id)
    if item.missing_at is not None:
        return Effect(item, LEFT_OUT, "It is no longer in Intacct.", document=document)
    if item.import_state not in IMPORTABLE:
        return Effect(item, LEFT_OUT, "It is ignored. Restore it first.", document=document)
    if namesake is not None and (document is None or namesake.pk != document.pk):
        reason = f"{declaration.article} {declaration.noun} {declaration.named(namesake)} exists in ERP Admin already."
        return Effect(item, BLOCKED, reason, document=document, namesake=namesake)
    try:
        values = document_values(declaration, item, connection.tenant, is_new=document is None)
        _check(declaration, connection, document, values)
        lines = [
            difference(owned, document, remote[item.record_no], own, connection.tenant)
            for (owned, remote), own in zip(here.remote, here.lines, strict=True)
        ]
    except Unacceptable as error:
        return Effect(item, BLOCKED, str(error), document=document)
    unread = [each.owned.kind.label for each in lines if not each.is_known and each.owned.kind is not None]
    reason = f"{' and '.join(unread)} have not been read yet; the import reads them." if unread else ""
    changed = tuple(effect for each in lines for effect in _line_effects(each))
    changes = _changes(declaration, document, values)
    if document is None:
        return Effect(item, CREATE, reason, changes, lines=changed)
    is_same = not differs(document, values) and not changed and not unread
    return Effect(item, NOTHING if is_same else UPDATE, reason, changes, document, lines=changed)


def _check(
    declaration: ImportDeclaration[DocumentT], connection: Connection, document: DocumentT | None, values: Values
) -> None:
    """Raise Unacceptable for what may not be saved; the document here stays as it is."""
    candidate = copy(document) if document is not None else declaration.model(tenant=connection.tenant)
    for name, value in values.items():
        setattr(candidate, name, value)
    check(candidate)


def _changes(
    declaration: ImportDeclaration[DocumentT], document: DocumentT | None, values: Values
) -> tuple[FieldChange, ...]:
    """What would be written, field by field; of a new document only what is not empty."""
    labels = {**labels_of(declaration.model), REMOTE_URL: "address in Intacct"}
    shown = {name: value for name, value in values.items() if name != "remote_id"}
    return _field_changes(labels, document, shown)


def _field_changes(labels: Mapping[str, str], instance: object, values: Values) -> tuple[FieldChange, ...]:
    if instance is None:
        return tuple(
            FieldChange(labels[name], None, value) for name, value in values.items() if value not in ("", None)
        )
    return tuple(
        FieldChange(labels[name], getattr(instance, name), value)
        for name, value in values.items()
        if getattr(instance, name) != value
    )


def _line_effects(lines: LinesDifference) -> Iterator[LineEffect]:
    labels = labels_of(lines.owned.model)
    for change in lines.changes:
        if change.differs:
            changes = _field_changes(labels, change.line, change.values)
            action = CHANGED if change.line is not None else ADDED
            yield LineEffect(label_of(lines.owned, change.remote), action, changes)
    for line in lines.gone:
        yield LineEffect(label_of(lines.owned, line), GONE)
