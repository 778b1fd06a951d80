"""A document of several steps: in order, each once; what fails or is lost at one of them, and how it goes on there."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.refusal import Refused
from integrations.approval.service import move_approval
from integrations.approval.transitions import Act
from integrations.delivery.contract import push_flow
from integrations.delivery.readback import recreate
from integrations.delivery.requests import (
    ask_pushes,
    ledgers_due,
    release_hold,
    take_back,
    take_back_document,
    unlink,
)
from integrations.delivery.verification import start_verification
from integrations.gateway import client as gateway
from integrations.models import (
    IN_FLIGHT,
    Connection,
    DocumentState,
    Push,
    PushEvent,
    PushHold,
    PushState,
    RemoteRecord,
    RowOutcome,
    RunRow,
    SyncRun,
    with_state,
)
from integrations.runs import lease
from integrations.runs.runner import run_to_end
from integrations.runs.step import StepWork
from integrations.sandbox.facade import SandboxServer
from tests.integrations.delivery.ledger import make_due, push, there, work_again
from tests.standing import Standing, standing
from tests.toy.flow import ENDINGS, ToyPush, read
from tests.toy.models import ToyOrder
from tests.toy.people import toy

CHANGES = "PC Subcontract CO"


def of_step(document: ToyOrder, step: str) -> Push:
    return Push.objects.filter(document_id=document.pk, step=step).latest("pk")


def states(document: ToyOrder) -> dict[str, str]:
    """The newest push of each step."""
    rows = Push.objects.filter(document_id=document.pk).order_by("pk")
    return {row.step: row.state for row in rows}


def in_intacct(connection: Connection, document: ToyOrder) -> Counter[str]:
    """How often each of its numbers is in Intacct, read from there."""
    connection.refresh_from_db()
    numbers = [f"{document.number}{ending}" for ending in ENDINGS.values()]
    with gateway.opened(connection) as client:
        return Counter(one.facts["DOCNO"] for one in read(client, "DOCNO", numbers))


def refuse_changes(intacct: SandboxServer, *, lift: bool = False) -> None:
    """Have Intacct refuse change orders, as a company does that sets their definition inactive."""
    status = "active" if lift else "inactive"
    intacct.control(do="put", object="PODOCUMENTPARAMS", record={"DOCID": CHANGES, "STATUS": status})


def ask(connection: Connection, *documents: ToyOrder) -> SyncRun:
    started = ask_pushes(connection, push_flow("toys"), documents, queued=False).started
    assert started is not None
    return started.run


def test_steps_are_delivered_in_order_and_refer_to_each_other(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    before = there(intacct, pushing)
    document = toy(pushing, "T-1")
    run = ask(pushing, document)
    document.refresh_from_db()
    assert states(document) == {"order": PushState.QUEUED, "change": PushState.WAITING}
    waits = of_step(document, "change")
    assert (waits.reason, waits.control_id, waits.function_xml) == ("Waits for Order.", "", "")
    assert {"path": "line 1/relateddockey", "label": "Order's record", "source": "the order"}.items() <= (
        waits.planned[1].items()
    )
    assert waits.planned[1]["value"] == "record number of Order, known once it is delivered"
    run_to_end(run)
    document.refresh_from_db()
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    assert there(intacct, pushing) == before + 2
    sent = of_step(document, "change")
    assert f"<relateddockey>{document.remote_record_no}</relateddockey>" in sent.function_xml
    assert sent.planned[1]["value"] == str(document.remote_record_no)
    records = {row.step: row.remote_id for row in RemoteRecord.objects.filter(document_id=document.pk)}
    assert records == {"order": "PC Subcontracts-T-1", "change": f"{CHANGES}-T-1-C"}
    assert document.remote_id == records["order"]
    assert RunRow.objects.get(run=run).outcome == RowOutcome.NEW
    assert run.steps.get().new == 1


def test_pushing_again_leaves_what_is_there(toys: ToyPush, pushing: Connection, intacct: SandboxServer) -> None:
    document = toy(pushing, "T-2")
    push(pushing, document, flow="toys")
    again = push(pushing, document, flow="toys")
    assert [why[:19] for _, why in again.left] == ["Nothing was changed"]
    assert in_intacct(pushing, document) == {"T-2": 1, "T-2-C": 1}


def test_what_failed_at_the_second_step_goes_on_there(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    document = toy(pushing, "T-3", records=3)
    refuse_changes(intacct)
    push(pushing, document, flow="toys")
    assert standing(document) == Standing.PARTLY
    assert document.state_reason.startswith("Change: ")
    assert "push again to add the change" in document.state_advice
    assert states(document) == {
        "order": PushState.DELIVERED, "change": PushState.FAILED, "last": PushState.TAKEN_BACK
    }  # fmt: skip
    assert of_step(document, "last").reason == "Not sent, because Change failed."
    assert not document.is_locked
    refuse_changes(intacct, lift=True)
    push(pushing, document, flow="toys")
    assert standing(document) == Standing.VERIFIED, document.state_reason
    assert Push.objects.filter(document_id=document.pk, step="order").count() == 1
    assert in_intacct(pushing, document) == {"T-3": 1, "T-3-C": 1, "T-3-L": 1}


def test_nothing_in_intacct_is_failed_and_not_half_done(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    intacct.control(do="put", object="PODOCUMENTPARAMS", record={"DOCID": "PC Subcontracts", "STATUS": "inactive"})
    document = toy(pushing, "T-4")
    push(pushing, document, flow="toys")
    assert standing(document) == Standing.FAILED
    assert states(document) == {"order": PushState.FAILED, "change": PushState.TAKEN_BACK}
    assert in_intacct(pushing, document) == {}


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "524", "garbage"])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_lost_answer_at_any_of_three_steps(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer, fault: str, step: int
) -> None:
    document = toy(pushing, "T-5", records=3)
    intacct.control(do="fault", kind=fault, match="create_potransaction", nth=step)
    push(pushing, document, flow="toys")
    make_due(document, quarantine_over=True)
    work_again(pushing, document, flow="toys")
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    assert in_intacct(pushing, document) == {"T-5": 1, "T-5-C": 1, "T-5-L": 1}
    identical = Push.objects.get(document_id=document.pk, step=("order", "change", "last")[step - 1])
    assert identical.tries == (2 if fault in ("drop_before", "garbage") else 1)  # the two that nothing arrived of


def abandon(connection: Connection, run: SyncRun, pages: int) -> None:
    """Work on a run as a worker that is killed after so many pages: it lets go of nothing and says nothing."""
    connection.refresh_from_db()
    token = lease.claim_run(run.pk)
    run.refresh_from_db()
    step = run.steps.get()
    with gateway.opened(connection, step) as client:
        work = StepWork(run, step, connection, client, token, lambda entity: gateway.opened(connection, step))
        pages_of_work = push_flow("toys").work(work)
        for _ in range(pages):
            next(pages_of_work, None)
    SyncRun.objects.filter(pk=run.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("claimed", [False, True], ids=["at the border", "after the next claim"])
@pytest.mark.parametrize("pages", range(1, 8))
def test_a_kill_at_each_border_between_steps(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer, pages: int, claimed: bool
) -> None:
    document = toy(pushing, "T-6", records=3)
    run = ask(pushing, document)
    abandon(pushing, run, pages)
    if claimed:
        Push.objects.filter(state=PushState.QUEUED).update(state=PushState.SENDING, tries=1, sent_at=timezone.now())
    run_to_end(run)
    for _ in range(3):
        make_due(document, quarantine_over=True)
        work_again(pushing, document, flow="toys")
    assert standing(document) == Standing.VERIFIED, (document.state_reason, states(document))
    assert in_intacct(pushing, document) == {"T-6": 1, "T-6-C": 1, "T-6-L": 1}


def test_two_people_pushing_while_a_step_is_under_way(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    document = toy(pushing, "T-7")
    run = ask(pushing, document)
    abandon(pushing, run, 2)  # the order is in Intacct, the change waits for its record number
    assert of_step(document, "order").state == PushState.DELIVERED
    again = ask_pushes(pushing, push_flow("toys"), [document], queued=False)
    assert [why for _, why in again.left] == ["It is being pushed already."]
    assert Push.objects.filter(document_id=document.pk).count() == 2
    run_to_end(run)
    document.refresh_from_db()
    assert standing(document) == Standing.VERIFIED
    assert in_intacct(pushing, document) == {"T-7": 1, "T-7-C": 1}


def test_a_delivered_step_is_not_a_delivered_document(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    document = toy(pushing, "T-8")
    abandon(pushing, ask(pushing, document), 2)
    document.refresh_from_db()
    assert (standing(document), document.is_locked, document.state_reason) == (
        Standing.WAITING, True, "Waits for Order."
    )  # fmt: skip


def test_taking_back_a_waiting_step_leaves_it_half_done_and_open(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    document = toy(pushing, "T-9")
    run = ask(pushing, document)
    abandon(pushing, run, 2)
    assert take_back_document(document)
    run_to_end(run)
    document.refresh_from_db()
    assert (standing(document), document.state_reason) == (Standing.PARTLY, "Change: It was taken back.")
    with pytest.raises(Refused, match="cannot be voided"):
        move_approval(document, Act.VOID)
    push(pushing, document, flow="toys")
    assert standing(document) == Standing.VERIFIED
    assert in_intacct(pushing, document) == {"T-9": 1, "T-9-C": 1}


def test_taking_back_the_first_step_takes_back_those_that_wait_for_it(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    document = toy(pushing, "T-10", records=3)
    ask(pushing, document)
    assert take_back(of_step(document, "order"))
    document.refresh_from_db()
    assert set(states(document).values()) == {PushState.TAKEN_BACK}
    assert (standing(document), document.is_locked) == (Standing.READY, False)
    told = PushEvent.objects.filter(push=of_step(document, "last")).latest("pk").message
    assert told == "Not sent, because Order was taken back."


@pytest.mark.parametrize("facts", [{"records": 1}, {"memo": "Other work"}], ids=["route", "values"])
def test_a_route_that_changed_at_promotion_is_not_gone_on_with(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer, facts: dict[str, Any]
) -> None:
    document = toy(pushing, "T-11")
    run = ask(pushing, document)
    abandon(pushing, run, 2)
    ToyOrder.objects.filter(pk=document.pk).update(**facts)
    run_to_end(run)
    document.refresh_from_db()
    failed = of_step(document, "change")
    assert (failed.state, failed.error_code) == (PushState.FAILED, "PLAN-CHANGED")
    assert "push it again: it goes on at this step" in failed.advice
    assert standing(document) == Standing.PARTLY
    assert in_intacct(pushing, document) == {"T-11": 1}
    ToyOrder.objects.filter(pk=document.pk).update(records=2)
    document.refresh_from_db()
    push(pushing, document, flow="toys")
    assert document.delivery == "delivered", document.state_reason
    assert in_intacct(pushing, document) == {"T-11": 1, "T-11-C": 1}


def test_a_step_that_the_route_has_no_more_keeps_nothing_half_done(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    document = toy(pushing, "T-12", records=3)
    refuse_changes(intacct)
    push(pushing, document, flow="toys")
    refuse_changes(intacct, lift=True)
    ToyOrder.objects.filter(pk=document.pk).update(records=2)
    document.refresh_from_db()
    push(pushing, document, flow="toys")
    assert standing(document) == Standing.VERIFIED, document.state_reason


def test_a_missing_right_holds_the_document_until_it_is_released(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    intacct.control(do="fault", kind="permission", object="PODOCUMENT", operation="create")
    document = toy(pushing, "T-13")
    push(pushing, document, flow="toys")
    assert standing(document) == Standing.HELD
    late = toy(pushing, "T-14")
    push(pushing, late, flow="toys")
    assert standing(late) == Standing.HELD
    assert ledgers_due() == []
    intacct.control(do="heal")
    release_hold(PushHold.objects.get(), queued=False)
    document.refresh_from_db()
    assert standing(document) == Standing.QUEUED
    run_to_end(SyncRun.objects.filter(flow="toys").latest("pk"))
    for each in (document, late):
        each.refresh_from_db()
        assert standing(each) == Standing.VERIFIED


def test_batches_are_limited_by_bytes(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer, settings: Any
) -> None:
    settings.PUSH_BATCH_BYTES = 20_000
    documents = [toy(pushing, f"T-2{number}", records=1, memo="x" * 9_000) for number in range(4)]
    large = toy(pushing, "T-30", records=1, memo="y" * 30_000)
    requests = intacct.control(do="stats")["functions"].get("create_potransaction", 0)
    ask_pushes(pushing, push_flow("toys"), [*documents, large], queued=False)
    sizes = list(Push.objects.order_by("pk").values_list("size", flat=True))
    assert [size > 20_000 for size in sizes] == [False] * 4 + [True]
    assert Push.objects.get(size__gt=20_000).size == len(Push.objects.get(size__gt=20_000).function_xml.encode())
    run_to_end(SyncRun.objects.get(flow="toys"))
    assert intacct.control(do="stats")["functions"]["create_potransaction"] == requests + 5
    sent = Push.objects.order_by("sent_at").values_list("sent_at", flat=True)
    assert len(set(sent)) == 5
    batches = SyncRun.objects.get(flow="toys").exchanges.filter(functions__contains="create_potransaction")
    assert sorted(one.functions.count("create_potransaction") for one in batches) == [1, 2, 2]


def test_verification_judges_every_record(toys: ToyPush, pushing: Connection, intacct: SandboxServer) -> None:
    document = toy(pushing, "T-15")
    push(pushing, document, flow="toys")
    record = RemoteRecord.objects.get(document_id=document.pk, step="change")
    intacct.control(do="put", object="PODOCUMENT", record={"RECORDNO": str(record.record_no), "TRX_TOTAL": "77.00"})
    run_to_end(start_verification(pushing, [push_flow("toys")], queued=False).run)
    document.refresh_from_db()
    assert standing(document) == Standing.CHANGED_THERE
    assert "77.00" in document.difference
    intacct.control(do="put", object="PODOCUMENT", record={"RECORDNO": str(record.record_no), "TRX_TOTAL": "100.00"})
    intacct.control(do="delete", object="PODOCUMENT", key=str(record.record_no))
    document.delivered_at = timezone.now() - timedelta(days=1)
    document.save(update_fields=["delivered_at"])
    run_to_end(start_verification(pushing, [push_flow("toys")], queued=False).run)
    document.refresh_from_db()
    assert (standing(document), document.missing_there) == (Standing.MISSING_THERE, True)


def test_a_partly_delivered_document_whose_first_record_is_gone_is_missing_and_says_that_it_was_partly_there(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    document = toy(pushing, "T-19")
    refuse_changes(intacct)
    push(pushing, document, flow="toys")
    assert standing(document) == Standing.PARTLY
    record = RemoteRecord.objects.get(document_id=document.pk)
    intacct.control(do="delete", object="PODOCUMENT", key=str(record.record_no))
    document.delivered_at = timezone.now() - timedelta(days=1)
    document.save(update_fields=["delivered_at"])
    run_to_end(start_verification(pushing, [push_flow("toys")], queued=False).run)
    document.refresh_from_db()
    assert standing(document) == Standing.MISSING_THERE
    assert document.shown_state.reason.startswith(
        "Only some of its records were delivered. Missing in Intacct. Change: "
    )
    shown_as = with_state(ToyOrder.objects.filter(pk=document.pk)).get().shown_as
    assert shown_as == DocumentState.DIFFERS
    refuse_changes(intacct, lift=True)
    run_to_end(recreate(pushing, push_flow("toys"), document, queued=False).started.run)
    document.refresh_from_db()
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    assert in_intacct(pushing, document) == {"T-19": 1, "T-19-C": 1}


def test_unlinking_a_half_done_document_forgets_every_record(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    document = toy(pushing, "T-16")
    refuse_changes(intacct)
    push(pushing, document, flow="toys")
    unlink(document)
    document.refresh_from_db()
    assert (document.delivery, document.remote_id) == ("none", "")
    assert not RemoteRecord.objects.filter(document_id=document.pk, unlinked_at=None).exists()


def test_a_vendor_that_falls_away_between_steps_is_named(
    toys: ToyPush, pushing: Connection, intacct: SandboxServer
) -> None:
    """What is wrong with a document is looked at again when a step is promoted."""
    document = toy(pushing, "T-17")
    run = ask(pushing, document)
    abandon(pushing, run, 2)
    ToyOrder.objects.filter(pk=document.pk).update(vendor_id="")
    run_to_end(run)
    document.refresh_from_db()
    assert (standing(document), document.state_reason) == (Standing.PARTLY, "Change: It has no vendor.")
    assert Push.objects.filter(document_id=document.pk, state__in=IN_FLIGHT).count() == 0


def test_amounts_stay_exact(toys: ToyPush, pushing: Connection, intacct: SandboxServer) -> None:
    document = toy(pushing, "T-18", "40000.55")
    push(pushing, document, flow="toys")
    record = RemoteRecord.objects.get(document_id=document.pk, step="change")
    assert Decimal(record.found["head"]["total"]) == Decimal("40000.55")
