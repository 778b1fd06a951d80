"""Who belongs to which tenant, in which role. Roles are ordered: each may do what the ones before it may."""

from django.conf import settings
from django.db import models

from accounts.models.tenant import Tenant


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    ACCOUNTANT = "accountant", "Accountant"
    ADMIN = "admin", "Admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def includes(self, other: "Role") -> bool:
        """Whether this role may do whatever `other` may."""
        return self.rank >= other.rank

    @property
    def summary(self) -> str:
        """What the role is for, in one sentence. What exactly it may do is computed in accounts.people.abilities."""
        return _SUMMARIES[self]


_SUMMARIES = {
    Role.VIEWER: "Reads everything but the audit trail, and changes nothing.",
    Role.ACCOUNTANT: "Reads the same and does the daily work with Sage Intacct: refreshes, imports, links.",
    Role.ADMIN: "May do everything, also manage people, the connection and the settings.",
}


class Membership(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the person last turned to this company."
    )

    class Meta:
        ordering = ["tenant__name"]
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_per_tenant_and_user")]

    def __str__(self) -> str:
        return f"{self.user} in {self.tenant} ({self.get_role_display()})"

    def may(self, role: Role) -> bool:
        return Role(self.role).includes(role)
