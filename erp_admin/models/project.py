"""A construction project. Made by hand or imported from Intacct; one of each number per tenant."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models

from integrations.models import LinkedDocument


class Project(LinkedDocument):
    """Amounts are in `currency`; dates are accounting dates without a time zone."""

    list_key = "projects"
    url_name = "project"

    number = models.CharField("project number", max_length=60)
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=80, blank=True, help_text="The project's status, as Intacct words it.")
    project_type = models.CharField(max_length=80, blank=True)
    is_active = models.BooleanField(default=True)
    parent_number = models.CharField("parent project", max_length=60, blank=True)
    customer_id = models.CharField("customer ID", max_length=60, blank=True)
    customer_name = models.CharField("customer", max_length=200, blank=True)
    begins_on = models.DateField("begins on", null=True, blank=True)
    ends_on = models.DateField("ends on", null=True, blank=True)
    contract_amount = models.DecimalField(
        max_digits=16, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3)
    location_id = models.CharField("location ID", max_length=60, blank=True)
    department_id = models.CharField("department ID", max_length=60, blank=True)
    entity_id = models.CharField("owning entity", max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="one_project_per_number"),
            models.UniqueConstraint(
                fields=["connection", "remote_record_no"],
                condition=models.Q(remote_record_no__isnull=False),
                name="one_project_per_intacct_record",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def clean(self) -> None:
        super().clean()
        if self.begins_on and self.ends_on and self.ends_on < self.begins_on:
            raise ValidationError({"ends_on": "The project cannot end before it begins."})
