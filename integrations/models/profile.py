"""What is mirrored of one legal entity, or of all, and when it must be left alone: an admin's choice, kept per company.

Owns the choice. When its schedules are due is kept beside it, in the schedules.
"""

from django.conf import settings
from django.db import models

from accounts.models.scoped import TenantModel
from integrations.models.connection import Connection

EVERY_WEEKDAY = "0123456"


class SyncProfile(TenantModel):
    """One per entity of a connection; a blank entity stands for all that the connection may see.

    Lists are named that are left out, so that a list which a later version mirrors is included.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="sync_profiles")
    entity_id = models.CharField("Entity", max_length=80, blank=True, help_text="Blank: all entities.")
    left_out = models.JSONField(default=list, help_text="Keys of the lists that are not mirrored.")
    custom_fields = models.JSONField(default=dict, help_text="Key of a list to the custom fields mirrored with it.")
    quiet_from = models.TimeField(null=True, blank=True, help_text="In the company's time zone.")
    quiet_until = models.TimeField(null=True, blank=True)
    weekdays = models.CharField(
        max_length=7,
        default=EVERY_WEEKDAY,
        db_default=EVERY_WEEKDAY,
        help_text="Days on which anything but the Full may begin; Monday is 0.",
    )
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    version = models.PositiveIntegerField(default=0, help_text="Counts up with every save; 0 before the first.")
    saved_at = models.DateTimeField(null=True, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["connection", "entity_id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "entity_id"], name="one_profile_per_connection_and_entity")
        ]

    def __str__(self) -> str:
        return f"{self.connection.company_id} · {self.entity_id or 'all entities'}"
