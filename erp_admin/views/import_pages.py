"""What the pages of the import share: the draft they are about, its steps, and the context of its own page.

Owns no address. Changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.access import TenantRequest
from accounts.models import Tenant
from accounts.ui.filters import counted_filter, is_filtered
from accounts.ui.paging import page_of
from erp_admin.documents.effects import sentences
from erp_admin.forms.import_fixes import FixesForm
from erp_admin.forms.imports import ReadingForm
from erp_admin.models import IMPORTABLE, IMPORTED, ImportDraft, ImportState
from erp_admin.uploads import exports, selectors
from erp_admin.uploads.column_choice import memory_of
from erp_admin.uploads.deciding import mark_of, suggestions
from erp_admin.uploads.kinds import file_types, type_of_draft, upload_for
from erp_admin.uploads.readings import told
from erp_admin.uploads.resolving import vendor_text
from integrations.gateway.access import live_connection, why_not_sync

EFFECTS_SHOWN: Final = 50  # of one document; the gravest stand first
SUGGESTIONS_SHOWN: Final = 20
CORRECTIONS_SHOWN: Final = 20
MAY: Final = "Import documents from files"
UPLOAD, COLUMNS, CHECK, MATCH, IMPORT = "Upload", "Columns", "Check", "Match", "Import"


@dataclass(frozen=True)
class Step:
    """A step of the import; `url` is "" where there is no way to it now."""

    label: str
    url: str = ""
    is_here: bool = False
    is_done: bool = False


def draft_at(draft_pk: int) -> ImportDraft:
    """The draft of this tenant, or a 404."""
    return get_object_or_404(selectors.drafts().select_related("tenant", "run", "reading_run"), pk=draft_pk)


@dataclass(frozen=True)
class Facts:
    """What the pages of a file ask of it, once each."""

    counts: dict[str, int]
    undecided: int
    can_be_read_again: bool

    @classmethod
    def of(cls, draft: ImportDraft) -> "Facts":
        counts = selectors.state_counts(draft)
        return cls(counts, selectors.undecided_count(draft), selectors.can_be_read_again(draft))

    def number(self, states: Iterable[str]) -> int:
        return sum(self.counts.get(state, 0) for state in states)


def steps_of(request: TenantRequest, draft: ImportDraft, here: str, facts: Facts | None = None) -> list[Step]:
    """The way of a file, with what is behind."""
    facts = facts or Facts.of(draft)
    slug = {"tenant_slug": request.tenant.slug}
    own = slug | {"draft_pk": draft.pk}
    is_changeable = draft.is_read and facts.can_be_read_again and bool(draft.columns.get("seen"))
    columns = reverse("columns_commitment_import", kwargs=own) if is_changeable else ""
    page = reverse("commitment_import", kwargs=own) if draft.is_read else ""
    matches = reverse("match_commitment_import", kwargs=own) if draft.is_read else ""
    is_read, everything = draft.is_read, sum(facts.counts.values())
    return [
        Step(UPLOAD, reverse("commitment_imports", kwargs=slug), is_done=True),
        Step(COLUMNS, columns, here == COLUMNS, is_read),
        Step(CHECK, page, here == CHECK, is_read and not facts.counts.get(ImportState.PROBLEM)),
        Step(MATCH, matches, here == MATCH, is_read and not facts.undecided),
        Step(IMPORT, page, here == IMPORT, is_read and 0 < everything == facts.number(IMPORTED)),
    ]


def draft_context(request: TenantRequest, found: ImportDraft, fixes: FixesForm | None = None) -> dict[str, Any]:
    """What importing the file would do, document by document; afterwards, what became of each."""
    document_type = type_of_draft(found)
    facts = Facts.of(found)
    counts = facts.counts
    states = [(state.value, str(state.label)) for state in ImportState if state.value in counts]
    ready, imported = facts.number(IMPORTABLE), facts.number(IMPORTED)
    is_importing = found.run is not None and found.run.is_active
    sure = list(suggestions(found)[: SUGGESTIONS_SHOWN + 1])
    marks = [(match.pk, match.value) for match in sure]
    if len(sure) > SUGGESTIONS_SHOWN:
        marks = list(suggestions(found).values_list("pk", "value"))
    corrections = list(found.corrections.select_related("corrected_by")[: CORRECTIONS_SHOWN + 1])
    return {
        "draft": found,
        "document_type": document_type,
        "steps": steps_of(request, found, IMPORT if imported or is_importing else CHECK, facts),
        "documents": sum(counts.values()),
        "ready": ready,
        "imported": imported,
        "can_approve": ready and not selectors.all_state_status(found),
        "unusable": facts.number(exports.UNUSABLE),
        "undecided": facts.undecided,
        "sure": sure[:SUGGESTIONS_SHOWN],
        "sure_count": len(marks),
        "sure_mark": mark_of(marks),
        "has_matches": bool(facts.undecided or sure) or found.matches.exists(),
        "sums": _sums(request.tenant, found, IMPORTABLE) if ready else [],
        "imported_sums": _sums(request.tenant, found, IMPORTED) if imported else [],
        "told": told(found),
        "memory": memory_of(found),
        "reading_form": ReadingForm(found) if facts.can_be_read_again else None,
        "can_change_columns": facts.can_be_read_again and bool(found.columns.get("seen")),
        "fixes": fixes if fixes is not None else FixesForm(found) if counts.get(ImportState.PROBLEM) else None,
        "form": fixes,  # for the summary of errors
        "corrections": corrections[:CORRECTIONS_SHOWN],
        "corrections_count": found.corrections.count() if len(corrections) > CORRECTIONS_SHOWN else len(corrections),
        "filters": [counted_filter(request, "State", "state", states, counts)],
        "filtered": is_filtered(request, ("state", "q")),
        "page": _documents(request, found),
        "why_not": str(why_not_sync(live_connection()) or ""),
        "is_importing": is_importing,
        "import_step": selectors.import_step(found) if is_importing else None,
        "poll_url": progress_url(request, found) if is_importing else "",
    }


def _documents(request: TenantRequest, found: ImportDraft) -> Any:
    """A page of the file's documents, each with its vendor as matched."""
    page: Any = page_of(request, selectors.documents_of(found, request.GET.dict()))
    vendors = selectors.vendors_of(found)
    for entry in page.object_list:
        entry.vendor_match = vendors.get(vendor_text(entry.head), "")
        effects = sentences(entry.effects)
        entry.told, entry.more_told = effects[:EFFECTS_SHOWN], max(len(effects) - EFFECTS_SHOWN, 0)
    return page


def progress_url(request: TenantRequest, found: ImportDraft) -> str:
    return reverse("commitment_import_progress", kwargs={"tenant_slug": request.tenant.slug, "draft_pk": found.pk})


def unread_context(request: TenantRequest, found: ImportDraft) -> dict[str, Any]:
    """What is known of a file that is not read: how far it is, or why it cannot be."""
    return {
        "draft": found,
        "document_type": type_of_draft(found),
        "steps": steps_of(request, found, CHECK),
        "run": found.reading_run,
        "step": selectors.reading_step(found),
        "poll_url": progress_url(request, found) if found.is_being_read else "",
        "reading_form": ReadingForm(found) if selectors.can_be_read_again(found) else None,
    }


def _sums(tenant: Tenant, found: ImportDraft, states: frozenset[ImportState]) -> list[tuple[str, Any]]:
    """Sums by currency; where the file cannot say it, the documents are in that of what they belong to."""
    sums = selectors.sums_of(found, states)
    if "currency" not in {column.key for column in upload_for(found.kind).columns}:
        return [("", total) for total in sums.values()]
    by_currency: dict[str, Any] = {}
    for currency, total in sums.items():
        named = currency or tenant.base_currency
        by_currency[named] = by_currency.get(named, 0) + (total or 0)
    return sorted(by_currency.items())


def kinds_with_columns() -> list[tuple[Any, Any]]:
    return [(each, upload_for(each.key).columns) for each in file_types()]
