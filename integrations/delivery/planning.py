"""From a document to a ledger row: validated, planned, its bytes and control id fixed before anything is sent.

Owns how an intent is made and whether it still stands. Sends nothing and calls nobody.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from integrations.approval.selectors import why_not_pushable
from integrations.delivery.contract import Plan, Problem, PushContext, PushFlow
from integrations.delivery.element_order import arranged
from integrations.models import Approval, Connection, Push, PushedDocument, PushState, SettingsVersion
from integrations.records.lookup import MirrorView

logger = logging.getLogger(__name__)

# What a defect of ours, or a row that contradicts itself, raises in planning. It concerns one document: the others of
# its page or batch are planned all the same. What concerns all, such as the database, is not among them.
DEFECTS: Final = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)
PREPARED_AT_ONCE: Final = 500
DocumentT = TypeVar("DocumentT", bound=PushedDocument)

NOTHING_CHANGED = "Nothing was changed in ERP Admin since it was last written to Intacct."


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
    """The plan of a document, or every problem that keeps it from having one. What is not approved has none."""
    try:
        return _assessed(flow, document, context)
    except DEFECTS as error:
        return None, [_defect(flow, document, error)]


def _defect(flow: PushFlow, document: PushedDocument, error: Exception) -> Problem:
    """What is said of a document that cannot be planned because of a defect; the log has where it came from."""
    logger.error("%s %s cannot be planned", flow.key, document.pk, exc_info=error)
    words = str(error) if isinstance(error, ValueError) else type(error).__name__
    sentence = f"ERP Admin cannot work out what to write of this {flow.noun}: {words[:300].rstrip('.')}."
    return Problem("", sentence, "Tell support; the log names the place.", code="PLAN-DEFECT")


def _assessed(flow: PushFlow, document: PushedDocument, context: PushContext) -> tuple[Plan | None, list[Problem]]:
    problems = [*flow.validate(document, context), *approval_problems(flow, document)]
    if problems:
        return None, problems
    plan = flow.plan(document, context)
    if plan is not None:
        plan.function("check")  # an element that the function lacks is a defect, found before anything is stored
    return plan, []


def approval_problems(flow: PushFlow, document: PushedDocument) -> list[Problem]:
    """Why nobody has approved what the document says now. Looked at when it is planned and again when it is claimed."""
    refused = why_not_pushable(document, flow.noun)
    return [Problem("approval", refused.sentence, refused.advice, code=refused.code)] if refused is not None else []


@dataclass(frozen=True)
class PlanResult:
    """What a wish to push a document comes to: at most one of these is filled in, besides the document itself."""

    plan: Plan | None = None
    problems: tuple[Problem, ...] = ()
    waits: str = ""
    left: str = ""


def judge(flow: PushFlow, document: PushedDocument, context: PushContext) -> PlanResult:
    """The same judgment for the preview and for the ledger. Stores nothing."""
    try:
        return _judged(flow, document, context)
    except DEFECTS as error:
        return PlanResult(problems=(_defect(flow, document, error),))


def _judged(flow: PushFlow, document: PushedDocument, context: PushContext) -> PlanResult:
    if document.is_locked:
        return PlanResult(left="It is being pushed already.")
    if document.approval == Approval.IGNORED:
        return PlanResult(left="It is ignored.")
    waits = flow.waits_for(document)
    if waits:
        unapproved = approval_problems(flow, document)
        return PlanResult(problems=tuple(unapproved)) if unapproved else PlanResult(waits=waits)
    plan, problems = assess(flow, document, context)
    if problems:
        return PlanResult(problems=tuple(problems))
    return PlanResult(plan=plan) if plan is not None else PlanResult(left=NOTHING_CHANGED)


def revision_of(flow: PushFlow, document_id: int) -> int:
    """Which delivery of the document the next one is; it keeps the control id of a renewed record apart."""
    return Push.objects.filter(flow=flow.key, document_id=document_id, state=PushState.DELIVERED).count() + 1


def control_id_of(flow: PushFlow, document_id: int, revision: int, plan: Plan) -> str:
    """The same document, operation and bytes always have the same control id, so Intacct refuses a repeat.

    With uniqueid true the gateway refuses the control id of a completed function (developer.intacct.com, Web Services >
    Requests). Of a refused one it does not, so that a document may be sent again once its cause is fixed.
    """
    digest = hashlib.sha256(f"{plan.entity_id}\n{plan.digest}".encode()).hexdigest()[:40]
    return f"erp-{flow.key}-{document_id}-{plan.operation}-{revision}-{digest}"


def write_intent(push: Push, flow: PushFlow, plan: Plan) -> None:
    """Fix in `push` (unsaved) what exactly will be sent."""
    push.revision = revision_of(flow, push.document_id)
    push.control_id = control_id_of(flow, push.document_id, push.revision, plan)
    push.operation = plan.operation
    push.entity_id = plan.entity_id
    push.reference = plan.reference
    push.function_name = plan.function_name
    push.function_xml = arranged(push.connection, plan.function(push.control_id))
    push.planned = [entry.as_json() for entry in plan.explained]
    push.expected, push.sent = dict(plan.expected), plan.sent.as_json()


def why_not_as_planned(flow: PushFlow, push: Push, document: PushedDocument | None, context: PushContext) -> str:
    """Why an intent that was never sent must not be sent any more, or "" when it still is what the document says."""
    if document is None:
        return f"The {flow.noun} was removed after it was queued."
    plan, problems = assess(flow, document, context)
    if problems:
        return f"It can no longer be pushed as it was queued. {problems[0]}"
    if plan is None or control_id_of(flow, push.document_id, push.revision, plan) != push.control_id:
        return f"The {flow.noun} or the settings changed after it was queued, so other values would be written now."
    return ""
