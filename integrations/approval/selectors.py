"""What an approval is worth now: whether it still holds, what can be decided next, whether the document may be pushed.

Reads only. Pages, plans and the service ask here, so that all three answer alike.
"""

from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet, prefetch_related_objects

from accounts.models import AuditEntry
from accounts.refusal import Refused
from integrations.approval.covered import digest_of
from integrations.approval.transitions import EVEN_UNDER_WAY, NOT_ONCE_DELIVERED, Act, target, why_not
from integrations.event_kinds import IntegrationEvent
from integrations.models import Approval, PushedDocument


def covered_digest(document: PushedDocument) -> str:
    """The digest of what an approval of the document would be bound to now."""
    return digest_of(document.approval_covers())


def read_covered(documents: Sequence[PushedDocument]) -> None:
    """Read what approvals of these documents, all of one type, are bound to, for the questions that follow."""
    if documents:
        prefetch_related_objects(list(documents), *documents[0].covered_relations)


def stated_approval(document: PushedDocument) -> Approval:
    """What is stored; what is none counts as one that needs review, so that nothing is pushed under it."""
    known = document.approval in Approval.values
    return Approval(document.approval) if known else Approval.NEEDS_REVIEW


def approval_in_force(document: PushedDocument) -> Approval:
    """An approval of other values than the document has now does not hold, whether or not that was noticed yet."""
    approval = stated_approval(document)
    if approval == Approval.APPROVED and document.approved_digest != covered_digest(document):
        return Approval.NEEDS_REVIEW
    return approval


def why_not_act(document: PushedDocument, act: Act, in_force: Approval | None = None) -> Refused | None:
    """Why this cannot be decided now; None when it can. `in_force` is the approval where that is known already."""
    return _why_not(document, act, in_force or approval_in_force(document))


def possible_acts(document: PushedDocument, in_force: Approval) -> frozenset[Act]:
    """What people can decide now; unlinking is offered by the link, and falling is nobody's decision."""
    decisions = frozenset(Act) - {Act.UNLINK, Act.FALL}
    return frozenset(act for act in decisions if _why_not(document, act, in_force) is None)


def why_not_pushable(document: PushedDocument, noun: str) -> Refused | None:
    """Why the document may not be pushed as it is; None when what it says now is what was approved."""
    approval = stated_approval(document)
    if approval == Approval.APPROVED and approval_in_force(document) != Approval.APPROVED:
        sentence = "It is no longer what was approved: amounts, vendor or coding were changed since."
        return Refused(sentence, "Look at it, then approve it again.", code="NOT-APPROVED")
    if approval == Approval.NEEDS_REVIEW:
        sentence = f"The {noun} needs to be approved again before it is pushed."
        return Refused(sentence, "Look at what changed, then approve it.", code="NOT-APPROVED")
    if approval in (Approval.REJECTED, Approval.VOID, Approval.IGNORED):
        return Refused(*why_not(approval, Act.FALL), code="NOT-APPROVED")
    if approval != Approval.APPROVED:
        return Refused(f"Only an approved {noun} is pushed.", "Approve it first.", code="NOT-APPROVED")
    return None


def _why_not(document: PushedDocument, act: Act, in_force: Approval) -> Refused | None:
    if document.is_locked and act not in EVEN_UNDER_WAY:
        return Refused("It is being pushed.", "Wait until it has arrived, or take the push back.", code="PUSHED")
    if act in NOT_ONCE_DELIVERED and document.is_in_intacct:
        there = document.remote_id or "already"
        sentence = f"It is {there} in Intacct, so it cannot be {NOT_ONCE_DELIVERED[act]}."
        return Refused(sentence, "Close or reverse it there, then unlink it in ERP Admin.", code="PUSHED")
    if target(in_force, act) is None:
        return Refused(*why_not(in_force, act), code="APPROVAL")
    return None


def decisions_about(record: Model, most: int) -> QuerySet[AuditEntry]:
    """What people decided about a record, and decisions of theirs that no longer hold, newest first."""
    kind = ContentType.objects.get_for_model(record)
    found = AuditEntry.objects.filter(content_type=kind, object_id=record.pk, kind=IntegrationEvent.DECIDED)
    return found.order_by("-pk")[:most]
