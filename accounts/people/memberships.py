"""Who belongs to a tenant and in which role. The only place that changes memberships; each change locks the tenant.

Owns the rule that a tenant keeps an admin who can log in. Every refusal is `Refused` and says what to do.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from accounts.models import Invitation, Membership, Role, Tenant, User
from accounts.refusal import Refused
from accounts.tenancy import tenant_scope


def set_role(tenant: Tenant, user: User, role: Role, *, by: User | None = None) -> Membership:
    """Give `user` the role in `tenant`, making them one of its people if they are not.

    `by` is the person who asks; None for commands and support staff. Raises Refused when the last admin would lose
    the role, or `by` is no longer an admin.
    """
    with people_locked(tenant, by=by):
        membership = Membership.objects.filter(tenant=tenant, user=user).first()
        if membership is None:
            return Membership.objects.create(tenant=tenant, user=user, role=role)
        if membership.role != role:
            if role != Role.ADMIN:
                keep_an_admin(membership)
            membership.role = role
            membership.save(update_fields=["role"])
        return membership


def remove_person(membership: Membership, *, by: User | None = None) -> None:
    """End the membership. Open invitations to the same address end too, so that no old link leads back in.

    Raises Refused for the last admin, or when `by` is neither an admin nor the person who leaves.
    """
    tenant, user = membership.tenant, membership.user
    with people_locked(tenant, by=None if by == user else by):
        kept = Membership.objects.filter(pk=membership.pk).select_related("tenant", "user").first()
        if kept is None:
            return
        keep_an_admin(kept)
        with tenant_scope(tenant):
            for invitation in Invitation.objects.filter(email__iexact=user.email, accepted_at=None, withdrawn_at=None):
                invitation.withdrawn_at = timezone.now()
                invitation.save(update_fields=["withdrawn_at"])
            kept.delete()


@contextmanager
def people_locked(tenant: Tenant, *, by: User | None = None) -> Iterator[None]:
    """A transaction in which nobody else changes who belongs to `tenant`, once `by` is found to be an admin still."""
    with transaction.atomic():
        # SQLite takes no row locks, and needs none: its transactions here are IMMEDIATE, one writer at a time.
        Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
        if by is not None and not Membership.objects.filter(tenant=tenant, user=by, role=Role.ADMIN).exists():
            raise Refused(
                f"You are no longer an admin of {tenant}.",
                "Ask one of its admins to do this.",
                code="PEOPLE-NOT-ADMIN",
            )
        yield


def keep_an_admin(membership: Membership) -> None:
    """Raise Refused when without this membership nobody could manage the tenant. Call it within people_locked."""
    refused = why_not_without(membership)
    if refused is not None:
        raise refused


def why_not_without(membership: Membership) -> Refused | None:
    """Why the tenant cannot do without this membership as admin; None when it can."""
    if membership.role != Role.ADMIN:
        return None
    # Somebody whose account is switched off cannot log in, and so manages nothing.
    others = Membership.objects.filter(tenant=membership.tenant_id, role=Role.ADMIN, user__is_active=True)
    if others.exclude(pk=membership.pk).exists():
        return None
    return Refused(
        f"{membership.user} is the only admin of {membership.tenant}.",
        "Make somebody else an admin first; then this is possible.",
        code="PEOPLE-LAST-ADMIN",
    )
