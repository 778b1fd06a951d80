"""The people of the tests, and the company they work for, as plain functions; tests.conftest has a fixture of each."""

from accounts.models import Role, Tenant, User
from accounts.services import set_role
from tests.second_factor import enrol

PASSWORD = "correct horse battery"


def summit_ridge() -> Tenant:
    return Tenant.objects.create(
        name="Summit Ridge Builders", slug="summit-ridge", time_zone="America/Denver", base_currency="USD"
    )


def person(email: str, name: str, tenant: Tenant, role: Role) -> User:
    somebody = User.objects.create_user(email, PASSWORD, name=name)
    set_role(tenant, somebody, role)
    return somebody


def ben(tenant: Tenant) -> User:
    return person("ben@summit.example", "Ben Okafor", tenant, Role.ACCOUNTANT)


def sam() -> User:
    """Support staff with the second factor they must have, see tests.second_factor."""
    staff = User.objects.create_superuser("sam@support.example", PASSWORD, name="Sam Support")
    enrol(staff)
    return staff
