"""Settings → Approvals: policies that are read out before they are saved, who may push, who stands in for whom."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Tenant, User
from integrations.approval.policies import steps_of
from integrations.event_kinds import IntegrationEvent
from integrations.models import ApprovalPolicy, Connection, PushRight, Substitute, Way
from tests.erp_admin.approvals.policies import ACCOUNTING, policy, project
from tests.erp_admin.samples import commitment

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


@pytest.fixture
def alma(client_for: Callable[[User | None], Client], admin: User) -> Client:
    return client_for(admin)


def typed(**more: Any) -> dict[str, Any]:
    """What the form of a policy posts."""
    return {
        "version": "0",
        "flow": "commitments",
        "way": "review",
        "name_1": "Accounting",
        "role_1": "accountant",
        **more,
    }


def told() -> list[str]:
    kinds = (IntegrationEvent.POLICY_SAVED, IntegrationEvent.POLICY_REMOVED, IntegrationEvent.SUBSTITUTE_SET)
    return list(AuditEntry.objects.filter(kind__in=kinds).order_by("pk").values_list("text", flat=True))


def test_a_policy_is_read_out_then_saved_then_told(scoped: Tenant, alma: Client, admin: User, url: Url) -> None:
    project(scoped, "P-1")
    data = typed(
        way="amount", project="P-1", forbids_self="on", name_2="Owner", people_2=[str(admin.pk)], above_2="10,000.00"
    )
    words = (
        "Commitments of project P-1 are approved by anybody with the role Accountant (Accounting), then by Alma Reyes "
        "(Owner) from $10,000.00 on. What is in another currency takes all steps. Who entered or last edited one does "
        "not approve it, and nobody gives two steps."
    )
    answer = alma.post(url("new_approval_policy"), {**data, "preview": "1"})
    assert (answer.status_code, words in answer.text) == (200, True)
    assert not ApprovalPolicy.objects.exists()

    answer = alma.post(url("new_approval_policy"), data, follow=True)
    assert words in answer.text
    saved = ApprovalPolicy.objects.get()
    assert (saved.project_number, saved.way, saved.version, saved.saved_by) == ("P-1", Way.AMOUNT, 1, admin)
    assert [step.name for step in steps_of(saved)] == ["Accounting", "Owner"]
    assert told() == [words]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"role_1": ""}, "role_1"),
        ({"name_2": "Owner"}, "role_2"),
        ({"role_3": "admin"}, "role_3"),
        ({"way": "amount", "above_1": "-5"}, "above_1"),
        ({"way": "amount", "above_1": "many"}, "above_1"),
        ({"role_1": "viewer"}, "role_1"),
        ({"people_2": ["0"]}, "people_2"),
        ({"flow": "wishes"}, "flow"),
        ({"project": "P-404"}, "project"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_at_its_field(
    scoped: Tenant, alma: Client, url: Url, more: dict[str, Any], field: str
) -> None:
    answer = alma.post(url("new_approval_policy"), typed(**more))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not ApprovalPolicy.objects.exists()


def test_a_role_and_people_for_one_step_are_refused(scoped: Tenant, alma: Client, admin: User, url: Url) -> None:
    answer = alma.post(url("new_approval_policy"), typed(people_1=[str(admin.pk)]))
    assert answer.context["form"].errors["people_1"] == ["Choose either a role or people."]


def test_a_newer_policy_is_not_overwritten_unseen(scoped: Tenant, alma: Client, admin: User, url: Url) -> None:
    saved = policy(scoped, admin, ACCOUNTING)
    policy(scoped, admin, ACCOUNTING, forbids_self=True)
    page = url("approval_policy", policy_pk=saved.pk)
    answer = alma.post(page, typed(version="1", name_1="Books"))
    assert (answer.status_code, "saved another policy meanwhile" in answer.text) == (409, True)
    saved.refresh_from_db()
    assert (saved.version, saved.forbids_self) == (2, True)
    again = {**typed(name_1="Books"), "version": answer.context["form"]["version"].value()}
    assert alma.post(page, again).status_code == 302
    saved.refresh_from_db()
    assert [step.name for step in steps_of(saved)] == ["Books"]


def test_a_second_policy_of_the_same_documents_is_refused(scoped: Tenant, alma: Client, admin: User, url: Url) -> None:
    policy(scoped, admin, ACCOUNTING)
    answer = alma.post(url("new_approval_policy"), typed())
    assert (answer.status_code, "There is a policy for the same documents already" in answer.text) == (409, True)


def test_a_removed_policy_is_told(scoped: Tenant, alma: Client, admin: User, url: Url) -> None:
    saved = policy(scoped, admin, ACCOUNTING)
    alma.post(url("remove_approval_policy", policy_pk=saved.pk))
    assert not ApprovalPolicy.objects.exists()
    assert told()[-1] == "No longer: Commitments are approved by anybody with the role Accountant (Accounting)."


def test_an_accountant_reads_the_policies_and_changes_none(scoped: Tenant, ben: Client, admin: User, url: Url) -> None:
    saved = policy(scoped, admin, ACCOUNTING)
    page = ben.get(url("approvals")).text
    assert "Commitments are approved by anybody with the role Accountant (Accounting)." in page
    assert url("approval_policy", policy_pk=saved.pk) not in page
    assert url("push_rights") not in page


def test_the_right_to_push_disables_the_button_and_says_why(
    pushing: Connection, ben: Client, alma: Client, url: Url
) -> None:
    document = commitment(pushing, "SC-1")
    rights = {"push-commitments": "admin", "push-change_orders": "accountant"}
    shown = alma.get(url("approvals")).context["rights"]
    rights = {**{shown[name].html_name: "accountant" for name in shown.fields}, **rights}
    alma.post(url("push_rights"), rights)
    assert PushRight.objects.get().flow == "commitments"
    assert told() == ["Pushing commitments needs the role Admin"]
    page = ben.get(url("commitment", pk=document.pk)).text
    assert "Pushing these needs the role Admin; yours is Accountant." in page
    assert "Pushing these needs" not in alma.get(url("commitment", pk=document.pk)).text


def test_one_names_a_substitute_for_oneself_and_admins_for_anybody(
    scoped: Tenant, ben: Client, alma: Client, accountant: User, admin: User, url: Url
) -> None:
    days = {"away-starts_on": "12/07/2026", "away-ends_on": "12/11/2026"}
    answer = ben.post(
        url("choose_substitute"), {**days, "away-person": str(admin.pk), "away-substitute": str(accountant.pk)}
    )
    assert (answer.status_code, Substitute.objects.count()) == (422, 0)
    mine = {**days, "away-person": str(accountant.pk), "away-substitute": str(admin.pk)}
    ben.post(url("choose_substitute"), mine)
    found = Substitute.objects.get()
    assert (found.person, found.substitute) == (accountant, admin)
    assert told() == ["Alma Reyes approves in place of Ben Okafor, Dec 7, 2026 to Dec 11, 2026"]
    alma.post(url("choose_substitute"), {**days, "away-person": str(admin.pk), "away-substitute": str(accountant.pk)})
    other = Substitute.objects.get(person=admin)
    assert ben.post(url("end_substitute", substitute_pk=other.pk)).status_code == 404
    ben.post(url("end_substitute", substitute_pk=found.pk))
    alma.post(url("end_substitute", substitute_pk=other.pk))
    assert not Substitute.objects.exists()


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "is_own"), [("12/11/2026", "12/07/2026", False), ("12/07/2026", "12/11/2026", True)]
)
def test_a_substitute_that_cannot_be_is_refused(
    scoped: Tenant, ben: Client, accountant: User, admin: User, url: Url, starts_on: str, ends_on: str, is_own: bool
) -> None:
    stands_in = accountant if is_own else admin
    data = {"away-person": str(accountant.pk), "away-substitute": str(stands_in.pk)}
    answer = ben.post(url("choose_substitute"), {**data, "away-starts_on": starts_on, "away-ends_on": ends_on})
    assert (answer.status_code, Substitute.objects.count()) == (422, 0)
