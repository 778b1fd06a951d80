"""The amounts at the head of a commitment and of a change order: what was agreed, what changed it, what it comes to.

Reads only. Without any change there is one amount, and nothing to add up.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from django.db.models import Count, Q, Sum

from erp_admin.documents.types import Figure
from erp_admin.models import ChangeOrder, Commitment
from integrations.models import AGREED, Approval

# Entered and neither approved nor turned down yet.
PENDING: Final = Q(approval__in=(Approval.DRAFT, Approval.NEEDS_REVIEW))


def of_commitment(document: Commitment) -> Sequence[Figure]:
    found = document.change_orders.order_by().aggregate(
        count=Count("pk"), approved=Sum("total", filter=AGREED), pending=Sum("total", filter=PENDING)
    )
    if not found["count"]:
        return [Figure("Amount", document.total, is_result=True)]
    approved = found["approved"] or Decimal(0)
    pending = [Figure("Pending changes", found["pending"])] if found["pending"] else []
    return [
        Figure("Original", document.total),
        Figure("Approved changes", approved),
        *pending,
        Figure("Revised", document.total + approved, is_result=True),
    ]


def of_change_order(document: ChangeOrder) -> Sequence[Figure]:
    base = document.commitment
    others = base.change_orders.filter(AGREED).exclude(pk=document.pk).order_by()
    approved = others.aggregate(sum=Sum("total"))["sum"] or Decimal(0)
    before = [Figure("Other approved changes", approved)] if approved else []
    return [
        Figure("Commitment", base.total),
        *before,
        Figure("This change", document.total),
        Figure("Commitment with it", base.total + approved + document.total, is_result=True),
    ]
