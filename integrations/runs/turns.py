"""Whose turn it is: whether the runs of other tenants wait for a worker, and which run lets them go first.

Owns the questions by which a long run shares its worker. Reads only, across tenants; wakes and works on nothing.
"""

import time
from collections.abc import Callable

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.tenancy import cross_tenant
from integrations import queue
from integrations.models import ACTIVE_RUNS, SyncRun

# While others wait for a worker a slice ends at a page border; it has got its run ahead for this long before.
SHARED_SLICE_SECONDS = 2.0
LOOK_EVERY_SECONDS = 1.0
_LOOKED_AT = 200
OthersWait = Callable[[], bool]


def nobody_waits() -> bool:
    """What a command says of the others: it has a process of its own."""
    return False


def looked_at_times(others_wait: OthersWait) -> OthersWait:
    """The question for a slice that begins now: asked at most every second, not in the first two, and once answered."""
    next_look, waiting = time.monotonic() + SHARED_SLICE_SECONDS, False

    def asked() -> bool:
        nonlocal next_look, waiting
        now = time.monotonic()
        if not waiting and now >= next_look:
            next_look = now + LOOK_EVERY_SECONDS
            waiting = others_wait()
        return waiting

    return asked


def others_wait(tenant_id: int) -> bool:
    """Whether somebody else's work lies in the queue that no worker has begun.

    A worker process takes one entry ahead, which then looks taken; its run shows that nobody has it. A run that waits
    for something else than a worker, such as a request slot, has no entry.
    """
    if queue.others_waiting(tenant_id):
        return True
    with cross_tenant("whose turn it is"):
        idle = set(_idle().exclude(tenant_id=tenant_id).values_list("pk", flat=True)[:_LOOKED_AT])
    return bool(idle) and not idle.isdisjoint(queue.runs_asked_for(_LOOKED_AT))


def lets_others_go_first(tenant_id: int, run_id: int) -> bool:
    """Whether the run is to leave its worker to other tenants: another run of its tenant has one, and they wait."""
    now = timezone.now()
    at_work = SyncRun.objects.filter(state__in=ACTIVE_RUNS, lease_expires_at__gt=now).exclude(lease_token="")
    return at_work.exclude(pk=run_id).exists() and others_wait(tenant_id)


def left_aside(run_id: int) -> list[int]:
    """The other runs of this tenant that could be worked on and that nobody works on; the oldest first."""
    return list(_idle().exclude(pk=run_id).order_by("created_at").values_list("pk", flat=True))


def _idle() -> QuerySet[SyncRun]:
    is_due = Q(resume_at=None) | Q(resume_at__lte=timezone.now())
    return SyncRun.objects.filter(is_due, state__in=ACTIVE_RUNS, lease_token="").order_by()
