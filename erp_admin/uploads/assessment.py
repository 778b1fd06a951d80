"""What importing each document of a draft would do: nothing, because of a problem or a name, or make it, or update it.

Computed anew whenever a match changes; what was imported stays as it is.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Final

from django.utils import timezone

from erp_admin.models import IMPORTED, ChangeOrder, Commitment, FileKind, ImportDraft, ImportedDocument, ImportState
from erp_admin.uploads.resolving import Resolver
from erp_admin.uploads.writing import Document, why_not_changed

_BATCH: Final = 500
_SHOWN_NAMES: Final = 3


def assess_draft(draft: ImportDraft) -> None:
    """Store the state of every document of the draft that was not imported yet."""
    # What changes from now on is noticed when a document is written.
    draft.assessed_at = timezone.now()
    draft.save(update_fields=["assessed_at"])
    resolver = Resolver(draft)
    entries = draft.documents.exclude(state__in=IMPORTED).order_by("position").iterator(chunk_size=_BATCH)
    while batch := list(islice(entries, _BATCH)):
        here = _documents_here(FileKind(draft.kind), batch)
        for entry in batch:
            state, reason, document_id = _assessed(draft, entry, resolver, here)
            entry.state, entry.reason, entry.document_id = state, reason, document_id
        ImportedDocument.objects.bulk_update(batch, ["state", "reason", "document_id"])


def _documents_here(kind: FileKind, batch: list[ImportedDocument]) -> Mapping[tuple[str, str], Document]:
    """The documents here that these would update, by number of the commitment (for change orders) and their own."""
    numbers = [entry.number for entry in batch]
    if kind is FileKind.COMMITMENTS:
        return {("", found.number): found for found in Commitment.objects.filter(number__in=numbers)}
    changes = ChangeOrder.objects.filter(number__in=numbers).select_related("commitment")
    return {(found.commitment.number, found.number): found for found in changes}


def _assessed(
    draft: ImportDraft, entry: ImportedDocument, resolver: Resolver, here: Mapping[tuple[str, str], Document]
) -> tuple[ImportState, str, int | None]:
    if entry.problems:
        first, others = entry.problems[0], len(entry.problems) - 1
        reason = f"Row {first['row']}, {first['column']}: {first['sentence']}" + (
            f" And {others} more." if others else ""
        )
        return ImportState.PROBLEM, reason[:500], None
    base_number = ""
    if draft.kind == FileKind.CHANGE_ORDERS:
        base = resolver.commitment(entry.commitment_number)
        if base is None:
            reason = f"There is no commitment {entry.commitment_number} here. Import it first, or correct the number."
            return ImportState.PROBLEM, reason[:500], None
        base_number = base.number
    open_names = resolver.unsettled(entry.head, entry.lines)
    if open_names:
        names = ", ".join(f"{match.get_kind_display()} “{match.text}”" for match in open_names[:_SHOWN_NAMES])
        rest = f" and {len(open_names) - _SHOWN_NAMES} more" if len(open_names) > _SHOWN_NAMES else ""
        return ImportState.UNMATCHED, f"{names}{rest}"[:500], None
    found = here.get((base_number, entry.number))
    if found is None:
        return ImportState.NEW, "", None
    why = why_not_changed(found)
    if why:
        return ImportState.REFUSED, why[:500], found.pk
    same = entry.total == found.total
    effect = "The total stays as it is." if same else f"The total here is {found.total:,.2f}."
    return ImportState.UPDATE, effect, found.pk
