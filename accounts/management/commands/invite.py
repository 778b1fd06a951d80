"""`invite SLUG EMAIL --role R`: invite somebody to a tenant by mail; prints the link, which is shown only then."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError

from accounts.commands import EXIT_FAILED, EXIT_USE, TenantCommand
from accounts.models import Role, Tenant
from accounts.people.invitations import invite


class Command(TenantCommand):
    help = "Invite somebody by mail. Exit code 1 when the invitation stands but the mail could not be sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", metavar="EMAIL", help="where the invitation is mailed")
        parser.add_argument("--role", required=True, choices=Role.values, help="what the person may do")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        try:
            sent = invite(tenant, options["email"], Role(options["role"]))
        except ValidationError as error:
            self.end(EXIT_USE, f"EMAIL: {' '.join(error.messages)}", "", "USAGE")
        invitation = sent.invitation
        facts = {
            "tenant": tenant.slug,
            "email": invitation.email,
            "role": invitation.role,
            "state": invitation.state.value,
            "expires_at": invitation.expires_at.isoformat(),
            "mailed": sent.was_mailed,
            "link": sent.link,
        }
        mailed = "The mail is sent." if sent.was_mailed else "The mail could not be sent: hand over the link yourself."
        self.report(
            facts,
            f"{invitation.email} is invited to {tenant} as {invitation.get_role_display()}. {mailed}",
            f"The link, shown only now, works once, until {invitation.expires_at:%Y-%m-%d %H:%M} UTC: {sent.link}",
        )
        if not sent.was_mailed:
            sys.exit(EXIT_FAILED)
