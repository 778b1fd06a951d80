"""A document and its lines entered on one page: bound together, checked together, stored by one service call.

Owns that nothing typed is lost, that each error names its field or cell, and that an older form overwrites nothing
newer. Which head and service are meant is said by the subclass of each document type. Decides nothing that services do.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import BoundField
from django.http import QueryDict

from accounts.models import AuditEntry
from accounts.refusal import Refused
from accounts.storable import cannot_be_kept
from accounts.ui.formats import shown_amount
from erp_admin.documents.line_columns import NUMBERS, LineColumn
from erp_admin.documents.line_numbers import number_lines
from erp_admin.documents.types import AnyType, Lines, Lock, type_of
from erp_admin.forms.cells import CellReader, Line, completed, faults_of
from erp_admin.forms.document import HeadForm, version_of
from erp_admin.forms.fields import Choice
from erp_admin.forms.pickers import PickerSources
from erp_admin.forms.sent_lines import SentLine, lines_sent, stored_line
from erp_admin.forms.versions import Meeting, merged_head, merged_lines
from erp_admin.grammar.currencies import CODES
from erp_admin.uploads.parsed import LARGEST_AMOUNT
from integrations.models import Connection

LINES, MADE_FROM, SHOWN_LINES = "lines_json", "made_from", "shown_lines"
SHOWN_FAULTS = 20


class Fault(NamedTuple):
    """What is wrong with a cell: the line's place in the form, and what may be written instead."""

    line: int
    name: str
    text: str
    choices: tuple[Choice, ...]


class LineForms(ABC):
    """Unbound from the document, or bound to a post."""

    def __init__(self, document: Any, connection: Connection | None, data: QueryDict | None = None) -> None:
        self.document = document
        self.document_type: AnyType = type_of(document)
        self.lock: Lock | None = self.document_type.lock(document) if document.pk else None
        self.sources = PickerSources(document.tenant, connection)
        self.connection = connection
        self.currency = self._stated_currency(data)
        self.faults: list[Fault] = []
        self.broken: list[str] = []
        self.meeting: Meeting | None = None
        self._read: list[Line] = []
        self._data = data
        self.head = self._head(data)
        self.lines = self.stored_lines if data is None else self._sent(data.get(LINES, ""))
        self.made_from = self._as_stored() if data is None else data.get(MADE_FROM, "")

    @abstractmethod
    def head_form(self, data: QueryDict | None, **more: Any) -> HeadForm:
        """The form of the head. `more` are its sources, lock and initial values."""

    @abstractmethod
    def store(self, lines: list[Any]) -> Any:
        """The document, stored with these lines by its service."""

    @property
    def declared(self) -> Lines:
        declared = self.document_type.lines
        if declared is None:
            raise ValueError(f"The document type {self.document_type.key!r} has no lines to enter.")
        return declared

    @property
    def columns(self) -> tuple[LineColumn, ...]:
        return self.declared.columns

    @cached_property
    def changeable(self) -> Mapping[str, Any]:
        """The lines of the parent that a line may change, by their number."""
        if not self.declared.changes:
            return {}
        parent = self.document_type.parent_of(self.document)
        return {str(line.number): line for line in parent.lines.select_related("project")} if parent else {}

    def _head(self, data: QueryDict | None) -> HeadForm:
        return self.head_form(data, sources=self.sources, lock=self.lock, currency=self.currency)

    def _stated_currency(self, data: QueryDict | None) -> str:
        """The currency of the amounts typed here: that of the same post, where the head takes one."""
        typed = str(data.get("currency", "")).strip().upper() if data is not None else ""
        is_taken = self.lock is None or not (self.lock.is_whole or "currency" in self.lock.fields)
        return typed if is_taken and typed in CODES else str(self.document_type.currency_of(self.document))

    # Lines.

    @cached_property
    def stored_lines(self) -> list[SentLine]:
        if not self.document.pk:
            return []
        found = self.document.lines.select_related(*self.declared.related)
        return [stored_line(line, self.columns, self.declared.changes) for line in found]

    def _sent(self, text: str) -> list[SentLine]:
        try:
            return lines_sent(text, self.columns)
        except ValidationError as error:
            self.broken = list(error.messages)
            return []

    def _as_stored(self) -> str:
        """What the form is made of, so that a newer version can be told from what is typed into it."""
        if not self.document.pk:
            return ""
        return json.dumps({"head": self.head.texts(), "lines": [line.as_json() for line in self.stored_lines]})

    @property
    def lines_json(self) -> str:
        """As it is sent: what could not be read stays as it came."""
        if self.broken and self._data is not None:
            return str(self._data.get(LINES, ""))
        # Without spaces, as scripts write it: a page that was only opened has changed nothing.
        return json.dumps([line.as_json() for line in self.lines], ensure_ascii=False, separators=(",", ":"))

    @property
    def shown_lines(self) -> str:
        """The keys of the lines that may be changed, by the numbers that this page shows for them.

        A page that is shown again because its lines were not looked at keeps those of the page before.
        """
        if self._data is not None and (self.broken or self.meeting):
            return str(self._data.get(SHOWN_LINES, ""))
        return json.dumps({number: line.pk for number, line in self.changeable.items()})

    def reader(self, project: Any = None) -> CellReader:
        """Reads cells of this document; `project` is that of its head."""
        shown = None if self._data is None else _shown_lines(self._data.get(SHOWN_LINES, ""))
        return CellReader(self.columns, self.connection, project, self.currency, self.changeable, shown)

    @property
    def project(self) -> Any:
        """The project that the head names, or that the document has from elsewhere."""
        if "project" in self.head.fields and self.head.is_bound:
            return self.head.cleaned_data.get("project")
        return self.document_type.value_of(self.document, self.document_type.columns.project)

    def is_valid(self) -> bool:
        if self._is_outdated(self.document):
            self._meet(type(self.document)._default_manager.get(pk=self.document.pk))
            return False
        head = self.head.is_valid()
        if not self.broken:
            rows = self.reader(self.project).read([line.cells for line in self.lines])
            self._read = [completed(row, self.columns) for row in rows]
            self.faults = [
                Fault(place, name, read.fault, read.choices)
                for place, line in enumerate(self._read)
                for name, read in faults_of(line)
            ]
        if head and not self.faults and not self.broken and abs(self.total) >= LARGEST_AMOUNT:
            self.head.add_error(
                None,
                f"The lines add up to {shown_amount(self.total, self.currency)}, which is more than can be stored.",
            )
            return False
        agreed = self.head.cleaned_data.get("control_total") if head and not self.faults and not self.broken else None
        if agreed is not None and agreed != self.total:
            given, wanted = (shown_amount(each, self.currency) for each in (self.total, agreed))
            self.head.add_error("control_total", f"The lines add up to {given}, not to {wanted}.")
        return not self.problems

    @property
    def total(self) -> Decimal:
        return sum((line["amount"].value for line in self._read), Decimal(0))

    def save(self) -> Any | None:
        """The stored document, or None after adding what was refused to the errors."""
        try:
            with transaction.atomic():
                if self.document.pk:
                    found = type(self.document)._default_manager.select_for_update()
                    now = found.get(pk=self.document.pk)
                    if self._is_outdated(now):
                        self._meet(now)
                        return None
                return self.store(self._arranged())
        except Refused as refused:
            self.head.add_error(None, str(refused))
        except ValidationError as invalid:
            for name, texts in invalid.message_dict.items():
                self.head.add_error(name if name in self.head.fields else None, texts)
        except IntegrityError:
            self.head.add_error("number", "Somebody has just used this number. Give this one another.")
        return None

    def _arranged(self) -> list[Any]:
        stored = {line.pk: line for line in self.document.lines.all()} if self.document.pk else {}
        lines = [self._line_of(sent, read, stored) for sent, read in zip(self.lines, self._read, strict=True)]
        last = max((line.number for line in stored.values()), default=0)
        number_lines(lines, fixed=self.lock.fixed_lines if self.lock is not None else (), last=last)
        return lines

    def _line_of(self, sent: SentLine, read: Line, stored: Mapping[int, Any]) -> Any:
        line = stored.get(sent.key or 0) or self.declared.model(tenant_id=self.document.tenant_id)
        for column in self.columns:
            found = read.get(column.name)
            field = type(line)._meta.get_field(self.declared.changes if column.name == "changes_line" else column.name)
            if found is not None:
                setattr(line, field.name, found.value)
            elif column.default and column.reads in NUMBERS:
                setattr(line, field.name, Decimal(column.default))
            else:
                setattr(line, field.name, None if field.null else "")
        return line

    # Two people, or two tabs.

    def _is_outdated(self, now: Any) -> bool:
        """Whether the document was changed since the page was opened, or nothing says which version the page was of."""
        return self._data is not None and bool(now.pk) and version_of(now) != self._data.get("seen", "")

    def _meet(self, now: Any) -> None:
        """Go on with both versions in one form; nothing was saved."""
        base = _made_from(self.made_from)
        newer = type(self)(now, self.connection)
        labels = {field.name: str(field.label) for field in newer.head.asked}
        posted: Any = self._data  # a QueryDict that cannot be changed
        mine = {name: str(posted.get(name, "")) for name in labels} | {
            name: text for name, text in newer.head.texts().items() if newer.head.fields[name].disabled
        }
        head, differences = merged_head(labels, base["head"], mine, newer.head.texts(), newer.says_same)
        was = self._lines_made_from(base["lines"])
        self.lines, of_lines = merged_lines(self.columns, was, self.lines, newer.stored_lines, newer.says_same)
        self._data = typed = posted.copy()
        for name, text in head.items():
            typed[name] = text
        typed["seen"] = version_of(now)
        self.made_from = newer.made_from
        self.meeting = Meeting(*_saved_by(now), (*differences, *of_lines))
        self.document = now
        self.head = self._head(typed)
        self.head.is_valid()

    def _lines_made_from(self, lines: list[Any]) -> list[SentLine]:
        try:
            return lines_sent(json.dumps(lines), self.columns)
        except ValidationError:
            return []

    def says_same(self, name: str, one: str, other: str) -> bool:
        """Whether two texts of a field or a column say the same, however they are written."""
        if one.strip() == other.strip():
            return True
        field = self.head.fields.get(name) or self._number_fields.get(name)
        try:
            return field is not None and bool(field.clean(one) == field.clean(other))
        except ValidationError:
            return False

    @cached_property
    def _number_fields(self) -> Mapping[str, Any]:
        return self.reader().fields

    # What is wrong.

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Everything that is wrong: address of the field, its label, the text. Of many cells the first ones."""
        if not self.head.is_bound:
            return []
        found: list[tuple[str, str, str]] = [("entry", "", str(text)) for text in self.head.non_field_errors()]
        for name, texts in self.head.errors.items():
            if name in self.head.fields:
                bound: BoundField = self.head[name]
                found += [(bound.id_for_label or bound.auto_id, str(bound.label), str(text)) for text in texts]
        found += [("lines-head", "Lines", text) for text in self.broken]
        labels = {column.name: column.label for column in self.columns}
        for fault in self.faults[:SHOWN_FAULTS]:
            place = f"Line {fault.line + 1}, {labels[fault.name]}"
            found.append((f"cell-{fault.line}-{fault.name}", place, fault.text))
        if (more := len(self.faults) - SHOWN_FAULTS) > 0:
            found.append(("lines-head", "Lines", f"{more:,} more cells are marked below."))
        return found


def _made_from(text: str) -> dict[str, Any]:
    """What a form says it was made of; it only decides which side a value is taken from, so nonsense is nothing."""
    try:
        found = json.loads(text)
        head = {str(name): str(value) for name, value in found["head"].items()}
        if any(cannot_be_kept(value) for value in head.values()):
            raise ValueError
        return {"head": head, "lines": list(found["lines"])}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {"head": {}, "lines": []}


def _shown_lines(text: str) -> Mapping[str, int]:
    """Which lines a page showed under which numbers. Nonsense says none, so that each number is asked about."""
    try:
        return {str(number): int(key) for number, key in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return {}


def _saved_by(document: Any) -> tuple[str, datetime | None]:
    """Who saved it last, as the trail knows."""
    kind = ContentType.objects.get_for_model(document)
    entry = AuditEntry.objects.filter(content_type=kind, object_id=document.pk).order_by("-pk").first()
    return (entry.actor_label, entry.at) if entry is not None else ("Somebody", document.updated_at)


def rows_of(lines: Sequence[SentLine], columns: Sequence[LineColumn]) -> list[list[str]]:
    """The lines as a table of texts, for a page without scripts."""
    return [[line.cells.get(column.name, "") for column in columns] for line in lines]
