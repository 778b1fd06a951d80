"""Says that what judging documents looks at has changed, and wakes the worker that judges them again.

Owns the marks and the wake-up, nothing else: what is judged, how, and what is stored of it is
`integrations.delivery.blocked`. However often it is asked, one worker is woken.
"""

from django.db import transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Greatest

from integrations import queue
from integrations.gateway.access import live_connection
from integrations.models import Connection, PushedDocument


def judge_all_again(connection: Connection) -> None:
    """Settings, lists or the connection changed: every document that waits for a push is judged again.

    Call it in the transaction of the change.
    """
    # Above those of connections before it, so that no document seems judged for this one that was judged for another.
    others = Connection.objects.exclude(pk=connection.pk).aggregate(highest=Max("judging_number"))["highest"] or 0
    number = Greatest(F("judging_number"), Value(others)) + 1
    Connection.objects.filter(pk=connection.pk).update(judging_number=number)
    wake(connection)


def judge_again(document: PushedDocument) -> None:
    """The document or what was decided about it changed. Call it in the transaction of the change."""
    document.judged_for = None
    type(document)._default_manager.filter(pk=document.pk).update(judged_for=None)
    connection = live_connection()
    if connection is not None:
        wake(connection)


def wake(connection: Connection) -> None:
    """Ask for a worker unless one was asked for already; the dispatcher asks again where one got lost.

    It asks once the change is committed. Asked before, the worker could look, find nothing and say that it is done
    while the change is not to be seen yet.
    """

    def ask() -> None:
        if Connection.objects.filter(pk=connection.pk, judging_due=False).update(judging_due=True):
            queue.wake_judging(connection.tenant_id, connection.pk)

    transaction.on_commit(ask)
