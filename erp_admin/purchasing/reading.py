"""Purchasing transactions as they are compared: how a record reads by our elements, and which of its lines are ours.

Owns that reading; which field an element is read by stands in the mapping. Reads and writes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from erp_admin.purchasing.mapping import COURSE, MODIFIED, REVISED, SHARED
from integrations.delivery.contract import Found
from integrations.delivery.snapshot import LINE_COUNT, Snapshot
from integrations.intacct import number_in

Row = Mapping[str, object]
FIELDS: Final = SHARED.fields
HEAD: Final = SHARED.head.reads
LINE: Final = SHARED.lines.reads
DRAFTS: Final = ("Draft", "I")  # as `query` words it, and the stored code


def rows_of(facts: Mapping[str, object]) -> list[Row] | None:
    """The lines among the facts of a record; None where they were not read."""
    rows = facts.get("lines")
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else None


def amount(text: object) -> Decimal | None:
    """An amount as Intacct writes it, or None when it is not one."""
    try:
        return Decimal(str(text)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def number(text: object) -> int:
    """A record or line number; 0 for what is none."""
    return number_in(str(text or "")) or 0


def line_values(row: Row) -> dict[str, str]:
    return {element: str(row[name] or "") for element, name in LINE.items() if name in row}


def reading(found: Found, keys: Mapping[int, str]) -> Snapshot:
    """What a record shows. `keys` are our keys of its lines by record number; any other line has that number as key."""
    head = {element: str(found.facts[name] or "") for element, name in HEAD.items() if name in found.facts}
    rows = rows_of(found.facts)
    if rows is None:
        return Snapshot(head)
    lines, positions, numbers = {}, {}, {}
    for row in rows:
        record_no = number(row.get("RECORDNO"))
        key = keys.get(record_no) or f"#{record_no}"
        lines[key], positions[key], numbers[key] = line_values(row), number(row.get("LINE_NO")), record_no
    return Snapshot({**head, LINE_COUNT: str(len(lines))}, lines, positions, numbers)


def match_lines(wanted: Mapping[str, tuple[str, Decimal | None]], rows: Sequence[Row]) -> dict[str, tuple[int, int]]:
    """Record number and position in Intacct of each line, given its memo and amount: by both, else by amount in order.

    That lines come back in the order sent is unconfirmed, so an amount must agree in any case. Of two that agree in
    both the later is ours: a change order may have added one like it before.
    """
    left = sorted(rows, key=lambda row: number(row.get("LINE_NO")))
    matched: dict[str, tuple[int, int]] = {}
    for by_memo in (True, False):
        for key, (memo, value) in wanted.items():
            if key in matched:
                continue
            for row in reversed(left) if by_memo else left:
                if amount(row.get("TRX_VALUE")) == value and (not by_memo or row.get("MEMO") == memo):
                    matched[key] = (number(row.get("RECORDNO")), number(row.get("LINE_NO")))
                    left.remove(row)
                    break
    return matched


def is_ordinary(changed: Collection[str], *, is_explained: bool) -> bool:
    """Whether just these elements change by themselves: invoices move the state, change orders the revised total.

    A new modification time alone is an edit. `is_explained`: our change orders account for the revised total.
    """
    if not set(changed) <= COURSE or set(changed) == {MODIFIED}:
        return False
    return REVISED not in changed or is_explained
