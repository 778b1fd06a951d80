"""The mail that tells a tenant's admins that sign-ins to Intacct were refused again and again.

Owns what is told and to whom. Must not name a company, a user or a password that was typed; decides nothing.
"""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Membership, Role, Tenant, User

logger = logging.getLogger(__name__)


def tell_admins(tenant: Tenant, *, by: User | None, wait: str) -> None:
    """Mail the admins. Where that fails, the audit trail and the page say it all the same."""
    facts = {
        "tenant": tenant,
        "by": by,
        "wait": wait,
        "url": f"{settings.SITE_URL}{reverse('audit_trail', kwargs={'tenant_slug': tenant.slug})}",
    }
    admins = Membership.objects.filter(tenant=tenant, role=Role.ADMIN, user__is_active=True).order_by("pk")
    mail = EmailMessage(
        f"{tenant.name}: sign-ins to Sage Intacct were refused",
        render_to_string("integrations/mail/sign_ins_wait.txt", facts),
        to=list(admins.values_list("user__email", flat=True)),
    )
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        # The text of the error may quote the mail; its kind says enough.
        logger.warning("that sign-ins of %s wait could not be mailed: %s", tenant.slug, type(error).__name__)
