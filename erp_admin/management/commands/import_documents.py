"""`import_documents SLUG FILE [--type T] [--dry-run]`: import documents from CSV, XLSX or JSON.

Names that only resemble a record are never taken for it here: a person decides on the pages, and is remembered.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Literal

from accounts.models import Tenant
from erp_admin.documents.effects import sentences
from erp_admin.models import IMPORTABLE, IMPORTED, SETTLED, ImportDraft, ImportedDocument
from erp_admin.uploads.formats.table import MOST_BYTES
from erp_admin.uploads.kinds import file_types
from erp_admin.uploads.readings import CENTURY, DAY_FIRST, DECIMAL, HIDDEN, questions, told
from erp_admin.uploads.selectors import state_counts
from erp_admin.uploads.service import confirm, discard, read_upload
from erp_admin.uploads.stated import Hidden, StatedReading
from integrations.commands import EXIT_FAILED, EXIT_USE, TenantCommand
from integrations.models import Trigger
from integrations.runs.runner import run_to_end

_SHOWN_PROBLEMS = 50
DECIMAL_MARKS: Final[dict[str, Literal[".", ","]]] = {"point": ".", "comma": ","}
_MARK_NAMES: Final[dict[str, str]] = {mark: name for name, mark in DECIMAL_MARKS.items()}
# By which option a question is answered, from the value its choice has on the page.
_OPTIONS: Final[dict[str, Callable[[str], str]]] = {
    DECIMAL: lambda value: f"--decimal {_MARK_NAMES[value]}",
    DAY_FIRST: lambda value: f"--{value}-first",
    CENTURY: lambda value: f"--century {value}",
    HIDDEN: lambda value: f"--hidden {value.replace(' ', '-')}",
}


class Command(TenantCommand):
    help = "Import documents from a CSV, XLSX or JSON file; see docs/import-formats.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        keys = _keys()
        parser.add_argument("file", help="path of the file")
        parser.add_argument("--type", choices=keys, help="what the file holds (default: found from its columns)")
        parser.add_argument("--decimal", choices=list(DECIMAL_MARKS), help="the decimal mark (default: from the file)")
        order = parser.add_mutually_exclusive_group()
        order.add_argument("--day-first", action="store_true", help="03/04/2026 is the 3rd of April")
        order.add_argument("--month-first", action="store_true", help="03/04/2026 is the 4th of March")
        parser.add_argument("--century", type=int, metavar="YYYY", help="first of the hundred years of two-digit years")
        hidden = [choice.value.replace(" ", "-") for choice in (Hidden.LEAVE_OUT, Hidden.INCLUDE)]
        parser.add_argument("--hidden", choices=hidden, help="what becomes of rows and columns that a sheet hides")
        parser.add_argument("--dry-run", action="store_true", help="show what would be done; store nothing")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        path = Path(options["file"])
        try:
            with path.open("rb") as stream:
                content = stream.read(MOST_BYTES + 1)
        except OSError as error:
            self.end(
                EXIT_USE, f"The file {path} cannot be read: {error.strerror}.", "Check the path.", "FILE-UNREADABLE"
            )
        kind = options["type"] or ""
        draft = read_upload(tenant, kind, path.name, content, _stated(options))
        if not options["dry_run"] and draft.documents.filter(state__in=IMPORTABLE).exists():
            run_to_end(confirm(self.connection(), draft, trigger=Trigger.COMMAND, queued=False).run)
        facts = _facts(draft)
        good = IMPORTABLE if options["dry_run"] else IMPORTED
        is_complete = not draft.documents.exclude(state__in=good).exists()
        if options["dry_run"]:
            discard(draft)
        self.report(facts, *_lines(facts))
        if not is_complete:
            sys.exit(EXIT_FAILED)


def _stated(options: dict[str, Any]) -> StatedReading:
    """How the file is written, as far as the command says."""
    hidden = options["hidden"]
    return StatedReading(
        decimal=DECIMAL_MARKS[options["decimal"]] if options["decimal"] else None,
        day_first=True if options["day_first"] else False if options["month_first"] else None,
        century_from=options["century"],
        hidden=Hidden(hidden.replace("-", " ")) if hidden else Hidden.ASK,
    )


def _keys() -> list[str]:
    """The types that files may hold."""
    return [document_type.key for document_type in file_types()]


def _facts(draft: ImportDraft) -> dict[str, Any]:
    return {
        "file": draft.file_name,
        "type": draft.kind,
        "rows": draft.rows,
        "draft": draft.pk,
        "states": state_counts(draft),
        "notes": draft.notes,
        "reading": told(draft),
        "questions": [
            {
                "question": f"{asked.title} {asked.because}",
                "options": [f"{_OPTIONS[asked.key](value)}: {words}" for value, words in asked.choices],
            }
            for asked in questions(draft)
        ],
        "documents": [_document(entry) for entry in draft.documents.order_by("position").iterator()],
        "unmatched": [
            {
                "kind": match.kind,
                "name": match.text,
                "rows": match.uses,
                "reason": match.reason,
                "candidates": match.candidates,
            }
            for match in draft.matches.exclude(how__in=SETTLED)
        ],
    }


def _document(entry: ImportedDocument) -> dict[str, Any]:
    return {
        "document": str(entry),
        "rows": [entry.first_row, entry.last_row],
        "total": str(entry.total) if entry.total is not None else None,
        "state": entry.state,
        "reason": entry.reason,
        "problems": entry.open_problems,
        "effects": sentences(entry.effects),
    }


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    counted = ", ".join(f"{number} {state}" for state, number in facts["states"].items() if number)
    yield f"{facts['file']}: {facts['rows']} rows, {len(facts['documents'])} documents: {counted}"
    yield from (f"  {sentence}" for sentence in facts["reading"])
    yield from (f"  Note: {note}" for note in facts["notes"])
    for asked in facts["questions"]:
        yield f"  Question: {asked['question']}"
        yield from (f"    {option}" for option in asked["options"])
    shown = 0
    for document in facts["documents"]:
        problems = document["problems"]
        if not problems and not document["reason"] and not document["effects"]:
            continue
        shown += 1
        if shown > _SHOWN_PROBLEMS:
            yield f"  Only the first {_SHOWN_PROBLEMS} are shown; --json has all."
            break
        yield f"  {document['document']} ({document['state']}): {'' if problems else document['reason']}".rstrip()
        yield from (f"    {effect}" for effect in document["effects"] if not problems)
        for problem in problems:
            value = f" “{problem['value']}”" if problem["value"] else ""
            place = f"row {problem['row']}, {problem['column']}{value}"
            yield f"    {place}: {problem['sentence']} {problem['fix']}".rstrip()
    for match in facts["unmatched"]:
        near = "; ".join(f"{one['label']} ({one['score']} %)" for one in match["candidates"])
        why = match["reason"] or (f"Similar: {near}" if near else "Nothing similar was found.")
        yield f"  {match['kind']} “{match['name']}”: not matched. {why}"
