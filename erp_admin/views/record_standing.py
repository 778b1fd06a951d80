"""Where a document stands, since when, and what is to be done next: the one state, and the one action that fits it.

Presentation only. Which acts are possible at all is decided by the services; here the one that helps is chosen.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accounts.ui.shown import ShownState
from erp_admin.views.record_history import History
from integrations.delivery.planning import PlanResult
from integrations.models import TO_PUSH, UNDER_WAY, Delivery, DocumentState, PushProblem
from integrations.models.states import shown

# What to do next, for those who may. A failed or blocked one says it with its cause.
_NEXT: Final = {
    DocumentState.DRAFT: "Approve it once it is complete; then it can be pushed.",
    DocumentState.NEEDS_REVIEW: "Look at what changed, then approve it.",
    DocumentState.BLOCKED: "Fix what is named below; it is ready by itself then.",
    DocumentState.READY: "Push it to write it to Intacct.",
    DocumentState.SENDING: "It is on its way to Intacct.",
    DocumentState.CHECKING: "Whether it arrived is being looked up. Nothing is sent twice.",
    DocumentState.IN_INTACCT: "Nothing to do.",
    DocumentState.DIFFERS: "Look at what differs, then use Intacct's version or push ours again.",
    DocumentState.FAILED: "Fix the cause, then retry.",
    DocumentState.HELD: "What holds it, and who can free it, is said below.",
    DocumentState.REJECTED: "Change what was wrong and approve it, or leave it: it is not pushed.",
    DocumentState.VOID: "It is never pushed, unless somebody sets it back to draft.",
    DocumentState.IGNORED: "It is never pushed, unless somebody restores it.",
}
_MISSING: Final = "Recreate it in Intacct, or unlink it."
_QUEUED: Final = "It is sent in turn."
_WAITING: Final = "It is sent by itself once what it waits for has arrived."


@dataclass(frozen=True)
class Standing:
    """`primary` is the key of the one action that shines, "" for none: a button of the head, `fix` or `compare`."""

    state: ShownState
    since: datetime | None
    next: str
    primary: str


def live_state(document: Any, verdict: PlanResult, is_judged: bool) -> ShownState:
    """The state by what was judged just now, where that is the question; else as stored."""
    state: ShownState = document.shown_state
    if not is_judged or document.state not in TO_PUSH:
        return state
    if verdict.problems:
        return shown(DocumentState.BLOCKED, str(verdict.problems[0]))
    changed = "Changed in ERP Admin since it was pushed." if document.is_delivered else ""
    return shown(DocumentState.READY, changed)


def standing_of(
    document: Any, state: ShownState, can: dict[str, bool], history: History, problems: list[PushProblem]
) -> Standing:
    key = DocumentState(state.value)
    if key == DocumentState.DIFFERS and can.get("compare"):
        state = state.because(state.reason.removesuffix(document.difference).strip())  # the table below says it
    return Standing(state, _since(document, key, history, problems), _next(document, key), _primary(document, key, can))


def _next(document: Any, key: DocumentState) -> str:
    if key == DocumentState.WAITING:
        return _QUEUED if document.delivery == Delivery.QUEUED else _WAITING
    if key == DocumentState.DIFFERS and document.missing_there:
        return _MISSING
    if key == DocumentState.READY and document.is_delivered:
        return "Push it to write the change to Intacct."
    return _NEXT[key]


def _primary(document: Any, key: DocumentState, can: dict[str, bool]) -> str:
    wanted = {
        DocumentState.DRAFT: ("approve",),
        DocumentState.NEEDS_REVIEW: ("approve",),
        DocumentState.REJECTED: ("approve",),
        DocumentState.BLOCKED: ("fix",),
        DocumentState.READY: ("push",),
        DocumentState.FAILED: ("fix", "push"),
        DocumentState.DIFFERS: ("recreate", "compare"),
        DocumentState.VOID: ("draft",),
        DocumentState.IGNORED: ("restore",),
    }.get(key, ())
    return next((each for each in wanted if can.get(each)), "")


def _since(document: Any, key: DocumentState, history: History, problems: list[PushProblem]) -> datetime | None:
    """When it came to stand so, as far as that was written down."""
    if key == DocumentState.BLOCKED:
        return min((problem.since for problem in problems), default=None)
    if key in UNDER_WAY or key == DocumentState.FAILED:
        return history.last_push_at
    if key == DocumentState.IN_INTACCT:
        return _moment(document.delivered_at or document.linked_at)
    if key == DocumentState.DIFFERS:
        return _moment(document.refreshed_at)
    decided = history.last_decided_at
    if key == DocumentState.READY:
        return decided or _moment(document.approved_at)
    return decided or _moment(document.created_at)


def _moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None
