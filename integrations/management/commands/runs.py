"""`runs SLUG`: the tenant's runs, newest first."""

from argparse import ArgumentParser
from typing import Any

from accounts.models import Tenant
from integrations.commands import EXIT_USE, TenantCommand, describe, table
from integrations.models import SyncRun
from integrations.runs.runner import totals


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


class Command(TenantCommand):
    help = "List the tenant's runs, newest first, or show one of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--number", type=int, help="show this run with its steps")
        parser.add_argument("--limit", type=_positive, default=20, help="how many to list (default 20)")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        if options["number"] is not None:
            run = SyncRun.objects.filter(number=options["number"]).first()
            if run is None:
                self.end(EXIT_USE, f"There is no run {options['number']}.", "", "RUN-UNKNOWN")
            else:
                self.report(describe(run), *table(run))
            return
        runs = list(SyncRun.objects.prefetch_related("steps")[: options["limit"]])
        lines = []
        for run in runs:
            sums = totals(run)
            when = run.created_at.strftime("%Y-%m-%d %H:%M")
            lines.append(
                f"{run.number:>6}  {when}  {run.get_state_display():17} {run.title:24} "
                f"read {sums['read']}, new {sums['new']}, changed {sums['changed']}, failed {sums['failed']}"
            )
        self.report({"runs": [describe(run) for run in runs]}, *(lines or ["No runs yet."]))
