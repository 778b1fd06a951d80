"""What lines of purchasing documents take from their head and from the settings, so that pages can say it.

Reads only. What settings filled in when a line was first written stays, whatever they say now.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from erp_admin.documents.types import Inherited, LineValues
from erp_admin.models import ChangeOrder, Commitment, CommitmentKind
from erp_admin.purchasing.settings import DEPARTMENT, ITEM, LOCATION, UNIT
from erp_admin.purchasing.sources import LineSource, source_of
from integrations.delivery.contract import PushContext

# Attribute of a line, element it is written to, and the setting that fills it.
_FILLED = (
    ("item_id", "itemid", ITEM),
    ("unit", "unit", UNIT),
    ("location_id", "locationid", LOCATION),
    ("department_id", "departmentid", DEPARTMENT),
)


def of_commitment(document: Commitment, lines: Sequence[Any], context: PushContext | None) -> LineValues:
    return _inherited("commitments", document, document, lines, context)


def of_change_order(document: ChangeOrder, lines: Sequence[Any], context: PushContext | None) -> LineValues:
    return _inherited("change_orders", document, document.commitment, lines, context)


def _inherited(
    flow_key: str,
    document: Commitment | ChangeOrder,
    base: Commitment,
    lines: Sequence[Any],
    context: PushContext | None,
) -> LineValues:
    found: dict[int, dict[str, Inherited]] = {line.pk: {} for line in lines}
    head = "the head" if document is base else "the commitment"
    for line in lines:
        if line.retainage_percent is None and base.retainage_percent:
            found[line.pk]["retainage_percent"] = Inherited(f"{base.retainage_percent.normalize():f}", head)
    if context is not None and base.kind in CommitmentKind.values:  # of a damaged row nothing can be said
        for source in source_of(flow_key, document, context).lines:
            if source.line.pk in found:
                found[source.line.pk] |= dict(_filled(source))
    return found


def _words(source: str) -> str:
    """Where a setting has its value, shortly; that of a project or entity is named."""
    return f"the {source}" if source.startswith("setting of ") else "the settings"


def _filled(source: LineSource) -> Iterator[tuple[str, Inherited]]:
    for attribute, element, setting in _FILLED:
        if getattr(source.line, attribute):
            continue
        first, present = source.first.get(element), source.choices[setting.key]
        if value := first or present.value:
            is_first = bool(first) and first != present.value
            yield attribute, Inherited(value, "the first push" if is_first else _words(present.source))
