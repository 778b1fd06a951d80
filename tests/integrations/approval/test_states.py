"""The one state shown, derived twice: in Python for a document, in SQL for lists and filters. Both must agree."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Tenant
from erp_admin.models import Commitment
from integrations.models import (
    NEEDS_A_PERSON,
    PUSHABLE,
    TO_PUSH,
    UNDER_WAY,
    Approval,
    Delivery,
    DocumentState,
    with_state,
)

pytestmark = pytest.mark.django_db

DELIVERED = {"delivery": Delivery.DELIVERED, "approval": Approval.APPROVED}
CHANGED = {**DELIVERED, "changed_here": True}


def document(tenant: Tenant, number: str = "SC-1", **facts: object) -> Commitment:
    return Commitment(
        tenant=tenant, kind="subcontract", number=number, title="T", dated_on=date(2026, 3, 2), currency="USD", **facts
    )


def test_lists_and_records_show_the_same_state_for_every_combination_of_facts(scoped: Tenant) -> None:
    names = (
        "approval", "delivery", "changed_here", "changed_there", "missing_there", "is_blocked", "verified_at",
        "difference",
    )  # fmt: skip
    both = (False, True)
    times, differences = (None, timezone.now()), ("", "Total: 1 in Intacct, 2 here")
    values = product(Approval, Delivery, both, both, both, both, times, differences)
    Commitment.objects.bulk_create(
        document(scoped, f"SC-{n}", **dict(zip(names, each, strict=True))) for n, each in enumerate(values)
    )
    documents = list(with_state(Commitment.objects.all()))
    assert [each.shown_as for each in documents] == [each.state.value for each in documents]
    assert {each.state for each in documents} == set(DocumentState)


@pytest.mark.parametrize(
    ("facts", "state", "reason"),
    [
        ({"approval": Approval.VOID}, DocumentState.VOID, ""),
        ({"approval": Approval.REJECTED}, DocumentState.REJECTED, ""),
        ({"approval": Approval.NEEDS_REVIEW}, DocumentState.NEEDS_REVIEW, ""),
        ({"approval": Approval.APPROVED, "judged_for": 1}, DocumentState.READY, ""),
        # Nobody has looked yet whether it can be pushed, and the page does not pretend otherwise.
        ({"approval": Approval.APPROVED}, DocumentState.READY, "Not checked yet."),
        (
            {"approval": Approval.APPROVED, "is_blocked": True, "blocked_reason": "It has no vendor. Choose one."},
            DocumentState.BLOCKED,
            "It has no vendor. Choose one.",
        ),
        # What is blocked counts only while a push is the next thing.
        ({"approval": Approval.DRAFT, "is_blocked": True}, DocumentState.DRAFT, ""),
        ({**DELIVERED, "is_blocked": True, "verified_at": timezone.now()}, DocumentState.IN_INTACCT, ""),
        ({**CHANGED, "judged_for": 1}, DocumentState.READY, "Changed in ERP Admin since it was pushed."),
        ({**CHANGED, "is_blocked": True, "blocked_reason": "No."}, DocumentState.BLOCKED, "No."),
        # In Intacct, raised here, not approved as it is now: that is what a person has to do next.
        ({**CHANGED, "approval": Approval.NEEDS_REVIEW}, DocumentState.NEEDS_REVIEW, ""),
        ({**CHANGED, "approval": Approval.REJECTED}, DocumentState.REJECTED, ""),
        ({**CHANGED, "approval": Approval.DRAFT}, DocumentState.DRAFT, ""),
        # Equal on both sides: there is nothing to approve. Delivered and not read back: nobody says that it is equal.
        ({**DELIVERED, "approval": Approval.NEEDS_REVIEW, "verified_at": timezone.now()}, DocumentState.IN_INTACCT, ""),
        (DELIVERED, DocumentState.IN_INTACCT, "Not compared with Intacct yet."),
        # What is in Intacct is not as it was: anyone who approves has to know that first.
        (
            {**DELIVERED, "approval": Approval.NEEDS_REVIEW, "missing_there": True},
            DocumentState.DIFFERS,
            "Missing in Intacct.",
        ),
        (
            {**DELIVERED, "changed_there": True, "difference": "Total: $2.00 in Intacct"},
            DocumentState.DIFFERS,
            "Changed in Intacct. Total: $2.00 in Intacct",
        ),
        ({**CHANGED, "changed_there": True}, DocumentState.DIFFERS, "Changed on both sides."),
        ({**DELIVERED, "difference": "Total: $2.00 in Intacct"}, DocumentState.DIFFERS, "Total: $2.00 in Intacct"),
        (
            {"approval": Approval.APPROVED, "delivery": Delivery.PARTLY, "state_reason": "Change: refused."},
            DocumentState.FAILED,
            "Only some of its records are in Intacct. Change: refused.",
        ),
        ({"delivery": Delivery.FAILED, "state_reason": "Refused."}, DocumentState.FAILED, "Refused."),
        ({"delivery": Delivery.QUEUED}, DocumentState.WAITING, ""),
        ({"delivery": Delivery.WAITING, "state_reason": "Waits for SC-0."}, DocumentState.WAITING, "Waits for SC-0."),
        ({"delivery": Delivery.VERIFYING}, DocumentState.CHECKING, ""),
        ({"approval": Approval.NEEDS_REVIEW, "delivery": Delivery.SENDING}, DocumentState.SENDING, ""),
    ],
)
def test_what_is_to_be_done_next_is_shown_with_its_reason(
    scoped: Tenant, facts: dict[str, Any], state: DocumentState, reason: str
) -> None:
    shown = document(scoped, **facts).shown_state
    assert (shown.value, shown.label, shown.reason) == (state.value, state.label, reason)


def test_the_reason_shown_is_that_of_the_state(scoped: Tenant) -> None:
    reasons = {"approval_reason": "Too dear", "state_reason": "Waits for SC-0"}
    assert document(scoped, approval=Approval.REJECTED, **reasons).shown_state.reason == "Too dear"
    waiting = document(scoped, approval=Approval.NEEDS_REVIEW, delivery=Delivery.WAITING, **reasons)
    assert waiting.shown_state.reason == "Waits for SC-0"


def test_nothing_is_green_that_was_not_compared(scoped: Tenant) -> None:
    assert document(scoped, **DELIVERED, verified_at=timezone.now()).shown_state.tone == "success"
    unlooked = [{}, {"is_blocked": True}, {"judged_for": 1}, DELIVERED, {**DELIVERED, "difference": "Total"}, CHANGED]
    for facts in unlooked:
        assert document(scoped, **{"approval": Approval.APPROVED, **facts}).shown_state.tone != "success", facts


def test_the_groups_say_who_acts_next() -> None:
    assert not set(NEEDS_A_PERSON) & set(UNDER_WAY)
    assert set(TO_PUSH) < set(PUSHABLE)
    settled = {DocumentState.IN_INTACCT, DocumentState.VOID, DocumentState.IGNORED, DocumentState.REJECTED}
    rest = {DocumentState.DRAFT, DocumentState.READY}
    assert {*NEEDS_A_PERSON, *UNDER_WAY, *settled, *rest} == set(DocumentState)
