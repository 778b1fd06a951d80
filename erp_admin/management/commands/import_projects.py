"""`import_projects SLUG (--all | ID …)`: import projects from Sage Intacct.

Reads the lists it needs first if they were never read.
"""

from argparse import ArgumentParser
from typing import Any

from accounts.models import Tenant
from erp_admin.flows.projects import ProjectImport
from erp_admin.selectors import intacct_projects
from erp_admin.services.projects import choose, start_import
from integrations.commands import EXIT_USE, TenantCommand
from integrations.engine.flow import flow_for
from integrations.engine.runner import run_to_end
from integrations.models import RunState, Trigger
from integrations.refusal import Refused
from integrations.selectors import is_mirrored, why_not_run
from integrations.services.runs import start_list_sync


class Command(TenantCommand):
    help = "Import projects from Sage Intacct, in this process unless --queue is given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("ids", nargs="*", metavar="ID", help="project ids, as in Intacct")
        parser.add_argument("--all", action="store_true", help="every project that is not ignored or missing")
        parser.add_argument("--queue", action="store_true", help="leave the work to a worker")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        if bool(options["ids"]) == options["all"]:
            self.end(EXIT_USE, "Name project ids, or give --all.", "", "USE")
        connection = self.connection()
        refused = why_not_run(connection, flow_for(ProjectImport.key))
        if refused is not None:
            raise refused
        needed = [key for key in ("projects", "customers", "tasks") if not is_mirrored(connection, key)]
        if needed:
            first = start_list_sync(connection, kinds=needed, trigger=Trigger.COMMAND, queued=False)
            run = run_to_end(first.run)
            if run.state == RunState.FAILED:
                raise Refused(run.error_sentence or "The list of projects could not be read.", run.error_advice)
        items = intacct_projects(connection) if options["all"] else choose(connection, options["ids"])
        started = start_import(connection, items, trigger=Trigger.COMMAND, queued=options["queue"])
        self.finish(started, queued=options["queue"])
