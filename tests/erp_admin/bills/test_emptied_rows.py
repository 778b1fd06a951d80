"""Every row of the mapping of bills, emptied and filled again while it is a draft in Intacct."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from erp_admin.bills.mapping import HEAD as HEAD_ROWS
from erp_admin.bills.mapping import LINES
from erp_admin.bills.service import approve, save_bill
from erp_admin.models import Bill
from integrations.delivery.contract import push_flow
from integrations.delivery.planning import context_for, judge
from integrations.models import Connection
from tests import lists
from tests.erp_admin.bills.entered import bill, choose_bill_settings
from tests.erp_admin.purchasing.test_emptied_rows import coding, cost_code, project, some
from tests.integrations.delivery.ledger import push
from tests.snapshot import read_lists
from tests.standing import Standing, standing

Facts = dict[str, Any]
# What cannot be empty: the form and the model demand it, a setting gives it, or it is worked out.
NEVER_EMPTY = {
    "VENDORID", "RECORDID", "WHENCREATED", "DESCRIPTION", "CURRENCY", "EXCH_RATE_TYPE_ID", "ACTION", "LINK",
}  # fmt: skip
NEVER_EMPTY_LINES = {"ACCOUNTNO", "TRX_AMOUNT", "ENTRYDESCRIPTION", "LOCATIONID", "ITEMID"}
NO_PROJECT_NEEDED = "1500"  # an account of the demo company that asks for none


@pytest.fixture
def billing(connection: Connection) -> Connection:
    read_lists(connection, [*lists.DOCUMENTS, "classes"])
    choose_bill_settings(connection)
    connection.refresh_from_db()
    return connection


HEAD: dict[str, tuple[Facts, Facts]] = {
    "WHENPOSTED": ({"posted_on": date(2026, 4, 2)}, {"posted_on": None}),
    "TERMNAME": ({"term_name": "Net 30"}, {"term_name": ""}),
    "WHENDUE": ({"due_on": date(2026, 5, 1)}, {"due_on": None}),
    "DOCNUMBER": ({"reference": "PO-7"}, {"reference": ""}),
}
LINE: dict[str, tuple[Callable[[Connection], Facts], Facts]] = {
    "DEPARTMENTID": (lambda c: {"department_id": some(c, "departments")}, {"department_id": ""}),
    "PROJECTID": (project, {"project": None}),
    "TASKID": (cost_code, {"task_id": ""}),
    "COSTTYPEID": (coding, {"cost_type_id": ""}),
    "CLASSID": (lambda c: {"class_id": some(c, "classes")}, {"class_id": ""}),
}


def test_every_row_that_is_written_has_its_turn() -> None:
    assert {row.name for row in HEAD_ROWS.rows if row.is_written} == HEAD.keys() | NEVER_EMPTY
    assert {row.name for row in LINES.rows if row.is_written} == LINE.keys() | NEVER_EMPTY_LINES


def give(document: Bill, head: Facts, of_line: Facts) -> None:
    line = document.lines.get()
    for name, value in head.items():
        setattr(document, name, value)
    for name, value in {"account_id": NO_PROJECT_NEEDED, **of_line}.items():
        setattr(line, name, value)
    save_bill(document, [line])
    if document.approval != "approved":
        approve(document)


def held(document: Bill, is_head: bool, name: str) -> str:
    facts = document.remote_facts if is_head else document.remote_facts["lines"][0]
    return str(facts[name] or "")


@pytest.mark.parametrize("name", [*HEAD, *LINE])
def test_a_row_is_emptied_and_filled_again(billing: Connection, name: str) -> None:
    is_head = name in HEAD
    filled = HEAD[name][0] if is_head else LINE[name][0](billing)
    empty = HEAD[name][1] if is_head else LINE[name][1]
    document = bill(billing, "ER-1", approved=False, project=None)
    for facts in (filled, empty, filled):
        give(document, facts if is_head else {}, {} if is_head else facts)
        told = judge(push_flow("bills"), document, context_for(billing))
        assert told.problems == ()
        assert told.plan is not None
        is_told = any(entry.path.endswith(name) for entry in told.plan.explained)
        assert is_told or (facts is empty and not document.remote_id)
        push(billing, document, flow="bills")
        assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
        assert document.remote_state == "Draft"
        is_there = held(document, is_head, name) not in ("", "0")
        assert is_there is (facts is filled)
