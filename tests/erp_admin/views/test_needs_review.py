"""The queue of what waits for somebody, and pages that say which step is given, who is next, and why not oneself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Role, Tenant, User
from erp_admin.purchasing.service import approve
from integrations.approval.policies import PolicyStep
from integrations.models import Approval
from tests.erp_admin.approvals.policies import ACCOUNTING, DIRECTOR, edited, entered, policy
from tests.people import person

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


@pytest.fixture
def alma(client_for: Callable[[User | None], Client], admin: User) -> Client:
    return client_for(admin)


def queue(client: Client, url: Url) -> list[str]:
    return [row["document"].number for row in client.get(url("needs_review")).context["rows"]]


def review(url: Url, document: Any) -> str:
    return url("review_document", flow="commitments", document_pk=document.pk)


def test_the_queue_shows_to_each_what_is_theirs_and_goes_on_to_the_next(
    scoped: Tenant, ben: Client, alma: Client, accountant: User, admin: User, url: Url
) -> None:
    policy(scoped, admin, DIRECTOR)
    first, second, third = (entered(scoped, number=f"SC-{number}") for number in (1, 2, 3))
    for document in (first, second, third):
        approve(document, by=accountant)
    assert (queue(alma, url), queue(ben, url)) == (["SC-1", "SC-2", "SC-3"], [])
    page = alma.get(url("needs_review")).text
    assert "step 1 of 1 (Director)" in page
    assert "$12,500.00" in page

    shown = alma.get(review(url, first))
    answer = alma.post(review(url, first), {"approve": "1", "seen": shown.context["review"].mark})
    assert answer.headers["Location"] == review(url, second)
    answer = alma.post(review(url, second), {"reject": "1", "reason": "Twice the bid"})
    assert answer.headers["Location"] == review(url, third)
    for document in (first, second, third):
        document.refresh_from_db()
    assert [each.approval for each in (first, second, third)] == ["approved", "rejected", "needs_review"]
    assert second.approval_reason == "Twice the bid"


def test_a_rejection_without_a_reason_decides_nothing(
    scoped: Tenant, alma: Client, accountant: User, admin: User, url: Url
) -> None:
    policy(scoped, admin, DIRECTOR)
    document = entered(scoped)
    approve(document, by=accountant)
    answer = alma.post(review(url, document), {"reject": "1", "reason": " "}, follow=True)
    assert "A rejection needs a reason." in answer.text
    document.refresh_from_db()
    assert document.approval == Approval.NEEDS_REVIEW


def test_what_was_edited_since_is_not_accepted_unseen(
    scoped: Tenant, alma: Client, accountant: User, admin: User, url: Url
) -> None:
    policy(scoped, admin, DIRECTOR)
    document = entered(scoped)
    approve(document, by=accountant)
    seen = alma.get(review(url, document)).context["review"].mark
    edited(document, "99")
    answer = alma.post(review(url, document), {"approve": "1", "seen": seen}, follow=True)
    assert "It was changed since you opened the page." in answer.text


def test_the_record_page_says_what_is_given_who_is_next_and_why_not_oneself(
    scoped: Tenant, ben: Client, alma: Client, accountant: User, admin: User, url: Url
) -> None:
    policy(scoped, admin, ACCOUNTING, DIRECTOR)
    document = entered(scoped)
    page = url("commitment", pk=document.pk)
    assert "Send for review" not in ben.get(page).text
    seen = ben.get(page).context["seen"]
    answer = ben.post(url("approve_commitment", pk=document.pk), {"seen": seen}, follow=True)
    assert "SC-1 is not approved yet. Waits for step 2 of 2 (Director)" in answer.text
    assert "The policy of its type applies." in answer.text
    assert [step.given_by for step in answer.context["review"].steps] == ["Ben Okafor", ""]
    assert "The step is not yours. Waits for step 2 of 2 (Director)" in answer.context["approve_reason"]
    assert f'action="{url("approve_commitment", pk=document.pk)}"' not in answer.text
    assert alma.get(page).context["approve_reason"] == ""


def test_who_may_not_give_the_first_step_sends_for_review(scoped: Tenant, ben: Client, admin: User, url: Url) -> None:
    policy(scoped, admin, DIRECTOR)
    document = entered(scoped)
    assert "Send for review" in ben.get(url("commitment", pk=document.pk)).text
    answer = ben.post(url("approve_commitment", pk=document.pk), follow=True)
    assert "Sent for review" in answer.text
    document.refresh_from_db()
    assert document.approval == Approval.NEEDS_REVIEW


def test_a_viewer_who_is_named_decides_nothing(
    scoped: Tenant, client_for: Callable[[User | None], Client], accountant: User, admin: User, url: Url
) -> None:
    vera = person("vera@summit.example", "Vera Lindqvist", scoped, Role.VIEWER)
    policy(scoped, admin, PolicyStep("Lead", people=(vera.pk,)))
    document = entered(scoped)
    approve(document, by=accountant)
    client = client_for(vera)
    assert queue(client, url) == []
    assert client.post(review(url, document), {"approve": "1"}).status_code == 403


def test_the_queue_costs_no_more_for_many(
    scoped: Tenant, alma: Client, accountant: User, admin: User, url: Url, django_assert_max_num_queries: Any
) -> None:
    policy(scoped, admin, DIRECTOR, forbids_self=True)
    for number in range(12):
        approve(entered(scoped, number=f"SC-{number}"), by=accountant)
    alma.get(url("needs_review"))
    with django_assert_max_num_queries(45):
        assert len(queue(alma, url)) == 12
