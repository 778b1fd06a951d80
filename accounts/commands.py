"""What the commands about one tenant share: finding the tenant, its scope, and reporting results and refusals.

Exit codes: EXIT_CODES says what each means; 0 stands for nothing but what was done.
"""

import json
import sys
from abc import ABC, abstractmethod
from argparse import ArgumentParser
from typing import Any, Final, NoReturn

import structlog

from accounts.audited_command import AuditedCommand
from accounts.codes import general_advice
from accounts.models import Tenant
from accounts.refusal import Refused
from accounts.tenancy import tenant_scope

EXIT_DONE, EXIT_FAILED, EXIT_USE, EXIT_REFUSED, EXIT_INTACCT, EXIT_UNSETTLED = range(6)
EXIT_CODES: Final = {
    EXIT_DONE: "done, or there was nothing to do",
    EXIT_FAILED: "done in part, or failed: what was not done is named",
    EXIT_USE: "wrong use: an option, a file, or something named that does not exist; nothing was done",
    EXIT_REFUSED: "refused by the state of ERP Admin; nothing was done",
    EXIT_INTACCT: "refused by Sage Intacct",
    EXIT_UNSETTLED: "not settled yet: queued, held, waiting, or being checked; the output says what it needs",
}


class TenantCommand(AuditedCommand, ABC):
    """A command about one tenant. Subclasses implement `work`, which runs in the tenant's scope."""

    requires_system_checks = []
    as_json = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the tenant, as in its addresses")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json = bool(options["json"])
        self.prepare()
        tenant = Tenant.objects.filter(slug=options["slug"]).first()
        if tenant is None:
            self.end(EXIT_USE, f"There is no tenant “{options['slug']}”.", "create_tenant makes one.", "TENANT-UNKNOWN")
        with tenant_scope(tenant), structlog.contextvars.bound_contextvars(tenant=tenant.slug):
            self.attempt(tenant, options)

    def prepare(self) -> None:
        """End the command before anything is begun that could not be finished."""
        return

    def attempt(self, tenant: Tenant, options: dict[str, Any]) -> None:
        """Work, and report what was refused."""
        try:
            self.work(tenant, options)
        except Refused as refused:
            self.end(EXIT_REFUSED, refused.sentence, refused.advice, refused.code)

    @abstractmethod
    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        """Do what the command is for; raise what the services raise."""

    def end(self, code: int, sentence: str, advice: str = "", error_code: str = "") -> NoReturn:
        """Report a failure and leave with `code`. Without advice that of the error's code is given."""
        advice = advice or general_advice(error_code)
        if self.as_json:
            self.stdout.write(json.dumps({"error": error_code, "sentence": sentence, "advice": advice}))
        else:
            self.stderr.write(f"{sentence} {advice}".strip())
        sys.exit(code)

    def report(self, facts: dict[str, Any], *lines: str) -> None:
        """Print `facts` as JSON when asked for, else the lines."""
        if self.as_json:
            self.stdout.write(json.dumps(facts))
        else:
            for line in lines:
                self.stdout.write(line)
