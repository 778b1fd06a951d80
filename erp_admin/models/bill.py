"""Bills: what vendors ask to be paid, entered or imported here and pushed to Accounts Payable.

Amounts are in the bill's currency and computed from the lines; dates are accounting dates. Vendors, accounts, cost
codes and items are kept by their ids in Intacct, so that a bill can be entered before the lists are mirrored.
"""

from collections.abc import Mapping
from decimal import Decimal

from django.db import models

from erp_admin.models.commitment import Commitment, ValuedLine, covered_lines
from erp_admin.models.numbered import NumberedDocument
from erp_admin.models.project import Project
from integrations.models import MAY_DIFFER, Covered, CoveredValue


class Bill(NumberedDocument):
    """The number is the vendor's, so two vendors may use the same one."""

    covered_relations = ("lines",)
    searched_fields = ("number", "title", "vendor_id", "vendor_name", "reference")

    title = models.CharField("description", max_length=200)
    vendor_id = models.CharField("vendor ID", max_length=40, blank=True)
    vendor_name = models.CharField("vendor", max_length=200, blank=True)
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="bills")
    commitment = models.ForeignKey(Commitment, null=True, blank=True, on_delete=models.PROTECT, related_name="bills")
    dated_on = models.DateField("bill date")
    posted_on = models.DateField(
        "posting date", null=True, blank=True, help_text="When it counts in the books, where that is another day."
    )
    due_on = models.DateField("due date", null=True, blank=True)
    term_name = models.CharField("terms", max_length=40, blank=True)
    reference = models.CharField("reference number", max_length=45, blank=True)
    currency = models.CharField(max_length=3)
    entity_id = models.CharField("owning entity", max_length=80, blank=True)
    total = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0), editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "vendor_id", "number_key"], name="one_bill_per_vendor_number"),
            models.UniqueConstraint(
                fields=["connection", "remote_id"],
                condition=~models.Q(remote_id=""),
                name="one_bill_per_intacct_record",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "approval", "delivery"], name="bill_by_state"),
            models.Index(fields=["tenant", "dated_on"], name="bill_by_date"),
            models.Index(fields=["tenant", "number", "id"], name="bill_by_number"),
            models.Index(fields=["tenant", "vendor_name"], name="bill_by_vendor_name"),
            models.Index(fields=["tenant", "total"], name="bill_by_total"),
            # What a list counts and adds up of everything that matches; the rows, which are wide, are not read for it.
            models.Index(
                fields=[
                    "tenant",
                    "approval",
                    "delivery",
                    "changed_here",
                    "changed_there",
                    "missing_there",
                    "is_blocked",
                    "difference",
                    "dated_on",
                    "currency",
                    "total",
                ],
                name="bill_figures",
            ),
            models.Index(fields=["tenant"], name="bill_differs", condition=MAY_DIFFER),
            models.Index(fields=["tenant"], name="bill_blocked", condition=models.Q(is_blocked=True)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def approval_covers(self) -> Covered:
        """What is paid, to whom, when and under which coding. Descriptions may be put right later."""
        head: dict[str, CoveredValue] = {
            "number": self.number,
            "total": self.total,
            "vendor": self.vendor_id,
            "date": self.dated_on,
            "posting date": self.posted_on,
            "due date": self.due_on,
            "terms": self.term_name,
            "currency": self.currency,
            "entity": self.entity_id,
            "project": self.project_id,
            "commitment": self.commitment_id,
        }
        return {"": head, **covered_lines(self.lines.all())}


class BillLine(ValuedLine):
    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="lines")
    account_id = models.CharField("account", max_length=40, blank=True)

    class Meta(ValuedLine.Meta):
        constraints = [models.UniqueConstraint(fields=["bill", "number"], name="one_bill_line_per_number")]

    def more_covered(self) -> Mapping[str, CoveredValue]:
        return {"account": self.account_id}
