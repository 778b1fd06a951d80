"""Status and approval of a database of before become one approval, and apart again, without anything lost."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps.registry import Apps

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from erp_admin.models import ChangeOrder, Commitment
from integrations.approval.selectors import approval_in_force, covered_digest, why_not_pushable
from integrations.approval.service import move_approval
from integrations.approval.transitions import Act
from integrations.models import Approval, DocumentState
from tests.databases import at, migrate, newest

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("erp_admin", "0002_commitments")]
ENTERED = datetime(2026, 3, 1, 12, tzinfo=UTC)
APPROVED = ENTERED + timedelta(hours=1)
DELIVERED = ENTERED + timedelta(hours=2)
LATER = ENTERED + timedelta(hours=3)

# Number: status and approval of before, other facts; then the approval, what it was before, the reason.
CASES: dict[str, tuple[str, str, dict[str, Any], Approval, str, str]] = {
    "draft": ("draft", "draft", {}, Approval.DRAFT, "", ""),
    "approved": ("approved", "accepted", {}, Approval.APPROVED, "", ""),
    "void": ("void", "rejected", {"state_reason": "Void"}, Approval.VOID, "", ""),
    "set aside": ("draft", "ignored", {"state_reason": "Paid"}, Approval.IGNORED, "draft", "Paid"),
    "approved, set aside": ("approved", "ignored", {"state_reason": "Paid"}, Approval.IGNORED, "approved", "Paid"),
    "void, set aside": ("void", "ignored", {}, Approval.IGNORED, "void", ""),
    "unlinked": (
        "approved", "accepted", {"linked_at": DELIVERED}, Approval.NEEDS_REVIEW, "",
        "It was unlinked from Intacct after it was approved by Ben Okafor on 2026-03-01.",
    ),
    "unlinked, then approved": ("approved", "accepted", {"linked_at": ENTERED}, Approval.APPROVED, "", ""),
    "needs review": (
        "approved", "needs_review", {}, Approval.NEEDS_REVIEW, "",
        "It was unlinked from Intacct after it was approved by Ben Okafor on 2026-03-01.",
    ),
    "never agreed": ("draft", "accepted", {}, Approval.NEEDS_REVIEW, "", ""),
    "failed": ("approved", "accepted", {"delivery": "failed", "state_reason": "Bad"}, Approval.APPROVED, "", ""),
    "queued": ("approved", "accepted", {"delivery": "queued", "updated_at": LATER}, Approval.APPROVED, "", ""),
    "waiting": ("approved", "accepted", {"delivery": "waiting", "state_reason": "SC"}, Approval.APPROVED, "", ""),
    "verifying": ("approved", "accepted", {"delivery": "verifying", "updated_at": LATER}, Approval.APPROVED, "", ""),
    "edited": (
        "approved", "accepted", {"updated_at": LATER}, Approval.NEEDS_REVIEW, "",
        "It was edited after it was approved by Ben Okafor on 2026-03-01.",
    ),
    "edited, set aside": (
        "approved", "ignored", {"updated_at": LATER, "state_reason": "Paid"}, Approval.IGNORED, "needs_review", "Paid",
    ),
    "delivered": (
        "approved", "accepted",
        {"delivery": "delivered", "remote_id": "A", "delivered_at": DELIVERED, "updated_at": APPROVED},
        Approval.APPROVED, "", "",
    ),
    "edited, then delivered": (
        "approved", "accepted",
        {"delivery": "delivered", "remote_id": "B", "delivered_at": LATER, "updated_at": DELIVERED},
        Approval.APPROVED, "", "",
    ),
    "delivered, then edited": (
        "approved", "accepted",
        {"delivery": "delivered", "remote_id": "C", "delivered_at": DELIVERED, "updated_at": LATER,
         "drift": "changed_here"},
        Approval.NEEDS_REVIEW, "", "It was edited after it was approved by Ben Okafor on 2026-03-01.",
    ),
}  # fmt: skip


@pytest.fixture
def old(db: None) -> Iterator[Apps]:
    with at(BEFORE) as apps:
        yield apps


def enter(old: Apps, tenant: Tenant, person: User) -> None:
    """A commitment of each case with two lines, and a change order of each with one."""
    commitments, changes = old.get_model("erp_admin", "Commitment"), old.get_model("erp_admin", "ChangeOrder")
    lines, change_lines = old.get_model("erp_admin", "CommitmentLine"), old.get_model("erp_admin", "ChangeOrderLine")
    for number, (status, approval, facts, *_) in CASES.items():
        is_approved = status == "approved"
        common = {
            "tenant_id": tenant.pk, "number": number, "title": "Works", "dated_on": date(2026, 3, 2), "status": status,
            "approval": approval, "total": Decimal("12500"), "approved_at": APPROVED if is_approved else None,
            "approved_by_id": person.pk if is_approved else None,
        }  # fmt: skip
        base = commitments.objects.create(kind="subcontract", vendor_id="V-1", currency="USD", **common)
        change = changes.objects.create(commitment=base, **common)
        for model, document in ((commitments, base), (changes, change)):
            model.objects.filter(pk=document.pk).update(updated_at=ENTERED)
            model.objects.filter(pk=document.pk).update(**facts)
        coded = {"tenant_id": tenant.pk, "description": "Part", "task_id": "01-100", "retainage_percent": Decimal(5)}
        price = {"quantity": Decimal("2.5"), "unit_price": Decimal("2500"), "amount": Decimal("6250")}
        first = lines.objects.create(commitment=base, number=1, **coded, **price)
        lines.objects.create(commitment=base, number=2, **coded, **price)
        change_lines.objects.create(change_order=change, number=1, changes_line=first, **coded, **price)


def test_a_database_of_before_keeps_what_was_decided(old: Apps, tenant: Tenant, accountant: User) -> None:
    enter(old, tenant, accountant)
    migrate(newest())
    with tenant_scope(tenant):
        for model in (Commitment, ChangeOrder):
            for number, (_, _, facts, approval, before, reason) in CASES.items():
                document = model.objects.get(number=number)
                found = (document.approval, document.approval_before, document.approval_reason)
                assert found == (approval, before, reason), (model, number)
                assert approval_in_force(document) == approval, (model, number)
                bound = Approval.APPROVED in (document.approval, document.approval_before)
                assert document.approved_digest == (covered_digest(document) if bound else ""), (model, number)
                assert (document.approved_by == accountant) == bound, (model, number)
                assert (why_not_pushable(document, "document") is None) == (approval == Approval.APPROVED)
                assert document.delivery == facts.get("delivery", "none")
        assert Commitment.objects.get(number="void").state == DocumentState.VOID
        assert Commitment.objects.get(number="delivered, then edited").state == DocumentState.NEEDS_REVIEW
        for number, restored in (
            ("set aside", "draft"),
            ("approved, set aside", "approved"),
            ("void, set aside", "void"),
        ):
            document = Commitment.objects.get(number=number)
            move_approval(document, Act.RESTORE, by=accountant)
            assert document.approval == restored


def test_it_can_be_taken_back(old: Apps, tenant: Tenant, accountant: User) -> None:
    enter(old, tenant, accountant)
    migrate(newest())
    apps = migrate(BEFORE)
    kept = [
        number for number, case in CASES.items() if case[3] != Approval.NEEDS_REVIEW and "edited, set" not in number
    ]
    for name in ("Commitment", "ChangeOrder"):
        for document in apps.get_model("erp_admin", name).objects.filter(number__in=kept):
            status, approval, facts, *_ = CASES[document.number]
            assert (document.status, document.approval) == (status, approval), document.number
            assert document.state_reason == facts.get("state_reason", ""), document.number
        for document in apps.get_model("erp_admin", name).objects.exclude(number__in=kept):
            assert document.status == "draft", document.number  # nothing that fell is pushed by the older version
            assert document.approval in ("needs_review", "ignored"), document.number


def test_an_approval_of_the_newer_version_goes_back_as_one_of_the_older(
    db: None, scoped: Tenant, accountant: User
) -> None:
    try:
        facts = {"tenant": scoped, "kind": "subcontract", "title": "T", "dated_on": date(2026, 3, 2), "currency": "USD"}
        Commitment.objects.create(number="rejected", approval=Approval.REJECTED, approval_reason="Too dear", **facts)
        Commitment.objects.create(number="void", approval=Approval.VOID, **facts)
        documents = migrate(BEFORE).get_model("erp_admin", "Commitment").objects
        rejected, void = documents.get(number="rejected"), documents.get(number="void")
        assert (rejected.status, rejected.approval, rejected.state_reason) == ("draft", "rejected", "Too dear")
        assert (void.status, void.approval, void.state_reason) == ("void", "rejected", "Void")
    finally:
        migrate(newest())
