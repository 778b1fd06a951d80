"""How often a sign-in to Intacct may be tried: a few times, then after a wait that grows, told in minutes.

Owns counting refused sign-ins, in rows that are locked, so that it holds for all processes together. Signs in nowhere,
and must not tell whose tries were counted.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.audit import record_event
from accounts.models import Tenant, User
from accounts.refusal import Refused
from integrations.connections.notice import tell_admins
from integrations.event_kinds import IntegrationEvent
from integrations.gateway.slots import company_key
from integrations.intacct import Category, Credentials, IntacctError
from integrations.models import Connection, SignInTries

LONGEST_WAIT_MINUTES: Final = 60
FORGOTTEN_AFTER: Final = timedelta(days=1)
_REFUSED: Final = frozenset(
    {Category.SENDER, Category.SIGN_IN, Category.ENTITY}
)  # others say nothing of what was typed


@dataclass(frozen=True)
class _Limit:
    """What is counted, and how many refused tries it takes before one has to wait."""

    kind: str
    free: int
    is_reset: bool = True  # by a sign-in that is accepted

    def key(self, *whose: object) -> str:
        """A digest of fixed length: neither a company nor a user can be read from it."""
        text = "\x1f".join(str(part) for part in whose)
        return f"{self.kind}:{salted_hmac('integrations.sign_in_tries', text, algorithm='sha256').hexdigest()[:48]}"


OF_TENANT: Final = _Limit("tenant", 8)
OF_PERSON: Final = _Limit("person", 5)
OF_OWN_USER: Final = _Limit("own", 5)
OF_USER: Final = _Limit("user", 5)
# For whoever tries one user after the other. Being accepted as one of them says nothing about the others.
OF_COMPANY: Final = _Limit("company", 20, is_reset=False)
_BY_KIND: Final = {limit.kind: limit for limit in (OF_TENANT, OF_PERSON, OF_OWN_USER, OF_USER, OF_COMPANY)}


@dataclass(frozen=True)
class Attempt:
    """One sign-in with the company and user it is for; `proven` is the tenant's own connection, where it is for that.

    What is typed for a company that is not proven to be the tenant's own is counted for the whole installation, since
    Intacct locks a user whoever tried. A proven one is counted apart: nobody locks its owner out or learns of it.
    """

    tenant: Tenant
    credentials: Credentials
    by: User | None = None
    proven: Connection | None = None

    @property
    def weight(self) -> int:
        """How many sign-ins it may take: with an entity a refused one is tried again without it."""
        return 2 if self.credentials.entity and self.proven is None else 1

    def keys(self) -> list[str]:
        company, user = company_key(self.credentials.company), company_key(self.credentials.user)
        keys = [OF_TENANT.key(self.tenant.pk)]
        if self.by is not None:
            keys.append(OF_PERSON.key(self.by.pk))
        if self.proven is not None:
            return [*keys, OF_OWN_USER.key(self.tenant.pk, company, user)]
        return [*keys, OF_USER.key(company, user), OF_COMPANY.key(company)]


@contextmanager
def counted(attempt: Attempt) -> Iterator[None]:
    """A block that signs in. It counts as refused until Intacct has answered, so that no two pass on the last try.

    Raises Refused where one has to wait. Nothing may be sent before the block.
    """
    keys = attempt.keys()
    begun = _begin(keys, attempt.weight)
    try:
        yield
    except IntacctError as error:
        if error.category in _REFUSED:
            _told(attempt, begun)
        else:
            _give_back(keys, attempt.weight)
        raise
    except Refused:
        _give_back(keys, attempt.weight)
        raise
    _accepted(keys, attempt.weight)


def _begin(keys: list[str], weight: int) -> timedelta | None:
    """Count the try and return how long the next one has to wait, if it has to. Raises Refused while one waits."""
    now = timezone.now()
    with transaction.atomic():
        SignInTries.objects.bulk_create([SignInTries(key=key) for key in keys], ignore_conflicts=True)
        rows = list(SignInTries.objects.select_for_update().filter(key__in=keys).order_by("key"))
        until = max((row.wait_until for row in rows if row.wait_until and row.wait_until > now), default=None)
        if until is None:
            waits = [_count(row, weight, now) for row in rows]
            SignInTries.objects.bulk_update(rows, ["tries", "wait_until", "last_at", "told_at"])
    if until is not None:
        raise _must_wait(until - now)
    return max((wait for wait in waits if wait is not None), default=None)


def _count(row: SignInTries, weight: int, now: datetime) -> timedelta | None:
    if now - row.last_at > FORGOTTEN_AFTER:
        row.tries, row.told_at = 0, None
    row.tries, row.last_at = row.tries + weight, now
    over = row.tries - _BY_KIND[row.key.partition(":")[0]].free
    wait = timedelta(minutes=min(2 ** min(over, 10), LONGEST_WAIT_MINUTES)) if over >= 0 else None
    row.wait_until = now + wait if wait is not None else None
    return wait


def _must_wait(left: timedelta) -> Refused:
    return Refused(
        "Too many sign-ins to Sage Intacct were refused, so the next one has to wait. Nothing was sent.",
        f"Try again in {_minutes(left)}. Until then ask in Intacct for the company, the user and a new password: "
        "Intacct locks a user after some wrong passwords.",
        code="CON-WAIT",
    )


def _minutes(left: timedelta) -> str:
    minutes = max(math.ceil(left.total_seconds() / 60), 1)
    return f"{minutes} minute{'s' if minutes > 1 else ''}"


def _give_back(keys: list[str], weight: int) -> None:
    """Intacct said nothing about what was typed."""
    rows = SignInTries.objects.filter(key__in=keys)
    rows.update(tries=Greatest(F("tries") - weight, 0), wait_until=None)


def _accepted(keys: list[str], weight: int) -> None:
    lasting = [key for key in keys if not _BY_KIND[key.partition(":")[0]].is_reset]
    SignInTries.objects.filter(key__in=[key for key in keys if key not in lasting]).delete()
    _give_back(lasting, weight)


def _told(attempt: Attempt, wait: timedelta | None) -> None:
    """Write a wait down in the tenant's own trail, and mail its admins once a day."""
    if wait is None:
        return
    text = f"Sage Intacct refused sign-ins in a row; the next one may be tried in {_minutes(wait)}."
    record_event(IntegrationEvent.SIGN_INS_WAIT, text, about=attempt.tenant, by=attempt.by)
    now, key = timezone.now(), OF_TENANT.key(attempt.tenant.pk)
    if SignInTries.objects.filter(key=key, told_at=None).update(told_at=now):
        tell_admins(attempt.tenant, by=attempt.by, wait=_minutes(wait))
