"""What keeps approved documents from being pushed, as judged last: the one writer of these facts and of PushProblem.

Owns when a document is to be judged again and what is stored of it, for lists, Issues and Home. Decides nothing about
a push: each one is judged anew when it is asked for, whatever stands here.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from integrations.delivery.contract import Problem, PushContext, PushFlow, push_flows
from integrations.delivery.planning import context_for, judge, prepare
from integrations.models import TO_PUSH, Connection, ConnectionState, PushedDocument, PushProblem, with_state

JUDGED_AT_ONCE: Final = 100  # documents that are locked together while they are judged
LOOKED_UP_AT_ONCE: Final = 2000
_Key = tuple[str, str, int, str]


def due(flow: PushFlow, number: int) -> QuerySet[Any]:
    """The documents that wait for a push and were not judged for what counts now."""
    found = with_state(flow.model._default_manager.all()).filter(shown_as__in=TO_PUSH)
    return found.filter(Q(judged_for=None) | ~Q(judged_for=number)).order_by("pk")


def renew(
    connection: Connection, *, seconds: float = float("inf"), gives_way: Callable[[], bool] = lambda: False
) -> bool:
    """Judge what is due, some at a time; True when nothing is left, False when time is over or others wait.

    Who edits a document meanwhile is not held up: it is judged the next time.
    """
    if connection.state == ConnectionState.DISCONNECTED:  # nothing is pushed through it, so nothing is judged for it
        Connection.objects.filter(pk=connection.pk).update(judging_due=False)
        return True
    ends_at = time.monotonic() + seconds
    for flow in push_flows():
        keys = list(due(flow, _number(connection)).values_list("pk", flat=True)[:LOOKED_UP_AT_ONCE])
        while keys:
            for start in range(0, len(keys), JUDGED_AT_ONCE):
                _judge(connection, flow, keys[start : start + JUDGED_AT_ONCE])
                if time.monotonic() > ends_at or gives_way():
                    return False
            last = keys[-1]
            more = due(flow, _number(connection)).filter(pk__gt=last).values_list("pk", flat=True)
            keys = list(more[:LOOKED_UP_AT_ONCE])
        _sweep(flow)
    Connection.objects.filter(pk=connection.pk).update(judging_due=False)
    # What was changed before that line saw that a worker was asked for, and did not ask for another.
    left = any(due(flow, _number(connection)).exists() for flow in push_flows())
    if left:
        Connection.objects.filter(pk=connection.pk).update(judging_due=True)  # the dispatcher has it done
    return True


def renew_one(flow: PushFlow, document: PushedDocument, connection: Connection) -> None:
    """Judge one document at once, so that the next page knows; the worker does nothing more about it."""
    _judge(connection, flow, [document.pk])
    document.refresh_from_db(fields=["is_blocked", "blocked_reason", "judged_for", "judged_at"])


def keep_refusal(flow: PushFlow, document: PushedDocument, problems: Sequence[Problem]) -> None:
    """A push of the document was asked for and refused: what kept it is stored. Needs the document locked."""
    if document.state in TO_PUSH:
        _store(flow, [(document, tuple(problems))], document.judged_for)


def problems_of(flow_key: str, document: PushedDocument) -> QuerySet[PushProblem]:
    """What is stored of a document, the head before its lines."""
    return PushProblem.objects.filter(flow=flow_key, document_id=document.pk).order_by("line", "pk")


def _number(connection: Connection) -> int:
    return Connection.objects.values_list("judging_number", flat=True).get(pk=connection.pk)


def _judge(connection: Connection, flow: PushFlow, keys: Sequence[int]) -> None:
    """Judge these documents as they are now. Edits wait until that is stored, so none is overtaken by an old judgment.

    The number is read first: what changes while they are judged makes them due again.
    """
    with transaction.atomic():
        number = _number(connection)
        locked = flow.model._default_manager.select_for_update(skip_locked=True, of=("self",))
        documents = list(with_state(locked).filter(pk__in=keys, shown_as__in=TO_PUSH).order_by("pk"))
        context: PushContext = context_for(connection)
        prepare(flow, documents, context)
        judged = [(document, judge(flow, document, context).problems) for document in documents]
        _store(flow, judged, number)


def _store(flow: PushFlow, judged: Sequence[tuple[Any, tuple[Problem, ...]]], number: int | None) -> None:
    """Store the problems of each: those that stay keep since when they are known, those that are gone are removed."""
    by_reason: dict[str, list[int]] = {}
    for document, problems in judged:
        by_reason.setdefault(str(problems[0])[:500] if problems else "", []).append(document.pk)
    now = timezone.now()
    for reason, keys in by_reason.items():
        flow.model._default_manager.filter(pk__in=keys).update(
            is_blocked=bool(reason), blocked_reason=reason, judged_for=number, judged_at=now
        )
    known: dict[int, dict[_Key, int]] = {}
    for row in PushProblem.objects.filter(flow=flow.key, document_id__in=[document.pk for document, _ in judged]):
        known.setdefault(row.document_id, {})[(row.code, row.field_name, row.line, row.sentence)] = row.pk
    new = []
    for document, problems in judged:
        mine = known.get(document.pk, {})
        for key, problem in {_key(problem): problem for problem in problems}.items():
            if mine.pop(key, None) is None:
                _, name, line, sentence = key
                new.append(
                    PushProblem(
                        tenant_id=document.tenant_id, flow=flow.key, document_id=document.pk, code=problem.code,
                        field_name=name, line=line, sentence=sentence, fix=problem.fix[:500], since=now,
                    )
                )  # fmt: skip
    gone = [pk for left in known.values() for pk in left.values()]
    if gone:
        PushProblem.objects.filter(pk__in=gone).delete()
    PushProblem.objects.bulk_create(new)


def _key(problem: Problem) -> _Key:
    return problem.code, problem.field[:120], problem.line, problem.sentence[:500]


def _sweep(flow: PushFlow) -> None:
    """Forget what kept documents that do not wait for a push any more: delivered, set aside, back to draft, removed."""
    waiting = with_state(flow.model._default_manager.all()).filter(shown_as__in=TO_PUSH).order_by().values("pk")
    PushProblem.objects.filter(flow=flow.key).exclude(document_id__in=waiting).delete()
    blocked = flow.model._default_manager.filter(is_blocked=True)
    blocked.exclude(pk__in=waiting).update(is_blocked=False, blocked_reason="")
