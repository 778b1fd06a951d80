"""How well a record of a mirrored list fits a setting, by its type and its name: a level, with the reason in words.

Pure: owns the judging of accounts and items, and the words that judges of flows share. Reads nothing, chooses nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from accounts.ui.folding import folded


class Level(IntEnum):
    """UNFIT is never offered; of POSSIBLE only the type fits; LIKELY and CLEAR are proposed where one stands alone."""

    UNFIT = 0
    POSSIBLE = 1
    LIKELY = 2
    CLEAR = 3


@dataclass(frozen=True)
class Candidate:
    """A record that may be chosen, as the mirror has it."""

    business_id: str
    name: str
    fields: Mapping[str, object]

    @property
    def label(self) -> str:
        return self.business_id if self.name == self.business_id else f"{self.business_id} {self.name}".strip()

    def text(self, field: str) -> str:
        """The value of a field without outer blanks; empty where it was not read."""
        value = self.fields.get(field)
        return str(value).strip() if value is not None else ""


@dataclass(frozen=True)
class Fit:
    level: Level
    why: str


Judge = Callable[[Candidate], Fit]


@dataclass(frozen=True)
class Fitting:
    """How the records of a list are judged for a setting.

    `words`: only records whose id or name hold one of them are judged; all, where there are none. `preferred`: what
    pickers offer first, any of these sets of field values or a name with one of `preferred_words`; `apart` is said of
    all others.
    """

    judge: Judge
    words: tuple[str, ...] = ()
    preferred: tuple[Mapping[str, str], ...] = ()
    preferred_words: tuple[str, ...] = ()
    apart: str = ""


_DISCOURAGED: Final = ("do not use", "don t use", "dont use", "not used", "old", "obsolete", "closed", "test", "before")
_COST_NAMES: Final = (
    "job cost", "job costs", "job costing", "contract cost", "contract costs", "project cost", "project costs",
    "construction cost", "construction costs", "cost of construction", "cost of contracts", "costs of construction",
    "direct job cost", "direct job costs", "direct construction costs",
)  # fmt: skip
_WIP_NAMES: Final = (
    "wip", "work in progress", "work in process", "construction in progress", "construction in process", "job wip"
)  # fmt: skip
_COST_WORDS: Final = ("cost", "costs", "wip", "subcontract", "subcontracts", "subcontractor", "subcontractors")
_ITEM_NAMES: Final = ("subcon", "subcontract", "subcontracts", "subcontract work", "subcontractor", "subcontractors")
_GENERAL_ITEMS: Final = (*_COST_NAMES, "construction work", "contract work")
_BOUGHT: Final = ("Non-Inventory", "Non-Inventory (Purchase only)")


def words_of(text: str) -> str:
    """The words of a text, folded, with one blank between and at both ends, so that whole words can be looked for."""
    plain = "".join(letter if letter.isalnum() else " " for letter in folded(text))
    return f" {' '.join(plain.split())} "


def holds(text: str, phrases: Iterable[str]) -> bool:
    """Whether one of the phrases stands in the text as whole words."""
    spaced = words_of(text)
    return any(f" {phrase} " in spaced for phrase in phrases)


def is_discouraged(candidate: Candidate) -> bool:
    """Whether its id or name says that it is not to be used any more."""
    return holds(candidate.label, _DISCOURAGED)


def judge_account(candidate: Candidate) -> Fit:
    """For costs: an expense account, or work in progress on the balance sheet; best one named for costs of jobs."""
    kind, side = candidate.text("ACCOUNTTYPE").lower(), candidate.text("NORMALBALANCE").lower()
    if not kind or not side:
        return Fit(Level.POSSIBLE, "its type was not read from Intacct")
    is_expense = (kind, side) == ("incomestatement", "debit")
    is_wip = (kind, side) == ("balancesheet", "debit") and holds(candidate.name, _WIP_NAMES)
    if not is_expense and not is_wip:
        return Fit(Level.UNFIT, "it is neither a cost or expense account nor work in progress")
    what = "an expense account" if is_expense else "a balance sheet account for work in progress"
    if is_discouraged(candidate):
        return Fit(Level.POSSIBLE, f"{what}, but its name says that it is out of use")
    if words_of(candidate.name).strip() in (*_COST_NAMES, *_WIP_NAMES):
        return Fit(Level.CLEAR, f"named “{candidate.name}”, {what}")
    if is_wip or "cost of" in candidate.text("CATEGORY").lower() or holds(candidate.name, _COST_WORDS):
        return Fit(Level.LIKELY, f"named “{candidate.name}”, {what}")
    return Fit(Level.POSSIBLE, what)


def judge_item(candidate: Candidate) -> Fit:
    """For lines that are bought: a non-inventory item, best one named for subcontracts."""
    kind = candidate.text("ITEMTYPE")
    if not kind:
        return Fit(Level.POSSIBLE, "its type was not read from Intacct")
    if kind not in _BOUGHT:
        return Fit(Level.UNFIT, f"it is of type {kind}")
    what = f"of type {kind}"
    if is_discouraged(candidate):
        return Fit(Level.POSSIBLE, f"{what}, but its name says that it is out of use")
    if {words_of(text).strip() for text in (candidate.business_id, candidate.name)} & set(_ITEM_NAMES):
        return Fit(Level.CLEAR, f"named {candidate.label}, {what}")
    starts = any(words_of(text).startswith(" subcon") for text in (candidate.business_id, candidate.name))
    if starts or holds(candidate.name, _GENERAL_ITEMS):
        return Fit(Level.LIKELY, f"named {candidate.label}, {what}")
    return Fit(Level.POSSIBLE, what)


FOR_COSTS: Final = Fitting(
    judge_account,
    words=("cost", "wip", "subcon", "in progress", "in process", "expense"),
    preferred=({"ACCOUNTTYPE": "incomestatement", "NORMALBALANCE": "debit"},),
    preferred_words=("wip", "work in pro", "construction in pro"),
    apart="not a cost account",
)
FOR_PURCHASES: Final = Fitting(judge_item, words=("subcon", "cost", "construction", "contract"))
