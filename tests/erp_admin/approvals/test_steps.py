"""An approval step by step: whose step it is, what counts, what falls, and that nothing goes around it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.utils import timezone

from accounts.models import AuditEntry, Role, Tenant, User
from accounts.refusal import Refused
from erp_admin.documents.bulk import approvals_of, approve_seen
from erp_admin.documents.types import type_for
from erp_admin.models import ChangeOrder, ChangeOrderLine, Commitment, ImportedDocument, Notification
from erp_admin.notifications.raising import renew
from erp_admin.notifications.selectors import unseen_by
from erp_admin.purchasing.service import approve, back_to_draft, reject, save_change_order
from erp_admin.uploads.service import confirm, read_upload
from integrations.approval.policies import NOT_COMPARABLE, PolicyStep
from integrations.approval.policy_service import remove_policy, remove_substitute, set_substitute
from integrations.approval.reviews import seen_mark
from integrations.approval.selectors import why_not_pushable
from integrations.delivery.requests import ask_pushes
from integrations.event_kinds import IntegrationEvent
from integrations.models import Approval, ApprovalReview, Connection, PushRight, ReviewEnd, Way
from integrations.runs.runner import run_to_end
from tests.erp_admin.approvals.policies import ACCOUNTING, DIRECTOR, edited, entered, policy, project, review_of
from tests.erp_admin.imported import commitment_row, csv_of
from tests.erp_admin.samples import commitment, some_vendor
from tests.integrations.runs.test_races import at_once
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleo(tenant: Tenant) -> User:
    """A second accountant."""
    return person("cleo@summit.example", "Cleo Marsh", tenant, Role.ACCOUNTANT)


def decisions() -> list[str]:
    return list(AuditEntry.objects.filter(kind=IntegrationEvent.DECIDED).order_by("pk").values_list("text", flat=True))


def approval(document: Commitment) -> str:
    return str(Commitment.objects.get(pk=document.pk).approval)


def test_only_the_last_step_approves_and_each_is_told(scoped: Tenant, accountant: User, admin: User) -> None:
    policy(scoped, admin, ACCOUNTING, DIRECTOR)
    document = entered(scoped)

    approve(document, by=accountant)
    assert approval(document) == Approval.NEEDS_REVIEW
    assert document.approval_reason == "Waits for step 2 of 2 (Director): anybody with the role Admin."
    assert why_not_pushable(document, "commitment") is not None
    assert document.approved_by is None

    with pytest.raises(Refused, match=r"The step is not yours\. Waits for step 2 of 2 \(Director\)"):
        approve(document, by=accountant)
    approve(document, by=admin)
    assert (approval(document), document.approved_by) == (Approval.APPROVED, admin)
    assert why_not_pushable(document, "commitment") is None
    assert decisions() == [
        "Approved, step 1 of 2 (Accounting): Waits for step 2 of 2 (Director): anybody with the role Admin.",
        "Approved, step 2 of 2 (Director)",
    ]
    assert ApprovalReview.objects.get().end == ReviewEnd.APPROVED


def test_without_a_policy_and_with_a_direct_one_it_is_approved_at_once(
    scoped: Tenant, accountant: User, admin: User
) -> None:
    first, second = entered(scoped), entered(scoped, number="SC-2")
    approve(first, by=accountant)
    policy(scoped, admin, way=Way.DIRECT)
    approve(second, by=accountant)
    assert (approval(first), approval(second), decisions()) == ("approved", "approved", ["Approved", "Approved"])
    assert not ApprovalReview.objects.exists()


@pytest.mark.parametrize(
    ("price", "currency", "steps"),
    [("100", "USD", 0), ("4999.99", "USD", 0), ("5000", "USD", 1), ("50000", "USD", 2), ("100", "EUR", 2)],
)
def test_steps_apply_from_their_limit_on_and_another_currency_takes_all(
    scoped: Tenant, admin: User, price: str, currency: str, steps: int
) -> None:
    accounting = PolicyStep("Accounting", Role.ACCOUNTANT, above=Decimal(5000))
    policy(scoped, admin, accounting, PolicyStep("Director", Role.ADMIN, above=Decimal(50000)), way=Way.AMOUNT)
    standing = review_of(entered(scoped, price, currency=currency))
    assert len(standing.steps) == steps
    assert standing.required.note == (NOT_COMPARABLE if currency == "EUR" else "")


def test_the_most_specific_policy_applies(scoped: Tenant, admin: User) -> None:
    bridge, road = project(scoped, "P-1"), project(scoped, "P-2")
    steps = {
        "": PolicyStep("All", Role.ADMIN),
        "10": PolicyStep("Entity", Role.ADMIN),
        "P-1": PolicyStep("Project", Role.ADMIN),
        "10 P-1": PolicyStep("Both", Role.ADMIN),
    }
    policy(scoped, admin, steps[""])
    policy(scoped, admin, steps["10"], entity="10")
    policy(scoped, admin, steps["P-1"], project="P-1")
    policy(scoped, admin, steps["10 P-1"], entity="10", project="P-1")

    def applied(**place: Any) -> str:
        (step,) = review_of(entered(scoped, number=f"SC-{Commitment.objects.count()}", **place)).steps
        return step.step.name

    assert applied() == "All"
    assert applied(entity_id="10") == "Entity"
    assert applied(project=road, entity_id="20") == "All"
    assert applied(project=bridge, entity_id="20") == "Project"
    assert applied(project=bridge, entity_id="10") == "Both"


@pytest.mark.parametrize("way", [Way.DIRECT, Way.REVIEW])
def test_nobody_approves_what_they_entered_or_edited_last(
    scoped: Tenant, accountant: User, cleo: User, admin: User, way: Way, by: Callable[[User], Any]
) -> None:
    policy(scoped, admin, ACCOUNTING, way=way, forbids_self=True)
    with by(accountant):
        document = entered(scoped)
    approve(document, by=accountant)
    assert approval(document) == Approval.NEEDS_REVIEW
    with pytest.raises(Refused, match="You entered or last edited it"):
        approve(document, by=accountant)
    with by(cleo):
        edited(document, "20")
    with pytest.raises(Refused, match="You entered or last edited it"):
        approve(document, by=cleo)
    approve(document, by=admin)
    assert approval(document) == Approval.APPROVED


def test_nobody_gives_two_steps_where_that_is_forbidden(
    scoped: Tenant, accountant: User, admin: User, cleo: User
) -> None:
    policy(scoped, admin, ACCOUNTING, ACCOUNTING, forbids_self=True)
    document = entered(scoped)
    approve(document, by=accountant)
    with pytest.raises(Refused, match="You gave another step already"):
        approve(document, by=accountant)
    approve(document, by=cleo)
    assert approval(document) == Approval.APPROVED


def test_an_edit_makes_every_given_step_fall_and_says_why(scoped: Tenant, accountant: User, admin: User) -> None:
    policy(scoped, admin, ACCOUNTING, DIRECTOR)
    document = entered(scoped)
    approve(document, by=accountant)
    edited(document, "13000")
    assert document.approval_reason.startswith("Its steps fell: total 12,500.00 → 13,000.00")
    assert review_of(document).given == ()
    with pytest.raises(Refused, match="takes a person of the company who may decide"):
        approve(document, by=person("zoe@summit.example", "Zoe", scoped, Role.VIEWER))
    approve(document, by=admin)
    assert approval(document) == Approval.NEEDS_REVIEW
    assert [each.end for each in ApprovalReview.objects.order_by("pk")] == [ReviewEnd.FELL, ""]


def test_another_title_keeps_the_steps(scoped: Tenant, accountant: User, admin: User) -> None:
    policy(scoped, admin, ACCOUNTING, DIRECTOR)
    document = entered(scoped)
    approve(document, by=accountant)
    document.title = "Footings, north"
    edited(document, "12500.00")
    assert len(review_of(document).given) == 1


def test_a_changed_policy_asks_for_what_it_says_now(scoped: Tenant, accountant: User, admin: User) -> None:
    policy(scoped, admin, ACCOUNTING, DIRECTOR)
    document = entered(scoped)
    approve(document, by=accountant)

    policy(scoped, admin, PolicyStep("Owner", people=(admin.pk,)), ACCOUNTING)
    standing = review_of(document)
    assert [each.given is not None for each in standing.steps] == [False, True]
    policy(scoped, admin, ACCOUNTING)
    assert review_of(document).open_step is not None  # nothing is approved by a change of a policy
    approve(document, by=accountant)
    assert approval(document) == Approval.APPROVED


def test_a_policy_that_is_gone_leaves_direct_approval(scoped: Tenant, accountant: User, admin: User) -> None:
    saved = policy(scoped, admin, DIRECTOR)
    document = entered(scoped)
    approve(document, by=accountant)
    assert decisions() == ["Sent for review: Waits for step 1 of 1 (Director): anybody with the role Admin."]
    remove_policy(saved, plural="commitments", by=admin)
    approve(document, by=accountant)
    assert approval(document) == Approval.APPROVED


def test_of_two_who_saw_the_same_page_one_counts_and_the_other_is_told(
    scoped: Tenant, accountant: User, cleo: User, admin: User
) -> None:
    policy(scoped, admin, ACCOUNTING, ACCOUNTING, DIRECTOR)
    document = entered(scoped)
    approve(document, by=admin)
    seen = seen_mark(document)
    approve(document, by=accountant, seen=seen)
    with pytest.raises(Refused) as refused:
        approve(document, by=cleo, seen=seen)
    assert refused.value.code == "CHANGED"
    assert "Somebody decided since you opened the page: step 2 of 3 (Accounting) was given." in str(refused.value)
    assert len(review_of(document).given) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(database.vendor != "postgresql", reason="needs PostgreSQL")
def test_of_two_approvers_at_once_one_counts(scoped: Tenant, accountant: User, cleo: User, admin: User) -> None:
    policy(scoped, admin, ACCOUNTING, ACCOUNTING, DIRECTOR)
    for attempt in range(8):
        document = entered(scoped, number=f"SC-{attempt}")
        seen = seen_mark(document)

        def by_ben(pk: int = document.pk, seen: str = seen) -> None:
            approve(Commitment.objects.get(pk=pk), by=accountant, seen=seen)

        def by_cleo(pk: int = document.pk, seen: str = seen) -> None:
            approve(Commitment.objects.get(pk=pk), by=cleo, seen=seen)

        came = at_once(scoped, by_ben, by_cleo)
        assert sorted(type(each).__name__ for each in came) == ["NoneType", "Refused"], came
        assert len(review_of(Commitment.objects.get(pk=document.pk)).given) == 1


def test_a_document_has_one_open_review(scoped: Tenant, admin: User) -> None:
    policy(scoped, admin, DIRECTOR, DIRECTOR)
    document = entered(scoped)
    approve(document, by=admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApprovalReview.objects.create(tenant=scoped, flow="commitments", document_id=document.pk, digest="0")


def test_a_substitute_gives_the_step_in_place_of_who_is_away(
    scoped: Tenant, accountant: User, admin: User, cleo: User
) -> None:
    policy(scoped, admin, PolicyStep("Lead", people=(accountant.pk,)))
    today = timezone.now().astimezone(scoped.zone).date()
    past = set_substitute(scoped, accountant, cleo, today - timedelta(days=9), today - timedelta(days=1), by=accountant)
    document = entered(scoped)
    approve(document, by=cleo)  # is sent for review
    with pytest.raises(Refused, match="not yours"):
        approve(document, by=cleo)
    remove_substitute(past, by=accountant)
    set_substitute(scoped, accountant, cleo, today, today, by=accountant)
    approve(document, by=cleo)
    assert approval(document) == Approval.APPROVED
    assert decisions()[-1] == "Approved, step 1 of 1 (Lead) in place of Ben Okafor"


def test_a_named_person_who_left_leaves_a_step_that_nobody_gives(scoped: Tenant, admin: User, cleo: User) -> None:
    policy(scoped, admin, PolicyStep("Lead", people=(cleo.pk,)))
    document = entered(scoped)
    cleo.memberships.all().delete()
    approve(document, by=cleo)
    assert document.approval_reason.endswith("nobody any more; an admin changes the policy.")
    with pytest.raises(Refused):
        approve(document, by=admin)


def test_a_rejection_needs_a_reason_and_tells_the_author_at_once(
    scoped: Tenant, accountant: User, admin: User, by: Callable[[User], Any]
) -> None:
    policy(scoped, admin, DIRECTOR)
    with by(accountant):
        document = entered(scoped)
    approve(document, by=accountant)
    with pytest.raises(Refused, match="needs a reason"):
        reject(document, by=admin, reason="  ")
    reject(document, by=admin, reason="Twice the bid")
    told = unseen_by(accountant).get()
    assert (told.person, told.sentence) == (accountant, "Rejected by Alma Reyes: Twice the bid")
    assert not unseen_by(admin).exists()
    renew(scoped)
    assert Notification.objects.filter(settled_at=None).count() == 1
    edited(document, "11000")
    approve(document, by=accountant)
    renew(scoped)
    assert list(unseen_by(accountant).values_list("kind", flat=True)) == ["waits"]


def test_taking_back_ends_the_review(scoped: Tenant, accountant: User, admin: User) -> None:
    policy(scoped, admin, ACCOUNTING, DIRECTOR)
    document = entered(scoped)
    approve(document, by=accountant)
    back_to_draft(document, by=accountant)
    assert (approval(document), ApprovalReview.objects.get().end) == (Approval.DRAFT, ReviewEnd.ENDED)
    assert review_of(document).given == ()


def test_many_at_once_say_what_each_still_waits_for(scoped: Tenant, accountant: User, admin: User) -> None:
    policy(scoped, admin, PolicyStep("Director", Role.ADMIN, above=Decimal(10000)), way=Way.AMOUNT)
    small, large = entered(scoped, "100"), entered(scoped, "20000", number="SC-2")
    commitments = type_for("commitments")
    preview = approvals_of(commitments, None, [small, large], accountant)
    assert (preview.counts["possible"], preview.waiting) == (2, 1)
    outcome = approve_seen(commitments, preview.seen, by=accountant)
    waits = "Waits for step 1 of 1 (Director): anybody with the role Admin."
    assert (outcome.done, outcome.waiting, outcome.left) == (1, [(str(large), waits)], [])
    again = approvals_of(commitments, None, [Commitment.objects.get(pk=large.pk)], accountant)
    assert (again.counts["possible"], again.counts["refused"]) == (0, 1)


def test_a_file_that_approves_sends_for_review_and_says_so(
    pushing: Connection, scoped: Tenant, accountant: User, admin: User
) -> None:
    policy(scoped, admin, DIRECTOR)
    header = "Number,Title,Type,Vendor,Date,Terms,Status,Description,Amount"
    row = f"SC-9,Works,Subcontract,{some_vendor(pushing).business_id},2026-03-02,Net 30,Approved,Works,1000"
    draft = read_upload(scoped, "commitments", "file.csv", csv_of(row, header=header), by=accountant)
    run_to_end(confirm(pushing, draft, by=accountant, queued=False).run)
    imported = ImportedDocument.objects.get()
    assert imported.state == "created", imported.reason
    assert approval(Commitment.objects.get(number="SC-9")) == Approval.NEEDS_REVIEW
    assert decisions() == ["Sent for review: Waits for step 1 of 1 (Director): anybody with the role Admin."]


def test_who_imported_it_does_not_approve_it(
    pushing: Connection, scoped: Tenant, accountant: User, cleo: User, admin: User
) -> None:
    policy(scoped, admin, ACCOUNTING, forbids_self=True)
    row = commitment_row("SC-9", some_vendor(pushing).business_id)
    draft = read_upload(scoped, "commitments", "file.csv", csv_of(row), by=accountant)
    run_to_end(confirm(pushing, draft, by=accountant, queued=False).run)
    document = Commitment.objects.get(number="SC-9")
    approve(document, by=accountant)
    with pytest.raises(Refused, match="You entered or last edited it"):
        approve(document, by=accountant)
    approve(document, by=cleo)
    assert approval(document) == Approval.APPROVED


def test_steps_of_a_change_order_fall_with_another_vendor_of_its_commitment(
    scoped: Tenant, accountant: User, admin: User
) -> None:
    policy(scoped, admin, ACCOUNTING, DIRECTOR, flow="change_orders")
    base = entered(scoped)
    change = ChangeOrder(tenant=scoped, commitment=base, number="CO-1", title="More", dated_on=base.dated_on)
    save_change_order(change, [ChangeOrderLine(number=1, description="More", unit_price=Decimal(5))])
    approve(change, by=accountant)
    base.vendor_id = "V-2"
    edited(base, "12500.00")
    change.refresh_from_db()
    assert change.approval_reason == "Its steps fell: vendor V-1 → V-2."
    assert not ApprovalReview.objects.filter(closed_at=None).exists()


def test_who_may_push_is_asked_where_pushes_are_asked_for(
    pushing: Connection, scoped: Tenant, accountant: User, admin: User
) -> None:
    document = commitment(pushing, "SC-1")
    flow = type_for("commitments").flow
    PushRight.objects.create(tenant=scoped, flow="commitments", least_role=Role.ADMIN)
    with pytest.raises(Refused, match="needs the role Admin; yours is Accountant") as refused:
        ask_pushes(pushing, flow, [document], by=accountant)
    assert refused.value.code == "PUSH-RIGHT"
    assert ask_pushes(pushing, flow, [document], by=admin, queued=False).queued == [document]
