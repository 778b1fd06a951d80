"""What people do with the files of a document: attach and remove them; and what the daily round removes for good.

Verbs; raise Refused. Owns the rows. A row is committed only once its file lies in its place, so none leads nowhere.
"""

import logging
from collections.abc import Iterable
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.audit import record_event
from accounts.models import User
from accounts.refusal import Refused
from erp_admin.attachments import storage
from erp_admin.attachments.kinds import KINDS, Kind, kind_of
from erp_admin.attachments.names import clean_name, suffix_of
from erp_admin.attachments.selectors import attachments_of
from erp_admin.event_kinds import AttachmentEvent
from erp_admin.models import Attachment, StoredFile
from integrations.models import PushedDocument

logger = logging.getLogger(__name__)


def attach(flow: str, document: PushedDocument, file: "UploadedFile[Any]", *, by: User) -> Attachment:
    """Make a file one of a document's. Raises Refused, and then nothing is stored.

    It may be done in any state of the document: no amount and no approval changes with it.
    """
    name = clean_name(file.name or "")
    _require_size(name, file.size or 0)
    kind = kind_of(name, cast(IO[bytes], file.file))
    if not suffix_of(name):
        name = clean_name(f"{name}.{kind.suffixes[0]}")
    try:
        taken = storage.take_in(file.chunks())
        try:
            return _stored(flow, document, name, kind, taken, by)
        finally:
            taken.discard()
    except OSError:
        logger.exception("an attached file could not be stored")
        raise Refused(
            f"“{name}” could not be stored: the disk of the site takes no more.",
            "Try again in a few minutes. If it stays so, tell your support.",
            code="ATTACHMENT-STORE",
        ) from None


def _require_size(name: str, size: int) -> None:
    if not size:
        raise Refused(f"“{name}” is empty.", "Choose the file with the content.", code="ATTACHMENT-SIZE")
    if size > settings.ATTACHMENT_MOST_BYTES:
        raise Refused(
            f"“{name}” has {_megabytes(size)}; at most {most_size()} are attached.",
            "Make it smaller, or split it into several files.",
            code="ATTACHMENT-SIZE",
        )


def most_size() -> str:
    """The most that a file may have, in words."""
    return _megabytes(settings.ATTACHMENT_MOST_BYTES)


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0") + " MB"


@transaction.atomic
def _stored(flow: str, document: PushedDocument, name: str, kind: Kind, taken: storage.Taken, by: User) -> Attachment:
    # So that two who attach at the same moment count each other's files.
    type(document)._default_manager.select_for_update().get(pk=document.pk)
    _require_room(attachments_of(flow, document), name, taken.digest)
    # Held until the end: what removes files for good waits for it, and then finds that it is needed.
    file, _ = StoredFile.objects.select_for_update().get_or_create(
        tenant_id=document.tenant_id, digest=taken.digest, defaults={"size": taken.size}
    )
    attachment = Attachment.objects.create(
        tenant_id=document.tenant_id, flow=flow, document_id=document.pk, file=file, name=name, kind=kind.kind,
        size=taken.size, digest=taken.digest, added_by=by,
    )  # fmt: skip
    record_event(AttachmentEvent.ATTACHED, _told(attachment), about=document, by=by)
    storage.keep(taken, document.tenant_id)
    return attachment


def _require_room(present: Iterable[Attachment], name: str, digest: str) -> None:
    there = list(present)
    if len(there) >= settings.ATTACHMENTS_PER_DOCUMENT:
        raise Refused(
            f"“{name}” is one too many: at most {settings.ATTACHMENTS_PER_DOCUMENT} files are attached to a document.",
            "Remove one that is not needed, or join several into one.",
            code="ATTACHMENT-COUNT",
        )
    for each in there:
        if each.digest == digest:
            raise Refused(
                f"“{name}” is attached already, as “{each.name}”. It was not added again.", code="ATTACHMENT-TWICE"
            )
        if each.name.lower() == name.lower():
            raise Refused(
                f"Another file called “{each.name}” is attached.",
                "Remove that one first, or give this one another name.",
                code="ATTACHMENT-NAME",
            )


def remove(attachment: Attachment, document: PushedDocument, *, by: User) -> None:
    """Take a file from a document. Its bytes stay for RETAIN_REMOVED_FILES_DAYS, as backups may lead to them."""
    with transaction.atomic():
        present = Attachment.objects.filter(pk=attachment.pk, removed_at=None)
        if not present.update(removed_at=timezone.now(), removed_by=by):
            raise Refused(f"“{attachment.name}” was removed already.", code="ATTACHMENT-GONE")
        record_event(AttachmentEvent.DETACHED, _told(attachment), about=document, by=by)


def _told(attachment: Attachment) -> str:
    """As the trail tells of a file; by its digest it is known again."""
    label = attachment.get_kind_display()
    return f"{attachment.name} ({label}, {attachment.size:,} bytes, SHA-256 {attachment.digest[:16]}…)"


def media_type_of(attachment: Attachment) -> str:
    kind = next((each for each in KINDS.values() if each.kind == attachment.kind), None)
    return kind.media_type if kind is not None else "application/octet-stream"


def forget_files(keys: Iterable[Any]) -> int:
    """Remove stored files for good, rows and bytes, but for those that somebody attached meanwhile. Returns how many.

    Called in a transaction; whoever attaches one of them waits for its end, and then stores it as new.
    """
    held = {file.pk: file for file in StoredFile.objects.select_for_update().filter(pk__in=list(keys))}
    needed = set(Attachment.objects.filter(file__in=held, removed_at=None).values_list("file", flat=True))
    gone = [file for pk, file in held.items() if pk not in needed]
    StoredFile.objects.filter(pk__in=[file.pk for file in gone]).delete()
    for file in gone:
        storage.forget(file.tenant_id, file.digest)
    return len(gone)
