"""Importing the documents of a confirmed file, as a run: progress is seen, it can be cancelled, a crash loses nothing.

Owns the order of work and the outcome of each document; what a document becomes is erp_admin.uploads.writing's.
Sends nothing to Intacct.
"""

from collections.abc import Iterator
from typing import Final

from django.db import IntegrityError, transaction

from accounts.refusal import Refused
from erp_admin.documents.uploads import NotWritten
from erp_admin.models import IMPORTABLE, ImportDraft, ImportedDocument, ImportState
from erp_admin.uploads.resolving import Resolver
from erp_admin.uploads.writing import write
from integrations.models import Approval, RowOutcome, RunRow
from integrations.runs.flow import Flow, StepFailed
from integrations.runs.step import StepWork

PAGE_SIZE: Final = 50


def step_key(draft: ImportDraft) -> str:
    return f"draft:{draft.pk}"


class DocumentImport(Flow):
    """One step: the documents of a draft that can be imported, in the order of the file."""

    key = "document_import"
    title = "Import documents from a file"
    list_url_name = "commitment_imports"

    def work(self, work: StepWork) -> Iterator[None]:
        draft = ImportDraft.objects.filter(pk=int(work.step.key.partition(":")[2])).first()
        if draft is None:
            raise StepFailed("IMPORT-GONE", "The file was discarded before it was imported.", "Upload it again.")
        pending = draft.documents.filter(state__in=IMPORTABLE).order_by("position")
        if not work.checkpoint:
            work.announce(pending.count())
            work.save_page(begun=True)
        while entries := list(pending.select_related("draft", "draft__created_by", "tenant")[:PAGE_SIZE]):
            resolver = Resolver(draft)
            for entry in entries:
                _import_one(work, entry, resolver)
            yield


def _import_one(work: StepWork, entry: ImportedDocument, resolver: Resolver) -> None:
    """In a transaction of its own with its outcome: a bad one takes no good one with it, and none is done twice."""
    try:
        with work.page():
            try:
                with transaction.atomic():
                    document, state = write(entry, resolver)
            except (NotWritten, Refused) as why:
                _close(work, entry, ImportState.FAILED, str(why))
            else:
                fell = document.approval_reason if document.approval == Approval.NEEDS_REVIEW else ""
                _close(work, entry, state, fell, document_id=document.pk)
    except IntegrityError:
        why_not = "Somebody stored a document with this number at the same moment. Look at it, then import again."
        with work.page():
            _close(work, entry, ImportState.FAILED, why_not)


_OUTCOMES: Final = {
    ImportState.CREATED: RowOutcome.NEW,
    ImportState.UPDATED: RowOutcome.CHANGED,
    ImportState.FAILED: RowOutcome.FAILED,
}


def _close(
    work: StepWork, entry: ImportedDocument, state: ImportState, why: str = "", *, document_id: int | None = None
) -> None:
    entry.state, entry.reason = state, why[:500]
    entry.document_id = document_id or entry.document_id
    entry.save(update_fields=["state", "reason", "document_id"])
    outcome = _OUTCOMES[state]
    RunRow.objects.create(
        tenant_id=entry.tenant_id,
        run=work.run,
        step=work.step,
        label=str(entry)[:300],
        outcome=outcome,
        message=why[:500],
    )
    work.count(read=1, **{str(outcome): 1})
    work.save_page()
