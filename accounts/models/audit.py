"""The audit trail: one row for each change of a record and each event worth knowing. Written by accounts.audit only.

Rows are added, never changed. A row outlives what it is about: tenant, person and record may be gone.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import TextChoices
from django.utils import timezone

from accounts.event_kinds import LONGEST, EventKind, event_kinds
from accounts.models.scoped import TenantManager
from accounts.models.tenant import Tenant

Recorder = Callable[[models.Model, TextChoices, dict[str, Any]], "AuditEntry | None"]


class AuditManager(TenantManager["AuditEntry"]):
    """Shows the current tenant's rows like every tenant's table; rows can be added from everywhere.

    `log_create` and `log_m2m_changes` are what django-auditlog calls when a registered model changes. How a change is
    put into words is `recorder`, set to accounts.audit.record_change when the app is ready.
    """

    recorder: ClassVar[Recorder]

    def create(self, **values: Any) -> "AuditEntry":
        return models.QuerySet(self.model, using=self._db).create(**values)

    def log_create(
        self, instance: models.Model, *, action: int, changes: dict[str, Any] | None = None, force_log: bool = False
    ) -> "AuditEntry | None":
        return AuditManager.recorder(instance, AuditEntry.Action.KINDS[action], changes or {})

    def log_m2m_changes(
        self, changed_queryset: models.QuerySet[Any], instance: models.Model, operation: str, field_name: str
    ) -> "AuditEntry | None":
        named = ", ".join(str(row) for row in changed_queryset)
        change = ["", named] if operation == "add" else [named, ""]
        return AuditManager.recorder(instance, EventKind.CHANGED, {field_name: change}) if named else None


class AuditEntry(models.Model):
    """`tenant` is empty for what belongs to no company, such as a log-in of support staff."""

    class Action:
        """The numbers django-auditlog calls its actions by."""

        CREATE, UPDATE, DELETE, ACCESS = range(4)
        KINDS = (EventKind.CREATED, EventKind.CHANGED, EventKind.DELETED)

    tenant = models.ForeignKey(
        Tenant, null=True, blank=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=LONGEST, choices=event_kinds)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_label = models.CharField("who", max_length=300, help_text="A person, a command or a run.")
    content_type = models.ForeignKey(ContentType, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    object_id = models.BigIntegerField(null=True, blank=True)
    object_label = models.CharField("about", max_length=300, blank=True)
    text = models.CharField(max_length=500, blank=True)
    changes = models.JSONField(default=list, help_text="What changed: label, before, after.")
    remote_addr = models.GenericIPAddressField("remote address", null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    objects: ClassVar[AuditManager] = AuditManager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "audit trail"
        indexes = [
            models.Index(fields=["tenant", "-id"], name="audit_by_tenant"),
            models.Index(fields=["tenant", "actor", "-id"], name="audit_by_person"),
            models.Index(fields=["tenant", "kind", "-id"], name="audit_by_kind"),
            models.Index(fields=["tenant", "at"], name="audit_by_time"),
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["request_id"], name="audit_by_request"),
            models.Index(fields=["content_type", "object_id"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.object_label or self.text}"
