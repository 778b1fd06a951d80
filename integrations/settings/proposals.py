"""Proposals for settings that are empty: which record of the mirrored list fits, why, and what else could be meant.

Pure. Owns the rule that only one record that stands out is proposed; anything doubtful is left open, with the reason.
Saves nothing: a proposal counts once a person saves it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from integrations.settings.declared import Setting
from integrations.settings.fit import Candidate, Fit, Level

OTHERS: Final = 4  # candidates that are offered beside the proposal
MOST_JUDGED: Final = 5_000


@dataclass(frozen=True)
class Choice:
    """A record that may be chosen, with what speaks for it."""

    value: str
    label: str
    why: str


@dataclass(frozen=True)
class Proposal:
    """What is proposed for a setting, or None with the reason in `sentence`; `others` could be meant instead."""

    key: str
    chosen: Choice | None
    others: tuple[Choice, ...]
    sentence: str


def propose(setting: Setting, candidates: Iterable[Candidate]) -> Proposal:
    """Judge the candidates, active records of the setting's list, and propose the one that stands out."""
    if setting.fitting is None or setting.kind is None:
        raise ValueError(f"Nothing is proposed for {setting.key!r}.")
    judge, plural = setting.fitting.judge, setting.kind.label
    found: dict[str, tuple[Fit, Choice]] = {}
    for number, candidate in enumerate(islice(candidates, MOST_JUDGED + 1), start=1):
        if number > MOST_JUDGED:
            return Proposal(setting.key, None, (), f"Left open: there are too many {plural} to compare. Search for it.")
        fit = judge(candidate)
        if fit.level is not Level.UNFIT:
            found.setdefault(candidate.business_id, (fit, Choice(candidate.business_id, candidate.label, fit.why)))
    ranked = [choice for _, choice in sorted(found.values(), key=lambda pair: (-pair[0].level, pair[1].value))]
    best = max((fit.level for fit, _ in found.values()), default=Level.UNFIT)
    alike = [choice for fit, choice in found.values() if fit.level is best]
    if best >= Level.LIKELY and len(alike) == 1:
        others = tuple(choice for choice in ranked if choice != alike[0])[:OTHERS]
        return Proposal(setting.key, alike[0], others, f"Proposed: {alike[0].why}.")
    return Proposal(setting.key, None, tuple(ranked[:OTHERS]), _why_open(best, alike, plural))


def _why_open(best: Level, alike: list[Choice], plural: str) -> str:
    if best >= Level.LIKELY:
        return f"Left open: {len(alike)} of the {plural} fit equally well. Choose the one you use."
    if best is Level.POSSIBLE:
        return f"Left open: none of the {plural} has a name that says so. Choose the one you use."
    return f"Left open: none of the active {plural} fits by its type and name."
