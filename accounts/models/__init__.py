"""Tenants, people and who may do what where."""

from accounts.models.access import CrossTenantAccess
from accounts.models.invitation import UNANSWERED, Invitation, InvitationState
from accounts.models.membership import Membership, Role
from accounts.models.tenant import Tenant
from accounts.models.user import User

__all__ = [
    "UNANSWERED",
    "CrossTenantAccess",
    "Invitation",
    "InvitationState",
    "Membership",
    "Role",
    "Tenant",
    "User",
]
