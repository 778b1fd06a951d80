"""Using Intacct's version: a bill becomes what its record there says.

Owns which of our values follow Intacct's, of the head and of the lines. Reads nothing and sends nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from erp_admin.bills import reading
from erp_admin.bills.mapping import MAPPING
from erp_admin.models import Bill, BillLine, Project
from integrations.delivery.contract import Found, PushContext
from integrations.delivery.snapshot import Snapshot
from integrations.delivery.values import day_of, same
from integrations.models import RemoteRecord

# Fields of a line that hold a code, and where a bill keeps it.
_CODES: Final = {
    "ACCOUNTNO": "account_id", "LOCATIONID": "location_id", "DEPARTMENTID": "department_id", "TASKID": "task_id",
    "COSTTYPEID": "cost_type_id", "ITEMID": "item_id", "CLASSID": "class_id",
}  # fmt: skip


def take(bill: Bill, record: RemoteRecord, found: Found, here: Snapshot, context: PushContext) -> None:
    """Make the bill what the record shows, and save it with its lines."""
    for name, value in reading.head_values(found.facts).items():
        if name in MAPPING.fields.head and not same(value, here.head.get(name), MAPPING.fields.head[name].kind):
            _take(bill, name, value, context)
    rows = reading.rows_of(found.facts)
    if rows is not None:
        _take_lines(bill, record, rows, here)
    bill.total = sum((line.amount for line in bill.lines.all()), Decimal(0))
    bill.save()


def _take(bill: Bill, name: str, value: str, context: PushContext) -> None:
    match name:
        case "WHENCREATED":
            bill.dated_on = day_of(value) or bill.dated_on
        case "WHENPOSTED":
            day = day_of(value)
            bill.posted_on = day if day != bill.dated_on else bill.posted_on
        case "WHENDUE":
            bill.due_on = day_of(value)
        case "TERMNAME":
            bill.term_name = value[:40]
        case "DOCNUMBER":
            bill.reference = value[:45]
        case "DESCRIPTION":
            bill.title = value.strip()[:200] or bill.title
        case "VENDORID":
            item = context.mirror.get("vendors", value) if value else None
            if item is not None:
                bill.vendor_id, bill.vendor_name = item.business_id[:40], item.name[:200]


def _take_lines(bill: Bill, record: RemoteRecord, rows: Sequence[reading.Row], here: Snapshot) -> None:
    sent, lines = Snapshot.of(record.sent), {str(line.pk): line for line in bill.lines.select_related("project")}
    known = {record_no: key for key, record_no in sent.keys.items() if key in lines}
    known = known or {line.remote_record_no: key for key, line in lines.items() if line.remote_record_no}
    keys: dict[str, int] = {}
    last = max((line.number for line in lines.values()), default=0)
    for row in rows:
        record_no = reading.number(row.get("RECORDNO"))
        line = lines.pop(known.get(record_no, ""), None)
        if line is None:
            last += 1
            line = BillLine(bill=bill, tenant_id=bill.tenant_id, number=last)
        _follow(line, row, (here.lines or {}).get(str(line.pk), {}))
        line.save()
        keys[str(line.pk)] = record_no
    for left in lines.values():
        left.delete()
    if sent.lines is not None:
        record.sent = replace(sent, keys=keys).as_json()


def _follow(line: BillLine, row: reading.Row, here: Mapping[str, str]) -> None:
    """Give a line the values of its row that differ."""
    values = reading.line_values(row)
    for name, attribute in _CODES.items():
        if name in values and values[name] != here.get(name, ""):
            setattr(line, attribute, values[name][:40])
    if values.get("PROJECTID", "") != here.get("PROJECTID", ""):
        line.project = Project.objects.filter(remote_id=values["PROJECTID"]).first() if values["PROJECTID"] else None
    line.description = values.get("ENTRYDESCRIPTION", "").strip()[:200] or line.description or "Line"
    amount = reading.amount(values.get("TRX_AMOUNT"))
    if amount is not None and amount != line.amount:
        line.quantity, line.unit_price = Decimal(1), amount
        line.compute_amount()
    line.remote_record_no = reading.number(row.get("RECORDNO"))
    line.remote_line_no = reading.number(row.get("LINE_NO"))
