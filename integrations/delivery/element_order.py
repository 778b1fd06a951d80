"""Which disputed order of elements an Intacct company demands: learnt from one refusal, remembered, used from then on.

Owns the memory and the one change of bytes that a push may see: nothing of a request refused for its order was
executed, and its control id, which names the values and not their order, stays. Sends nothing.
"""

from collections.abc import Sequence

from django.db import transaction

from integrations import intacct
from integrations.intacct import IntacctError
from integrations.intacct.element_orders import BLOCK_LAST, other_orders
from integrations.models import Connection, ElementOrder, Push, PushBody, PushState

ORDER_NOTE = "Intacct demands the elements in another order. The same values are sent again in that order."


def order_of(company_id: str) -> str:
    """The order a company is known to demand; the vendor's schema before anything is known."""
    known = ElementOrder.objects.filter(company_id=company_id).values_list("order", flat=True).first()
    return known or BLOCK_LAST


def arranged(connection: Connection, function: intacct.Function) -> str:
    """The XML of a function in the order its company demands."""
    return intacct.functions.arranged(function.name, function.xml, order_of(connection.company_id))


def other_order_taken(connection: Connection, batch: Sequence[Push], error: IntacctError) -> bool:
    """Arrange a batch that was refused for its order in another one, each once; True when it is to be sent again.

    When all others are refused as well, the order was not the cause: the first one is put back and remembered.
    Call it under the lease.
    """
    refused = order_of(connection.company_id)
    others = other_orders(refused, error.subject)
    if not others:
        return False
    with transaction.atomic():
        bodies = {body.push_id: body for body in PushBody.objects.filter(push__in=batch)}
        for other in others:
            untried = [push for push in batch if _is_new(push, bodies[push.pk], other)]
            for push in untried:
                _note_refused(push, refused)
                _rearrange(push, bodies[push.pk], other)
            if untried:
                _remember(connection, other)
                return True
        tried = [push for push in batch if push.refused_order]
        for push in tried:
            _note_refused(push, refused)
            _rearrange(push, bodies[push.pk], push.refused_order.split()[0])
        if tried:
            _remember(connection, tried[0].refused_order.split()[0])
    return False


def _note_refused(push: Push, order: str) -> None:
    known = push.refused_order.split()
    if order not in known:
        push.refused_order = " ".join([*known, order])
        push.save(update_fields=["refused_order"])


def _is_new(push: Push, body: PushBody, order: str) -> bool:
    """Whether an order gives other bytes than each one that was refused before, and than those refused now."""
    known = {intacct.functions.arranged(push.function_name, body.xml, tried) for tried in push.refused_order.split()}
    return intacct.functions.arranged(push.function_name, body.xml, order) not in {*known, body.xml}


def _remember(connection: Connection, order: str) -> None:
    """What waits in the queue and was never sent takes the order as well."""
    ElementOrder.objects.update_or_create(company_id=connection.company_id, defaults={"order": order})
    waiting = PushBody.objects.filter(push__connection=connection, push__state=PushState.QUEUED, push__tries=0)
    for body in waiting.select_related("push").iterator(chunk_size=100):
        _rearrange(body.push, body, order, push__state=PushState.QUEUED, push__tries=0)


def _rearrange(push: Push, body: PushBody, order: str, **only: object) -> bool:
    """Store the bytes of a push in an order, where it still is what `only` says; False when they are in it already."""
    xml = intacct.functions.arranged(push.function_name, body.xml, order)
    if xml == body.xml:
        return False
    PushBody.objects.filter(pk=body.pk, **only).update(xml=xml)
    return True
