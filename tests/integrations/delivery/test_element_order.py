"""The disputed place of the construction block: whichever order a server demands, documents arrive once."""

from decimal import Decimal
from typing import Any

import pytest

from erp_admin.purchasing.service import approve, save_commitment
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import ask_pushes
from integrations.intacct import functions
from integrations.intacct.element_orders import (
    BLOCK_FIRST,
    BLOCK_FIRST_LINES,
    BLOCK_LAST,
    BLOCK_LAST_LINES,
    FUNCTIONS,
    LINE_ORDERS,
    ORDERS,
    other_orders,
)
from integrations.models import Connection, ElementOrder, Push, PushBody
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests import lists
from tests.erp_admin.samples import change_order, choose_settings, commitment
from tests.snapshot import read_lists
from tests.standing import Standing, standing


@pytest.fixture
def pushing(connection: Connection) -> Connection:
    read_lists(connection, lists.PURCHASING)
    choose_settings(connection)
    return connection


def push(connection: Connection, *documents: Any, flow: str = "commitments") -> None:
    asked = ask_pushes(connection, push_flow(flow), documents, queued=False)
    assert asked.started is not None, asked.blocked
    run_to_end(asked.started.run)
    for document in documents:
        document.refresh_from_db()


def writes(intacct: SandboxServer) -> int:
    return int(intacct.control(do="stats")["functions"].get("create_potransaction", 0))


def held(intacct: SandboxServer, connection: Connection) -> int:
    return int(intacct.control(do="stats")["records"][connection.company_id].get("PODOCUMENT", 0))


def place_of_block(row: Push) -> str:
    return BLOCK_FIRST if row.function_xml.index("<externalrefno>") < row.function_xml.index("<potr") else BLOCK_LAST


@pytest.mark.parametrize(("construction", "tries", "place"), [("after", 1, BLOCK_LAST), ("before", 2, BLOCK_FIRST)])
def test_a_push_succeeds_with_either_server(
    pushing: Connection, intacct: SandboxServer, construction: str, tries: int, place: str
) -> None:
    intacct.control(do="order", construction=construction)
    before = held(intacct, pushing)
    document = commitment(pushing, "SC-1", "40000.00", scope="Footings & walls")
    push(pushing, document)
    row = Push.objects.get()
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    assert (row.tries, place_of_block(row)) == (tries, place)
    assert held(intacct, pushing) == before + 1


def test_the_order_is_remembered_for_the_company(pushing: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="order", construction="before")
    first = commitment(pushing, "SC-1")
    push(pushing, first)
    assert ElementOrder.objects.get().company_id == pushing.company_id
    second, change = commitment(pushing, "SC-2"), change_order(first, "CO1")
    push(pushing, second)
    push(pushing, change, flow="change_orders")
    assert (standing(second), standing(change)) == (Standing.VERIFIED, Standing.VERIFIED), change.state_reason
    assert list(Push.objects.order_by("pk").values_list("tries", flat=True)) == [2, 1, 1]


def test_an_update_succeeds_with_either_server_too(pushing: Connection, intacct: SandboxServer) -> None:
    document = commitment(pushing, "SC-1", "1000.00", "200.00")
    push(pushing, document)
    intacct.control(do="order", construction="before")
    lines = list(document.lines.all())
    lines[0].unit_price, document.scope = Decimal("1100.00"), "Footings and walls"
    approve(save_commitment(document, lines))
    push(pushing, document)
    row = Push.objects.latest("pk")
    assert standing(document) == Standing.VERIFIED, (document.state_reason, document.difference)
    assert (row.function_name, row.tries) == ("update_potransaction", 2)
    assert row.function_xml.index("<scope>") < row.function_xml.index("<updatepotransitems>")


def test_what_waits_behind_a_refused_request_takes_the_order_too(pushing: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="order", construction="before")
    documents = [commitment(pushing, f"SC-{number}") for number in range(12)]
    push(pushing, *documents)
    assert {standing(document) for document in documents} == {Standing.VERIFIED}
    assert sorted(Push.objects.values_list("tries", flat=True)) == [1] * 2 + [2] * 10
    assert writes(intacct) == 12


def test_the_control_id_names_the_values_not_their_order(pushing: Connection, intacct: SandboxServer) -> None:
    document = commitment(pushing, "SC-1")
    asked = ask_pushes(pushing, push_flow("commitments"), [document], queued=False)
    stored = Push.objects.get().control_id
    intacct.control(do="order", construction="before")
    assert asked.started is not None
    run_to_end(asked.started.run)
    row = Push.objects.get()
    assert row.control_id == stored
    assert row.refused_order == BLOCK_LAST


def test_a_refusal_for_another_reason_tries_once_and_goes_back(pushing: Connection, intacct: SandboxServer) -> None:
    """An element that is wrong in either order: the row fails alone, in the order it had, and nothing is learnt."""
    good, bad = commitment(pushing, "SC-1"), commitment(pushing, "SC-2")
    asked = ask_pushes(pushing, push_flow("commitments"), [good, bad], queued=False)
    row = Push.objects.get(document_id=bad.pk)
    doubled = row.function_xml.replace("<externalrefno>", "<externalrefno>twice</externalrefno><externalrefno>", 1)
    PushBody.objects.filter(push=row).update(xml=doubled)
    Push.objects.filter(pk=row.pk).update(tries=1)
    assert asked.started is not None
    run_to_end(asked.started.run)
    good.refresh_from_db()
    bad.refresh_from_db()
    row.refresh_from_db()
    assert standing(good) == Standing.VERIFIED, good.state_reason
    assert standing(bad) == Standing.FAILED
    assert row.tries <= 4
    assert place_of_block(row) == BLOCK_LAST
    assert ElementOrder.objects.get().order == BLOCK_LAST


SERVERS = {
    ("after", "schema"): BLOCK_LAST,
    ("before", "schema"): BLOCK_FIRST,
    ("after", "pages"): BLOCK_LAST_LINES,
    ("before", "pages"): BLOCK_FIRST_LINES,
}


@pytest.mark.parametrize(("server", "order"), SERVERS.items())
def test_everything_arrives_at_each_server_the_texts_allow(
    pushing: Connection, intacct: SandboxServer, server: tuple[str, str], order: str
) -> None:
    """A change order with retainage names what it changes and what is retained in the same line."""
    intacct.control(do="order", construction=server[0], lines=server[1])
    before = held(intacct, pushing)
    document = commitment(pushing, "SC-1", "1000.00", "200.00", scope="Footings", retainage_percent=Decimal(10))
    push(pushing, document)
    change = change_order(document, "CO1", "100.00")
    push(pushing, change, flow="change_orders")
    lines = list(document.lines.all())
    lines[0].unit_price, lines[0].retainage_percent = Decimal("1100.00"), Decimal(5)
    approve(save_commitment(document, lines))
    push(pushing, document)
    changed = Push.objects.get(flow="change_orders")
    assert "<relateddockey>" in changed.function_xml
    assert "<retainagepercentage>" in changed.function_xml
    assert standing(change) == Standing.VERIFIED, (change.state_reason, change.difference)
    assert held(intacct, pushing) == before + 2
    assert not Push.objects.filter(state="failed").exists()
    last = Push.objects.order_by("-pk").first()
    assert last is not None
    assert last.function_xml == functions.arranged(last.function_name, last.function_xml, order)
    assert sum(Push.objects.values_list("tries", flat=True)) <= 5, "no order is tried twice"
    # What was learnt holds: the next two need no second try.
    second = commitment(pushing, "SC-2", "900.00", retainage_percent=Decimal(10), scope="Slab")
    push(pushing, second)
    push(pushing, change_order(second, "CO2"), flow="change_orders")
    assert list(Push.objects.order_by("-pk").values_list("tries", flat=True)[:2]) == [1, 1]


@pytest.mark.parametrize("start", ORDERS)
@pytest.mark.parametrize("wanted", ORDERS)
@pytest.mark.parametrize("first_named", ["header", "lines"])
def test_from_any_order_every_other_is_reached(start: str, wanted: str, first_named: str) -> None:
    """Whatever element a server names first: needbydate stands in the header and in the lines."""
    misplaced = {"header": "scope", "lines": "retainagepercentage"}[first_named]
    assert {start, *other_orders(start, misplaced)} == set(ORDERS)
    assert wanted in (start, *other_orders(start, "needbydate"))
    assert other_orders(start, "vendorid") == ()


@pytest.mark.parametrize("tag", ["potransitem", "updatepotransitem"])
def test_the_orders_of_a_line_hold_the_same_elements(tag: str) -> None:
    assert {tuple(sorted(lines[tag])) for lines in LINE_ORDERS.values()} == {
        tuple(sorted(LINE_ORDERS[BLOCK_LAST][tag]))
    }


@pytest.mark.parametrize("name", ["create_potransaction", "update_potransaction"])
def test_both_orders_hold_the_same_elements(name: str) -> None:
    assert ORDERS[BLOCK_LAST][name] == FUNCTIONS[name].elements
    assert sorted(ORDERS[BLOCK_FIRST][name]) == sorted(ORDERS[BLOCK_LAST][name])


def test_arranging_there_and_back_gives_the_same_bytes() -> None:
    xml = (
        '<update_potransaction key="PC Subcontracts-SC-1"><state>Draft</state><projectid>24-001</projectid>'
        '<updatepotransitems><updatepotransitem line_num="1"><itemid/></updatepotransitem></updatepotransitems>'
        "<scope>Walls &amp; &lt;footings&gt;&#13;\nsecond line</scope></update_potransaction>"
    )
    other = functions.arranged("update_potransaction", xml, BLOCK_FIRST)
    assert other.index("<scope>") < other.index("<updatepotransitems>")
    assert functions.arranged("update_potransaction", other, BLOCK_LAST) == xml
    assert functions.arranged("update_potransaction", xml, BLOCK_LAST) is xml
    assert functions.arranged("create_bill", "<create_bill/>", BLOCK_FIRST) == "<create_bill/>"
