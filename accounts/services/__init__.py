"""What can be done to tenants, people and invitations. Verbs; one module each."""

from accounts.services.invitations import (
    Sent,
    accept_as_new_person,
    accept_invitation,
    invite,
    resend_invitation,
    withdraw_invitation,
)
from accounts.services.people import mark_email_verified, remove_person, set_role
from accounts.services.tenants import NewTenant, create_tenant, ensure_person, set_password_url

__all__ = [
    "NewTenant",
    "Sent",
    "accept_as_new_person",
    "accept_invitation",
    "create_tenant",
    "ensure_person",
    "invite",
    "mark_email_verified",
    "remove_person",
    "resend_invitation",
    "set_password_url",
    "set_role",
    "withdraw_invitation",
]
