"""A commitment and its change orders: what is done to the one, and what that means for the other."""

from decimal import Decimal

import pytest

from erp_admin.models import CommitmentLine
from erp_admin.purchasing.service import approve, save_commitment
from integrations.delivery.contract import push_flow
from integrations.delivery.readback import take_theirs
from integrations.gateway import client as gateway
from integrations.intacct import Query, eq
from integrations.models import Approval, Connection
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, commitment
from tests.integrations.delivery.ledger import make_due, push, work_again
from tests.standing import Standing, standing


def rows_there(connection: Connection, record_no: int | None) -> dict[int, Decimal]:
    """Amount of each line of a document in Intacct, by record number, those of change orders included."""
    connection.refresh_from_db()
    query = Query("PODOCUMENTENTRY", ("RECORDNO", "TRX_VALUE"), where=eq("DOCHDRNO", str(record_no)))
    with gateway.opened(connection) as client:
        rows = [row for page in client.pages(query) for row in page.rows]
    return {int(row["RECORDNO"]): Decimal(row["TRX_VALUE"]) for row in rows}


@pytest.mark.parametrize("hidden", [False, True])
def test_a_line_like_one_of_a_change_order_is_not_taken_for_it(
    pushing: Connection, intacct: SandboxServer, hidden: bool
) -> None:
    if hidden:
        intacct.control(do="fault", kind="unselectable", object="PODOCUMENTENTRY", field="ADDEDBYCHANGE")
    base = commitment(pushing, "CC-1", "1000.00")
    push(pushing, base)
    push(pushing, change_order(base, "CO1", "50.00", "100.00"), flow="change_orders")
    base.refresh_from_db()
    of_change = rows_there(pushing, base.remote_record_no)
    assert sorted(of_change.values()) == [50, 100, 1000]
    (first,) = base.lines.all()
    added = CommitmentLine(number=2, description="As large as a change", unit_price=Decimal("100.00"))
    approve(save_commitment(base, [first, added]))
    push(pushing, base)
    assert standing(base) == Standing.VERIFIED, (base.state_reason, base.difference)
    first, added = base.lines.all()
    assert added.remote_record_no not in of_change
    added.unit_price = Decimal("120.00")
    approve(save_commitment(base, [first, added]))
    push(pushing, base)
    assert standing(base) == Standing.VERIFIED, (base.state_reason, base.difference)
    now = rows_there(pushing, base.remote_record_no)
    assert {key: now[key] for key in of_change} == of_change
    assert now[added.remote_record_no or 0] == 120


def test_a_commitment_that_follows_intacct_lets_the_approval_of_its_open_change_orders_fall(
    pushing: Connection, intacct: SandboxServer
) -> None:
    base = commitment(pushing, "CC-2", "1000.00")
    push(pushing, base)
    change = change_order(base, "CO1", "50.00")
    record = {"RECORDNO": str(base.remote_record_no), "WHENDUE": "06/01/2026"}
    intacct.control(do="put", object="PODOCUMENT", record=record)
    assert take_theirs(pushing, push_flow("commitments"), base) == []
    change.refresh_from_db()
    assert change.approval == Approval.NEEDS_REVIEW
    assert "due date" in change.approval_reason
    assert push(pushing, change, flow="change_orders").blocked


def test_a_commitment_that_could_not_be_read_after_its_change_order_landed_is_read_later(
    pushing: Connection, intacct: SandboxServer
) -> None:
    base = commitment(pushing, "CC-3", "1000.00")
    push(pushing, base)
    change = change_order(base, "CO1", "50.00")
    # The first two questions are about the change order and its lines, the third is about the commitment.
    intacct.control(do="fault", kind="drop_before", match="query", nth=3, times=20)
    push(pushing, change, flow="change_orders")
    assert change.remote_id
    assert change.verified_at is None
    intacct.control(do="heal")
    make_due(change)
    work_again(pushing, change, flow="change_orders")
    base.refresh_from_db()
    assert (standing(change), standing(base)) == (Standing.VERIFIED, Standing.VERIFIED), base.difference
    assert Decimal(base.remote_facts["TRX_REVISEDTOTAL"]) == 1050
