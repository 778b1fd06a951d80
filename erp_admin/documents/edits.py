"""What people changed of a document and its lines, old and new in words, one entry for each time somebody saved.

Reads the audit trail only. Decisions, pushes and comparisons tell their own stories elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.db.models import DateField, DecimalField, Field
from django.utils.text import capfirst

from accounts.models import AuditEntry, EventKind
from accounts.ui.formats import shown_amount, shown_day, shown_number
from erp_admin.documents.types import AnyType, document_types

READ: Final = 300  # entries of the document, and of its lines each
LONGEST: Final = 80
AT_ONE_GO: Final = timedelta(seconds=1)  # between entries of one save that no request holds together
_KINDS: Final = (EventKind.CREATED, EventKind.CHANGED, EventKind.DELETED)
# Fields that follow from others, and the link, which the history tells by itself.
_FOLLOWS: Final = frozenset({"amount", "remote_id", "remote_url", "linked_at", "linked_by"})


@dataclass
class Edit:
    """One time somebody saved it. `is_entry` is the first; `changes` say what is other than before, the head first."""

    at: datetime
    actor: str
    is_entry: bool = False
    changes: list[str] = field(default_factory=list)


def edits_of(document_type: AnyType, document: Any, currency: str) -> tuple[list[Edit], bool]:
    """What people saved, newest first, and whether older entries were left out."""
    of_head = _entries(document_type.model, [document.pk])
    of_lines: list[AuditEntry] = []
    if document_type.lines is not None:
        lines = document_type.lines
        present = getattr(document, lines.attribute).order_by().values("pk")
        of_lines = _entries(lines.model, present)
        of_lines += _removed(lines.model, {entry.request_id for entry in (*of_head, *of_lines)} - {""})
    is_cut = len(of_head) >= READ or len(of_lines) >= READ
    return _grouped(document_type, of_head, of_lines, currency), is_cut


def _entries(model: type[Any], keys: Any) -> list[AuditEntry]:
    kind = ContentType.objects.get_for_model(model)
    found = AuditEntry.objects.filter(content_type=kind, object_id__in=keys, kind__in=_KINDS)
    return list(found.order_by("-pk")[:READ])


def _removed(model: type[Any], requests: set[str]) -> list[AuditEntry]:
    """Lines that are gone: they were removed with what else was saved in the same request."""
    kind = ContentType.objects.get_for_model(model)
    found = AuditEntry.objects.filter(content_type=kind, kind=EventKind.DELETED, request_id__in=requests)
    return list(found.order_by("-pk")[:READ])


@dataclass
class _Saved:
    """The entries of one time somebody saved: those of one request; without one, what was written at one go."""

    head: list[AuditEntry] = field(default_factory=list)
    lines: list[AuditEntry] = field(default_factory=list)

    @property
    def last(self) -> AuditEntry:
        return max((*self.head, *self.lines), key=lambda entry: entry.pk)

    def goes_on_with(self, entry: AuditEntry, *, is_head: bool) -> bool:
        is_soon = entry.actor_label == self.last.actor_label and entry.at - self.last.at < AT_ONE_GO
        return is_soon and not (is_head and self.head)


def _grouped(
    document_type: AnyType, of_head: Sequence[AuditEntry], of_lines: Sequence[AuditEntry], currency: str
) -> list[Edit]:
    heads = {entry.pk for entry in of_head}
    by_request: dict[str, _Saved] = {}
    groups: list[_Saved] = []
    for entry in sorted((*of_head, *of_lines), key=lambda entry: entry.pk):
        is_head = entry.pk in heads
        group = by_request.get(entry.request_id) if entry.request_id else (groups[-1] if groups else None)
        if group is None or (not entry.request_id and not group.goes_on_with(entry, is_head=is_head)):
            group = _Saved()
            groups.append(group)
            if entry.request_id:
                by_request[entry.request_id] = group
        (group.head if is_head else group.lines).append(entry)
    head = _Words(document_type.model, currency)
    lines = _Words(document_type.lines.model, currency) if document_type.lines is not None else head
    told = [_told(group, head, lines) for group in groups]
    return [edit for edit in reversed(told) if edit.is_entry or edit.changes]


def _told(group: _Saved, head: "_Words", lines: "_Words") -> Edit:
    """The head first, then the lines in their order. Of a first entry nothing is told but that it was one."""
    edit = Edit(group.last.at, group.last.actor_label, any(entry.kind == EventKind.CREATED for entry in group.head))
    if not edit.is_entry:
        edit.changes += [said for entry in group.head for said in head.changes(entry)]
        ordered = sorted(group.lines, key=lambda entry: (_number(entry), entry.pk))
        edit.changes += [said for entry in ordered for said in lines.of_line(entry)]
    return edit


def _number(entry: AuditEntry) -> int:
    first = entry.object_label.partition(" ")[0]
    return int(first) if first.isdigit() else 0


class _Words:
    """Says changes of one model: its audit entries hold the names of fields as people read them, and plain values."""

    def __init__(self, model: type[Any], currency: str) -> None:
        self._fields: Mapping[str, Field[Any, Any]] = {
            capfirst(str(each.verbose_name)): each for each in model._meta.concrete_fields
        }
        self._currency = currency
        documents = {each.model for each in document_types()}
        owners = {label for label, each in self._fields.items() if each.related_model in documents}
        self._untold = owners | {label for label, each in self._fields.items() if each.name in _FOLLOWS}

    def changes(self, entry: AuditEntry, place: str = "") -> Iterator[str]:
        for change in entry.changes:
            label = change["label"]
            if label in self._untold:
                continue
            before, after = (self._said(label, change[side]) for side in ("before", "after"))
            name = label if label[1:2].isupper() else label[:1].lower() + label[1:]  # an abbreviation stays one: ID
            yield f"{name}{f' of {place}' if place else ''} from {before} to {after}"

    def of_line(self, entry: AuditEntry) -> Iterator[str]:
        number, _, words = entry.object_label.partition(" ")
        place = f"line {number}"
        if entry.kind == EventKind.CHANGED:
            yield from self.changes(entry, place)
            return
        values = {change["label"]: change["after"] or change["before"] for change in entry.changes}
        amount = f", {self._said('Amount', values['Amount'])}" if values.get("Amount") else ""
        said = "added" if entry.kind == EventKind.CREATED else "removed"
        yield f"{said} {place} “{_short(words)}”{amount}"

    def _said(self, label: str, value: str) -> str:
        known = self._fields.get(label)
        if not value:
            return "nothing"
        if isinstance(known, DecimalField):
            return self._number(known, label, value)
        if isinstance(known, DateField):
            try:
                return shown_day(date.fromisoformat(value[:10]))
            except ValueError:
                return value
        return f"“{_short(value)}”"

    def _number(self, known: "DecimalField[Any, Any]", label: str, value: str) -> str:
        try:
            number = Decimal(value)
        except InvalidOperation:
            return value
        if "%" in label:
            return f"{shown_number(number.normalize())}%"
        if known.name == "quantity":
            return shown_number(Decimal(f"{number.normalize():f}"))
        return shown_amount(number, self._currency)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
