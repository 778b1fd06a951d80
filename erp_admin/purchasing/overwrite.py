"""Using Intacct's version: a commitment or change order becomes what its purchasing transaction says.

Owns which of our values follow Intacct's, of the head and of each line, and which lines there are. What we cannot hold,
such as the number of a document, stays and is named. Reads nothing and sends nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db.models import ProtectedError

from accounts.refusal import Refused
from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentLine, Project, ValuedLine, rounded
from erp_admin.purchasing import reading
from erp_admin.purchasing.approved_changes import covered_changes, let_changes_fall
from erp_admin.purchasing.mapping import memo_of
from erp_admin.purchasing.reading import Row
from integrations.delivery.contract import Found, PushContext
from integrations.delivery.snapshot import Snapshot
from integrations.delivery.values import Kind, day_of, same
from integrations.models import RemoteRecord

_LINE_TEXTS: Final = {
    "itemid": "item_id", "unit": "unit", "locationid": "location_id", "departmentid": "department_id",
    "taskid": "task_id", "costtypeid": "cost_type_id", "classid": "class_id",
}  # fmt: skip


def take(
    document: Commitment | ChangeOrder, record: RemoteRecord, found: Found, here: Snapshot, context: PushContext
) -> None:
    """Make the document what the record shows, and save it with its lines. Raises Refused for a line it must keep."""
    head = {name: str(found.facts[field] or "") for name, field in reading.HEAD.items() if name in reading.FIELDS.head
            and field in found.facts}  # fmt: skip
    noted = Snapshot.remembered(record.noted).head
    of_changes = covered_changes(document) if isinstance(document, Commitment) else []
    for name, value in head.items():
        kind = reading.FIELDS.head[name].kind
        is_new = name in here.head or (name in noted and not same(value, noted[name], kind))
        if is_new and not same(value, here.head.get(name), kind) and name in _HEAD:
            _HEAD[name](document, value, context)
    rows = reading.rows_of(found.facts)
    if rows is not None:
        _take_lines(document, record, rows, here)
    document.total = sum((line.amount for line in document.lines.all()), Decimal(0))
    document.save()
    let_changes_fall(of_changes)


def defaults_of(document: Commitment | ChangeOrder, here: Snapshot, theirs: Snapshot) -> dict[str, Sequence[str]]:
    """What stays as Intacct has it, though no column of ours says so: what settings fill in, and marks of lines."""
    defaults: dict[str, Sequence[str]] = {key: list(names) for key, names in here.defaults.items()}
    memos = {str(line.pk): memo_of(line) for line in document.lines.all()}
    for key, line in (theirs.lines or {}).items():
        if key in memos and line.get("memo", memos[key]) != memos[key]:
            defaults[key] = [*dict.fromkeys([*defaults.get(key, ()), "memo"])]
    return defaults


# The head


def _take_date(document: Commitment | ChangeOrder, value: str, context: PushContext) -> None:
    document.dated_on = day_of(value) or document.dated_on


def _take_title(document: Commitment | ChangeOrder, value: str, context: PushContext) -> None:
    document.title = value.strip()[:200] or document.title


def _take_terms(document: Commitment | ChangeOrder, value: str, context: PushContext) -> None:
    if isinstance(document, Commitment):
        document.term_name = value[:40]


def _take_due_date(document: Commitment | ChangeOrder, value: str, context: PushContext) -> None:
    if isinstance(document, Commitment):
        document.due_on = day_of(value)


def _take_vendor(document: Commitment | ChangeOrder, value: str, context: PushContext) -> None:
    item = context.mirror.get("vendors", value) if value else None
    if isinstance(document, Commitment) and item is not None:
        document.vendor_id, document.vendor_name = item.business_id[:40], item.name[:200]


def _take_project(document: Commitment | ChangeOrder, value: str, context: PushContext) -> None:
    project = _project(value)
    if isinstance(document, Commitment) and (project is not None or not value):
        document.project = project


_HEAD: Final[Mapping[str, Callable[[Commitment | ChangeOrder, str, PushContext], None]]] = {
    "datecreated": _take_date,
    "message": _take_title,
    "termname": _take_terms,
    "datedue": _take_due_date,
    "vendorid": _take_vendor,
    "projectid": _take_project,
}


def _project(remote_id: str) -> Project | None:
    return Project.objects.filter(remote_id=remote_id).first() if remote_id else None


# The lines


def _take_lines(
    document: Commitment | ChangeOrder, record: RemoteRecord, unsorted: Sequence[Row], here: Snapshot
) -> None:
    rows = sorted(unsorted, key=lambda row: reading.number(row.get("LINE_NO")))
    sent, lines = Snapshot.of(record.sent), list(document.lines.select_related("project"))
    pairs = _pairs(lines, rows, sent)
    keys = {}
    for line in lines:
        if line.pk in pairs:
            _follow(line, pairs[line.pk], (here.lines or {}).get(str(line.pk)))
            keys[str(line.pk)] = reading.number(pairs[line.pk]["RECORDNO"])
        else:
            _remove(line)
    taken = set(keys.values())
    last = max((line.number for line in lines), default=0)
    for row in rows:
        record_no = reading.number(row.get("RECORDNO"))
        if record_no not in taken:
            last += 1
            keys[str(_added(document, last, row).pk)] = record_no
    if sent.lines is not None:
        record.sent = replace(sent, keys=keys).as_json()


def _pairs(lines: Sequence[ValuedLine], rows: Sequence[Row], sent: Snapshot) -> dict[int, Row]:
    """The row of each line: by its key in Intacct, for lines without one as they are matched when read back."""
    by_key = {reading.number(row.get("RECORDNO")): row for row in rows}
    known = {line.pk: sent.keys.get(str(line.pk)) or line.remote_record_no for line in lines}
    pairs = {pk: by_key[number] for pk, number in known.items() if number in by_key}
    taken = {reading.number(row.get("RECORDNO")) for row in pairs.values()}
    wanted = {str(line.pk): (memo_of(line), line.amount) for line in lines if known[line.pk] is None}
    left = [row for number, row in by_key.items() if number not in taken]
    matched = reading.match_lines(wanted, left)
    return pairs | {int(key): by_key[record_no] for key, (record_no, _) in matched.items()}


def _remove(line: ValuedLine) -> None:
    try:
        line.delete()
    except ProtectedError:
        raise Refused(
            f"Line {line.number} is no longer in Intacct, but a change order in ERP Admin changes it.",
            "Remove the line of the change order first.",
            code="LINE-CHANGED",
        ) from None


def _follow(line: ValuedLine, row: Row, here: Mapping[str, str] | None) -> None:
    """Give a line the values of its row that differ; of a linked document, whose other values were never compared, the
    amount."""
    values = reading.line_values(row)
    line.remote_record_no, line.remote_line_no = reading.number(row.get("RECORDNO")), reading.number(row.get("LINE_NO"))
    written = here if here is not None else {}
    compared = values if here is not None else {}
    for name, attribute in _LINE_TEXTS.items():
        if name in compared and not same(compared[name], written.get(name), Kind.TEXT):
            longest = line._meta.get_field(attribute).max_length or 0  # type: ignore[union-attr]
            setattr(line, attribute, compared[name].strip()[:longest])
    if "itemdesc" in compared and not same(compared["itemdesc"], written.get("itemdesc"), Kind.TEXT):
        line.description = compared["itemdesc"].strip()[:200] or line.description
    if "projectid" in compared and not same(compared["projectid"], written.get("projectid"), Kind.TEXT):
        line.project = _project(compared["projectid"]) or line.project
    kind = reading.FIELDS.lines["retainagepercentage"].kind
    retainage = compared.get("retainagepercentage")
    if retainage is not None and not same(retainage, written.get("retainagepercentage"), kind):
        line.retainage_percent = _percent(retainage)
    _follow_amount(line, values, written)
    line.save()


def _percent(text: str) -> Decimal | None:
    value = reading.amount(text or "0")
    return value if value is not None and 0 <= value <= 100 else None


def _follow_amount(line: ValuedLine, values: Mapping[str, str], written: Mapping[str, str]) -> None:
    """Quantity and price as Intacct has them where they make up the amount, else the amount as a lump sum."""
    theirs = reading.amount(values.get("amount"))
    same_parts = all(
        same(values[name], written[name], Kind.NUMBER)
        for name in ("quantity", "price")
        if {name} <= values.keys() & written
    )
    if theirs is None or (theirs == line.amount and same_parts):
        return
    line.quantity, line.unit_price, line.amount = *_parts(values, theirs), theirs


def _parts(values: Mapping[str, str], total: Decimal) -> tuple[Decimal, Decimal]:
    try:
        quantity, price = Decimal(values.get("quantity") or "1"), Decimal(values.get("price") or "0")
        fits = quantity > 0 and rounded(quantity * price) == total
        exact = quantity == round(quantity, 4) and price == round(price, 6)
    except InvalidOperation:
        fits = exact = False
    return (quantity, price) if fits and exact else (Decimal(1), total)


def _added(document: Commitment | ChangeOrder, number: int, row: Row) -> ValuedLine:
    values = reading.line_values(row)
    total = reading.amount(values.get("amount")) or Decimal(0)
    quantity, price = _parts(values, total)
    facts: dict[str, Any] = {
        "tenant_id": document.tenant_id,
        "number": number,
        "description": (values.get("itemdesc") or values.get("memo") or values.get("itemid") or f"Line {number}")[:200],
        "project": _project(values.get("projectid", "")),
        "quantity": quantity,
        "unit_price": price,
        "amount": total,
        # Empty there is none there: without a value of its own the line would take the document's.
        "retainage_percent": _percent(values["retainagepercentage"]) if "retainagepercentage" in values else None,
        "remote_record_no": reading.number(row.get("RECORDNO")),
        "remote_line_no": reading.number(row.get("LINE_NO")),
    }
    for name, attribute in _LINE_TEXTS.items():
        longest = ValuedLine._meta.get_field(attribute).max_length or 0  # type: ignore[union-attr]
        facts[attribute] = values.get(name, "").strip()[:longest]
    if isinstance(document, Commitment):
        return CommitmentLine.objects.create(commitment=document, **facts)
    return ChangeOrderLine.objects.create(change_order=document, **facts)
