"""What pages and commands ask about files of documents: drafts, their documents by state, their matches.

Reads only. Needs the tenant's scope.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.ui.folding import search_words
from accounts.ui.sums import add_up
from erp_admin.models import (
    IMPORTABLE,
    IMPORTED,
    SETTLED,
    ImportDraft,
    ImportedDocument,
    ImportFile,
    ImportMatch,
    ImportState,
    MatchHow,
    MatchKind,
)
from erp_admin.uploads.steps import step_key
from integrations.models import TERMINAL_RUNS, RunStep

UNDECIDED = "undecided"
ACCEPTED = "accepted"


def drafts() -> QuerySet[ImportDraft]:
    """Files that are open or of which something was imported, newest first. Counts none of their documents."""
    imported = ImportedDocument.objects.filter(draft=OuterRef("pk"), state__in=IMPORTED)
    found = ImportDraft.objects.filter(Q(expires_at__gte=timezone.now()) | Exists(imported))
    return found.select_related("created_by", "run", "reading_run").order_by("-pk")


def counted_drafts() -> QuerySet[ImportDraft]:
    """The same with counts of their documents, which are counted for those of the page that is shown."""
    return drafts().annotate(
        documents_count=_documents(), imported_count=_documents(IMPORTED), ready_count=_documents(IMPORTABLE)
    )


def _documents(states: Collection[ImportState] = tuple(ImportState)) -> Coalesce:
    found = ImportedDocument.objects.filter(draft=OuterRef("pk"), state__in=states).order_by()
    return Coalesce(Subquery(found.values("draft").annotate(number=Count("pk")).values("number")), 0)


def expired_drafts(before: datetime) -> QuerySet[ImportDraft]:
    """Drafts whose time ended before this moment, of which nothing was imported."""
    at_rest = Q(run=None) | Q(run__state__in=TERMINAL_RUNS)
    not_read_now = Q(reading_run=None) | Q(reading_run__state__in=TERMINAL_RUNS)
    return ImportDraft.objects.filter(at_rest, not_read_now, expires_at__lt=before).exclude(
        documents__state__in=IMPORTED
    )


def state_counts(draft: ImportDraft) -> dict[str, int]:
    """How many documents of the file are in each state, those without any left out."""
    counted = dict(draft.documents.order_by().values_list("state").annotate(Count("pk")))
    return {state.value: counted[state] for state in ImportState if counted.get(state)}


def can_be_read_again(draft: ImportDraft) -> bool:
    """Whether its bytes are here and nothing of it was imported."""
    is_kept = ImportFile.objects.filter(draft=draft).exists()
    return is_kept and not draft.documents.filter(state__in=IMPORTED).exists()


def reading_step(draft: ImportDraft) -> RunStep | None:
    """The newest step of a run that reads the draft, or did."""
    return RunStep.objects.filter(run=draft.reading_run_id, key=step_key(draft)).order_by("-position").first()


def import_step(draft: ImportDraft) -> RunStep | None:
    """The step of the run that imports the draft, or did."""
    return RunStep.objects.filter(run=draft.run_id, key=step_key(draft)).order_by("-position").first()


def sums_of(draft: ImportDraft, states: Collection[ImportState]) -> dict[str, Decimal]:
    """What its documents in these states amount to, by currency of the file; "" where the file names none."""
    found = draft.documents.filter(state__in=states).order_by()
    summed = found.values_list("head__currency").annotate(Sum("total"))
    money: dict[str, Decimal] = {}
    for currency, total in summed:
        add_up(money, currency, total)  # a cell may be empty or missing: both are of no currency
    return money


def all_state_status(draft: ImportDraft) -> bool:
    """Whether the file itself says of each document that is ready whether it is approved."""
    silent = Q(head__status=None) | Q(head__status="") | ~Q(head__has_key="status")
    return not draft.documents.filter(silent, state__in=IMPORTABLE).exists()


def documents_of(draft: ImportDraft, query: Mapping[str, str]) -> QuerySet[ImportedDocument]:
    """The draft's documents that match the query string: `state` and `q` (number or title)."""
    found = draft.documents.defer("raw").order_by("position")
    if query.get("state") in ImportState.values:
        found = found.filter(state=query["state"])
    for word in search_words(query.get("q", "")):
        found = found.filter(Q(number__icontains=word) | Q(title__icontains=word) | Q(parent_number__icontains=word))
    return found


def matches_of(draft: ImportDraft, query: Mapping[str, str]) -> QuerySet[ImportMatch]:
    """The draft's names, undecided ones first; `show` limits them to those."""
    found = draft.matches.annotate(
        place=Case(When(how__in=SETTLED, then=Value(1)), default=Value(0), output_field=IntegerField()),
        by_kind=Case(
            When(kind="vendor", then=Value(0)),
            When(kind="project", then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        ),
    )
    if query.get("show") == UNDECIDED:
        found = found.filter(place=0)
    if query.get("show") == ACCEPTED:
        found = found.filter(how=MatchHow.ACCEPTED)
    return found.order_by("place", "by_kind", "scope", "text")


def undecided_count(draft: ImportDraft) -> int:
    return draft.matches.exclude(how__in=SETTLED).count()


def accepted_count(draft: ImportDraft) -> int:
    return draft.matches.filter(how=MatchHow.ACCEPTED).count()


def vendors_of(draft: ImportDraft) -> dict[str, str]:
    """The vendor that each name of the file stands for, as far as that is decided."""
    decided = draft.matches.filter(kind=MatchKind.VENDOR, how__in=SETTLED).exclude(value="")
    return dict(decided.values_list("text", "label"))


def file_that_made(kind: str, document_id: int) -> ImportDraft | None:
    """The newest file from which a document was entered or renewed; None for one that people entered."""
    found = ImportedDocument.objects.filter(draft__kind=kind, document_id=document_id, state__in=IMPORTED)
    newest = found.select_related("draft", "draft__created_by", "draft__run").order_by("-pk").first()
    return newest.draft if newest is not None else None
