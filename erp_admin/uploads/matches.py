"""What the names of a file stand for, as it is found when the file is taken in, and again when lists have changed.

How a name is compared is erp_admin.uploads.matching's; what people decide of it erp_admin.uploads.deciding's.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from accounts.refusal import Refused
from erp_admin.models import ImportDraft, ImportMatch, MatchHow, MatchKind
from erp_admin.uploads.matching import LEAST_SCORE, Match, Matcher, comparable
from erp_admin.uploads.resolving import Resolver, parent_in_scope
from integrations.gateway.access import live_connection

_CHOSEN: Final = (MatchHow.PERSON, MatchHow.ACCEPTED, MatchHow.OPEN)
UNDECIDED: Final = (MatchHow.NEAR, MatchHow.NONE, MatchHow.WRITTEN)
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


def names_again(draft: ImportDraft) -> Callable[[], None]:
    """Look once more for names that are not decided, and return what stores what was found, in a short transaction."""
    matcher = Matcher(live_connection())
    for kind in (MatchKind.VENDOR, MatchKind.PROJECT):  # long lists are gone through before anything is locked
        names = draft.matches.filter(kind=kind, how__in=UNDECIDED)
        matcher.expect(kind, list(names.values_list("text", flat=True)))

    def store() -> None:
        open_ones = draft.matches.filter(how__in=UNDECIDED)
        find_again(draft, open_ones.exclude(kind=MatchKind.COST_CODE), matcher)
        find_again(draft, open_ones.filter(kind=MatchKind.COST_CODE), matcher)

    return store


def find_again(draft: ImportDraft, entries: Iterable[ImportMatch], matcher: Matcher) -> None:
    """Store what each of these names stands for now; projects before the cost codes that belong to them."""
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
