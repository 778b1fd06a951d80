"""An approval on pages, in files and on the way to Intacct: what was not approved as it is now is not sent."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.refusal import Refused
from erp_admin.forms.document import version_of
from erp_admin.models import IMPORTABLE, ChangeOrder, Commitment, CommitmentLine, ImportState
from erp_admin.purchasing.service import approve
from erp_admin.uploads.service import confirm, read_upload
from integrations.delivery import readback, requests
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import ask_pushes
from integrations.models import Approval, Connection, Delivery, Push, PushState, RunRow
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.entered import lines_json
from tests.erp_admin.imported import csv_of
from tests.erp_admin.samples import change_order, commitment
from tests.integrations.delivery.ledger import push, there
from tests.standing import Standing, standing

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
HEADER = "Number,Title,Type,Vendor,Date,Terms,Status,Description,Amount"


def typed(document: Commitment, *, price: str = "", **more: str) -> dict[str, Any]:
    """What the edit form of a commitment with one line posts."""
    line = document.lines.get()
    return {
        "seen": version_of(Commitment.objects.get(pk=document.pk)),
        "kind": document.kind,
        "number": document.number,
        "title": document.title,
        "vendor_id": document.vendor_id,
        "dated_on": "2026-03-02",
        "term_name": "Net 30",
        "retainage_percent": "0",
        "currency": "USD",
        "lines_json": lines_json(
            {"line": line.pk, "description": line.description, "unit_price": price or line.unit_price}
        ),
        **more,
    }


def offered(page: str, url: Url, document: Commitment) -> set[str]:
    """The acts whose buttons the record page shows."""
    names = ("approve", "reject", "draft", "void", "ignore", "restore")
    return {name for name in names if f'action="{url(f"{name}_commitment", pk=document.pk)}"' in page}


def test_a_pushed_commitment_that_is_raised_is_not_pushed_under_the_old_approval(
    pushing: Connection, ben: Client, url: Url, intacct: SandboxServer
) -> None:
    document, before = commitment(pushing, "SC-1", "12500.00"), there(intacct, pushing)
    push(pushing, document)
    assert standing(document) == Standing.VERIFIED
    page = url("commitment", pk=document.pk)

    answer = ben.post(url("edit_commitment", pk=document.pk), typed(document, price="13000"), follow=True)
    fell = "Approval fell: total 12,500.00 → 13,000.00"
    assert answer.text.count(fell) >= 3  # the message, the lead under the title, and the history
    assert "It needs to be approved again before it is pushed." in answer.text
    document.refresh_from_db()
    assert (standing(document), document.delivery) == (Standing.NEEDS_REVIEW, Delivery.DELIVERED)
    assert "PC Subcontracts-SC-1" in answer.text  # it needs approval, and is in Intacct
    assert offered(answer.text, url, document) == {"approve", "reject"}

    assert "Push…" not in answer.text
    asked = push(pushing, document)
    assert [(problem.field, problem.code) for _, problems in asked.blocked for problem in problems] == [
        ("approval", "NOT-APPROVED")
    ]
    preview = ben.post(url("preview_commitments"), {"item": document.pk}, follow=True).text
    assert "needs to be approved again" in preview
    issues = ben.get(url("issues")).text
    assert "needs to be approved again" in issues
    assert fell in ben.get(url("commitments"), {"state": "needs_review"}).text
    assert document.remote_facts["TRX_TOTAL"].startswith("12500")

    ben.post(url("approve_commitment", pk=document.pk))
    push(pushing, document)
    assert (standing(document), document.remote_facts["TRX_TOTAL"][:5]) == (Standing.VERIFIED, "13000")
    assert there(intacct, pushing) == before + 1
    history = ben.get(page).context["history"].events
    assert next(event.title for event in history if event.state.value == "decided") == "Approved"


def test_another_title_keeps_the_approval(pushing: Connection, ben: Client, url: Url) -> None:
    document = commitment(pushing, "SC-1", "12500.00")
    answer = ben.post(url("edit_commitment", pk=document.pk), typed(document, title="Deeper footings"), follow=True)
    assert "approved again" not in answer.text
    assert push(pushing, document).blocked == []
    assert (document.title, standing(document)) == ("Deeper footings", Standing.VERIFIED)


def test_a_page_that_shows_older_values_approves_nothing(pushing: Connection, ben: Client, url: Url) -> None:
    document = commitment(pushing, "SC-1", "12500.00", approved=False)
    seen = ben.get(url("commitment", pk=document.pk)).context["seen"]
    ben.post(url("edit_commitment", pk=document.pk), typed(document, price="13000"))
    answer = ben.post(url("approve_commitment", pk=document.pk), {"seen": seen}, follow=True)
    assert "It was changed since you opened the page." in answer.text
    document.refresh_from_db()
    assert document.approval == Approval.DRAFT
    assert f'name="seen" value="{answer.context["seen"]}"' in answer.text
    ben.post(url("approve_commitment", pk=document.pk), {"seen": answer.context["seen"]})
    document.refresh_from_db()
    assert document.approval == Approval.APPROVED


def test_the_page_offers_what_the_table_allows(pushing: Connection, ben: Client, url: Url) -> None:
    document = commitment(pushing, "SC-1", approved=False)
    page = url("commitment", pk=document.pk)
    assert offered(ben.get(page).text, url, document) == {"approve", "reject", "void", "ignore"}
    expected = {
        "approve": {"draft", "void", "ignore"},
        "ignore": {"restore", "draft", "void"},
        "restore": {"draft", "void", "ignore"},
        "void": {"draft"},
        "draft": {"approve", "reject", "void", "ignore"},
    }
    for act, acts in expected.items():
        ben.post(url(f"{act}_commitment", pk=document.pk))
        assert offered(ben.get(page).text, url, document) == acts, act
    assert "It is a draft." in ben.post(url("draft_commitment", pk=document.pk), follow=True).text


def test_people_see_void_for_void_and_rejected_for_rejected(pushing: Connection, ben: Client, url: Url) -> None:
    void, rejected = commitment(pushing, "SC-1"), commitment(pushing, "SC-2", approved=False)
    ben.post(url("void_commitment", pk=void.pk))
    answer = ben.post(url("reject_commitment", pk=rejected.pk), {"reason": "Twice the bid"}, follow=True)
    assert "Twice the bid" in answer.text
    assert "Rejected: Twice the bid" in answer.text  # in the history
    listed = ben.get(url("commitments"), {"state": "void"})
    assert [row.document.number for row in listed.context["rows"]] == ["SC-1"]
    assert [row.document.number for row in ben.get(url("commitments"), {"state": "rejected"}).context["rows"]] == [
        "SC-2"
    ]
    asked = push(pushing, void, rejected)
    assert [problems[0].sentence for _, problems in asked.blocked] == ["It is void.", "It was rejected."]


def test_approved_change_orders_count_also_while_they_are_ignored(pushing: Connection, ben: Client, url: Url) -> None:
    base = commitment(pushing, "SC-1", "1000.00")
    first, second, third, fourth = (change_order(base, f"CO-{n}", f"{n}00.00") for n in (1, 2, 3, 4))
    requests.ignore(second, reason="Paid by the owner")
    ben.post(url("void_change_order", pk=third.pk))
    ChangeOrder.objects.filter(pk=fourth.pk).update(approval=Approval.NEEDS_REVIEW)
    page = ben.get(url("commitment", pk=base.pk))
    assert page.context["document"].changes == Decimal(300)
    assert first.total + second.total == Decimal(300)


def test_what_changes_after_it_was_queued_by_any_way_is_not_sent(pushing: Connection, intacct: SandboxServer) -> None:
    document, before = commitment(pushing, "SC-1", "12500.00"), there(intacct, pushing)
    asked = ask_pushes(pushing, push_flow("commitments"), [document], queued=False)
    Commitment.objects.update(approval=Approval.NEEDS_REVIEW)
    assert asked.started is not None
    run_to_end(asked.started.run)
    row = Push.objects.get()
    assert (row.state, row.error_code, there(intacct, pushing)) == (PushState.FAILED, "PLAN-CHANGED", before)
    assert "needs to be approved again" in row.reason


def test_the_approval_is_looked_at_once_more_when_it_is_claimed(pushing: Connection, intacct: SandboxServer) -> None:
    """The plan is the same, byte for byte; only who approved what is not."""
    document, before = commitment(pushing, "SC-1"), there(intacct, pushing)
    asked = ask_pushes(pushing, push_flow("commitments"), [document], queued=False)
    Commitment.objects.update(approved_digest="0" * 64)
    assert asked.started is not None
    run_to_end(asked.started.run)
    document.refresh_from_db()
    assert (standing(document), there(intacct, pushing)) == (Standing.FAILED, before)
    assert "no longer what was approved" in document.state_reason
    approve(document)
    push(pushing, document)
    assert standing(document) == Standing.VERIFIED


def test_a_change_order_that_is_not_approved_does_not_wait(pushing: Connection) -> None:
    base = commitment(pushing, "SC-1")
    change = change_order(base, "CO-1")
    ChangeOrder.objects.update(approval=Approval.DRAFT)
    asked = push(pushing, change, flow="change_orders")
    assert (asked.waiting, asked.blocked[0][1][0].code) == ([], "NOT-APPROVED")
    assert change.delivery == Delivery.NONE


def test_unlinking_is_stored_as_needing_review(pushing: Connection, accountant: User) -> None:
    document = commitment(pushing, "SC-1")
    push(pushing, document)
    requests.unlink(document, by=accountant)
    stored = Commitment.objects.get()
    assert (stored.approval, stored.remote_id, stored.delivery) == (Approval.NEEDS_REVIEW, "", Delivery.NONE)
    assert standing(stored) == Standing.NEEDS_REVIEW
    assert push(pushing, document).queued == []


@pytest.fixture
def missing(pushing: Connection, intacct: SandboxServer) -> Commitment:
    """A commitment whose record was deleted in Intacct."""
    document = commitment(pushing, "SC-1")
    push(pushing, document)
    for line in document.lines.all():
        intacct.control(do="delete", object="PODOCUMENTENTRY", key=str(line.remote_record_no))
    intacct.control(do="delete", object="PODOCUMENT", key=str(document.remote_record_no))
    Commitment.objects.update(missing_there=True, delivered_at=None)
    document.refresh_from_db()
    return document


def test_what_was_deleted_in_intacct_is_created_again_under_its_approval(
    pushing: Connection, missing: Commitment
) -> None:
    at = missing.approved_at
    asked = readback.recreate(pushing, push_flow("commitments"), missing, queued=False)
    assert len(asked.queued) == 1
    missing.refresh_from_db()
    assert (missing.approval, missing.approved_at) == (Approval.APPROVED, at)


def test_what_is_not_approved_as_it_is_now_is_not_created_again(pushing: Connection, missing: Commitment) -> None:
    CommitmentLine.objects.update(unit_price=Decimal("13000"))
    with pytest.raises(Refused, match="no longer what was approved"):
        readback.recreate(pushing, push_flow("commitments"), missing, queued=False)
    missing.refresh_from_db()
    assert (missing.remote_id, standing(missing)) == ("PC Subcontracts-SC-1", Standing.MISSING_THERE)


def test_taking_what_intacct_holds_lets_the_approval_of_other_amounts_fall(
    pushing: Connection, ben: Client, url: Url, intacct: SandboxServer
) -> None:
    document = commitment(pushing, "SC-1", "1000.00")
    push(pushing, document)
    key = document.lines.get().remote_record_no
    intacct.control(
        do="put", object="PODOCUMENTENTRY", record={"RECORDNO": str(key), "TRX_VALUE": "900.00", "TRX_PRICE": "900.00"}
    )
    intacct.control(
        do="put", object="PODOCUMENT", record={"RECORDNO": str(document.remote_record_no), "TRX_TOTAL": "900.00"}
    )
    ben.post(url("refresh_commitment", pk=document.pk))
    answer = ben.post(url("take_theirs_commitment", pk=document.pk), follow=True).text
    assert "Approval fell: total 1,000.00 → 900.00" in answer
    document.refresh_from_db()
    assert (document.total, document.approval) == (Decimal(900), Approval.NEEDS_REVIEW)


def imported(connection: Connection, *rows: str, by: User | None = None) -> tuple[ImportState, str]:
    """What became of the one document of a file, and the reason shown beside it."""
    draft = read_upload(connection.tenant, "commitments", f"{timezone.now():%f}.csv", csv_of(*rows, header=HEADER))
    if by is not None:
        draft.created_by = by
        draft.save(update_fields=["created_by"])
    if draft.documents.filter(state__in=IMPORTABLE).exists():
        run_to_end(confirm(connection, draft, queued=False).run)
    entry = draft.documents.get()
    return ImportState(entry.state), entry.reason


def row(document: Commitment, status: str = "", amount: str = "12500") -> str:
    return f"{document.number},Footings,Subcontract,{document.vendor_id},2026-03-02,Net 30,{status},Part 1,{amount}"


def test_a_file_that_changes_what_was_approved_lets_the_approval_fall(pushing: Connection, accountant: User) -> None:
    document = commitment(pushing, "SC-1", "12500.00")
    assert imported(pushing, row(document)) == (ImportState.UPDATED, "")
    assert push(pushing, document).blocked == []
    document = commitment(pushing, "SC-2", "12500.00")
    state, reason = imported(pushing, row(document, amount="13000"))
    assert (state, reason.startswith("Approval fell: total 12,500.00 → 13,000.00")) == (ImportState.UPDATED, True)
    assert RunRow.objects.filter(message=reason).exists()
    document.refresh_from_db()
    assert standing(document) == Standing.NEEDS_REVIEW
    assert push(pushing, document).queued == []
    assert imported(pushing, row(document, "Approved", "14000"), by=accountant) == (ImportState.UPDATED, "")
    document.refresh_from_db()
    assert (document.approval, document.approved_by, document.total) == (Approval.APPROVED, accountant, Decimal(14000))


def test_a_failed_document_that_a_file_sets_to_draft_needs_attention_no_longer(pushing: Connection) -> None:
    document = commitment(pushing, "SC-1", "12500.00")
    Commitment.objects.update(delivery=Delivery.FAILED, state_reason="Vendor inactive", state_advice="Activate it")
    assert imported(pushing, row(document, "Draft")) == (ImportState.UPDATED, "")
    document.refresh_from_db()
    assert (standing(document), document.state_reason, document.state_advice) == (Standing.DRAFT, "", "")


def test_a_file_neither_approves_nor_restores_what_is_ignored(pushing: Connection) -> None:
    document = commitment(pushing, "SC-1", "12500.00", approved=False)
    requests.ignore(document, reason="Paid by the owner")
    state, reason = imported(pushing, row(document, "Approved"))
    assert (state, reason) == (ImportState.PROBLEM, "Row 2, Status: It is ignored.")
    assert imported(pushing, row(document)) == (ImportState.UPDATED, "")
    document.refresh_from_db()
    assert document.approval == Approval.IGNORED
