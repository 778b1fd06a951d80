"""The amounts at the head of a bill's page: the bill itself, and what it leaves of its commitment. Reads only."""

from collections.abc import Sequence

from erp_admin.bills.billed import billed
from erp_admin.documents.types import Figure
from erp_admin.models import Bill


def of_bill(bill: Bill) -> Sequence[Figure]:
    """Of a bill for a commitment with another currency its own amount alone: nothing can be added up."""
    commitment = bill.commitment
    standing = billed([bill]).get(bill.pk) if commitment is not None and commitment.currency == bill.currency else None
    if standing is None:
        return [Figure("Amount", bill.total, is_result=True)]
    return [
        Figure("Commitment, revised", standing.revised),
        Figure("Billed before", standing.before),
        Figure("This bill", bill.total),
        Figure("Left to bill", standing.left_after(bill), is_result=True),
    ]
