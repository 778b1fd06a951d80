"""From a plan to rows of the ledger, one a step: queued where nothing goes before it, else waiting; later promoted.

Owns when a step may go, and that it still is what was planned. Sends nothing; call it inside the transaction that holds
the document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from integrations.delivery import remote_records, transitions
from integrations.delivery.contract import (
    Plan,
    PlannedStep,
    PushFlow,
    Step,
    StepResult,
    Waiting,
    flow_of,
    step_table,
)
from integrations.delivery.planning import (
    NOTHING_CHANGED,
    assess,
    context_for,
    planned_step,
    route_of,
    write_intent,
    write_template,
)
from integrations.models import IN_FLIGHT, Push, PushBody, PushedDocument, PushState

PLANNED = "Planned and queued."
UNREAD = "is in Intacct, but Intacct does not show it, so its record number is not known."


@dataclass(frozen=True)
class Promotion:
    """What becomes of a row that waits: it fails with a code, waits on, or is queued with its body and `more` rows."""

    code: str = ""
    sentence: str = ""
    advice: str = ""
    waits: str = ""
    body: PushBody | None = None
    more: list[tuple[Push, PushBody | None]] = field(default_factory=list)


def wait_for(push: Push, waits: Waiting) -> None:
    """Set in `push` which document it waits for."""
    push.waits_flow, push.waits_document_id = flow_of(waits.on).key, waits.on.pk
    push.reason = waits.sentence[:500]


def written(
    flow: PushFlow, document: PushedDocument, plan: Plan, rows: Mapping[str, Push]
) -> list[tuple[Push, PushBody | None]]:
    """Each row (unsaved) of `rows` by step with its plan in it, and its body unless it waits for an earlier step."""
    route, keys = route_of(flow, document, plan), {step.step for step in plan.steps}
    results = remote_records.results_of(flow.key, document) if len(flow.steps) > 1 else {}
    made: list[tuple[Push, PushBody | None]] = []
    for planned in plan.steps:
        push = rows[planned.step]
        write_template(push, planned, route)
        push.reason = _waits_for_steps(flow, planned, keys, results)
        made.append((push, None if push.reason else write_intent(push, planned.resolved(results))))
        if not push.reason:
            push.planned = [entry.as_json() for entry in planned.resolved(results).explained]
    return made


def store(made: list[tuple[Push, PushBody | None]], said: str = PLANNED) -> None:
    """Store new rows that `written` has filled."""
    for push, body in made:
        state = PushState.QUEUED if body is not None else PushState.WAITING
        message = said if body is not None else push.reason
        transitions.open_push(push, state, message, reason=push.reason, by=push.asked_by)
        if body is not None:
            body.save()


def _waits_for_steps(flow: PushFlow, planned: PlannedStep, keys: set[str], results: Mapping[str, StepResult]) -> str:
    """Why a step cannot go yet, or "": an earlier one is not delivered, or what it became is not known."""
    table = step_table(flow)
    waits = [name for name in planned.after if name in keys]
    waits += [value.step for value in sorted(planned.uses, key=str) if not value.value(results)]
    labels = " and ".join(dict.fromkeys(table[name].label for name in waits))
    return f"Waits for {labels}." if labels else ""


def promoted(flow: PushFlow, push: Push, document: PushedDocument | None) -> Promotion:
    """What becomes of a row that waits for no other document any more, by what is so now."""
    if document is None:
        return Promotion("DOC-REMOVED", f"The {flow.noun} was removed.")
    if push.template_digest:
        return _step_promoted(flow, push, document)
    return _document_promoted(flow, push, document)


def _document_promoted(flow: PushFlow, push: Push, document: PushedDocument) -> Promotion:
    """It waited for another document, so that nothing of it is planned yet."""
    context = context_for(push.connection)
    plan, problems = assess(flow, document, context)
    if problems:
        return Promotion(problems[0].code, problems[0].sentence, problems[0].fix)
    if plan is None:
        return Promotion("NOTHING", NOTHING_CHANGED)
    push.settings_version = context.settings
    first, *later = plan.steps
    rows = {first.step: push, **{step.step: _beside(push) for step in later}}
    (_, body), *more = written(flow, document, plan, rows)
    return Promotion(waits=push.reason, body=body, more=more)


def _beside(push: Push) -> Push:
    """A new row for another step of the same wish."""
    names = ("tenant_id", "connection", "flow", "document_id", "label", "settings_version", "asked_by", "due_at")
    return Push(**{name: getattr(push, name) for name in names})


def _step_promoted(flow: PushFlow, push: Push, document: PushedDocument) -> Promotion:
    """It waited for earlier steps; what it writes must be what was planned with them."""
    step = step_table(flow)[push.step]
    others = Push.objects.filter(flow=push.flow, document_id=push.document_id).exclude(pk=push.pk)
    if others.filter(step__in=push.after, state__in=IN_FLIGHT).exists():
        return Promotion(waits=push.reason)
    context, results = context_for(push.connection), remote_records.results_of(flow.key, document)
    plan, problems = assess(flow, document, context)
    if problems:
        return Promotion(problems[0].code, problems[0].sentence, problems[0].fix)
    planned = planned_step(plan, push.step)
    if planned is None or planned.template_digest != push.template_digest:
        return _changed(flow, step)
    unknown = [value.step for value in planned.uses if not value.value(results)]
    if unknown:
        return _unknown(flow, push, unknown[0], results)
    resolved = planned.resolved(results)
    push.planned, push.settings_version = [entry.as_json() for entry in resolved.explained], context.settings
    return Promotion(body=write_intent(push, resolved))


def _changed(flow: PushFlow, step: Step) -> Promotion:
    sentence = f"What is written for {step.label}, or the way the {flow.noun} takes, changed after it was planned."
    return Promotion("PLAN-CHANGED", sentence, "Look at the preview, then push it again: it goes on at this step.")


def _unknown(flow: PushFlow, push: Push, name: str, results: Mapping[str, StepResult]) -> Promotion:
    """What an earlier step became is not known: wait until it was read back, and no longer."""
    before = Push.objects.filter(flow=push.flow, document_id=push.document_id, step=name, state=PushState.DELIVERED)
    newest = before.order_by("-pk").first()
    if name in results and newest is not None and newest.read_back_at is None:
        return Promotion(waits=push.reason)
    label = step_table(flow)[name].label
    sentence = f"{label} {UNREAD}" if name in results else f"{label} is not in Intacct."
    return Promotion("STEP-UNKNOWN", sentence, f"Refresh the {flow.noun}, then push it again.")
