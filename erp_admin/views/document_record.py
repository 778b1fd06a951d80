"""One document: where it stands, how much, what next, lines, what belongs to it, both sides, history. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst

from accounts.access import TenantRequest, role_reason
from accounts.models import Role
from accounts.templatetags.ui import amount, when
from accounts.ui.formats import shown_amount, shown_day
from erp_admin.documents import selectors, steps
from erp_admin.documents.types import AnyType, RecordFacts, children_of, type_for
from erp_admin.views.document_pages import (
    action_reason,
    document_or_404,
    document_url,
    push_reason,
    tenant_url,
    where_to_fix,
)
from erp_admin.views.document_rows import Row, row_of
from erp_admin.views.record_history import history_of
from erp_admin.views.record_lines import line_table
from erp_admin.views.record_rows import Fact, entity_names, fact
from erp_admin.views.record_standing import live_state, standing_of
from integrations import judging
from integrations.approval.selectors import approval_in_force, covered_digest, possible_acts
from integrations.approval.transitions import Act
from integrations.delivery import blocked
from integrations.delivery.contract import PlannedField, PushFlow
from integrations.delivery.planning import PlanResult, context_for, judge, prepare
from integrations.delivery.remote_records import last_facts, record_of
from integrations.delivery.selectors import hold_on
from integrations.delivery.snapshot import FieldDifference
from integrations.delivery.values import Kind, day_of, same, shown
from integrations.gateway.access import live_connection
from integrations.models import TO_PUSH, Approval, Connection, Delivery, DocumentState, Push, PushState

EXCHANGES = 50
SHOWN_DISABLED = frozenset({"approve", "edit", "push", "recreate"})  # with the reason, where the role is not enough


@dataclass(frozen=True)
class PlanRow:
    """A field of the plan beside what Intacct holds; `held` is None where Intacct does not show it."""

    label: str
    value: str
    source: str
    held: str | None
    line: str
    step: str = ""  # named where the document has several

    @property
    def differs(self) -> bool:
        return self.held is not None and not _same(self.value, self.held)


def _same(ours: str, theirs: str) -> bool:
    return any(same(ours, theirs, kind) for kind in Kind)


@dataclass(frozen=True)
class SideRow:
    """A field that differs, as each side has it; "" where a side has no say."""

    label: str
    here: str
    sent: str
    found: str


@dataclass(frozen=True)
class Sides:
    """Where the document and its record differ, and what a person can do about it."""

    rows: list[SideRow]
    compared: int
    comparable: int
    can_settle: bool
    why_not_ours: str


def record(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    document_type = type_for(kind)
    document = document_or_404(document_type, pk)
    connection = live_connection()
    context, verdict = None, PlanResult()
    if connection is not None:
        context = context_for(connection)
        prepare(document_type.flow, [document], context)
        verdict = judge(document_type.flow, document, context)
    pushes = list(selectors.pushes_of(document_type.key, pk)[:50])
    page = {
        "document_type": document_type,
        "document": document,
        "currency": document_type.currency_of(document),
        "summary": document_type.summary(document),
        "figures": document_type.figures(document),
        "link_facts": _link_facts(document_type, document),
        "lines": line_table(document_type, document, context),
        "children": [_children(request, each, document) for each in children_of(document_type)],
        "steps": steps.step_rows(document_type.flow, document, pushes),
        "plan": _plan(document_type.flow, document, verdict, pushes),
        "pushes": pushes,
        "exchanges": selectors.exchanges_of(document_type.key, pk, EXCHANGES),
        **_standing(request, document_type, document, connection, verdict, pushes),
    }
    return render(request, "erp_admin/document.html", page)


def _standing(
    request: TenantRequest,
    document_type: AnyType,
    document: Any,
    connection: Connection | None,
    verdict: PlanResult,
    pushes: list[Push],
) -> dict[str, Any]:
    """Where it stands and what can be done about it, by what was judged just now."""
    state = live_state(document, verdict, is_judged=connection is not None)
    if document.state in TO_PUSH and state.value != document.state.value:
        judging.judge_again(document)  # what lists say of it is out of date
    is_blocked = state.value == DocumentState.BLOCKED.value
    here, in_force = document_url(request, document_type, document), approval_in_force(document)
    lock, sides = document_type.lock(document), _sides(document_type.flow, document)
    problems = []
    if document.approval == Approval.APPROVED:
        problems = [(each, *where_to_fix(request, document_type, each.code, document)) for each in verdict.problems]
    fix = next(((url, words) for _, url, words in problems if url and url != here), ("#problems-head", "What to fix"))
    can = _can(request, document_type, document, in_force, pushes, verdict)
    can |= {"fix": bool(problems), "compare": sides is not None}
    can["edit"] = can["edit"] and not (lock is not None and lock.is_whole)
    history = history_of(request, document_type, document)
    stored = list(blocked.problems_of(document_type.key, document)) if is_blocked else []
    return {
        "standing": standing_of(document, state, can, history, stored),
        "facts": _facts(request, document_type, document, in_force, connection),
        "lock": lock,
        "problems": problems,
        "here": here,
        "fix": fix,
        "hold": hold_on(document_type.flow, document) if document.delivery == Delivery.HELD else None,
        "hold_title": capfirst(document_type.plural),
        "admin_reason": role_reason(request, Role.ADMIN),
        "failure": _failure(request, document_type, document, pushes),
        "history": history,
        "can": can,
        "seen": covered_digest(document),
        "sides": sides,
        "edit_reason": _reason(request, document_type, "edit"),
        "approve_reason": _reason(request, document_type, "approve"),
        "push_reason": push_reason(request, document_type, connection),
        "urls": {act.key: document_url(request, document_type, document, act.key) for act in document_type.acts},
    }


@dataclass(frozen=True)
class Children:
    """The documents of one type that belong to the one shown; `total` is of the approved, `new_url` enters another."""

    document_type: AnyType
    rows: list[Row]
    total: Decimal
    new_url: str


def _children(request: TenantRequest, child_type: AnyType, document: Any) -> Children:
    attribute = child_type.parent.attribute if child_type.parent else ""
    documents = selectors.documents(child_type.model).filter(**{attribute: document}).order_by("number")
    new_url = ""
    if child_type.offers("new") and not action_reason(request, child_type, "new"):
        new_url = f"{tenant_url(request, child_type.new_url_name)}?{attribute}={document.pk}"
    rows = [row_of(each) for each in documents]
    total = sum((row.document.total for row in rows if row.document.approval == Approval.APPROVED), Decimal(0))
    return Children(child_type, rows, total, new_url)


# Some step of it failed: it goes on where it stopped once its cause is fixed.
STUCK = (Delivery.FAILED, Delivery.PARTLY)


def _reason(request: TenantRequest, document_type: AnyType, key: str) -> str:
    return action_reason(request, document_type, key) if document_type.offers(key) else ""


def _can(
    request: TenantRequest,
    document_type: AnyType,
    document: Any,
    in_force: Approval,
    pushes: list[Push],
    verdict: PlanResult,
) -> dict[str, bool]:
    """Which of its actions the state and the role allow; the services decide once more."""
    locked, linked = document.is_locked, bool(document.remote_id)
    acts, void = possible_acts(document, in_force), in_force == Approval.VOID
    queued = any(push.state in (PushState.QUEUED, PushState.WAITING) and not push.may_have_arrived for push in pushes)
    allowed = {
        "edit": True,
        "approve": Act.APPROVE in acts,
        "reject": Act.REJECT in acts,
        "draft": Act.BACK_TO_DRAFT in acts,
        "void": Act.VOID in acts,
        "push": in_force == Approval.APPROVED and not verdict.left,
        "take_back": locked and queued,
        "ignore": Act.IGNORE in acts,
        "restore": Act.RESTORE in acts,
        "link": not linked and not locked and not void,
        "unlink": linked and not locked,
        "refresh": linked and not locked,
        "recreate": document.missing_there and document.state == DocumentState.DIFFERS,
    }
    offered = {
        key: is_allowed
        and document_type.offers(key)
        and (key in SHOWN_DISABLED or not _reason(request, document_type, key))
        for key, is_allowed in allowed.items()
    }
    return {**offered, "retry": document.delivery in STUCK, "change": not void}


def _facts(
    request: TenantRequest, document_type: AnyType, document: Any, in_force: Approval, connection: Connection | None
) -> list[Fact]:
    entities = entity_names(connection) if connection else {}
    facts = [
        fact(
            each.label,
            when(each.value) if isinstance(each.value, date) else each.value,
            url=tenant_url(request, each.url_name, pk=each.pk) if each.url_name else "",
        )
        for each in document_type.facts(document, entities)
    ]
    return [*(each for each in facts if each["value"] not in (None, "")), _approval_fact(document, in_force)]


def _approval_fact(document: Any, in_force: Approval) -> Fact:
    """What was decided, by whom or why; of an approved one also that it fell without anybody having noticed."""
    by = f"by {document.approved_by}" if document.approved_by and in_force == Approval.APPROVED else ""
    return fact("Approval", in_force.label, note=by or document.approval_reason)


def _link_facts(document_type: AnyType, document: Any) -> list[Fact]:
    if not document.remote_id:
        return []
    record, currency = document_type.record, document_type.currency_of(document)
    return [
        fact("Document", document.remote_id, url=document.remote_url, external=True),
        fact("State in Intacct", document.remote_state),
        fact("Total in Intacct", amount(_held(document, record.total), currency)),
        fact("Revised total in Intacct", amount(_held(document, record.revised), currency)),
        fact("Linked", when(document.linked_at), note=f"by {document.linked_by}" if document.linked_by else ""),
        fact("Compared with Intacct", when(document.refreshed_at, "not yet"), note=_counted(document)),
    ]


def _held(document: Any, name: str) -> Any:
    """What Intacct held under a name when last compared; None where nothing is known."""
    return document.held_facts.get(name) or None


def _counted(document: Any) -> str:
    """How much of it could be compared, and what came of it."""
    if not document.comparable_fields:
        return ""
    counted = f"Compared: {document.compared_fields} of {document.comparable_fields} fields"
    return f"{counted}, all equal" if document.verified_at is not None else f"{counted}, not equal"


def _sides(flow: PushFlow, document: Any) -> Sides | None:
    """The fields that differ, side by side; None where nothing is known to."""
    differs = document.changed_here or document.changed_there or document.difference
    if not document.remote_id or document.is_locked or document.missing_there or not differs:
        return None
    facts = last_facts(flow, document, context_for(document.connection))
    record = record_of(flow.key, document)
    if facts is None or record is None or not facts.differences:
        return None
    problem = flow.why_not_updated(document, record)
    why_not = f"{problem.sentence} {problem.fix}" if problem is not None else ""
    rows = [_side_row(difference) for difference in facts.differences]
    return Sides(rows, facts.compared, facts.comparable, bool(facts.there), why_not)


def _as_written(value: str, kind: Kind) -> str:
    """A value of either side as the company writes amounts and dates."""
    if kind is Kind.DATE and (day := day_of(value)) is not None:
        return shown_day(day)
    number = RecordFacts.amount({"": value}, "") if kind is Kind.AMOUNT else None
    return shown(value, kind) if number is None or number != Decimal(value) else shown_amount(number)


def _side_row(difference: FieldDifference) -> SideRow:
    here, sent, found = (
        "" if value is None else _as_written(value, difference.kind) or "empty"
        for value in (difference.here, difference.sent, difference.found)
    )
    return SideRow(difference.label, here, sent, found)


def _failure(
    request: TenantRequest, document_type: AnyType, document: Any, pushes: list[Push]
) -> dict[str, Any] | None:
    if document.delivery not in (Delivery.FAILED, Delivery.PARTLY):
        return None
    push = next((each for each in pushes if each.state == PushState.FAILED), None)
    code = push.error_code if push else ""
    url, words = where_to_fix(request, document_type, code, document)
    is_here = url == document_url(request, document_type, document)
    return {
        "sentence": document.state_reason,
        "advice": document.state_advice,
        "code": code,
        "detail": push.error_detail if push else "",
        "field": push.error_field if push else "",
        "url": "" if is_here else url,
        "words": words,
    }


def _plan(flow: PushFlow, document: Any, verdict: PlanResult, pushes: list[Push]) -> dict[str, Any]:
    """What a push would write now; else what the newest one wrote, beside what Intacct last showed."""
    parts = steps.planned_parts(flow, verdict, pushes)
    title = "What a push would write"
    if verdict.plan is not None:
        title = "What a push would write now"
    elif parts:
        newest = next(push for push in pushes if push.planned)
        title = "What was written" if newest.state == PushState.DELIVERED else "What is planned"
    rows = [_plan_row(flow, part, entry, document.held_facts) for part in parts for entry in part.rows]
    return {
        "rows": rows,
        "title": title,
        "is_compared": bool(document.held_facts),
        "differing": sum(row.differs for row in rows),
    }


def _plan_row(flow: PushFlow, part: steps.PlannedPart, entry: PlannedField, facts: Mapping[str, Any]) -> PlanRow:
    """What was last read of the document's own record is beside the step that wrote it."""
    own = part.step == flow.steps[0].key
    held = flow.held(entry.path, facts) if facts and own else None
    step = part.label if len(flow.steps) > 1 else ""
    declared = flow.fields_of(part.step).head.get(entry.path)
    if declared is not None and declared.kind is Kind.DATE:
        return PlanRow(
            entry.label, shown(entry.value, Kind.DATE), entry.source, held and shown(held, Kind.DATE), entry.line, step
        )
    return PlanRow(entry.label, entry.value, entry.source, held, entry.line, step)
