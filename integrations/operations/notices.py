"""Mails that tell a tenant's admins what needs them: a flow that is held, once for each hold.

Owns what is told, to whom and that it is told once. Sends outside any transaction; what cannot be mailed is tried again
by the dispatcher. Must not decide what is held.
"""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from integrations.delivery.contract import push_flow
from integrations.models import IN_FLIGHT, Connection, Push, PushHold

logger = logging.getLogger(__name__)


def holds_to_tell() -> list[tuple[int, int]]:
    """Tenant and connection of each hold that nobody was told of. Crosses tenants."""
    untold = PushHold.objects.filter(told_at=None).order_by("tenant_id", "connection_id")
    return list(untold.values_list("tenant_id", "connection_id").distinct())


def tell_holds(connection: Connection) -> bool:
    """Mail the admins what is held that they were not told of, in one mail; False when there is nothing, or it failed.

    Marked as told before sending, so that two workers do not both send; a mail that fails is unmarked again.
    """
    with transaction.atomic(durable=True):  # raises inside a transaction: a mail cannot be rolled back
        untold = PushHold.objects.select_for_update().filter(connection=connection, told_at=None)
        holds = list(untold.order_by("flow"))
        PushHold.objects.filter(pk__in=[hold.pk for hold in holds]).update(told_at=timezone.now())
    if not holds:
        return False
    try:
        _mail(connection, holds)
    except (SMTPException, OSError) as error:
        PushHold.objects.filter(pk__in=[hold.pk for hold in holds]).update(told_at=None)
        # The text of the error may quote the mail; its kind says enough.
        logger.warning("that connection %s is held could not be mailed: %s", connection.pk, type(error).__name__)
        return False
    return True


def _mail(connection: Connection, holds: list[PushHold]) -> None:
    tenant = connection.tenant
    flows = [push_flow(hold.flow) for hold in holds]
    facts = {
        "tenant": tenant,
        "connection": connection,
        "rows": [
            {"hold": hold, "flow": flow, "waiting": _waiting(connection, hold)}
            for hold, flow in zip(holds, flows, strict=True)
        ],
        "url": f"{settings.SITE_URL}{reverse('connection', kwargs={'tenant_slug': tenant.slug})}",
    }
    plurals = " and ".join(flow.plural for flow in flows)
    admins = Membership.objects.filter(tenant=tenant, role=Role.ADMIN, user__is_active=True).order_by("pk")
    mail = EmailMessage(
        f"{tenant.name}: pushing {plurals} to Sage Intacct is held",
        render_to_string("integrations/mail/hold.txt", facts),
        to=list(admins.values_list("user__email", flat=True)),
    )
    mail.send()


def _waiting(connection: Connection, hold: PushHold) -> int:
    return Push.objects.filter(connection=connection, flow=hold.flow, state__in=IN_FLIGHT).count()
