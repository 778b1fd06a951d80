"""Whether the queue is alive: the last beat, whether a worker holds a run, and why the queue counts as stopped.

Reads only, across tenants.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.tenancy import cross_tenant
from integrations.models import ACTIVE_RUNS, Heartbeat, SyncRun

HEARTBEAT_LIMIT = timedelta(minutes=3)


def last_beat() -> datetime | None:
    """When a job last passed through the queue, or None before any did."""
    return Heartbeat.objects.filter(name="queue").values_list("beat_at", flat=True).first()


def somebody_works() -> bool:
    """Whether a run is held by a living worker; while Intacct lets it wait, no job passes through the queue."""
    with cross_tenant("queue health"):
        return SyncRun.objects.filter(state__in=ACTIVE_RUNS, lease_expires_at__gt=timezone.now()).exists()


def queue_problem() -> str:
    """Why the queue counts as stopped, or "". Each job renews the heartbeat, and one each minute does nothing else."""
    beat = last_beat()
    if beat is None:
        return "The worker has never reported. Start it with: python manage.py worker"
    age = timezone.now() - beat
    if age > HEARTBEAT_LIMIT and not somebody_works():
        return f"The worker last reported {int(age.total_seconds())} seconds ago; it should each minute. Restart it."
    return ""
