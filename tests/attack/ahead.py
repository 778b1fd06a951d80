"""`python -m tests.attack.ahead SECONDS`: a worker on a host whose clock is ahead by so many seconds.

Moves what `timezone.now` says in this process and in those that it starts; the system's clock stays as it is.
"""

import os
import sys
from datetime import UTC, datetime, timedelta

import django
from django.utils import timezone


def move_clock(seconds: float) -> None:
    """Have this process live so many seconds later."""

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=seconds)

    timezone.now = now


def main(seconds: float) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    move_clock(seconds)
    django.setup()
    from integrations import queue

    queue.run_worker()  # its processes are forked, and take the clock with them


if __name__ == "__main__":
    main(float(sys.argv[1]))
