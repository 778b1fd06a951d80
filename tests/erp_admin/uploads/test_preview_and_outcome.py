"""Whatever is here and whatever a file says: importing does what the preview said, all of it, and nothing else."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from erp_admin.documents.effects import sentences
from erp_admin.models import IMPORTABLE, IMPORTED, ChangeOrder, Commitment, ImportDraft, ImportState
from erp_admin.purchasing.service import back_to_draft, save_change_order, void
from erp_admin.uploads.deciding import match_again
from erp_admin.uploads.service import confirm, read_upload
from integrations.delivery.requests import ignore
from integrations.models import Approval, Connection, Delivery
from integrations.runs.runner import run_to_end
from tests import lists
from tests.erp_admin.imported import csv_of
from tests.erp_admin.samples import change_order, commitment
from tests.snapshot import read_lists

NUMBERS = ("SC-1", "sc-1", "SC\u20131", "SC-2")
NEEDED = {"Title": "T", "Type": "Subcontract", "Date": "2026-03-02"}
# Columns of a file of commitments that may be there or not, with cells that may stand in them.
OF_HEADS = {"Status": ("Approved", "Draft", ""), "Terms": ("Net 30", ""), "Scope of work": ("All", "")}
OF_LINES = {
    "Line": ("1", "2", "3", ""),
    "Unit": ("Each", "TON", ""),
    "Location": ("100", "200", ""),
    "Line retainage %": ("5", "0", ""),
    "Quantity": ("1", "4", ""),
}
DECISIONS = ("none", "approved", "ignored", "void", "queued", "partly")
# What the preview says of the approval, in the order in which it happens.
APPROVALS = {
    "Its approval falls": Approval.NEEDS_REVIEW,
    "The file approves it.": Approval.APPROVED,
    "The file makes it a draft again.": Approval.DRAFT,
}
Approvals = dict[type[Commitment] | type[ChangeOrder], dict[int, str]]
CHANGES = ("none", "adds", "changes 2", "approved")


@st.composite
def files(draw: Any) -> tuple[list[str], list[list[str]]]:
    """A header and rows: some documents, each of some lines."""
    heads = draw(st.lists(st.sampled_from(list(OF_HEADS)), unique=True))
    lines = draw(st.lists(st.sampled_from(list(OF_LINES)), unique=True))
    header = ["Number", "Vendor", *NEEDED, *heads, *lines, "Description", "Amount"]
    rows = []
    for number in draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=2, unique=True)):
        vendor = draw(st.sampled_from(["Northwind Roofing", "Granite Peak Concrete"]))
        of_document = [number, vendor, *NEEDED.values(), *(draw(st.sampled_from(OF_HEADS[name])) for name in heads)]
        for place in range(draw(st.integers(1, 3))):
            first = of_document if place == 0 else [""] * len(of_document)
            cells = [draw(st.sampled_from(OF_LINES[name])) for name in lines]
            amount = draw(st.sampled_from(["100", "5.50", "-3"]))
            rows.append([*first, *cells, draw(st.sampled_from(["Footings", "Roof"])), amount])
    return header, rows


def _prepare(connection: Connection, decision: str, change: str) -> None:
    """A commitment SC-1 with two lines, as somebody left it."""
    base = commitment(connection, "SC-1", "100", "5", approved=decision in ("approved", "queued", "partly"))
    if change != "none":
        made = change_order(base, "CO-1")
        if change != "approved":
            back_to_draft(made)
            (line,) = made.lines.all()
            line.changes_line = base.lines.get(number=2) if change == "changes 2" else None
            save_change_order(made, [line])
    if decision == "ignored":
        ignore(base, reason="later")
    if decision == "void" and change == "none":
        void(base)
    delivery = {"queued": Delivery.QUEUED, "partly": Delivery.PARTLY}.get(decision)
    if delivery is not None:
        Commitment.objects.update(delivery=delivery)


def _stored() -> Sequence[object]:
    facts = [*Commitment.objects.values_list("pk", "number", "vendor_id", "total", "approval")]
    for model in (Commitment, ChangeOrder):
        for document in model.objects.order_by("pk"):
            facts += list(document.lines.values_list())
    return facts


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.FILES)


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(files(), st.sampled_from(DECISIONS), st.sampled_from(CHANGES))
def test_importing_does_what_the_preview_said(
    listed: Connection, file: tuple[list[str], list[list[str]]], decision: str, change: str
) -> None:
    header, rows = file
    content = csv_of(*(",".join(row) for row in rows), header=",".join(header))
    start = transaction.savepoint()
    try:
        _prepare(listed, decision, change)
        before = _stored()
        draft = read_upload(listed.tenant, "commitments", "file.csv", content)
        assert _stored() == before, "a preview changes nothing"
        _judge_outcome(listed, draft, content)
    finally:
        transaction.savepoint_rollback(start)


def _judge_outcome(connection: Connection, draft: ImportDraft, content: bytes) -> None:
    ready = set(draft.documents.filter(state__in=IMPORTABLE).values_list("pk", flat=True))
    blocked = {entry.pk: (entry.state, entry.reason) for entry in draft.documents.exclude(pk__in=ready)}
    assert all(reason for _, reason in blocked.values())
    if ready:
        before = _approvals()
        run_to_end(confirm(connection, draft, queued=False).run)
        for entry in draft.documents.filter(pk__in=ready):
            assert entry.state in IMPORTED, entry.reason
            stored = Commitment.objects.get(pk=entry.document_id)
            assert stored.total == entry.total == sum(line.amount for line in stored.lines.all())
            if stored.pk in before[Commitment]:
                _judge_approvals(sentences(entry.effects), stored, before)
    assert {entry.pk: (entry.state, entry.reason) for entry in draft.documents.exclude(pk__in=ready)} == blocked
    again = read_upload(connection.tenant, "commitments", "file.csv", content)
    for entry in again.documents.filter(state__in=IMPORTABLE):
        left = [told for told in sentences(entry.effects) if not told.startswith("Its number in ERP Admin")]
        assert (entry.state, left) == (ImportState.UPDATE, []), "all that was said is done"
    _judge_forced(connection, again)


def _approvals() -> Approvals:
    return {model: dict(model.objects.values_list("pk", "approval")) for model in (Commitment, ChangeOrder)}


def _judge_approvals(told: list[str], stored: Commitment, before: Approvals) -> None:
    expected = before[Commitment][stored.pk]
    for said, approval in APPROVALS.items():
        if any(one.startswith(said) for one in told):
            expected = approval
    assert stored.approval == expected
    for change in stored.change_orders.all():
        fell = before[ChangeOrder][change.pk] != change.approval
        assert fell == (f"The approval of change order {change.number} falls too." in told)


def _judge_forced(connection: Connection, draft: ImportDraft) -> None:
    """What the preview refuses is refused by writing too, in the same words."""
    blocked = dict(draft.documents.exclude(state__in=IMPORTABLE).values_list("pk", "reason"))
    draft.documents.filter(pk__in=blocked).update(state=ImportState.NEW)
    if not blocked:
        return
    stored = _stored()
    draft.documents.exclude(pk__in=blocked).delete()
    run_to_end(confirm(connection, draft, queued=False).run)
    assert {entry.pk: entry.reason for entry in draft.documents.all()} == blocked
    assert set(draft.documents.values_list("state", flat=True)) == {ImportState.FAILED}
    assert _stored() == stored
    match_again(draft)
    assert {entry.pk: entry.reason for entry in draft.documents.all()} == blocked
