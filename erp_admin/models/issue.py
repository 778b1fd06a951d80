"""What people say about a cause that keeps documents from Intacct: who looks after it, a note, until when it may wait.

Owns what is remembered of a cause, not which causes there are: those are read from the documents each time, by
erp_admin.issues.causes. Written by erp_admin.issues.service alone.
"""

from datetime import date

from django.conf import settings
from django.db import models

from accounts.models.scoped import TenantModel


class Issue(TenantModel):
    """One cause, known again by its key whenever it returns. It is open while documents have it."""

    key = models.CharField(max_length=32, help_text="Of its source, code, field and sentence.")
    source = models.CharField(max_length=12, help_text="Held, failed, differs, blocked or review.")
    code = models.CharField(max_length=40, blank=True)
    field_name = models.CharField("field", max_length=120, blank=True)
    sentence = models.CharField(max_length=500)
    fix = models.CharField(max_length=500, blank=True)
    documents = models.PositiveIntegerField(default=0, help_text="The most it concerned since it was last opened.")
    money = models.JSONField(default=dict, help_text="What those amounted to, by currency.")
    opened_at = models.DateTimeField(help_text="Since when it is, or last was, open.")
    resolved_at = models.DateTimeField(null=True, blank=True, help_text="When no document had it any more.")
    times = models.PositiveIntegerField(default=1, help_text="How often it was opened.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.TextField(max_length=2000, blank=True)
    snoozed_until = models.DateField("snoozed until", null=True, blank=True)
    snoozed_documents = models.PositiveIntegerField(default=0, help_text="How many it concerned when it was snoozed.")
    ignored_at = models.DateTimeField(null=True, blank=True)
    ignored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="one_issue_per_key")]
        indexes = [models.Index(fields=["tenant", "-resolved_at"], name="issue_by_end")]

    def __str__(self) -> str:
        return self.sentence

    def is_asleep(self, today: date, documents: int) -> bool:
        """Whether it may wait: until its day, and only while it concerns no more documents than it did then."""
        return self.snoozed_until is not None and today < self.snoozed_until and documents <= self.snoozed_documents
