"""Which worker has a run: its lease, claimed by a conditional UPDATE.

Owns claiming, renewing and releasing, the same on SQLite and PostgreSQL. A worker that lost its lease unnoticed does
no harm: what it writes about the run it writes in `holding`, which refuses.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from integrations.gateway import slots
from integrations.models import ACTIVE_RUNS, RunState, SyncRun

MOST_LOST_WORKERS = 3


class LeaseLost(Exception):
    """Another worker took the run over; this one must not write any more."""


def claim_run(run_id: int) -> str:
    """Take the run for this worker; return the lease's token, or "" when another worker has it or it has ended.

    A postponed run is not taken before its time, unless it is to be cancelled. Taking over a lease that ran out counts
    as a lost worker. Needs a scope or the cross-tenant door.
    """
    token = secrets.token_hex(16)
    now = timezone.now()
    mine = {
        "lease_token": token,
        "lease_expires_at": now + slots.LEASE,
        "heartbeat_at": now,
        "state": RunState.RUNNING,
        "resume_at": None,
    }
    is_due = Q(resume_at=None) | Q(resume_at__lte=now) | Q(cancel_requested_at__isnull=False)
    active = SyncRun.objects.filter(is_due, pk=run_id, state__in=ACTIVE_RUNS)
    if active.filter(lease_token="").update(**mine):
        return token
    lost = active.exclude(lease_token="").filter(lease_expires_at__lt=now)
    return token if lost.update(**mine, lost_workers=F("lost_workers") + 1) else ""


def renew_run(run_id: int, token: str) -> bool:
    """Prolong the lease and beat the heart; False when the lease was lost to another worker meanwhile."""
    now = timezone.now()
    held = SyncRun.objects.filter(pk=run_id, lease_token=token)
    return bool(held.update(lease_expires_at=now + slots.LEASE, heartbeat_at=now))


@contextmanager
def holding(run_id: int, token: str) -> Iterator[None]:
    """A transaction that writes only under a held lease; nobody can take the run over before it ends.

    Renewing locks the run's row until the commit, so a claim by another worker waits for it. Raises LeaseLost.
    """
    with transaction.atomic():
        if not renew_run(run_id, token):
            raise LeaseLost(run_id)
        yield


def release_run(run_id: int, token: str) -> None:
    """Let go of the run. One on which no work was begun is waiting again, and says so."""
    held = SyncRun.objects.filter(pk=run_id, lease_token=token)
    held.filter(state=RunState.RUNNING, started_at=None).update(state=RunState.QUEUED)
    held.update(lease_token="", lease_expires_at=None)
