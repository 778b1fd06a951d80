"""Updating a purchasing transaction: what changed since it was last written, as `update_potransaction` takes it.

Owns the comparison of two plans and the rules of that function (developer.intacct.com, Purchasing > Purchasing
transactions): line numbers count from 1, an empty item removes a line, lines without a number are added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from erp_admin.models import Commitment, ValuedLine
from erp_admin.purchasing.lines import LinePlanner, explain
from erp_admin.purchasing.reading import FIELDS, WORKED_OUT
from integrations.delivery.contract import PlannedField, Problem
from integrations.delivery.snapshot import Snapshot
from integrations.delivery.values import Kind, same
from integrations.models import Push, PushState

Lines = Sequence[tuple[ValuedLine, Mapping[str, Any]]]


@dataclass(frozen=True)
class Written:
    """Everything that a push would write now: elements of the head and of each line, and as they are compared."""

    head: dict[str, Any]
    lines: Lines
    explained: list[PlannedField]
    snapshot: Snapshot


# As `query` words them, and the stored codes.
CLOSED_STATES: Final = frozenset({"Submitted", "In Progress", "Converted", "Partially Converted", "S", "G", "C", "P"})
FIXED_HEAD: Final = {"transactiontype": "type", "kind": "type", "vendorid": "vendor", "documentno": "number"}
_CHAIN: Final = ("projectid", "taskid", "costtypeid")  # each needs the one before it
_NOT_COMPARED: Final = frozenset({"returnto", "payto", "customfields", "relateddockey", "relateddoclinekey"})
# Elements of a line that may be empty here. `set_nulls` is an attribute of the whole function; that it reaches lines is
# published nowhere (object reference, purchasing transactions). Retainage is none of them: it can be zero.
_KEPT_WHEN_EMPTY: Final = {
    "projectid": "project", "taskid": "task_id", "costtypeid": "cost_type_id", "classid": "class_id",
    "departmentid": "department_id", "locationid": "location_id",
}  # fmt: skip
# Of these two Intacct works out one from the other, so an empty one says nothing.
_EITHER: Final = frozenset({"termname", "datedue"})


def as_text(value: Any) -> str:
    """A value as a snapshot keeps it; nothing is empty."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def snapshot(
    document: Any, head: Mapping[str, Any], lines: Lines, planner: LinePlanner, defaults: Sequence[str], sent: Snapshot
) -> Snapshot:
    """What would be written now, as it is compared; `defaults` are elements of the head that settings filled in.

    Line keys, and which lines of ours no setting may change any more, come from what was `sent` before.
    """
    filled = {"": list(defaults)}
    rows = {}
    for line, elements in lines:
        key = str(line.pk)
        rows[key] = _texts(elements) | {"amount": as_text(line.amount)}
        kept = [name for name in sent.defaults.get(key, ()) if name == "memo"]
        filled[key] = [*planner.defaults(line), *kept]
    return Snapshot(
        _texts(head) | {"total": as_text(document.total)},
        rows,
        {key: position for key, position in sent.positions.items() if key in rows},
        {key: record_no for key, record_no in sent.keys.items() if key in rows},
        filled,
    )


def _texts(elements: Mapping[str, Any]) -> dict[str, str]:
    return {name: as_text(value) for name, value in elements.items() if name not in _NOT_COMPARED}


def added_up(sent: Snapshot, now: Snapshot) -> Snapshot:
    """What counts as written once `now` follows `sent`: what was emptied was written empty.

    A removed line moves those below it up, so positions are not known again before the record is read back.
    """
    head = {**{name: "" for name in sent.head if name not in _EITHER}, **now.head}
    before = sent.lines or {}
    lines = {key: {**dict.fromkeys(before.get(key, ()), ""), **line} for key, line in (now.lines or {}).items()}
    return Snapshot(head, lines, now.positions if before.keys() <= lines.keys() else {}, now.keys, now.defaults)


def awaits_read_back(flow_key: str, document: Commitment) -> bool:
    """Whether a delivery has yet to be read back; only then are its lines in Intacct known."""
    delivered = Push.objects.filter(flow=flow_key, document_id=document.pk, state=PushState.DELIVERED)
    return delivered.filter(read_back_at=None).exists()


def problems(document: Commitment, sent: Snapshot | None) -> list[Problem]:
    """Why a document that is in Intacct cannot be updated there by us, with the way out."""
    found = never(document, sent)
    if sent is None:
        return found
    written = sent.lines or {}
    placed = sent.positions
    lost = [line.number for line in document.lines.all() if str(line.pk) in written and str(line.pk) not in placed]
    if lost:
        sentence = f"It is not known which lines in Intacct {', '.join(map(str, lost))} are."
        found.append(Problem("lines", sentence, "Use Intacct's version, or push ours again.", code="LINKED"))
    return found


def never(document: Commitment, sent: Snapshot | None) -> list[Problem]:
    """Why no update of a document is possible at all, whatever its lines are."""
    found = []
    if document.remote_state in CLOSED_STATES:
        sentence = f"It is “{document.remote_state}” in Intacct, and such a transaction cannot be updated."
        found.append(Problem("state", sentence, "Enter the change as a change order.", code="DOC-STATE"))
    if sent is None:
        sentence = "It was linked to its document in Intacct, not pushed from here, so the change cannot be computed."
        found.append(
            Problem("state", sentence, "Change it in Intacct, then use Intacct's version here.", code="LINKED")
        )
    return found


def fixed_changes(sent: Snapshot, now: Snapshot) -> list[str]:
    """Names of what changed and can never be updated in Intacct."""
    names = [name for name in FIXED_HEAD if name in sent.head]
    changed = [name for name in names if not _is_same("", name, now.head.get(name), sent.head[name])]
    return list(dict.fromkeys(FIXED_HEAD[name] for name in changed))


def emptied_lines(document: Commitment, sent: Snapshot, now: Snapshot) -> list[Problem]:
    """What would be emptied in a line, which an update leaves as it is: told before, not found out by comparing."""
    numbers = {str(pk): number for pk, number in document.lines.values_list("pk", "number")}
    before, found = sent.lines or {}, []
    for key, line in (now.lines or {}).items():
        for name, value in before.get(key, {}).items():
            if name in _KEPT_WHEN_EMPTY and value and not line.get(name):
                sentence = f"An update in Intacct cannot empty the {FIELDS.lines[name].label.lower()} (“{value}”)."
                fix = "Choose another one, or remove the line and enter it as a new one."
                found.append(Problem(_KEPT_WHEN_EMPTY[name], sentence, fix, numbers.get(key, 0), "DOC-STATE"))
    return found


def changes(
    document: Commitment, sent: Snapshot, head: Mapping[str, Any], lines: Lines
) -> tuple[dict[str, Any], list[PlannedField]]:
    """The elements of the update and their explanation; both empty when nothing changed."""
    elements: dict[str, Any] = {}
    explained: list[PlannedField] = []
    for name in sorted({*sent.head, *head} - set(FIXED_HEAD) - _NOT_COMPARED - WORKED_OUT):
        before, value = sent.head.get(name, ""), head.get(name)
        if not _is_same("", name, value, before):
            elements[name] = "" if value is None else value
            explained.append(explain(name, name, elements[name], f"was {before or 'empty'}"))
    edited, added = [], []
    written = sent.lines or {}
    for line, wanted in lines:
        key = str(line.pk)
        if key not in written:
            added.append(dict(wanted))
            explained += [explain(f"line {line.number}/{name}", name, wanted[name], "new line") for name in wanted]
        elif different := _line_changes(written[key], wanted):
            edited.append({"@line_num": sent.positions[key] + 1, **different})
            for name, value in different.items():
                was = f"was {written[key].get(name) or 'empty'}"
                explained.append(explain(f"line {line.number}/{name}", name, value, was))
    edited += _removed(document, sent, lines, explained)
    items = {name: rows for name, rows in (("updatepotransitem", edited), ("potransitem", added)) if rows}
    if items:
        elements["updatepotransitems"] = items
    if "" in elements.values():
        elements["@set_nulls"] = "true"  # without it an empty element leaves its field as it is
    if elements:
        elements["@key"] = document.remote_id
    return elements, explained


def _is_same(line: str, name: str, value: Any, before: str | None) -> bool:
    """As the judge of drift compares them: what it calls equal is not written again."""
    return same(as_text(value), before, FIELDS.of((line, name)).kind)


def _line_changes(before: Mapping[str, str], wanted: Mapping[str, Any]) -> dict[str, Any]:
    names = sorted(
        name
        for name in {*before, *wanted} - WORKED_OUT - _NOT_COMPARED
        if not _is_same("line", name, wanted.get(name), before.get(name))
    )
    different = {name: wanted.get(name, _nothing(name)) for name in names}
    deepest = max((_CHAIN.index(name) for name in different if name in _CHAIN), default=-1)
    for name in _CHAIN[: deepest + 1]:
        different.setdefault(name, wanted.get(name, ""))
    return different


def _nothing(name: str) -> str:
    """What empties an element of a line: a number is set to zero, as an empty one leaves it as it is."""
    return "0" if FIELDS.lines[name].kind is Kind.NUMBER else ""


def _removed(document: Commitment, sent: Snapshot, lines: Lines, explained: list[PlannedField]) -> list[dict[str, Any]]:
    """Removed lines, from the last to the first, so that no number moves under another."""
    kept = {str(line.pk) for line, _ in lines}
    numbers = sorted((position for key, position in sent.positions.items() if key not in kept), reverse=True)
    for number in numbers:
        explained.append(explain(f"line {number + 1}/itemid", "Line removed", "", f"{document.number}: no longer here"))
    return [{"@line_num": number + 1, "itemid": ""} for number in numbers]
