"""`worker`: registers the dispatcher and works off the queue until stopped."""

from typing import Any

from django.core.management.base import BaseCommand

from integrations import queue


class Command(BaseCommand):
    help = "Register the dispatcher and the heartbeat, then work off the queue until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        queue.run_worker()
