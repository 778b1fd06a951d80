"""Set the monthly API budget, and mail the admins when a threshold of it is reached. Warns and never blocks."""

import logging
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Membership, Role
from integrations.models import ApiBudget, Connection
from integrations.usage.selectors import gauge, month_of

logger = logging.getLogger(__name__)


def set_budget(connection: Connection, monthly: int) -> bool:
    """Set how many API transactions a month are meant to be used; False when it was so already.

    What was mailed about the former budget says nothing about the new one.
    """
    budget = _budget(connection)
    if budget.monthly == monthly:
        return False
    budget.monthly, budget.warned_month, budget.warned_percent = monthly, None, 0
    budget.save(update_fields=["monthly", "warned_month", "warned_percent"])
    return True


def _budget(connection: Connection) -> ApiBudget:
    return ApiBudget.objects.get_or_create(connection=connection, defaults={"tenant_id": connection.tenant_id})[0]


def warn_admins(connection: Connection, percent: int, now: datetime) -> bool:
    """Mail the tenant's admins that `percent` of the budget is used, once per threshold and month.

    A mail that cannot be sent is tried again with the next look.
    """
    month = month_of(now)
    budget = _budget(connection)
    row = ApiBudget.objects.filter(pk=budget.pk)
    untold = row.exclude(warned_month=month, warned_percent__gte=percent)
    if not untold.update(warned_month=month, warned_percent=percent):
        return False
    try:
        _mail(connection, percent)
    except (SMTPException, OSError) as error:
        row.update(warned_month=budget.warned_month, warned_percent=budget.warned_percent)
        logger.warning("the budget warning of connection %s could not be mailed: %s", connection.pk, error)
        return False
    return True


def _mail(connection: Connection, percent: int) -> None:
    tenant = connection.tenant
    path = reverse("usage", kwargs={"tenant_slug": tenant.slug})
    facts = {
        "tenant": tenant, "connection": connection, "percent": percent, "gauge": gauge(connection),
        "url": f"{settings.SITE_URL}{path}",
    }  # fmt: skip
    subject = f"{tenant.name}: {percent} % of this month’s API budget for Sage Intacct is used"
    body = render_to_string("integrations/mail/budget.txt", facts)
    admins = Membership.objects.filter(tenant=tenant, role=Role.ADMIN, user__is_active=True)
    for email in admins.order_by("pk").values_list("user__email", flat=True):
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [email])
