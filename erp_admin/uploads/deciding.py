"""What people decide of the names of a file: one by one, all sure suggestions at once, or looked for once more.

Owns what counts as a sure suggestion, and that each decision is remembered for the next file. Finds no name itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.refusal import Refused
from accounts.ui.formats import shown_day
from erp_admin.models import ImportDraft, ImportMatch, MatchHow, MatchKind, Project, RememberedMatch
from erp_admin.uploads.assessment import assess_draft
from erp_admin.uploads.checking import check_by_run, check_names, is_large
from erp_admin.uploads.choices import record
from erp_admin.uploads.intake import Name
from erp_admin.uploads.matches import find_again, lock_draft, names_again, refuse_running
from erp_admin.uploads.matching import Matcher, comparable
from erp_admin.uploads.resolving import Resolver
from integrations.gateway.access import live_connection

LEFT_OPEN: Final = "-"  # chosen to import without the record; no id is a lone dash


def suggestions(draft: ImportDraft) -> QuerySet[ImportMatch]:
    """Names with one record that is much like them, and nothing that speaks against it."""
    return draft.matches.filter(how=MatchHow.NEAR, reason="").exclude(value="").order_by("kind", "scope", "text")


def mark_of(found: Iterable[tuple[int, str]]) -> str:
    """A short mark of suggestions, by key and value, by which it is noticed that they are others by now."""
    return sha256("\x00".join(f"{pk}={value}" for pk, value in sorted(found)).encode()).hexdigest()[:16]


@transaction.atomic
def choose_matches(
    draft: ImportDraft, chosen: Mapping[int, str], *, seen: Mapping[int, str] | None = None, by: User | None = None
) -> int:
    """Store what a person chose: by key of the match a value, LEFT_OPEN, or "" to leave it undecided.

    Remembers the choices for the next file; returns how many changed. `seen` is what each stood for when the person
    looked, by `state_of`. Raises Refused for a value that is no usable record, and for what somebody changed since.
    """
    draft = lock_draft(draft)
    refuse_running(draft)
    matcher = Matcher(live_connection())
    entries = list(draft.matches.select_for_update().filter(pk__in=list(chosen)))
    changed: list[ImportMatch] = []
    # Projects first: the cost codes chosen with them belong to the project chosen now.
    for entry in sorted(entries, key=lambda one: one.kind == MatchKind.COST_CODE):
        if _choose(draft, entry, chosen[entry.pk], (seen or {}).get(entry.pk), by):
            changed.append(entry)
            if entry.kind == MatchKind.PROJECT:
                find_again(draft, draft.matches.filter(kind=MatchKind.COST_CODE, scope=entry.text), matcher)
    check_names(draft, _concerned(draft, changed), by=by)
    return len(changed)


def _concerned(draft: ImportDraft, changed: Sequence[ImportMatch]) -> set[Name]:
    """These names, and the cost codes of projects among them."""
    projects = [entry.text for entry in changed if entry.kind == MatchKind.PROJECT]
    codes = draft.matches.filter(kind=MatchKind.COST_CODE, scope__in=projects)
    return {(MatchKind(each.kind), each.scope, each.text) for each in (*changed, *codes)}


def state_of(entry: ImportMatch) -> str:
    """What a name stands for, and how it was decided, by which a change by somebody else is noticed."""
    return f"{entry.how}={entry.value}"


def _choose(draft: ImportDraft, entry: ImportMatch, value: str, seen: str | None, by: User | None) -> bool:
    entry.refresh_from_db()
    if value == "" or (value == entry.value and entry.is_settled):
        return False
    if value == LEFT_OPEN and entry.how == MatchHow.OPEN:
        return False
    if seen is not None and seen != state_of(entry) and entry.is_settled:
        said = f"it is {entry.label}" if entry.value else "it is left open"
        raise Refused(
            f"“{entry.text}” was decided meanwhile: {said}. Nothing was saved.",
            "Look at it again; saving once more puts your choice in its place.",
            code="MATCH",
        )
    if value == LEFT_OPEN:
        entry.how, entry.value, entry.label, entry.reason = MatchHow.OPEN, "", "", ""
        entry.save(update_fields=["how", "value", "label", "reason"])
        return True
    kind = MatchKind(entry.kind)
    project = Resolver(draft).project_of_scope(entry.scope) if kind is MatchKind.COST_CODE else None
    chosen = record(live_connection(), kind, value, project)
    if chosen is None:
        raise Refused(
            f"{entry.get_kind_display()} “{value}” for “{entry.text}” cannot be chosen.",
            "Choose one that is active.",
            code="MATCH",
        )
    entry.how, entry.value, entry.label, entry.reason = MatchHow.PERSON, chosen.value, chosen.label[:500], ""
    entry.save(update_fields=["how", "value", "label", "reason"])
    _remember(draft, entry, project, by)
    return True


def _remember(draft: ImportDraft, entry: ImportMatch, project: Project | None, by: User | None) -> None:
    name = comparable(entry.text)[:200]
    if name:
        RememberedMatch.objects.update_or_create(
            tenant_id=draft.tenant_id,
            kind=entry.kind,
            scope=project.number if project is not None else "",
            name=name,
            defaults={"value": entry.value, "chosen_by": by},
        )


@transaction.atomic
def accept_suggestions(draft: ImportDraft, seen: str, *, by: User | None = None) -> list[ImportMatch]:
    """Take every sure suggestion as chosen; returns them. `seen` is the mark of those that were shown.

    Raises Refused where they are others now.
    """
    draft = lock_draft(draft)
    refuse_running(draft)
    matcher = Matcher(live_connection())
    accepted: list[ImportMatch] = []
    found = suggestions(draft)
    if mark_of(found.values_list("pk", "value")) != seen:
        raise Refused("The suggestions are others by now.", "Look at them again, then accept them.", code="MATCH")
    for codes in (False, True):  # a project that is accepted may change what its cost codes stand for
        entries = found.filter(kind=MatchKind.COST_CODE) if codes else found.exclude(kind=MatchKind.COST_CODE)
        taken = _accept(draft, list(entries), by)
        accepted += taken
        projects = [entry.text for entry in taken if entry.kind == MatchKind.PROJECT]
        if projects:
            find_again(draft, draft.matches.filter(kind=MatchKind.COST_CODE, scope__in=projects), matcher)
    check_names(draft, _concerned(draft, accepted), by=by)
    return accepted


def _accept(draft: ImportDraft, entries: list[ImportMatch], by: User | None) -> list[ImportMatch]:
    resolver, day = Resolver(draft), timezone.localdate()
    for entry in entries:
        score = next((each["score"] for each in entry.candidates if each["value"] == entry.value), 0)
        who = f" by {by}" if by is not None else ""
        entry.how, entry.reason = (
            MatchHow.ACCEPTED,
            f"{score} % alike; accepted{who} on {shown_day(day)}.",
        )
        is_code = entry.kind == MatchKind.COST_CODE
        _remember(draft, entry, resolver.project_of_scope(entry.scope) if is_code else None, by)
    ImportMatch.objects.bulk_update(entries, ["how", "reason"], batch_size=500)
    return entries


def match_again(draft: ImportDraft, *, by: User | None = None) -> bool:
    """Look once more for names that are not decided, and at what is here: lists were synced, documents changed.

    Returns False where a run does it, which takes longer. Raises Refused.
    """
    if is_large(draft):
        with transaction.atomic():
            draft = lock_draft(draft)
            refuse_running(draft)
            if check_by_run(draft, names=True, by=by):
                return False
    store = names_again(draft)
    with transaction.atomic():
        draft = lock_draft(draft)
        refuse_running(draft)
        store()
        assess_draft(draft)
    return True
