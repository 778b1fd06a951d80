"""Versions of a connection's settings. Rows are added, never changed; the newest is in force."""

from django.conf import settings
from django.db import models

from accounts.models.scoped import TenantModel
from integrations.models.connection import Connection


class SettingsVersion(TenantModel):
    """`values` maps a required setting to the business id chosen, `switches` a switch to on or off."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="settings_versions")
    number = models.PositiveIntegerField()
    values = models.JSONField(default=dict)
    overrides = models.JSONField(
        default=dict, help_text="Values of one entity or project: {'entity:100': {...}, 'project:24-001': {...}}."
    )
    switches = models.JSONField(default=dict)
    is_draft = models.BooleanField(default=False)
    changes = models.JSONField(default=list, help_text="What changed: label, before, after.")
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    saved_via = models.CharField(max_length=40, blank=True)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["connection", "number"], name="one_settings_version_per_number")]

    def __str__(self) -> str:
        return f"Settings version {self.number}"
