"""Who must have a second factor, who has one, and which may be removed.

Owns the rule; how secrets are sealed is accounts.sign_in.sealed_factors, what happens to somebody without one is the
middleware's.
"""

import logging

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string

from accounts.audit import record_event
from accounts.models import EventKind, Membership, Tenant, User
from accounts.sign_in.sealed_factors import resealed

logger = logging.getLogger(__name__)

# What stands beside the password. Recovery codes come with one of these and are none by themselves.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def remove_second_factor(user: User) -> bool:
    """Remove the person's second factor and recovery codes and tell them by mail; whether there was one."""
    with transaction.atomic():
        had_one = has_second_factor(user)
        Authenticator.objects.filter(user=user).delete()
        if had_one:
            record_event(EventKind.SECOND_FACTOR_REMOVED, "By support.", about=user)
    if had_one:
        text = render_to_string("mfa/email/removed_by_support.txt", {"user": user, "site_url": settings.SITE_URL})
        try:
            send_mail("Your second factor was removed", text, None, [user.email])
        except OSError:  # it is removed all the same, and stands in the trail
            logger.exception("A security notice could not be sent.")
    return had_one


def who_requires_it(user: User, tenant: Tenant | None) -> str:
    """Who asks this person for a second factor here, as the beginning of a sentence; "" when nobody does."""
    if user.is_staff and settings.STAFF_SECOND_FACTOR:
        return "Support staff"
    if tenant is not None and tenant.second_factor_required:
        return tenant.name
    return ""


def why_not_removed(factor: Authenticator) -> str:
    """Why somebody cannot take this second factor off their account themselves, with what to do; "" when they can."""
    user = factor.user
    if Authenticator.objects.filter(user=user, type__in=FACTORS).exclude(pk=factor.pk).exists():
        return ""
    who = who_requires_it(user, None) or ", ".join(requiring_tenants(user))
    if not who:
        return ""
    return (
        f"It is your only second factor, and one is required here ({who}). Add another one first: a passkey, or an "
        "authenticator app. If it is lost, ask your support."
    )


def requiring_tenants(user: User) -> list[str]:
    """The names of the person's companies that require a second factor."""
    found = Membership.objects.filter(user=user, tenant__second_factor_required=True, user__is_active=True)
    return list(found.order_by("tenant__name").values_list("tenant__name", flat=True))


def people_without_one(tenant: Tenant) -> tuple[int, int]:
    """How many of the tenant's people have no second factor, and how many people there are."""
    people = Membership.objects.filter(tenant=tenant, user__is_active=True)
    protected = Authenticator.objects.filter(type__in=FACTORS, user=OuterRef("user"))
    return people.filter(~Exists(protected)).count(), people.count()


def authenticator_keys() -> list[int]:
    """Primary keys of everything stored that holds a sealed secret, for the rotation of keys."""
    return list(Authenticator.objects.order_by("pk").values_list("pk", flat=True))


def reseal_authenticator(pk: int) -> bool:
    """Seal the secrets of one second factor with the newest key; whether anything had to be done.

    Raises SecondFactorUnreadable. One that is gone meanwhile needs nothing.
    """
    with transaction.atomic():
        authenticator = Authenticator.objects.select_for_update().filter(pk=pk).first()
        if authenticator is None:
            return False
        fresh = resealed(authenticator.data)
        if fresh is not None:
            # By update: saving would seal what is sealed already.
            Authenticator.objects.filter(pk=pk).update(data=fresh)
        return fresh is not None
