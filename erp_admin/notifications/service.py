"""Tells people by mail, each as they chose, and keeps what they chose and have seen.

A mail is claimed before it is sent, so that two workers do not both send; one that fails is unclaimed and tried again.
Raises nothing for a mail server that is away.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from smtplib import SMTPException
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Tenant, User
from accounts.ui.sums import sums_text
from erp_admin.models import MailHow, NotificationChoice
from erp_admin.notifications.raising import renew
from erp_admin.notifications.selectors import raised_since, standings

logger = logging.getLogger(__name__)

MORNING: Final = time(7)  # of the company's zone
SETTLED_KEPT_DAYS: Final = 90  # after they were settled
NAMED: Final = 20  # in one mail; the page has all


def see_everything(tenant: Tenant, user: User) -> None:
    """The person has seen what was raised until now."""
    NotificationChoice.objects.update_or_create(tenant=tenant, user=user, defaults={"seen_at": timezone.now()})


def choose_mail(tenant: Tenant, user: User, how: MailHow) -> None:
    """Mail the person so from now on; what was raised before they wanted any mail is not mailed."""
    wanted = NotificationChoice.objects.filter(user=user).exclude(mail=MailHow.OFF).exclude(mailed_at=None)
    if how != MailHow.OFF and wanted.update(mail=how):
        return  # what they were to be told of yet is told as they want it now
    NotificationChoice.objects.update_or_create(
        tenant=tenant, user=user, defaults={"mail": how, "mailed_at": timezone.now()}
    )


def tell_people(tenant: Tenant) -> int:
    """Renew what there is to tell, then mail those who want it by now; return how many mails were sent."""
    renew(tenant)
    return sum(_tell(tenant, choice) for choice in _due(tenant, timezone.now()))


def _due(tenant: Tenant, now: datetime) -> Iterator[NotificationChoice]:
    """Those who want a mail, still belong to the company, and were not mailed today where they want it daily."""
    people = Membership.objects.filter(tenant=tenant, user__is_active=True).values("user")
    chosen = NotificationChoice.objects.exclude(mail=MailHow.OFF).filter(user__in=people)
    morning = datetime.combine(now.astimezone(tenant.zone).date(), MORNING, tenant.zone)
    latest = morning if now >= morning else morning - timedelta(days=1)
    for choice in chosen.select_related("user").order_by("pk"):
        if choice.mail == MailHow.AT_ONCE or choice.mailed_at is None or choice.mailed_at < latest:
            yield choice


def _tell(tenant: Tenant, choice: NotificationChoice) -> bool:
    """Mail one person what is new for them. False where there is nothing, somebody else has, or it failed."""
    now, before = timezone.now(), choice.mailed_at
    new = list(raised_since(before).filter(raised_at__lte=now)[: NAMED + 1])
    if not new:
        return False
    with transaction.atomic(durable=True):  # raises inside a transaction: a mail cannot be rolled back
        claimed = NotificationChoice.objects.filter(pk=choice.pk, mailed_at=before, mail=choice.mail)
        if not claimed.update(mailed_at=now):
            return False
    try:
        _mail(tenant, choice.user, raised_since(before).filter(raised_at__lte=now).count(), new[:NAMED])
    except (SMTPException, OSError) as error:
        NotificationChoice.objects.filter(pk=choice.pk, mailed_at=now).update(mailed_at=before)
        # The text of the error may quote the mail; its kind says enough.
        logger.warning("what needs somebody could not be mailed: %s", type(error).__name__)
        return False
    return True


def _mail(tenant: Tenant, user: User, count: int, new: list[Any]) -> None:
    page = f"{settings.SITE_URL}{reverse('notifications', kwargs={'tenant_slug': tenant.slug})}"
    facts = {
        "tenant": tenant,
        "user": user,
        "count": count,
        "new": new,
        "more": max(count - len(new), 0),
        "standings": [(each.kind.label, each.count, sums_text(each.money)) for each in standings()],
        "url": page,
    }
    documents = "1 document needs" if count == 1 else f"{count:,} documents need"
    mail = EmailMessage(
        " ".join(f"{tenant.name}: {documents} somebody".split()),
        render_to_string("erp_admin/mail/notifications.txt", facts),
        to=[user.email],
    )
    mail.send()
