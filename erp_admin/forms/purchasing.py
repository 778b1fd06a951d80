"""The forms of commitments and change orders: their heads, and both with their lines as one entry.

Owns what is asked and in which words. What may be stored is decided by erp_admin.purchasing.service.
"""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict

from erp_admin.documents.types import Lock
from erp_admin.forms.document import HeadForm
from erp_admin.forms.entry import LineForms
from erp_admin.forms.fields import DayField, PercentField, WordsField
from erp_admin.forms.pickers import PickerSources
from erp_admin.models import ChangeOrder, Commitment
from erp_admin.purchasing.service import save_change_order, save_commitment
from integrations.models import Connection

CURRENCY = "Use the three letters of the currency, for example USD."


class CommitmentForm(HeadForm):
    currency = forms.CharField(
        max_length=3,
        help_text="Three letters, for example USD.",
        validators=[RegexValidator(r"^[A-Za-z]{3}$", CURRENCY)],
    )

    # `project` is not in Meta: its choices would be asked of the database when the module is read, outside a tenant.
    field_order = (
        "kind", "number", "vendor_id", "project", "title", "dated_on", "term_name", "due_on", "retainage_percent",
        "currency", "entity_id", "scope",
    )  # fmt: skip
    wide = ("title", "scope")

    class Meta:
        model = Commitment
        fields = [
            "kind", "number", "title", "vendor_id", "dated_on", "due_on", "term_name", "retainage_percent",
            "currency", "entity_id", "scope",
        ]  # fmt: skip
        labels = {"kind": "Type", "dated_on": "Date", "due_on": "Due date", "retainage_percent": "Retainage %"}
        help_texts = {
            "number": "The document number in Intacct: at most 45 characters, unique within your company.",
            "due_on": "Only where no terms are chosen.",
            "retainage_percent": "Held back of each payment, where a line says nothing else.",
        }
        widgets = {
            "kind": forms.Select,
            "retainage_percent": forms.TextInput(attrs={"inputmode": "decimal"}),
            "scope": forms.Textarea(attrs={"rows": 3}),
        }
        field_classes = {
            "dated_on": DayField,
            "due_on": DayField,
            "retainage_percent": PercentField,
            "scope": WordsField,
        }

    def __init__(
        self, *args: Any, sources: PickerSources, lock: Lock | None, connection: Connection | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, sources=sources, lock=None, **kwargs)
        self.fields["vendor_id"] = sources.code(
            "vendors", "Vendor", "The vendor in Intacct. A draft may lack it; a push needs it."
        )
        self.fields["project"] = sources.project("Project", "Lines may name another one.")
        self.fields["term_name"] = sources.code("ap_terms", "Terms", "Payment terms as Intacct names them.")
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
        self.initial.setdefault("project", self.instance.project or "")
        self.order_fields(self.field_order)
        for name, field in self.fields.items():
            field.disabled = lock is not None and (lock.is_whole or name in lock.fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "project" in cleaned:
            self.instance.project = cleaned["project"]
        return cleaned

    def clean_number(self) -> str:
        return self.refuse_taken(Commitment.objects.all(), "Commitment")

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


class ChangeOrderForm(HeadForm):
    wide = ("title",)

    class Meta:
        model = ChangeOrder
        fields = ["number", "title", "dated_on", "reason"]
        labels = {"dated_on": "Date"}
        help_texts = {
            "number": "Unique within the commitment. In Intacct the number of the commitment stands before it.",
            "reason": "For example Design change or Unforeseen condition.",
        }
        field_classes = {"dated_on": DayField}

    def clean_number(self) -> str:
        others = ChangeOrder.objects.filter(commitment=self.instance.commitment)
        return self.refuse_taken(others, "Change order")


class CommitmentEntry(LineForms):
    def head_form(self, data: QueryDict | None, **more: Any) -> CommitmentForm:
        return CommitmentForm(data, instance=self.document, connection=self.connection, **more)

    def store(self, lines: list[Any]) -> Commitment:
        document: Commitment = self.document
        vendor = self.sources.item("vendors", document.vendor_id)
        if vendor is not None or not document.vendor_id:
            document.vendor_name = vendor.name[:200] if vendor else ""
        return save_commitment(document, lines)


class ChangeOrderEntry(LineForms):
    def head_form(self, data: QueryDict | None, **more: Any) -> ChangeOrderForm:
        return ChangeOrderForm(data, instance=self.document, **more)

    def store(self, lines: list[Any]) -> ChangeOrder:
        return save_change_order(self.document, lines)
