"""What the commands about a tenant's Intacct share: its connection, Intacct's refusals, and reporting runs.

Exit codes stand in accounts.commands; which one a run leads to is decided here.
"""

import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from accounts import commands
from accounts.commands import EXIT_DONE, EXIT_FAILED, EXIT_INTACCT, EXIT_REFUSED, EXIT_UNSETTLED, EXIT_USE
from accounts.crypto import keyring
from accounts.models import Tenant
from accounts.refusal import Refused
from integrations.crypto import SecretUnreadable
from integrations.gateway.access import require_connection
from integrations.intacct import IntacctError
from integrations.models import Connection, RunState, SyncRun
from integrations.runs.runner import row_counts, run_to_end, totals
from integrations.runs.selectors import runs_left_behind
from integrations.runs.service import Started

__all__ = [
    "EXIT_DONE",
    "EXIT_FAILED",
    "EXIT_INTACCT",
    "EXIT_REFUSED",
    "EXIT_UNSETTLED",
    "EXIT_USE",
    "TenantCommand",
    "describe",
    "exit_code_of",
    "table",
]


class TenantCommand(commands.TenantCommand):
    """A command about one tenant and its Intacct."""

    def prepare(self) -> None:
        try:
            keyring()  # before anything is begun that could not be finished without the keys
        except ImproperlyConfigured as error:
            self.end(EXIT_USE, str(error), "", "CONFIG-KEYS")

    def attempt(self, tenant: Tenant, options: dict[str, Any]) -> None:
        try:
            super().attempt(tenant, options)
        except IntacctError as error:
            self.end(EXIT_INTACCT, error.sentence, error.advice, error.code)
        except SecretUnreadable as error:
            self.end(EXIT_REFUSED, error.sentence, error.advice, "CON-SECRET")

    def connection(self) -> Connection:
        """The tenant's live connection; ends the command when there is none."""
        return require_connection("Connect it with: manage.py connect")

    def finish(self, start: Callable[[], Started], *, queued: bool) -> None:
        """Start a run, work it off here (or leave it to the queue), report it, and leave with the code of how it ended.

        A run of the same kind that nobody works on any more, as after a killed command, is brought to its end first.
        """
        started = start()
        if not started.is_new and not queued and runs_left_behind().filter(pk=started.run.pk).exists():
            self.stderr.write(f"Run {started.run.number} of the same kind was left unfinished; it is finished first.")
            run_to_end(started.run)
            started = start()
        run = started.run
        if not started.is_new:
            advice = "Wait for its end. If its worker was killed, it is taken up again after five minutes at most."
            raise Refused(f"Run {run.number} of the same kind is under way already.", advice, code="RUN-ACTIVE")
        if queued:
            self.report(describe(run), f"Queued as run {run.number}; a worker takes it up.")
            sys.exit(EXIT_UNSETTLED)
        run = run_to_end(run)
        facts = describe(run)
        self.report(facts, *table(run))
        if code := exit_code_of(run):
            sys.exit(code)


def exit_code_of(run: SyncRun) -> int:
    """The exit code for how a run stands: done only where all that was asked of it was done."""
    if run.is_active or run.state == RunState.HELD:
        return EXIT_UNSETTLED
    return EXIT_DONE if run.state == RunState.SUCCEEDED else EXIT_FAILED


def describe(run: SyncRun) -> dict[str, Any]:
    """A run as machines read it."""
    return {
        "run": run.number,
        "flow": run.flow,
        "title": run.title,
        "mode": run.mode,
        "entity": run.entity_id,
        "from": run.sync_from.isoformat() if run.sync_from else None,
        "state": run.state,
        "created_at": run.created_at.isoformat(),
        "started_at": run.started_at.isoformat() if run.started_at else None,
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "resume_at": run.resume_at.isoformat() if run.resume_at else None,
        "error": {"code": run.error_code, "sentence": run.error_sentence, "advice": run.error_advice}
        if run.error_code
        else None,
        "totals": totals(run),
        "rows": row_counts(run),
        "steps": [
            {
                "key": step.key,
                "title": step.title,
                "state": step.state,
                "announced": step.announced,
                **{name: getattr(step, name) for name in step.COUNTS},
                "requests": step.requests,
                "billable": step.billable,
                "seconds": step.duration,
                "message": step.message,
            }
            for step in run.steps.all()
        ],
    }


def table(run: SyncRun) -> list[str]:
    """A run as people read it in a terminal."""
    columns = ("state", "read", "new", "changed", "same", "missing", "skipped", "failed", "requests")
    lines = [f"Run {run.number}: {run.title}: {run.get_state_display()}"]
    lines.append(f"{'':28}" + "".join(f"{name:>10}" for name in columns) + f"{'seconds':>9}")
    for step in run.steps.all():
        cells = "".join(f"{getattr(step, name)!s:>10}" for name in columns)
        lines.append(f"{step.title[:27]:28}{cells}{step.duration or 0:>9.2f}")
        if step.message:
            lines.append(f"  {step.message}")
    for row in run.rows.filter(outcome__in=["failed", "skipped"])[:20]:
        lines.append(f"  {row.label}: {row.message}")
    if run.resume_at:
        lines.append(f"Sage Intacct is busy. The run goes on by itself after {run.resume_at:%Y-%m-%d %H:%M} UTC.")
    if run.error_sentence:
        lines.append(f"{run.error_sentence} {run.error_advice}")
    return lines
