"""One document: facts, lines, what belongs to it, plan beside what Intacct holds, history, exchanges. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst

from accounts.access import TenantRequest, role_reason
from accounts.models import Role
from accounts.templatetags.ui import amount, when
from accounts.ui.shown import ShownState
from erp_admin.documents import selectors, steps
from erp_admin.documents.types import AnyType, children_of, type_for
from erp_admin.views.document_pages import (
    action_reason,
    document_or_404,
    document_url,
    push_reason,
    tenant_url,
    where_to_fix,
)
from erp_admin.views.documents import Row, row_of
from erp_admin.views.record_rows import Fact, entity_names, fact
from integrations.approval.selectors import approval_in_force, covered_digest, decisions_about, possible_acts
from integrations.approval.transitions import Act
from integrations.delivery.contract import PlannedField, PushFlow
from integrations.delivery.planning import PlanResult, context_for, judge
from integrations.delivery.remote_records import last_facts, record_of
from integrations.delivery.selectors import hold_on
from integrations.delivery.snapshot import FieldDifference
from integrations.delivery.values import Kind, same, shown
from integrations.gateway.access import live_connection
from integrations.models import Approval, Connection, Delivery, DocumentState, Push, PushState

EVENTS = 100
EXCHANGES = 50
SHOWN_DISABLED = frozenset({"approve", "edit", "push", "recreate"})  # with the reason, where the role is not enough
DECIDED = ShownState("decided", "Decided", "info", "check2")
ENTERED = ShownState("entered", "Entered", "neutral", "pencil")
LINKED = ShownState("linked", "Linked", "success", "link-45deg")
COMPARED = ShownState("compared", "Compared", "neutral", "arrow-clockwise")


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
    pushes = list(selectors.pushes_of(document_type.key, pk)[:50])
    verdict = judge(document_type.flow, document, context_for(connection)) if connection else PlanResult()
    in_force = approval_in_force(document)
    hold = hold_on(document_type.flow, document) if document.delivery == Delivery.HELD else None
    history, more_history = _history(request, document_type, document)
    context = {
        "document_type": document_type,
        "document": document,
        "row": row_of(document),
        "state": document.shown_state,
        "currency": document_type.currency_of(document),
        "summary": document_type.summary(document),
        "facts": _facts(request, document_type, document, in_force, connection),
        "link_facts": _link_facts(document_type, document),
        "lines": _lines(document_type, document),
        "children": [_children(request, each, document) for each in children_of(document_type)],
        "lock": document_type.lock(document),
        "verdict": verdict,
        "problems": [(each, *where_to_fix(request, document_type, each.code, document)) for each in verdict.problems],
        "here": document_url(request, document_type, document),
        "hold": hold,
        "hold_title": capfirst(document_type.plural),
        "admin_reason": role_reason(request, Role.ADMIN),
        "failure": _failure(request, document_type, document, pushes),
        "steps": steps.step_rows(document_type.flow, document, pushes),
        "plan": _plan(document_type.flow, document, verdict, pushes),
        "events": history,
        "more_history": more_history,
        "exchanges": selectors.exchanges_of(document_type.key, pk, EXCHANGES),
        "can": _can(request, document_type, document, in_force, pushes, verdict),
        "seen": covered_digest(document),
        "is_approved": document.approval == Approval.APPROVED,
        "sides": _sides(document_type.flow, document),
        "edit_reason": _reason(request, document_type, "edit"),
        "approve_reason": _reason(request, document_type, "approve"),
        "push_reason": push_reason(request, document_type, connection),
        "urls": {act.key: document_url(request, document_type, document, act.key) for act in document_type.acts},
    }
    return render(request, "erp_admin/document.html", context)


def _lines(document_type: AnyType, document: Any) -> Any:
    if document_type.lines is None:
        return None
    lines = getattr(document, document_type.lines.attribute)
    return lines.select_related(*document_type.lines.related).order_by("number")


@dataclass(frozen=True)
class Children:
    """The documents of one type that belong to the one shown; `new_url` enters another."""

    document_type: AnyType
    rows: list[Row]
    new_url: str


def _children(request: TenantRequest, child_type: AnyType, document: Any) -> Children:
    attribute = child_type.parent.attribute if child_type.parent else ""
    documents = selectors.documents(child_type.model).filter(**{attribute: document}).order_by("number")
    new_url = ""
    if child_type.offers("new") and not action_reason(request, child_type, "new"):
        new_url = f"{tenant_url(request, child_type.new_url_name)}?{attribute}={document.pk}"
    return Children(child_type, [row_of(each) for each in documents], new_url)


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
    return [*facts, _approval_fact(document, in_force)]


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
        fact("Record number", document.remote_record_no),
        fact("Linked", when(document.linked_at), note=f"by {document.linked_by}" if document.linked_by else ""),
        fact("Compared with Intacct", when(document.refreshed_at, "not yet"), note=_counted(document)),
        fact("Equal", when(document.verified_at, "no")),
    ]


def _held(document: Any, name: str) -> Any:
    """What Intacct held under a name when last compared; None where nothing is known."""
    return document.held_facts.get(name) or None


def _counted(document: Any) -> str:
    if not document.comparable_fields:
        return ""
    return f"{document.compared_fields} of {document.comparable_fields} fields"


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


def _side_row(difference: FieldDifference) -> SideRow:
    here, sent, found = (
        "" if value is None else shown(value, difference.kind) or "empty"
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


def _history(request: TenantRequest, document_type: AnyType, document: Any) -> tuple[list[dict[str, Any]], bool]:
    """What happened to the document, newest first; whether older lines of the ledger were left out."""
    events = selectors.events_of(document_type.key, document.pk, EVENTS)
    told = [
        {
            "at": event.at,
            "title": f"{event.push.get_operation_display()}: {event.get_state_display()}",
            "text": event.message,
            "actor": str(event.by or event.push.asked_by or "")
            if event.state == PushState.QUEUED
            else str(event.by or ""),
            "state": event.shown_state,
            "url": tenant_url(request, "run", number=event.push.run.number) if event.push.run else "",
        }
        for event in events[:EVENTS]
    ]
    decisions = list(decisions_about(document, EVENTS + 1))
    told += [
        {"at": each.at, "title": each.text, "text": "", "actor": each.actor_label, "state": DECIDED, "url": ""}
        for each in decisions[:EVENTS]
    ]
    # What was approved before decisions were written down one by one has left only this.
    known = document.approved_at if not decisions else None
    marks = (
        (document.created_at, "Entered in ERP Admin", "", ENTERED),
        (known, "Approved", document.approved_by, DECIDED),
        (document.linked_at, f"Linked to {document.remote_id}", document.linked_by, LINKED),
        (document.refreshed_at, "Last compared with Intacct", "", COMPARED),
    )
    told += [
        {"at": at, "title": title, "text": "", "actor": str(actor or ""), "state": state, "url": ""}
        for at, title, actor, state in marks
        if at is not None
    ]
    return sorted(told, key=lambda event: event["at"], reverse=True), max(len(events), len(decisions)) > EVENTS
