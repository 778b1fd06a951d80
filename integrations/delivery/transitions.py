"""The one table of what a push may become next, the one writer of its state, and the delivery that follows from it.

Owns the state of every ledger row and what a document's delivery, reason and advice are by its steps. Decides nothing
about what is sent: callers say what happened, in the transaction in which they store it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from accounts.models import User
from integrations.delivery.contract import PushFlow, step_table
from integrations.models import (
    IN_FLIGHT,
    Connection,
    Delivery,
    Operation,
    Push,
    PushedDocument,
    PushEvent,
    PushHold,
    PushState,
    RemoteRecord,
)

TRANSITIONS: Final[Mapping[PushState | None, frozenset[PushState]]] = {
    None: frozenset({PushState.WAITING, PushState.QUEUED}),
    PushState.WAITING: frozenset({PushState.WAITING, PushState.QUEUED, PushState.FAILED, PushState.TAKEN_BACK}),
    PushState.QUEUED: frozenset({PushState.SENDING, PushState.FAILED, PushState.TAKEN_BACK}),
    PushState.SENDING: frozenset({PushState.DELIVERED, PushState.VERIFYING, PushState.QUEUED, PushState.FAILED}),
    PushState.VERIFYING: frozenset({PushState.DELIVERED, PushState.VERIFYING, PushState.QUEUED, PushState.FAILED}),
    PushState.DELIVERED: frozenset(),
    PushState.FAILED: frozenset(),
    PushState.TAKEN_BACK: frozenset(),
}
# What may be taken back, as long as no earlier try may have arrived.
TAKEN_BACK_FROM: Final = frozenset(state for state, next_ in TRANSITIONS.items() if PushState.TAKEN_BACK in next_)


class WrongTransition(RuntimeError):
    """A push was to become what it cannot become: a defect of the engine."""


def open_push(push: Push, state: PushState, message: str, *, reason: str = "", by: User | None = None) -> None:
    """Store a new row of the ledger with the first line of its history. Raises IntegrityError for a second one."""
    _check(None, state)
    push.state, push.reason = state, reason[:500]
    push.save(force_insert=True)
    note(push, message, by=by)


def move(push: Push, state: PushState, reason: str, message: str, *, quiet: bool = False) -> None:
    """Store the push in its next state, with a line of history unless it is `quiet`."""
    _check(PushState(push.state), state)
    push.state, push.reason = state, reason[:500]
    push.save()
    if not quiet:
        note(push, message)


def take_back_push(push: Push, message: str, *, reason: str = "", by: User | None = None) -> bool:
    """Take a row out of the queue; False when sending has begun or it has ended, whatever `push` says."""
    mine = Push.objects.filter(pk=push.pk, state__in=TAKEN_BACK_FROM, may_have_arrived=False)
    facts = {"state": PushState.TAKEN_BACK, "finished_at": timezone.now(), "reason": reason[:500]}
    if not mine.update(**facts):
        return False
    push.refresh_from_db()
    note(push, message, by=by)
    return True


def take_back_following(flow: PushFlow, push: Push, message: str, *, by: User | None = None) -> None:
    """The steps that wait for one that will not be delivered are not sent either, so that nothing stays locked."""
    waiting = Push.objects.filter(flow=push.flow, document_id=push.document_id, state=PushState.WAITING)
    for row in waiting.exclude(pk=push.pk):
        if push.step in row.after and take_back_push(row, message, reason=message, by=by):
            take_back_following(flow, row, message, by=by)


def note(push: Push, message: str, *, by: User | None = None) -> None:
    PushEvent.objects.create(tenant_id=push.tenant_id, push=push, state=push.state, message=message[:500], by=by)


def _check(before: PushState | None, after: PushState) -> None:
    if after not in TRANSITIONS[before]:
        raise WrongTransition(f"A push that is {before} cannot become {after}.")


# The document


@dataclass(frozen=True)
class StepState:
    """How the newest push of a step stands, None where there is none, and whether the step is a record in Intacct."""

    key: str
    state: PushState | None
    is_there: bool = False

    @property
    def failed(self) -> bool:
        return self.state == PushState.FAILED


_ORDER: Final = (
    (PushState.SENDING, Delivery.SENDING),
    (PushState.VERIFYING, Delivery.VERIFYING),
    (PushState.QUEUED, Delivery.QUEUED),
    (PushState.WAITING, Delivery.WAITING),
)


def delivery_of(steps: Sequence[StepState], *, is_held: bool = False) -> Delivery:
    """The delivery of a document by all steps of its route: what moves first, then what is missing, then what is there.

    It is delivered only where every step is a record in Intacct and none failed since.
    """
    for state, delivery in _ORDER:
        if any(step.state == state for step in steps):
            return Delivery.HELD if is_held and delivery == Delivery.QUEUED else delivery
    there = [step for step in steps if step.is_there]
    failed = any(step.failed for step in steps)
    if failed and (len(steps) == 1 or not there):
        return Delivery.FAILED
    if failed or (there and len(there) < len(steps)):
        return Delivery.PARTLY
    return Delivery.DELIVERED if there else Delivery.NONE


def settle_document(flow: PushFlow, document: PushedDocument | None, connection: Connection) -> None:
    """Store what a document's delivery is by its steps, with the reason and advice of the step that decides it."""
    if document is None:
        return
    # Two who settle steps of one document at once must each see what the other did: the later one waits here.
    list(flow.model._default_manager.select_for_update().filter(pk=document.pk).values_list("pk"))
    newest = _newest_pushes(flow, document)
    states = _step_states(flow, document, newest)
    is_queued = any(step.state == PushState.QUEUED for step in states)
    is_held = is_queued and PushHold.objects.filter(connection=connection, flow=flow.key).exists()
    delivery = delivery_of(states, is_held=is_held)
    reason, advice = _words(flow, delivery, newest)
    document.delivery, document.state_reason, document.state_advice = delivery, reason[:500], advice[:500]
    document.save(update_fields=["delivery", "state_reason", "state_advice"])


def settle_queued(flow: PushFlow, connection: Connection) -> None:
    """A hold was set or released: say so of every document that has something queued."""
    queued = Push.objects.filter(connection=connection, flow=flow.key, state=PushState.QUEUED)
    for document in flow.model._default_manager.filter(pk__in=queued.values("document_id")).order_by("pk").iterator():
        settle_document(flow, document, connection)


def _newest_pushes(flow: PushFlow, document: PushedDocument) -> dict[str, Push]:
    """The newest push of each step, without what pages do not list."""
    rows = Push.objects.filter(flow=flow.key, document_id=document.pk).order_by("-pk")
    rows = rows.only("step", "state", "operation", "reason", "advice", "route", "flow", "document_id")
    newest: dict[str, Push] = {}
    if len(flow.steps) == 1:
        newest = {row.step: row for row in rows[:1]}
    else:
        for row in rows:
            newest.setdefault(row.step, row)
    return newest


def _step_states(flow: PushFlow, document: PushedDocument, newest: Mapping[str, Push]) -> list[StepState]:
    """Every step of the newest route: a step that an earlier route had and this one has not counts no more."""
    if len(flow.steps) == 1:
        there: Collection[str] = [flow.steps[0].key] if document.remote_id else []
    else:
        there = linked_steps(flow.key, document.pk)
    latest = max(newest.values(), key=lambda push: push.pk, default=None)
    route = {*(latest.route if latest is not None else ()), *there}
    route |= {key for key, push in newest.items() if push.state in IN_FLIGHT}
    if not route and latest is not None:
        route = {latest.step}
    return [StepState(key, _state(newest.get(key), key in there), key in there) for key in _keys(flow) if key in route]


def _keys(flow: PushFlow) -> list[str]:
    return [step.key for step in flow.steps]


def _state(push: Push | None, is_there: bool) -> PushState | None:
    """A record that could not be created, and that a person linked since, did not fail any more."""
    if push is None or (is_there and push.state == PushState.FAILED and push.operation == Operation.CREATE):
        return None
    return PushState(push.state)


def linked_steps(flow_key: str, document_id: int) -> list[str]:
    """The steps of a document that are records in Intacct."""
    rows = RemoteRecord.objects.filter(flow=flow_key, document_id=document_id, unlinked_at=None)
    return list(rows.exclude(remote_id="").values_list("step", flat=True))


_DECIDES: Final[Mapping[Delivery, Sequence[PushState]]] = {
    Delivery.SENDING: (PushState.SENDING,),
    Delivery.VERIFYING: (PushState.VERIFYING,),
    Delivery.QUEUED: (PushState.QUEUED,),
    Delivery.HELD: (PushState.QUEUED,),
    Delivery.WAITING: (PushState.WAITING,),
    Delivery.FAILED: (PushState.FAILED,),
    Delivery.PARTLY: (PushState.FAILED, PushState.TAKEN_BACK),
}


def _words(flow: PushFlow, delivery: Delivery, newest: Mapping[str, Push]) -> tuple[str, str]:
    """Reason and advice of the step that decides; of several steps the reason names which."""
    wanted = _DECIDES.get(delivery, ())
    pushes = [push for state in wanted for key in step_table(flow) if (push := newest.get(key)) and push.state == state]
    if not pushes:
        return "", ""
    push, step = pushes[0], step_table(flow)[pushes[0].step]
    if delivery not in (Delivery.FAILED, Delivery.PARTLY):
        return push.reason, ""
    if len(flow.steps) == 1:
        return push.reason, push.advice
    reason = push.reason or "It was taken back."
    advice = f"{push.advice} {step.advice}" if delivery == Delivery.PARTLY else push.advice
    return f"{step.label}: {reason}", advice.strip()
