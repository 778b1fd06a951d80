"""What our own change orders did to a commitment is never drift, is never counted twice, and hides no edit."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from erp_admin.demo.documents import import_documents, push_documents, sample_settings
from erp_admin.models import ChangeOrder, Commitment, CommitmentLine
from erp_admin.projects.selectors import intacct_projects
from erp_admin.projects.service import start_import
from erp_admin.purchasing.service import approve, save_commitment
from integrations.delivery.contract import push_flow
from integrations.delivery.readback import link, push_ours, refresh, take_theirs
from integrations.delivery.requests import unlink
from integrations.models import Connection
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from integrations.settings.service import save_settings
from tests import lists
from tests.erp_admin.purchasing.test_changes_and_commitment import rows_there
from tests.erp_admin.samples import SETTINGS, change_order, choose_settings, commitment
from tests.integrations.delivery.ledger import make_due, push, work_again
from tests.snapshot import read_lists
from tests.standing import Standing, standing

TOUCHED = {"WHENMODIFIED": "03/04/2027 10:00:00"}
COMMITMENTS, CHANGES = "commitments", "change_orders"
OFFERED = pytest.mark.parametrize("hidden", [False, True], ids=["offered", "hidden"])


@pytest.fixture
def hide(intacct: SandboxServer, hidden: bool) -> None:
    """The company does not offer the field that tells lines of change orders."""
    if hidden:
        intacct.control(do="fault", kind="unselectable", object="PODOCUMENTENTRY", field="ADDEDBYCHANGE")


def verified(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    code = 0
    capsys.readouterr()
    try:
        call_command("verify", "summit-ridge", "--json")
    except SystemExit as end:
        code = int(end.code or 0)
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, facts


def all_equal(capsys: pytest.CaptureFixture[str], documents: int) -> None:
    code, facts = verified(capsys)
    assert (code, facts["equal"], facts["changed"], facts["missing"]) == (0, documents, 0, 0), facts["documents"]


def base_with_changes(connection: Connection, number: str, *amounts: str) -> tuple[Commitment, list[ChangeOrder]]:
    base = commitment(connection, number, "500.00", "253.28")
    push(connection, base)
    changes = [change_order(base, f"CO{position}", amount) for position, amount in enumerate(amounts, 1)]
    for change in changes:
        push(connection, change, flow=CHANGES)
    base.refresh_from_db()
    return base, changes


def delete_change_there(intacct: SandboxServer, base: Commitment, change: ChangeOrder) -> None:
    """Somebody deletes a change order in Intacct, which takes its lines off the commitment again."""
    for line in change.lines.all():
        intacct.control(do="delete", object="PODOCUMENTENTRY", key=str(line.remote_record_no))
    intacct.control(do="delete", object="PODOCUMENT", key=str(change.remote_record_no))


@OFFERED
def test_verify_after_own_change_orders_finds_all_equal(
    pushing: Connection, hide: None, capsys: pytest.CaptureFixture[str]
) -> None:
    base, changes = base_with_changes(pushing, "OC-1", "100.00", "-50.00", "500.00")
    assert standing(base) == Standing.VERIFIED, base.difference
    assert [standing(each) for each in changes] == [Standing.VERIFIED] * 3
    all_equal(capsys, 4)
    assert refresh(pushing, push_flow(COMMITMENTS), base) == []


@OFFERED
def test_using_intacct_s_version_counts_no_change_order_twice(
    pushing: Connection, intacct: SandboxServer, hide: None, capsys: pytest.CaptureFixture[str]
) -> None:
    base, _ = base_with_changes(pushing, "OC-2", "1338.01", "100.00")
    record = {"RECORDNO": str(base.remote_record_no), "MESSAGE": "Renamed there", **TOUCHED}
    intacct.control(do="put", object="PODOCUMENT", record=record)
    refresh(pushing, push_flow(COMMITMENTS), base)
    base.refresh_from_db()
    assert standing(base) == Standing.CHANGED_THERE
    assert take_theirs(pushing, push_flow(COMMITMENTS), base) == []
    base.refresh_from_db()
    assert (base.title, base.total, base.lines.count()) == ("Renamed there", Decimal("753.28"), 2)
    assert standing(base) == Standing.VERIFIED, base.difference
    all_equal(capsys, 3)


@OFFERED
def test_an_edit_after_own_change_orders_is_written(
    pushing: Connection, intacct: SandboxServer, hide: None, capsys: pytest.CaptureFixture[str]
) -> None:
    base, _ = base_with_changes(pushing, "OC-3", "100.00")
    first, second = base.lines.all()
    second.unit_price = Decimal("300.00")
    approve(save_commitment(base, [first, second]))
    push(pushing, base)
    assert standing(base) == Standing.VERIFIED, (base.state_reason, base.difference)
    assert Decimal(base.remote_facts["TRX_TOTAL"]) == 800
    all_equal(capsys, 2)


@OFFERED
def test_a_line_like_one_of_a_change_order_is_added_and_taken_over(
    pushing: Connection, intacct: SandboxServer, hide: None, capsys: pytest.CaptureFixture[str]
) -> None:
    base, _ = base_with_changes(pushing, "OC-4", "100.00", "100.00")
    added = {"DOCHDRNO": str(base.remote_record_no), "ITEMID": "SUBCON", "TRX_VALUE": "75.00", "LINE_NO": "7"}
    added |= {"UIQTY": "1", "UIPRICE": "75", "MEMO": "By hand", "RECORDNO": "990001"}
    intacct.control(do="put", object="PODOCUMENTENTRY", record=added)
    record = {"RECORDNO": str(base.remote_record_no), "TRX_TOTAL": "828.28", "TRX_REVISEDTOTAL": "1028.28"}
    intacct.control(do="put", object="PODOCUMENT", record=record)
    refresh(pushing, push_flow(COMMITMENTS), base)
    take_theirs(pushing, push_flow(COMMITMENTS), base)
    base.refresh_from_db()
    assert base.total == Decimal("828.28")
    assert base.lines.count() == 3
    all_equal(capsys, 3)


@OFFERED
@pytest.mark.parametrize("reversed_there", [False, True])
def test_a_change_order_that_is_gone_in_intacct_leaves_the_commitment_as_it_was(
    pushing: Connection, intacct: SandboxServer, hide: None, reversed_there: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    base, (first, second) = base_with_changes(pushing, "OC-5", "100.00", "40.00")
    ChangeOrder.objects.update(delivered_at=timezone.now() - timedelta(days=1))
    delete_change_there(intacct, base, first)
    if reversed_there:
        take_line_off(intacct, pushing, base, Decimal("100.00"))
        record = {
            "RECORDNO": str(base.remote_record_no),
            "TRX_REVISEDTOTAL": "793.28",
            "WHENMODIFIED": "03/04/2027 10:00:00",
        }
        intacct.control(do="put", object="PODOCUMENT", record=record)
    assert verified(capsys)[1]["missing"] == 1
    for document in (base, first, second):
        document.refresh_from_db()
    assert standing(first) == Standing.MISSING_THERE
    assert standing(second) == Standing.VERIFIED
    if reversed_there:
        assert standing(base) == Standing.VERIFIED, base.difference
    take_theirs(pushing, push_flow(COMMITMENTS), base)
    base.refresh_from_db()
    assert base.total == Decimal("753.28")


def take_line_off(intacct: SandboxServer, connection: Connection, base: Commitment, value: Decimal) -> None:
    for key, amount in rows_there(connection, base.remote_record_no).items():
        if amount == value:
            intacct.control(do="delete", object="PODOCUMENTENTRY", key=str(key))


@OFFERED
def test_two_change_orders_on_one_line(
    pushing: Connection, intacct: SandboxServer, hide: None, capsys: pytest.CaptureFixture[str]
) -> None:
    choose_settings(pushing, change_order_lines="changed")
    base = commitment(pushing, "OC-6", "500.00", "253.28")
    push(pushing, base)
    for number in (1, 2):
        change = change_order(base, f"CO{number}", f"{number}00.00")
        line = change.lines.get()
        line.changes_line = base.lines.first()
        line.save()
        change.refresh_from_db()
        approve(change)
        push(pushing, change, flow=CHANGES)
        assert standing(change) == Standing.VERIFIED, (change.state_reason, change.difference)
    base.refresh_from_db()
    assert standing(base) == Standing.VERIFIED, base.difference
    all_equal(capsys, 3)
    take_theirs(pushing, push_flow(COMMITMENTS), base)
    base.refresh_from_db()
    assert base.total == Decimal("753.28")


@OFFERED
def test_a_refresh_of_the_commitment_between_create_and_read_back(
    pushing: Connection, intacct: SandboxServer, hide: None, capsys: pytest.CaptureFixture[str]
) -> None:
    base = commitment(pushing, "OC-7", "500.00", "253.28")
    push(pushing, base)
    change = change_order(base, "CO1", "100.00")
    intacct.control(do="fault", kind="drop_before", match="query", times=20)
    push(pushing, change, flow=CHANGES)
    intacct.control(do="heal")
    assert (bool(change.remote_id), change.verified_at) == (True, None)
    assert refresh(pushing, push_flow(COMMITMENTS), base) == []
    base.refresh_from_db()
    assert standing(base) == Standing.VERIFIED, base.difference
    take_theirs(pushing, push_flow(COMMITMENTS), base)
    base.refresh_from_db()
    assert base.total == Decimal("753.28")
    make_due(change)
    work_again(pushing, change, flow=CHANGES)
    all_equal(capsys, 2)


@OFFERED
def test_a_change_order_whose_answer_was_lost(
    pushing: Connection, intacct: SandboxServer, hide: None, capsys: pytest.CaptureFixture[str]
) -> None:
    base = commitment(pushing, "OC-8", "500.00", "253.28")
    push(pushing, base)
    change = change_order(base, "CO1", "100.00")
    intacct.control(do="fault", kind="drop_after", match="create_potransaction")
    intacct.control(do="fault", kind="drop_before", match="query", times=20)
    push(pushing, change, flow=CHANGES)
    intacct.control(do="heal")
    assert standing(change) == Standing.CHECKING
    assert refresh(pushing, push_flow(COMMITMENTS), base) == []
    base.refresh_from_db()
    assert standing(base) == Standing.VERIFIED, base.difference
    take_theirs(pushing, push_flow(COMMITMENTS), base)
    base.refresh_from_db()
    assert base.total == Decimal("753.28")
    make_due(change)
    work_again(pushing, change, flow=CHANGES)
    all_equal(capsys, 2)


@OFFERED
def test_change_orders_that_were_linked_count_as_ours(
    pushing: Connection, intacct: SandboxServer, hide: None, capsys: pytest.CaptureFixture[str]
) -> None:
    base, (change,) = base_with_changes(pushing, "OC-9", "100.00")
    remote_id = change.remote_id
    unlink(change)
    change.refresh_from_db()
    refresh(pushing, push_flow(COMMITMENTS), base)
    link(pushing, push_flow(CHANGES), change, remote_id)
    refresh(pushing, push_flow(COMMITMENTS), base)
    change.refresh_from_db(), base.refresh_from_db()
    assert (standing(change), standing(base)) == (Standing.VERIFIED, Standing.VERIFIED), (
        change.difference,
        base.difference,
    )
    take_theirs(pushing, push_flow(COMMITMENTS), base)
    base.refresh_from_db()
    assert base.total == Decimal("753.28")


@OFFERED
def test_pushing_ours_again_after_change_orders_removes_none_of_their_lines(
    pushing: Connection, intacct: SandboxServer, hide: None, capsys: pytest.CaptureFixture[str]
) -> None:
    base, _ = base_with_changes(pushing, "OC-10", "100.00")
    before = rows_there(pushing, base.remote_record_no)
    record = {"RECORDNO": str(base.remote_record_no), "MESSAGE": "Renamed there", **TOUCHED}
    intacct.control(do="put", object="PODOCUMENT", record=record)
    asked = push_ours(pushing, push_flow(COMMITMENTS), base, queued=False)
    assert asked.started is not None
    run_to_end(asked.started.run)
    base.refresh_from_db()
    assert standing(base) == Standing.VERIFIED, (base.state_reason, base.difference)
    assert rows_there(pushing, base.remote_record_no) == before
    all_equal(capsys, 2)


def test_the_revised_total_of_the_demo_is_right_at_once(connection: Connection, intacct: SandboxServer) -> None:
    read_lists(connection, lists.DOCUMENTS)
    switched = {"sync_projects": True, "sync_commitments": True}
    save_settings(connection, values={**SETTINGS, **sample_settings()}, switched=switched)
    run_to_end(start_import(connection, intacct_projects(connection), queued=False).run)
    import_documents(connection.tenant, connection)
    connection.refresh_from_db()
    push_documents(connection)
    base = Commitment.objects.get(number="SC-24-001-11")
    assert standing(base) == Standing.VERIFIED, (base.state_reason, base.difference)
    assert Decimal(base.remote_facts["TRX_REVISEDTOTAL"]) == Decimal("235890.50")
    assert all(standing(change) == Standing.VERIFIED for change in base.change_orders.all())


@pytest.mark.parametrize("hidden", [True])
def test_drafts_of_change_orders_take_no_line_from_their_commitment(
    pushing: Connection, intacct: SandboxServer, hide: None
) -> None:
    """A draft adds no line there yet: a line of the commitment that is like one of it is its own."""
    base = commitment(pushing, "OC-11", "500.00")
    push(pushing, base)
    choose_settings(pushing, purchasing_state="Draft")
    change = change_order(base, "CO1", "7.00", "100.00")
    push(pushing, change, flow=CHANGES)
    assert change.remote_state == "Draft"
    added = CommitmentLine(number=2, description="As large as the draft's", unit_price=Decimal("100.00"))
    approve(save_commitment(base, [*base.lines.all(), added]))
    push(pushing, base)
    assert standing(base) == Standing.VERIFIED, (base.state_reason, base.difference)
    assert base.lines.get(number=2).remote_record_no is not None


@OFFERED
def test_a_change_order_that_is_unlinked_leaves_its_lines_with_it(
    pushing: Connection, intacct: SandboxServer, hide: None
) -> None:
    base, (change,) = base_with_changes(pushing, "OC-12", "100.00")
    remote_id = change.remote_id
    unlink(change)
    take_theirs(pushing, push_flow(COMMITMENTS), base)
    base.refresh_from_db()
    assert (base.total, base.lines.count()) == (Decimal("753.28"), 2)
    change.refresh_from_db()
    link(pushing, push_flow(CHANGES), change, remote_id)
    for document in (base, change):
        document.refresh_from_db()
        assert standing(document) == Standing.VERIFIED, document.difference
