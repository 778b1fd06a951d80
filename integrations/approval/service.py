"""The one writer of approvals: every decision about a document, and every approval that falls, goes through here.

Owns what an act stores and the line of history it leaves. Which act is possible is decided by the table of transitions,
what a decision needs besides, such as lines, by the features.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.audit import Change, record_event, told_by_event
from accounts.models import User
from accounts.refusal import Refused
from integrations.approval.covered import changes, digest_of, sentence
from integrations.approval.selectors import approval_in_force, covered_digest, stated_approval, why_not_act
from integrations.approval.transitions import Act, target, why_not
from integrations.event_kinds import IntegrationEvent
from integrations.judging import judge_again
from integrations.models import Approval, Covered, Delivery, PushedDocument

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

    `seen` is the digest of what the person who decides was shown: what was edited since is not decided unseen.
    """
    stored = as_it_is_now(document)
    if act != Act.FALL and (refused := why_not_act(stored, act)) is not None:
        raise refused
    if seen and seen != covered_digest(stored):
        raise Refused("It was changed since you opened the page.", "Look at it again, then decide.", code="CHANGED")
    was = stated_approval(document)
    source = was if act == Act.FALL else approval_in_force(stored)
    before = Approval(document.approval_before) if document.approval_before else None
    now = target(source, act, before)
    if now is None:
        raise Refused(*why_not(source, act), code="APPROVAL")
    if act == Act.RESTORE and now == Approval.APPROVED and document.approved_digest != covered_digest(stored):
        now, reason = Approval.NEEDS_REVIEW, "It was changed while it was ignored."
    if now != was:
        _decide(document, now, source, reason.strip())
    elif act == Act.UNLINK and before is not None:
        document.approval_before = target(before, Act.UNLINK) or ""
    if act == Act.APPROVE:
        document.approved_at, document.approved_by = timezone.now(), by
        document.approved_digest = covered_digest(stored)
    _forget_failure(document)
    with told_by_event():  # the event says it in better words than a list of columns
        document.save(update_fields=_WRITTEN)
    judge_again(document)
    if now != was or act != Act.UNLINK:
        _tell(document, act, source, reason.strip(), by)


def covered_by_approval(document: PushedDocument) -> Covered:
    """What the approval covers, of the document as it is stored now. Empty where it is not approved."""
    if not document.pk or document.approval != Approval.APPROVED:
        return {}
    stored: Any = type(document)._default_manager.get(pk=document.pk)
    covered: Covered = stored.approval_covers()
    return covered


def let_fall(document: PushedDocument, before: Covered) -> bool:
    """After an edit was saved: let an approval fall that was given to other values, and say which. True if it fell."""
    if document.approval != Approval.APPROVED:
        return False
    now = covered_by_approval(document)
    if digest_of(now) == document.approved_digest:
        return False
    move_approval(document, Act.FALL, reason=sentence(changes(before, now)))
    return True


def _decide(document: PushedDocument, now: Approval, source: Approval, reason: str) -> None:
    """Set the approval and why. Who approved stays known only while the approval holds or can be restored."""
    document.approval, document.approval_reason = now, reason[:500]
    document.approval_before = source if now == Approval.IGNORED else ""
    if now not in (Approval.APPROVED, Approval.IGNORED):
        document.approved_at, document.approved_by, document.approved_digest = None, None, ""


def _tell(document: PushedDocument, act: Act, source: Approval, reason: str, by: User | None) -> None:
    """Leave a line of history. That an approval fell is said by the reason itself."""
    told = reason if act == Act.FALL else f"{act.done}: {reason}" if reason else act.done
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
