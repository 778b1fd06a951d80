"""The one writer of approvals: every decision about a document, and every approval that falls, goes through here.

Owns what an act stores and the line of history it leaves. Which act is possible is decided by the table of transitions,
what a decision needs besides, such as lines, by the features.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.audit import Change, record_event, told_by_event
from accounts.models import User
from accounts.refusal import Refused
from integrations.approval.covered import changes, digest_of, sentence
from integrations.approval.reviews import ReviewBook, ReviewStep, close, give, opened
from integrations.approval.selectors import approval_in_force, covered_digest, stated_approval, why_not_act
from integrations.approval.subjects import tell_rejected
from integrations.approval.transitions import Act, target, why_not
from integrations.event_kinds import IntegrationEvent
from integrations.judging import judge_again
from integrations.models import Approval, Covered, Delivery, PushedDocument, ReviewEnd

_WRITTEN = (
    "approval", "approval_before", "approval_reason", "approved_at", "approved_by", "approved_digest", "delivery",
    "state_reason", "state_advice",
)  # fmt: skip


def as_it_is_now(document: PushedDocument) -> Any:
    """Read again what decisions and the ledger say of it, and keep both from changing until the transaction ends.

    Returns the stored document, all of it: the one given may hold an edit that is not saved yet.
    """
    stored: Any = type(document)._default_manager.select_for_update().get(pk=document.pk)
    for column in PushedDocument._meta.fields:
        setattr(document, column.attname, getattr(stored, column.attname))
    return stored


@transaction.atomic
def move_approval(
    document: PushedDocument, act: Act, *, by: User | None = None, reason: str = "", seen: str = ""
) -> None:
    """Decide about the document as it is stored. Raises Refused for what its approval or a push does not allow.

    `seen` is the mark of what the person who decides was shown: what was edited or decided since is not decided unseen.
    An approval counts for the step that the policy has open; only the last one makes the document approved. By somebody
    whose step it is not, it sends what was entered for review, and is refused for what is under review.
    """
    stored = as_it_is_now(document)
    if act != Act.FALL and (refused := why_not_act(stored, act)) is not None:
        raise refused
    reason, book = reason.strip(), ReviewBook()
    _refuse_unseen(stored, seen, book)
    if act == Act.REJECT and not reason:
        raise Refused("A rejection needs a reason.", "Say what has to be changed.", code="REASON-MISSING")
    was = stated_approval(document)
    source = was if act == Act.FALL else approval_in_force(stored)
    before = Approval(document.approval_before) if document.approval_before else None
    now = target(source, act, before)
    if now is None:
        raise Refused(*why_not(source, act), code="APPROVAL")
    if act == Act.RESTORE and now == Approval.APPROVED and document.approved_digest != covered_digest(stored):
        now, reason = Approval.NEEDS_REVIEW, "It was changed while it was ignored."
    step = _given(stored, source, book, by) if act == Act.APPROVE else _Step()
    if step.waits:
        now, reason = Approval.NEEDS_REVIEW, step.waits
    if now != was or step.waits:
        _decide(document, now, source, reason)
    elif act == Act.UNLINK and before is not None:
        document.approval_before = target(before, Act.UNLINK) or ""
    if act == Act.APPROVE and now == Approval.APPROVED:
        document.approved_at, document.approved_by = timezone.now(), by
        document.approved_digest = covered_digest(stored)
    _forget_failure(document)
    with told_by_event():  # the event says it in better words than a list of columns
        document.save(update_fields=_WRITTEN)
    if was == Approval.NEEDS_REVIEW and not step.waits:
        close(document, ReviewEnd.APPROVED if now == Approval.APPROVED else ReviewEnd.ENDED)
    judge_again(document)
    if now != was or act != Act.UNLINK:
        _tell(document, step.told or act.done, source, reason, by, is_fall=act == Act.FALL)
    if act == Act.REJECT:
        tell_rejected(document, reason, by)


def _refuse_unseen(stored: PushedDocument, seen: str, book: ReviewBook) -> None:
    """Raises Refused where a person was shown something else than what is stored."""
    if not seen:
        return
    digest = covered_digest(stored)
    if seen.partition(".")[0] != digest:
        raise Refused("It was changed since you opened the page.", "Look at it again, then decide.", code="CHANGED")
    standing = book.standing(stored)
    if seen != standing.mark(digest):
        told = f"{given[-1].told} was given" if (given := standing.given) else "its review began again"
        sentence = f"Somebody decided since you opened the page: {told}."
        raise Refused(sentence, "Look at it again, then decide.", code="CHANGED")


@dataclass(frozen=True)
class _Step:
    """What an approval came to: its line of history, and what the document waits for; "" once it is approved."""

    told: str = ""
    waits: str = ""


def _given(stored: PushedDocument, source: Approval, book: ReviewBook, by: User | None) -> _Step:
    """Give the open step, or send the document for review. Raises Refused for a step that is not this person's."""
    standing = book.standing(stored)
    step = standing.open_step
    if step is None:
        return _Step()
    acting_for, refused = book.acting_for(stored, standing, by)
    if refused is not None or by is None:
        if refused is not None and source == Approval.NEEDS_REVIEW:
            raise refused
        opened(stored, standing, by)
        return _Step("Sent for review", book.waits(step))
    give(opened(stored, standing, by), step, by, acting_for)
    following = standing.after(step)
    return _Step(_approved(step, book, by, acting_for), book.waits(following) if following is not None else "")


def _approved(step: ReviewStep, book: ReviewBook, by: User, acting_for: int) -> str:
    place = f", {step.told}" if step.of > 1 or step.step.name else ""
    away = f" in place of {book.people.names.get(acting_for, 'somebody')}" if acting_for != by.pk else ""
    return f"Approved{place}{away}"


def covered_by_approval(document: PushedDocument) -> Covered:
    """What the approval covers, of the document as it is stored now. Empty where nothing of it is approved."""
    if not document.pk or document.approval not in (Approval.APPROVED, Approval.NEEDS_REVIEW):
        return {}
    stored: Any = type(document)._default_manager.get(pk=document.pk)
    covered: Covered = stored.approval_covers()
    return covered


def let_fall(document: PushedDocument, before: Covered) -> bool:
    """After an edit was saved: let an approval, or steps, fall that were given to other values, and say which. True if
    anything fell."""
    if document.approval == Approval.NEEDS_REVIEW:
        return _let_steps_fall(document, before)
    if document.approval != Approval.APPROVED:
        return False
    now = covered_by_approval(document)
    if digest_of(now) == document.approved_digest:
        return False
    move_approval(document, Act.FALL, reason=sentence(changes(before, now)))
    return True


def _let_steps_fall(document: PushedDocument, before: Covered) -> bool:
    now = covered_by_approval(document)
    if not before or digest_of(now) == digest_of(before) or not close(document, ReviewEnd.FELL):
        return False
    reason = sentence(changes(before, now), "Its steps fell")
    document.approval_reason = reason[:500]
    with told_by_event():
        document.save(update_fields=["approval_reason"])
    record_event(IntegrationEvent.DECIDED, reason, about=document)
    return True


def _decide(document: PushedDocument, now: Approval, source: Approval, reason: str) -> None:
    """Set the approval and why. Who approved stays known only while the approval holds or can be restored."""
    document.approval, document.approval_reason = now, reason[:500]
    document.approval_before = source if now == Approval.IGNORED else ""
    if now not in (Approval.APPROVED, Approval.IGNORED):
        document.approved_at, document.approved_by, document.approved_digest = None, None, ""


def _tell(
    document: PushedDocument, done: str, source: Approval, reason: str, by: User | None, *, is_fall: bool
) -> None:
    """Leave a line of history. That an approval fell is said by the reason itself."""
    told = reason if is_fall else f"{done}: {reason}" if reason else done
    now = stated_approval(document)
    change = Change(label="Approval", before=str(source.label), after=str(now.label))
    record_event(IntegrationEvent.DECIDED, told, about=document, changes=[change], by=by)


def _forget_failure(document: PushedDocument) -> None:
    """What a former push met no longer counts once something is decided; what is under way or half done stays so."""
    if document.is_locked or document.delivery == Delivery.PARTLY:
        return
    if document.delivery == Delivery.FAILED:
        document.delivery = Delivery.DELIVERED if document.remote_id else Delivery.NONE
    document.state_reason = document.state_advice = ""
