"""A company's request slots: how many requests to one Intacct company go out at a time.

Owns claiming (by a conditional UPDATE), renewing and releasing slots, the same on SQLite and PostgreSQL. Knows no run.
Must not give a slot of a company to anybody who has not shown that it is theirs: they take one for signing in.
"""

import secrets
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from integrations.models import CompanySlot

# Longer than the longest silence of a living worker, after which it is renewed: one request that takes all the time a
# slice has, 260 s, or a pause of 120 s that the gateway asked for and then an attempt of 130 s.
LEASE = timedelta(minutes=5)
WRITE_SLOT = 0  # taken besides a request slot: one write at a time
SLOTS_PER_COMPANY = 2  # the concurrency third-party accounts quote for the first tier
# Sign-ins to companies that are not proven to be the tenant's own: at a time, of the installation and of one tenant.
SIGN_INS_AT_ONCE, SIGN_INS_OF_A_TENANT = 4, 2
# Names that no company can have, since an id has no blank at its ends.
_SIGN_INS, _OF_TENANT = " sign-ins", " sign-ins of tenant {}"
_LONGEST_ID = 80


class NoSlot(Exception):
    """Every request slot of the company is taken for now."""


@dataclass(frozen=True)
class Slot:
    company_id: str
    number: int
    token: str

    def renew(self) -> None:
        CompanySlot.objects.filter(company_id=self.company_id, number=self.number, token=self.token).update(
            expires_at=timezone.now() + LEASE
        )


def company_key(company_id: str) -> str:
    """The same for all ways of writing one company's id: width, case and composition of letters, blanks around it."""
    return unicodedata.normalize("NFKC", company_id).casefold().strip()[:_LONGEST_ID]


@contextmanager
def company_slot(company_id: str, *, wait_seconds: float = 0) -> Iterator[Slot]:
    """Hold one of the company's request slots; raises NoSlot when none came free within `wait_seconds`."""
    with _held(company_key(company_id), range(1, SLOTS_PER_COMPANY + 1), wait_seconds) as slot:
        yield slot


@contextmanager
def write_slot(company_id: str, *, wait_seconds: float = 0) -> Iterator[Slot]:
    """Hold the company's one slot for writes, besides a request slot; raises NoSlot like `company_slot`."""
    with _held(company_key(company_id), range(WRITE_SLOT, WRITE_SLOT + 1), wait_seconds) as slot:
        yield slot


@contextmanager
def sign_in_slot(tenant_id: int, *, wait_seconds: float = 0) -> Iterator[None]:
    """Hold one of the tenant's sign-ins and one of the installation's; raises NoSlot like `company_slot`.

    It says nothing about the company that is signed in to, and takes nothing from it.
    """
    with (
        _held(_OF_TENANT.format(tenant_id), range(1, SIGN_INS_OF_A_TENANT + 1), wait_seconds),
        _held(_SIGN_INS, range(1, SIGN_INS_AT_ONCE + 1), wait_seconds),
    ):
        yield


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
