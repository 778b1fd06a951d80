"""What importing each document of a draft would do: nothing, because of a problem or a name, or make it, or update it.

Computed again whenever a match changes; what was imported stays as it is.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from django.utils import timezone

from erp_admin.documents.types import AnyType, parent_type_of
from erp_admin.models import IMPORTED, ImportDraft, ImportedDocument, ImportState
from erp_admin.uploads.kinds import type_of_draft
from erp_admin.uploads.resolving import Resolver
from erp_admin.uploads.writing import why_not_changed

_BATCH: Final = 500
_SHOWN_NAMES: Final = 3


def assess_draft(draft: ImportDraft) -> None:
    """Store the state of every document of the draft that was not imported yet."""
    # What changes from now on is noticed when a document is written.
    draft.assessed_at = timezone.now()
    draft.save(update_fields=["assessed_at"])
    document_type, resolver = type_of_draft(draft), Resolver(draft)
    entries = draft.documents.exclude(state__in=IMPORTED).order_by("position").iterator(chunk_size=_BATCH)
    while batch := list(islice(entries, _BATCH)):
        here = _documents_here(document_type, batch)
        for entry in batch:
            state, reason, document_id = _assessed(document_type, entry, resolver, here)
            entry.state, entry.reason, entry.document_id = state, reason, document_id
        ImportedDocument.objects.bulk_update(batch, ["state", "reason", "document_id"])


def _documents_here(document_type: AnyType, batch: list[ImportedDocument]) -> Mapping[tuple[str, str], Any]:
    """The documents here that these would update, by number of what they belong to and their own."""
    numbers = [entry.number for entry in batch]
    attribute = document_type.parent.attribute if document_type.parent else ""
    documents = document_type.model.objects.filter(number__in=numbers)
    if attribute:
        documents = documents.select_related(attribute)
    return {(getattr(each, attribute).number if attribute else "", each.number): each for each in documents}


def _assessed(
    document_type: AnyType, entry: ImportedDocument, resolver: Resolver, here: Mapping[tuple[str, str], Any]
) -> tuple[ImportState, str, int | None]:
    if entry.problems:
        first, others = entry.problems[0], len(entry.problems) - 1
        reason = f"Row {first['row']}, {first['column']}: {first['sentence']}" + (
            f" And {others} more." if others else ""
        )
        return ImportState.PROBLEM, reason[:500], None
    parent_type, parent_number = parent_type_of(document_type), ""
    if parent_type is not None:
        parent = resolver.parent(entry.parent_number)
        if parent is None:
            noun, number = parent_type.noun, entry.parent_number
            reason = f"There is no {noun} {number} in ERP Admin. Import it first, or correct the number."
            return ImportState.PROBLEM, reason[:500], None
        parent_number = parent.number
    open_names = resolver.unsettled(entry.head, entry.lines)
    if open_names:
        names = ", ".join(f"{match.get_kind_display()} “{match.text}”" for match in open_names[:_SHOWN_NAMES])
        rest = f" and {len(open_names) - _SHOWN_NAMES} more" if len(open_names) > _SHOWN_NAMES else ""
        return ImportState.UNMATCHED, f"{names}{rest}"[:500], None
    found = here.get((parent_number, entry.number))
    if found is None:
        return ImportState.NEW, "", None
    why = why_not_changed(found)
    if why:
        return ImportState.REFUSED, why[:500], found.pk
    same = entry.total == found.total
    effect = "The total stays as it is." if same else f"The total in ERP Admin is {found.total:,.2f}."
    return ImportState.UPDATE, effect, found.pk
