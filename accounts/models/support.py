"""How often support staff looked at a tenant's records. Written by accounts.support_visits only.

Counts; what is told of a visit, and when and by whom, stands in the entry of the tenant's own audit trail.
"""

from django.conf import settings
from django.db import models

from accounts.models.audit import AuditEntry
from accounts.models.scoped import TenantModel


class SupportVisit(TenantModel):
    """Pages of one kind of record that one of the staff opened within an hour, so that the trail is not flooded."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    what = models.CharField(max_length=100, help_text="The kind of record.")
    hour = models.DateTimeField(help_text="When the hour began.")
    pages = models.PositiveIntegerField(default=1)
    entry = models.OneToOneField(AuditEntry, on_delete=models.CASCADE, related_name="support_visit")

    class Meta:
        ordering = ["-hour", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "actor", "what", "hour"], name="one_row_per_support_visit")
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.pages}"
