"""AP bills as they are compared: how a record reads by our fields, and which of its lines are ours.

Owns that reading; which field is read by what stands in the mapping. Asks Intacct nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Final

from erp_admin.bills.mapping import COURSE, HEAD, LINES, MODIFIED
from erp_admin.models import Bill
from integrations.delivery.contract import Found
from integrations.delivery.snapshot import LINE_COUNT, Snapshot
from integrations.intacct import number_in
from integrations.models import RemoteRecord

Row = Mapping[str, object]
DRAFTS: Final = ("Draft", "D")  # as `query` words it, and the stored code


def rows_of(facts: Mapping[str, object]) -> list[Row] | None:
    """The lines among the facts of a record in their order; None where they were not read."""
    rows = facts.get("lines")
    found = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else None
    return None if found is None else sorted(found, key=lambda row: number(row.get("LINE_NO")))


def amount(text: object) -> Decimal | None:
    """An amount as Intacct writes it, or None when it is not one."""
    try:
        return Decimal(str(text)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def number(text: object) -> int:
    """A record or line number; 0 for what is none."""
    return number_in(str(text or "")) or 0


def head_values(facts: Mapping[str, object]) -> dict[str, str]:
    return {name: str(facts[field] or "") for name, field in HEAD.reads.items() if field in facts}


def line_values(row: Row) -> dict[str, str]:
    return {name: str(row[field] or "") for name, field in LINES.reads.items() if field in row}


def reading_of(bill: Bill, record: RemoteRecord, found: Found) -> Snapshot:
    """What the record shows by our keys; a line that is none of ours has its record number as key."""
    head, rows = head_values(found.facts), rows_of(found.facts)
    if rows is None:
        return Snapshot(head)
    keys = {record_no: key for key, record_no in _keys_of(bill, record).items()}
    lines, numbers = {}, {}
    for row in rows:
        record_no = number(row.get("RECORDNO"))
        key = keys.get(record_no) or f"#{record_no}"
        lines[key], numbers[key] = line_values(row), record_no
    return Snapshot({**head, LINE_COUNT: str(len(lines))}, lines, keys=numbers)


def _keys_of(bill: Bill, record: RemoteRecord) -> dict[str, int]:
    """The record number in Intacct of each line whose row there is known, by our key."""
    known = dict(Snapshot.of(record.sent).keys)
    return known or {str(line.pk): line.remote_record_no for line in bill.lines.all() if line.remote_record_no}


def take_keys(bill: Bill, record: RemoteRecord, found: Found, *, is_new: bool) -> None:
    """Keep the record number of each line in Intacct, on our lines and in what was sent.

    An update replaces all lines there, so after a push each is matched again; otherwise one that is gone stays missed.
    """
    sent, rows = Snapshot.of(record.sent), rows_of(found.facts)
    if sent.lines is None or rows is None:
        return
    here = {number(row.get("RECORDNO")) for row in rows}
    keys = {key: record_no for key, record_no in sent.keys.items() if record_no in here and key in sent.lines}
    wanted = {key: line for key, line in sent.lines.items() if key not in keys and (is_new or key not in sent.keys)}
    taken = set(keys.values())
    keys |= match_lines(wanted, [row for row in rows if number(row.get("RECORDNO")) not in taken])
    record.sent = replace(sent, keys={**({} if is_new else sent.keys), **keys}).as_json()
    places = {number(row.get("RECORDNO")): number(row.get("LINE_NO")) for row in rows}
    for line in bill.lines.all():
        record_no = keys.get(str(line.pk))
        position = places.get(record_no) if record_no is not None else None
        if (line.remote_record_no, line.remote_line_no) != (record_no, position):
            line.remote_record_no, line.remote_line_no = record_no, position
            line.save(update_fields=["remote_record_no", "remote_line_no"])


def match_lines(wanted: Mapping[str, Mapping[str, str]], rows: Sequence[Row]) -> dict[str, int]:
    """The record number of each line that was written: by memo and amount, else by amount in order.

    That lines come back in the order sent is unconfirmed, so an amount must agree in any case.
    """
    left, matched = list(rows), dict[str, int]()
    for by_memo in (True, False):
        for key, line in wanted.items():
            if key in matched:
                continue
            for row in left:
                is_same = amount(row.get("TRX_AMOUNT")) == amount(line.get("TRX_AMOUNT"))
                memo = str(row.get("ENTRYDESCRIPTION") or "").strip() == line.get("ENTRYDESCRIPTION", "").strip()
                if is_same and (memo or not by_memo):
                    matched[key] = number(row.get("RECORDNO"))
                    left.remove(row)
                    break
    return matched


def is_ordinary(changed: Collection[str]) -> bool:
    """Whether just these change by themselves: posting and payments. A new modification time alone is an edit."""
    return set(changed) <= COURSE and set(changed) != {MODIFIED}


def is_draft(state: str) -> bool:
    return state in DRAFTS


def names_of(bill: Bill, sent: Snapshot) -> Mapping[str, str]:
    """How people know the lines: by number here; of a line that is gone here by what was written."""
    names = {key: line.get("ENTRYDESCRIPTION") or "A line that was removed" for key, line in (sent.lines or {}).items()}
    return names | {str(pk): f"Line {number}" for pk, number in bill.lines.values_list("pk", "number")}


def vouched_for(bill: Bill, *, lines: int | None = None) -> Snapshot:
    """What linking a bill says of its record; its lines are counted where their number is not known."""
    count = bill.lines.count() if lines is None else lines
    return Snapshot({"VENDORID": bill.vendor_id, "total": str(bill.total), LINE_COUNT: str(count)})
