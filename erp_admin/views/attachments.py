"""The files of one document: attach several, remove one, open one; and the file itself, by a signed link.

One set of views serves every type. Rules live in erp_admin.attachments.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest
from accounts.audit import record_event
from accounts.bodies import takes_files
from accounts.models import EventKind
from accounts.refusal import Refused
from accounts.ui.pk import read_pk
from erp_admin.attachments import links, service, storage
from erp_admin.attachments.kinds import SUFFIXES, TAKEN
from erp_admin.attachments.selectors import attachment_at, attachments_of
from erp_admin.documents.types import AnyType, type_for
from erp_admin.forms.attachments import AttachForm
from erp_admin.models import Attachment
from erp_admin.views.document_pages import action_reason, document_or_404, document_url

logger = logging.getLogger(__name__)

# Whatever a browser makes of the file, it may do nothing: no script, no form, no part of another page.
SANDBOX: Final = "sandbox; default-src 'none'; frame-ancestors 'none'"


@dataclass(frozen=True)
class AttachmentCard:
    """The files of a document as its page shows them, with what this person can do about them."""

    rows: Sequence[Attachment]
    open_url: str
    attach_url: str
    detach_url: str
    reason: str  # why the person cannot attach or remove
    has_room: bool
    accept: str
    limits: str


def attachment_card(request: TenantRequest, document_type: AnyType, document: Any) -> AttachmentCard | None:
    """None for a type that offers none."""
    if not document_type.offers("attach"):
        return None
    rows, most = list(attachments_of(document_type.key, document)), settings.ATTACHMENTS_PER_DOCUMENT
    whole = settings.MOST_BYTES_SENT // 1024 // 1024
    return AttachmentCard(
        rows=rows,
        open_url=document_url(request, document_type, document, "open_attachment"),
        attach_url=document_url(request, document_type, document, "attach"),
        detach_url=document_url(request, document_type, document, "detach"),
        reason=action_reason(request, document_type, "attach"),
        has_room=len(rows) < most,
        accept=",".join(f".{suffix}" for suffix in SUFFIXES),
        limits=f"{TAKEN}; at most {service.most_size()} each, {whole} MB at once, {most} files in all.",
    )


@takes_files
def attach(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Attach each file that can be, and say of the others why not."""
    document_type = type_for(kind)
    document = document_or_404(document_type, pk)
    form = AttachForm(request.POST, request.FILES)
    added = []
    if not form.is_valid():
        for text in form.errors["file"]:
            messages.error(request, str(text))
    for file in form.cleaned_data.get("file", ()):
        try:
            added.append(service.attach(document_type.key, document, file, by=request.user).name)
        except Refused as refused:
            messages.error(request, str(refused))
    if added:
        messages.success(request, f"Attached to {document.number}: {', '.join(added)}.")
    return _back(request, document_type, document)


def detach(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    document_type = type_for(kind)
    document = document_or_404(document_type, pk)
    attachment = _named_in(request.POST.get("attachment"), document_type, document)
    try:
        service.remove(attachment, document, by=request.user)
        messages.success(request, f"{attachment.name} was removed from {document.number}.")
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(request, document_type, document)


def open_attachment(request: TenantRequest, kind: str, pk: int) -> HttpResponse:
    """Write down who takes the file, and lead to it by a link that is good for a moment."""
    document_type = type_for(kind)
    document = document_or_404(document_type, pk)
    attachment = _named_in(request.GET.get("attachment"), document_type, document)
    record_event(EventKind.EXPORTED, f"{attachment.name}, attached to {document.number}.", about=document)
    link = links.Link(attachment.tenant_id, attachment.pk, request.user.pk)
    return redirect(reverse("attachment_file", kwargs={"token": links.signed(link)}))


def _named_in(given: str | None, document_type: AnyType, document: Any) -> Attachment:
    """The attachment of this document; one of another document is not found."""
    if not given:
        raise BadRequest("It does not say which attachment.")
    present = attachments_of(document_type.key, document)
    found: Attachment = get_object_or_404(present, pk=read_pk(given))
    return found


def _back(request: TenantRequest, document_type: AnyType, document: Any) -> HttpResponse:
    return redirect(f"{document_url(request, document_type, document)}#attachments")


@require_GET
@login_not_required
def attachment_file(request: HttpRequest, token: str) -> FileResponse:
    """The bytes, to whoever has the link; see accounts.cookieless. A file is saved, never shown as a page."""
    try:
        link = links.read(token)
    except links.LinkExpired:
        raise PermissionDenied(
            "This link to a file was good for a minute only. Open the file again from the page of its document."
        ) from None
    attachment = attachment_at(link) if link is not None else None
    if attachment is None:
        raise Http404("There is no such file.")
    try:
        file = storage.opened(attachment.tenant_id, attachment.digest)
    except FileNotFoundError:
        logger.error("the file of attachment %s is not in the folder of attachments", attachment.pk)
        raise Http404("The file is not there.") from None
    response = FileResponse(
        file, as_attachment=True, filename=attachment.name, content_type=service.media_type_of(attachment)
    )
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response
