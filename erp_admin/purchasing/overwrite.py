"""Taking over what Intacct holds: the lines of a commitment or change order become those of its purchasing transaction.

Owns which of our values follow theirs: amounts, and which lines there are. What Intacct cannot tell, such as how an
amount splits into quantity and price, becomes a lump sum. Reads nothing and sends nothing.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentLine, ValuedLine
from erp_admin.purchasing import records
from integrations.delivery.contract import Found

Row = Mapping[str, Any]


def take_lines(document: Commitment | ChangeOrder, found: Found, expected: dict[str, Any] | None) -> None:
    """Make the document's lines and total those of the record, and `expected` what a later push is compared with."""
    rows: Sequence[Row] = sorted(found.facts.get("lines", ()), key=lambda row: int(row.get("LINE_NO") or 0))
    lines = list(document.lines.all())
    sent = (expected or {}).get("sent", {}).get("lines", {})
    pairs = _pairs(lines, rows)
    for line in lines:
        if line.pk not in pairs:
            sent.pop(str(line.pk), None)
            line.delete()
        else:
            _follow(line, pairs[line.pk], sent.get(str(line.pk)))
    taken = {row["RECORDNO"] for row in pairs.values()}
    number = max((line.number for line in lines), default=0)
    for row in rows:
        if row["RECORDNO"] not in taken:
            number += 1
            line = _added(document, number, row)
            sent[str(line.pk)] = {"itemid": line.item_id, "quantity": "1", "price": f"{line.unit_price.normalize():f}"}
    document.total = sum((line.amount for line in document.lines.all()), Decimal(0))
    document.save(update_fields=["total"])
    if expected is not None:
        numbers = {str(line.pk): line.remote_line_no for line in document.lines.all()}
        expected |= {"total": str(document.total), "line_count": len(rows)}
        if "sent" in expected:
            expected["sent"] = {**expected["sent"], "lines": sent, "numbers": numbers}


def _pairs(lines: Sequence[ValuedLine], rows: Sequence[Row]) -> dict[int, Row]:
    """The row of each line: by its key in Intacct, for lines without one as they are matched when read back."""
    by_key = {int(row["RECORDNO"]): row for row in rows}
    pairs = {line.pk: by_key[line.remote_record_no] for line in lines if line.remote_record_no in by_key}
    taken = {row["RECORDNO"] for row in pairs.values()}
    unknown = [line for line in lines if line.remote_record_no is None]
    left = [row for row in rows if row["RECORDNO"] not in taken]
    matched = records.match_lines(unknown, left)
    return pairs | {key: by_key[record_no] for key, (record_no, _) in matched.items()}


def _follow(line: ValuedLine, row: Row, sent: dict[str, str] | None) -> None:
    line.remote_record_no, line.remote_line_no = int(row["RECORDNO"]), int(row.get("LINE_NO") or 0)
    theirs = records.amount(row.get("TRX_VALUE"))
    if theirs is not None and theirs != line.amount:
        line.quantity, line.unit_price, line.amount = Decimal(1), theirs, theirs
        if sent is not None:
            sent |= {"quantity": "1", "price": f"{theirs.normalize():f}"}
    line.save()


def _added(document: Commitment | ChangeOrder, number: int, row: Row) -> ValuedLine:
    value = records.amount(row.get("TRX_VALUE")) or Decimal(0)
    facts: dict[str, Any] = {
        "tenant_id": document.tenant_id,
        "number": number,
        "description": (row.get("MEMO") or row.get("ITEMID") or f"Line {number}")[:200],
        "item_id": row.get("ITEMID") or "",
        "unit_price": value,
        "amount": value,
        "remote_record_no": int(row["RECORDNO"]),
        "remote_line_no": int(row.get("LINE_NO") or 0),
    }
    if isinstance(document, Commitment):
        return CommitmentLine.objects.create(commitment=document, **facts)
    return ChangeOrderLine.objects.create(change_order=document, **facts)
