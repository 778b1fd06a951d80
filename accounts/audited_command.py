"""What every command that changes something has: its name in the audit trail and in each line of the log."""

from typing import Any

import structlog
from django.core.management.base import BaseCommand

from accounts.audit import Origin, acting


class AuditedCommand(BaseCommand):
    """What it changes is of “command: name” in the audit trail."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        name = type(self).__module__.rpartition(".")[2]
        with acting(Origin(label=f"command: {name}")), structlog.contextvars.bound_contextvars(command=name):
            return super().execute(*args, **options)
