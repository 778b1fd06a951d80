"""Approvals in a browser: a policy that is read out before it is saved, and a queue that the keyboard works off."""

from collections.abc import Callable

from accounts.models import Tenant, User
from erp_admin.models import Commitment
from erp_admin.purchasing.service import approve
from integrations.models import Approval, ApprovalPolicy
from tests.browser.person import Visitor
from tests.erp_admin.approvals.policies import ACCOUNTING, DIRECTOR, entered, policy

Visit = Callable[[], Visitor]
Url = Callable[..., str]


def test_a_policy_is_read_out_and_saved(scoped: Tenant, admin: User, visit: Visit, url: Url) -> None:
    alma = visit()
    alma.log_in(admin.email)
    alma.go(url("approvals"))
    alma.inspect()
    alma.follow("Add a policy")
    alma.inspect()
    alma.page.get_by_label("Name of step 1").fill("Accounting")
    alma.page.get_by_label("Role that gives step 1").select_option("accountant")
    alma.press("Read it out first")
    alma.sees("Commitments are approved by anybody with the role Accountant (Accounting).")
    assert not ApprovalPolicy.objects.exists()
    alma.press("Save")
    alma.sees("The policy is saved.")
    alma.inspect()
    assert ApprovalPolicy.objects.get().saved_by == admin


def test_the_queue_is_worked_off_with_the_keyboard(
    scoped: Tenant, accountant: User, admin: User, visit: Visit, url: Url
) -> None:
    policy(scoped, admin, ACCOUNTING, DIRECTOR)
    documents = [entered(scoped, number=f"SC-{number}") for number in (1, 2)]
    for document in documents:
        approve(document, by=accountant)
    alma = visit()
    alma.log_in(admin.email)
    alma.go(url("needs_review"))
    alma.inspect()
    alma.page.keyboard.press("n")
    alma.sees("SC-1 Footings")
    alma.inspect()
    alma.page.wait_for_load_state()
    alma.page.keyboard.press("a")
    alma.sees("SC-1 is approved and can be pushed.")
    alma.page.wait_for_load_state()
    alma.page.keyboard.press("r")
    alma.page.keyboard.type("Twice the bid")
    alma.page.keyboard.press("Enter")
    alma.sees("SC-2 is rejected.")
    alma.sees("Nothing waits for you")
    found = dict(Commitment.objects.values_list("number", "approval"))
    assert found == {"SC-1": Approval.APPROVED, "SC-2": Approval.REJECTED}
