"""Count what a request to Intacct cost, once, where its exchange is stored.

Knows the counter and nothing that reads it; imports nothing that could send a request.
"""

from datetime import UTC, datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from integrations.models import ApiUsage


def count_exchange(*, tenant_id: int, company_id: str, flow: str, at: datetime, billable: int) -> None:
    """Add one request to the day's count. Call it in the transaction that stores the exchange."""
    row = {"tenant_id": tenant_id, "company_id": company_id, "day": at.astimezone(UTC).date(), "flow": flow}
    more = {"requests": F("requests") + 1, "billable": F("billable") + billable}
    if ApiUsage.objects.filter(**row).update(**more):
        return
    try:
        with transaction.atomic():
            ApiUsage.objects.create(**row, requests=1, billable=billable)
    except IntegrityError:
        ApiUsage.objects.filter(**row).update(**more)  # somebody else counted the first one at this moment
