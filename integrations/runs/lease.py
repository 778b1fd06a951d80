"""Who may work: a run's lease, and a company's request slots. Both are claimed by a conditional UPDATE.

Owns claiming, renewing and releasing, the same on SQLite and PostgreSQL. A worker that lost its lease unnoticed does
no harm: what it writes about the run it writes in `holding`, which refuses.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from integrations.models import ACTIVE_RUNS, CompanySlot, RunState, SyncRun

# Longer than the longest silence of a living worker, after which it is renewed: one request that takes all the time a
# slice has, 260 s, or a pause of 120 s that the gateway asked for and then an attempt of 130 s.
LEASE = timedelta(minutes=5)
WRITE_SLOT = 0  # taken besides a request slot: one write at a time
SLOTS_PER_COMPANY = 2  # the concurrency third-party accounts quote for the first tier
MOST_LOST_WORKERS = 3


class NoSlot(Exception):
    """Every request slot of the company is taken for now."""


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
        "lease_expires_at": now + LEASE,
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
    return bool(held.update(lease_expires_at=now + LEASE, heartbeat_at=now))


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


@dataclass(frozen=True)
class Slot:
    company_id: str
    number: int
    token: str

    def renew(self) -> None:
        CompanySlot.objects.filter(company_id=self.company_id, number=self.number, token=self.token).update(
            expires_at=timezone.now() + LEASE
        )


@contextmanager
def company_slot(company_id: str, *, wait_seconds: float = 0) -> Iterator[Slot]:
    """Hold one of the company's request slots; raises NoSlot when none came free within `wait_seconds`."""
    with _held(company_id, range(1, SLOTS_PER_COMPANY + 1), wait_seconds) as slot:
        yield slot


@contextmanager
def write_slot(company_id: str, *, wait_seconds: float = 0) -> Iterator[Slot]:
    """Hold the company's one slot for writes, besides a request slot; raises NoSlot like `company_slot`."""
    with _held(company_id, range(WRITE_SLOT, WRITE_SLOT + 1), wait_seconds) as slot:
        yield slot


@contextmanager
def _held(company_id: str, numbers: range, wait_seconds: float) -> Iterator[Slot]:
    deadline = time.monotonic() + wait_seconds
    while (slot := _claim_slot(company_id, numbers)) is None:
        if time.monotonic() >= deadline:
            raise NoSlot(company_id)
        time.sleep(0.2)
    try:
        yield slot
    finally:
        CompanySlot.objects.filter(company_id=company_id, number=slot.number, token=slot.token).update(
            token="", expires_at=None
        )


def _claim_slot(company_id: str, numbers: range) -> Slot | None:
    token = secrets.token_hex(16)
    now = timezone.now()
    free = Q(token="") | Q(expires_at__lt=now)
    for number in numbers:
        slot = CompanySlot.objects.filter(company_id=company_id, number=number)
        if slot.filter(free).update(token=token, expires_at=now + LEASE):
            return Slot(company_id, number, token)
    known = CompanySlot.objects.filter(company_id=company_id, number__in=numbers).count()
    if known < len(numbers):
        rows = [CompanySlot(company_id=company_id, number=number) for number in numbers]
        CompanySlot.objects.bulk_create(rows, ignore_conflicts=True)
        return _claim_slot(company_id, numbers)
    return None
