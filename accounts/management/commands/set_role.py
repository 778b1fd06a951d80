"""`set_role SLUG EMAIL ROLE`: change what one of a tenant's people may do."""

from argparse import ArgumentParser
from typing import Any

from accounts.commands import TenantCommand
from accounts.models import Role, Tenant
from accounts.people.memberships import set_role
from accounts.people.selectors import member


class Command(TenantCommand):
    help = "Change the role of one of a tenant's people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", metavar="EMAIL", help="the person, by e-mail address")
        parser.add_argument("role", metavar="ROLE", choices=Role.values, help=", ".join(Role.values))

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        person = member(tenant, options["email"]).user
        kept = set_role(tenant, person, Role(options["role"]))
        self.report(
            {"tenant": tenant.slug, "email": person.email, "role": kept.role},
            f"{person.email} is {kept.get_role_display()} in {tenant} now.",
        )
