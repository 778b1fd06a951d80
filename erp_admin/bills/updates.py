"""Writing a bill: created whole, and while it is a draft in Intacct brought to what is here.

Owns the comparison of two plans and the rules of `update` (object reference, bills): fields that are not sent stay,
empty ones are emptied, lines that are sent replace all lines, and without an action the bill would be submitted.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from erp_admin.bills.mapping import COURSE, LINK, MAPPING, OBJECT
from erp_admin.bills.reading import is_draft
from erp_admin.bills.sources import BillLineSource, BillSource
from erp_admin.models import Bill
from integrations.delivery.contract import PlannedField, PlannedStep, Problem
from integrations.delivery.drift import differ
from integrations.delivery.snapshot import Snapshot, Values
from integrations.delivery.values import Value, as_text, same
from integrations.models import Operation

Elements = dict[str, Value]


@dataclass(frozen=True)
class Written:
    """Everything that a push would write of a bill now: fields of the head and of each line."""

    source: BillSource

    @property
    def head(self) -> Elements:
        """The custom field of the link back has the name that the company gave it."""
        elements = MAPPING.head.elements(self.source)
        elements.pop(LINK, None)
        return {**elements, **self.source.link}

    @property
    def lines(self) -> list[Elements]:
        return [MAPPING.lines.elements(line) for line in self.source.lines]

    @property
    def explained(self) -> tuple[PlannedField, ...]:
        head = MAPPING.head.explained(self.source)
        return head + tuple(entry for line in self.source.lines for entry in explained_line(line))

    @property
    def snapshot(self) -> Snapshot:
        """As it is compared. Which lines of Intacct ours are is what was known when it was last written."""
        defaults = {line.key: MAPPING.lines.defaults(line) for line in self.source.lines}
        return Snapshot(
            MAPPING.head.compared(self.source),
            {line.key: MAPPING.lines.compared(line) for line in self.source.lines},
            keys={key: record_no for key, record_no in self.source.sent.keys.items() if key in defaults},
            defaults={"": MAPPING.head.defaults(self.source), **defaults},
        )


def explained_line(line: BillLineSource) -> tuple[PlannedField, ...]:
    return MAPPING.lines.explained(line, _place(line))


def _place(line: BillLineSource) -> str:
    return f"line {line.line.number}/"


def created(now: Written) -> PlannedStep:
    """The step that writes a bill that is not in Intacct."""
    bill = now.source.bill
    return PlannedStep(
        operation=Operation.CREATE,
        function_name="create",
        record_type=OBJECT,
        fields={**now.head, "APBILLITEMS": {"APBILLITEM": now.lines}},
        explained=now.explained,
        expected={"vendor": bill.vendor_id, "number": bill.number, "total": str(bill.total)},
        reference=bill.number,
        entity_id=bill.entity_id,
        sent=now.snapshot,
    )


def updated(now: Written, sent: Snapshot) -> PlannedStep | None:
    """The step that brings a draft from what was `sent` to what would be written now; None when that is the same."""
    head, explained = _head_changes(now, sent)
    of_lines = list(_line_changes(now, sent))
    if not head and not of_lines:
        return None
    create = created(now)
    fields: dict[str, object] = {"RECORDNO": now.source.bill.remote_id, **head, "ACTION": now.source.action}
    if of_lines:
        fields["APBILLITEMS"] = {"APBILLITEM": now.lines}
    action = [entry for entry in now.explained if entry.path == "ACTION"]
    return replace(
        create,
        operation=Operation.UPDATE,
        function_name="update",
        fields=fields,
        explained=(*explained, *action, *of_lines),
        expected={**create.expected, "key": now.source.bill.remote_id},
        sent=added_up(sent, now.snapshot, are_lines_replaced=bool(of_lines)),
    )


def added_up(sent: Snapshot, now: Snapshot, *, are_lines_replaced: bool) -> Snapshot:
    """What counts as written once `now` follows `sent`: what was emptied was written empty.

    Lines that were replaced are others in Intacct, so which ones is not known before the record is read back.
    """
    head = {**dict.fromkeys(sent.head, ""), **now.head}
    return Snapshot(head, now.lines, keys={} if are_lines_replaced else sent.keys, defaults=now.defaults)


def _head_changes(now: Written, sent: Snapshot) -> tuple[Elements, list[PlannedField]]:
    wanted, mapping = now.head, MAPPING.head
    elements: Elements = {}
    explained = []
    for name in sorted({*sent.head, *mapping.elements(now.source)} - mapping.not_updated):
        before, value = sent.head.get(name, ""), wanted.get(name)
        if not _is_same("", name, value, before):
            elements[name] = "" if value is None else value
            explained.append(_changed(name, mapping.label(name), value, before))
    return elements, explained


def _line_changes(now: Written, sent: Snapshot) -> Iterator[PlannedField]:
    """What differs in the lines, each as people read it."""
    before = sent.lines or {}
    for line in now.source.lines:
        wanted = MAPPING.lines.elements(line)
        if line.key not in before:
            yield from (replace(entry, source="new line") for entry in explained_line(line))
            continue
        was: Values = before[line.key]
        for name in sorted({*was, *wanted} - MAPPING.lines.not_updated):
            if not _is_same("line", name, wanted.get(name), was.get(name)):
                yield _changed(_place(line) + name, MAPPING.lines.label(name), wanted.get(name), was.get(name))
    kept = {line.key for line in now.source.lines}
    for key, line_before in before.items():
        if key not in kept:
            memo, amount = line_before.get("ENTRYDESCRIPTION", ""), line_before.get("TRX_AMOUNT", "")
            yield PlannedField("removed", "Line removed", "", f"was “{memo}”, {amount}")


def _changed(path: str, label: str, value: Value, before: str | None) -> PlannedField:
    return PlannedField(path, label, as_text(value), f"was {before or 'empty'}")


def _is_same(line: str, name: str, value: Value, before: str | None) -> bool:
    """As the judge of drift compares them: what it calls equal is not written again."""
    return same(as_text(value), before, MAPPING.fields.of((line, name)).kind)


def problems_of(source: BillSource, vouched: Snapshot) -> list[Problem]:
    """What keeps a bill that is in Intacct from being updated there; nothing while there is nothing to update.

    `vouched` is what linking it would say of its record.
    """
    sent = source.written
    if sent is None:
        record = source.record
        is_same = record is not None and not differ(vouched, Snapshot.of(record.sent), MAPPING.fields)
        return [] if is_same else never(source.bill, None)
    now = Written(source.after(sent))
    if not differ(now.snapshot, sent, MAPPING.fields):
        return []
    return never(source.bill, sent) + fixed_problems(now, sent)


def never(bill: Bill, sent: Snapshot | None) -> list[Problem]:
    """Why no update of a bill is possible at all, whatever changed."""
    found = []
    if bill.remote_state and not is_draft(bill.remote_state):
        sentence = f"It is “{bill.remote_state}” in Intacct, and only drafts are changed from here."
        fix = "Reverse or recall it in Intacct, or use Intacct's version."
        found.append(Problem("state", sentence, fix, code="DOC-STATE"))
    if sent is None:
        sentence = "It was linked to its bill in Intacct, not pushed from here, so the change cannot be computed."
        found.append(Problem("state", sentence, "Change it in Intacct, then use Intacct's version.", code="LINKED"))
    return found


def fixed_problems(now: Written, sent: Snapshot) -> list[Problem]:
    """Of what was changed though it keeps the bill found again in Intacct."""
    here, fixed = now.snapshot.head, MAPPING.head.fixed
    fix = "Change it back, or unlink this one and push it as a new one."
    return [
        Problem(name, f"The {fixed[name]} of a bill is not changed in Intacct.", fix, code="DOC-STATE")
        for name in fixed
        if name in sent.head and not _is_same("", name, here.get(name), sent.head[name])
    ]


def moved(before: Snapshot, now: Snapshot) -> frozenset[str]:
    """What Intacct works out again when we write: the course of things, and the due date with date and terms."""
    fields = MAPPING.fields.head
    depends: Iterable[str] = ("WHENCREATED", "TERMNAME", "WHENDUE")
    changed = any(not same(before.head.get(name), now.head.get(name), fields[name].kind) for name in depends)
    return COURSE | ({"WHENDUE", "WHENPOSTED"} if changed else set())
