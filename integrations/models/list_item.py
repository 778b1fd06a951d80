"""One record of a mirrored Intacct list, as last seen. Never removed: what is gone there is marked missing here."""

from django.conf import settings
from django.db import models

from accounts.tenancy import TenantModel
from integrations.models.connection import Connection


class ListItem(TenantModel):
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="list_items")
    kind = models.CharField(max_length=80)
    record_no = models.BigIntegerField(help_text="RECORDNO: Intacct's own key, stable within the company.")
    business_id = models.CharField(max_length=200, help_text="The id people use; not unique for every list.")
    name = models.CharField(max_length=400, blank=True)
    parent_id = models.CharField(max_length=200, blank=True, help_text="Business id of the parent record.")
    entity_id = models.CharField(max_length=80, blank=True, help_text="Owning entity; blank is top level.")
    is_active = models.BooleanField(default=True)
    fields = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, help_text="Of the fields that count as a change.")
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    missing_at = models.DateTimeField(null=True, blank=True, help_text="When Intacct first no longer had it.")
    ignored_at = models.DateTimeField(null=True, blank=True)
    ignored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ignore_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["business_id", "record_no"]
        constraints = [models.UniqueConstraint(fields=["connection", "kind", "record_no"], name="one_item_per_record")]
        indexes = [
            models.Index(fields=["connection", "kind", "business_id"], name="list_item_by_id"),
            models.Index(fields=["connection", "kind", "name"], name="list_item_by_name"),
            models.Index(fields=["tenant", "kind"], name="list_item_by_tenant"),
        ]

    def __str__(self) -> str:
        return self.business_id if self.name == self.business_id else f"{self.business_id} {self.name}".strip()
