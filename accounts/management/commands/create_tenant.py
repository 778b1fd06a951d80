"""`create_tenant SLUG --name N --admin EMAIL`: a tenant and its first admin, with a one-time link to set a password."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from accounts.audited_command import AuditedCommand
from accounts.services import create_tenant

EXIT_USE = 2  # wrong use


class Command(AuditedCommand):
    help = "Create a tenant and its first admin; prints a one-time link with which the admin sets a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="part of every address of the company, for example summit-ridge")
        parser.add_argument("--name", required=True, help="name of the company")
        parser.add_argument("--admin", required=True, metavar="EMAIL", help="e-mail address of its first admin")
        parser.add_argument("--time-zone", default="UTC", help="IANA name, for example America/Denver (default UTC)")
        parser.add_argument("--currency", default="USD", help="base currency, three letters (default USD)")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = create_tenant(
                options["slug"],
                name=options["name"],
                admin_email=options["admin"],
                time_zone=options["time_zone"],
                base_currency=options["currency"],
            )
        except ValidationError as error:
            if options["json"]:
                self.stdout.write(json.dumps({"error": "INPUT", "sentence": _by_field(error), "advice": ""}))
                sys.exit(EXIT_USE)
            raise CommandError(_by_field(error), returncode=EXIT_USE) from error
        # Somebody who has a password keeps it: a link to replace it is theirs to ask for.
        link = None if made.admin.has_usable_password() else made.set_password_url
        facts = {"tenant": made.tenant.slug, "admin": made.admin.email, "set_password_url": link}
        if options["json"]:
            self.stdout.write(json.dumps(facts))
            return
        self.stdout.write(f"Tenant {made.tenant.name} ({made.tenant.slug}) is ready.")
        if link is None:
            self.stdout.write(f"{made.admin.email} is its admin and logs in with the password they already have.")
        else:
            self.stdout.write(f"{made.admin.email} sets a password here, once, within 3 days: {link}")


_OPTIONS = {
    "slug": "SLUG",
    "name": "--name",
    "email": "--admin",
    "time_zone": "--time-zone",
    "base_currency": "--currency",
}


def _by_field(error: ValidationError) -> str:
    """Each problem after the option it is about."""
    if not hasattr(error, "error_dict"):
        return "; ".join(error.messages)
    return "; ".join(f"{_OPTIONS.get(name, name)}: {' '.join(texts)}" for name, texts in error.message_dict.items())
