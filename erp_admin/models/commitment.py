"""Commitments and their change orders: what a company has agreed to pay subcontractors and suppliers.

Amounts are in the commitment's currency and computed from the lines; dates are accounting dates. Vendors, cost codes
and items are kept by their ids in Intacct, so that a document can be entered before the lists are mirrored.
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models.scoped import TenantModel
from erp_admin.models.numbered import NumberedDocument
from erp_admin.models.project import Project
from integrations.models import MAY_DIFFER, Covered, CoveredValue

CENT = Decimal("0.01")
PERCENT = (MinValueValidator(0), MaxValueValidator(100))


def rounded(amount: Decimal) -> Decimal:
    """To cents, half away from zero, as Intacct rounds (developer.intacct.com, Accounts Payable > Bills)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


class CommitmentKind(models.TextChoices):
    SUBCONTRACT = "subcontract", "Subcontract"
    PURCHASE_ORDER = "purchase_order", "Purchase order"


class Commitment(NumberedDocument):
    covered_relations = ("lines",)
    searched_fields = ("number", "title", "vendor_id", "vendor_name")

    kind = models.CharField("type", max_length=16, choices=CommitmentKind.choices)
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
    scope = models.TextField("scope of work", blank=True, max_length=4000)
    entity_id = models.CharField("owning entity", max_length=80, blank=True)
    total = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0), editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="one_commitment_per_number"),
            models.UniqueConstraint(fields=["tenant", "number_key"], name="one_commitment_per_number_key"),
            models.UniqueConstraint(
                fields=["connection", "remote_id"],
                condition=~models.Q(remote_id=""),
                name="one_commitment_per_intacct_document",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "approval", "delivery"], name="commitment_by_state"),
            models.Index(fields=["tenant", "dated_on"], name="commitment_by_date"),
            models.Index(fields=["tenant", "vendor_id"], name="commitment_by_vendor"),
            models.Index(fields=["tenant", "vendor_name"], name="commitment_by_vendor_name"),
            models.Index(fields=["tenant", "total"], name="commitment_by_total"),
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
                    "kind",
                    "total",
                ],
                name="commitment_figures",
            ),
            models.Index(fields=["tenant"], name="commitment_differs", condition=MAY_DIFFER),
            models.Index(fields=["tenant"], name="commitment_blocked", condition=models.Q(is_blocked=True)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def approval_covers(self) -> Covered:
        return self.covered_with(self.lines.all())

    def covered_with(self, lines: "Iterable[CommitmentLine]") -> Covered:
        """Amounts, vendor, coding and when it is due. Number, title, scope and descriptions may be put right later."""
        head: dict[str, CoveredValue] = {
            "total": self.total,
            "vendor": self.vendor_id,
            "type": self.kind,
            "date": self.dated_on,
            "due date": self.due_on,
            "terms": self.term_name,
            "retainage %": self.retainage_percent,
            "currency": self.currency,
            "entity": self.entity_id,
            "project": self.project_id,
        }
        return {"": head, **covered_lines(lines)}


class ChangeOrder(NumberedDocument):
    """A commitment change order: lines that are added to its commitment, or that change one of its lines."""

    covered_relations = ("commitment", "lines")
    searched_fields = ("number", "title", "reason")

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="change_orders")
    title = models.CharField(max_length=200)
    dated_on = models.DateField("date")
    reason = models.CharField(max_length=200, blank=True)
    total = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0), editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["commitment__number", "number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "commitment", "number"], name="one_change_order_per_number"),
            models.UniqueConstraint(fields=["commitment", "number_key"], name="one_change_order_per_number_key"),
            models.UniqueConstraint(
                fields=["connection", "remote_id"],
                condition=~models.Q(remote_id=""),
                name="one_change_order_per_intacct_document",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "approval", "delivery"], name="change_order_by_state"),
            models.Index(fields=["tenant"], name="change_order_differs", condition=MAY_DIFFER),
            models.Index(fields=["tenant"], name="change_order_blocked", condition=models.Q(is_blocked=True)),
        ]

    def __str__(self) -> str:
        return f"{self.commitment.number} {self.number} {self.title}"

    def approval_covers(self) -> Covered:
        return self.covered_with(self.lines.all())

    def covered_with(self, lines: "Iterable[ChangeOrderLine]") -> Covered:
        """Its own amounts and coding, and of its commitment what is written with it."""
        base = self.commitment
        head: dict[str, CoveredValue] = {
            "total": self.total,
            "date": self.dated_on,
            "vendor": base.vendor_id,
            "type": base.kind,
            "due date": base.due_on,
            "terms": base.term_name,
            "retainage %": base.retainage_percent,
            "currency": base.currency,
            "entity": base.entity_id,
            "project": base.project_id,
            "commitment": base.pk,
        }
        return {"": head, **covered_lines(lines)}


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

    @property
    def note(self) -> str:
        """What pages say of this kind of line besides its values."""
        return ""

    def more_covered(self) -> Mapping[str, int | None]:
        """What an approval covers of this kind of line alone."""
        return {}

    def clean(self) -> None:
        super().clean()
        if self.cost_type_id and not self.task_id:
            raise ValidationError({"cost_type_id": "A cost type belongs to a cost code. Choose the cost code first."})
        self.compute_amount()

    def compute_amount(self) -> None:
        self.amount = rounded(self.quantity * self.unit_price)


def covered_lines(lines: Iterable[ValuedLine]) -> Covered:
    """What an approval covers of lines, by their number. The amount follows from quantity and price."""
    return {
        f"line {line.number}": {
            "quantity": line.quantity,
            "unit": line.unit,
            "unit price": line.unit_price,
            "project": line.project_id,
            "cost code": line.task_id,
            "cost type": line.cost_type_id,
            "item": line.item_id,
            "location": line.location_id,
            "department": line.department_id,
            "class": line.class_id,
            "retainage %": line.retainage_percent,
            **line.more_covered(),
        }
        for line in lines
    }


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

    @property
    def note(self) -> str:
        return f"changes line {self.changes_line.number}" if self.changes_line is not None else ""

    def more_covered(self) -> Mapping[str, int | None]:
        return {"changed line": self.changes_line_id}
