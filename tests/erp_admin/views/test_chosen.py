"""Selections with addresses of their own: previews that reload, whose they are, and what is done with many at once."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, Tenant, User
from accounts.people.memberships import set_role
from erp_admin.models import ChangeOrder, ChosenRecords, Commitment
from erp_admin.purchasing.service import save_commitment
from integrations.models import Approval, Connection, Push, SyncRun
from integrations.operations.retention import prune
from integrations.runs.runner import run_to_end
from tests.erp_admin.samples import change_order, choose_settings, commitment

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
Browser = Callable[[User | None], Client]


def chosen_at(client: Client, address: str, *documents: Commitment) -> str:
    """The address that a posted selection leads to."""
    answer = client.post(address, {"item": [document.pk for document in documents]})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_selection_has_an_address_that_shows_what_is_true_then(pushing: Connection, ben: Client, url: Url) -> None:
    documents = [commitment(pushing, f"SC-{number}", "1000.00") for number in range(2)]
    commitment(pushing, "SC-9")
    where = chosen_at(ben, url("preview_commitments") + "?q=SC", *documents)
    assert where.startswith(url("preview_commitments") + "?q=SC&chosen=")
    before = ben.get(where)
    assert before.context["back"] == url("commitments") + "?q=SC"
    started = ben.post(where.replace("/push/", "/push/start/"), {"expected": "2"})
    run = SyncRun.objects.get(flow="commitments")
    assert started["Location"] == url("run", number=run.number)
    run_to_end(run)
    again = ben.get(where)
    assert again.context["preview"].counts == {"ready": 0, "waiting": 0, "blocked": 0, "left": 2}
    assert "2: Nothing was changed in ERP Admin since it was last written to Intacct." in again.text
    assert "Push 2" not in again.text
    once_more = ben.post(where.replace("/push/", "/push/start/"), {"expected": "2"}, follow=True)
    assert "2 left as they are" in once_more.text
    assert Push.objects.count() == 2


def test_all_that_match_need_no_selection_to_be_kept(pushing: Connection, ben: Client, url: Url) -> None:
    commitment(pushing, "SC-1")
    commitment(pushing, "PO-1", kind="purchase_order")
    answer = ben.post(url("preview_commitments") + "?q=PO", {"all_matching": "1"})
    assert answer["Location"] == url("preview_commitments") + "?q=PO"
    assert not ChosenRecords.objects.exists()
    assert ben.get(answer["Location"]).context["preview"].chosen == 1
    assert ben.get(url("preview_commitments")).context["preview"].chosen == 2


def test_a_post_without_a_choice_pushes_nothing_though_the_address_means_everything(
    pushing: Connection, ben: Client, url: Url
) -> None:
    commitment(pushing, "SC-1")
    for data in ({}, {"expected": ""}, {"expected": "all"}):
        assert "Choose at least one commitment first." in ben.post(url("push_commitments"), data, follow=True).text
    assert not Push.objects.exists()


@pytest.mark.parametrize("name", ["preview_commitments", "preview_approve_commitments", "preview_ignore_commitments"])
def test_a_selection_is_its_persons_own_and_of_one_list(
    pushing: Connection,
    ben: Client,
    tenant: Tenant,
    other_tenant: Tenant,
    outsider: User,
    admin: User,
    client_for: Browser,
    url: Url,
    name: str,
) -> None:
    where = chosen_at(ben, url(name), commitment(pushing, "SC-1"))
    assert ben.get(where).status_code == 200
    assert client_for(admin).get(where).status_code == 404
    assert ben.get(where.replace("commitments", "change-orders")).status_code == 404
    assert ben.get(f"{url(name)}?chosen=nothing").status_code == 404
    set_role(other_tenant, admin, Role.ADMIN)
    theirs = reverse(name, kwargs={"tenant_slug": other_tenant.slug}) + f"?chosen={ChosenRecords.objects.get().pk}"
    assert client_for(outsider).get(theirs).status_code in (302, 404)
    assert client_for(admin).get(theirs).status_code in (302, 404)


def test_a_selection_is_kept_for_a_week_and_then_said_to_be_gone(pushing: Connection, ben: Client, url: Url) -> None:
    where = chosen_at(ben, url("preview_commitments"), commitment(pushing, "SC-1"))
    prune(dry_run=False)
    assert ben.get(where).status_code == 200
    ChosenRecords.objects.update(created_at=timezone.now() - timedelta(days=8))
    prune(dry_run=False)
    page = ben.get(where)
    assert (page.status_code, "This selection is kept no longer" in page.text) == (404, True)
    refused = ben.post(where.replace("/push/", "/push/start/"), {"expected": "1"}, follow=True)
    assert "This selection is kept no longer. Choose again under Commitments." in refused.text
    assert not Push.objects.exists()


def test_many_are_approved_as_they_were_seen_and_the_others_are_named(
    pushing: Connection, ben: Client, accountant: User, url: Url
) -> None:
    good = [commitment(pushing, f"SC-{number}", "1000.00", approved=False) for number in range(3)]
    lost = commitment(pushing, "SC-7", "10.00", approved=False, vendor_id="NOBODY")
    done = commitment(pushing, "SC-8")
    where = chosen_at(ben, url("preview_approve_commitments"), *good, lost, done)
    page = ben.get(where)
    assert page.context["preview"].counts == {"possible": 4, "refused": 1}
    assert (page.context["preview"].blocked, dict(page.context["money"])) == (1, {"USD": Decimal("3010.00")})
    assert "Approve 4" in page.text
    assert "“NOBODY” is not among the records read from Intacct." in page.text
    assert "It is approved already." in page.text
    good[2].title = "Deeper footings"
    line = good[2].lines.get()
    line.unit_price = Decimal("9000")
    save_commitment(good[2], [line])
    answer = ben.post(url("approve_commitments"), {"seen": page.context["seen"]}, follow=True)
    assert "3 commitments approved, " in answer.text
    assert "1 not approved." in answer.text
    assert "It was changed since you opened the page." in answer.text
    approvals = dict(Commitment.objects.values_list("number", "approval"))
    assert approvals == {
        "SC-0": Approval.APPROVED, "SC-1": Approval.APPROVED, "SC-2": Approval.DRAFT, "SC-7": Approval.APPROVED,
        "SC-8": Approval.APPROVED,
    }  # fmt: skip
    good[0].refresh_from_db()
    assert good[0].approved_by == accountant


def test_many_are_ignored_with_a_reason_and_what_is_in_intacct_is_not(
    pushing: Connection, ben: Client, url: Url
) -> None:
    there = commitment(pushing, "SC-1")
    ben.post(url("push_commitments"), {"item": there.pk})
    run_to_end(SyncRun.objects.get(flow="commitments"))
    here = [commitment(pushing, f"SC-{number}", approved=False) for number in (2, 3)]
    page = ben.get(chosen_at(ben, url("preview_ignore_commitments") + "?q=SC", there, *here))
    assert page.context["preview"].counts == {"possible": 2, "refused": 1}
    assert "so it cannot be ignored" in page.text
    data = {"seen": page.context["seen"], "reason": "Kept by the owner"}
    answer = ben.post(url("ignore_commitments") + "?q=SC", data, follow=True)
    assert answer.redirect_chain == [(url("commitments") + "?q=SC", 302)]
    assert "2 commitments ignored, " in answer.text
    here[0].refresh_from_db()
    assert (here[0].approval, here[0].approval_reason) == (Approval.IGNORED, "Kept by the owner")


def test_what_was_not_seen_is_not_decided(
    pushing: Connection, ben: Client, other_tenant: Tenant, viewer: User, client_for: Browser, url: Url
) -> None:
    draft = commitment(pushing, "SC-1", approved=False)
    for seen in ("", "{}", "[1]", "null", '{"x": "y"}', json.dumps({draft.pk: ""}), json.dumps({"9" * 30: "x"})):
        page = ben.post(url("approve_commitments"), {"seen": seen}, follow=True)
        assert "look at the preview first" in page.text
    assert "no longer there" in ben.post(url("approve_commitments"), {"seen": '{"99": "x"}'}, follow=True).text
    ben.post(url("approve_commitments"), {"seen": json.dumps({draft.pk: "another digest"})})
    draft.refresh_from_db()
    assert draft.approval == Approval.DRAFT
    vera = client_for(viewer)
    for name in ("preview_approve_commitments", "approve_commitments", "preview_ignore_commitments"):
        assert vera.post(url(name), {}).status_code == 403


def test_more_than_one_confirmation_can_take_are_said_and_taken_in_turns(
    pushing: Connection, ben: Client, url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("erp_admin.documents.bulk.MOST", 2)
    for number in range(3):
        commitment(pushing, f"SC-{number}", approved=False)
    page = ben.get(url("preview_approve_commitments"))
    assert "3 could be decided about; 2 are at once." in page.text
    ben.post(url("approve_commitments"), {"seen": page.context["seen"]})
    rest = ben.get(url("preview_approve_commitments"))
    assert rest.context["preview"].counts["possible"] == 1


def test_everything_ready_is_pushed_by_one_button_and_children_follow_their_parents(
    pushing: Connection, ben: Client, url: Url
) -> None:
    base = commitment(pushing, "SC-1", "1000.00")
    change_order(base, "CO-1", "100.00")
    commitment(pushing, "SC-2", approved=False)
    commitment(pushing, "SC-3", "30.00", vendor_id="NOBODY")
    page = ben.get(url("ready_to_push"))
    sections = {section["type"].key: section for section in page.context["sections"]}
    assert list(sections) == ["commitments", "change_orders"]
    assert sections["commitments"]["preview"].counts == {"ready": 1, "waiting": 0, "blocked": 1, "left": 0}
    assert sections["commitments"]["money"]["blocked"] == [("USD", Decimal("30.00"))]
    assert sections["change_orders"]["preview"].counts["waiting"] == 1
    assert page.context["possible"] == 2
    assert "Push 2 documents" in page.text
    stale = ben.post(url("push_ready"), {"expected": "9"}, follow=True)
    assert "3 documents are ready now; 9 when you looked." in stale.text
    assert not Push.objects.exists()
    answer = ben.post(url("push_ready"), {"expected": page.context["expected"]})
    first = SyncRun.objects.get(flow="commitments")
    assert answer["Location"] == url("run", number=first.number)
    assert SyncRun.objects.filter(flow="change_orders").exists()
    run_to_end(first)
    Push.objects.update(due_at=timezone.now())
    for run in SyncRun.objects.exclude(pk=first.pk).order_by("number"):
        run_to_end(run)
    base.refresh_from_db()
    assert base.remote_id == "PC Subcontracts-SC-1"
    assert ChangeOrder.objects.get().remote_id
    assert ben.get(url("ready_to_push")).context["possible"] == 0


def test_a_viewer_sees_what_is_ready_and_cannot_push_it(
    pushing: Connection, viewer: User, client_for: Browser, url: Url
) -> None:
    commitment(pushing, "SC-1")
    page = client_for(viewer).get(url("ready_to_push"))
    assert "This needs the role Accountant; yours is Viewer." in page.text
    assert url("push_ready") not in page.text
    assert client_for(viewer).post(url("push_ready"), {"expected": "1"}).status_code == 403


def test_nothing_ready_and_nothing_connected_are_said(pushing: Connection, ben: Client, url: Url) -> None:
    assert "Nothing is ready" in ben.get(url("ready_to_push")).text
    commitment(pushing, "SC-1")
    choose_settings(pushing, subcontract_definition="")
    assert "Everything here is blocked" in ben.get(url("ready_to_push")).text
    Connection.objects.update(state="disconnected")
    assert "Connect Sage Intacct first" in ben.get(url("ready_to_push")).text
    assert "not connected" in ben.post(url("push_ready"), {"expected": "1"}, follow=True).text
