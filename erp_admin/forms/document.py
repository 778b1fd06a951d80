"""What the forms of documents share: the base of their heads, and a line of a schedule of values.

Owns what is asked and in which words. What may be stored is decided by the service of each type.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms

from accounts.ui.pk import read_pk
from accounts.ui.sent_forms import OnlySent
from erp_admin.documents.numbers import namesake
from erp_admin.documents.types import Lock
from erp_admin.forms.fields import (
    AmountField,
    PercentField,
    PriceField,
    QuantityField,
    percent_as_typed,
    state_currency,
)
from erp_admin.forms.pickers import PROJECTS_HERE, PickerSources
from erp_admin.models import Project

DATE = {"type": "date"}


class HeadForm(forms.ModelForm):
    """What heads of all types share: the control total, the lock, a number that is free, and what was `seen`."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    control_total = AmountField(
        required=False,
        label="Agreed total",
        help_text="Not stored. When you enter it, saving is refused unless the lines add up to it.",
    )

    def __init__(
        self, *args: Any, sources: PickerSources, lock: Lock | None, currency: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sources = sources
        self.initial.setdefault("seen", version_of(self.instance))
        state_currency(self.fields, currency)
        if lock is not None:
            for name, field in self.fields.items():
                field.disabled = lock.is_whole or name in lock.fields

    def see(self, document: Any) -> None:
        """Show what was typed as an edit of the document as it is now: saving it again replaces that."""
        posted: Any = self.data  # a QueryDict that cannot be changed
        self.data = typed = posted.copy()
        typed["seen"] = version_of(document)

    def refuse_taken(self, others: Any, noun: str) -> str:
        number = str(self.cleaned_data["number"]).strip()
        other = namesake(others, self.instance, number)
        if other is not None:
            raise forms.ValidationError(f"{noun} {other} exists already. Give this one another number.")
        return number


def version_of(document: Any) -> str:
    """Tells an edit of a stored document from the next; "" for one that is new."""
    changed_at = getattr(document, "updated_at", None)
    return changed_at.isoformat() if document.pk and changed_at is not None else ""


def project_of(key: Any) -> Project | None:
    """The tenant's project with this key. Raises ValidationError for what is none."""
    if isinstance(key, Project) or not key:
        return key or None
    found = Project.objects.filter(pk=read_pk(key) or 0).first()
    if found is None:
        raise forms.ValidationError("This project is not in ERP Admin. Choose another one.")
    return found


class LineForm(forms.Form):
    """One line of a schedule of values; `line` is its key, empty for one that is added."""

    line = forms.IntegerField(required=False, widget=forms.HiddenInput)
    description = forms.CharField(max_length=200)
    quantity = QuantityField(
        initial=Decimal(1),
        min_value=Decimal("0.0001"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "data-quantity": ""}),
    )
    unit = forms.CharField(max_length=30, required=False)
    unit_price = PriceField(widget=forms.TextInput(attrs={"inputmode": "decimal", "data-price": ""}))
    retainage_percent = PercentField(label="Retainage %", required=False)

    def __init__(
        self,
        *args: Any,
        sources: PickerSources,
        changeable: Mapping[int, str] | None,
        currency: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        state_currency(self.fields, currency)
        own = self.prefix or "lines"
        place = f"project:id_{own}-project project:id_project"
        add = self.fields.__setitem__
        if changeable is not None:
            choices = [("", "A new line"), *((str(pk), label) for pk, label in changeable.items())]
            add("changes_line", forms.ChoiceField(choices=choices, required=False, label="Changes"))
        add("project", sources.field(PROJECTS_HERE, "Project"))
        within = {"data-picker-with": place, "data-picker-fixed": self._fixed(sources)}
        add("task_id", sources.field("tasks", "Cost code", **within))
        within["data-picker-with"] = f"{place} task:id_{own}-task_id"
        add("cost_type_id", sources.field("cost_types", "Cost type", **within))
        for name, kind, label in (
            ("item_id", "items", "Item"),
            ("location_id", "locations", "Location"),
            ("department_id", "departments", "Department"),
            ("class_id", "classes", "Class"),
        ):
            add(name, sources.field(kind, label))

    @staticmethod
    def _fixed(sources: PickerSources) -> str:
        return f"project={sources.project.pk}" if sources.project else ""

    def clean_project(self) -> Project | None:
        return project_of(self.cleaned_data["project"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("cost_type_id") and not cleaned.get("task_id"):
            self.add_error("task_id", "A cost type belongs to a cost code. Choose the cost code too.")
        return cleaned

    @property
    def main(self) -> list[forms.BoundField]:
        """The fields that every line fills in."""
        first = ["changes_line"] if "changes_line" in self.fields else []
        return [self[name] for name in (*first, "description", "task_id", "cost_type_id")]

    @property
    def amounts(self) -> list[forms.BoundField]:
        return [self[name] for name in ("quantity", "unit", "unit_price")]

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields that most lines leave to the head or the settings."""
        names = ("project", "item_id", "location_id", "department_id", "class_id", "retainage_percent")
        return [self[name] for name in names]

    @property
    def shows_more(self) -> bool:
        return any(field.value() not in ("", None) or field.errors for field in self.more)

    def errors_shown(self, number: int) -> Iterator[tuple[str, str, str]]:
        """Address, label and text of each error."""
        for name, texts in self.errors.items():
            bound = self[name] if name in self.fields else None
            for text in texts:
                yield (
                    (bound.id_for_label or bound.auto_id) if bound else f"line-{number}",
                    f"Line {number}, {bound.label}" if bound else f"Line {number}",
                    str(text),
                )


class _Lines(OnlySent, forms.BaseFormSet):
    """The lines of a document."""


LineFormSet = forms.formset_factory(LineForm, formset=_Lines, extra=0, can_delete=True, max_num=1000, absolute_max=1000)


def initial_of(line: Any) -> dict[str, Any]:
    """What a stored line shows in its form."""
    names = ("description", "task_id", "cost_type_id", "item_id", "location_id", "department_id", "class_id", "unit")
    shown: dict[str, Any] = {name: getattr(line, name) for name in names}
    shown["quantity"], shown["unit_price"] = plain(line.quantity), plain(line.unit_price)
    shown["retainage_percent"] = "" if line.retainage_percent is None else percent_as_typed(line.retainage_percent)
    shown["line"], shown["project"] = line.pk, line.project_id or ""
    if hasattr(line, "changes_line_id"):
        shown["changes_line"] = line.changes_line_id or ""
    return shown


def plain(value: Decimal) -> str:
    """A number without zeros that say nothing."""
    return f"{value.normalize():f}"
