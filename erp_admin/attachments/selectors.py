"""The attachments of a document, and the one that a signed link leads to. Reads only."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership
from accounts.tenancy import tenant_scope
from erp_admin.attachments.links import Link
from erp_admin.models import Attachment, StoredFile
from integrations.models import PushedDocument


def all_of(flow: str, document_id: int) -> QuerySet[Attachment]:
    """Every file that a document has or had, as they were added."""
    found = Attachment.objects.filter(flow=flow, document_id=document_id)
    return found.select_related("added_by", "removed_by").order_by("pk")


def attachments_of(flow: str, document: PushedDocument) -> QuerySet[Attachment]:
    """The files of a document."""
    return all_of(flow, document.pk).filter(removed_at=None)


def attachment_at(link: Link) -> Attachment | None:
    """The attachment of a link, as long as it is there and the person is one of the company's."""
    found = Membership.objects.select_related("tenant").filter(
        tenant=link.tenant, user=link.person, user__is_active=True
    )
    membership = found.first()
    if membership is None:
        return None
    with tenant_scope(membership.tenant):
        return Attachment.objects.filter(pk=link.attachment, removed_at=None).first()


def needed_by_nobody(before: datetime) -> QuerySet[Any]:
    """Stored files that no document has, nor had at or after a moment."""
    users = Attachment.objects.filter(file=OuterRef("pk")).filter(Q(removed_at=None) | Q(removed_at__gte=before))
    return StoredFile.objects.filter(~Exists(users), created_at__lt=before)
