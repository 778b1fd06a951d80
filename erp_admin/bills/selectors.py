"""Which bills are meant, and which share their numbers. Reads only."""

from collections.abc import Sequence

from django.db.models import QuerySet

from erp_admin.documents.numbers import others_numbered
from erp_admin.documents.types import Fact
from erp_admin.models import Bill


def bills_numbered(numbers: Sequence[str]) -> QuerySet[Bill]:
    """Of every vendor: a number alone may mean several."""
    return Bill.objects.filter(number__in=numbers).order_by("number", "pk")


def namesakes(bill: Bill) -> QuerySet[Bill]:
    """Those among which its number is unique, itself included."""
    return Bill.objects.filter(tenant_id=bill.tenant_id, vendor_id=bill.vendor_id)


def shared_number(bill: Bill) -> list[Fact]:
    """Says on the page of a bill that another one of its vendor has the same number but for case, dashes or spaces."""
    others = others_numbered(namesakes(bill), bill, bill.number) if bill.shares_number else []
    return [Fact("Same number as", str(other), "bill", other.pk) for other in others]
