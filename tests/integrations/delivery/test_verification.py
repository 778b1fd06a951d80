"""Verifying what is in Intacct: equal, changed there, missing there; and what people decide about it."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.refusal import Refused
from erp_admin.models import Commitment, CommitmentLine
from erp_admin.purchasing.service import approve, save_commitment
from integrations.delivery.contract import push_flow
from integrations.delivery.readback import link, recreate, take_theirs
from integrations.delivery.requests import unlink
from integrations.jobs import verify
from integrations.models import (
    Connection,
    ConnectionState,
    Delivery,
    Push,
    RemoteRecord,
    SyncRun,
    Trigger,
)
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, commitment
from tests.integrations.delivery.ledger import push, there, work_again
from tests.standing import Standing, standing

SLUG = "summit-ridge"


def verified(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the report of the command."""
    code = 0
    capsys.readouterr()
    try:
        call_command("verify", SLUG, "--json", *arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, facts


def change_there(intacct: SandboxServer, document: Any, **fields: str) -> None:
    record = {"RECORDNO": str(document.remote_record_no), **fields}
    intacct.control(do="put", object="PODOCUMENT", record=record)


def delete_there(intacct: SandboxServer, document: Any) -> None:
    for line in document.lines.all():
        intacct.control(do="delete", object="PODOCUMENTENTRY", key=str(line.remote_record_no))
    intacct.control(do="delete", object="PODOCUMENT", key=str(document.remote_record_no))


def long_ago(document: Any) -> None:
    """Delivered so long ago that searches must show it."""
    document.delivered_at = timezone.now() - timedelta(days=1)
    document.save(update_fields=["delivered_at"])


def test_many_documents_are_verified_in_few_requests(
    pushing: Connection, intacct: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = [commitment(pushing, f"VE-{number}") for number in range(20)]
    push(pushing, *documents)
    code, facts = verified(capsys)
    assert (code, facts["equal"], facts["changed"], facts["missing"]) == (0, 20, 0, 0)
    assert facts["totals"]["requests"] <= 8


def test_a_change_in_intacct_is_named_and_taken_over(
    pushing: Connection, intacct: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    document, other = commitment(pushing, "VE-30", "100.00", "200.00"), commitment(pushing, "VE-31")
    push(pushing, document, other)
    first = document.lines.all()[0]
    record = {"RECORDNO": str(first.remote_record_no), "TRX_VALUE": "125.00", "UIPRICE": "125"}
    intacct.control(do="put", object="PODOCUMENTENTRY", record=record)
    change_there(intacct, document, TRX_TOTAL="325.00", WHENMODIFIED="03/04/2027 10:00:00")
    code, facts = verified(capsys)
    document.refresh_from_db()
    assert (code, facts["equal"], facts["changed"]) == (1, 1, 1)
    assert standing(document) == Standing.CHANGED_THERE
    assert "Total: 325" in document.difference
    assert facts["documents"][0]["outcome"] == "changed in Intacct"
    take_theirs(pushing, push_flow("commitments"), document)
    document.refresh_from_db()
    assert (standing(document), document.total) == (Standing.VERIFIED, Decimal("325.00"))
    assert document.lines.all()[0].amount == Decimal("125.00")
    assert verified(capsys)[0] == 0


def test_lines_added_and_removed_there_are_taken_over(pushing: Connection, intacct: SandboxServer) -> None:
    document = commitment(pushing, "VE-32", "100.00", "200.00")
    push(pushing, document)
    first, second = document.lines.all()
    intacct.control(do="delete", object="PODOCUMENTENTRY", key=str(second.remote_record_no))
    added = {"DOCHDRNO": str(document.remote_record_no), "ITEMID": "SUBCON", "TRX_VALUE": "75.00", "LINE_NO": "1"}
    intacct.control(do="put", object="PODOCUMENTENTRY", record={**added, "RECORDNO": "990001"})
    take_theirs(pushing, push_flow("commitments"), document)
    document.refresh_from_db()
    assert document.total == Decimal("175.00")
    assert [(line.remote_record_no, line.amount) for line in document.lines.all()] == [
        (first.remote_record_no, Decimal("100.00")),
        (990001, Decimal("75.00")),
    ]
    assert (document.changed_there, document.difference) == (False, "")


def test_only_the_time_of_change_is_a_change_too(
    pushing: Connection, intacct: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    document = commitment(pushing, "VE-33")
    push(pushing, document)
    change_there(intacct, document, WHENMODIFIED="03/04/2027 10:00:00")
    assert verified(capsys)[1]["changed"] == 1
    document.refresh_from_db()
    assert document.difference.startswith("Modified")


def test_a_change_order_or_a_new_state_is_the_ordinary_course(
    pushing: Connection, intacct: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    document = commitment(pushing, "VE-34")
    push(pushing, document)
    change = change_order(document, "CO1", "50.00")
    push(pushing, change, flow="change_orders")
    assert standing(change) == Standing.VERIFIED, change.difference
    code, facts = verified(capsys)
    assert (code, facts["equal"]) == (0, 2), facts["documents"]


def test_a_deleted_record_is_missing_and_recreated_once(
    pushing: Connection, intacct: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    before, document = there(intacct, pushing), commitment(pushing, "VE-40")
    push(pushing, document)
    long_ago(document)
    delete_there(intacct, document)
    with pytest.raises(Refused, match="not known to be missing"):
        recreate(pushing, push_flow("commitments"), document, queued=False)
    code, facts = verified(capsys)
    document.refresh_from_db()
    assert (code, facts["missing"], standing(document)) == (1, 1, Standing.MISSING_THERE)
    recreate(pushing, push_flow("commitments"), document, queued=False)
    work_again(pushing, document)
    assert standing(document) == Standing.VERIFIED, document.state_reason
    assert there(intacct, pushing) == before + 1
    assert len(set(Push.objects.values_list("control_id", flat=True))) == 2


def test_what_was_delivered_just_now_is_not_called_missing(
    pushing: Connection, intacct: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    document = commitment(pushing, "VE-41")
    push(pushing, document)
    delete_there(intacct, document)
    code, facts = verified(capsys)
    document.refresh_from_db()
    assert (code, facts["missing"], facts["totals"]["skipped"]) == (5, 0, 1), "what could not be judged is not settled"
    assert not document.missing_there


def test_an_edit_here_is_not_hidden_by_an_equal_record(
    pushing: Connection, intacct: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    document = commitment(pushing, "VE-42")
    push(pushing, document)
    added = CommitmentLine(number=9, description="More", unit_price=Decimal("1.00"))
    approve(save_commitment(document, [*document.lines.all(), added]))
    assert verified(capsys)[0] == 0
    document.refresh_from_db()
    assert standing(document) == Standing.CHANGED_HERE


def test_the_command_names_an_unknown_flow(pushing: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert verified(capsys, "--flow", "bills_of_lading")[0] == 2


def test_each_night_what_was_delivered_lately_is_verified(
    pushing: Connection, intacct: SandboxServer, settings: Any
) -> None:
    verify()
    assert not SyncRun.objects.filter(flow="verification").exists()  # nothing was delivered, so nothing is asked
    push(pushing, commitment(pushing, "VE-50"))
    settings.VERIFY_NIGHTLY_DAYS = 0
    verify()
    assert not SyncRun.objects.filter(flow="verification").exists()
    settings.VERIFY_NIGHTLY_DAYS = 30
    verify()
    assert SyncRun.objects.get(flow="verification").trigger == Trigger.SCHEDULE


def test_an_entity_that_is_closed_holds_up_its_own_documents_only(
    pushing: Connection, intacct: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere, here = commitment(pushing, "VE-60"), commitment(pushing, "VE-61")
    push(pushing, elsewhere, here)
    Commitment.objects.filter(pk=elsewhere.pk).update(entity_id="Nowhere")
    _, facts = verified(capsys)
    assert (facts["equal"], facts["changed"], facts["missing"]) == (1, 0, 0)
    assert [(row["document"], row["outcome"]) for row in facts["documents"]] == [("VE-60 Footings", "not judged")]
    assert "cannot work in entity Nowhere" in facts["documents"][0]["message"]
    pushing.refresh_from_db()
    assert pushing.state == ConnectionState.CONNECTED, pushing.state_reason


def test_what_is_under_way_or_failed_to_be_updated_is_not_passed_over(
    pushing: Connection, intacct: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown, refused = commitment(pushing, "VE-64"), commitment(pushing, "VE-65")
    push(pushing, refused)
    intacct.control(do="fault", kind="drop_after", match="create_potransaction")
    intacct.control(do="fault", kind="drop_before", match="query", times=20)
    push(pushing, unknown)
    intacct.control(do="heal")
    assert standing(unknown) == Standing.CHECKING
    Commitment.objects.filter(pk=refused.pk).update(delivery=Delivery.FAILED)  # as after an update that was refused
    change_there(intacct, refused, MESSAGE="Renamed", WHENMODIFIED="03/04/2027 10:00:00")
    code, facts = verified(capsys)
    told = [(row["document"], row["outcome"]) for row in facts["documents"]]
    assert told == [("VE-64 Footings", "not judged"), ("VE-65 Footings", "changed in Intacct")]
    assert (code, facts["changed"]) == (1, 1)
    Commitment.objects.filter(pk=refused.pk).update(delivery=Delivery.NONE, remote_id="")
    assert verified(capsys)[0] == 5, "what may have arrived is not settled"


def test_a_damaged_row_is_named_and_the_others_are_judged(
    pushing: Connection, intacct: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged, sound = commitment(pushing, "VE-62"), commitment(pushing, "VE-63")
    push(pushing, damaged, sound)
    RemoteRecord.objects.filter(document_id=damaged.pk).update(sent={"head": ["?"]})
    code, facts = verified(capsys)
    assert (code, facts["equal"], facts["changed"], facts["documents"][0]["outcome"]) == (1, 1, 0, "not judged")
    assert "cannot be compared" in facts["documents"][0]["message"]
    damaged.refresh_from_db()
    assert standing(damaged) == Standing.DIFFERENT
    assert "Unlink it, then link it to its record again." in damaged.difference
    unlink(damaged)
    assert link(pushing, push_flow("commitments"), damaged, "PC Subcontracts-VE-62") == []
    damaged.refresh_from_db()
    assert standing(damaged) == Standing.VERIFIED
