"""Commitments and their change orders: what a company has agreed to pay subcontractors and suppliers.

Amounts are in the commitment's currency and computed from the lines; dates are accounting dates. Vendors, cost codes
and items are kept by their ids in Intacct, so that a document can be entered before the lists are mirrored.
"""

from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.tenancy import TenantModel
from erp_admin.models.project import Project
from integrations.models import PushedDocument

CENT = Decimal("0.01")
PERCENT = (MinValueValidator(0), MaxValueValidator(100))


def rounded(amount: Decimal) -> Decimal:
    """To cents, half away from zero, as Intacct rounds (developer.intacct.com, Accounts Payable > Bills)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


class DocumentStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    VOID = "void", "Void"


class CommitmentKind(models.TextChoices):
    SUBCONTRACT = "subcontract", "Subcontract"
    PURCHASE_ORDER = "purchase_order", "Purchase order"


class Commitment(PushedDocument):
    kind = models.CharField("type", max_length=16, choices=CommitmentKind.choices)
    number = models.CharField(max_length=45)
    title = models.CharField(max_length=200)
    vendor_id = models.CharField("vendor ID", max_length=40, blank=True)
    vendor_name = models.CharField("vendor", max_length=200, blank=True)
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="commitments")
    dated_on = models.DateField("date")
    due_on = models.DateField("due date", null=True, blank=True)
    term_name = models.CharField("terms", max_length=40, blank=True)
    retainage_percent = models.DecimalField(
        "retainage %", max_digits=5, decimal_places=2, default=Decimal(0), validators=PERCENT
    )
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=DocumentStatus.choices, default=DocumentStatus.DRAFT)
    scope = models.TextField("scope of work", blank=True, max_length=4000)
    entity_id = models.CharField("owning entity", max_length=80, blank=True)
    total = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0), editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="one_commitment_per_number"),
            models.UniqueConstraint(
                fields=["connection", "remote_id"],
                condition=~models.Q(remote_id=""),
                name="one_commitment_per_intacct_document",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "status", "delivery"], name="commitment_by_state"),
            models.Index(fields=["tenant", "dated_on"], name="commitment_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class ChangeOrder(PushedDocument):
    """A commitment change order: lines that are added to its commitment, or that change one of its lines."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="change_orders")
    number = models.CharField(max_length=45)
    title = models.CharField(max_length=200)
    dated_on = models.DateField("date")
    reason = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=DocumentStatus.choices, default=DocumentStatus.DRAFT)
    total = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0), editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["commitment__number", "number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "commitment", "number"], name="one_change_order_per_number"),
            models.UniqueConstraint(
                fields=["connection", "remote_id"],
                condition=~models.Q(remote_id=""),
                name="one_change_order_per_intacct_document",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "status", "delivery"], name="change_order_by_state")]

    def __str__(self) -> str:
        return f"{self.commitment.number} {self.number} {self.title}"


class ValuedLine(TenantModel):
    """A line of a schedule of values."""

    number = models.PositiveIntegerField()
    description = models.CharField(max_length=200)
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    task_id = models.CharField("cost code", max_length=40, blank=True)
    cost_type_id = models.CharField("cost type", max_length=40, blank=True)
    item_id = models.CharField("item ID", max_length=40, blank=True)
    location_id = models.CharField("location ID", max_length=40, blank=True)
    department_id = models.CharField("department ID", max_length=40, blank=True)
    class_id = models.CharField("class ID", max_length=40, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=4, default=Decimal(1))
    unit = models.CharField(max_length=30, blank=True)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    amount = models.DecimalField(max_digits=16, decimal_places=2, editable=False)
    retainage_percent = models.DecimalField(
        "retainage %", max_digits=5, decimal_places=2, null=True, blank=True, validators=PERCENT
    )
    remote_record_no = models.BigIntegerField(null=True, blank=True, editable=False, help_text="Line key in Intacct.")
    remote_line_no = models.PositiveIntegerField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.description}"

    def clean(self) -> None:
        super().clean()
        if self.cost_type_id and not self.task_id:
            raise ValidationError({"cost_type_id": "A cost type belongs to a cost code. Choose the cost code first."})
        self.amount = rounded(self.quantity * self.unit_price)


class CommitmentLine(ValuedLine):
    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="lines")

    class Meta(ValuedLine.Meta):
        constraints = [models.UniqueConstraint(fields=["commitment", "number"], name="one_commitment_line_per_number")]


class ChangeOrderLine(ValuedLine):
    """`changes_line` is the commitment's line it changes; without one it adds a line. The amount is the change."""

    change_order = models.ForeignKey(ChangeOrder, on_delete=models.CASCADE, related_name="lines")
    changes_line = models.ForeignKey(
        CommitmentLine, null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )

    class Meta(ValuedLine.Meta):
        constraints = [
            models.UniqueConstraint(fields=["change_order", "number"], name="one_change_order_line_per_number")
        ]
