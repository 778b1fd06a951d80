"""What lines of bills take from their head and from the settings, so that pages can say it.

Reads only. What settings filled in when a line was first written stays, whatever they say now.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from erp_admin.bills.settings import ACCOUNT
from erp_admin.bills.sources import BillLineSource, source_of
from erp_admin.documents.types import Inherited, LineValues
from erp_admin.models import Bill
from erp_admin.purchasing.settings import DEPARTMENT, ITEM, LOCATION
from integrations.delivery.contract import PushContext

# Attribute of a line, field it is written to, and the setting that fills it.
_FILLED = (
    ("account_id", "ACCOUNTNO", ACCOUNT),
    ("item_id", "ITEMID", ITEM),
    ("location_id", "LOCATIONID", LOCATION),
    ("department_id", "DEPARTMENTID", DEPARTMENT),
)


def of_bill(bill: Bill, lines: Sequence[Any], context: PushContext | None) -> LineValues:
    found: dict[int, dict[str, Inherited]] = {line.pk: {} for line in lines}
    if context is not None:
        for source in source_of(bill, context).lines:
            if source.line.pk in found:
                found[source.line.pk] = dict(_filled(source))
    return found


def _filled(source: BillLineSource) -> Iterator[tuple[str, Inherited]]:
    for attribute, name, setting in _FILLED:
        if getattr(source.line, attribute):
            continue
        first, present = source.first.get(name), source.choices[setting.key]
        if value := first or present.value:
            is_first = bool(first) and first != present.value
            words = f"the {present.source}" if present.source.startswith("setting of ") else "the settings"
            yield attribute, Inherited(value, "the first push" if is_first else words)
