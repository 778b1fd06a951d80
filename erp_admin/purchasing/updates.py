"""Updating a purchasing transaction: what changed since it was last written, as `update_potransaction` takes it.

Owns the comparison of two plans and the rules of that function (developer.intacct.com, Purchasing > Purchasing
transactions): line numbers count from 1, an empty item removes a line, lines without a number are added.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from erp_admin.models import Commitment, ValuedLine
from erp_admin.purchasing.checks import fixed_problems
from erp_admin.purchasing.mapping import PurchaseMapping
from erp_admin.purchasing.sources import LineSource, PurchaseSource
from integrations.delivery.contract import PlannedField, PlannedStep, Problem
from integrations.delivery.drift import differ
from integrations.delivery.snapshot import Snapshot
from integrations.delivery.values import Kind, Value, as_text, same
from integrations.models import Operation, Push, PushState

Elements = dict[str, Value]
# As `query` words them, and the stored codes.
CLOSED_STATES: Final = frozenset({"Submitted", "In Progress", "Converted", "Partially Converted", "S", "G", "C", "P"})
_CHAIN: Final = ("projectid", "taskid", "costtypeid")  # each needs the one before it
# Elements of a line that may be empty here. `set_nulls` is an attribute of the whole function; that it reaches lines is
# published nowhere (object reference, purchasing transactions). Retainage is none of them: it can be zero.
_KEPT_WHEN_EMPTY: Final = {
    "projectid": "project", "taskid": "task_id", "costtypeid": "cost_type_id", "classid": "class_id",
    "departmentid": "department_id", "locationid": "location_id",
}  # fmt: skip
# Of these two Intacct works out one from the other, so an empty one says nothing.
_EITHER: Final = frozenset({"termname", "datedue"})


@dataclass(frozen=True)
class Written:
    """Everything that a push would write of a document now: elements of the head and of each line."""

    mapping: PurchaseMapping
    source: PurchaseSource
    head: Elements
    lines: tuple[tuple[LineSource, Elements], ...]

    @property
    def explained(self) -> tuple[PlannedField, ...]:
        head, lines = self.mapping.head.explained(self.source), self.mapping.lines
        return head + tuple(entry for line in self.source.lines for entry in lines.explained(line, _place(line)))

    @property
    def snapshot(self) -> Snapshot:
        """As it is compared. Which lines of Intacct ours are is what was known when it was last written."""
        sent, lines = self.source.sent, self.mapping.lines
        defaults = {line.key: lines.defaults(line) for line in self.source.lines}
        return Snapshot(
            self.mapping.head.compared(self.source),
            {line.key: lines.compared(line) for line in self.source.lines},
            {key: position for key, position in sent.positions.items() if key in defaults},
            {key: record_no for key, record_no in sent.keys.items() if key in defaults},
            {"": self.mapping.head.defaults(self.source), **defaults},
        )


def written(mapping: PurchaseMapping, source: PurchaseSource) -> Written:
    lines = tuple((line, mapping.lines.elements(line)) for line in source.lines)
    return Written(mapping, source, mapping.head.elements(source), lines)


def _place(line: LineSource) -> str:
    return f"line {line.line.number}/"


def added_up(sent: Snapshot, now: Snapshot) -> Snapshot:
    """What counts as written once `now` follows `sent`: what was emptied was written empty.

    A removed line moves those below it up, so positions are not known again before the record is read back.
    """
    head = {**{name: "" for name in sent.head if name not in _EITHER}, **now.head}
    before = sent.lines or {}
    lines = {key: {**dict.fromkeys(before.get(key, ()), ""), **line} for key, line in (now.lines or {}).items()}
    return Snapshot(head, lines, now.positions if before.keys() <= lines.keys() else {}, now.keys, now.defaults)


def created(now: Written) -> PlannedStep:
    """The step that writes a document that is not in Intacct."""
    source = now.source
    return PlannedStep(
        operation=Operation.CREATE,
        function_name="create_potransaction",
        fields={**now.head, "potransitems": {"potransitem": [elements for _, elements in now.lines]}},
        explained=now.explained,
        expected={
            "definition": as_text(now.head["transactiontype"]),
            "vendor": source.base.vendor_id,
            "total": str(source.document.total),
        },
        reference=source.number,
        entity_id=source.base.entity_id,
        sent=now.snapshot,
    )


def updated(now: Written, sent: Snapshot) -> PlannedStep | None:
    """The step that brings what was `sent` to what would be written now; None when that is the same."""
    fields, explained = changes(now, sent)
    if not fields:
        return None
    create = created(now)
    return replace(
        create,
        operation=Operation.UPDATE,
        function_name="update_potransaction",
        fields=fields,
        explained=explained,
        expected={**create.expected, "key": now.source.document.remote_id},
        sent=added_up(sent, now.snapshot),
    )


def awaits_read_back(flow_key: str, document: Commitment) -> bool:
    """Whether a delivery has yet to be read back; only then are its lines in Intacct known."""
    delivered = Push.objects.filter(flow=flow_key, document_id=document.pk, state=PushState.DELIVERED)
    return delivered.filter(read_back_at=None).exists()


def problems(document: Commitment, lines: Iterable[ValuedLine], sent: Snapshot | None) -> list[Problem]:
    """Why a document that is in Intacct cannot be updated there by us, with the way out."""
    found = never(document, sent)
    if sent is None:
        return found
    written = sent.lines or {}
    lost = [line.number for line in lines if str(line.pk) in written and str(line.pk) not in sent.positions]
    if lost:
        sentence = f"It is not known which lines in Intacct {', '.join(map(str, lost))} are."
        found.append(Problem("lines", sentence, "Use Intacct's version, or push ours again.", code="LINKED"))
    return found


def problems_of(mapping: PurchaseMapping, source: PurchaseSource, vouched: Snapshot) -> list[Problem]:
    """What keeps a document that is in Intacct from being updated there; nothing while there is nothing to update.

    `vouched` is what linking it would say of its record.
    """
    sent, lines = source.written, source.valued_lines
    if sent is None:
        record = source.record
        is_same = record is not None and not differ(vouched, Snapshot.of(record.sent), mapping.fields)
        return [] if is_same else problems(source.base, lines, None)
    now = written(mapping, source.after(sent))
    if not differ(now.snapshot, sent, mapping.fields):
        return []
    found = problems(source.base, lines, sent) + emptied_problems(now, sent)
    return found + fixed_problems(mapping.head.fixed, fixed_changes(now, sent))


def emptied_problems(now: Written, sent: Snapshot) -> list[Problem]:
    """What would be emptied in a line, which an update leaves as it is: said before, not found out by comparing."""
    found: list[Problem] = []
    for line, elements in now.lines:
        for name, value in (sent.lines or {}).get(line.key, {}).items():
            if name in _KEPT_WHEN_EMPTY and value and not elements.get(name):
                label = now.mapping.lines.label(name).lower()
                sentence = f"An update in Intacct cannot empty the {label} (“{value}”)."
                fix = "Choose another one, or remove the line and enter it as a new one."
                found.append(Problem(_KEPT_WHEN_EMPTY[name], sentence, fix, line.line.number, "DOC-STATE"))
    return found


def never(document: Commitment, sent: Snapshot | None) -> list[Problem]:
    """Why no update of a document is possible at all, whatever its lines are."""
    found = []
    if document.remote_state in CLOSED_STATES:
        sentence = f"It is “{document.remote_state}” in Intacct, and such a transaction cannot be updated."
        found.append(Problem("state", sentence, "Enter the change as a change order.", code="DOC-STATE"))
    if sent is None:
        sentence = "It was linked to its document in Intacct, not pushed from here, so the change cannot be computed."
        found.append(Problem("state", sentence, "Change it in Intacct, then use Intacct's version.", code="LINKED"))
    return found


def fixed_changes(now: Written, sent: Snapshot) -> Iterator[str]:
    """Elements that were changed and can never be updated in Intacct."""
    here = now.snapshot.head
    for name in now.mapping.head.fixed:
        if name in sent.head and not _is_same(now.mapping, "", name, here.get(name), sent.head[name]):
            yield name


def changes(now: Written, sent: Snapshot) -> tuple[Elements, tuple[PlannedField, ...]]:
    """The elements of the update that brings `sent` to what would be written now; both empty when that is the same."""
    elements, explained = _head_changes(now, sent)
    edited, added, more = _lines_changes(now, sent)
    removed, gone = _removed(now, sent)
    edited += removed
    items = {name: rows for name, rows in (("updatepotransitem", edited), ("potransitem", added)) if rows}
    if items:
        elements["updatepotransitems"] = items
    if "" in elements.values():
        elements["@set_nulls"] = "true"  # without it an empty element leaves its field as it is
    if elements:
        elements["@key"] = now.source.document.remote_id
    return elements, (*explained, *more, *gone)


def _head_changes(now: Written, sent: Snapshot) -> tuple[Elements, list[PlannedField]]:
    elements: Elements = {}
    explained, head = [], now.mapping.head
    for name in sorted({*sent.head, *now.head} - head.not_updated):
        before, value = sent.head.get(name, ""), now.head.get(name)
        if not _is_same(now.mapping, "", name, value, before):
            elements[name] = "" if value is None else value
            explained.append(_changed(name, head.label(name), elements[name], before))
    return elements, explained


def _lines_changes(now: Written, sent: Snapshot) -> tuple[list[Elements], list[Elements], list[PlannedField]]:
    """Lines that are edited and lines that are added, and how both are explained."""
    edited: list[Elements] = []
    added: list[Elements] = []
    explained: list[PlannedField] = []
    label, before = now.mapping.lines.label, sent.lines or {}
    for line, wanted in now.lines:
        place = _place(line)
        if line.key not in before:
            added.append(dict(wanted))
            explained += [PlannedField(place + name, label(name), as_text(wanted[name]), "new line") for name in wanted]
        elif different := _line_changes(now.mapping, before[line.key], wanted):
            edited.append({"@line_num": sent.positions[line.key] + 1, **different})
            for name, value in different.items():
                explained.append(_changed(place + name, label(name), value, before[line.key].get(name)))
    return edited, added, explained


def _changed(path: str, label: str, value: Value, before: str | None) -> PlannedField:
    return PlannedField(path, label, as_text(value), f"was {before or 'empty'}")


def _is_same(mapping: PurchaseMapping, line: str, name: str, value: Value, before: str | None) -> bool:
    """As the judge of drift compares them: what it calls equal is not written again."""
    return same(as_text(value), before, mapping.fields.of((line, name)).kind)


def _line_changes(mapping: PurchaseMapping, before: Mapping[str, str], wanted: Elements) -> Elements:
    names = sorted(
        name
        for name in {*before, *wanted} - mapping.lines.not_updated
        if not _is_same(mapping, "line", name, wanted.get(name), before.get(name))
    )
    different = {name: wanted.get(name, _nothing(mapping, name)) for name in names}
    deepest = max((_CHAIN.index(name) for name in different if name in _CHAIN), default=-1)
    for name in _CHAIN[: deepest + 1]:
        different.setdefault(name, wanted.get(name, ""))
    return different


def _nothing(mapping: PurchaseMapping, name: str) -> str:
    """What empties an element of a line: a number is set to zero, as an empty one leaves it as it is."""
    return "0" if mapping.fields.of(("line", name)).kind is Kind.NUMBER else ""


def _removed(now: Written, sent: Snapshot) -> tuple[list[Elements], list[PlannedField]]:
    """Removed lines, from the last to the first, so that no number moves under another."""
    kept = {line.key for line, _ in now.lines}
    numbers = sorted((position for key, position in sent.positions.items() if key not in kept), reverse=True)
    words = f"{now.source.document.number}: no longer in ERP Admin"
    explained = [PlannedField(f"line {number + 1}/itemid", "Line removed", "", words) for number in numbers]
    return [{"@line_num": number + 1, "itemid": ""} for number in numbers], explained
