"""What runs in the queue: a slice of a run, the dispatcher, the heartbeat.

Arguments are primary keys. Nothing here knows what a run does; the runner does. No remote error leaves a job.
"""

import logging

from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import cross_tenant, tenant_scope
from integrations import queue
from integrations.engine.runner import Slice, work_slice
from integrations.models import Connection, Heartbeat, Trigger
from integrations.notices import holds_to_tell, tell_holds
from integrations.refusal import Refused
from integrations.selectors import runs_left_behind
from integrations.services.pushes import ledgers_due, push_flow, wake_ledger

logger = logging.getLogger(__name__)


def work_run(tenant_id: int, run_id: int) -> None:
    """Work one slice and wake the next worker while there is more to do."""
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is None:
        return
    with tenant_scope(tenant):
        if work_slice(run_id) is Slice.MORE:
            queue.wake(tenant_id, run_id)


def dispatch() -> None:
    """Wake a worker for each run left behind, unless one waits in the queue already: a long queue grows no longer.

    One run of each tenant first, so that a tenant with many runs does not hold up the others.
    """
    woken = queue.runs_waiting()
    with cross_tenant("dispatcher"):
        due = runs_left_behind().exclude(pk__in=woken).order_by("created_at").values_list("tenant_id", "pk")
        rank: dict[int, int] = {}
        ranked = []
        for tenant_id, run_id in due:
            rank[tenant_id] = rank.get(tenant_id, 0) + 1
            ranked.append((rank[tenant_id], tenant_id, run_id))
        ledgers = ledgers_due()
    for _, tenant_id, run_id in sorted(ranked):
        queue.wake(tenant_id, run_id)
    for tenant_id, connection_id, flow in ledgers:
        _wake_ledger(tenant_id, connection_id, flow)
    tell_what_is_held()
    queue.forget_old_failures()


def tell_what_is_held() -> None:
    """Mail the admins of each tenant in which a flow is held that they were not told of."""
    with cross_tenant("notices of held flows"):
        untold = holds_to_tell()
    for tenant_id, connection_id in untold:
        with tenant_scope(Tenant.objects.get(pk=tenant_id)):
            tell_holds(Connection.objects.get(pk=connection_id))


def _wake_ledger(tenant_id: int, connection_id: int, flow: str) -> None:
    """Look up, send again or read back what has become due of a flow. A refusal is shown where its cause is shown."""
    with tenant_scope(Tenant.objects.get(pk=tenant_id)):
        connection = Connection.objects.get(pk=connection_id)
        try:
            wake_ledger(connection, push_flow(flow), trigger=Trigger.SCHEDULE)
        except Refused as refused:
            logger.info("the ledger of %s waits: %s", flow, refused.sentence)


def beat() -> None:
    """Show that the queue works: this job has passed through it."""
    Heartbeat.objects.update_or_create(name="queue", defaults={"beat_at": timezone.now()})
