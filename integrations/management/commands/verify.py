"""`verify SLUG [--flow F] [--json]`: read every linked document back from Sage Intacct and say what differs."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any, Final

from accounts.models import Tenant
from accounts.refusal import Refused
from integrations.commands import EXIT_FAILED, EXIT_UNSETTLED, EXIT_USE, TenantCommand, describe, exit_code_of
from integrations.delivery.contract import PushFlow, push_flows
from integrations.delivery.verification import start_verification
from integrations.models import RowOutcome, RunState, SyncRun, Trigger
from integrations.runs.runner import run_to_end


class Command(TenantCommand):
    help = "Compare documents with their records in Sage Intacct: equal, changed there, or missing there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--flow", help=f"only this flow: {', '.join(flow.key for flow in push_flows())}")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        known = {flow.key: flow for flow in push_flows()}
        if options["flow"] and options["flow"] not in known:
            self.end(EXIT_USE, f"There is no flow “{options['flow']}”.", f"Flows: {', '.join(known)}.", "FLOW-UNKNOWN")
        chosen = [known[options["flow"]]] if options["flow"] else list(known.values())
        started = start_verification(self.connection(), chosen, trigger=Trigger.COMMAND, queued=False)
        if not started.is_new:
            raise Refused(
                f"Run {started.run.number} verifies already.", "Wait for its end, then verify again.", code="RUN-ACTIVE"
            )
        run = run_to_end(started.run)
        facts = describe(run)
        counts = facts["totals"]
        gone = _gone(run, chosen)
        rows = [
            {
                "document": row.label,
                "outcome": "missing in Intacct" if row.pk in gone else _OUTCOME[RowOutcome(row.outcome)],
                "message": row.message,
            }
            for row in run.rows.order_by("pk")
        ]
        not_judged = counts["skipped"] + counts["failed"]
        told = {"equal": counts["same"], "changed": counts["changed"], "missing": counts["missing"]}
        said = ", ".join(f"{number} {name}" for name, number in told.items())
        lines = [f"{row['document']}: {row['message']}" for row in rows]
        if run.error_sentence:
            lines.append(f"{run.error_sentence} {run.error_advice}".strip())
        lines.append(f"Run {run.number}: {said}, {not_judged} not judged; {counts['requests']} requests.")
        self.report({**facts, **told, "documents": rows}, *lines)
        if told["changed"] or told["missing"] or counts["failed"]:
            sys.exit(EXIT_FAILED)
        if code := exit_code_of(run):
            sys.exit(EXIT_UNSETTLED if run.state == RunState.PARTLY and counts["skipped"] else code)


def _gone(run: SyncRun, flows: Sequence[PushFlow]) -> set[int]:
    """The rows of documents that Intacct does not show any more; other rows that failed could not be compared."""
    gone: set[int] = set()
    for flow in flows:
        rows = run.rows.filter(step__key=flow.key, outcome=RowOutcome.FAILED)
        missing = flow.model._default_manager.filter(pk__in=rows.values("document_id"), missing_there=True)
        gone.update(rows.filter(document_id__in=missing.values("pk")).values_list("pk", flat=True))
    return gone


_OUTCOME: Final = {
    RowOutcome.CHANGED: "changed in Intacct",
    RowOutcome.FAILED: "not judged",
    RowOutcome.SKIPPED: "not judged",
}
