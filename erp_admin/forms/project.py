"""The form of a project made by hand. A linked project's fields come from Intacct and are locked, field by field."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts.models import Tenant
from accounts.versions import VersionedForm
from erp_admin.forms.fields import AmountField, DayField, state_currency
from erp_admin.forms.pickers import PROJECT_NUMBERS, CodeField, PickerSources
from erp_admin.grammar.currencies import CODES
from erp_admin.models import Project
from erp_admin.projects.flow import PROJECTS
from erp_admin.projects.selectors import numbered_like
from integrations.models import Connection

_CODES = {
    "customer_id": "customers",
    "location_id": "locations",
    "department_id": "departments",
    "entity_id": "entities",
    "parent_number": PROJECT_NUMBERS,
}
# Whatever the import writes; a change made here would be undone by the next one.
LOCKED_WHEN_LINKED = PROJECTS.written


class ProjectForm(VersionedForm):
    """For a new project or for `instance`. Raises nothing; a number that is taken is an error at its field."""

    currency = forms.CharField(
        max_length=3,
        min_length=3,
        help_text="Three letters, for example USD. The contract amount is in this currency.",
        validators=[RegexValidator(r"^[A-Za-z]{3}$", "Use the three letters of the currency, for example USD.")],
        error_messages={"min_length": "Use the three letters of the currency, for example USD."},
    )

    class Meta:
        model = Project
        fields = [
            "number",
            "name",
            "status",
            "project_type",
            "customer_id",
            "customer_name",
            "begins_on",
            "ends_on",
            "contract_amount",
            "currency",
            "parent_number",
            "location_id",
            "department_id",
            "entity_id",
            "is_active",
        ]
        labels = {"is_active": "Active", "contract_amount": "Contract amount", "project_type": "Project type"}
        help_texts = {
            "number": "Unique within your company. With the same Project ID as in Intacct it is found when linking.",
            "status": "For example In progress.",
            "customer_id": "As in Intacct, where the customer exists there; its name is then filled in.",
            "parent_number": "The number of the project this one belongs to.",
            "entity_id": "The Intacct entity the project belongs to; blank for the top level.",
            "is_active": "Switch off instead of deleting: what refers to the project keeps its name.",
        }
        widgets = {"contract_amount": forms.TextInput(attrs={"inputmode": "decimal"})}
        field_classes = {"begins_on": DayField, "ends_on": DayField, "contract_amount": AmountField}

    def __init__(self, *args: Any, tenant: Tenant, connection: Connection | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = PickerSources(tenant, connection)
        for name, list_key in _CODES.items():
            asked = self.fields[name]
            longest = getattr(Project._meta.get_field(name), "max_length", None) or 40
            self.fields[name] = sources.code(list_key, str(asked.label), str(asked.help_text), longest)
        if self.instance.pk is None:
            self.instance.tenant = tenant
            self.initial.setdefault("currency", tenant.base_currency)
        state_currency(self.fields, self._stated_currency())
        if self.instance.is_linked:
            for name in LOCKED_WHEN_LINKED & self.fields.keys():
                self.fields[name].disabled = True

    def _stated_currency(self) -> str:
        typed = str(self.data.get("currency", "")).strip().upper()
        is_taken = not (self.instance.is_linked and "currency" in LOCKED_WHEN_LINKED)
        return typed if is_taken and typed in CODES else self.instance.currency or self.instance.tenant.base_currency

    @property
    def locked(self) -> list[str]:
        """Labels of the fields that are locked."""
        return [str(self[name].label) for name, field in self.fields.items() if field.disabled]

    @property
    def is_locked_whole(self) -> bool:
        return all(field.disabled for field in self.fields.values() if not field.widget.is_hidden)

    def clean(self) -> dict[str, Any]:
        """A customer of Intacct brings its name along."""
        cleaned = super().clean()
        customer, field = str(cleaned.get("customer_id") or ""), self.fields["customer_id"]
        if customer and not cleaned.get("customer_name") and isinstance(field, CodeField):
            cleaned["customer_name"] = field.found(customer).name[:200]
        return cleaned

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean_number(self) -> str:
        number = str(self.cleaned_data["number"])
        other = next(iter(numbered_like(number, besides=self.instance)), None)
        if other is not None and not (self.instance.pk and "number" not in self.changed_data):
            raise forms.ValidationError(f"A project {other} exists already. Give this one another number.")
        return number
