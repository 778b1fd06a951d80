"""How often something may be tried: a few times at once, then ever more slowly, counted for all processes.

Owns the counting and the waits; decides nothing about what is tried, and never waits itself. Kept in the database:
a conditional update is the same everywhere, whatever the cache.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import Attempts

_ROUNDS = 200  # each lost round means that somebody else's try was counted


@dataclass(frozen=True)
class Pace:
    """`free` tries at once; then a wait of `first` seconds, doubled each time up to `longest`.

    After `forget` seconds without a try all is as at the beginning.
    """

    free: int
    first: int
    longest: int
    forget: int

    def wait_after(self, tries: int) -> timedelta:
        if tries < self.free:
            return timedelta(0)
        return timedelta(seconds=min(self.first * 2 ** min(tries - self.free, 20), self.longest))


@dataclass(frozen=True)
class Counter:
    """What is counted, in words that stay here: they are kept as a hash only."""

    what: str
    pace: Pace

    @property
    def key(self) -> str:
        return salted_hmac("accounts.slowing", self.what, algorithm="sha256").hexdigest()


class _Closed(Exception):
    def __init__(self, seconds: int) -> None:
        self.seconds = seconds


def seconds_to_wait(counters: Sequence[Counter]) -> int:
    """Count one try with each of the counters and return 0; or count none and return how long there is to wait.

    The try is counted before its outcome is known, so that many at the same moment cannot all be the last free one.
    """
    try:
        with transaction.atomic():
            for counter in counters:
                _count(counter)
    except _Closed as closed:
        return closed.seconds
    return 0


def forget(counters: Sequence[Counter]) -> None:
    """Begin again, for the try that succeeded showed that all is well."""
    Attempts.objects.filter(key__in=[counter.key for counter in counters]).delete()


def _count(counter: Counter) -> None:
    """Raises _Closed where it is not time yet."""
    key, pace = counter.key, counter.pace
    for _ in range(_ROUNDS):
        now = timezone.now()
        row = Attempts.objects.filter(key=key).first()
        if row is None:
            fresh = Attempts(key=key, tries=0, opens_at=now, last_at=now)
            Attempts.objects.bulk_create([fresh], ignore_conflicts=True)
            continue
        if row.tries >= pace.free and row.opens_at > now:
            raise _Closed(max(1, round((row.opens_at - now).total_seconds())))
        tries = 1 if row.last_at < now - timedelta(seconds=pace.forget) else row.tries + 1
        unchanged = Attempts.objects.filter(key=key, tries=row.tries, opens_at=row.opens_at)
        if unchanged.update(tries=tries, opens_at=now + pace.wait_after(tries), last_at=now):
            return
    raise _Closed(pace.first)
