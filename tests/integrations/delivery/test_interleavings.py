"""What happens between the steps of a push: late commits, slow searches, edits, take-backs, lost workers, failed reads.

Every test ends by counting in Intacct: one document, however often it was tried.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.refusal import Refused
from erp_admin.models import Commitment
from erp_admin.purchasing.service import approve, save_commitment
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import ask_pushes, ledgers_due, release_hold, take_back, unlink
from integrations.models import Connection, Push, PushHold, PushState, RunState, SyncRun
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, choose_settings, commitment
from tests.integrations.delivery.ledger import make_due, push, there, work_again
from tests.standing import Standing, standing

CREATE = "create_potransaction"


def test_a_late_commit_is_waited_for_and_linked(pushing: Connection, intacct: SandboxServer) -> None:
    before, document = there(intacct, pushing), commitment(pushing, "LC-1")
    intacct.control(do="fault", kind="drop_late", seconds=600, match=CREATE)
    push(pushing, document)
    make_due(document)
    work_again(pushing, document)
    assert standing(document) == Standing.CHECKING
    intacct.control(do="settle")
    make_due(document)
    work_again(pushing, document)
    assert (standing(document), Push.objects.get().tries) == (Standing.VERIFIED, 1)
    assert there(intacct, pushing) == before + 1


@pytest.mark.parametrize("fault", ["drop_late", "524_late"])
def test_a_commit_later_than_the_repeat_is_refused_by_its_control_id(
    pushing: Connection, intacct: SandboxServer, fault: str
) -> None:
    """Were the quarantine too short, the repeat and the first try would still be one document."""
    before, document = there(intacct, pushing), commitment(pushing, "LC-2")
    intacct.control(do="fault", kind=fault, seconds=600, match=CREATE)
    push(pushing, document)
    make_due(document, quarantine_over=True)
    work_again(pushing, document)
    assert (standing(document), Push.objects.get().tries) == (Standing.VERIFIED, 2)
    assert intacct.control(do="settle")["late"] == 1
    assert there(intacct, pushing) == before + 1


def test_a_repeat_that_is_lost_too_is_found(pushing: Connection, intacct: SandboxServer) -> None:
    before, document = there(intacct, pushing), commitment(pushing, "LC-3")
    intacct.control(do="fault", kind="drop_before", match=CREATE)
    push(pushing, document)
    make_due(document, quarantine_over=True)
    intacct.control(do="fault", kind="drop_after", match=CREATE)
    work_again(pushing, document)
    assert (standing(document), Push.objects.get().tries) == (Standing.VERIFIED, 2)
    assert there(intacct, pushing) == before + 1


def test_a_refused_repeat_is_looked_for_until_searches_show_it(pushing: Connection, intacct: SandboxServer) -> None:
    """Intacct says it executed it before and searches run behind: giving up now would have a person enter it again."""
    before, document = there(intacct, pushing), commitment(pushing, "LC-4")
    intacct.control(do="fault", kind="visibility")
    intacct.control(do="fault", kind="drop_after", match=CREATE)
    push(pushing, document)
    make_due(document, quarantine_over=True)
    work_again(pushing, document)
    assert Push.objects.get().error_code == "DUP-CONTROLID"
    assert standing(document) == Standing.CHECKING
    intacct.control(do="settle")
    make_due(document)
    work_again(pushing, document)
    assert standing(document) == Standing.VERIFIED
    assert there(intacct, pushing) == before + 1


def test_what_searches_do_not_show_yet_is_not_called_missing(pushing: Connection, intacct: SandboxServer) -> None:
    document = commitment(pushing, "LC-5")
    intacct.control(do="fault", kind="visibility")
    push(pushing, document)
    assert (standing(document), document.changed_here) == (Standing.UNCOMPARED, False)
    assert ledgers_due() == []  # read back later, not with every round of the dispatcher
    intacct.control(do="settle")
    make_due(document)
    work_again(pushing, document)
    assert standing(document) == Standing.VERIFIED


def test_a_whole_request_is_lost_and_every_document_of_it_found(pushing: Connection, intacct: SandboxServer) -> None:
    before, documents = there(intacct, pushing), [commitment(pushing, f"LC-6-{n}") for n in range(12)]
    intacct.control(do="fault", kind="truncated", times=2, match=CREATE)
    push(pushing, *documents)
    assert {standing(document) for document in documents} == {Standing.VERIFIED}
    assert there(intacct, pushing) == before + 12


def test_a_page_opened_before_the_push_cannot_overwrite_it(pushing: Connection, intacct: SandboxServer) -> None:
    document = commitment(pushing, "ED-1")
    stale = Commitment.objects.get(pk=document.pk)
    asked = ask_pushes(pushing, push_flow("commitments"), [document], queued=False)
    with pytest.raises(Refused, match="being pushed"):
        save_commitment(stale, list(stale.lines.all()))
    assert asked.started is not None
    run_to_end(asked.started.run)
    stale.title = "Footings, second edition"
    save_commitment(stale, list(stale.lines.all()))
    stale.refresh_from_db()
    assert stale.remote_id == "PC Subcontracts-ED-1"
    assert standing(stale) == Standing.CHANGED_HERE


def test_an_edit_before_the_read_back_loses_no_line(pushing: Connection, intacct: SandboxServer) -> None:
    before, document = there(intacct, pushing), commitment(pushing, "ED-2", "100.00", "200.00")
    intacct.control(do="fault", kind="502", times=9, match="PODOCUMENTENTRY")
    push(pushing, document)
    assert standing(document) == Standing.UNCOMPARED
    lines = list(document.lines.all())
    lines[0].unit_price = Decimal("150.00")
    approve(save_commitment(document, lines))
    intacct.control(do="heal")
    make_due(document)
    work_again(pushing, document)
    assert standing(document) == Standing.CHANGED_HERE
    assert all(line.remote_record_no for line in document.lines.all())
    push(pushing, document)
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    assert there(intacct, pushing) == before + 1


def test_reading_back_an_older_push_does_not_unlock_a_newer_one(pushing: Connection, intacct: SandboxServer) -> None:
    document = commitment(pushing, "ED-3")
    push(pushing, document)
    lines = list(document.lines.all())
    lines[0].unit_price = Decimal("1500.00")
    approve(save_commitment(document, lines))
    Push.objects.update(read_back_at=None)  # as if reading it back had failed until now
    intacct.control(do="fault", kind="drop_before", match="update_potransaction")
    push(pushing, document)
    assert standing(document) == Standing.CHECKING
    assert not Push.objects.filter(state=PushState.DELIVERED, read_back_at=None).exists()
    make_due(document, quarantine_over=True)
    work_again(pushing, document)
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "524_late"])
def test_a_lost_update_is_applied_once(pushing: Connection, intacct: SandboxServer, fault: str) -> None:
    document = commitment(pushing, "ED-4", "100.00", "200.00")
    push(pushing, document)
    line = document.lines.all()[0]
    line.unit_price = Decimal("175.00")
    approve(save_commitment(document, [line, document.lines.all()[1]]))
    more = {"seconds": 600} if fault == "524_late" else {}
    intacct.control(do="fault", kind=fault, match="update_potransaction", **more)
    push(pushing, document)
    assert standing(document) == Standing.CHECKING
    make_due(document, quarantine_over=True)
    work_again(pushing, document)
    intacct.control(do="settle")
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    assert document.total == Decimal("375.00")


def test_a_change_order_taken_back_while_it_waits_is_never_sent(pushing: Connection, intacct: SandboxServer) -> None:
    base = commitment(pushing, "TB-1")
    change = change_order(base, "CO1")
    push(pushing, change, flow="change_orders")
    assert take_back(Push.objects.get(flow="change_orders"))
    push(pushing, base)
    before = there(intacct, pushing)
    work_again(pushing, change, "change_orders")
    assert standing(change) == Standing.READY
    assert there(intacct, pushing) == before


def test_what_is_held_can_be_taken_back_or_goes_out_once_released(pushing: Connection, intacct: SandboxServer) -> None:
    kept, given_up = commitment(pushing, "HO-1"), commitment(pushing, "HO-2")
    before = there(intacct, pushing)
    intacct.control(do="fault", kind="permission", object="PODOCUMENT", operation="create")
    push(pushing, kept, given_up)
    assert take_back(Push.objects.get(document_id=given_up.pk))
    intacct.control(do="heal")
    release_hold(PushHold.objects.get(), queued=False)
    make_due(kept)
    work_again(pushing, kept)
    given_up.refresh_from_db()
    assert (standing(kept), standing(given_up)) == (Standing.VERIFIED, Standing.READY)
    assert there(intacct, pushing) == before + 1


def test_what_may_have_arrived_cannot_be_taken_back(pushing: Connection, intacct: SandboxServer) -> None:
    document = commitment(pushing, "TB-2")
    intacct.control(do="fault", kind="drop_before", match=CREATE)
    push(pushing, document)
    assert not take_back(Push.objects.get())
    intacct.control(do="fault", kind="429", match=CREATE, times=9)
    make_due(document, quarantine_over=True)
    work_again(pushing, document)
    assert Push.objects.get().state == PushState.QUEUED
    assert not take_back(Push.objects.get())


def test_an_expired_lease_is_taken_over_and_what_was_sent_looked_up(
    pushing: Connection, intacct: SandboxServer
) -> None:
    before, document = there(intacct, pushing), commitment(pushing, "LE-1")
    asked = ask_pushes(pushing, push_flow("commitments"), [document], queued=False)
    assert asked.started is not None
    past = timezone.now() - timedelta(seconds=1)
    SyncRun.objects.filter(pk=asked.started.run.pk).update(
        state=RunState.RUNNING, lease_token="of-a-dead-worker", lease_expires_at=past
    )
    Push.objects.update(state=PushState.SENDING, tries=1, sent_at=past)
    run = run_to_end(asked.started.run)
    document.refresh_from_db()
    assert (run.lost_workers, standing(document)) == (1, Standing.CHECKING)
    make_due(document, quarantine_over=True)
    work_again(pushing, document)
    assert standing(document) == Standing.VERIFIED
    assert there(intacct, pushing) == before + 1


def test_a_search_that_fails_is_tried_later_each_time(pushing: Connection, intacct: SandboxServer) -> None:
    document = commitment(pushing, "RE-1")
    intacct.control(do="fault", kind="drop_after", match=CREATE)
    intacct.control(do="fault", kind="502", times=99, match="query PODOCUMENT")
    pauses = []
    push(pushing, document)
    for _ in range(2):
        pauses.append(Push.objects.get().due_at - timezone.now())
        assert ledgers_due() == []
        make_due(document)
        work_again(pushing, document)
    assert timedelta(0) < pauses[0] < pauses[1]
    intacct.control(do="heal")
    make_due(document)
    work_again(pushing, document)
    assert standing(document) == Standing.VERIFIED


def test_a_record_of_another_document_here_is_never_linked_twice(pushing: Connection, intacct: SandboxServer) -> None:
    first = commitment(pushing, "NU-1", "500.00")
    push(pushing, first)
    Commitment.objects.filter(pk=first.pk).update(number="NU-1-old", number_key="nu-1-old")
    second = commitment(pushing, "NU-1", "500.00")
    push(pushing, second)
    assert standing(second) == Standing.FAILED
    assert "belongs to commitment NU-1-old" in second.state_reason
    assert Push.objects.get(document_id=second.pk).error_code == "DUP-TAKEN"


def test_a_number_that_exists_with_the_same_values_is_linked_not_doubled(
    pushing: Connection, intacct: SandboxServer
) -> None:
    before, document = there(intacct, pushing), commitment(pushing, "NU-2", "500.00")
    push(pushing, document)
    unlink(document)
    assert standing(document) != Standing.READY  # it is in Intacct; nobody pushes it again by pushing all
    approve(document)
    push(pushing, document)
    assert (standing(document), document.remote_id) == (Standing.VERIFIED, "PC Subcontracts-NU-2")
    assert there(intacct, pushing) == before + 1


def test_a_document_removed_while_it_waits_in_the_queue_is_not_sent(
    pushing: Connection, intacct: SandboxServer
) -> None:
    before, document = there(intacct, pushing), commitment(pushing, "RM-1")
    asked = ask_pushes(pushing, push_flow("commitments"), [document], queued=False)
    Commitment.objects.filter(pk=document.pk).delete()
    assert asked.started is not None
    run_to_end(asked.started.run)
    assert Push.objects.get().state == PushState.FAILED
    assert "removed" in Push.objects.get().reason
    assert there(intacct, pushing) == before


def test_settings_that_change_while_a_lost_push_is_verified_do_not_change_its_bytes(
    pushing: Connection, intacct: SandboxServer
) -> None:
    before, document = there(intacct, pushing), commitment(pushing, "SE-1")
    intacct.control(do="fault", kind="drop_before", match=CREATE)
    push(pushing, document)
    sent = Push.objects.get().function_xml
    choose_settings(pushing, purchasing_state="Draft")
    make_due(document, quarantine_over=True)
    work_again(pushing, document)
    assert Push.objects.get().function_xml == sent
    assert standing(document) == Standing.VERIFIED
    assert there(intacct, pushing) == before + 1
