"""Who must have a second factor, who has one, and how its secrets are sealed.

Owns the rule and the binding of the secrets; what happens to somebody without one is the middleware's.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string

from accounts.audit import record_event
from accounts.crypto import Unreadable, open_text, reseal_text, seal_text
from accounts.models import EventKind, Membership, Tenant, User

# django-allauth hands over the text alone, so a secret is bound to its purpose, not to the person.
_BINDING: dict[str, str | int] = {"purpose": "second factor"}
_SECRETS = ("secret", "seed")


class SecondFactorUnreadable(Exception):
    """A stored second factor cannot be opened with the keys there are."""


def seal_secret(text: str) -> str:
    return seal_text(text, _BINDING)


def open_secret(sealed: str) -> str:
    """Raises SecondFactorUnreadable."""
    try:
        return open_text(sealed, _BINDING)
    except Unreadable as error:
        raise SecondFactorUnreadable from error


def has_second_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def remove_second_factor(user: User) -> bool:
    """Remove the person's second factor and recovery codes and tell them by mail; whether there was one."""
    with transaction.atomic():
        had_one = has_second_factor(user)
        Authenticator.objects.filter(user=user).delete()
        if had_one:
            record_event(EventKind.SECOND_FACTOR_REMOVED, "By support.", about=user)
    if had_one:
        send_mail(
            "Your second factor was removed",
            render_to_string("mfa/email/removed_by_support.txt", {"user": user, "site_url": settings.SITE_URL}),
            None,
            [user.email],
        )
    return had_one


def who_requires_it(user: User, tenant: Tenant | None) -> str:
    """Who asks this person for a second factor here, as the beginning of a sentence; "" when nobody does."""
    if user.is_staff and settings.STAFF_SECOND_FACTOR:
        return "Support staff"
    if tenant is not None and tenant.second_factor_required:
        return tenant.name
    return ""


def requiring_tenants(user: User) -> list[str]:
    """The names of the person's companies that require a second factor."""
    found = Membership.objects.filter(user=user, tenant__second_factor_required=True, user__is_active=True)
    return list(found.order_by("tenant__name").values_list("tenant__name", flat=True))


def people_without_one(tenant: Tenant) -> tuple[int, int]:
    """How many of the tenant's people have no second factor, and how many people there are."""
    people = Membership.objects.filter(tenant=tenant, user__is_active=True)
    protected = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__memberships__tenant=tenant)
    total = people.count()
    return total - protected.filter(user__is_active=True).count(), total


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
        data: dict[str, Any] = authenticator.data
        try:
            fresh = {name: reseal_text(data[name]) for name in _SECRETS if name in data}
        except Unreadable as error:
            raise SecondFactorUnreadable from error
        changed = {name: token for name, token in fresh.items() if token is not None}
        if changed:
            authenticator.data = {**data, **changed}
            authenticator.save(update_fields=["data"])
        return bool(changed)
