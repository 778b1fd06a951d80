"""Commitment change orders -> purchasing transactions of a change-order definition, tied to their commitment by line.

Owns the mapping and the one choice the vendor's reference leaves open: whether quantity and price of a changed line are
the change or the new value. Until a company's setting says otherwise every change is an added line, whose amount is the
change: the revised total is right under both readings, and each of our lines keeps a line of its own for invoicing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from django.db.models import Value
from django.db.models.functions import Concat

from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentKind
from erp_admin.purchasing import lines as purchasing
from erp_admin.purchasing import matching as lines_there
from erp_admin.purchasing import overwrite as theirs
from erp_admin.purchasing import posted, reading, records
from erp_admin.purchasing import updates as update
from erp_admin.purchasing.cautions import change_cautions
from erp_admin.purchasing.commitments import CommitmentPush, vendor_problems
from erp_admin.purchasing.lines import SYNC_COMMITMENTS, LinePlanner, explain
from integrations import intacct
from integrations.delivery.contract import (
    Found,
    Plan,
    PlannedField,
    PlannedStep,
    Problem,
    PushContext,
    PushFlow,
    Waiting,
)
from integrations.delivery.drift import differ
from integrations.delivery.remote_records import record_of
from integrations.delivery.snapshot import FieldDifference, Snapshot
from integrations.delivery.values import day_of
from integrations.models import ListItem, Operation, Push, RemoteRecord
from integrations.runs.flow import flow_for
from integrations.settings.declared import Need, Setting

CHANGE_DEFINITIONS: Final = {
    CommitmentKind.SUBCONTRACT: Setting(
        "subcontract_change_definition",
        "definition for subcontract change orders",
        "The purchasing transaction definition a change order of a subcontract becomes.",
        list_key="purchasing_definitions",
        need=Need.WHEN_SWITCHED_ON,
        order=210,
        cautions=change_cautions,
    ),
    CommitmentKind.PURCHASE_ORDER: Setting(
        "purchase_order_change_definition",
        "definition for purchase order change orders",
        "The purchasing transaction definition a change order of a purchase order becomes.",
        list_key="purchasing_definitions",
        need=Need.WHEN_SWITCHED_ON,
        order=215,
        cautions=change_cautions,
    ),
}
ADDED, CHANGED = "added", "changed"
LINE_CHANGES = Setting(
    "change_order_lines",
    "Lines of change orders",
    "As added lines: always right. As changes of a line: only for a company whose Intacct takes the price of a changed "
    "line as the change itself; try it with one small change order and compare the revised total.",
    choices=((ADDED, "Every change is an added line"), (CHANGED, "Changes refer to the line they change")),
    default=ADDED,
    levels=("company",),
    order=285,
)


class ChangeOrderPush(PushFlow):
    key = "change_orders"
    title = "Push commitment change orders"
    switch = SYNC_COMMITMENTS
    settings = (*CHANGE_DEFINITIONS.values(), LINE_CHANGES, *purchasing.SHARED_SETTINGS)
    model = ChangeOrder
    records = "PODOCUMENT"
    noun = "change order"
    plural = "change orders"
    fields = reading.FIELDS
    course = reading.COURSE
    reads_per_batch = 4  # the change orders and their commitments, each with lines
    document_url_name = "change_order"
    list_url_name = "change_orders"

    def named(self, numbers: Sequence[str]) -> Iterable[ChangeOrder]:
        """By the number of the commitment and its own, joined with a dash, as Intacct knows it."""
        full = Concat("commitment__number", Value("-"), "number")
        return ChangeOrder.objects.annotate(full_number=full).filter(full_number__in=numbers).order_by("full_number")

    def label(self, document: ChangeOrder) -> str:
        return str(document)

    def waits_for(self, document: ChangeOrder) -> Waiting | None:
        base = document.commitment
        if base.is_delivered and base.remote_record_no is not None:
            return None
        sentence = f"Commitment {base.number} is not in Intacct yet. It is pushed as soon as the commitment is."
        return Waiting(base, sentence)

    def validate(self, document: ChangeOrder, context: PushContext) -> list[Problem]:
        base = document.commitment
        number = _number(document)
        found = purchasing.head_problems(document, number, document.dated_on, context)
        setting = CHANGE_DEFINITIONS[CommitmentKind(base.kind)]
        found += purchasing.definition_problems(
            setting, context, entity=base.entity_id, project=_project_id(base), changes=True
        )
        found += vendor_problems(base, context)
        lines = list(document.lines.select_related("project", "changes_line"))
        if not lines:
            found.append(Problem("lines", "The change order has no lines.", "Enter what it changes."))
        planner = _planner(base, context)
        for line in lines:
            found += planner.problems(line)
        if sum(line.amount for line in lines) != document.total:
            found.append(Problem("total", "The total is not the sum of its lines.", "Open it and save it."))
        record = record_of(self.key, document)
        if record is not None and differ(
            self.here(document, context, Snapshot.of(record.sent)), Snapshot.of(record.sent), self.fields
        ):
            found.append(_never_updated(document))
        return found

    def plan(self, document: ChangeOrder, context: PushContext) -> Plan | None:
        if document.is_linked or document.remote_id:
            return None  # `validate` lets it pass only while nothing changed
        base, written = document.commitment, _written(document, context, Snapshot())
        expected = {
            "definition": written.head["transactiontype"],
            "vendor": base.vendor_id,
            "total": str(document.total),
        }
        step = PlannedStep(
            operation=Operation.CREATE,
            function_name="create_potransaction",
            fields={**written.head, "potransitems": {"potransitem": [elements for _, elements in written.lines]}},
            explained=tuple(written.explained),
            expected=expected,
            reference=_number(document),
            entity_id=base.entity_id,
            sent=written.snapshot,
        )
        return Plan.of(step)

    def here(self, document: ChangeOrder, context: PushContext, sent: Snapshot) -> Snapshot:
        if sent.lines is None:
            return self.sent_of_linked(document)
        return _written(document, context, sent).snapshot

    def look_up(self, client: intacct.Client, pushes: Sequence[Push]) -> Mapping[int, Sequence[Found]]:
        return records.look_up(client, pushes)

    def is_ours(self, push: Push, found: Found) -> bool:
        return records.is_ours(push, found)

    def entity_of(self, document: ChangeOrder) -> str:
        return document.commitment.entity_id

    def reading(self, document: ChangeOrder, record: RemoteRecord, found: Found) -> Snapshot:
        return lines_there.reading_of(document, record, found)

    def is_ordinary(self, document: ChangeOrder, changed: Collection[str], found: Found) -> bool:
        return reading.is_ordinary(changed, is_explained=True)

    def cross_checks(self, document: ChangeOrder, record: RemoteRecord, found: Found) -> Sequence[FieldDifference]:
        return posted.state_difference(record, found)

    def touches(self, document: ChangeOrder) -> Iterable[tuple[PushFlow, Any]]:
        """A change order that lands moves the revised total of its commitment and adds lines to it."""
        flow = flow_for(CommitmentPush.key)
        if isinstance(flow, PushFlow) and document.commitment.remote_id:
            yield flow, document.commitment

    def line_names(self, document: ChangeOrder, sent: Snapshot) -> Mapping[str, str]:
        return lines_there.names_of(document, sent)

    def defaults_of(self, document: ChangeOrder, here: Snapshot, reading: Snapshot) -> Mapping[str, Sequence[str]]:
        return theirs.defaults_of(document, here, reading)

    def why_not_updated(self, document: ChangeOrder, record: RemoteRecord) -> Problem | None:
        return _never_updated(document)

    def take_theirs(self, document: ChangeOrder, record: RemoteRecord, found: Found, context: PushContext) -> None:
        theirs.take(document, record, found, self.here(document, context, Snapshot.of(record.sent)), context)

    def take_keys(self, document: ChangeOrder, record: RemoteRecord, found: Found, *, is_new: bool) -> None:
        lines_there.take_keys(document, record, found, is_new=is_new)

    def read_back(self, client: intacct.Client, remote_ids: Collection[str]) -> Mapping[str, Found]:
        return records.read_back(client, remote_ids)

    def search(self, client: intacct.Client, text: str) -> Sequence[Found]:
        return records.search(client, text)

    def sent_of_linked(self, document: ChangeOrder) -> Snapshot:
        return lines_there.vouched_for(document, document.commitment.vendor_id)

    def held(self, path: str, facts: Mapping[str, Any]) -> str | None:
        return records.held(path, facts)


def _never_updated(document: ChangeOrder) -> Problem:
    sentence = f"It is {document.remote_id} in Intacct, and a change order there is not changed any more."
    fix = "Use Intacct's version, or enter another change order for the difference."
    return Problem("state", sentence, fix, code="DOC-STATE")


def _written(document: ChangeOrder, context: PushContext, sent: Snapshot) -> update.Written:
    """Everything a push would write now; what the commitment gave it when it was written stays."""
    base = document.commitment
    head, explained, defaults = _head(document, context, sent)
    planner, lines = _planner(base, context, sent), []
    by_line = context.value(LINE_CHANGES.key).value == CHANGED
    for line in document.lines.select_related("project", "changes_line"):
        elements, more = planner.plan(line, _relation(line, base, by_line=by_line))
        lines.append((line, elements))
        explained += more
    return update.Written(head, lines, explained, update.snapshot(document, head, lines, planner, defaults, sent))


def _number(document: ChangeOrder) -> str:
    """Number of the commitment and of the change order: unique among purchasing documents, and found by it."""
    return f"{document.commitment.number}-{document.number}"


def _project_id(base: Commitment) -> str:
    return base.project.remote_id if base.project is not None else ""


def _planner(base: Commitment, context: PushContext, sent: Snapshot | None = None) -> LinePlanner:
    return LinePlanner(
        context,
        entity=base.entity_id,
        header_project=_project_id(base),
        retainage=base.retainage_percent,
        sent=sent,
        inherits=True,
    )


def _relation(line: ChangeOrderLine, base: Commitment, *, by_line: bool) -> dict[str, tuple[str, str, Any]]:
    """What ties a line to the commitment. Without a line key Intacct adds the line to it."""
    tied: dict[str, tuple[str, str, Any]] = {
        "relateddockey": ("Commitment's record", "its record number in Intacct", base.remote_record_no)
    }
    changed = line.changes_line
    if by_line and changed is not None and changed.remote_record_no is not None:
        key = changed.remote_record_no
        tied["relateddoclinekey"] = ("Commitment's line", f"record number of line {changed.number} in Intacct", key)
    return tied


def _definition(document: ChangeOrder, context: PushContext) -> tuple[str, str, ListItem | None]:
    base = document.commitment
    setting = CHANGE_DEFINITIONS[CommitmentKind(base.kind)]
    chosen = context.value(setting.key, entity=base.entity_id, project=_project_id(base))
    return chosen.value, chosen.source, context.mirror.get("purchasing_definitions", chosen.value)


def _head(
    document: ChangeOrder, context: PushContext, sent: Snapshot
) -> tuple[dict[str, Any], list[PlannedField], list[str]]:
    """The header's elements, where each value is from, and which of them settings or the commitment fill in.

    What they filled in when it was first written stays so.
    """
    base = document.commitment
    definition, chosen_by, item = _definition(document, context)
    numbered = "documentno" not in sent.head if sent.head else bool(item is not None and item.fields.get("SEQUENCE"))
    state = context.value(purchasing.STATE.key, entity=base.entity_id, project=_project_id(base))
    term = base.term_name or (str(item.fields.get("TERM_NAME", "")) if item is not None and not base.due_on else "")
    number = _number(document)
    filled: dict[str, tuple[str, Any]] = {
        "transactiontype": (chosen_by, definition),
        "vendorid": ("the commitment", base.vendor_id),
        "termname": ("the commitment" if base.term_name else "the definition", term),
        "datedue": ("the commitment", base.due_on or ""),
        "state": (state.source, state.value),
        "projectid": ("the commitment", _project_id(base)),
    }
    for name, value in sent.filled().items():
        filled[name] = (filled[name][0], day_of(value) or "" if name == "datedue" else value)
    values: dict[str, tuple[str, str, Any]] = {
        "transactiontype": ("Transaction definition", *filled["transactiontype"]),
        "datecreated": ("Date", "the change order", document.dated_on),
        "vendorid": ("Vendor", *filled["vendorid"]),
        "documentno": ("Document number", "numbers of commitment and change order", "" if numbered else number),
        "referenceno": ("Reference number", "numbers of commitment and change order", number),
        "termname": ("Terms", *filled["termname"]),
        "datedue": ("Due date", *filled["datedue"]),
        "message": ("Message", "title of the change order", document.title),
        "state": ("State", *filled["state"]),
        "projectid": ("Project", *filled["projectid"]),
    }
    elements: dict[str, Any] = {name: value for name, (_, _, value) in values.items() if value not in ("", None)}
    elements["returnto"] = elements["payto"] = {"contactname": ""}
    explained = [explain(name, values[name][0], elements[name], values[name][1]) for name in values if name in elements]
    return elements, explained, list(filled)
