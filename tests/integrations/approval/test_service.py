"""The one writer: what each act stores, what it refuses, and that nothing but what was approved can be pushed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.event_kinds import EventKind
from accounts.models import AuditEntry, Tenant, User
from accounts.refusal import Refused
from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, CommitmentLine
from erp_admin.purchasing.service import approve, save_change_order, save_commitment
from integrations.approval.selectors import covered_digest, why_not_pushable
from integrations.approval.service import move_approval
from integrations.approval.transitions import Act, target
from integrations.event_kinds import IntegrationEvent
from integrations.models import Approval, Delivery, DocumentState, with_state
from tests.integrations.runs.test_races import at_once

pytestmark = pytest.mark.django_db
FACTS = ("approval", "approval_before", "approval_reason", "approved_by_id", "approved_digest", "delivery")


def entered(tenant: Tenant, price: str = "12500.00", number: str = "SC-1") -> Commitment:
    """A draft of one line."""
    document = Commitment(
        tenant=tenant, kind="subcontract", number=number, title="Footings", vendor_id="V-1", currency="USD",
        dated_on=date(2026, 3, 2),
    )  # fmt: skip
    return save_commitment(document, [CommitmentLine(number=1, description="Part", unit_price=Decimal(price))])


def edited(document: Commitment, **line: Any) -> Commitment:
    """Saved with other values of its line."""
    (only,) = document.lines.all()
    for name, value in line.items():
        setattr(only, name, value)
    return save_commitment(document, [only])


def is_pushable(document: Commitment | ChangeOrder) -> bool:
    return why_not_pushable(type(document).objects.get(pk=document.pk), "commitment") is None


def stored(document: Commitment) -> tuple[Any, ...]:
    document.refresh_from_db()
    return tuple(getattr(document, name) for name in FACTS)


def decisions() -> list[str]:
    return list(AuditEntry.objects.filter(kind=IntegrationEvent.DECIDED).order_by("pk").values_list("text", flat=True))


@pytest.mark.parametrize("approval", list(Approval))
@pytest.mark.parametrize("act", [act for act in Act if act != Act.FALL])
def test_every_act_does_what_the_table_says_or_changes_nothing(
    scoped: Tenant, accountant: User, approval: Approval, act: Act
) -> None:
    document = entered(scoped)
    Commitment.objects.update(approval=approval, approved_digest=covered_digest(document), approved_by=accountant)
    before, leads = stored(document), target(approval, act)
    if leads is None:
        with pytest.raises(Refused):
            move_approval(document, act, by=accountant)
        assert (stored(document), decisions()) == (before, [])
        return
    move_approval(document, act, by=accountant, reason="Because")
    stored(document)
    assert document.approval == leads
    assert len(decisions()) == (0 if leads == approval else 1)
    assert (document.approved_by_id is None) == (
        leads not in (Approval.APPROVED, Approval.IGNORED)
    ) or leads == approval


def test_an_approval_is_bound_and_written_down(scoped: Tenant, accountant: User) -> None:
    document = entered(scoped)
    move_approval(document, Act.APPROVE, by=accountant)
    stored(document)
    assert (document.approved_by, document.approved_at is not None) == (accountant, True)
    assert document.approved_digest == covered_digest(document)
    entry = AuditEntry.objects.filter(kind=IntegrationEvent.DECIDED).get()
    assert (entry.text, entry.actor, entry.object_label) == ("Approved", accountant, "SC-1 Footings")
    assert entry.changes == [{"label": "Approval", "before": "Draft", "after": "Approved"}]
    assert not AuditEntry.objects.filter(kind=EventKind.CHANGED).exists()  # told once


def test_other_amounts_let_it_fall_and_say_so(scoped: Tenant, accountant: User) -> None:
    document = approve(entered(scoped), by=accountant)
    assert is_pushable(document)
    edited(document, unit_price=Decimal("13000.00"))
    told = "Approval fell: total 12,500.00 → 13,000.00; line 1 unit price 12,500.00 → 13,000.00."
    assert stored(document) == (Approval.NEEDS_REVIEW, "", told, None, "", Delivery.NONE)
    assert document.shown_state.reason == told
    assert decisions() == ["Approved", told]
    assert not is_pushable(document)
    edited(document, unit_price=Decimal("12500.00"))
    assert not is_pushable(document)  # what fell does not stand up by itself


@pytest.mark.parametrize(
    "line",
    [
        {"quantity": Decimal(2), "unit_price": Decimal("6250")},
        {"unit": "Ton"},
        {"task_id": "01-100"},
        {"task_id": "01-100", "cost_type_id": "L"},
        {"item_id": "SUBCON"},
        {"location_id": "100"},
        {"department_id": "10"},
        {"class_id": "C"},
        {"retainage_percent": Decimal(5)},
    ],
)
def test_coding_of_a_line_is_covered(scoped: Tenant, line: dict[str, Any]) -> None:
    document = approve(entered(scoped))
    edited(document, **line)
    assert stored(document)[0] == Approval.NEEDS_REVIEW


@pytest.mark.parametrize(
    ("name", "value", "falls"),
    [
        ("vendor_id", "V-2", True),
        ("currency", "EUR", True),
        ("entity_id", "200", True),
        ("kind", "purchase_order", True),
        ("dated_on", date(2026, 4, 2), True),
        ("due_on", date(2026, 4, 2), True),
        ("term_name", "Net 60", True),
        ("retainage_percent", Decimal(10), True),
        ("title", "Deeper footings", False),
        ("scope", "Everything", False),
        ("vendor_name", "Renamed Inc.", False),
        ("number", "SC-1A", False),
    ],
)
def test_of_the_head_what_is_written_to_the_books_is_covered(
    scoped: Tenant, name: str, value: Any, falls: bool
) -> None:
    document = approve(entered(scoped))
    setattr(document, name, value)
    save_commitment(document, list(document.lines.all()))
    assert is_pushable(document) != falls
    assert stored(document)[0] == (Approval.NEEDS_REVIEW if falls else Approval.APPROVED)


def test_another_description_of_a_line_and_saving_again_keep_it(scoped: Tenant) -> None:
    document = approve(entered(scoped))
    edited(document, description="The same part, in other words")
    edited(document, quantity=Decimal("1.0000"))
    assert is_pushable(document)
    assert decisions() == ["Approved"]


def test_what_comes_in_by_another_way_cannot_be_pushed_and_can_be_approved_again(
    scoped: Tenant, accountant: User
) -> None:
    document = approve(entered(scoped))
    CommitmentLine.objects.update(unit_price=Decimal("99999"), amount=Decimal("99999"))
    Commitment.objects.update(total=Decimal("99999"))
    refused = why_not_pushable(Commitment.objects.get(), "commitment")
    assert refused is not None
    assert refused.code == "NOT-APPROVED"
    approve(document, by=accountant)
    assert (is_pushable(document), document.approved_by) == (True, accountant)
    with pytest.raises(Refused, match="approved already"):
        approve(document)


def test_saving_notices_what_came_in_by_another_way(scoped: Tenant) -> None:
    document = approve(entered(scoped))
    CommitmentLine.objects.update(task_id="01-999")
    document.title = "Only another title"
    save_commitment(document, list(document.lines.all()))
    assert stored(document)[:3] == (Approval.NEEDS_REVIEW, "", "It is no longer what was approved.")


def test_what_was_edited_since_the_page_was_opened_is_not_approved_unseen(scoped: Tenant) -> None:
    document = entered(scoped)
    seen = covered_digest(document)
    edited(document, unit_price=Decimal("13000"))
    with pytest.raises(Refused, match="changed since you opened"):
        approve(document, seen=seen)
    assert stored(document)[0] == Approval.DRAFT
    approve(document, seen=covered_digest(document))
    assert is_pushable(document)


@pytest.mark.parametrize("before", [Approval.DRAFT, Approval.NEEDS_REVIEW, Approval.APPROVED])
@pytest.mark.parametrize("changed", [False, True])
def test_an_ignored_document_is_restored_to_what_it_was(
    scoped: Tenant, accountant: User, before: Approval, changed: bool
) -> None:
    document = entered(scoped)
    if before != Approval.DRAFT:
        approve(document, by=accountant)
    if before == Approval.NEEDS_REVIEW:
        edited(document, unit_price=Decimal("13000"))
    move_approval(document, Act.IGNORE, reason="Paid by the owner")
    assert stored(document)[:3] == (Approval.IGNORED, before, "Paid by the owner")
    if changed:
        edited(document, unit_price=Decimal("14000"))
        assert stored(document)[0] == Approval.IGNORED
    move_approval(document, Act.RESTORE)
    fell = before == Approval.APPROVED and changed
    assert stored(document)[:2] == (Approval.NEEDS_REVIEW if fell else before, "")
    assert is_pushable(document) == (before == Approval.APPROVED and not changed)
    assert (document.approved_by == accountant) == is_pushable(document)


@pytest.mark.parametrize("delivery", [Delivery.WAITING, Delivery.QUEUED, Delivery.SENDING, Delivery.VERIFYING])
def test_nothing_is_decided_while_it_is_pushed(scoped: Tenant, delivery: Delivery) -> None:
    document = approve(entered(scoped))
    Commitment.objects.update(delivery=delivery)
    for act in set(Act) - {Act.FALL}:
        with pytest.raises(Refused, match="being pushed"):
            move_approval(document, act)


def test_what_is_in_intacct_is_neither_voided_nor_ignored_nor_a_draft(scoped: Tenant) -> None:
    document = approve(entered(scoped))
    Commitment.objects.update(delivery=Delivery.DELIVERED, remote_id="PC-1")
    for act in (Act.VOID, Act.IGNORE, Act.BACK_TO_DRAFT):
        with pytest.raises(Refused, match="It is PC-1 in Intacct, so it cannot be"):
            move_approval(document, act)


def test_a_decision_forgets_what_a_former_push_met(scoped: Tenant) -> None:
    document = approve(entered(scoped))
    Commitment.objects.update(delivery=Delivery.FAILED, state_reason="Inactive", state_advice="Activate it")
    edited(document, unit_price=Decimal("13000"))
    document.refresh_from_db()
    assert (document.delivery, document.state_reason, document.state_advice) == (Delivery.NONE, "", "")
    assert document.state == DocumentState.NEEDS_REVIEW


def test_a_reason_outlives_unlinking(scoped: Tenant) -> None:
    document = entered(scoped)
    move_approval(document, Act.REJECT, reason="Too dear")
    move_approval(document, Act.UNLINK)
    assert stored(document)[:3] == (Approval.REJECTED, "", "Too dear")


def changed_by(base: Commitment, price: str = "100", number: str = "CO-1") -> ChangeOrder:
    document = ChangeOrder(tenant=base.tenant, commitment=base, number=number, title="More", dated_on=date(2026, 4, 1))
    return save_change_order(document, [ChangeOrderLine(number=1, description="x", unit_price=Decimal(price))])


def test_a_change_order_is_not_approved_for_another_vendor(scoped: Tenant) -> None:
    base = approve(entered(scoped))
    first, draft, there = (changed_by(base, number=f"CO-{n}") for n in range(3))
    approve(first)
    approve(there)
    ChangeOrder.objects.filter(pk=there.pk).update(delivery=Delivery.DELIVERED, remote_id="CO-there")
    base.title = "Another title"
    save_commitment(base, list(base.lines.all()))
    first.refresh_from_db()
    assert first.approval == Approval.APPROVED
    base.vendor_id = "V-2"
    save_commitment(base, list(base.lines.all()))
    for document in (first, draft, there):
        document.refresh_from_db()
    assert (first.approval, first.approval_reason) == (Approval.NEEDS_REVIEW, "Approval fell: vendor V-1 → V-2.")
    assert (draft.approval, there.approval) == (Approval.DRAFT, Approval.APPROVED)


def test_a_waiting_change_order_whose_approval_fell_goes_on_waiting_and_is_not_pushable(scoped: Tenant) -> None:
    base = approve(entered(scoped))
    change = approve(changed_by(base))
    ChangeOrder.objects.update(delivery=Delivery.WAITING, state_reason="Commitment SC-1 is not in Intacct yet.")
    base.vendor_id = "V-2"
    save_commitment(base, list(base.lines.all()))
    change.refresh_from_db()
    assert (change.delivery, change.state_reason[:10]) == (Delivery.WAITING, "Commitment")
    assert change.approval == Approval.NEEDS_REVIEW
    assert not is_pushable(change)


PRICES = st.integers(1, 3).map(lambda thousands: Decimal(thousands * 1000))
STEPS = st.one_of(
    st.sampled_from(sorted(set(Act) - {Act.FALL})),
    st.tuples(st.just("edit"), PRICES),
    st.tuples(st.just("other way"), PRICES),
    st.just("title"),
)


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=2, max_size=14))
def test_only_what_somebody_approved_as_it_is_can_be_pushed(scoped: Tenant, accountant: User, steps: list[Any]) -> None:
    """`approved` is the price that somebody approved and nobody took back since, `aside` the same while ignored."""
    Commitment.objects.all().delete()
    document = entered(scoped, "1000")
    approved: Decimal | None = None
    aside: Decimal | None = None
    for step in steps:
        document.refresh_from_db()
        (line,) = document.lines.all()
        price, was_ignored = line.unit_price, document.approval == Approval.IGNORED
        if isinstance(step, Act):
            before = stored(document)
            try:
                move_approval(document, step, by=accountant)
            except Refused:
                assert stored(document) == before
                continue
            kept = approved if approved == price else None
            if step == Act.APPROVE:
                approved = price
            elif step == Act.IGNORE:
                approved, aside = None, kept
            elif step == Act.RESTORE:
                approved, aside = (aside if aside == price else None), None
            else:
                approved = aside = None
        elif step == "title":
            document.title += "."
            save_commitment(document, [line])
            approved = approved if approved == price else None
        elif step[0] == "edit":
            edited(document, unit_price=step[1])
            approved = approved if approved == step[1] or was_ignored else None
        else:
            CommitmentLine.objects.update(unit_price=step[1], amount=step[1])
            Commitment.objects.update(total=step[1])
        document.refresh_from_db()
        assert is_pushable(document) == (approved == document.lines.get().unit_price)
        assert (document.approved_by_id is not None) == (
            Approval.APPROVED in (document.approval, document.approval_before)
        )
        assert with_state(Commitment.objects.all()).get().shown_as == document.state


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(database.vendor != "postgresql", reason="needs PostgreSQL")
def test_an_edit_at_the_moment_of_approving_is_never_approved_unseen(scoped: Tenant, accountant: User) -> None:
    for attempt in range(8):
        document = entered(scoped, number=f"SC-{attempt}")
        seen = covered_digest(document)

        def edit(pk: int = document.pk) -> None:
            edited(Commitment.objects.get(pk=pk), unit_price=Decimal("13000"))

        def decide(pk: int = document.pk, seen: str = seen) -> None:
            approve(Commitment.objects.get(pk=pk), by=accountant, seen=seen)

        came = at_once(scoped, edit, decide)
        assert all(isinstance(each, Refused | None) for each in came), came
        document.refresh_from_db()
        assert document.total == Decimal("13000")
        assert document.approval in (Approval.DRAFT, Approval.NEEDS_REVIEW)
        assert not is_pushable(document)
