"""Tells the authors of a document at once that it was rejected, by whom and why: by the bell, and by mail as chosen.

The notification is settled, as all others are, once the document is no longer rejected. Needs the tenant's scope.
"""

from typing import Any

from django.utils import timezone

from accounts.models import User
from erp_admin.approvals.authors import authors
from erp_admin.documents.types import type_of
from erp_admin.models import Notification, NotificationKind


def tell_rejected(document: Any, reason: str, by: User | None) -> None:
    """Raise a notification for each author but the one who rejected it themselves."""
    document_type = type_of(document)
    who = f"Rejected by {by}" if by is not None else "Rejected"
    told = f"{who}: {reason}" if reason else f"{who}."
    people = authors([document])[document.pk] - ({by.pk} if by is not None else set())
    kind = NotificationKind.REJECTED
    open_ones = Notification.objects.filter(flow=document_type.key, document_id=document.pk, kind=kind, settled_at=None)
    open_ones.update(settled_at=timezone.now())
    for person in sorted(people):
        Notification.objects.create(
            tenant_id=document.tenant_id,
            kind=kind,
            person_id=person,
            flow=document_type.key,
            document_id=document.pk,
            label=str(document)[:300],
            sentence=told[:500],
            amount=document.total,
            currency=document_type.currency_of(document),
            raised_at=timezone.now(),
        )
