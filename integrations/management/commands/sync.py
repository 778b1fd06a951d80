"""`sync SLUG [--full|--partial] [--entity E] [--from TIME] [--lists a,b]`: mirror lists from Sage Intacct."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Tenant
from integrations.commands import EXIT_USE, TenantCommand
from integrations.lists import KINDS
from integrations.mirror.service import start_list_sync
from integrations.models import Mode, Trigger


def moment(text: str) -> datetime:
    """A day or a time as ISO 8601 writes it. Without a zone it is meant in the tenant's."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is no time such as 2026-03-01 or 2026-03-01T08:00+00:00") from None


class Command(TenantCommand):
    help = "Mirror lists from Sage Intacct, in this process unless --queue is given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--full", dest="mode", action="store_const", const=Mode.FULL, default=Mode.FULL)
        mode.add_argument("--partial", dest="mode", action="store_const", const=Mode.PARTIAL)
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--entity", default="", help="only this entity's records and the shared ones")
        where.add_argument("--all-entities", dest="entity", action="store_const", const="", help="as without --entity")
        parser.add_argument(
            "--from", dest="sync_from", type=moment, help="from when a Partial reads, not the last time"
        )
        names = ",".join(kind.key for kind in KINDS)
        parser.add_argument("--lists", default="", help=f"only these, separated by commas; of {names}, or a dimension")
        parser.add_argument("--queue", action="store_true", help="leave the work to a worker")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        kinds = [name.strip() for name in options["lists"].split(",") if name.strip()]
        if options["lists"] and not kinds:
            self.end(EXIT_USE, "--lists names no list.", "Leave it out to read every list.", "USAGE")
        since = options["sync_from"]
        if since is not None and timezone.is_naive(since):
            since = timezone.make_aware(since, tenant.zone)
        if since is not None and since > timezone.now():
            self.end(EXIT_USE, f"{since:%Y-%m-%d %H:%M} is not over yet.", "Name a time in the past.", "USAGE")
        connection, queued = self.connection(), options["queue"]
        self.finish(
            lambda: start_list_sync(
                connection,
                kinds=kinds,
                mode=options["mode"],
                entity=options["entity"],
                sync_from=since,
                trigger=Trigger.COMMAND,
                queued=queued,
            ),
            queued=queued,
        )
