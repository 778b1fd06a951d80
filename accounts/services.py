"""Making tenants, and how a person comes to be known. Raises ValidationError for bad input, naming the field.

Who belongs to a tenant is changed in accounts.people.memberships alone; its most asked verbs are at hand here.
"""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import Role, Tenant, User
from accounts.people.memberships import set_role
from accounts.sign_in.addresses import record_address
from accounts.sign_in.links import choose_password_url

__all__ = [
    "NewTenant",
    "create_tenant",
    "ensure_person",
    "set_password_url",
    "set_role",
]


@dataclass(frozen=True)
class NewTenant:
    tenant: Tenant
    admin: User
    set_password_url: str


@transaction.atomic
def create_tenant(
    slug: str, *, name: str, admin_email: str, time_zone: str = "UTC", base_currency: str = "USD"
) -> NewTenant:
    """Create a tenant and make the person with `admin_email` its admin, creating the person if unknown.

    Raises ValidationError when the slug is taken or a value is not acceptable. The link to set a password works once.
    """
    tenant = Tenant(slug=slug, name=name, time_zone=time_zone, base_currency=base_currency)
    tenant.full_clean()
    tenant.save()
    admin, _ = ensure_person(admin_email)
    set_role(tenant, admin, Role.ADMIN)
    return NewTenant(tenant, admin, set_password_url(admin))


def ensure_person(email: str, *, name: str = "") -> tuple[User, bool]:
    """Return the person with this e-mail address and whether they were created just now, without a usable password."""
    known = User.objects.filter(email__iexact=email.strip()).first()
    if known is not None:
        return known, False
    person = User(email=email.strip(), name=name)
    person.set_unusable_password()
    person.full_clean()
    person.save()
    record_address(person)
    return person, True


def set_password_url(user: User) -> str:
    """A one-time link with which `user` sets a password; valid for PASSWORD_RESET_TIMEOUT seconds."""
    return choose_password_url(user)
