"""The toy document: an order, and the changes to it that go to Intacct with it."""

from django.db import models

from erp_admin.models import SearchedDocument
from integrations.models import Covered


class ToyOrder(SearchedDocument):
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=40, default="Marbles")
    vendor_id = models.CharField(max_length=40)
    dated_on = models.DateField()
    total = models.DecimalField(max_digits=12, decimal_places=2)
    records = models.PositiveSmallIntegerField(default=2, help_text="How many records it becomes in Intacct.")
    memo = models.TextField(default="Order")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.number

    def approval_covers(self) -> Covered:
        return {"": {"Vendor": self.vendor_id, "Total": self.total}}
