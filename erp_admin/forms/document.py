"""The forms of a commitment and a change order: their heads, a line, and both together as one entry.

Owns what is asked and in which words. What may be stored is decided by erp_admin.purchasing.service.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts.ui.pk import read_pk
from erp_admin.forms.pickers import PROJECTS_HERE, PickerSources
from erp_admin.models import ChangeOrder, Commitment, Project
from erp_admin.purchasing.locks import Lock
from integrations.models import Connection

CURRENCY = "Use the three letters of the currency, for example USD."
DATE = {"type": "date"}


class HeadForm(forms.ModelForm):
    """What heads of both kinds share: the control total, the lock, and a number that is free."""

    control_total = forms.DecimalField(
        max_digits=16,
        decimal_places=2,
        required=False,
        label="Agreed total",
        help_text="Not stored. When you enter it, saving is refused unless the lines add up to it.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, sources: PickerSources, lock: Lock | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sources = sources
        if lock is not None:
            for name, field in self.fields.items():
                field.disabled = lock.is_whole or name in lock.fields

    def _refuse_taken(self, others: Any, noun: str) -> str:
        number = str(self.cleaned_data["number"]).strip()
        other = others.filter(number=number).exclude(pk=self.instance.pk).first()
        if other is not None:
            raise forms.ValidationError(f"{noun} {other} exists already. Give this one another number.")
        return number


class CommitmentForm(HeadForm):
    currency = forms.CharField(
        max_length=3,
        help_text="Three letters, for example USD.",
        validators=[RegexValidator(r"^[A-Za-z]{3}$", CURRENCY)],
    )

    # `project` is not in Meta: its choices would be asked of the database when the module is read, outside a tenant.
    field_order = ("kind", "number", "title", "vendor_id", "project")

    class Meta:
        model = Commitment
        fields = [
            "kind", "number", "title", "vendor_id", "dated_on", "due_on", "term_name", "retainage_percent",
            "currency", "entity_id", "scope",
        ]  # fmt: skip
        labels = {"kind": "Type", "dated_on": "Date", "due_on": "Due date", "retainage_percent": "Retainage %"}
        help_texts = {
            "number": "Unique within your company. It is the document number in Intacct, at most 45 characters.",
            "due_on": "Only where no terms are chosen.",
            "retainage_percent": "Held back of each payment, where a line says nothing else.",
        }
        widgets = {
            "kind": forms.Select,
            "dated_on": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
            "due_on": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
            "retainage_percent": forms.TextInput(attrs={"inputmode": "decimal"}),
            "scope": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(
        self, *args: Any, sources: PickerSources, lock: Lock | None, connection: Connection | None, **kwargs: Any
    ):
        super().__init__(*args, sources=sources, lock=None, **kwargs)
        self.fields["vendor_id"] = sources.field(
            "vendors", "Vendor", "The vendor in Intacct. A draft may lack it; a push needs it."
        )
        self.fields["project"] = sources.field(PROJECTS_HERE, "Project", "Lines may name another one.")
        self.fields["term_name"] = sources.field("ap_terms", "Terms", "Payment terms as Intacct names them.")
        names = {"": "Top level"} | {
            str(each["id"]): f"{each['id']} {each['name']}".strip()
            for each in (connection.entities if connection else [])
        }
        names.setdefault(self.instance.entity_id, self.instance.entity_id)
        self.fields["entity_id"] = forms.ChoiceField(
            choices=list(names.items()),
            required=False,
            label="Owning entity",
            help_text="The Intacct entity in whose books it is entered.",
        )
        self.initial.setdefault("project", self.instance.project_id or "")
        self.order_fields(self.field_order)
        for name, field in self.fields.items():
            field.disabled = lock is not None and (lock.is_whole or name in lock.fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "project" in cleaned:
            self.instance.project = cleaned["project"]
        return cleaned

    def clean_number(self) -> str:
        return self._refuse_taken(Commitment.objects.all(), "Commitment")

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean_project(self) -> Project | None:
        return project_of(self.cleaned_data["project"])


class ChangeOrderForm(HeadForm):
    class Meta:
        model = ChangeOrder
        fields = ["number", "title", "dated_on", "reason"]
        labels = {"dated_on": "Date"}
        help_texts = {
            "number": "Unique within the commitment. In Intacct the number of the commitment stands before it.",
            "reason": "For example Design change or Unforeseen condition.",
        }
        widgets = {"dated_on": forms.DateInput(attrs=DATE, format="%Y-%m-%d")}

    def clean_number(self) -> str:
        others = ChangeOrder.objects.filter(commitment=self.instance.commitment)
        return self._refuse_taken(others, "Change order")


def project_of(key: Any) -> Project | None:
    """The tenant's project with this key. Raises ValidationError for what is none."""
    if isinstance(key, Project) or not key:
        return key or None
    found = Project.objects.filter(pk=read_pk(key) or 0).first()
    if found is None:
        raise forms.ValidationError("This project is not among those kept here. Choose another one.")
    return found


class LineForm(forms.Form):
    """One line of a schedule of values; `line` is its key, empty for one that is added."""

    line = forms.IntegerField(required=False, widget=forms.HiddenInput)
    description = forms.CharField(max_length=200)
    quantity = forms.DecimalField(
        max_digits=14,
        decimal_places=4,
        initial=Decimal(1),
        min_value=Decimal("0.0001"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "data-quantity": ""}),
    )
    unit = forms.CharField(max_length=30, required=False)
    unit_price = forms.DecimalField(
        max_digits=18,
        decimal_places=6,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "data-price": ""}),
    )
    retainage_percent = forms.DecimalField(
        label="Retainage %",
        max_digits=5,
        decimal_places=2,
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(100),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, sources: PickerSources, changeable: Mapping[int, str] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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


LineFormSet = forms.formset_factory(LineForm, extra=0, can_delete=True, max_num=1000, absolute_max=1000)


def initial_of(line: Any) -> dict[str, Any]:
    """What a stored line shows in its form."""
    names = ("description", "task_id", "cost_type_id", "item_id", "location_id", "department_id", "class_id", "unit")
    shown: dict[str, Any] = {name: getattr(line, name) for name in names}
    shown["quantity"], shown["unit_price"] = plain(line.quantity), plain(line.unit_price)
    shown["retainage_percent"] = "" if line.retainage_percent is None else plain(line.retainage_percent)
    shown["line"], shown["project"] = line.pk, line.project_id or ""
    if hasattr(line, "changes_line_id"):
        shown["changes_line"] = line.changes_line_id or ""
    return shown


def plain(value: Decimal) -> str:
    """A number without zeros that say nothing."""
    return f"{value.normalize():f}"
