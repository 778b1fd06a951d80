"""A kept file on its way into its draft: read, stored page by page, its names matched, its documents assessed.

Owns that a reading that stopped goes on behind the last page it stored, and that nothing is stored twice. Must not
decide what a cell means, nor whether a person or a run reads.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import PurePath
from typing import Any, Final

from accounts.ui.formats import shown_moment
from erp_admin.models import (
    IMPORTED,
    ImportCorrection,
    ImportDraft,
    ImportedDocument,
    ImportFile,
    ImportStage,
    MatchKind,
)
from erp_admin.uploads.columns_found import ColumnsUnclear, FoundColumns, find_columns
from erp_admin.uploads.corrected_rows import CorrectedRows
from erp_admin.uploads.formats.table import FileRefused, Table
from erp_admin.uploads.heading import find_heading
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.matches import matches_of_codes, matches_of_names, store_matches
from erp_admin.uploads.parsed import ParsedDocument
from erp_admin.uploads.raw_rows import raw_row
from erp_admin.uploads.reader import DocumentReader
from erp_admin.uploads.readings import as_json, merged, stated_by_person
from erp_admin.uploads.resolving import cost_code_scope, vendor_text
from erp_admin.uploads.stated import StatedReading

PAGE_SIZE: Final = 500
_OF_TEXTS: Final = frozenset({"FILE-HEADER", "FILE-CSV", "FILE-ENCODING", "FILE-EMPTY", "FILE-COLUMNS", "FILE-CELL"})
Name = tuple[MatchKind, str, str]  # kind, project as written (for cost codes), text


@dataclass
class Intake:
    """One reading of a draft's file. `pages` gives documents to be stored; `finish` what is known after the last."""

    draft: ImportDraft
    table: Table
    reader: DocumentReader
    by_file: StatedReading
    outdated: list[ImportCorrection] = field(default_factory=list)
    position: int = 0
    rows: int = 0
    uses: Counter[Name] = field(default_factory=Counter)
    vendor_names: dict[str, str] = field(default_factory=dict)

    def pages(self, *, behind: int = 0) -> Iterator[list[ImportedDocument]]:
        """The documents in pages, without the first `behind`, which an earlier worker stored."""
        page: list[ImportedDocument] = []
        for parsed in self.reader.documents():
            self.position += 1
            self._note_names(parsed)
            if self.position <= behind:
                continue
            self.rows += len(parsed.rows)
            page.append(stored(self.draft, self.position, parsed))
            if len(page) == PAGE_SIZE:
                yield page
                page, self.rows = [], 0
        if page:
            yield page

    def _note_names(self, parsed: ParsedDocument) -> None:
        self.uses.update(names_in(parsed.parent_column, parsed.head, parsed.lines))
        if parsed.head.get("vendor_id") and parsed.head.get("vendor"):
            self.vendor_names.setdefault(parsed.head["vendor_id"], parsed.head["vendor"])

    def matching(self, *, done: int = 0) -> Iterator[Callable[[], None]]:
        """What the file says as a whole and its names stand for, in parts to be stored in order; without those done.

        Each is found before it is given, so that storing it takes a short transaction. Raises FileRefused.
        """
        for find in (self._facts, self._names, self._codes)[done:]:
            yield find()

    def _facts(self) -> Callable[[], None]:
        return self._store_facts

    def _names(self) -> Callable[[], None]:
        found = matches_of_names(self.draft, self.uses, self.vendor_names)
        return partial(store_matches, self.draft, found, codes=False)

    def _codes(self) -> Callable[[], None]:
        return partial(store_matches, self.draft, matches_of_codes(self.draft, self.uses), codes=True)

    def _store_facts(self) -> None:
        if not self.position:
            raise FileRefused("The file has a header and no rows below it.", "Fill it in first.", code="FILE-EMPTY")
        draft = self.draft
        draft.headers, draft.rows = list(self.reader.headers), self.reader.rows_read
        draft.notes = [*self.reader.notes, *self._dropped_corrections(), *_read_before(draft)]
        delimiter = self.table.delimiter
        draft.reading = as_json(self.reader.decisions, stated_by_person(draft), self.by_file, delimiter)
        draft.save(update_fields=["headers", "rows", "notes", "reading", "kind", "columns"])

    def _dropped_corrections(self) -> Iterator[str]:
        for each in self.outdated:
            yield f"{each}: the correction to “{each.after}” was dropped, because the column is read as another one."
            each.delete()

    def finish(self) -> None:
        """What importing each document would do was stored. The draft is read with that."""
        self.draft.stage, self.draft.why_unread, self.draft.unread_advice = ImportStage.READ, "", ""
        self.draft.save(update_fields=["stage", "why_unread", "unread_advice"])


@contextmanager
def opened(draft: ImportDraft) -> Iterator[Intake]:
    """A reading of the draft's file, from its first row. Raises FileRefused, also while pages are read."""
    content = bytes(ImportFile.objects.get(draft=draft).content)
    with ExitStack() as held:
        try:
            intake = _begun(draft, find_columns(draft, content, held))
        except FileRefused as refused:
            raise _about_its_name(draft.file_name, content, refused) from refused
        del content
        yield intake


def ask_for_columns(draft: ImportDraft, unclear: ColumnsUnclear) -> None:
    """Have a person say what the columns of the file are; until then it is not read."""
    draft.kind, draft.columns, draft.stage = unclear.kind, unclear.facts, ImportStage.COLUMNS
    draft.why_unread, draft.unread_advice = unclear.sentence[:500], unclear.advice[:500]
    draft.save(update_fields=["kind", "columns", "stage", "why_unread", "unread_advice"])


def _begun(draft: ImportDraft, found: FoundColumns) -> Intake:
    draft.kind, draft.columns = found.kind, found.facts
    table, corrections = found.table, list(draft.corrections.all())
    outdated: list[ImportCorrection] = []
    if corrections:
        heading = find_heading(upload_for(found.kind), table.rows, found.chosen)
        rows = CorrectedRows(table.rows, heading, corrections)
        outdated = rows.outdated()
        table = replace(table, rows=rows)
    stated = merged(stated_by_person(draft), found.by_file)
    reader = DocumentReader(
        found.kind,
        table,
        stated,
        base_currency=draft.tenant.base_currency,
        company_day_first=draft.tenant.formats.day_first,
        chosen=found.chosen,
    )
    return Intake(draft, table, reader, found.by_file, outdated)


def _about_its_name(name: str, content: bytes, refused: FileRefused) -> FileRefused:
    """What is called a workbook and is none is told so; what is wrong with it as a text helps nobody."""
    is_named_so = PurePath(name).suffix.lower() in (".xlsx", ".xlsm", ".xls")
    if not is_named_so or content.startswith(b"PK") or refused.code not in _OF_TEXTS:
        return refused
    return FileRefused(
        f"This is not an Excel workbook, though it is called “{name[-80:]}”.",
        "Open it in the spreadsheet program and save it again as .xlsx, or as “CSV UTF-8”.",
        code="FILE-XLSX",
    )


def _read_before(draft: ImportDraft) -> list[str]:
    """A note when the very same file was taken in before; reading it again is allowed and doubles nothing."""
    before = ImportDraft.objects.filter(digest=draft.digest, kind=draft.kind).exclude(pk=draft.pk).first()
    if before is None:
        return []
    count = before.documents.filter(state__in=IMPORTED).count()
    imported = f"{count:,} of its documents were imported then" if count else "nothing was imported then"
    return [f"The same file was read on {shown_moment(before.created_at)}; {imported}."]


def names_in(parent_column: str, head: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> Iterator[Name]:
    """The names of a document that are to be matched, once for each row that names them."""
    if vendor := vendor_text(head):
        yield MatchKind.VENDOR, "", vendor
    if project := head.get("project"):
        yield MatchKind.PROJECT, "", project
    for line in lines:
        if own := line.get("line_project"):
            yield MatchKind.PROJECT, "", own
        if code := line.get("cost_code"):
            yield MatchKind.COST_CODE, cost_code_scope(parent_column, head, line), code


def stored(draft: ImportDraft, position: int, parsed: ParsedDocument) -> ImportedDocument:
    """The document as it is kept with its draft; not saved."""
    return ImportedDocument(
        tenant_id=draft.tenant_id,
        draft=draft,
        position=position,
        first_row=parsed.rows[0].number,
        last_row=parsed.rows[-1].number,
        number=parsed.number[:200],
        parent_number=parsed.parent_number[:200],
        title=parsed.texts["title"][:200],
        head=parsed.head,
        lines=parsed.lines,
        raw=[raw_row(row) for row in parsed.rows],
        problems=[problem.as_json() for problem in parsed.problems],
        total=parsed.total,
    )
