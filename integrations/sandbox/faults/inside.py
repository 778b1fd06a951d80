"""Faults inside the gateway: a function refused for now, a create that stops half way, an answer that is not right.

Owns what such a fault does to a function and to its data. Must not know requests, transactions or the wire.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

from integrations.sandbox.data.context import Context
from integrations.sandbox.faults.pending import Fault
from integrations.sandbox.wire.documents import child_text
from integrations.sandbox.wire.failures import (
    BUSINESS_RULE,
    PROCESSING_ERROR,
    UNKNOWN_FIELD,
    ErrorEntry,
    FunctionFailure,
    with_support_id,
)
from integrations.sandbox.wire.nodes import Node, leaf

REFUSED = "An error occurred while the record was processed."


def refuse_before(fault: Fault | None, context: Context) -> None:
    """Raise what keeps a function from being executed at all: the gateway is busy, or a field cannot be selected."""
    if fault is not None and fault.kind == "try_again":
        text = with_support_id("There was an error processing the request.")
        raise FunctionFailure(ErrorEntry(PROCESSING_ERROR, text, "Error", "Please Try Again Later"))
    _check_selectable(context)


def _check_selectable(context: Context) -> None:
    """A field may be described by `lookup` and yet be refused when it is selected; the refusal names it.

    The vendor's wording is not published; what is known is that it names the field.
    """
    call, restrictions = context.call, context.company.restrictions
    object_name = child_text(call.element, "object").upper()
    if call.name == "query":
        names = [(element.text or "").strip() for element in call.element.iterfind("select/*")]
        withheld = restrictions.first_withheld(object_name, names)
        if withheld is not None:
            text = with_support_id(f"Field {withheld} is not a valid field of object {object_name}")
            raise FunctionFailure(ErrorEntry(UNKNOWN_FIELD, text))
    elif call.name in ("read", "readByName", "readByQuery"):
        names = [name.strip() for name in child_text(call.element, "fields").split(",")]
        withheld = restrictions.first_withheld(object_name, names)
        if withheld is not None:
            raise FunctionFailure(ErrorEntry(f"Invalid fields list {withheld}", ""))


def cut_short(fault: Fault | None, context: Context) -> bool:
    """Leave of a create only the objects it is to get done, by default all but the last; True when some were cut."""
    if fault is None or fault.kind != "partial_create" or context.call.name != "create":
        return False
    element = deepcopy(context.call.element)
    for child in list(element)[int(fault.values.get("keep", len(element) - 1)) :]:
        element.remove(child)
    is_shorter = len(element) < len(context.call.element)
    context.call = replace(context.call, element=element)
    return is_shorter


def stopped_half_way(data: Node | None) -> FunctionFailure:
    """The refusal of a create that got `data` done; the wording is local, the shape is the vendor's."""
    return FunctionFailure(ErrorEntry(BUSINESS_RULE, with_support_id(REFUSED)), data=data)


def abort_error() -> ErrorEntry:
    """The cause of a transaction that is aborted on demand."""
    return ErrorEntry(BUSINESS_RULE, with_support_id(REFUSED))


def falsify(fault: Fault | None, data: Node | None) -> None:
    """Change a finished answer: other counts, or a value no client can use."""
    if fault is None or data is None or not data.attributes:
        return
    if fault.kind == "count_change":
        _shift_counts(data, int(fault.values.get("by", 1)))
    elif fault.kind == "bad_row":
        _spoil_row(data, fault)


def _shift_counts(data: Node, by: int) -> None:
    attributes = dict(data.attributes or {})
    for name in ("totalcount", "numremaining"):
        if name in attributes:
            attributes[name] = str(max(0, int(attributes[name]) + by))
    data.attributes = attributes


def _spoil_row(data: Node, fault: Fault) -> None:
    rows, name = list(data.children or ()), str(fault.values.get("field", "RECORDNO"))
    position = int(fault.values.get("row", 0))
    if position >= len(rows):
        return
    row = rows[position]
    spoilt = [
        leaf(child.name, str(fault.values.get("value", ""))) if child.name.upper() == name.upper() else child
        for child in row.children or ()
    ]
    rows[position] = Node(row.name, children=spoilt, attributes=row.attributes)
    data.children = rows
