"""Tenants, people, who may do what where, and the trail of what they did."""

from accounts.event_kinds import EventKind
from accounts.models.access import CrossTenantAccess
from accounts.models.attempts import Attempts
from accounts.models.audit import AuditEntry
from accounts.models.draft import ClosedAs, FormDraft
from accounts.models.invitation import UNANSWERED, Invitation, InvitationState
from accounts.models.membership import Membership, Role
from accounts.models.support import SupportVisit
from accounts.models.tenant import SupportAccess, Tenant
from accounts.models.user import User

__all__ = [
    "UNANSWERED",
    "Attempts",
    "AuditEntry",
    "ClosedAs",
    "CrossTenantAccess",
    "EventKind",
    "FormDraft",
    "Invitation",
    "InvitationState",
    "Membership",
    "Role",
    "SupportAccess",
    "SupportVisit",
    "Tenant",
    "User",
]
