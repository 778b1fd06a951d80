"""Tenants, people, who may do what where, and the trail of what they did."""

from accounts.models.access import CrossTenantAccess
from accounts.models.audit import AuditEntry, EventKind
from accounts.models.membership import Membership, Role
from accounts.models.tenant import Tenant
from accounts.models.user import User

__all__ = ["AuditEntry", "CrossTenantAccess", "EventKind", "Membership", "Role", "Tenant", "User"]
