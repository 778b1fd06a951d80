"""Learn which clock a company stamps its records by. Taught by what happens anyway; nothing is written to find out."""

from datetime import datetime, timedelta

from django.utils import timezone

from integrations.models import CompanyClock, Connection

# Zones differ by quarters of an hour; what is left over is the time the request took.
STEP = timedelta(minutes=15)
FURTHEST = timedelta(hours=14)


def learn_clock(
    connection: Connection, *, stamped: datetime, happened_at: datetime, source: str
) -> CompanyClock | None:
    """Keep what a stamp of Intacct says about its clock.

    `stamped` is the WHENMODIFIED of a record of ours as it was sent, taken for UTC; `happened_at` is when we know it
    was written. Returns None, and keeps nothing, for a difference that no time zone explains.
    """
    difference = stamped - happened_at
    offset = round(difference / STEP) * STEP
    if abs(offset) > FURTHEST or abs(difference - offset) > STEP / 3:
        return None
    clock, _ = CompanyClock.objects.update_or_create(
        connection=connection,
        defaults={
            "tenant_id": connection.tenant_id,
            "offset_minutes": int(offset.total_seconds() // 60),
            "source": source[:200],
            "learned_at": timezone.now(),
        },
    )
    return clock
