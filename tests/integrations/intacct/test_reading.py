"""Queries, pages by key, reads, lookups and company facts, as typed values."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from integrations.intacct import (
    Client,
    Extent,
    Function,
    ProtocolError,
    Query,
    eq,
)
from tests.integrations.intacct.scripted_gateway import SESSION_ID, Gateway, Reply, one, payload

VENDORS = Query("VENDOR", ("RECORDNO", "VENDORID", "NAME"))


def vendors(numbers: list[int], *, total: int, remaining: int) -> Reply:
    """A page of vendors with the given record numbers."""
    rows = "".join(f"<VENDOR><RECORDNO>{number}</RECORDNO></VENDOR>" for number in numbers)
    text = payload("query.empty").body.decode()
    start, end = text.index("<data"), text.index("</result>")
    data = f'<data listtype="VENDOR" totalcount="{total}" offset="0" count="{len(numbers)}" numremaining="{remaining}">'
    return Reply((text[:start] + data + rows + "</data>" + text[end:]).encode())


def test_query_returns_rows_with_counters(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("query.page"))

    page = client.query(VENDORS)

    assert (page.total, page.count, page.remaining, page.offset) == (5, 3, 2, 0)
    assert page.rows[1]["NAME"] == "O'Hara & Sons Rigging"
    assert page.rows[2]["TERMNAME"] == ""
    request = gateway.requests[1]
    assert request.findtext("operation/authentication/sessionid") == SESSION_ID
    assert request.findtext("control/uniqueid") == "false"


def test_related_fields_keep_their_dotted_names(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("query.related-fields"))

    rows = client.query(Query("TASK", ("RECORDNO", "PROJECT.PROJECTID"))).rows

    assert rows[0]["PROJECT.PROJECTID"] == "P-2601"


def test_names_in_a_namespace_are_read_without_it(client: Client, gateway: Gateway) -> None:
    body = vendors([1], total=1, remaining=0).body.decode()
    named = '</RECORDNO><own:NAME xmlns:own="urn:fictional">Harbor Supply</own:NAME>'
    gateway.reply(Reply(body.replace("</RECORDNO>", named).encode()))

    assert client.query(VENDORS).rows == [{"RECORDNO": "1", "NAME": "Harbor Supply"}]


def test_page_that_holds_fewer_rows_than_it_announces_is_refused(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("query.page", {'count="3"': 'count="4"'}))

    with pytest.raises(ProtocolError) as caught:
        client.query(VENDORS)
    assert caught.value.code == "ANS-INCOMPLETE"


def test_read_that_holds_fewer_records_than_it_announces_is_refused(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("read.nothing-found", {'count="0"': 'count="1"'}))

    with pytest.raises(ProtocolError) as caught:
        client.read("CUSTOMER", [1])
    assert caught.value.code == "ANS-INCOMPLETE"


def test_aggregates_and_custom_objects_keep_the_names_of_their_fields(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("query.aggregate"), payload("query.custom-object"))

    counts = client.query(Query("APBILL", ("VENDORID", "COUNT.RECORDNO"), order_by=()))
    custom = client.query(Query("site_phase", ("id", "name"), order_by=("id",)))

    assert [row["COUNT.RECORDNO"] for row in counts.rows] == ["6", "1"]
    assert custom.rows == [{"id": "10017", "name": "Phase 2", "R_site_phase_project.PROJECTID": "P-2601"}]


def test_answers_of_older_functions_are_understood(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("list.attachments"), payload("delete.done"))

    (found,) = client.execute([Function("list-1", "get_list", '<get_list object="supdoc"/>')], write=True)
    (deleted,) = client.execute([Function("delete-1", "delete", "<delete/>")], write=True)

    assert (found.list_type, found.total) == ("supdoc", 1)
    assert found.rows[0]["attachments"][0]["attachmentname"] == "plan"
    assert deleted.succeeded
    assert deleted.rows == []


def test_pages_walk_by_key_until_nothing_remains(client: Client, gateway: Gateway) -> None:
    gateway.reply(vendors([3, 9], total=3, remaining=1), vendors([12], total=1, remaining=0))

    query = Query("VENDOR", ("VENDORID",), where=eq("STATUS", "active"), page_size=2)
    pages = list(client.pages(query, after=2, until=20))

    assert [row["RECORDNO"] for page in pages for row in page.rows] == ["3", "9", "12"]
    first, second = (one(call, "query") for call in gateway.calls)
    assert [field.text for field in first.findall("select/field")] == ["RECORDNO", "VENDORID"]
    assert first.findtext("filter/and/equalto/value") == "active"
    assert first.findtext("filter/and/greaterthan/value") == "2"
    assert second.findtext("filter/and/greaterthan/value") == "9"
    assert second.findtext("filter/and/lessthanorequalto/value") == "20"
    assert second.findtext("offset") == "0"
    assert second.find("orderby/order/ascending") is not None


def test_pages_yield_the_first_page_even_when_it_is_empty(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("query.empty"))

    assert [page.total for page in client.pages(VENDORS)] == [0]


@pytest.mark.parametrize("numbers", [[3, 3], [5, 4], [2]])
def test_pages_refuse_rows_out_of_order(client: Client, gateway: Gateway, numbers: list[int]) -> None:
    gateway.reply(vendors(numbers, total=len(numbers), remaining=0))

    with pytest.raises(ProtocolError) as caught:
        list(client.pages(VENDORS, after=2))
    assert caught.value.code == "ANS-ORDER"


def test_pages_refuse_an_empty_page_when_rows_remain(client: Client, gateway: Gateway) -> None:
    gateway.reply(vendors([], total=4, remaining=4))

    with pytest.raises(ProtocolError):
        list(client.pages(VENDORS))


def test_pages_without_counters_end_with_a_short_page(client: Client, gateway: Gateway) -> None:
    bare = vendors([1], total=1, remaining=0).body.replace(b' numremaining="0"', b"").replace(b' totalcount="1"', b"")
    gateway.reply(Reply(bare))

    (page,) = client.pages(VENDORS)

    assert (page.total, page.remaining) == (None, None)


def test_extent_and_count(client: Client, gateway: Gateway) -> None:
    gateway.reply(vendors([41], total=7, remaining=6), payload("query.empty"), vendors([1], total=7, remaining=6))

    assert client.extent("VENDOR", show_private=True) == Extent(41, 7)
    assert client.extent("VENDOR") == Extent(0, 0)
    assert client.count("VENDOR") == 7
    probe = one(gateway.calls[0], "query")
    assert probe.find("orderby/order/descending") is not None
    assert probe.findtext("pagesize") == "1"
    assert probe.findtext("options/showprivate") == "true"


def test_read_gives_owned_lines_as_records(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("read.lines"))

    (bill,) = client.read("APBILL", [3391])

    assert bill["RECORDID"] == "INV-88120"
    assert [line["TRX_AMOUNT"] for line in bill["APBILLITEMS"]] == ["41000"]
    assert gateway.calls[0].findtext("read/keys") == "3391"
    assert gateway.calls[0].findtext("read/fields") == "*"


def test_read_of_many_keys_is_split_and_unknown_keys_are_left_out(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("read.nothing-found"), payload("read.lines"))

    rows = client.read("APBILL", range(1, 151), fields=["RECORDNO"])

    assert len(rows) == 1
    assert [len((call.findtext("read/keys") or "").split(",")) for call in gateway.calls] == [100, 50]


def test_lookup_describes_fields_and_relationships(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("lookup.vendor"))

    vendor = client.lookup("VENDOR")

    assert vendor.name == "VENDOR"
    assert {"RECORDNO", "STATUS", "PREQUAL_EXPIRES"} <= vendor.names
    status = vendor.field("STATUS")
    assert status is not None
    assert status.valid_values == ("active", "active non-posting", "inactive")
    assert status.data_type == "ENUM"
    due = vendor.field("TOTALDUE")
    assert due is not None
    assert due.read_only
    custom = vendor.field("PREQUAL_EXPIRES")
    assert custom is not None
    assert custom.custom
    assert ("TERM", "APTERM") in {(entry.path, entry.object_name) for entry in vendor.relationships}


def test_the_fields_on_offer_are_looked_up_once_a_client(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("lookup.vendor"), payload("function.unknown-object.query"), payload("lookup.vendor"))

    names = client.offered_names("VENDOR")
    assert {"RECORDNO", "STATUS"} <= names
    assert client.offered_names("VENDOR") is names
    assert len(gateway.calls) == 1

    with pytest.raises(ProtocolError):
        client.offered_names("APBILL")
    client.offered_names("APBILL")  # a failure is not remembered as "nothing on offer"
    assert len(gateway.calls) == 3


def test_company_functions_give_typed_answers(client: Client, gateway: Gateway) -> None:
    gateway.reply(
        payload("company.user-permissions"),
        payload("company.applications"),
        payload("company.entity-details"),
        payload("company.user-formatting"),
    )

    permissions = client.user_permissions("web.services")
    assert permissions.applications == ("Administration", "Time", "Accounts Payable")
    assert permissions.allows("accounts payable", " Bills ", "add")
    assert not permissions.allows("Accounts Payable", "Bills", "Delete")
    assert permissions.rights("Purchasing", "Transactions") == frozenset()
    assert "PO" in client.applications()
    assert [(entity.id, entity.currency) for entity in client.entity_details()] == [("100", "USD"), ("200", "USD")]
    assert client.user_formatting("web.services").date_format == "/mdY"


@pytest.mark.parametrize("ask", [Client.user_permissions, Client.user_formatting])
def test_answer_without_facts_is_not_taken_for_empty_ones(
    client: Client, gateway: Gateway, ask: Callable[[Client, str], object]
) -> None:
    gateway.reply(payload("read.nothing-found"))

    with pytest.raises(ProtocolError):
        ask(client, "web.services")


def test_count_needs_an_announced_total(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("query.page", {'totalcount="5"': 'totalcount=""'}))

    with pytest.raises(ProtocolError):
        client.count("VENDOR")


def test_rows_without_a_record_number_cannot_be_walked(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("query.page", {"<RECORDNO>11</RECORDNO>": "<RECORDNO></RECORDNO>"}))

    with pytest.raises(ProtocolError) as caught:
        list(client.pages(VENDORS))
    assert (caught.value.code, caught.value.subject) == ("ANS-VALUE", "RECORDNO")


def test_lookup_that_describes_nothing_is_refused(client: Client, gateway: Gateway) -> None:
    gateway.reply(payload("read.nothing-found"))

    with pytest.raises(ProtocolError):
        client.lookup("NOSUCH")
