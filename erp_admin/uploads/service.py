"""What can be done with a file of documents: take it in, import what is ready of it, discard it. Raises Refused.

Owns that a file becomes a draft which loses nothing, and that no document is stored before a person confirms.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.audit import record_event
from accounts.models import Tenant, User
from accounts.refusal import Refused
from erp_admin.event_kinds import ImportEvent
from erp_admin.models import IMPORTABLE, IMPORTED, ImportDraft, ImportedDocument, ImportFile, ImportStage
from erp_admin.uploads.assessment import assess_draft
from erp_admin.uploads.column_choice import PERSON, chosen_columns, places_json, seen_columns
from erp_admin.uploads.column_proposals import column_changes, refuse_incomplete
from erp_admin.uploads.columns_found import ColumnsUnclear
from erp_admin.uploads.flow import DocumentImport, DocumentReading
from erp_admin.uploads.formats.table import FileRefused
from erp_admin.uploads.intake import Intake, ask_for_columns, opened
from erp_admin.uploads.kinds import file_types, type_of_draft
from erp_admin.uploads.matches import lock_draft, refuse_running
from erp_admin.uploads.readings import as_stated
from erp_admin.uploads.senders import remember
from erp_admin.uploads.stated import StatedReading
from erp_admin.uploads.steps import APPROVE, step_key
from integrations.gateway.access import live_connection, why_not_sync
from integrations.models import Connection, Trigger
from integrations.runs.flow import StepPlan
from integrations.runs.service import Started, add_step, start_run

KEPT: Final = timedelta(days=14)
# What a process that serves pages reads itself; anything larger is read by a run. A workbook unpacks to much more.
AT_ONCE_BYTES: Final = 300 * 1024
AT_ONCE_BYTES_OF_WORKBOOKS: Final = 100 * 1024
AT_ONCE_ROWS: Final = 1_000
_WORKBOOK: Final = b"PK\x03\x04"


@transaction.atomic
def read_upload(
    tenant: Tenant,
    kind: str,
    name: str,
    content: bytes,
    stated: StatedReading = StatedReading(),  # noqa: B008 - it is frozen
    *,
    by: User | None = None,
) -> ImportDraft:
    """Keep a file as a draft and read it here and now, whatever its size. Raises FileRefused, keeping nothing.

    `kind` is "" where its columns say what it holds.
    """
    draft = _kept(tenant, kind, name, content, stated, by)
    with opened(draft) as intake:
        _read_whole(intake)
    return draft


@transaction.atomic
def take_in(
    tenant: Tenant,
    kind: str,
    name: str,
    content: bytes,
    stated: StatedReading,
    *,
    by: User | None = None,
    expected: str = "",
) -> ImportDraft:
    """Keep a file as a draft; a small one is read at once, a large one by a run. Raises Refused, keeping nothing.

    `kind` is "" where its columns say what it holds; `expected` is then the type that is proposed first.
    """
    draft = _kept(tenant, kind, name, content, stated, by, expected)
    _read(draft, content, by)
    return draft


@transaction.atomic
def read_again(draft: ImportDraft, stated: StatedReading, *, by: User | None = None) -> ImportDraft:
    """Read the kept file anew, as stated now. What people chose for its names stays. Raises Refused, changing nothing.

    Returns the draft as it is now: read, or about to be read by a run.
    """
    draft, file = _to_be_read(draft)
    draft.reading = as_stated(stated)
    _begin_again(draft, file, by)
    return draft


def _to_be_read(draft: ImportDraft) -> tuple[ImportDraft, ImportFile]:
    """The draft, locked, and its file. Raises Refused where it cannot be read again."""
    draft = lock_draft(draft)
    refuse_running(draft)
    if draft.documents.filter(state__in=IMPORTED).exists():
        raise Refused(
            "Documents of this file were imported, so it is not read another way.",
            "Download its problems, correct them there, and upload that file.",
            code="IMPORTED",
        )
    file = ImportFile.objects.filter(draft=draft).first()
    if file is None:
        raise Refused("The file itself was not kept.", "Upload it again.", code="FILE-NOT-KEPT")
    return draft, file


@transaction.atomic
def read_as_type(draft: ImportDraft, kind: str, *, by: User | None = None) -> ImportDraft:
    """Read the kept file as one of another type, whose columns its headers name. Raises Refused, changing nothing."""
    draft, file = _to_be_read(draft)
    draft.kind, draft.columns = kind, {"kind": PERSON}
    _begin_again(draft, file, by)
    return draft


@transaction.atomic
def read_below(draft: ImportDraft, row: int, *, by: User | None = None) -> ImportDraft:
    """Ask for the columns of the file below another header. Raises Refused, changing nothing."""
    draft, file = _to_be_read(draft)
    kept = {key: value for key, value in draft.columns.items() if key == "kind"}
    draft.columns = kept | {"header_row": row}
    _begin_again(draft, file, by)
    return draft


@transaction.atomic
def read_with_columns(
    draft: ImportDraft, places: Mapping[int, str], *, sender: str = "", by: User | None = None
) -> ImportDraft:
    """Read the kept file with its columns as a person says: by place a key, "" for one that is left out.

    With a `sender` it is remembered for the next file with the same headers. Raises Refused, changing nothing.
    """
    draft, file = _to_be_read(draft)
    seen = seen_columns(draft)
    refuse_incomplete(draft.kind, seen, places)
    before = chosen_columns(draft)
    kept = {key: draft.columns[key] for key in ("row", "seen", "names", "rows", "header_row") if key in draft.columns}
    draft.columns = kept | {"kind": PERSON, "places": places_json(places), "by": PERSON}
    if sender:
        remember(draft, seen, places, sender, by=by)
    _begin_again(draft, file, by)
    changes = list(column_changes(draft.kind, seen, before.places if before is not None else {}, places))
    record_event(ImportEvent.COLUMNS_CHOSEN, "", about=draft, changes=changes, by=by)
    return draft


def read_corrected(draft: ImportDraft, *, by: User | None = None) -> ImportDraft:
    """Read the kept file anew with the cells that people corrected. Call in a transaction. Raises Refused."""
    draft, file = _to_be_read(draft)
    _begin_again(draft, file, by)
    return draft


def _begin_again(draft: ImportDraft, file: ImportFile, by: User | None) -> None:
    """Read the kept file anew, by what the draft says now of its columns and of how it is written."""
    ImportedDocument.objects.filter(draft=draft).delete()
    draft.run = None
    draft.save(update_fields=["reading", "columns", "kind", "run"])
    _read(draft, bytes(file.content), by)


def _kept(
    tenant: Tenant,
    kind: str,
    name: str,
    content: bytes,
    stated: StatedReading,
    by: User | None,
    expected: str = "",
) -> ImportDraft:
    draft = ImportDraft.objects.create(
        tenant=tenant,
        kind=kind or expected or file_types()[0].key,
        columns={"kind": PERSON} if kind else {},
        file_name=name[-200:],
        digest=hashlib.sha256(content).hexdigest(),
        reading=as_stated(stated),
        created_by=by,
        expires_at=timezone.now() + KEPT,
    )
    ImportFile.objects.create(tenant=tenant, draft=draft, content=content)
    return draft


def _read(draft: ImportDraft, content: bytes, by: User | None) -> None:
    """At once where that is quick, else by a run."""
    most = AT_ONCE_BYTES_OF_WORKBOOKS if content.startswith(_WORKBOOK) else AT_ONCE_BYTES
    if len(content) <= most:
        try:
            with opened(draft) as intake:
                if intake.reader.rows_read <= AT_ONCE_ROWS:
                    _read_whole(intake)
                    return
        except ColumnsUnclear as unclear:
            ask_for_columns(draft, unclear)
            return
    _read_by_run(draft, by)


def _read_whole(intake: Intake) -> None:
    for page in intake.pages():
        ImportedDocument.objects.bulk_create(page)
    for store in intake.matching():
        store()
    assess_draft(intake.draft)
    intake.finish()


def _read_by_run(draft: ImportDraft, by: User | None) -> None:
    """Have a run read the draft: one of its own, or the one that reads another file at this moment."""
    connection = live_connection()
    refused = why_not_sync(connection)
    if connection is None or refused is not None:
        why = refused.sentence if refused is not None else ""
        raise FileRefused(
            f"A file of this size is read in the background, as part of the connection to Sage Intacct. {why}".strip(),
            f"Connect it, or split the file: up to {AT_ONCE_ROWS:,} rows are read at once.",
            code="FILE-BACKGROUND",
        )
    plan = StepPlan(step_key(draft), draft.file_name[-120:])
    started = start_run(connection, DocumentReading.key, plans=[plan], title=f"Read {draft.file_name}"[:120], by=by)
    if not started.is_new and not add_step(started.run, plan):
        raise Refused(
            f"Run {started.run.number} ended reading another file at this moment.", "Try again.", code="RUN-BUSY"
        )
    draft.stage, draft.reading_run, draft.why_unread, draft.unread_advice = ImportStage.READING, started.run, "", ""
    draft.save(update_fields=["stage", "reading_run", "why_unread", "unread_advice"])


@transaction.atomic
def confirm(
    connection: Connection,
    draft: ImportDraft,
    *,
    by: User | None = None,
    trigger: Trigger = Trigger.PERSON,
    queued: bool = True,
    approve: bool = False,
) -> Started:
    """Start a run that imports what is ready of a draft. Confirmed twice, the same run is returned. Raises Refused.

    With `approve` those of which the file does not say otherwise are approved with it, by whoever confirms.
    """
    draft = lock_draft(draft)
    if not draft.is_read:
        raise Refused(
            "The file was not read to its end.",
            "Wait until it is read, or have it read again.",
            code="IMPORT-UNREAD",
        )
    if not draft.documents.filter(state__in=IMPORTABLE).exists():
        raise Refused(
            "None of the documents can be imported as they are.",
            "Correct the file and upload it again, or match the names that are open.",
            code="NOTHING",
        )
    started = start_run(
        connection,
        DocumentImport.key,
        plans=[StepPlan(step_key(draft), type_of_draft(draft).title, {APPROVE: True} if approve else {})],
        title=f"Import {type_of_draft(draft).title.lower()} from {draft.file_name}"[:120],
        by=by,
        trigger=trigger,
        queued=queued,
    )
    if not started.run.steps.filter(key=step_key(draft)).exists():
        raise Refused(
            f"Run {started.run.number} imports another file at this moment.",
            "Wait for its end, then import this one.",
            code="RUN-ACTIVE",
        )
    ImportDraft.objects.filter(pk=draft.pk).update(run=started.run)
    return started


@transaction.atomic
def discard(draft: ImportDraft) -> None:
    """Remove a draft of which nothing was imported. Raises Refused when something was, or is being imported."""
    draft = lock_draft(draft)
    refuse_running(draft)
    if draft.documents.filter(state__in=IMPORTED).exists():
        raise Refused("Documents of this file were imported, so its record stays.", code="IMPORTED")
    draft.delete()
