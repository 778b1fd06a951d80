"""A document and its lines entered on one page: bound together, checked together, stored by one service call.

Owns that nothing typed is lost and that each error names its field. Which head, lines and service are meant is said by
the subclass of each document type. Decides nothing that the services decide.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import BoundField
from django.http import QueryDict

from accounts.refusal import Refused
from erp_admin.documents.types import Lock, type_of
from erp_admin.forms.document import HeadForm, LineForm, LineFormSet, initial_of, version_of
from erp_admin.forms.pickers import PickerSources
from erp_admin.grammar.currencies import CODES
from erp_admin.models import Project
from integrations.models import Connection

PREFIX = "lines"


def _removed(form: LineForm) -> bool:
    return bool(form.cleaned_data.get("DELETE"))


class LineForms(ABC):
    """Unbound from the document, bound to a post, or (`again`) filled in from a post that asks for another line."""

    def __init__(
        self, document: Any, connection: Connection | None, data: QueryDict | None = None, *, again: bool = False
    ) -> None:
        self.document = document
        document_type = type_of(document)
        self.lock: Lock | None = document_type.lock(document) if document.pk else None
        project: Project | None = document_type.value_of(document, document_type.columns.project)
        self.sources = PickerSources(document.tenant, connection, project)
        self.connection = connection
        bound = None if again else data
        self.currency = self._stated_currency(data)
        self.head = self._head(bound, self._head_initial(data) if again and data is not None else {})
        more: dict[str, Any] = {
            "form_kwargs": {"sources": self.sources, "changeable": self.changeable(), "currency": self.currency},
            "prefix": PREFIX,
        }
        if data is None:
            self.lines = LineFormSet(initial=self._stored_lines(), **more)
        elif again:
            self.lines = LineFormSet(initial=[*self._typed_lines(data, more), {}], **more)
        else:
            self.lines = LineFormSet(data, **more)

    @abstractmethod
    def head_form(self, data: QueryDict | None, **more: Any) -> HeadForm:
        """The form of the head. `more` are its sources, lock and initial values."""

    @abstractmethod
    def new_line(self) -> Any:
        """A line that is not stored yet."""

    @abstractmethod
    def store(self, lines: list[Any]) -> Any:
        """The document, stored with these lines by its service."""

    def changeable(self) -> dict[int, str] | None:
        """The lines of another document that a line may change, by their key; None where none can be changed."""
        return None

    def take_changed(self, line: Any, key: int | None) -> None:
        """Note which of them a line changes. Raises ValueError where none can be changed."""
        if key is not None:
            raise ValueError(f"A line of a {type_of(self.document).noun} changes no other line.")

    def _head(self, data: QueryDict | None, initial: Mapping[str, Any]) -> HeadForm:
        more = {"sources": self.sources, "lock": self.lock, "currency": self.currency}
        return self.head_form(data, initial=dict(initial), **more)

    def _stated_currency(self, data: QueryDict | None) -> str:
        """The currency of the amounts typed here: that of the same post, where the head takes one."""
        typed = str(data.get("currency", "")).strip().upper() if data is not None else ""
        is_taken = self.lock is None or not (self.lock.is_whole or "currency" in self.lock.fields)
        return typed if is_taken and typed in CODES else str(type_of(self.document).currency_of(self.document))

    def _head_initial(self, data: QueryDict) -> dict[str, Any]:
        empty = self._head(None, {})
        return {
            name: field.widget.value_from_datadict(data, {}, name)
            for name, field in empty.fields.items()
            if not field.disabled
        }

    def _stored_lines(self) -> list[dict[str, Any]]:
        stored = [initial_of(line) for line in self.document.lines.all()] if self.document.pk else []
        return stored or [{}]

    @staticmethod
    def _typed_lines(data: QueryDict, more: dict[str, Any]) -> list[dict[str, Any]]:
        bound = LineFormSet(data, **more)
        return [
            {
                name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
                for name, field in form.fields.items()
            }
            for form in bound.forms
        ]

    def is_valid(self) -> bool:
        head, lines = self.head.is_valid(), self.lines.is_valid()
        if head and lines:
            agreed = self.head.cleaned_data.get("control_total")
            if agreed is not None and agreed != self.total:
                text = f"The lines add up to {self.total:,.2f}, not to {agreed:,.2f}."
                self.head.add_error("control_total", text)
        return not self.problems

    @property
    def kept(self) -> list[LineForm]:
        """The lines that are neither removed nor left empty."""
        return [form for form in self.lines.forms if form.has_changed() and not _removed(form)]

    @property
    def total(self) -> Decimal:
        return sum((self._line_of(form, {}).amount for form in self.kept), Decimal(0))

    def _line_of(self, form: LineForm, stored: Mapping[int, Any]) -> Any:
        typed = dict(form.cleaned_data)
        typed.pop("DELETE", None)
        known = stored.get(typed.pop("line") or 0)
        changes = typed.pop("changes_line", "")
        line = known or self.new_line()
        for name, value in typed.items():
            setattr(line, name, value)
        self.take_changed(line, int(changes) if changes else None)
        line.clean()
        return line

    def save(self) -> Any | None:
        """The stored document, or None after adding what was refused to the errors."""
        stored = {line.pk: line for line in self.document.lines.all()} if self.document.pk else {}
        lines = [self._line_of(form, stored) for form in self.kept]
        last = max((line.number for line in stored.values()), default=0)
        for line in lines:
            if not line.pk:
                last = line.number = last + 1
        try:
            with transaction.atomic():
                self._refuse_unseen()
                return self.store(lines)
        except Refused as refused:
            self.head.add_error(None, str(refused))
        except ValidationError as invalid:
            for name, texts in invalid.message_dict.items():
                self.head.add_error(name if name in self.head.fields else None, texts)
        except IntegrityError:
            self.head.add_error("number", "Somebody has just used this number. Give this one another.")
        return None

    def _refuse_unseen(self) -> None:
        """Raises Refused, once, for a document that somebody or a file changed since the page was opened."""
        seen = self.head.cleaned_data.get("seen")
        if not seen or not self.document.pk:
            return
        now = type(self.document)._default_manager.select_for_update().get(pk=self.document.pk)
        if version_of(now) != seen:
            self.head.see(now)
            sentence = "It was changed since you opened this page, and nothing was saved."
            raise Refused(sentence, "Look at it in another tab; saving once more replaces that.", code="CHANGED")

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Everything that is wrong: address of the field, its label, the text."""
        if not self.head.is_bound:
            return []
        found: list[tuple[str, str, str]] = [("entry", "", str(text)) for text in self.head.non_field_errors()]
        for name, texts in self.head.errors.items():
            if name in self.head.fields:
                bound: BoundField = self.head[name]
                found += [(bound.id_for_label or bound.auto_id, str(bound.label), str(text)) for text in texts]
        found += [("entry", "", str(text)) for text in self.lines.non_form_errors()]
        for number, form in enumerate(self.lines.forms, start=1):
            if not _removed(form):
                found += form.errors_shown(number)
        return found
