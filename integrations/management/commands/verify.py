"""`verify SLUG [--flow F] [--json]`: read every linked document back from Sage Intacct and say what differs."""

import sys
from argparse import ArgumentParser
from typing import Any

from accounts.models import Tenant
from accounts.refusal import Refused
from integrations.commands import EXIT_FAILED, EXIT_UNSETTLED, EXIT_USE, TenantCommand, describe, exit_code_of
from integrations.delivery.contract import push_flows
from integrations.delivery.verification import start_verification
from integrations.models import RunState, Trigger
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
        rows = [
            {"document": row.label, "outcome": _OUTCOME.get(row.outcome, row.outcome), "message": row.message}
            for row in run.rows.order_by("pk")
        ]
        told = {"equal": counts["same"], "changed": counts["changed"], "missing": counts["missing"]}
        said = ", ".join(f"{number} {name}" for name, number in told.items())
        lines = [f"{row['document']}: {row['message']}" for row in rows]
        if run.error_sentence:
            lines.append(f"{run.error_sentence} {run.error_advice}".strip())
        lines.append(f"Run {run.number}: {said}, {counts['skipped']} not judged; {counts['requests']} requests.")
        self.report({**facts, **told, "documents": rows}, *lines)
        if told["changed"] or told["missing"]:
            sys.exit(EXIT_FAILED)
        if code := exit_code_of(run):
            sys.exit(EXIT_UNSETTLED if run.state == RunState.PARTLY and counts["skipped"] else code)


_OUTCOME = {"changed": "changed in Intacct", "failed": "missing in Intacct", "skipped": "not judged"}
