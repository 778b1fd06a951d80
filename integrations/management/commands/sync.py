"""`sync SLUG [--full|--partial] [--lists a,b]`: mirror lists from Sage Intacct."""

from argparse import ArgumentParser
from typing import Any

from accounts.models import Tenant
from integrations.commands import TenantCommand
from integrations.lists import KINDS
from integrations.models import Mode, Trigger
from integrations.services.runs import start_list_sync


class Command(TenantCommand):
    help = "Mirror lists from Sage Intacct, in this process unless --queue is given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--full", dest="mode", action="store_const", const=Mode.FULL, default=Mode.FULL)
        mode.add_argument("--partial", dest="mode", action="store_const", const=Mode.PARTIAL)
        names = ",".join(kind.key for kind in KINDS)
        parser.add_argument("--lists", default="", help=f"only these, separated by commas; of {names}")
        parser.add_argument("--queue", action="store_true", help="leave the work to a worker")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        kinds = [name.strip() for name in options["lists"].split(",") if name.strip()]
        connection, queued = self.connection(), options["queue"]
        self.finish(
            lambda: start_list_sync(
                connection, kinds=kinds, mode=options["mode"], trigger=Trigger.COMMAND, queued=queued
            ),
            queued=queued,
        )
