"""Release what was held after a refused sign-in or a missing right. Verbs.

Owns that everything held of a connection goes on once it works again. One hold alone is released in delivery.requests.
"""

import logging

from django.db import transaction

from accounts.models import User
from accounts.refusal import Refused
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import wake_ledger
from integrations.delivery.transitions import settle_queued
from integrations.models import Connection, PushHold

logger = logging.getLogger(__name__)


def release_holds(connection: Connection, *, by: User | None = None) -> list[str]:
    """Let every held flow of the connection go on, and return their titles.

    What cannot start now, such as a flow whose switch is off, is not held any more either: the dispatcher takes it up.
    """
    released = []
    for hold in PushHold.objects.filter(connection=connection).order_by("flow"):
        flow = push_flow(hold.flow)
        with transaction.atomic():
            if not PushHold.objects.filter(pk=hold.pk).delete()[0]:
                continue  # somebody else released it just now
            settle_queued(flow, connection)
        released.append(flow.title)
        try:
            wake_ledger(connection, flow, by=by)
        except Refused as refused:
            logger.info("the ledger of %s waits: %s", flow.key, refused.sentence)
    return released
