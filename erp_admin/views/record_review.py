"""The review of a document as its pages show it: which steps were given, who is next, why a person may not approve.

Presentation only; integrations.approval decides.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from integrations.approval.policies import why_applies
from integrations.approval.reviews import ReviewBook, ReviewStep
from integrations.approval.selectors import covered_digest
from integrations.models import Approval


@dataclass(frozen=True)
class StepShown:
    """A step in words, and by whom and when it was given."""

    told: str
    who: str
    given_by: str = ""
    given_at: datetime | None = None
    is_next: bool = False


@dataclass(frozen=True)
class ReviewShown:
    """`why_not` is why this person may not approve now, `sends` whether approving sends it for review, `mark` what a
    decision is bound to."""

    steps: tuple[StepShown, ...]
    policy: str
    note: str
    why_not: str
    sends: bool
    mark: str


def review_shown(document: Any, person: User) -> ReviewShown:
    book = ReviewBook()
    standing = book.standing(document)
    _, refused = book.acting_for(document, standing, person)
    under_review = document.approval == Approval.NEEDS_REVIEW
    following = standing.open_step
    is_open = document.approval in (Approval.DRAFT, Approval.NEEDS_REVIEW, Approval.REJECTED)
    return ReviewShown(
        tuple(_shown(each, book, is_next=is_open and each is following) for each in standing.steps) if is_open else (),
        why_applies(standing.required.policy),
        standing.required.note,
        str(refused) if refused is not None and under_review else "",
        refused is not None and not under_review,
        standing.mark(covered_digest(document)),
    )


def _shown(step: ReviewStep, book: ReviewBook, *, is_next: bool) -> StepShown:
    told = f"{step.number}. {step.step.name}" if step.step.name else f"Step {step.number}"
    who, given = step.step.who(book.people.names), step.given
    if given is None:
        return StepShown(told, who, is_next=is_next)
    away = f", in place of {given.in_place_of}" if given.in_place_of is not None else ""
    return StepShown(told, who, f"{given.by or 'somebody who left'}{away}", given.at)
