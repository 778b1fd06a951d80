"""What a tenant's requests to an Intacct company cost, day by day, and the budget it set itself.

Counted in the transaction that stores the exchange, so that pruning exchanges never loses a number.
"""

from django.db import models

from accounts.models.scoped import TenantModel
from integrations.models.connection import Connection

DEFAULT_BUDGET = 100_000  # what third-party accounts say the first performance tier includes in a month


class ApiUsage(TenantModel):
    """One day in UTC, one company, one flow (blank: sign-ins and checks outside any run)."""

    company_id = models.CharField(max_length=80)
    day = models.DateField(help_text="In UTC.")
    flow = models.CharField(max_length=40, blank=True)
    requests = models.PositiveIntegerField(default=0)
    billable = models.PositiveIntegerField(default=0, help_text="API transactions by Intacct's billing rule.")

    class Meta:
        ordering = ["-day", "flow"]
        verbose_name_plural = "API usage"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "company_id", "day", "flow"], name="one_usage_row_per_day")
        ]
        indexes = [models.Index(fields=["company_id", "day"], name="usage_by_company")]

    def __str__(self) -> str:
        return f"{self.company_id} on {self.day}: {self.billable}"


class ApiBudget(TenantModel):
    """How many API transactions a month the tenant means to use. It warns and never blocks.

    `warned_percent` of `warned_month` is the highest threshold about which the admins have been mailed.
    """

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="api_budget")
    monthly = models.PositiveIntegerField(default=DEFAULT_BUDGET)
    warned_month = models.DateField(null=True, blank=True, help_text="First day of the month.")
    warned_percent = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "API budgets"
        ordering = ["connection"]

    def __str__(self) -> str:
        return f"{self.monthly} a month"
