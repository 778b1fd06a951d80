"""A document and its lines entered on one page: bound together, checked together, stored by one service call.

Owns that nothing typed is lost and that each error names its field. Decides nothing that the services decide.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import BoundField
from django.http import QueryDict

from accounts.refusal import Refused
from erp_admin.forms.document import ChangeOrderForm, CommitmentForm, HeadForm, LineForm, LineFormSet, initial_of
from erp_admin.forms.pickers import PickerSources
from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentLine
from erp_admin.purchasing.locks import Lock, lock_of
from erp_admin.purchasing.service import save_change_order, save_commitment
from integrations.models import Connection

PREFIX = "lines"
Document = Commitment | ChangeOrder


def _removed(form: LineForm) -> bool:
    return bool(form.cleaned_data.get("DELETE"))


class LineForms:
    """Unbound from the document, bound to a post, or (`again`) filled in from a post that asks for another line."""

    def __init__(
        self, document: Document, connection: Connection | None, data: QueryDict | None = None, *, again: bool = False
    ) -> None:
        self.document = document
        self.lock: Lock | None = lock_of(document) if document.pk else None
        base = document.commitment if isinstance(document, ChangeOrder) else document
        self.sources = PickerSources(document.tenant, connection, base.project)
        self._connection = connection
        bound = None if again else data
        self.head = self._head(bound, self._head_initial(data) if again and data is not None else {})
        more: dict[str, Any] = {
            "form_kwargs": {"sources": self.sources, "changeable": self._changeable()},
            "prefix": PREFIX,
        }
        if data is None:
            self.lines = LineFormSet(initial=self._stored_lines(), **more)
        elif again:
            self.lines = LineFormSet(initial=[*self._typed_lines(data, more), {}], **more)
        else:
            self.lines = LineFormSet(data, **more)

    def _head(self, data: QueryDict | None, initial: Mapping[str, Any]) -> HeadForm:
        more: dict[str, Any] = {"sources": self.sources, "lock": self.lock, "initial": dict(initial)}
        if isinstance(self.document, ChangeOrder):
            return ChangeOrderForm(data, instance=self.document, **more)
        return CommitmentForm(data, instance=self.document, connection=self._connection, **more)

    def _head_initial(self, data: QueryDict) -> dict[str, Any]:
        empty = self._head(None, {})
        return {
            name: field.widget.value_from_datadict(data, {}, name)
            for name, field in empty.fields.items()
            if not field.disabled
        }

    def _changeable(self) -> dict[int, str] | None:
        if not isinstance(self.document, ChangeOrder):
            return None
        return {line.pk: f"Line {line}" for line in self.document.commitment.lines.all()}

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
        line = known or (ChangeOrderLine() if isinstance(self.document, ChangeOrder) else CommitmentLine())
        for name, value in typed.items():
            setattr(line, name, value)
        if isinstance(line, ChangeOrderLine):
            line.changes_line_id = int(changes) if changes else None
        line.clean()
        return line

    def save(self) -> Document | None:
        """The stored document, or None after adding what was refused to the errors."""
        stored = {line.pk: line for line in self.document.lines.all()} if self.document.pk else {}
        lines = [self._line_of(form, stored) for form in self.kept]
        last = max((line.number for line in stored.values()), default=0)
        for line in lines:
            if not line.pk:
                last = line.number = last + 1
        try:
            with transaction.atomic():
                return self._store(lines)
        except Refused as refused:
            self.head.add_error(None, str(refused))
        except ValidationError as invalid:
            for name, texts in invalid.message_dict.items():
                self.head.add_error(name if name in self.head.fields else None, texts)
        except IntegrityError:
            self.head.add_error("number", "Somebody has just used this number. Give this one another.")
        return None

    def _store(self, lines: list[Any]) -> Document:
        if isinstance(self.document, ChangeOrder):
            return save_change_order(self.document, lines)
        vendor = self.sources.item("vendors", self.document.vendor_id)
        if vendor is not None or not self.document.vendor_id:
            self.document.vendor_name = vendor.name[:200] if vendor else ""
        return save_commitment(self.document, lines)

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
