"""The form of bills: the head, and it with its lines as one entry.

Owns what is asked and in which words. What may be stored is decided by erp_admin.bills.service.
"""

from typing import Any

from django.http import QueryDict

from erp_admin.bills.selectors import namesakes
from erp_admin.bills.service import save_bill
from erp_admin.documents.numbers import namesake
from erp_admin.documents.types import Lock
from erp_admin.forms.document import HeadForm
from erp_admin.forms.entry import LineForms
from erp_admin.forms.fields import DayField
from erp_admin.forms.owned import OwnedForm
from erp_admin.forms.pickers import PickerSources
from erp_admin.models import Bill
from integrations.models import Connection


class BillForm(OwnedForm, HeadForm):
    # `project` and `commitment` are not in Meta: their choices would be asked of the database when the module is read,
    # outside a tenant.
    field_order = (
        "vendor_id", "number", "title", "dated_on", "due_on", "term_name", "project", "commitment", "reference",
        "posted_on", "currency", "entity_id",
    )  # fmt: skip

    class Meta:
        model = Bill
        fields = [
            "vendor_id", "number", "title", "dated_on", "due_on", "term_name", "reference", "posted_on", "currency",
            "entity_id",
        ]  # fmt: skip
        labels = {"dated_on": "Bill date", "due_on": "Due date", "posted_on": "Posting date", "number": "Bill number"}
        help_texts = {
            "number": "The vendor's own number, as printed on the bill.",
            "due_on": "Needed where bills are submitted in Intacct.",
            "reference": "For example a purchase order; left blank, the commitment's number goes to Intacct.",
            "posted_on": "Only where it counts in the books on another day than the bill date.",
        }
        field_classes = {"dated_on": DayField, "due_on": DayField, "posted_on": DayField}

    def __init__(
        self, *args: Any, sources: PickerSources, lock: Lock | None, connection: Connection | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, sources=sources, lock=None, **kwargs)
        self.fields["vendor_id"] = sources.code("vendors", "Vendor", "Who asks to be paid. A push needs it.")
        self.fields["project"] = sources.project("Project", "Lines may name another one.")
        self.fields["commitment"] = sources.document(
            "commitments", "Commitment", "The subcontract or purchase order it is for, if any."
        )
        self.fields["term_name"] = sources.code("ap_terms", "Terms", "Payment terms as Intacct names them.")
        self.fields["entity_id"] = self.entity_field(connection)
        self.initial.setdefault("project", self.instance.project or "")
        self.initial.setdefault("commitment", self.instance.commitment or "")
        self.order_fields(self.field_order)
        for name, field in self.fields.items():
            field.disabled = lock is not None and (lock.is_whole or name in lock.fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("project", "commitment"):
            if name in cleaned:
                setattr(self.instance, name, cleaned[name])
        number = str(cleaned.get("number", "")).strip()
        if number and "vendor_id" in cleaned:
            self._refuse_taken(number, str(cleaned["vendor_id"]))
        return cleaned

    def _refuse_taken(self, number: str, vendor: str) -> None:
        """Two vendors may use the same number, so which vendor it is has to be known first."""
        asked = Bill(pk=self.instance.pk, tenant_id=self.instance.tenant_id, vendor_id=vendor)
        other = namesake(namesakes(asked), self.instance, number)
        if other is not None:
            sentence = f"Bill {other} of this vendor exists already. Look whether it is the same bill."
            self.add_error("number", sentence)


class BillEntry(LineForms):
    def head_form(self, data: QueryDict | None, **more: Any) -> BillForm:
        return BillForm(data, instance=self.document, connection=self.connection, **more)

    def store(self, lines: list[Any]) -> Bill:
        bill: Bill = self.document
        vendor = self.sources.item("vendors", bill.vendor_id)
        if vendor is not None or not bill.vendor_id:
            bill.vendor_name = vendor.name[:200] if vendor else ""
        return save_bill(bill, lines)
