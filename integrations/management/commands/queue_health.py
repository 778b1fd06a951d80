"""`queue_health`: exit code 0 while the queue's heartbeat is fresh, 1 when not; for supervisors."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from integrations.runs.health import queue_problem


class Command(BaseCommand):
    help = "Exit with 0 while the worker's heartbeat is fresh, else with 1 and the reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        problem = queue_problem()
        if options["json"]:
            self.stdout.write(json.dumps({"healthy": not problem, "problem": problem}))
        else:
            self.stdout.write(problem or "The queue works.")
        if problem:
            raise SystemExit(1)
