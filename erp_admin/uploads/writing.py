"""Makes or updates the document that an entry of a file describes, exactly as the preview showed it, or not at all.

Owns that rule; what importing does is decided by judging, how a document is stored by its type. Call in a transaction.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.refusal import Refused
from erp_admin.documents.effects import difference
from erp_admin.documents.types import AnyType
from erp_admin.documents.uploads import NotWritten
from erp_admin.models import IMPORTABLE, ImportedDocument, ImportState
from erp_admin.uploads.judging import Judged, documents_here, judge, stated_act
from erp_admin.uploads.kinds import type_of_draft, upload_for
from erp_admin.uploads.resolving import Resolver
from integrations.approval.transitions import Act
from integrations.models import Approval

CHECK_AGAIN = "Check again, then import."


def write(entry: ImportedDocument, resolver: Resolver) -> tuple[Any, ImportState]:
    """Store the document; return it and whether it was created or updated. Raises NotWritten, Refused."""
    document_type = type_of_draft(entry.draft)
    here = documents_here(document_type.model.objects.select_for_update(), document_type, [entry], resolver)
    judged = judge(document_type, entry, resolver, here)
    if judged.built is None or judged.state not in IMPORTABLE:
        raise NotWritten(judged.reason)
    _refuse_other_than_previewed(entry, judged)
    try:
        document = upload_for(document_type.key).save(judged.built)
    except ValidationError as error:
        raise NotWritten(" ".join(error.messages)) from error
    _take_status(document_type, document, entry)
    return document, ImportState.CREATED if judged.document is None else ImportState.UPDATED


def _refuse_other_than_previewed(entry: ImportedDocument, judged: Judged) -> None:
    """Raise NotWritten where something happened since, and say what would become otherwise."""
    found = judged.document
    if entry.state == ImportState.NEW and found is not None:
        raise NotWritten("It was added in ERP Admin after the preview. Check again, then import to update it.")
    if entry.state == ImportState.UPDATE and (found is None or found.pk != entry.document_id):
        raise NotWritten(f"It had another number in ERP Admin when the preview was made. {CHECK_AGAIN}")
    assessed_at = entry.draft.assessed_at
    if judged.effects != entry.effects:
        changed = " ".join(difference(entry.effects, judged.effects)[:3])
        raise NotWritten(f"It was changed in ERP Admin after the preview. It would be: {changed} {CHECK_AGAIN}")
    if found is not None and (assessed_at is None or found.updated_at > assessed_at):
        raise NotWritten(f"It was changed in ERP Admin after the preview. {CHECK_AGAIN}")


def _take_status(document_type: AnyType, document: Any, entry: ImportedDocument) -> None:
    act = stated_act(entry, document, Approval(document.approval))
    if act == Act.APPROVE:
        document_type.decisions.approve(document, by=entry.draft.created_by)
    elif act is not None:
        document_type.decisions.back_to_draft(document, by=entry.draft.created_by)


def approve(entry: ImportedDocument, document: Any, *, by: User | None) -> str:
    """Approve an imported document of whose status the file says nothing; returns why it was not, or ""."""
    if entry.head.get("status") or document.approval == Approval.APPROVED:
        return ""
    try:
        with transaction.atomic():
            type_of_draft(entry.draft).decisions.approve(document, by=by)
    except Refused as refused:
        return f"It was not approved: {refused}"
    return ""
