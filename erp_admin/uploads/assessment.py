"""Assesses a draft: stores of each document what importing it would do, as erp_admin.uploads.judging decides it.

Owns when that is computed: again whenever a match changes; what was imported stays as it is. Decides nothing itself.
"""

from collections.abc import Collection, Iterator
from typing import Final

from django.utils import timezone

from erp_admin.models import IMPORTED, ImportDraft, ImportedDocument
from erp_admin.uploads.judging import documents_here, judge
from erp_admin.uploads.kinds import type_of_draft
from erp_admin.uploads.resolving import Resolver

_BATCH: Final = 500


def assess_draft(draft: ImportDraft) -> None:
    """Store the state of every document of the draft that was not imported yet."""
    for _ in assessing(draft):
        pass


def assessing(draft: ImportDraft, *, behind: int = 0) -> Iterator[int]:
    """The same in parts, each of which may be stored in a transaction of its own; gives the position of the last one.

    What was assessed up to `behind` is left as it is.
    """
    if not behind:
        # What changes from now on is noticed when a document is written.
        draft.assessed_at = timezone.now()
        draft.save(update_fields=["assessed_at"])
    resolver = Resolver(draft)
    entries = draft.documents.select_related("tenant").exclude(state__in=IMPORTED).order_by("position")
    while batch := list(entries.filter(position__gt=behind)[:_BATCH]):
        behind = batch[-1].position
        _assess(draft, batch, resolver)
        yield behind


def assess_some(draft: ImportDraft, keys: Collection[int]) -> None:
    """The same for these documents alone, where nothing of the others changed."""
    resolver, wanted = Resolver(draft), sorted(keys)
    entries = draft.documents.select_related("tenant").exclude(state__in=IMPORTED).order_by("position")
    for start in range(0, len(wanted), _BATCH):
        _assess(draft, list(entries.filter(pk__in=wanted[start : start + _BATCH])), resolver)


def _assess(draft: ImportDraft, batch: list[ImportedDocument], resolver: Resolver) -> None:
    document_type = type_of_draft(draft)
    here = documents_here(document_type.model.objects.all(), document_type, batch, resolver)
    for entry in batch:
        judged = judge(document_type, entry, resolver, here)
        entry.state, entry.reason, entry.effects = judged.state, judged.reason, judged.effects
        entry.document_id = judged.document.pk if judged.document is not None else None
    ImportedDocument.objects.bulk_update(batch, ["state", "reason", "effects", "document_id"])
