"""What the bell and the mails tell people of a company, and how each of them wants to be told.

Written by erp_admin.notifications alone. A row is about one document for as long as it needs somebody for one reason.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.scoped import TenantModel
from accounts.ui.shown import ShownState


class NotificationKind(models.TextChoices):
    FAILED = "failed", "Failed"
    HELD = "held", "Held"
    DIFFERS = "differs", "Changed in Intacct"
    WAITS = "waits", "Waits for an approval"


_APPEARANCE = {
    NotificationKind.FAILED: ("danger", "x-octagon-fill"),
    NotificationKind.HELD: ("warning", "pause-circle"),
    NotificationKind.DIFFERS: ("warning", "arrow-left-right"),
    NotificationKind.WAITS: ("info", "eye"),
}


class MailHow(models.TextChoices):
    OFF = "off", "No mail"
    DAILY = "daily", "Once a day, in the morning, when there is something new"
    AT_ONCE = "at_once", "Within some minutes"


class Notification(TenantModel):
    """`settled_at` is when the document no longer needed somebody for this reason."""

    kind = models.CharField(max_length=8, choices=NotificationKind.choices)
    flow = models.CharField(max_length=40)
    document_id = models.PositiveBigIntegerField()
    label = models.CharField(max_length=300)
    sentence = models.CharField(max_length=500, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-raised_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "flow", "document_id", "kind"],
                condition=Q(settled_at=None),
                name="one_open_notification_of_a_kind",
            )
        ]
        indexes = [models.Index(fields=["tenant", "-raised_at", "-id"], name="notification_raised")]

    def __str__(self) -> str:
        return f"{self.label}: {self.get_kind_display()}"

    @property
    def shown_kind(self) -> ShownState:
        tone, icon = _APPEARANCE[NotificationKind(self.kind)]
        return ShownState(self.kind, str(self.get_kind_display()), tone, icon)


class NotificationChoice(TenantModel):
    """How a person wants to be told of a company, what of it they have seen, and up to when they were mailed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    mail = models.CharField(max_length=8, choices=MailHow.choices, default=MailHow.OFF)
    seen_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True, help_text="What was raised by then was mailed.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="one_notification_choice_per_person")]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_mail_display()}"
