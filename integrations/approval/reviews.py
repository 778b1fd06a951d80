"""The review of a document: which steps its policy asks for, which were given, who may give the next.

Owns when a step counts, and is the one writer of reviews and their decisions. The approval itself is moved by
`integrations.approval.service`, which asks here. Call what writes in the transaction that holds the document.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from accounts.refusal import Refused
from integrations.approval.people import People
from integrations.approval.policies import PolicyBook, PolicyStep, Required
from integrations.approval.selectors import covered_digest
from integrations.approval.subjects import authors_of, flow_key, subject_of
from integrations.models import Approval, ApprovalDecision, ApprovalReview, PushedDocument, ReviewEnd


@dataclass(frozen=True)
class ReviewStep:
    """A step of a document: its place among those it needs, and the decision that gave it."""

    number: int
    of: int
    step: PolicyStep
    key: str
    given: ApprovalDecision | None = None

    @property
    def told(self) -> str:
        """The step as people know it."""
        name = f" ({self.step.name})" if self.step.name else ""
        return f"step {self.number} of {self.of}{name}"


@dataclass(frozen=True)
class Standing:
    """What a document needs and has; without steps it is approved directly."""

    required: Required
    steps: tuple[ReviewStep, ...] = ()
    review: ApprovalReview | None = None

    @property
    def open_step(self) -> ReviewStep | None:
        return next((each for each in self.steps if each.given is None), None)

    @property
    def given(self) -> tuple[ReviewStep, ...]:
        return tuple(each for each in self.steps if each.given is not None)

    def after(self, step: ReviewStep) -> ReviewStep | None:
        """The step that is open once this one is given."""
        return next((each for each in self.steps if each.given is None and each.number > step.number), None)

    def mark(self, digest: str) -> str:
        """What a decision is bound to: what the document says, and how far its review was."""
        return f"{digest}.{len(self.given)}" if self.given else digest


class ReviewBook:
    """Policies, people and reviews of the current tenant, read for many documents as for one."""

    def __init__(self) -> None:
        self.policies, self.people = PolicyBook(), People()
        self._reviews: dict[tuple[str, int], ApprovalReview | None] = {}
        self._authors: dict[tuple[str, int], set[int]] = {}

    def read(self, documents: Sequence[PushedDocument]) -> None:
        """Read the reviews of these documents, all of one type, and where policies forbid self-approval who wrote them.

        What was read before of them is forgotten.
        """
        if not documents or not self.policies.policies or not (flow := flow_key(documents[0])):
            return
        keys = [document.pk for document in documents if document.pk]
        self._reviews |= {(flow, pk): None for pk in keys}
        found = ApprovalReview.objects.filter(flow=flow, document_id__in=keys, closed_at=None)
        for review in found.prefetch_related("decisions__by", "decisions__in_place_of"):
            self._reviews[flow, review.document_id] = review
        if any(each.forbids_self and each.flow == flow for each in self.policies.policies):
            self._authors |= {(flow, pk): set(people) for pk, people in authors_of(documents).items()}

    def standing(self, document: PushedDocument) -> Standing:
        if not self.policies.policies:
            return Standing(Required())
        needed = self.policies.required(subject_of(document))
        review = self._review(flow_key(document), document) if needed.steps else None
        return Standing(needed, _steps(needed, _counting(review, document)), review)

    def _review(self, flow: str, document: PushedDocument) -> ApprovalReview | None:
        if document.approval != Approval.NEEDS_REVIEW or not document.pk:
            return None
        if (flow, document.pk) not in self._reviews:
            self.read([document])
        return self._reviews[flow, document.pk]

    def authors(self, document: PushedDocument) -> set[int]:
        flow = flow_key(document)
        if (flow, document.pk) not in self._authors:
            self._authors[flow, document.pk] = set(authors_of([document])[document.pk])
        return self._authors[flow, document.pk]

    def waits(self, step: ReviewStep) -> str:
        """Whom the document waits for, in one sentence."""
        return f"Waits for {step.told}: {step.step.who(self.people.names)}."

    def acting_for(self, document: PushedDocument, standing: Standing, by: User | None) -> tuple[int, Refused | None]:
        """As whom this person gives the open step: the person's own key or that of somebody they stand in for. Else
        0, and why they may not."""
        step = standing.open_step
        if step is None:
            return (by.pk if by is not None else 0), None
        if by is None or not self.people.decides(by.pk):
            return 0, self._refused(step, "It takes a person of the company who may decide about it.")
        fitting = [pk for pk in self.people.stands_for(by.pk) if self.people.fits(pk, step.step)]
        if not fitting:
            return 0, self._refused(step, "The step is not yours.")
        if standing.required.forbids_self:
            authors = self.authors(document)
            if by.pk in authors:
                return 0, self._refused(step, "You entered or last edited it, so somebody else approves it.")
            before = {pk for each in standing.given for pk in (each.given.by_id, each.given.in_place_of_id)}  # type: ignore[union-attr]
            if by.pk in before:
                return 0, self._refused(step, "You gave another step already, so somebody else gives this one.")
            fitting = [pk for pk in fitting if pk not in authors | before]
            if not fitting:
                return 0, self._refused(step, "Whom you stand in for may not give it either.")
        return fitting[0], None

    def _refused(self, step: ReviewStep, why: str) -> Refused:
        return Refused(why, self.waits(step), code="APPROVAL-STEP")


def _counting(review: ApprovalReview | None, document: PushedDocument) -> Mapping[str, ApprovalDecision]:
    """The decisions that hold: those about what the document says now."""
    if review is None or review.digest != covered_digest(document):
        return {}
    return {each.key: each for each in review.decisions.all()}


def _steps(needed: Required, given: Mapping[str, ApprovalDecision]) -> tuple[ReviewStep, ...]:
    """The steps in order, each with the decision that fits it. Where a changed policy asks for no more than was given,
    the last one is given once more: nothing is approved by a change of a policy."""
    seen: Counter[str] = Counter()
    found = []
    for number, step in enumerate(needed.steps, start=1):
        key = f"{step.asks}:{seen[step.asks]}"
        seen[step.asks] += 1
        found.append(ReviewStep(number, len(needed.steps), step, key, given.get(key)))
    if found and all(each.given is not None for each in found):
        last = found[-1]
        found[-1] = ReviewStep(last.number, last.of, last.step, last.key)
    return tuple(found)


def seen_mark(document: PushedDocument, book: ReviewBook | None = None) -> str:
    """What a person who decides was shown, for `move_approval`."""
    digest = covered_digest(document)
    if document.approval != Approval.NEEDS_REVIEW:
        return digest
    return (book or ReviewBook()).standing(document).mark(digest)


def opened(document: PushedDocument, standing: Standing, by: User | None) -> ApprovalReview:
    """The open review of what the document says now; one about other values is closed."""
    flow, digest = flow_key(document), covered_digest(document)
    review = standing.review
    if review is not None and review.digest != digest:
        close(document, ReviewEnd.FELL)
        review = None
    if review is None:
        close(document, ReviewEnd.ENDED)
        review = ApprovalReview.objects.create(
            tenant_id=document.tenant_id, flow=flow, document_id=document.pk, digest=digest, opened_by=by
        )
    return review


def give(review: ApprovalReview, step: ReviewStep, by: User, acting_for: int) -> None:
    """Store that a step is given."""
    ApprovalDecision.objects.update_or_create(
        review=review,
        key=step.key,
        defaults={
            "tenant_id": review.tenant_id,
            "told": step.told[:120],
            "by": by,
            "in_place_of_id": acting_for if acting_for != by.pk else None,
        },
    )


def close(document: PushedDocument, end: ReviewEnd) -> bool:
    """Close the open review of the document, if any; whether steps of it had been given."""
    flow = flow_key(document)
    review = ApprovalReview.objects.filter(flow=flow, document_id=document.pk, closed_at=None).first() if flow else None
    if review is None:
        return False
    ApprovalReview.objects.filter(pk=review.pk).update(closed_at=timezone.now(), end=end)
    return review.decisions.exists()
