"""Tenants, people, who may do what where, and the trail of what they did."""

from accounts.event_kinds import EventKind
from accounts.models.access import CrossTenantAccess
from accounts.models.attempts import Attempts
from accounts.models.audit import AuditEntry
from accounts.models.invitation import UNANSWERED, Invitation, InvitationState
from accounts.models.membership import Membership, Role
from accounts.models.saved_view import ListChoice, SavedView
from accounts.models.support import SupportVisit
from accounts.models.tenant import SupportAccess, Tenant
from accounts.models.user import User

__all__ = [
    "UNANSWERED",
    "Attempts",
    "AuditEntry",
    "CrossTenantAccess",
    "EventKind",
    "Invitation",
    "InvitationState",
    "ListChoice",
    "Membership",
    "Role",
    "SavedView",
    "SupportAccess",
    "SupportVisit",
    "Tenant",
    "User",
]
