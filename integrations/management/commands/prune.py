"""`prune`: remove exchanges, log lines, runs and the like that are older than they are kept."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from integrations.operations.retention import prune, retentions


def _days(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError("a whole number of days, 1 at least")
    return int(text)


class Command(BaseCommand):
    help = "Remove what is older than it is kept; the worker does the same once a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for retention in retentions():
            if isinstance(retention.days, str):
                told = f"keep {retention.label} for N days instead of {retention.days} ({retention.days_kept})"
                parser.add_argument(f"--{retention.key}-days", type=_days, metavar="N", help=told)
        parser.add_argument("--dry-run", action="store_true", help="only count what would be removed")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        given = {retention.key: options.get(f"{retention.key}_days") for retention in retentions()}
        days = {key: number for key, number in given.items() if number is not None}
        done = prune(days=days, dry_run=options["dry_run"])
        if options["json"]:
            parts = {part.key: {"days": part.days, "rows": part.rows} for part in done.parts}
            self.stdout.write(json.dumps({"dry_run": options["dry_run"], "removed": parts}))
            return
        verb = "would be removed" if options["dry_run"] else "removed"
        for part in done.parts:
            self.stdout.write(f"{part.rows:>9} {part.label} from before {part.before:%Y-%m-%d %H:%M} UTC {verb}")
