"""The records that a document became in Intacct: what we wrote into each, what was noted of it, what it last showed.

Owns the memory that drift is judged by. Rows are written by `integrations.delivery` only; no page and no flow changes
them.
"""

from typing import Any

from django.db import models

from accounts.models.scoped import TenantModel
from integrations.models.connection import Connection

TRANSACTION = "transaction"


class RemoteRecord(TenantModel):
    """One row for each record of a document. The three readings are kept as `integrations.delivery.drift.Snapshot`."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    flow = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    step = models.CharField(max_length=40, default=TRANSACTION, help_text="The role of the record for its document.")
    object_name = models.CharField(max_length=60, help_text="The object in Intacct, such as PODOCUMENT.")
    record_no = models.BigIntegerField(null=True, blank=True, help_text="RECORDNO in Intacct.")
    remote_id = models.CharField(max_length=200, blank=True, help_text="Business or document id in Intacct.")
    url = models.URLField(max_length=500, blank=True, help_text="Opens the record in Intacct.")
    state = models.CharField(max_length=40, blank=True, help_text="Its state in Intacct when last compared.")
    sent = models.JSONField(default=dict, blank=True, help_text="All we ever wrote into it that still counts.")
    noted = models.JSONField(default=dict, blank=True, help_text="How it looked when we last took note of it.")
    found = models.JSONField(default=dict, blank=True, help_text="What Intacct last showed.")
    found_at = models.DateTimeField(null=True, blank=True)
    judged = models.JSONField(default=dict, blank=True, help_text="What the judge of drift last said of it.")
    unlinked_at = models.DateTimeField(null=True, blank=True, help_text="When the document ceased to be this record.")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "flow", "document_id", "step"], name="one_remote_record_per_document_and_step"
            ),
        ]
        indexes = [models.Index(fields=["connection", "object_name", "remote_id"], name="remote_record_by_id")]

    def __str__(self) -> str:
        return f"{self.object_name} {self.remote_id}"

    @property
    def judgment(self) -> dict[str, Any]:
        """What the judge last said; nothing where what is stored is no judgment, as the next one takes its place."""
        return self.judged if isinstance(self.judged, dict) else {}
