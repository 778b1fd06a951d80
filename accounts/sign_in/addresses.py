"""A person's e-mail address and whether it was proved, kept in step with the address book django-allauth reads.

Owns every write to EmailAddress of ours. A person has one address; while a change is under way, also the new one.
"""

from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User


def record_address(user: User) -> EmailAddress:
    """Make the person's present address their primary one and forget every other; not proved if it is new here."""
    with transaction.atomic():
        EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
        address, _ = EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True})
        if not address.primary:
            address.primary = True
            address.save(update_fields=["primary"])
    return address


def prove_address(user: User) -> None:
    """Note that a link sent to the person's present address was used. A change under way stays as it is."""
    with transaction.atomic():
        EmailAddress.objects.filter(user=user, primary=True).exclude(email=user.email).update(primary=False)
        address, _ = EmailAddress.objects.get_or_create(user=user, email=user.email)
        if not address.primary:
            address.primary = True
            address.save(update_fields=["primary"])
        address.set_verified()  # leaves it where another person's stale record says the same


def begin_change(request: HttpRequest, user: User, email: str) -> tuple[EmailAddress, bool]:
    """Send a link to `email` that makes it the person's address, in place of any change begun before.

    Returns the new address and whether a link was sent; a second one within three minutes is not.
    django-allauth's own way is not taken: it would remove the present address of somebody who has not proved it.
    """
    with transaction.atomic():
        pending_addresses(user).exclude(email=email).delete()
        address, _ = EmailAddress.objects.get_or_create(user=user, email=email)
    return address, bool(send_verification_email_to_address(request, address))


def pending_addresses(user: User) -> QuerySet[EmailAddress]:
    """Addresses the person is changing to, until the link is opened; at most one."""
    found: QuerySet[EmailAddress] = EmailAddress.objects.filter(user=user, verified=False).exclude(email=user.email)
    return found


def is_taken(email: str, *, by_others_than: User) -> bool:
    """Whether another person logs in with `email`."""
    return User.objects.filter(email__iexact=email).exclude(pk=by_others_than.pk).exists()
