"""A record of each time a person looked across tenants. Written by accounts.tenancy only."""

from django.conf import settings
from django.db import models


class CrossTenantAccess(models.Model):
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_label = models.CharField(max_length=254, help_text="Survives the removal of the person.")
    reason = models.CharField(max_length=200)
    path = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at"], name="cross_tenant_access_at")]
        verbose_name_plural = "cross-tenant accesses"

    def __str__(self) -> str:
        return f"{self.actor_label}: {self.reason}"
