"""Makes or updates the document that an entry of a file describes, when the file may change what is here.

Owns that rule and the status; how a document is stored stands with its type. Call inside a transaction.
"""

from typing import Any

from django.core.exceptions import ValidationError

from erp_admin.documents.types import AnyType, parent_type_of
from erp_admin.documents.uploads import NotWritten
from erp_admin.models import ImportedDocument, ImportState
from erp_admin.uploads.kinds import type_of_draft, upload_for
from erp_admin.uploads.resolving import Resolver
from integrations.models import Approval, Delivery


def why_not_changed(document: Any) -> str:
    """Why a document that exists here may not be changed by a file, or ""."""
    if document.is_locked:
        return "It is being pushed to Intacct, so it cannot be changed now."
    if document.delivery == Delivery.DELIVERED or document.is_linked:
        known = f" as {document.remote_id}" if document.remote_id else ""
        return f"It is in Intacct{known}. Change it on its own page, where the difference is shown and pushed."
    if document.approval == Approval.VOID:
        return "It is void in ERP Admin. Give the document in the file another number."
    return ""


def write(entry: ImportedDocument, resolver: Resolver) -> tuple[Any, ImportState]:
    """Store the document; return it and whether it was created or updated. Raises NotWritten."""
    document_type = type_of_draft(entry.draft)
    parent = _parent(document_type, entry, resolver)
    belongs = {document_type.parent.attribute: parent} if document_type.parent else {}
    present = document_type.model.objects.select_for_update().filter(number=entry.number, **belongs).first()
    _refuse(entry, present)
    try:
        document = upload_for(document_type.key).store(entry, resolver, present, parent)
        _take_status(document_type, document, entry)
    except ValidationError as error:
        raise NotWritten(_in_words(error)) from error
    return document, ImportState.CREATED if present is None else ImportState.UPDATED


def _parent(document_type: AnyType, entry: ImportedDocument, resolver: Resolver) -> Any | None:
    parent_type = parent_type_of(document_type)
    if parent_type is None:
        return None
    parent = resolver.parent(entry.parent_number)
    if parent is None:
        raise NotWritten(f"There is no {parent_type.noun} {entry.parent_number} in ERP Admin. Import it first.")
    return parent


def _refuse(entry: ImportedDocument, found: Any | None) -> None:
    """Raise NotWritten for a document that may not be changed, and for one that is not as the preview found it."""
    if found is None:
        return
    if why := why_not_changed(found):
        raise NotWritten(why)
    if entry.state == ImportState.NEW:
        raise NotWritten("It was added in ERP Admin after the preview. Check again, then import to update it.")
    if entry.draft.assessed_at is None or found.updated_at > entry.draft.assessed_at:
        raise NotWritten("It was changed in ERP Admin after the preview. Check again, then import.")


def _take_status(document_type: AnyType, document: Any, entry: ImportedDocument) -> None:
    """Approved approves, Draft takes an approval back, blank leaves it, unless the file changed what was approved."""
    status = entry.head.get("status")
    if not status or status == (document.approval_before or document.approval):
        return
    if status == Approval.APPROVED:
        document_type.decisions.approve(document, by=entry.draft.created_by)
    else:
        document_type.decisions.back_to_draft(document, by=entry.draft.created_by)


def _in_words(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    parts = []
    for name, texts in error.message_dict.items():
        label = "" if name == "__all__" else f"{name.replace('_', ' ').capitalize()}: "
        parts += [f"{label}{text}" for text in texts]
    return " ".join(parts)
