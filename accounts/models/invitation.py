"""An invitation: an e-mail address that may join a tenant in a role, by a link that was mailed to it.

Owns its states and the hash of its token. The token itself is never stored; accounts.people.invitations makes it.
"""

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.membership import Role
from accounts.models.scoped import TenantModel
from accounts.ui.shown import ShownState


class InvitationState(models.TextChoices):
    OPEN = "open", "Invited"
    NOT_MAILED = "not_mailed", "Mail not sent"
    EXPIRED = "expired", "Expired"
    ACCEPTED = "accepted", "Accepted"
    WITHDRAWN = "withdrawn", "Withdrawn"

    @property
    def shown(self) -> ShownState:
        tone, icon = _APPEARANCE[self]
        return ShownState(str(self.value), str(self.label), tone, icon)


_APPEARANCE = {
    InvitationState.OPEN: ("info", "send-check"),
    InvitationState.NOT_MAILED: ("danger", "send-x"),
    InvitationState.EXPIRED: ("warning", "hourglass-bottom"),
    InvitationState.ACCEPTED: ("success", "person-check"),
    InvitationState.WITHDRAWN: ("neutral", "slash-circle"),
}
# What can still become a membership, or could by being sent again.
UNANSWERED = frozenset({InvitationState.OPEN, InvitationState.NOT_MAILED, InvitationState.EXPIRED})


def new_token() -> str:
    """32 random bytes, as they stand in an address."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token. It is random and long, so a plain hash cannot be searched for it."""
    return hashlib.sha256(token.encode()).hexdigest()


class Invitation(TenantModel):
    """Sending one again withdraws it and makes another, so each row is one mail and one token."""

    email = models.EmailField("e-mail address", max_length=254)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.VIEWER)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the mail server took the mail.")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("email"),
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation_per_tenant_and_email",
            )
        ]
        indexes = [models.Index(fields=["tenant", "-created_at"], name="invitation_by_tenant")]

    def __str__(self) -> str:
        return f"Invitation of {self.email} to {self.tenant} ({self.get_role_display()})"

    @property
    def state(self) -> InvitationState:
        if self.accepted_at is not None:
            return InvitationState.ACCEPTED
        if self.withdrawn_at is not None:
            return InvitationState.WITHDRAWN
        if self.expires_at <= timezone.now():
            return InvitationState.EXPIRED
        return InvitationState.OPEN if self.sent_at else InvitationState.NOT_MAILED

    @property
    def shown_state(self) -> ShownState:
        return self.state.shown

    @property
    def role_summary(self) -> str:
        return Role(self.role).summary

    @property
    def can_be_accepted(self) -> bool:
        return self.state in (InvitationState.OPEN, InvitationState.NOT_MAILED)
