"""Reading a large file, and importing what is confirmed of one, as runs: seen, to be cancelled, safe in a crash.

Owns the order of work and the outcome of each document; how a file becomes a draft is erp_admin.uploads.intake's, what
a document becomes erp_admin.uploads.writing's. Sends nothing to Intacct.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import IntegrityError, transaction

from accounts.refusal import Refused
from erp_admin.documents.types import type_for
from erp_admin.documents.uploads import NotWritten
from erp_admin.models import (
    IMPORTABLE,
    IMPORTED,
    ImportDraft,
    ImportedDocument,
    ImportFile,
    ImportStage,
    ImportState,
)
from erp_admin.uploads.assessment import assessing
from erp_admin.uploads.columns_found import ColumnsUnclear
from erp_admin.uploads.formats.table import FileRefused
from erp_admin.uploads.intake import Intake, ask_for_columns, opened
from erp_admin.uploads.matches import names_again
from erp_admin.uploads.resolving import Resolver
from erp_admin.uploads.steps import APPROVE, NAMES, READING_FLOW
from erp_admin.uploads.writing import approve, write
from integrations.models import Approval, RowOutcome, RunRow, RunStep, SyncRun
from integrations.runs.flow import Flow, StepFailed, WayBack
from integrations.runs.step import StepWork

PAGE_SIZE: Final = 50


def _draft_of(step: RunStep) -> ImportDraft | None:
    return ImportDraft.objects.filter(pk=int(step.key.partition(":")[2])).first()


def _draft_of_run(run: SyncRun) -> ImportDraft | None:
    step = run.steps.first()
    return _draft_of(step) if step is not None else None


def _to_file(run: SyncRun) -> WayBack:
    draft = _draft_of_run(run)
    if draft is None:
        return WayBack("Back to the files", "commitment_imports")
    return WayBack("Back to the file", "commitment_import", {"draft_pk": draft.pk})


class DocumentReading(Flow):
    """A step a file: its documents in pages, then its names, then what importing each would do.

    Of a file that is read already, what importing each would do now.
    """

    key = READING_FLOW
    title = "Read a file of documents"
    plural = "rows"

    def way_back(self, run: SyncRun) -> WayBack:
        return _to_file(run)

    def work(self, work: StepWork) -> Iterator[None]:
        draft = _draft_of(work.step)
        if draft is None:
            raise _gone()
        if draft.stage == ImportStage.CHECKING:
            yield from _check_pages(work, draft)
        if draft.stage != ImportStage.READING:
            return
        try:
            with opened(draft) as intake:
                yield from _read_pages(work, intake)
        except ColumnsUnclear as unclear:
            with _held(work, draft):
                ask_for_columns(draft, unclear)
            work.say(f"{unclear.sentence} {unclear.advice}")
        except FileRefused as refused:
            with _held(work, draft):
                draft.stage, draft.why_unread = ImportStage.UNREADABLE, refused.sentence[:500]
                draft.unread_advice = refused.advice[:500]
                draft.save(update_fields=["stage", "why_unread", "unread_advice"])
            raise StepFailed(refused.code, refused.sentence, refused.advice) from refused


def _read_pages(work: StepWork, intake: Intake) -> Iterator[None]:
    """Each page stored once: a worker that takes over reads the file again, and stores what is behind the last page."""
    if not work.checkpoint:
        work.announce(intake.reader.rows_read)
        work.save_page(documents=0)
    for page in intake.pages(behind=work.checkpoint["documents"]):
        with _held(work, intake.draft):
            ImportedDocument.objects.bulk_create(page)
            work.count(read=intake.rows)
            work.save_page(documents=intake.position)
        yield
    done = int(work.checkpoint.get("matched", 0))
    for number, store in enumerate(intake.matching(done=done), start=done + 1):
        with _held(work, intake.draft):
            store()
            work.save_page(matched=number)
        yield
    # Each part is noted, so that a slice that ends behind every page comes to an end as well.
    position: int | None = work.checkpoint.get("assessed", 0)
    parts = assessing(intake.draft, behind=position or 0)
    while position is not None:
        with _held(work, intake.draft):
            position = next(parts, None)
            if position is None:
                intake.finish()
            else:
                work.save_page(assessed=position)
        yield


def _check_pages(work: StepWork, draft: ImportDraft) -> Iterator[None]:
    """Look again: at names that are not decided, where that was asked for, then at each document."""
    position: int | None = work.checkpoint.get("assessed", 0)
    if not position:
        work.announce(draft.documents.exclude(state__in=IMPORTED).count())
    if work.checkpoint.get(NAMES):
        store = names_again(draft)
        with _held(work, draft):
            store()
            work.save_page(**{NAMES: False})
        yield
    parts = assessing(draft, behind=position or 0)
    while position is not None:
        with _held(work, draft):
            before, position = position, next(parts, None)
            if position is None:
                draft.stage = ImportStage.READ
                draft.save(update_fields=["stage"])
            else:
                done = draft.documents.exclude(state__in=IMPORTED).filter(position__gt=before, position__lte=position)
                work.count(read=done.count())
                work.save_page(assessed=position)
        yield


@contextmanager
def _held(work: StepWork, draft: ImportDraft) -> Iterator[None]:
    """A page of work on a draft that nobody discards meanwhile. Raises StepFailed when somebody did before."""
    with work.page():
        if not ImportDraft.objects.select_for_update().filter(pk=draft.pk).exists():
            raise _gone()
        yield


def _gone() -> StepFailed:
    return StepFailed("IMPORT-GONE", "The file was discarded before it was worked on.", "Upload it again.")


class DocumentImport(Flow):
    """One step: the documents of a draft that can be imported, in the order of the file."""

    key = "document_import"
    title = "Import documents from a file"
    plural = "documents"

    def work(self, work: StepWork) -> Iterator[None]:
        draft = _draft_of(work.step)
        if draft is None:
            raise _gone()
        pending = draft.documents.filter(state__in=IMPORTABLE).order_by("position")
        if "begun" not in work.checkpoint:
            work.announce(pending.count())
            work.save_page(begun=True)
        while entries := list(pending.select_related("draft", "draft__created_by", "tenant")[:PAGE_SIZE]):
            resolver = Resolver(draft)
            for entry in entries:
                _import_one(work, entry, resolver)
            yield

    def document_page(self, run: SyncRun) -> str:
        draft = _draft_of_run(run)
        return type_for(draft.kind).flow.document_url_name if draft is not None else ""

    def way_back(self, run: SyncRun) -> WayBack:
        """The file, which says what became of it and offers to push what it made."""
        return _to_file(run)

    def ended(self, run: SyncRun, step: RunStep) -> None:
        """A file of which something was imported is not read another way any more, so its bytes go."""
        draft = _draft_of(step)
        if draft is not None and draft.documents.filter(state__in=IMPORTED).exists():
            ImportFile.objects.filter(draft=draft).delete()


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
                said = document.approval_reason if document.approval == Approval.NEEDS_REVIEW else ""
                if work.checkpoint.get(APPROVE) and (why_not := approve(entry, document, by=work.run.started_by)):
                    said = why_not
                _close(work, entry, state, said, document_id=document.pk)
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
        document_id=entry.document_id,
    )
    work.count(read=1, **{str(outcome): 1})
    work.save_page()
