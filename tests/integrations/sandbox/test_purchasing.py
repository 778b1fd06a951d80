"""Purchasing transactions: creation, numbers, states, lines, retainage, changes, deletion, reading back."""

from __future__ import annotations

import pytest

from tests.integrations.sandbox.documents import (
    audit_rows,
    elements,
    item,
    key_of,
    lines_of,
    purchase,
    record,
    refused,
)
from tests.integrations.sandbox.gateway import Caller, where

KEY = "PC Subcontracts-SC-9"


def make(caller: Caller, request_text: str = "") -> str:
    """The record number of a new transaction."""
    key = key_of(caller.call(request_text or purchase()))
    return record(caller, "PODOCUMENT", "DOCID", key, "RECORDNO")["RECORDNO"]


def test_create_answers_definition_and_number_and_reads_back(caller: Caller) -> None:
    lines = item("40000", more=elements(), end="<retainagepercentage>10</retainagepercentage>") + item(
        "6.755", quantity="400", itemid="LUM-2X4"
    )
    request_text = purchase(
        lines=lines, referenceno="REQ-118", message="Concrete & forms", app_url="https://a.example/1"
    )
    assert key_of(caller.call(request_text)) == KEY
    row = record(
        caller,
        "PODOCUMENT",
        "DOCID",
        KEY,
        *("RECORDNO", "DOCNO", "DOCPARID", "DOCPARCLASS", "STATE", "CUSTVENDID", "CUSTVENDNAME", "PONUMBER", "MESSAGE"),
        *("WHENCREATED", "WHENDUE", "TRX_TOTAL", "TRX_REVISEDTOTAL", "TOTALAMOUNTREMAINING", "PRRECORDKEY"),
        "SOURCE_APP_URL",
        kind="PC Subcontracts",
    )
    assert row.pop("RECORDNO").isdigit()
    assert list(row.values()) == [
        *("SC-9", "PC Subcontracts", "Order", "Pending", "V-1001", "Granite Peak Concrete", "REQ-118"),
        *("Concrete & forms", "09/20/2026", "10/20/2026", "42702", "42702", "42702", "", "https://a.example/1"),
    ]
    number = record(caller, "PODOCUMENT", "DOCID", KEY, "RECORDNO")["RECORDNO"]
    first, second = lines_of(
        caller, number, "LINE_NO", "ITEMID", "UIQTY", "TRX_VALUE", "TRX_AMOUNTRETAINED", "CONVERSIONTYPE", "DOCHDRID"
    )
    assert list(first.values()) == ["0", "SUBCON", "1", "40000", "4000", "Price", KEY]
    assert list(second.values()) == ["1", "LUM-2X4", "400", "2702", "", "Quantity", KEY]
    assert ("podocument", KEY, "Create") in audit_rows(caller)
    by_name = caller.call(f"<readByName><object>PODOCUMENT</object><keys>{KEY}</keys></readByName>").data[0]
    assert [line.findtext("LINE_NO") for line in by_name.iterfind("PODOCUMENTENTRIES/podocumententry")] == ["0", "1"]
    old = caller.call(
        "<readByQuery><object>PODOCUMENT</object><query>STATE = 'O'</query><fields>DOCNO</fields></readByQuery>"
    )
    assert "SC-9" in old.values("DOCNO")


def test_numbers_come_from_the_sequence_or_from_the_caller(caller: Caller) -> None:
    keys = [key_of(caller.call(purchase("Purchase Requisition", number=""))) for _ in range(2)]
    assert keys == ["Purchase Requisition-RQ-00101", "Purchase Requisition-RQ-00102"]
    assert key_of(caller.call(purchase("Purchase Requisition", number="OWN-1"))) == "Purchase Requisition-OWN-1"
    refused(caller.call(purchase(number="")), "PL01000127", "Document Number is missing")
    caller.call(purchase())
    refused(caller.call(purchase()), "BL34000061", f"{KEY}  already exists")


def test_a_number_that_was_not_used_is_given_again(caller: Caller) -> None:
    refused(caller.call(purchase("Purchase Requisition", number="", vendor="V-999")), "BL01001973", "Invalid Vendor")
    assert key_of(caller.call(purchase("Purchase Requisition", number=""))).endswith("RQ-00101")


@pytest.mark.parametrize(("state", "expected"), [("", "Pending"), ("Draft", "Draft"), ("Closed", "Closed")])
def test_states_on_create(caller: Caller, state: str, expected: str) -> None:
    make(caller, purchase(state=state))
    assert record(caller, "PODOCUMENT", "DOCID", KEY, "STATE")["STATE"] == expected


@pytest.mark.parametrize(
    ("request_text", "number", "text"),
    [
        (purchase("Nope"), "BL01001973", "Invalid Purchasing Transaction Definition 'Nope' specified."),
        (purchase("Vendor Invoice - old"), "BL01001973", "is inactive"),
        (purchase("Civil Plant Hire"), "BL01001973", "entity level only"),
        (purchase(vendor="V-1005"), "BL01001973", "The vendor V-1005 is inactive."),
        (purchase(state="Submitted"), "BL03002129", "cannot be created in state Submitted"),
        (purchase(supdocid="ATT-404"), "BL01001973", "Invalid Attachment 'ATT-404' specified."),
        (purchase(lines=item(itemid="")), "BL01001973", "Required field ITEMID is missing."),
        (purchase(lines=item(itemid="NOPE")), "BL01001973", "Invalid Item 'NOPE' specified."),
        (purchase(lines=item(itemid="OLD-SUB")), "BL01001973", "The item OLD-SUB is inactive."),
        (purchase(lines=item(unit="")), "BL03000018", "Missing unit"),
        (purchase(lines=item(unit="Furlong")), "BL01001973", "Invalid Unit 'Furlong' specified."),
        (purchase(lines=item(projectid="P")), "BL01001973", "Invalid Project 'P' specified."),
        (purchase(lines=item(end="<taskid>99-999</taskid>")), "BL01001973", "Invalid Task '99-999' specified."),
        (
            purchase(lines=item(end="<taskid>01-100</taskid><costtypeid>Z</costtypeid>")),
            "BL01001973",
            "Invalid Cost Type 'Z' specified.",
        ),
        (purchase(lines=item(locationid="")), "BL01001973", "Required field LOCATIONID is missing."),
        (
            purchase(lines=item(quantity="2", end="<conversiontype>Price</conversiontype>")),
            "BL01001973",
            "quantity must be 1",
        ),
        (purchase(lines=item(end="<retainagepercentage>101</retainagepercentage>")), "BL01001973", "between 0 and 100"),
        (purchase(lines=item(end="<relateddockey>11</relateddockey>")), "BL03002129", "no change order definition"),
        (purchase(tail="<paymentbondrequired>true</paymentbondrequired>"), "BL01001973", "ENABLEADDINFOBOND is not"),
        (purchase(tail="<executedon>2025-02-01</executedon>"), "BL03000018", "executedon 2025-02-01"),
        (
            purchase(app_url="x").replace("SOURCE_APP_URL", "NO_SUCH_FIELD"),
            "XL03000010",
            "Custom field NO_SUCH_FIELD is not a valid field of object PODOCUMENT",
        ),
        (purchase(source="PC Subcontracts-NOPE"), "BL01001973", "Invalid Purchasing Transaction"),
    ],
)
def test_creations_that_are_refused(caller: Caller, request_text: str, number: str, text: str) -> None:
    before = len(caller.query("PODOCUMENT", "RECORDNO").data)
    refused(caller.call(request_text), number, text)
    assert len(caller.query("PODOCUMENT", "RECORDNO").data) == before


def test_an_entity_only_definition_works_in_an_entity(caller: Caller) -> None:
    inside = Caller(caller.server, entity="200").log_in()
    key = key_of(inside.call(purchase("Civil Plant Hire", number="")))
    assert record(inside, "PODOCUMENT", "DOCID", key, "MEGAENTITYID")["MEGAENTITYID"] == "200"


@pytest.mark.parametrize(
    ("request_text", "text"),
    [
        (purchase().replace("<vendorid>V-1001</vendorid>", ""), "'documentno': This element is not expected."),
        (
            purchase(tail="<scope>x</scope>").replace("<potransitems>", "<scope>x</scope><potransitems>"),
            "'scope': This element is not expected",
        ),
        (purchase(lines=item(end="<costtypeid>S</costtypeid>")), "'costtypeid': This element is not expected."),
        (purchase(currency="USD"), "Expected is one of ( exchratedate, exchratetype, exchrate )"),
        (purchase(lines="<potransitem><itemid>SUBCON</itemid></potransitem>"), "quantity"),
        (purchase().replace("<year>2026</year>", ""), "'month': This element is not expected. Expected is ( year )"),
        ('<update_potransaction key="x"><updatepotransitems/></update_potransaction>', "Missing child element(s)"),
        ('<delete_potransaction key="x" externalkey="true"/>', "The attribute is not allowed"),
        ('<update_potransaction key="x" set_nulls="yes"/>', 'Value "yes" for attribute set_nulls'),
    ],
)
def test_the_published_order_is_enforced(caller: Caller, request_text: str, text: str) -> None:
    answer = caller.call(request_text)
    assert answer.text("control/status") == "failure"
    refused(answer, "XL03000003", text)


def test_one_contact_may_be_left_out_as_a_documented_request_does(caller: Caller) -> None:
    shorter = purchase().replace("<returnto><contactname/></returnto>", "")
    assert key_of(caller.call(shorter)) == KEY
    wrong = purchase(number="SC-10").replace("<contactname></contactname>", "<contactname>Nobody</contactname>")
    refused(caller.call(wrong), "BL01001973", "Invalid Contact 'Nobody' specified.")


def test_a_retained_amount_gives_the_percentage_and_overrides_it(caller: Caller) -> None:
    end = "<retainagepercentage>50</retainagepercentage><trx_amountretained>410</trx_amountretained>"
    number = make(caller, purchase(lines=item(end=end)))
    (line,) = lines_of(caller, number, "RETAINAGEPERCENTAGE", "TRX_AMOUNTRETAINED")
    assert list(line.values()) == ["10", "410"]


def test_updates_edit_delete_and_add_lines(caller: Caller) -> None:
    number = make(caller, purchase(lines=item("100") + item("200") + item("300")))
    answer = caller.call(
        f'<update_potransaction key="{KEY}"><message>Second</message><updatepotransitems>'
        '<updatepotransitem line_num="2"><itemid></itemid></updatepotransitem>'
        '<updatepotransitem line_num="3"><price>350</price><memo>x</memo></updatepotransitem>'
        f"{item('5')}</updatepotransitems></update_potransaction>"
    )
    assert key_of(answer) == KEY
    lines = lines_of(caller, number, "LINE_NO", "TRX_VALUE", "MEMO")
    assert [tuple(line.values()) for line in lines] == [("0", "100", ""), ("1", "350", "x"), ("2", "5", "")]
    row = record(caller, "PODOCUMENT", "DOCID", KEY, "MESSAGE", "TRX_TOTAL", "STATE")
    assert list(row.values()) == ["Second", "455", "Pending"]
    wrong = '<updatepotransitem line_num="9"><memo>x</memo></updatepotransitem>'
    call = f'<update_potransaction key="{KEY}"><updatepotransitems>{wrong}</updatepotransitems></update_potransaction>'
    refused(caller.call(call), "BL01001973", "Invalid line number '9'")


def test_empty_elements_blank_only_when_asked(caller: Caller) -> None:
    make(caller, purchase(message="First"))
    caller.call(f'<update_potransaction key="{KEY}"><message></message></update_potransaction>')
    assert record(caller, "PODOCUMENT", "DOCID", KEY, "MESSAGE")["MESSAGE"] == "First"
    caller.call(f'<update_potransaction key="{KEY}" set_nulls="true"><message></message></update_potransaction>')
    assert record(caller, "PODOCUMENT", "DOCID", KEY, "MESSAGE")["MESSAGE"] == ""


def test_external_keys(caller: Caller) -> None:
    make(caller, purchase(externalid="app-55"))
    update = '<update_potransaction key="app-55" externalkey="true"><message>x</message></update_potransaction>'
    assert key_of(caller.call(update)) == KEY
    refused(caller.call(update.replace("app-55", "app-56")), "BL01001973", "Cannot find podocument with key 'app-56'")


def test_delete_by_document_id_and_by_record_number(caller: Caller) -> None:
    make(caller)
    number = make(caller, purchase(number="SC-10"))
    assert caller.call(f'<delete_potransaction key="{KEY}"/>').result.find("key") is None
    gone = caller.call(f"<delete><object>PODOCUMENT</object><keys>{number}</keys></delete>")
    assert gone.result.findtext("status") == "success"
    refused(
        caller.call(f'<delete_potransaction key="{KEY}"/>'), "BL01001973", f"Cannot find podocument with key '{KEY}'"
    )
    left = caller.query("PODOCUMENTENTRY", "RECORDNO", condition=where("like", "DOCHDRID", "%SC-%9"))
    assert len(left.data) == 0
    assert [key for kind, key, mode in audit_rows(caller) if mode == "Delete"] == [KEY, "PC Subcontracts-SC-10"]


def test_generic_writes_are_refused_for_documents(caller: Caller) -> None:
    for function in ("create", "update"):
        answer = caller.call(f"<{function}><PODOCUMENT><RECORDNO>11</RECORDNO></PODOCUMENT></{function}>")
        assert answer.errors == [
            ("XXX", f"API operation '{function.upper()}' cannot be performed on objects of type podocument")
        ]


def test_custom_fields_are_seen_with_their_definition_only(caller: Caller) -> None:
    make(caller, purchase(app_url="https://a.example/1"))
    fields = "<select><field>SOURCE_APP_URL</field></select>"
    without = caller.call(f"<query><object>PODOCUMENT</object>{fields}</query>")
    assert without.errors[0][0] == "XL03000010"
    other = caller.call(f"<query><object>PODOCUMENT</object>{fields}<docparid>PC PO Invoice</docparid></query>")
    assert other.data.get("totalcount") == "0"
    unknown = caller.call(f"<query><object>PODOCUMENT</object>{fields}<docparid>Nope</docparid></query>")
    assert unknown.errors[0][0] == "DL02000001"
    plain = caller.call("<lookup><object>PODOCUMENT</object></lookup>")
    typed = caller.call("<lookup><object>PODOCUMENT</object><docparid>PC Subcontracts</docparid></lookup>")
    assert b"SOURCE_APP_URL" not in plain.body
    assert b"<ID>SOURCE_APP_URL</ID>" in typed.body
    read = "<readByQuery><object>PODOCUMENT</object><query></query>%s</readByQuery>"
    assert b"SOURCE_APP_URL" not in caller.call(read % "").body
    assert (
        caller.call(read % "<docparid>PC Subcontracts</docparid>").values("SOURCE_APP_URL")[-1] == "https://a.example/1"
    )


def test_legacy_get_shows_what_query_does_not(caller: Caller) -> None:
    make(caller, purchase(tail="<scope>Footings &amp; walls</scope><externalrefno>SC-03</externalrefno>"))
    found = caller.call(f'<get object="potransaction" key="{KEY}"/>').data[0]
    assert [found.findtext(name) for name in ("scope", "externalrefno", "transactionstate", "changelognumber")] == [
        "Footings & walls",
        "SC-03",
        "Pending",
        "0",
    ]
    assert found.findtext("datecreated/year") == "2026"
    assert found.findtext("potransitems/potransitem/price") == "4100"


def test_rights_are_checked(caller: Caller) -> None:
    limited = Caller(caller.server, user="ws_limited", password="limited-user-local").log_in()
    refused(limited.call(purchase()), "PL04000005", "API operation CREATE on objects of type podocument")
