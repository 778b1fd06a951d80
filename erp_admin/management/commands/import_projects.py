"""`import_projects SLUG (--all | ID …)`: import projects from Sage Intacct.

Reads the lists it needs first if they were never read.
"""

from argparse import ArgumentParser
from typing import Any

from accounts.models import Tenant
from erp_admin.projects.flow import PROJECTS, ProjectImport
from erp_admin.projects.selectors import intacct_projects
from erp_admin.projects.service import choose, start_import
from integrations.commands import EXIT_FAILED, EXIT_USE, TenantCommand
from integrations.mirror.selectors import is_mirrored
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, Trigger
from integrations.runs.flow import flow_for
from integrations.runs.runner import run_to_end
from integrations.runs.selectors import why_not_run

# Projects name customers, and a project is imported with its cost codes at hand.
NEEDED_LISTS = ("projects", "customers", "tasks")


class Command(TenantCommand):
    help = "Import projects from Sage Intacct, in this process unless --queue is given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("ids", nargs="*", metavar="ID", help="project ids, as in Intacct")
        parser.add_argument("--all", action="store_true", help="every project that is not ignored or missing")
        parser.add_argument("--queue", action="store_true", help="leave the work to a worker")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        if bool(options["ids"]) == options["all"]:
            self.end(EXIT_USE, "Name project ids, or give --all.", "", "USAGE")
        connection = self.connection()
        refused = why_not_run(connection, flow_for(ProjectImport.key))
        if refused is not None:
            raise refused
        self._read_what_is_needed(connection)
        items = intacct_projects(connection) if options["all"] else choose(connection, options["ids"])
        queued = options["queue"]
        self.finish(
            lambda: start_import(connection, items, trigger=Trigger.COMMAND, queued=queued),
            queued=queued,
        )

    def _read_what_is_needed(self, connection: Connection) -> None:
        """Read the lists the mirror lacks; ends the command when the projects cannot be read."""
        started = None
        while needed := [key for key in NEEDED_LISTS if not is_mirrored(connection, key)]:
            if started is not None and started.is_new:
                break  # these were asked for and could not be read
            # A run that is under way already may read other lists: it is waited for, then these are read.
            started = start_list_sync(connection, kinds=needed, trigger=Trigger.COMMAND, queued=False)
            run_to_end(started.run)
        if started is None or is_mirrored(connection, PROJECTS.kind.key):
            return
        run = started.run
        step = run.steps.filter(key=f"list:{PROJECTS.kind.key}").exclude(message="").first()
        why = step.message if step else run.error_sentence or f"Run {run.number} ended before they were read."
        advice = (
            run.error_advice or f"See run {run.number}: manage.py runs {connection.tenant.slug} --number {run.number}"
        )
        self.end(EXIT_FAILED, f"The projects could not be read. {why}", advice, "PROJECTS-UNREAD")
