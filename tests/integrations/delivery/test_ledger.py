"""The push ledger over a real socket: whatever happens to a request, each document is in Intacct exactly once."""

from decimal import Decimal

import pytest
from django.utils import timezone

from erp_admin.models import Commitment, CommitmentLine
from erp_admin.purchasing.service import approve, save_commitment
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import ask_pushes, ledgers_due, take_back
from integrations.models import (
    Connection,
    ListItem,
    Push,
    PushBody,
    PushEvent,
    PushHold,
    PushState,
    RunState,
)
from integrations.runs import runner
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, choose_settings, commitment
from tests.integrations.delivery.ledger import make_due, push, there, work_again
from tests.standing import Standing, standing


def test_a_commitment_arrives_and_is_verified(pushing: Connection, intacct: SandboxServer) -> None:
    before = there(intacct, pushing)
    document = commitment(pushing, "SC-1", "40000.00", "1250.55")
    push(pushing, document)
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    assert document.remote_id == "PC Subcontracts-SC-1"
    assert document.remote_record_no is not None
    assert there(intacct, pushing) == before + 1
    assert all(line.remote_record_no for line in document.lines.all())


def test_pushing_twice_sends_once(pushing: Connection, intacct: SandboxServer) -> None:
    before = there(intacct, pushing)
    document = commitment(pushing, "SC-2")
    push(pushing, document)
    again = push(pushing, document)
    assert [why for _, why in again.left] == ["Nothing was changed in ERP Admin since it was last written to Intacct."]
    assert there(intacct, pushing) == before + 1


@pytest.mark.parametrize("fault", ["drop_after", "524", "truncated", "two_roots"])
def test_a_lost_answer_is_looked_up_and_linked(pushing: Connection, intacct: SandboxServer, fault: str) -> None:
    before = there(intacct, pushing)
    document = commitment(pushing, "SC-3")
    intacct.control(do="fault", kind=fault, times=1, match="create_potransaction")
    push(pushing, document)
    assert standing(document) == Standing.VERIFIED
    assert there(intacct, pushing) == before + 1
    assert Push.objects.get().tries == 1


@pytest.mark.parametrize("fault", ["drop_before", "502", "html", "garbage", "empty"])
def test_a_request_that_did_not_arrive_goes_out_again_after_the_quarantine(
    pushing: Connection, intacct: SandboxServer, fault: str
) -> None:
    before = there(intacct, pushing)
    document = commitment(pushing, "SC-4")
    intacct.control(do="fault", kind=fault, times=1, match="create_potransaction")
    push(pushing, document)
    row = Push.objects.get()
    assert standing(document) == Standing.CHECKING
    assert "Do not enter it" in document.state_reason or "proves nothing" in document.state_reason
    sent = (row.control_id, row.function_xml)
    make_due(document)
    work_again(pushing, document)
    assert standing(document) == Standing.CHECKING  # not found, which proves nothing yet
    make_due(document, quarantine_over=True)
    work_again(pushing, document)
    row.refresh_from_db()
    assert (row.control_id, row.function_xml) == sent
    assert row.tries == 2
    assert standing(document) == Standing.VERIFIED
    assert there(intacct, pushing) == before + 1


@pytest.mark.parametrize("fault", ["429", "offline"])
def test_a_busy_gateway_is_waited_for(pushing: Connection, intacct: SandboxServer, fault: str) -> None:
    document = commitment(pushing, "SC-5")
    intacct.control(do="fault", kind=fault, times=1, match="create_potransaction")
    push(pushing, document)
    assert standing(document) in (Standing.QUEUED, Standing.CHECKING)
    make_due(document, quarantine_over=True)
    work_again(pushing, document)
    assert standing(document) == Standing.VERIFIED


def test_a_refusal_of_one_leaves_the_others_alone(pushing: Connection, intacct: SandboxServer) -> None:
    good, bad = commitment(pushing, "SC-6"), commitment(pushing, "SC-7")
    vendor = bad.vendor_id
    asked = ask_pushes(pushing, push_flow("commitments"), [good, bad], queued=False)
    assert asked.started is not None
    other = Push.objects.get(document_id=bad.pk)
    xml = other.function_xml.replace(f"<vendorid>{vendor}<", "<vendorid>NOBODY<")
    PushBody.objects.filter(push=other).update(xml=xml)
    Push.objects.filter(pk=other.pk).update(may_have_arrived=True)
    run_to_end(asked.started.run)
    good.refresh_from_db()
    bad.refresh_from_db()
    assert standing(good) == Standing.VERIFIED
    assert standing(bad) == Standing.FAILED
    assert "NOBODY" in bad.state_reason


def test_a_killed_worker_leaves_a_row_that_is_looked_up(pushing: Connection, intacct: SandboxServer) -> None:
    before = there(intacct, pushing)
    document = commitment(pushing, "SC-8")
    asked = ask_pushes(pushing, push_flow("commitments"), [document], queued=False)
    assert asked.started is not None
    Push.objects.update(state=PushState.SENDING, tries=1, sent_at=timezone.now())  # as a kill right after the claim
    run_to_end(asked.started.run)
    document.refresh_from_db()
    assert standing(document) == Standing.CHECKING
    make_due(document, quarantine_over=True)
    work_again(pushing, document)
    assert standing(document) == Standing.VERIFIED
    assert there(intacct, pushing) == before + 1


def test_a_missing_right_holds_the_flow_and_is_told_once(pushing: Connection, intacct: SandboxServer) -> None:
    document = commitment(pushing, "SC-9")
    intacct.control(do="fault", kind="permission", object="PODOCUMENT")
    push(pushing, document)
    assert (standing(document), document.is_locked) == (Standing.HELD, True)
    assert PushHold.objects.get().error_code == "PRM-OPERATION"
    assert ledgers_due() == []


def test_a_number_of_another_document_is_told_apart(pushing: Connection, intacct: SandboxServer) -> None:
    first = commitment(pushing, "SC-10", "500.00")
    push(pushing, first)
    Commitment.objects.filter(pk=first.pk).update(number="SC-10-old", number_key="sc-10-old")
    second = commitment(pushing, "SC-10", "900.00")
    push(pushing, second)
    assert standing(second) == Standing.FAILED
    assert "exists in Intacct already, with other values" in second.state_reason


def test_settings_that_change_after_queueing_stop_the_push(pushing: Connection, intacct: SandboxServer) -> None:
    document = commitment(pushing, "SC-11")
    asked = ask_pushes(pushing, push_flow("commitments"), [document], queued=False)
    choose_settings(pushing, purchasing_state="Draft")
    assert asked.started is not None
    run_to_end(asked.started.run)
    document.refresh_from_db()
    assert standing(document) == Standing.FAILED
    assert Push.objects.get().error_code == "PLAN-CHANGED"


def test_a_push_can_be_taken_back_until_it_is_sent(pushing: Connection, intacct: SandboxServer) -> None:
    document = commitment(pushing, "SC-12")
    asked = ask_pushes(pushing, push_flow("commitments"), [document], queued=False)
    assert take_back(Push.objects.get())
    assert asked.started is not None
    assert run_to_end(asked.started.run).state == RunState.SUCCEEDED
    document.refresh_from_db()
    assert standing(document) == Standing.READY
    push(pushing, document)
    assert not take_back(Push.objects.filter(state=PushState.DELIVERED).get())


def test_a_change_order_waits_for_its_commitment(pushing: Connection, intacct: SandboxServer) -> None:
    base = commitment(pushing, "SC-13", "1000.00")
    change = change_order(base, "CO1", "250.00")
    push(pushing, change, flow="change_orders")
    assert standing(change) == Standing.WAITING
    assert "SC-13" in change.state_reason
    push(pushing, base)
    assert standing(base) == Standing.VERIFIED
    work_again(pushing, change, "change_orders")
    assert standing(change) == Standing.VERIFIED, change.difference
    assert change.remote_id == "PC Subcontract CO-SC-13-CO1"


def test_each_step_is_written_down(pushing: Connection, intacct: SandboxServer) -> None:
    push(pushing, commitment(pushing, "SC-14"))
    told = list(PushEvent.objects.values_list("state", flat=True))
    assert told == [PushState.QUEUED, PushState.SENDING, PushState.DELIVERED, PushState.DELIVERED]


def test_an_edited_commitment_is_updated_in_place(pushing: Connection, intacct: SandboxServer) -> None:
    document = commitment(pushing, "SC-15", "1000.00", "200.00", "50.00")
    push(pushing, document)
    lines = list(document.lines.all())
    lines[0].unit_price = Decimal("1100.00")
    added = CommitmentLine(number=4, description="Part 4", unit_price=Decimal("70.00"))
    save_commitment(document, [lines[0], lines[2], added])
    assert standing(document) == Standing.NEEDS_REVIEW
    approve(document)
    assert standing(document) == Standing.CHANGED_HERE
    push(pushing, document)
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    assert document.total == Decimal("1220.00")
    numbers = [line.remote_line_no for line in document.lines.all()]
    assert None not in numbers
    assert len(set(numbers)) == 3


def test_a_vendor_cannot_be_changed_in_intacct(pushing: Connection, intacct: SandboxServer) -> None:
    document = commitment(pushing, "SC-16")
    push(pushing, document)
    other = ListItem.objects.filter(kind="vendors", is_active=True).exclude(business_id=document.vendor_id)
    document.vendor_id = other.exclude(fields__ONHOLD="true").earliest("record_no").business_id
    save_commitment(document, list(document.lines.all()))
    asked = push(pushing, document)
    assert "The vendor of a transaction cannot be changed in Intacct." in str(asked.blocked[0][1][0])


def test_what_there_was_no_time_to_send_goes_with_the_next_slice(
    pushing: Connection, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write is begun only if it may take its full time; that it was not says nothing of Intacct."""
    before = there(intacct, pushing)
    document = commitment(pushing, "SC-20")
    asked = ask_pushes(pushing, push_flow("commitments"), [document], queued=False)
    assert asked.started is not None
    with monkeypatch.context() as hurried:
        hurried.setattr(runner, "PATIENCE_SECONDS", 50.0)
        assert runner.work_slice(asked.started.run.pk) is runner.Slice.MORE
    assert there(intacct, pushing) == before
    row = Push.objects.get()
    assert (row.state, row.reason) == (PushState.QUEUED, "There was too little time left to send it.")
    assert runner.work_slice(asked.started.run.pk) is runner.Slice.ENDED
    document.refresh_from_db()
    assert standing(document) == Standing.VERIFIED
    assert there(intacct, pushing) == before + 1
