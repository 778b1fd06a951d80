"""What the names of a file stand for: found when it is taken in, changed by a person, remembered for the next file.

Owns when a match counts as decided. How a name is compared is erp_admin.uploads.matching's.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from django.db import transaction

from accounts.models import User
from accounts.refusal import Refused
from erp_admin.models import ImportDraft, ImportMatch, MatchHow, MatchKind, Project, RememberedMatch
from erp_admin.uploads.assessment import assess_draft
from erp_admin.uploads.choices import record
from erp_admin.uploads.matching import LEAST_SCORE, Match, Matcher, comparable
from erp_admin.uploads.resolving import Resolver, parent_in_scope
from integrations.gateway.access import live_connection

_CHOSEN: Final = (MatchHow.PERSON, MatchHow.OPEN)
LEFT_OPEN: Final = "-"  # chosen to import without the record; no id is a lone dash
Name = tuple[MatchKind, str, str]  # kind, project as written (for cost codes), text as written


def matches_of_names(
    draft: ImportDraft, uses: Mapping[Name, int], vendor_names: Mapping[str, str]
) -> list[ImportMatch]:
    """What the vendors and projects that a file names stand for; nothing is stored."""
    matcher = Matcher(live_connection())
    names = [name for name in uses if name[0] is not MatchKind.COST_CODE]
    vendors = [text for kind, _, text in names if kind is MatchKind.VENDOR]
    matcher.expect(MatchKind.VENDOR, [*vendors, *(vendor_names[text] for text in vendors if text in vendor_names)])
    matcher.expect(MatchKind.PROJECT, [text for kind, _, text in names if kind is MatchKind.PROJECT])
    return [_unstored(draft, name, uses[name], _first_match(matcher, name, vendor_names)) for name in names]


def matches_of_codes(draft: ImportDraft, uses: Mapping[Name, int]) -> list[ImportMatch]:
    """What its cost codes stand for, once its projects are stored, on which they depend; nothing is stored."""
    names = [name for name in uses if name[0] is MatchKind.COST_CODE]
    matcher, resolver = Matcher(live_connection()), Resolver(draft)
    resolver.read_parents(parent_in_scope(name[1]) for name in names)
    return [
        _unstored(draft, name, uses[name], matcher.cost_code(name[2], resolver.project_of_scope(name[1])))
        for name in names
    ]


def store_matches(draft: ImportDraft, found: Sequence[ImportMatch], *, codes: bool) -> None:
    """Put these in place of those there were, of cost codes or of all else. What people chose for a name stays."""
    present = draft.matches.filter(kind=MatchKind.COST_CODE)
    present = present if codes else draft.matches.exclude(kind=MatchKind.COST_CODE)
    chosen = list(present.filter(how__in=_CHOSEN))
    present.delete()
    ImportMatch.objects.bulk_create(found, batch_size=500)
    for match in chosen:
        draft.matches.filter(kind=match.kind, scope=match.scope, text=match.text).update(
            how=match.how, value=match.value, label=match.label, reason=match.reason
        )


def _first_match(matcher: Matcher, name: Name, vendor_names: Mapping[str, str]) -> Match:
    kind, _, text = name
    if kind is MatchKind.PROJECT:
        return matcher.project(text)
    found, written = matcher.vendor(text), vendor_names.get(text, "")
    if not written:
        return found
    if found.how is MatchHow.ID and found.record is not None:
        likeness = difflib.SequenceMatcher(None, comparable(written), comparable(found.record.name)).ratio() * 100
        if likeness < LEAST_SCORE:  # the id is one vendor's, the name another's: money would go to the wrong one
            reason = f"The id is that of {found.record.name}, but the file names {written}."
            return replace(found, how=MatchHow.NEAR, reason=reason[:300], candidates=((found.record, 100),))
        return found
    by_name = matcher.vendor(written) if found.record is None else found
    return by_name if by_name.record is not None else found


def _unstored(draft: ImportDraft, name: Name, uses: int, match: Match) -> ImportMatch:
    kind, scope, text = name
    entry = ImportMatch(tenant_id=draft.tenant_id, draft=draft, kind=kind, scope=scope[:200], text=text, uses=uses)
    _take(entry, match)
    return entry


def _take(entry: ImportMatch, match: Match) -> None:
    entry.how, entry.reason, entry.candidates = match.how, match.reason[:300], match.candidates_json
    entry.value = match.record.value if match.record is not None else ""
    entry.label = match.record.label[:500] if match.record is not None else ""


def lock_draft(draft: ImportDraft) -> ImportDraft:
    """The draft as it is stored now, for this transaction alone: matched, confirmed or discarded, one at a time.

    Raises Refused when somebody discarded it meanwhile.
    """
    # Its run is read by a query of its own: PostgreSQL joins a locked row with what was there before it was waited for.
    stored = ImportDraft.objects.select_for_update().filter(pk=draft.pk).first()
    if stored is None:
        raise Refused("This file was discarded meanwhile.", "Upload it again if it is needed.", code="IMPORT-GONE")
    return stored


@transaction.atomic
def choose_matches(draft: ImportDraft, chosen: Mapping[int, str], *, by: User | None = None) -> int:
    """Store what a person chose: by key of the match a value, LEFT_OPEN, or "" to leave it undecided.

    Remembers the choices for the next file; returns how many changed. Raises Refused for a value that is no usable
    record.
    """
    draft = lock_draft(draft)
    refuse_running(draft)
    matcher = Matcher(live_connection())
    entries = list(draft.matches.select_for_update().filter(pk__in=list(chosen)))
    changed = 0
    # Projects first: the cost codes chosen with them belong to the project chosen now.
    for entry in sorted(entries, key=lambda one: one.kind == MatchKind.COST_CODE):
        if _choose(draft, entry, chosen[entry.pk], matcher, by):
            changed += 1
            if entry.kind == MatchKind.PROJECT:
                _match_again(draft, draft.matches.filter(kind=MatchKind.COST_CODE, scope=entry.text), matcher)
    assess_draft(draft)
    return changed


def _choose(draft: ImportDraft, entry: ImportMatch, value: str, matcher: Matcher, by: User | None) -> bool:
    entry.refresh_from_db()
    if value == "" or (value == entry.value and entry.is_settled):
        return False
    if value == LEFT_OPEN:
        if entry.how == MatchHow.OPEN:
            return False
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


def match_again(draft: ImportDraft) -> None:
    """Look once more for names that are not decided, and at what is here: lists were synced, documents changed."""
    matcher, undecided = Matcher(live_connection()), (MatchHow.NEAR, MatchHow.NONE, MatchHow.WRITTEN)
    for kind in (MatchKind.VENDOR, MatchKind.PROJECT):  # long lists are gone through before anything is locked
        names = draft.matches.filter(kind=kind, how__in=undecided)
        matcher.expect(kind, list(names.values_list("text", flat=True)))
    with transaction.atomic():
        draft = lock_draft(draft)
        refuse_running(draft)
        open_ones = draft.matches.filter(how__in=undecided)
        _match_again(draft, open_ones.exclude(kind=MatchKind.COST_CODE), matcher)
        _match_again(draft, open_ones.filter(kind=MatchKind.COST_CODE), matcher)
        assess_draft(draft)


def _match_again(draft: ImportDraft, entries: Iterable[ImportMatch], matcher: Matcher) -> None:
    resolver = Resolver(draft)
    found = list(entries)
    for entry in found:
        match entry.kind:
            case MatchKind.VENDOR:
                _take(entry, matcher.vendor(entry.text))
            case MatchKind.PROJECT:
                _take(entry, matcher.project(entry.text))
            case _:
                _take(entry, matcher.cost_code(entry.text, resolver.project_of_scope(entry.scope)))
    ImportMatch.objects.bulk_update(found, ["how", "value", "label", "reason", "candidates"], batch_size=500)


def refuse_running(draft: ImportDraft) -> None:
    """Raise Refused while a run reads or imports the draft."""
    if draft.is_being_read and draft.reading_run is not None:
        raise Refused(
            f"Run {draft.reading_run.number} reads this file at this moment.",
            "Wait for its end, or cancel it.",
            code="RUN-ACTIVE",
        )
    if draft.run is not None and draft.run.is_active:
        raise Refused(
            f"Run {draft.run.number} imports this file at this moment.", "Wait for its end.", code="RUN-ACTIVE"
        )
