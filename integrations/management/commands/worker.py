"""`worker`: registers the schedules and works off the queue until stopped; `--supervise` keeps such a worker alive."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from integrations import queue
from integrations.operations.supervisor import Limits, Supervisor

_DEFAULTS = Limits(stop=settings.QUEUE_STOP_SECONDS)


class Command(BaseCommand):
    help = "Register the schedules, then work off the queue until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--supervise", action="store_true", help="run the worker as a child and replace it on need")
        for name, what in (
            ("stale", "silence after which the worker is replaced"),
            ("check", "how often it is looked at"),
            ("stop", "how long it may finish its work when told to stop"),
            ("stalled-stop", "the same for a silent one"),
        ):
            default = getattr(_DEFAULTS, name.replace("-", "_"))
            parser.add_argument(
                f"--{name}-seconds", type=float, default=default, help=f"{what} (default {default:.0f})"
            )
        parser.add_argument(
            "--failures", type=int, default=_DEFAULTS.failures, help="failed starts in a row before it gives up"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["supervise"]:
            queue.run_worker()
            return
        limits = Limits(
            stop=options["stop_seconds"],
            stale=options["stale_seconds"],
            check=options["check_seconds"],
            stalled_stop=options["stalled_stop_seconds"],
            failures=options["failures"],
        )
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"]
        sys.exit(Supervisor(command, limits).run())
