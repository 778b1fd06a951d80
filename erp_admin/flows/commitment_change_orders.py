"""Commitment change orders -> purchasing transactions of a change-order definition, tied to their commitment by line.

Owns the mapping and the one choice the vendor's reference leaves open: whether quantity and price of a changed line are
the change or the new value. Until a company's setting says otherwise every change is an added line, whose amount is the
change: the revised total is right under both readings, and each of our lines keeps a line of its own for invoicing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from django.db.models import Value
from django.db.models.functions import Concat

from erp_admin.flows import purchasing
from erp_admin.flows import purchasing_records as records
from erp_admin.flows import purchasing_theirs as theirs
from erp_admin.flows.commitments import vendor_problems
from erp_admin.flows.definition_cautions import change_cautions
from erp_admin.flows.purchasing import SYNC_COMMITMENTS, LinePlanner, explain
from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentKind
from integrations import intacct
from integrations.engine.flow import FlowSetting
from integrations.engine.push_flow import Difference, Found, Plan, PlannedField, Problem, PushContext, PushFlow
from integrations.models import ListItem, Operation, Push

CHANGE_DEFINITIONS: Final = {
    CommitmentKind.SUBCONTRACT: FlowSetting(
        "subcontract_change_definition",
        "definition for subcontract change orders",
        "The purchasing transaction definition a change order of a subcontract becomes.",
        list_key="purchasing_definitions",
        is_needed=True,
        order=210,
        cautions=change_cautions,
    ),
    CommitmentKind.PURCHASE_ORDER: FlowSetting(
        "purchase_order_change_definition",
        "definition for purchase order change orders",
        "The purchasing transaction definition a change order of a purchase order becomes.",
        list_key="purchasing_definitions",
        is_needed=True,
        order=215,
        cautions=change_cautions,
    ),
}
ADDED, CHANGED = "added", "changed"
LINE_CHANGES = FlowSetting(
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
    reads_per_batch = 4  # the change orders and their commitments, each with lines
    document_url_name = "change_order"
    list_url_name = "change_orders"

    def named(self, numbers: Sequence[str]) -> Iterable[ChangeOrder]:
        """By the number of the commitment and its own, joined with a dash, as Intacct knows it."""
        full = Concat("commitment__number", Value("-"), "number")
        return ChangeOrder.objects.annotate(full_number=full).filter(full_number__in=numbers).order_by("full_number")

    def label(self, document: ChangeOrder) -> str:
        return str(document)

    def waits_for(self, document: ChangeOrder) -> str:
        base = document.commitment
        if base.is_delivered and base.remote_record_no is not None:
            return ""
        return f"Commitment {base.number} is not in Intacct yet. It is pushed as soon as the commitment is."

    def waiting_for(self, other: Any) -> Iterable[int]:
        return other.change_orders.values_list("pk", flat=True) if isinstance(other, Commitment) else ()

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
        return found

    def plan(self, document: ChangeOrder, context: PushContext) -> Plan | None:
        if document.is_linked or document.remote_id:
            return None
        base = document.commitment
        head, explained = _head(document, context)
        by_line = context.value(LINE_CHANGES.key).value == CHANGED
        lines = []
        for line in document.lines.select_related("project", "changes_line"):
            elements, more = _planner(base, context).plan(line, _relation(line, base, by_line=by_line))
            lines.append(elements)
            explained += more
        expected = {
            "definition": head["transactiontype"],
            "vendor": base.vendor_id,
            "total": str(document.total),
            "line_count": len(lines),
            "state": head["state"],
        }
        return Plan(
            operation=Operation.CREATE,
            function_name="create_potransaction",
            fields={**head, "potransitems": {"potransitem": lines}},
            explained=tuple(explained),
            expected=expected,
            reference=_number(document),
            entity_id=base.entity_id,
        )

    def look_up(self, client: intacct.Client, pushes: Sequence[Push]) -> Mapping[int, Sequence[Found]]:
        return records.look_up(client, pushes)

    def is_ours(self, push: Push, found: Found) -> bool:
        return records.is_ours(push, found)

    def entity_of(self, document: ChangeOrder) -> str:
        return document.commitment.entity_id

    def reading(self, found: Found) -> Mapping[str, str]:
        return records.reading(found)

    def is_ordinary(self, document: ChangeOrder, changed: Collection[str], found: Found) -> bool:
        return records.is_ordinary(changed, found, (document.total,))

    def take_theirs(self, document: ChangeOrder, push: Push | None, found: Found) -> None:
        theirs.take_lines(document, found, push.expected if push is not None else None)

    def read_back(self, client: intacct.Client, remote_ids: Collection[str]) -> Mapping[str, Found]:
        """The change orders and, of each, what its commitment's revised total is now."""
        found = records.read_back(client, remote_ids)
        bases = {
            change.remote_id: change.commitment
            for change in ChangeOrder.objects.filter(remote_id__in=list(found)).select_related("commitment")
        }
        known = records.read_back(client, {base.remote_id for base in bases.values() if base.remote_id})
        for remote_id, record in found.items():
            base = bases.get(remote_id)
            if base is not None and base.remote_id in known:
                facts = {**record.facts, "base": dict(known[base.remote_id].facts), "base_revised": _revised(base)}
                found[remote_id] = replace(record, facts=facts)
        return found

    def search(self, client: intacct.Client, text: str) -> Sequence[Found]:
        return records.search(client, text)

    def expected_of(self, document: ChangeOrder) -> Mapping[str, Any]:
        lines = document.lines.count()
        return {"vendor": document.commitment.vendor_id, "total": str(document.total), "line_count": lines}

    def held(self, path: str, facts: Mapping[str, Any]) -> str | None:
        return records.held(path, facts)

    def compare(self, expected: Mapping[str, Any], found: Found) -> list[Difference]:
        """The change order itself, and the revised total of its commitment, which is reported and never corrected."""
        differences = records.compare(expected, found)
        revised = records.amount(found.facts.get("base", {}).get("TRX_REVISEDTOTAL"))
        ours = records.amount(found.facts.get("base_revised"))
        if revised is not None and ours is not None and expected.get("state") != "Draft" and revised != ours:
            differences.append(Difference("Revised total of the commitment", str(ours), str(revised)))
        return differences


def _revised(base: Commitment) -> str:
    """What the commitment amounts to with the change orders that are in Intacct."""
    pushed = [change.total for change in base.change_orders.exclude(remote_id="")]
    return str(base.total + sum(pushed, Decimal(0)))


def _number(document: ChangeOrder) -> str:
    """Number of the commitment and of the change order: unique among purchasing documents, and found by it."""
    return f"{document.commitment.number}-{document.number}"


def _project_id(base: Commitment) -> str:
    return base.project.remote_id if base.project is not None else ""


def _planner(base: Commitment, context: PushContext) -> LinePlanner:
    return LinePlanner(
        context, entity=base.entity_id, header_project=_project_id(base), retainage=base.retainage_percent
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


def _head(document: ChangeOrder, context: PushContext) -> tuple[dict[str, Any], list[PlannedField]]:
    """The header's elements, and where each value is from."""
    base = document.commitment
    definition, chosen_by, item = _definition(document, context)
    numbered = bool(item is not None and item.fields.get("SEQUENCE"))
    state = context.value(purchasing.STATE.key, entity=base.entity_id, project=_project_id(base))
    term = base.term_name or (str(item.fields.get("TERM_NAME", "")) if item is not None and not base.due_on else "")
    number = _number(document)
    values: dict[str, tuple[str, str, Any]] = {
        "transactiontype": ("Transaction definition", chosen_by, definition),
        "datecreated": ("Date", "the change order", document.dated_on),
        "vendorid": ("Vendor", "the commitment", base.vendor_id),
        "documentno": ("Document number", "numbers of commitment and change order", "" if numbered else number),
        "referenceno": ("Reference number", "numbers of commitment and change order", number),
        "termname": ("Terms", "the commitment" if base.term_name else "the definition", term),
        "datedue": ("Due date", "the commitment", base.due_on or ""),
        "message": ("Message", "title of the change order", document.title),
        "state": ("State", state.source, state.value),
        "projectid": ("Project", "the commitment", _project_id(base)),
    }
    elements: dict[str, Any] = {name: value for name, (_, _, value) in values.items() if value not in ("", None)}
    elements["returnto"] = elements["payto"] = {"contactname": ""}
    explained = [explain(name, values[name][0], elements[name], values[name][1]) for name in values if name in elements]
    return elements, explained
