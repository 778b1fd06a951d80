"""`remove_person SLUG EMAIL`: end somebody's membership of a tenant; their account and what they did stay."""

from argparse import ArgumentParser
from typing import Any

from accounts.commands import TenantCommand
from accounts.models import Tenant
from accounts.people.memberships import remove_person
from accounts.people.selectors import member


class Command(TenantCommand):
    help = "Remove one of a tenant's people. Their account stays, with any other tenant it belongs to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", metavar="EMAIL", help="the person, by e-mail address")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        membership = member(tenant, options["email"])
        remove_person(membership)
        self.report(
            {"tenant": tenant.slug, "email": membership.user.email, "removed": True},
            f"{membership.user.email} is no longer one of the people of {tenant}.",
        )
