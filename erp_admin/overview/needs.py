"""What needs somebody, as a work list: how many, how much money, how old, who looks after it, where it is done.

Reads only. Each entry leads to exactly what it counts. Decides nothing: states, readiness and freshness are asked.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db.models import Exists, OuterRef, Sum
from django.utils import timezone

from accounts.models import Tenant
from accounts.ui.shown import ShownState
from accounts.ui.sums import add_up, own_first
from erp_admin.documents.types import document_types
from erp_admin.issues.causes import STATES, Source
from erp_admin.issues.selectors import Issues, OpenIssue
from erp_admin.models import SETTLED, ImportDraft, ImportedDocument, ImportMatch, ImportStage
from erp_admin.overview.standing import Standing, money_of, number_of, of
from erp_admin.projects.selectors import intacct_projects
from integrations.doctor.readiness import SETTINGS, Readiness
from integrations.imports.selectors import CHANGED, IMPORT_STATES, MISSING, READY, state_counts
from integrations.models import Connection, DocumentState, Freshness
from integrations.models.states import shown
from integrations.schedules.freshness import ListFreshness


@dataclass(frozen=True)
class Need:
    """`place` is an address name, with its arguments and query string; "" where no page of ours helps.

    `count` None stands for what is not counted. `owners` are the people who look after it.
    """

    what: str
    state: ShownState
    place: str = ""
    query: str = ""
    arguments: Mapping[str, int] = field(default_factory=dict)
    count: int | None = None
    money: Mapping[str, Decimal] = field(default_factory=dict)
    since: datetime | None = None
    owners: tuple[str, ...] = ()
    note: str = ""
    is_document: bool = False


# The states of documents that somebody has to do something about, the gravest first, each with the act in the plural.
_OF_DOCUMENTS: Final = (
    (DocumentState.HELD, Source.HELD, "{} held"),
    (DocumentState.FAILED, Source.FAILED, "{} failed"),
    (DocumentState.DIFFERS, Source.DIFFERS, "{} that differ in Intacct"),
    (DocumentState.BLOCKED, Source.BLOCKED, "{} blocked"),
    (DocumentState.NEEDS_REVIEW, Source.REVIEW, "{} to approve again"),
    (DocumentState.DRAFT, None, "{} to approve"),
    (DocumentState.REJECTED, None, "{} rejected"),
)
NEEDING: Final = frozenset(state for state, _, _ in _OF_DOCUMENTS)
_OF_PROJECTS: Final = (
    (MISSING, "Projects missing in Intacct"),
    (CHANGED, "Projects changed in Intacct"),
    (READY, "Projects to import or ignore"),
)
_OF_LISTS: Final = (
    (Freshness.STOPPED, "Intacct lists stopped"),
    (Freshness.LATE, "Intacct lists late"),
    (Freshness.LIMITED, "Intacct lists read in part"),
)


def document_needs(found: Collection[Standing], issues: Issues) -> Iterator[Need]:
    """What of documents needs somebody; a hold also where nothing waits behind it."""
    told = set()
    for state, source, words in _OF_DOCUMENTS:
        for document_type in document_types():
            standing = of(found, [state], document_type.key)
            if not standing:
                continue
            causes = [each for each in issues.all if _concerns(each, source, document_type.key)]
            told |= {each.cause.key for each in causes}
            yield Need(
                words.format(document_type.title),
                shown(state),
                document_type.key,
                f"state={state.value}",
                count=number_of(standing),
                money=money_of(standing),
                since=_since(standing, causes),
                owners=_owners(causes),
                note=_note(causes),
                is_document=True,
            )
    for each in issues.all:
        if each.cause.hold is not None and each.cause.key not in told:
            title = next((one.title for one in document_types() if one.key == each.cause.field_name), "Documents")
            held = shown(STATES[Source.HELD])
            yield Need(f"Pushing held: {title}", held, "issues", since=each.since, owners=_owners([each]),
                       note=each.cause.sentence)  # fmt: skip


def _concerns(issue: OpenIssue, source: Source | None, key: str) -> bool:
    return issue.cause.source == source and bool(issue.cause.counts.get(key) or issue.cause.field_name == key)


def _since(standing: Iterable[Standing], causes: Iterable[OpenIssue]) -> datetime | None:
    """Since when the oldest has its cause; what has none is as old as it is."""
    known = list(causes)
    moments = [each.since for each in known] if known else [each.oldest for each in standing]
    return min((moment for moment in moments if moment), default=None)


def _owners(causes: Iterable[OpenIssue]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(each.owner) for each in causes if each.owner is not None))


def _note(causes: Collection[OpenIssue]) -> str:
    if causes and all(each.is_asleep or each.is_ignored for each in causes):
        return "snoozed" if any(each.is_asleep for each in causes) else "ignored under Issues"
    return ""


def project_needs(connection: Connection) -> Iterator[Need]:
    counted = state_counts(intacct_projects(connection))
    for state, what in _OF_PROJECTS:
        if counted[state.value]:
            yield Need(
                what, IMPORT_STATES[state.value].shown, "projects", f"state={state.value}", count=counted[state.value]
            )


def file_needs(tenant: Tenant) -> Iterator[Need]:
    """Files that wait for a person: with names to be decided, or ready to be imported."""
    open_names = ImportMatch.objects.filter(draft=OuterRef("pk")).exclude(how__in=SETTLED)
    waiting = ImportDraft.objects.filter(
        stage=ImportStage.READ, run=None, expires_at__gte=timezone.now()
    ).annotate(is_unmatched=Exists(open_names))  # fmt: skip
    sums: dict[int, dict[str, Decimal]] = {}
    documents = ImportedDocument.objects.filter(draft__in=waiting.values("pk")).order_by()
    for pk, currency, total in documents.values_list("draft", "head__currency").annotate(Sum("total")):
        add_up(sums.setdefault(pk, {}), currency or tenant.base_currency, total)
    drafts = list(waiting.select_related("created_by").order_by("created_at"))
    for unmatched, what in ((True, "Files with names to match"), (False, "Files to import")):
        mine = [draft for draft in drafts if draft.is_unmatched is unmatched]
        if not mine:
            continue
        money: dict[str, Decimal] = {}
        for draft in mine:
            for currency, total in sums.get(draft.pk, {}).items():
                add_up(money, currency, total)
        one = len(mine) == 1
        yield Need(
            what,
            ShownState("file", "Unmatched" if unmatched else "To import", "warning" if unmatched else "info",
                       "file-earmark-text"),
            "commitment_import" if one else "commitment_imports",
            arguments={"draft_pk": mine[0].pk} if one else {},
            count=len(mine),
            money=own_first(money, tenant.base_currency),
            since=mine[0].created_at,
            owners=tuple(dict.fromkeys(str(draft.created_by) for draft in mine if draft.created_by)),
        )  # fmt: skip


def list_needs(lists: Iterable[ListFreshness]) -> Iterator[Need]:
    states = Counter(each.state.value for each in lists)
    for state, what in _OF_LISTS:
        if states[state.value]:
            yield Need(what, shown(state), "lists", f"state={state.value}", count=states[state.value])


def set_up_needs(ready: Readiness) -> Iterator[Need]:
    """What keeps a switch that is on from working, but for holds, which stand with their documents."""
    settings = [gap for gap in ready.gaps if gap.place[0] == SETTINGS[0]]
    for gap in ready.gaps:
        place = gap.place[0]
        if place in ("issues", SETTINGS[0]):
            continue
        yield Need("Set-up", _MISSING, place, note=gap.sentence)
    if settings:
        yield Need("Settings to complete", _MISSING, SETTINGS[0], count=len(settings), note=settings[0].sentence)


_MISSING: Final = ShownState("missing", "Missing", "danger", "exclamation-triangle-fill")
