"""Lines of commitments and change orders and their lines in Intacct: which is which, and a record by our keys.

Owns the keys and positions that later updates, invoices and change orders refer to. Sends and asks nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from erp_admin.models import ChangeOrder, Commitment, ValuedLine, rounded
from erp_admin.purchasing import reading
from erp_admin.purchasing.mapping import memo_of
from integrations.delivery.contract import Found
from integrations.delivery.snapshot import LINE_COUNT, Snapshot, Values
from integrations.models import RemoteRecord

Mark = tuple[str, Decimal | None]  # memo and amount of a line


def take_keys(document: Commitment | ChangeOrder, record: RemoteRecord, found: Found, *, is_new: bool) -> None:
    """Keep record number and position in Intacct of each line, on our lines and in what was sent.

    A line that is no longer there keeps its number, so that it is missed; after a push any line is matched again.
    """
    sent, rows = Snapshot.of(record.sent), reading.rows_of(found.facts)
    if sent.lines is None or rows is None:
        return
    by_number = {reading.number(row.get("RECORDNO")): row for row in rows}
    keys = {key: number for key, number in sent.keys.items() if number in by_number and key in sent.lines}
    taken = set(keys.values())
    wanted = {
        key: (line.get("memo", ""), sent_amount(line))
        for key, line in sent.lines.items()
        if key not in keys and (is_new or key not in sent.keys)
    }
    left = [row for number, row in by_number.items() if number not in taken]
    keys |= {key: number for key, (number, _) in reading.match_lines(wanted, left).items()}
    positions = {key: reading.number(by_number[number].get("LINE_NO")) for key, number in keys.items()}
    record.sent = replace(sent, keys={**({} if is_new else sent.keys), **keys}, positions=positions).as_json()
    for line in document.lines.all():
        _place(line, keys.get(str(line.pk)), positions.get(str(line.pk)))


def _place(line: ValuedLine, record_no: int | None, position: int | None) -> None:
    if (line.remote_record_no, line.remote_line_no) != (record_no, position):
        line.remote_record_no, line.remote_line_no = record_no, position
        line.save(update_fields=["remote_record_no", "remote_line_no"])


def sent_amount(line: Values) -> Decimal | None:
    """The amount of a line as it was sent; None when that is not known."""
    if "amount" in line:
        return reading.amount(line["amount"])
    try:
        return rounded(Decimal(line.get("quantity") or "1") * Decimal(line.get("price") or "0"))
    except InvalidOperation:
        return None


def keys_of(document: Commitment | ChangeOrder, record: RemoteRecord) -> dict[str, int]:
    """The record number in Intacct of each line whose row there is known, by our key."""
    sent = Snapshot.of(record.sent).keys
    return dict(sent) or {str(line.pk): line.remote_record_no for line in document.lines.all() if line.remote_record_no}


def marks_of(document: Commitment | ChangeOrder, record: RemoteRecord, *, without: Collection[str]) -> list[Mark]:
    """Memo and amount of our lines as they were written, or as they are here where none were; but for some keys."""
    written = Snapshot.of(record.sent).lines
    if written is None:
        return [(memo_of(line), line.amount) for line in document.lines.all() if str(line.pk) not in without]
    return [(line.get("memo", ""), sent_amount(line)) for key, line in written.items() if key not in without]


def reading_of(document: Commitment | ChangeOrder, record: RemoteRecord, found: Found) -> Snapshot:
    """What the record shows by our keys."""
    return reading.reading(found, {number: key for key, number in keys_of(document, record).items()})


def names_of(document: Commitment | ChangeOrder, sent: Snapshot) -> Mapping[str, str]:
    """How people know the lines: by number here; of a line that is gone here as it was when it was sent."""
    names = {key: line.get("memo") or "A line that was removed" for key, line in (sent.lines or {}).items()}
    return names | {str(pk): f"Line {number}" for pk, number in document.lines.values_list("pk", "number")}


def vouched_for(
    document: Commitment | ChangeOrder, vendor: str, currency: str = "", *, lines: int | None = None
) -> Snapshot:
    """What linking a document says of its record; its lines are counted where their number is not known."""
    number = document.lines.count() if lines is None else lines
    head = {"vendorid": vendor, "total": str(document.total), LINE_COUNT: str(number)}
    return Snapshot(head | ({"currency": currency} if currency else {}))
