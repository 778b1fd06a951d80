"""Start the local Sage Intacct: `python manage.py intacct_sandbox`.

Owns nothing but the bridge from manage.py to the sandbox's own command line. Must not need a database or keys.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations import local_intacct


class Command(BaseCommand):
    """Same options and behavior as `python -m integrations.sandbox`."""

    help = "Start a local Sage Intacct with memory and print READY <endpoint url> when it listens."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        try:
            local_intacct.add_arguments(parser)
        except local_intacct.NotIncluded as error:
            raise CommandError(str(error)) from error

    def handle(self, *args: Any, **options: Any) -> None:
        code = local_intacct.run(argparse.Namespace(**options))
        if code:
            sys.exit(code)
