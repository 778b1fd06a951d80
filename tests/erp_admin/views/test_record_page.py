"""A document's own page: where it stands and what shines, what it comes to, what lines inherit, history in words."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.audit import Origin, acting
from accounts.models import User
from erp_admin.models import ChangeOrder, Commitment, CommitmentLine, Project
from erp_admin.purchasing.service import save_commitment
from integrations.delivery import blocked
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import ask_pushes
from integrations.models import Approval, Connection, Delivery, Push, PushHold, PushState
from integrations.runs.runner import run_to_end
from integrations.settings.service import save_settings
from tests import lists
from tests.erp_admin.samples import change_order, choose_settings, commitment
from tests.snapshot import read_lists

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]


@pytest.fixture
def listed(connection: Connection) -> Connection:
    read_lists(connection, lists.LEDGER)
    choose_settings(connection)
    return connection


def standing_on(ben: Client, url: Url, document: Commitment, **facts: Any) -> tuple[str, str, str]:
    """The state, the action that shines, and the page, of a document with these facts."""
    Commitment.objects.filter(pk=document.pk).update(**facts)
    answer = ben.get(url("commitment", pk=document.pk))
    found = answer.context["standing"]
    return found.state.label, found.primary, answer.text


def test_the_one_action_that_fits_shines(listed: Connection, ben: Client, url: Url) -> None:
    document = commitment(listed, "SC-1", approved=False)
    state, shines, page = standing_on(ben, url, document)
    assert (state, shines) == ("Draft", "approve")
    assert page.count("btn btn-primary") == 1 + page.count('id="confirm-go"')
    ben.post(url("approve_commitment", pk=document.pk))
    assert standing_on(ben, url, document)[:2] == ("Ready", "push")
    save_settings(listed, values={"default_item": ""}, switched={}, as_draft=True)
    state, shines, page = standing_on(ben, url, document)
    assert (state, shines) == ("Blocked", "fix")
    assert "Push…" not in page
    assert "What keeps it from being pushed" in page
    choose_settings(listed)
    expected = {
        Delivery.QUEUED: ("Waiting", ""),
        Delivery.WAITING: ("Waiting", ""),
        Delivery.SENDING: ("Sending", ""),
        Delivery.VERIFYING: ("Checking", ""),
        Delivery.HELD: ("Held", ""),
        Delivery.FAILED: ("Failed", "push"),
        Delivery.DELIVERED: ("In Intacct", ""),
    }
    for delivery, wanted in expected.items():
        state, shines, page = standing_on(ben, url, document, delivery=delivery)
        assert (state, shines) == wanted
        assert ("Edit</a>" in page) == (delivery in (Delivery.FAILED, Delivery.DELIVERED)), "a locked one is not edited"
    assert "Retry…" in standing_on(ben, url, document, delivery=Delivery.FAILED)[2]
    gone = {"delivery": Delivery.DELIVERED, "missing_there": True, "remote_id": "PC Subcontracts-SC-1"}
    assert standing_on(ben, url, document, **gone)[:2] == ("Differs", "recreate")
    back = {"delivery": Delivery.NONE, "missing_there": False, "remote_id": ""}
    assert standing_on(ben, url, document, **back, approval=Approval.VOID)[:2] == ("Void", "draft")
    assert standing_on(ben, url, document, approval=Approval.IGNORED)[:2] == ("Ignored", "restore")
    assert standing_on(ben, url, document, approval=Approval.REJECTED)[:2] == ("Rejected", "approve")
    assert standing_on(ben, url, document, approval=Approval.NEEDS_REVIEW)[:2] == ("Needs review", "approve")


def test_the_page_says_what_is_so_and_has_a_stale_list_renewed(listed: Connection, ben: Client, url: Url) -> None:
    document = commitment(listed, "SC-1")
    blocked.renew(listed)
    Commitment.objects.filter(pk=document.pk).update(is_blocked=True, blocked_reason="It had no vendor.")
    assert standing_on(ben, url, document)[0] == "Ready"
    document.refresh_from_db()
    assert document.judged_for is None  # a worker looks at it again


def test_approving_judges_at_once(listed: Connection, ben: Client, url: Url) -> None:
    document = commitment(listed, "SC-1", approved=False, vendor_id="V-GONE")
    ben.post(url("approve_commitment", pk=document.pk))
    document.refresh_from_db()
    assert document.is_blocked
    assert "Blocked · just now" in " ".join(_plain(ben.get(url("commitment", pk=document.pk)).text).split())


def _plain(page: str) -> str:
    import re

    return re.sub(r"<[^>]+>", "", page)


def test_it_says_what_it_comes_to(listed: Connection, ben: Client, url: Url) -> None:
    base = commitment(listed, "SC-1", "1000.00")
    page = url("commitment", pk=base.pk)
    assert [figure.label for figure in ben.get(page).context["figures"]] == ["Amount"]
    change = change_order(base, "CO-1", "250.00")
    pending = ChangeOrder(tenant=base.tenant, commitment=base, number="CO-2", title="T", dated_on=base.dated_on)
    pending.total = Decimal(70)
    pending.save()
    figures = {each.label: each.amount for each in ben.get(page).context["figures"]}
    assert figures == {"Original": 1000, "Approved changes": 250, "Pending changes": 70, "Revised": 1250}
    figures = {each.label: each.amount for each in ben.get(url("change_order", pk=change.pk)).context["figures"]}
    assert figures == {"Commitment": 1000, "This change": 250, "Commitment with it": 1250}
    (children,) = ben.get(page).context["children"]
    assert children.total == 250


def test_lines_say_what_they_inherit_and_from_where(listed: Connection, ben: Client, url: Url) -> None:
    document = commitment(listed, "SC-1", retainage_percent=Decimal(10))
    text = " ".join(_plain(ben.get(url("commitment", pk=document.pk)).text).split())
    assert "10%from the head" in text
    assert "SUBCONfrom the settings" in text
    assert "100from the settings" in text
    assert "Cost code" not in text  # no line has one


def test_every_edit_is_told_old_and_new_with_who_made_it(
    listed: Connection, ben: Client, url: Url, accountant: User
) -> None:
    with acting(Origin(lambda: accountant)):
        document = commitment(listed, "SC-1", "12500.00", "300.00", approved=False)
        line, gone = document.lines.order_by("number")
        line.unit_price = Decimal(13000)
        document.title = "Deeper footings"
        added = CommitmentLine(number=2, description="Curbs", unit_price=Decimal(20))
        save_commitment(document, [line, added])
        line.unit_price = Decimal(12000)
        save_commitment(document, [line, added])
    events = ben.get(url("commitment", pk=document.pk)).context["history"].events
    assert [event.actor for event in events] == [accountant.name] * 3
    assert events[-1].title == "Entered in ERP Admin"
    second, first = events[0], events[1]
    said = f"{first.text} {' '.join(first.details)}"
    assert "title from “Footings” to “Deeper footings”" in said
    assert "unit price of line 1 from $12,500.00 to $13,000.00" in said
    assert "added line 2 “Curbs”, $20.00" in said
    assert "unit price of line 1 from $13,000.00 to $12,000.00" in f"{second.title} {second.text}"
    assert gone.pk is not None


def test_a_draft_without_faults_sends_nobody_to_faults_that_are_not_there(
    listed: Connection, ben: Client, url: Url
) -> None:
    document = commitment(listed, "SC-1", "12500.00", approved=False)
    page = ben.get(url("commitment", pk=document.pk)).content.decode()
    assert "can be shown once" not in page
    assert "What keeps it from being pushed" not in page


def test_history_has_no_control_ids_and_the_technical_part_has(pushing: Connection, ben: Client, url: Url) -> None:
    document = commitment(pushing, "SC-1")
    asked = ask_pushes(pushing, push_flow("commitments"), [document], queued=False)
    assert asked.started is not None
    run_to_end(asked.started.run)
    answer = ben.get(url("commitment", pk=document.pk))
    titles = [event.title for event in answer.context["history"].events]
    assert "Arrived in Intacct" in titles
    assert "Push asked for" in titles
    assert not [title for title in titles if "change" in title.lower()]  # that it was linked is told once
    before, _, technical = answer.text.partition("<summary>Technical details</summary>")
    control_id = Push.objects.get().control_id
    for word in (control_id, "create_potransaction", "RECORDNO", " ms<"):
        assert word not in before, word
    assert control_id in technical
    assert "Compared: 17 of 18 fields, all equal" in before


def test_a_held_one_says_who_frees_it_and_is_taken_back(pushing: Connection, ben: Client, url: Url) -> None:
    document = commitment(pushing, "SC-1")
    ask_pushes(pushing, push_flow("commitments"), [document], queued=False)
    PushHold.objects.create(
        tenant=pushing.tenant, connection=pushing, flow="commitments", error_code="PERMISSION", sentence="Not allowed."
    )
    Commitment.objects.update(delivery=Delivery.HELD)
    page = ben.get(url("commitment", pk=document.pk)).text
    assert "an admin of the company can have everything that is held sent again" in page
    assert page.count(f'action="{url("take_back_commitment", pk=document.pk)}"') == 1
    ben.post(url("take_back_commitment", pk=document.pk))
    assert Push.objects.get().state == PushState.TAKEN_BACK


def test_500_lines_and_500_edits_cost_no_more_queries_than_few(listed: Connection, ben: Client, url: Url) -> None:
    few, many = commitment(listed, "SC-1", "10.00", "20.00"), commitment(listed, "SC-2", *["10.00"] * 500)
    few.title = "Other"
    save_commitment(few, list(few.lines.all()))
    lines = list(many.lines.all())
    for line in lines:
        line.unit_price = Decimal(11)
    save_commitment(many, lines)
    counts = []
    ben.get(url("commitment", pk=few.pk))
    for document in (few, many):
        with CaptureQueriesContext(database) as asked:
            assert ben.get(url("commitment", pk=document.pk)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1], counts


def test_a_project_shows_its_money_and_is_linked_from_its_own_page(listed: Connection, ben: Client, url: Url) -> None:
    by_hand = Project.objects.create(tenant=listed.tenant, number="24-001", name="By hand", currency="USD")
    base = commitment(listed, "SC-1", "1000.00", project=by_hand)
    change_order(base, "CO-1", "250.00")
    commitment(listed, "SC-2", "70.00", project=by_hand, approved=False)
    answer = ben.get(url("project", pk=by_hand.pk))
    money = answer.context["money"]
    assert {(figure.label, figure.amount) for figure in money.figures} == {
        ("Approved commitments", 1000), ("Approved change orders", 250), ("Committed", 1250),
    }  # fmt: skip
    assert {row.state.label for row in money.types[0].rows} == {"Draft", "Ready"}
    candidates = answer.context["candidates"]
    assert [item.business_id for item in candidates] == ["24-001"]
    ben.post(url("link_project", item_pk=candidates[0].pk), {"project": by_hand.pk})
    by_hand.refresh_from_db()
    assert by_hand.remote_id == "24-001"
