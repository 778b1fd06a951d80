"""What runs in the queue: a slice of a run, the dispatcher, the heartbeat.

Arguments are primary keys. Nothing here knows what a run does; the runner does. No remote error leaves a job.
"""

import logging
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import cross_tenant, tenant_scope
from integrations import queue
from integrations.engine.runner import Slice, work_slice
from integrations.models import ACTIVE_RUNS, Heartbeat, SyncRun

logger = logging.getLogger(__name__)

# A run that nobody works on and nobody was woken for is woken again after this time.
FORGOTTEN_AFTER = timedelta(seconds=30)


def work_run(tenant_id: int, run_id: int) -> None:
    """Work one slice and wake the next worker while there is more to do."""
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is None:
        return
    with tenant_scope(tenant):
        if work_slice(run_id) is Slice.MORE:
            queue.wake(tenant_id, run_id)


def dispatch() -> None:
    """Wake a worker for each run that is due and has no live lease: lost wake-ups, killed workers, busy companies.

    One run of each tenant first, so that a tenant with many runs does not hold up the others.
    """
    now = timezone.now()
    idle = Q(lease_token="", created_at__lt=now - FORGOTTEN_AFTER) | Q(lease_expires_at__lt=now)
    with cross_tenant("dispatcher"):
        due = SyncRun.objects.filter(idle, state__in=ACTIVE_RUNS).order_by("created_at").values_list("tenant_id", "pk")
        rank: dict[int, int] = {}
        ranked = []
        for tenant_id, run_id in due:
            rank[tenant_id] = rank.get(tenant_id, 0) + 1
            ranked.append((rank[tenant_id], tenant_id, run_id))
    for _, tenant_id, run_id in sorted(ranked):
        queue.wake(tenant_id, run_id)


def beat() -> None:
    """Show that the queue works: this job has passed through it."""
    Heartbeat.objects.update_or_create(name="queue", defaults={"beat_at": timezone.now()})
