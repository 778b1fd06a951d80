"""From a document to ledger rows: validated, planned, the bytes and control id of each step fixed before it is sent.

Owns how an intent is made and whether it still stands. Sends nothing and calls nobody.
"""

import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final, TypeVar

from integrations.approval.selectors import why_not_pushable
from integrations.delivery import remote_records
from integrations.delivery.contract import (
    Plan,
    PlanDefect,
    PlannedStep,
    Problem,
    PushContext,
    PushFlow,
    Waiting,
    step_table,
)
from integrations.delivery.defects import DEFECTS, fix_of, words_of
from integrations.delivery.element_order import arranged
from integrations.delivery.steps import in_order
from integrations.models import (
    Approval,
    Connection,
    Delivery,
    Operation,
    Push,
    PushBody,
    PushedDocument,
    PushState,
    SettingsVersion,
)
from integrations.models.remote_record import TRANSACTION
from integrations.records.lookup import MirrorView

logger = logging.getLogger(__name__)

PREPARED_AT_ONCE: Final = 500
DocumentT = TypeVar("DocumentT", bound=PushedDocument)

NOTHING_CHANGED = "Nothing was changed in ERP Admin since it was last written to Intacct."

NEVER_UPDATED = (
    "It was changed in ERP Admin, but its records in Intacct cannot be updated with that. Use Intacct's version, or "
    "change it there."
)


def context_for(connection: Connection) -> PushContext:
    """What planning may look at, as it is now."""
    newest = SettingsVersion.objects.filter(connection=connection).order_by("-number").first()
    return PushContext(connection, newest, MirrorView(connection))


def prepared(flow: PushFlow, documents: Iterable[DocumentT], context: PushContext) -> Iterator[DocumentT]:
    """The documents one by one, with what judging each asks for read many at once. Judge each before the next."""
    remaining = iter(documents)
    while batch := list(islice(remaining, PREPARED_AT_ONCE)):
        prepare(flow, batch, context)
        yield from batch


def prepare(flow: PushFlow, documents: list[DocumentT], context: PushContext) -> None:
    """Read what judging these documents asks for, in place of what was prepared before."""
    context.prepared.clear()
    if not documents:
        return
    try:
        flow.prepare(documents, context)
    except DEFECTS:
        # One of them is the cause: each is read by itself then, and the one has its problem.
        logger.exception("%s: %d documents could not be prepared together", flow.key, len(documents))
        context.prepared.clear()


def assess(flow: PushFlow, document: PushedDocument, context: PushContext) -> tuple[Plan | None, list[Problem]]:
    """What is left of the plan of a document, or every problem that keeps it from having one.

    Steps that are delivered already are left out, unless they have something to update. What is not approved has none.
    """
    try:
        return _assessed(flow, document, context)
    except DEFECTS as error:
        return None, [_defect(flow, document, error)]


def _defect(flow: PushFlow, document: PushedDocument, error: Exception) -> Problem:
    """What is said of a document that cannot be planned because of a defect; the log has where it came from."""
    logger.error("%s %s cannot be planned", flow.key, document.pk, exc_info=error)
    sentence = f"ERP Admin cannot work out what to write of this {flow.noun}: {words_of(error)}."
    return Problem("", sentence, fix_of(error), code="PLAN-DEFECT")


def _assessed(flow: PushFlow, document: PushedDocument, context: PushContext) -> tuple[Plan | None, list[Problem]]:
    problems = [*flow.validate(document, context), *approval_problems(flow, document)]
    if problems:
        return None, problems
    plan = flow.plan(document, context)
    if plan is None:
        return None, []
    plan = _checked(flow, plan)
    for step in plan.steps:
        step.function("check")  # an element that the function lacks is a defect, found before anything is stored
    return _left(flow, document, plan), []


def _checked(flow: PushFlow, plan: Plan) -> Plan:
    """The plan in the order its steps go, each with all it waits for. Raises PlanDefect where it contradicts itself."""
    table, planned = step_table(flow), [step.step for step in plan.steps]
    if unknown := [key for key in planned if key not in table]:
        raise PlanDefect(f"It plans step {unknown[0]!r}, which {flow.key} does not declare.")
    if not planned or len(set(planned)) != len(planned):
        raise PlanDefect("It plans no step, or one of them twice.")
    steps: dict[str, PlannedStep] = {}
    for step in plan.steps:
        names = dict.fromkeys((*table[step.step].after, *step.after, *sorted(value.step for value in step.uses)))
        if unknown := [name for name in names if name not in table]:
            raise PlanDefect(f"Step {step.step!r} comes after {unknown[0]!r}, which {flow.key} does not declare.")
        label, record_type = table[step.step].label, step.record_type or flow.records
        steps[step.step] = replace(step.in_words(table), after=tuple(names), label=label, record_type=record_type)
    order = in_order({key: step.after for key, step in steps.items()}, f"{flow.key}, its plan")
    return replace(plan, steps=tuple(steps[key] for key in order))


def _left(flow: PushFlow, document: PushedDocument, plan: Plan) -> Plan | None:
    """The plan without the steps that are delivered already and have no change; None when nothing is left."""
    if len(flow.steps) == 1:
        return plan
    done = remote_records.results_of(flow.key, document)
    steps = [step for step in plan.steps if step.operation != Operation.CREATE or step.step not in done]
    return replace(plan, steps=tuple(steps)) if steps else None


def approval_problems(flow: PushFlow, document: PushedDocument) -> list[Problem]:
    """Why nobody has approved what the document says now. Looked at when it is planned and again when it is claimed."""
    refused = why_not_pushable(document, flow.noun)
    return [Problem("approval", refused.sentence, refused.advice, code=refused.code)] if refused is not None else []


def problems_once_approved(flow: PushFlow, document: PushedDocument, context: PushContext) -> tuple[Problem, ...]:
    """What would keep the document from being pushed if it were approved as it is. Stores nothing."""
    try:
        return tuple(flow.validate(document, context))
    except DEFECTS as error:
        return (_defect(flow, document, error),)


@dataclass(frozen=True)
class PlanResult:
    """What a wish to push a document comes to: at most one of these is filled in, besides the document itself."""

    plan: Plan | None = None
    problems: tuple[Problem, ...] = ()
    waits: Waiting | None = None
    left: str = ""


def judge(flow: PushFlow, document: PushedDocument, context: PushContext) -> PlanResult:
    """The same judgment for the preview and for the ledger. Stores nothing."""
    try:
        return _judged(flow, document, context)
    except DEFECTS as error:
        return PlanResult(problems=(_defect(flow, document, error),))


def _judged(flow: PushFlow, document: PushedDocument, context: PushContext) -> PlanResult:
    if document.delivery == Delivery.HELD:
        return PlanResult(left="Its push is held; its page says what frees it.")
    if document.is_locked:
        return PlanResult(left="It is being pushed already.")
    if document.approval == Approval.IGNORED:
        return PlanResult(left="It is ignored.")
    waits = flow.waits_for(document)
    if waits is not None:
        unapproved = approval_problems(flow, document)
        return PlanResult(problems=tuple(unapproved)) if unapproved else PlanResult(waits=waits)
    plan, problems = assess(flow, document, context)
    if problems:
        return PlanResult(problems=tuple(problems))
    if plan is not None:
        return PlanResult(plan=plan)
    # What one step cannot write `validate` names; where there are several, what is delivered is left out of the plan.
    is_changed = len(flow.steps) > 1 and remote_records.has_changes(flow, document, context)
    return PlanResult(left=NEVER_UPDATED if is_changed else NOTHING_CHANGED)


_SHOWN_LENGTH: Final = 16  # hexadecimal digits: to tell a document's own plans apart, not to keep anybody out


def mark_of(document: PushedDocument, verdict: PlanResult, context: PushContext) -> str:
    """By what a confirmation knows again what a preview showed of a document that would be taken up.

    Of one that is sent at once where and what would be written, of one that waits what was approved.
    """
    if verdict.plan is None:
        return _mark(context, document.approved_digest)
    return _mark(context, *(step.template_digest for step in verdict.plan.steps))


def is_as_shown(document: PushedDocument, verdict: PlanResult, context: PushContext, mark: str | None) -> bool:
    """Whether a document would be pushed as a preview showed it; one that waited there may be ready by now."""
    return mark is not None and mark in (mark_of(document, verdict, context), _mark(context, document.approved_digest))


def _mark(context: PushContext, *parts: str) -> str:
    told = "\n".join((str(context.connection.pk), *parts))
    return hashlib.sha256(told.encode()).hexdigest()[:_SHOWN_LENGTH]


def revision_of(push: Push) -> int:
    """Which delivery of the step the next one is; it keeps the control id of a renewed record apart."""
    mine = Push.objects.filter(flow=push.flow, document_id=push.document_id, step=push.step)
    return mine.filter(state=PushState.DELIVERED).count() + 1


def control_id_of(push: Push, planned: PlannedStep) -> str:
    """The same document, step, operation and bytes always have the same control id, so Intacct refuses a repeat.

    With uniqueid true the gateway refuses the control id of a completed function (developer.intacct.com, Web Services >
    Requests). Of a refused one it does not, so that a document may be sent again once its cause is fixed.
    """
    digest = hashlib.sha256(f"{planned.entity_id}\n{planned.digest}".encode()).hexdigest()[:40]
    step = "" if planned.step == TRANSACTION else f"{planned.step}-"
    return f"erp-{push.flow}-{push.document_id}-{step}{planned.operation}-{push.revision}-{digest}"


def write_template(push: Push, planned: PlannedStep, route: Collection[str]) -> None:
    """Fix in `push` (unsaved) where and what will be sent, as far as it is known before earlier steps are delivered."""
    push.step, push.after, push.route = planned.step, list(planned.after), list(route)
    push.record_type, push.template_digest = planned.record_type, planned.template_digest
    push.operation, push.entity_id = planned.operation, planned.entity_id
    push.reference, push.function_name = planned.reference, planned.function_name
    push.planned = [entry.as_json() for entry in planned.explained]
    push.expected, push.sent = dict(planned.expected), planned.sent.as_json()


def write_intent(push: Push, planned: PlannedStep) -> PushBody:
    """Fix in `push` the bytes and the control id of a step that waits for nothing more; return the body to be saved."""
    push.revision = revision_of(push)
    push.control_id = control_id_of(push, planned)
    body = PushBody(push=push, tenant_id=push.tenant_id)
    body.xml = arranged(push.connection, planned.function(push.control_id))
    push.size = len(body.xml.encode())
    return body


def route_of(flow: PushFlow, document: PushedDocument, plan: Plan) -> list[str]:
    """All steps of the document: those planned now and those that are in Intacct, in the order they are declared."""
    keys = {step.step for step in plan.steps}
    if len(flow.steps) > 1:
        keys |= remote_records.results_of(flow.key, document).keys()
    return [step.key for step in flow.steps if step.key in keys]


def why_not_as_planned(flow: PushFlow, push: Push, document: PushedDocument | None, context: PushContext) -> str:
    """Why an intent that was never sent must not be sent any more, or "" when it still is what the document says."""
    if document is None:
        return f"The {flow.noun} was removed after it was queued."
    plan, problems = assess(flow, document, context)
    if problems:
        return f"It can no longer be pushed as it was queued. {problems[0]}"
    planned = planned_step(plan, push.step)
    results = remote_records.results_of(flow.key, document) if planned is not None and planned.uses else {}
    if planned is None or not _is_as_planned(push, planned, results):
        return f"The {flow.noun} or the settings changed after it was queued, so other values would be written now."
    return ""


def planned_step(plan: Plan | None, key: str) -> PlannedStep | None:
    return next((step for step in plan.steps if step.step == key), None) if plan is not None else None


def _is_as_planned(push: Push, planned: PlannedStep, results: Mapping[str, Any]) -> bool:
    try:
        return control_id_of(push, planned.resolved(results)) == push.control_id
    except KeyError:
        return False  # what an earlier step became is not known any more
