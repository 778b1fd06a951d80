"""What can be done with a file of documents: take it in, import what is ready of it, discard it. Raises Refused.

Owns that a file becomes a draft which loses nothing, and that no document is stored before a person confirms.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import Tenant, User
from accounts.refusal import Refused
from erp_admin.models import IMPORTABLE, IMPORTED, ImportDraft, ImportedDocument, MatchKind
from erp_admin.uploads.assessment import assess_draft
from erp_admin.uploads.columns import known_names
from erp_admin.uploads.flow import DocumentImport, step_key
from erp_admin.uploads.formats.detect import read_table
from erp_admin.uploads.formats.table import FileRefused
from erp_admin.uploads.kinds import type_of_draft, upload_for
from erp_admin.uploads.matches import lock_draft, match_names, refuse_running
from erp_admin.uploads.reader import DocumentReader, ParsedDocument, Problem
from erp_admin.uploads.resolving import cost_code_scope, vendor_text
from integrations.models import Connection, Trigger
from integrations.runs.flow import StepPlan
from integrations.runs.service import Started, start_run

KEPT: Final = timedelta(days=14)
_BATCH = 500
Name = tuple[MatchKind, str, str]  # kind, project as written (for cost codes), text


def read_upload(
    tenant: Tenant, kind: str, name: str, content: bytes, *, day_first: bool = False, by: User | None = None
) -> ImportDraft:
    """Keep a file as a draft: read, matched as far as that is certain, and assessed. Raises FileRefused."""
    reader = DocumentReader(kind, read_table(name, content, known_names(upload_for(kind).columns)), day_first=day_first)
    with transaction.atomic():
        draft = ImportDraft.objects.create(
            tenant=tenant,
            kind=kind,
            file_name=name[-200:],
            digest=hashlib.sha256(content).hexdigest(),
            headers=list(reader.header_row.texts),
            created_by=by,
            expires_at=timezone.now() + KEPT,
        )
        uses, names = _store_documents(draft, reader)
        if not draft.documents.exists():
            raise FileRefused("The file has a header and no rows below it.", "Fill it in first.", code="FILE-EMPTY")
        draft.rows, draft.notes = reader.rows_read, [*reader.notes, *_read_before(draft)]
        draft.save(update_fields=["rows", "notes"])
        match_names(draft, uses, names)
        assess_draft(draft)
    return draft


def _read_before(draft: ImportDraft) -> list[str]:
    """A note when the very same file was taken in before; reading it again is allowed and doubles nothing."""
    before = ImportDraft.objects.filter(digest=draft.digest, kind=draft.kind).exclude(pk=draft.pk).first()
    if before is None:
        return []
    count = before.documents.filter(state__in=IMPORTED).count()
    when = timezone.localtime(before.created_at)
    imported = f"{count:,} of its documents were imported then" if count else "nothing was imported then"
    return [f"The same file was read on {when:%Y-%m-%d at %H:%M}; {imported}."]


def _store_documents(draft: ImportDraft, reader: DocumentReader) -> tuple[Counter[Name], dict[str, str]]:
    """Store the documents in batches; return how often each name stands in the file, and vendors' names by their id."""
    uses: Counter[Name] = Counter()
    names: dict[str, str] = {}
    places: dict[tuple[str, str], str] = {}
    batch: list[ImportedDocument] = []
    for position, parsed in enumerate(reader.documents(), 1):
        _refuse_twice(parsed, places)
        uses.update(_names_in(parsed))
        if parsed.head.get("vendor_id") and parsed.head.get("vendor"):
            names.setdefault(parsed.head["vendor_id"], parsed.head["vendor"])
        batch.append(_stored(draft, position, parsed))
        if len(batch) == _BATCH:
            ImportedDocument.objects.bulk_create(batch)
            batch = []
    ImportedDocument.objects.bulk_create(batch)
    return uses, names


def _refuse_twice(parsed: ParsedDocument, places: dict[tuple[str, str], str]) -> None:
    if not parsed.key[1]:
        return
    if parsed.key in places:
        sentence = f"The same number stands in {places[parsed.key]} of this file."
        fix = "Put all rows of a document one below the other, or give this one another number."
        number = parsed.texts["number"]
        parsed.problems.append(Problem(parsed.rows[0].number, "Number", number, sentence, fix))
    places.setdefault(parsed.key, parsed.place())


def _names_in(parsed: ParsedDocument) -> Iterable[Name]:
    if vendor := vendor_text(parsed.head):
        yield MatchKind.VENDOR, "", vendor
    if project := parsed.head.get("project"):
        yield MatchKind.PROJECT, "", project
    for line in parsed.lines:
        if own := line.get("line_project"):
            yield MatchKind.PROJECT, "", own
        if code := line.get("cost_code"):
            yield MatchKind.COST_CODE, cost_code_scope(parsed.parent_column, parsed.head, line), code


def _stored(draft: ImportDraft, position: int, parsed: ParsedDocument) -> ImportedDocument:
    return ImportedDocument(
        tenant_id=draft.tenant_id,
        draft=draft,
        position=position,
        first_row=parsed.rows[0].number,
        last_row=parsed.rows[-1].number,
        number=parsed.texts["number"][:200],
        parent_number=parsed.parent_number[:200],
        title=parsed.texts["title"][:200],
        head=parsed.head,
        lines=parsed.lines,
        raw=[[row.number, list(row.texts)] for row in parsed.rows],
        problems=[problem.as_json() for problem in parsed.problems],
        total=parsed.total,
    )


@transaction.atomic
def confirm(
    connection: Connection,
    draft: ImportDraft,
    *,
    by: User | None = None,
    trigger: Trigger = Trigger.PERSON,
    queued: bool = True,
) -> Started:
    """Start a run that imports what is ready of a draft. Confirmed twice, the same run is returned. Raises Refused."""
    draft = lock_draft(draft)
    if not draft.documents.filter(state__in=IMPORTABLE).exists():
        raise Refused(
            "None of the documents can be imported as they are.",
            "Correct the file and upload it again, or match the names that are open.",
            code="NOTHING",
        )
    started = start_run(
        connection,
        DocumentImport.key,
        plans=[StepPlan(step_key(draft), type_of_draft(draft).title)],
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
