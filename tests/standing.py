"""How a document stands, finer than the one state that pages show: what tests of the ledger and of drift ask.

The pages' state is proven by tests/integrations/approval/test_states.py; this adds which facts are behind it.
"""

from enum import StrEnum

from integrations.models import Delivery, DocumentState, PushedDocument


class Standing(StrEnum):
    DRAFT = "draft"
    NEEDS_REVIEW = "needs review"
    READY = "ready, never delivered"
    CHANGED_HERE = "ready, delivered before"
    BLOCKED = "blocked"
    WAITING = "waits for another document"
    QUEUED = "queued"
    SENDING = "sending"
    CHECKING = "checking"
    HELD = "held"
    UNCOMPARED = "delivered, not compared and found equal since"
    VERIFIED = "compared and equal"
    DIFFERENT = "delivered with a difference"
    CHANGED_THERE = "changed there"
    CHANGED_BOTH = "changed on both sides"
    MISSING_THERE = "missing there"
    FAILED = "failed"
    PARTLY = "some of its records are there"
    REJECTED = "rejected"
    VOID = "void"
    IGNORED = "ignored"


def standing(document: PushedDocument) -> Standing:
    state = document.state
    if state == DocumentState.WAITING:
        return Standing.QUEUED if document.delivery == Delivery.QUEUED else Standing.WAITING
    if state == DocumentState.READY:
        return Standing.CHANGED_HERE if document.is_delivered else Standing.READY
    if state == DocumentState.IN_INTACCT:
        return Standing.VERIFIED if document.verified_at is not None else Standing.UNCOMPARED
    if state == DocumentState.FAILED:
        return Standing.PARTLY if document.delivery == Delivery.PARTLY else Standing.FAILED
    if state == DocumentState.DIFFERS:
        return _how_it_differs(document)
    return Standing[state.name]


def _how_it_differs(document: PushedDocument) -> Standing:
    if document.missing_there:
        return Standing.MISSING_THERE
    if document.changed_there:
        return Standing.CHANGED_BOTH if document.changed_here else Standing.CHANGED_THERE
    return Standing.DIFFERENT
