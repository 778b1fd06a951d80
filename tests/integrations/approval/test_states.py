"""The one state shown, derived twice: in Python for a document, in SQL for lists and filters. Both must agree."""

from datetime import date
from itertools import product

import pytest
from django.utils import timezone

from accounts.models import Tenant
from erp_admin.models import Commitment
from integrations.models import Approval, Delivery, DocumentState, with_state

pytestmark = pytest.mark.django_db


def document(tenant: Tenant, number: str = "SC-1", **facts: object) -> Commitment:
    return Commitment(
        tenant=tenant, kind="subcontract", number=number, title="T", dated_on=date(2026, 3, 2), currency="USD", **facts
    )


def test_lists_and_records_show_the_same_state_for_every_combination_of_facts(scoped: Tenant) -> None:
    names = ("approval", "delivery", "changed_here", "changed_there", "missing_there", "verified_at", "difference")
    both = (False, True)
    values = product(Approval, Delivery, both, both, both, (None, timezone.now()), ("", "Total: 1 in Intacct, 2 here"))
    Commitment.objects.bulk_create(
        document(scoped, f"SC-{n}", **dict(zip(names, each, strict=True))) for n, each in enumerate(values)
    )
    documents = list(with_state(Commitment.objects.all()))
    assert [each.shown_as for each in documents] == [each.state.value for each in documents]
    assert {each.state for each in documents} == set(DocumentState)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"approval": Approval.VOID}, DocumentState.VOID),
        ({"approval": Approval.REJECTED}, DocumentState.REJECTED),
        ({"approval": Approval.NEEDS_REVIEW}, DocumentState.NEEDS_REVIEW),
        ({"approval": Approval.APPROVED}, DocumentState.READY),
        # In Intacct, raised here, not approved as it is now: that is what a person has to do next.
        (
            {"approval": Approval.NEEDS_REVIEW, "delivery": Delivery.DELIVERED, "changed_here": True},
            DocumentState.NEEDS_REVIEW,
        ),
        (
            {"approval": Approval.REJECTED, "delivery": Delivery.DELIVERED, "changed_here": True},
            DocumentState.REJECTED,
        ),
        # Equal on both sides: there is nothing to approve.
        ({"approval": Approval.NEEDS_REVIEW, "delivery": Delivery.DELIVERED}, DocumentState.SYNCED),
        # What is in Intacct is not as it was: anyone who approves has to know that first.
        (
            {"approval": Approval.NEEDS_REVIEW, "delivery": Delivery.DELIVERED, "missing_there": True},
            DocumentState.MISSING_THERE,
        ),
        (
            {"approval": Approval.NEEDS_REVIEW, "delivery": Delivery.DELIVERED, "changed_there": True},
            DocumentState.CHANGED_THERE,
        ),
        ({"approval": Approval.NEEDS_REVIEW, "delivery": Delivery.SENDING}, DocumentState.SENDING),
    ],
)
def test_what_is_to_be_done_next_is_shown(scoped: Tenant, facts: dict[str, object], state: DocumentState) -> None:
    assert document(scoped, **facts).state == state


def test_the_reason_shown_is_that_of_the_state(scoped: Tenant) -> None:
    reasons = {"approval_reason": "Too dear", "state_reason": "Waits for SC-0"}
    assert document(scoped, approval=Approval.REJECTED, **reasons).shown_state.reason == "Too dear"
    waiting = document(scoped, approval=Approval.NEEDS_REVIEW, delivery=Delivery.WAITING, **reasons)
    assert waiting.shown_state.reason == "Waits for SC-0"
