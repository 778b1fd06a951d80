"""What pages and commands ask about people: members, invitations, whether they use a second factor.

Nouns; decides nothing. An invitation is looked up by its token before any tenant is known, through the door.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.apps import apps
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Lower, NullIf

from accounts.models import Invitation, Membership, Tenant, User
from accounts.models.invitation import hash_of
from accounts.refusal import Refused
from accounts.tenancy import cross_tenant

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class SecondFactor(TypedDict):
    """What `members` adds to each membership."""

    has_second_factor: bool


def knows_second_factors() -> bool:
    """Whether this installation has second factors at all."""
    return apps.is_installed("allauth.mfa")


def members(tenant: Tenant, search: str = "") -> QuerySet[WithAnnotations[Membership, SecondFactor]]:
    """The tenant's people by name, those whose name or address contains `search`; each with `has_second_factor`."""
    found = Membership.objects.filter(tenant=tenant).select_related("user", "tenant")
    if search:
        found = found.filter(Q(user__name__icontains=search) | Q(user__email__icontains=search))
    shown = Coalesce(NullIf("user__name", Value("")), "user__email")
    return found.annotate(has_second_factor=_second_factor()).order_by(Lower(shown), "pk")


def member(tenant: Tenant, email: str) -> Membership:
    """The one of the tenant's people with this address. Raises Refused when there is none."""
    found = members(tenant).filter(user__email__iexact=email.strip()).first()
    if found is None:
        raise Refused(
            f"{email} is not one of the people of {tenant}.",
            f"See who is: manage.py people {tenant.slug}. To add somebody: manage.py invite",
            code="PEOPLE-UNKNOWN",
        )
    return found


def _second_factor() -> Exists | Value:
    if not knows_second_factors():
        return Value(False, output_field=BooleanField())
    from allauth.mfa.models import Authenticator  # can be imported only where it is installed

    # Recovery codes come with a factor and are none by themselves.
    codes = Authenticator.Type.RECOVERY_CODES
    return Exists(Authenticator.objects.filter(user=OuterRef("user")).exclude(type=codes))


def unanswered_invitations() -> QuerySet[Invitation]:
    """The current tenant's invitations that are open or have expired, newest first."""
    return Invitation.objects.filter(accepted_at=None, withdrawn_at=None).select_related("tenant", "invited_by")


def invitation_of_token(token: str) -> Invitation | None:
    return invitation_of_hash(hash_of(token))


def invitation_of_hash(token_hash: str) -> Invitation | None:
    with cross_tenant("open an invitation"):
        found = Invitation.objects.select_related("tenant", "invited_by", "accepted_by")
        return found.filter(token_hash=token_hash).first()


def account_of(invitation: Invitation) -> User | None:
    """The account that has the invited address."""
    return User.objects.filter(email__iexact=invitation.email).first()


def newer_invitation(invitation: Invitation) -> Invitation | None:
    """An open invitation to the same tenant and address that came after this one."""
    later = unanswered_invitations().filter(email__iexact=invitation.email, pk__gt=invitation.pk)
    return next((found for found in later if found.can_be_accepted), None)
