"""What support staff look at, told to the company it belongs to: each visit in its own audit trail, with a reason.

Owns visits, stated reasons, and which companies are closed to support. Shows no page; what staff may see of a row is
decided by Django's permissions.
"""

import time
from datetime import datetime
from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.db.models import F, Model
from django.utils import timezone
from django.utils.text import capfirst

from accounts.audit import record_event
from accounts.models import EventKind, SupportAccess, SupportVisit, Tenant, User

REASONS_KEY: Final = "support_reasons"
REASON_HOLDS_SECONDS: Final = 8 * 3600
NO_REASON: Final = "No reason was asked for: a list."


def closed_to_support() -> frozenset[int]:
    """The companies whose data support may not look at now."""
    asked = Tenant.objects.filter(support_access=SupportAccess.WHEN_ALLOWED).exclude(support_until__gt=timezone.now())
    return frozenset(asked.values_list("pk", flat=True))


def tenant_of(row: Model) -> int | None:
    """The company a row belongs to, or None."""
    return row.pk if isinstance(row, Tenant) else getattr(row, "tenant_id", None)


def state_reason(session: SessionBase, tenant_id: int, reason: str) -> None:
    """Keep why this person looks at a company, for a working day of this log-in."""
    kept = {**session.get(REASONS_KEY, {}), str(tenant_id): [reason, time.time() + REASON_HOLDS_SECONDS]}
    session[REASONS_KEY] = kept


def stated_reason(session: SessionBase, tenant_id: int) -> str:
    """Why this person looks at a company, as stated lately; "" when it has to be asked."""
    reason, until = session.get(REASONS_KEY, {}).get(str(tenant_id), ("", 0))
    return str(reason) if until > time.time() else ""


def record_visit(tenant_id: int, actor: User, model: type[Model], reason: str) -> None:
    """Tell a company that its records were looked at: one entry for each of the staff, kind of record and hour.

    Call behind the door across tenants. Further pages within the hour are counted.
    """
    what = capfirst(str(model._meta.verbose_name_plural))[:100]
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    if _counted(tenant_id, actor, what, hour):
        return
    try:
        with transaction.atomic():
            about = Tenant.objects.get(pk=tenant_id)
            text = f"{what}. Reason: {reason or NO_REASON}"
            (entry,) = record_event(EventKind.SUPPORT_LOOKED, text, about=about, by=actor)
            SupportVisit.objects.create(tenant=about, actor=actor, what=what, hour=hour, entry=entry)
    except IntegrityError:  # another page of the same person was quicker
        _counted(tenant_id, actor, what, hour)


def _counted(tenant_id: int, actor: User, what: str, hour: datetime) -> bool:
    visits: Any = SupportVisit.objects.filter(tenant=tenant_id, actor=actor, what=what, hour=hour)
    return bool(visits.update(pages=F("pages") + 1))
