"""`connect SLUG --company C --user U [--entity E]`: connect a tenant to Sage Intacct, as the Connect page does."""

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from accounts.models import Tenant
from integrations.commands import EXIT_USE, TenantCommand
from integrations.connections.service import authorize, normalise_id, update_credentials
from integrations.gateway.access import live_connection


class Command(TenantCommand):
    help = (
        "Connect a tenant to Sage Intacct. The password comes from INTACCT_USER_PASSWORD or is asked for. "
        "For a company that is connected already the credentials are tested and renewed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--company", required=True, help="Company ID, as at log-in")
        parser.add_argument("--user", required=True, help="User ID of the Web Services user")
        parser.add_argument("--entity", default="", help="Entity ID; blank is top level")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        password = os.environ.get("INTACCT_USER_PASSWORD") or self._asked_for()
        known = live_connection()
        company, entity = normalise_id(options["company"]), normalise_id(options["entity"])
        if known is not None and (known.company_id, known.entity_id) == (company, entity):
            connection = update_credentials(known, user_id=options["user"], password=password)
        else:
            connection = authorize(
                tenant, company_id=company, user_id=options["user"], password=password, entity_id=entity
            )
        facts = {"company": connection.company_id, "entity": connection.entity_id, "state": connection.state}
        self.report(facts, f"Connected to {connection} as {connection.user_id}.")

    def _asked_for(self) -> str:
        if not sys.stdin.isatty():
            advice = "Set INTACCT_USER_PASSWORD, or run the command in a terminal."
            self.end(EXIT_USE, "No password was given.", advice, "CON-NO-PASSWORD")
        return getpass.getpass("Password of the Web Services user: ")
