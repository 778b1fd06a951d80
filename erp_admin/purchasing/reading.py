"""Purchasing transactions as they are compared: which element is which field in Intacct, and how a record reads.

Owns the fields that can be read back (object reference, purchasing transactions; a lookup says which of them a company
offers) and how Intacct's lines are told to be ours. Reads and writes nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from integrations.delivery.contract import Found
from integrations.delivery.snapshot import LINE_COUNT, Field, Fields, Snapshot
from integrations.delivery.values import Kind

Row = Mapping[str, Any]
STATE, MODIFIED, REVISED, CONVERTED = "state", "modified", "revised", "converted"
# Invoices and change orders move these without anybody editing the document.
COURSE: Final = frozenset({STATE, MODIFIED, REVISED, CONVERTED})
DRAFTS: Final = ("Draft", "I")  # as `query` words it, and the stored code

HEAD: Final = {
    "transactiontype": "DOCPARID",
    "datecreated": "WHENCREATED",
    "vendorid": "CUSTVENDID",
    "documentno": "DOCNO",
    "referenceno": "PONUMBER",
    "termname": "TERM.NAME",
    "datedue": "WHENDUE",
    "message": "MESSAGE",
    "projectid": "PROJECT",
    "currency": "CURRENCY",
    "total": "TRX_TOTAL",
    STATE: "STATE",
    REVISED: "TRX_REVISEDTOTAL",
    CONVERTED: "TOTALAMOUNTCONVERTED",
    MODIFIED: "WHENMODIFIED",
}
LINE: Final = {
    "itemid": "ITEMID",
    "itemdesc": "ITEMDESC",
    "quantity": "UIQTY",
    "unit": "UNIT",
    "price": "UIPRICE",
    "amount": "TRX_VALUE",
    "locationid": "LOCATIONID",
    "departmentid": "DEPARTMENTID",
    "memo": "MEMO",
    "projectid": "PROJECTID",
    "taskid": "TASKID",
    "costtypeid": "COSTTYPEID",
    "classid": "CLASSID",
    "retainagepercentage": "RETAINAGEPERCENTAGE",
    "conversiontype": "CONVERSIONTYPE",
}
# What a snapshot holds besides elements: worked out from them, so never written by itself.
WORKED_OUT: Final = frozenset({"total", "amount", "kind"})

FIELDS: Final = Fields(
    head={
        "kind": Field("Type", is_read=False),
        "transactiontype": Field("Transaction definition"),
        "datecreated": Field("Date", Kind.DATE),
        "vendorid": Field("Vendor"),
        "documentno": Field("Document number"),
        "referenceno": Field("Reference number"),
        "termname": Field("Terms"),
        "datedue": Field("Due date", Kind.DATE),
        "message": Field("Message"),
        "projectid": Field("Project"),
        "currency": Field("Currency"),
        "total": Field("Total", Kind.AMOUNT),
        LINE_COUNT: Field("Lines", Kind.NUMBER),
        "scope": Field("Scope", is_read=False),
        "externalrefno": Field("External reference", is_read=False),
        "exchratetype": Field("Exchange rate type", is_read=False),
        STATE: Field("State", is_read=False),
        REVISED: Field("Revised total", Kind.AMOUNT, is_read=False),
        CONVERTED: Field("Invoiced", Kind.AMOUNT, is_read=False),
        MODIFIED: Field("Modified", is_read=False, is_trace=True),
    },
    lines={
        "itemid": Field("Item"),
        "itemdesc": Field("Description"),
        "quantity": Field("Quantity", Kind.NUMBER),
        "unit": Field("Unit"),
        "price": Field("Price", Kind.AMOUNT),
        "amount": Field("Amount", Kind.AMOUNT),
        "locationid": Field("Location"),
        "departmentid": Field("Department"),
        "memo": Field("Memo"),
        "projectid": Field("Project"),
        "taskid": Field("Cost code"),
        "costtypeid": Field("Cost type"),
        "classid": Field("Class"),
        "retainagepercentage": Field("Retainage %", Kind.NUMBER),
        "conversiontype": Field("Conversion type"),
    },
)


def amount(text: Any) -> Decimal | None:
    """An amount as Intacct writes it, or None when it is not one."""
    try:
        return Decimal(str(text)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def number(text: Any) -> int:
    """A record or line number; 0 for what is none."""
    digits = str(text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def line_values(row: Row) -> dict[str, str]:
    return {element: str(row[name] or "") for element, name in LINE.items() if name in row}


def reading(
    found: Found, keys: Mapping[int, str], ours_by_change: Iterable[tuple[str, Decimal | None]] = ()
) -> Snapshot:
    """What a record shows. `keys` are our keys of its lines by record number; any other line is keyed by that number.

    `ours_by_change` are memo and amount of lines that our change orders added, where a company does not offer
    ADDEDBYCHANGE: such a line is the change order's, not the commitment's.
    """
    head = {element: str(found.facts[name] or "") for element, name in HEAD.items() if name in found.facts}
    rows: Sequence[Row] | None = found.facts.get("lines")
    if rows is None:
        return Snapshot(head)
    left = list(ours_by_change)
    lines, positions, numbers = {}, {}, {}
    for row in rows:
        record_no = number(row.get("RECORDNO"))
        key, mark = keys.get(record_no), (str(row.get("MEMO") or ""), amount(row.get("TRX_VALUE")))
        if key is None and mark in left:
            left.remove(mark)
            continue
        key = key or f"#{record_no}"
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
