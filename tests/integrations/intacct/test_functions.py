"""How functions are written: order, dates, custom fields, limits, and values that survive the way."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from integrations.intacct import functions
from integrations.intacct.answer import AnswerParser, UnreadableAnswer
from integrations.intacct.element_orders import DATE_PARTS, FUNCTIONS, Shape
from integrations.intacct.values import xml_text

EMPTY_CONTACT = {"contactname": ""}
ORDER: dict[str, Any] = {
    "potransitems": {"potransitem": [{"price": "5.00", "quantity": 1, "itemid": "SUBCON"}]},
    "executedon": date(2026, 2, 1),
    "payto": EMPTY_CONTACT,
    "returnto": EMPTY_CONTACT,
    "customfields": {"APP_URL": "https://app.example/c/55?a=1&b=2"},
    "vendorid": "V-1",
    "datecreated": date(2026, 2, 3),
    "transactiontype": "Subcontract",
}


def built(name: str, fields: dict[str, Any]) -> etree._Element:
    return etree.fromstring(functions.ordered(name, fields, control_id="a").xml)


def test_ordered_function_puts_elements_into_the_schemas_order() -> None:
    call = built("create_potransaction", ORDER)

    assert [child.tag for child in call] == [
        "transactiontype",
        "datecreated",
        "vendorid",
        "returnto",
        "payto",
        "customfields",
        "potransitems",
        "executedon",
    ]
    assert [child.tag for child in call.iterfind("potransitems/potransitem/*")] == ["itemid", "quantity", "price"]


def test_dates_are_parts_where_the_schema_has_parts() -> None:
    call = built("create_potransaction", ORDER)

    assert [(part.tag, part.text) for part in call.iterfind("datecreated/*")] == [
        ("year", "2026"),
        ("month", "02"),
        ("day", "03"),
    ]
    assert call.findtext("executedon") == "02/01/2026"


def test_custom_fields_are_pairs_of_name_and_value() -> None:
    call = built("create_potransaction", ORDER)

    assert call.findtext("customfields/customfield/customfieldname") == "APP_URL"
    assert call.findtext("customfields/customfield/customfieldvalue") == "https://app.example/c/55?a=1&b=2"


def test_update_edits_adds_and_deletes_lines() -> None:
    lines = {
        "potransitem": [{"itemid": "NEW", "quantity": 1}],
        "updatepotransitem": [{"@line_num": 1, "price": "4.00"}, {"@line_num": 2, "itemid": ""}],
    }

    call = built("update_potransaction", {"@key": "Subcontract-1", "updatepotransitems": lines})

    assert call.get("key") == "Subcontract-1"
    assert [(line.tag, line.get("line_num")) for line in call.iterfind("updatepotransitems/*")] == [
        ("updatepotransitem", "1"),
        ("updatepotransitem", "2"),
        ("potransitem", None),
    ]
    assert (
        etree.tostring(call.findall("updatepotransitems/*")[1])
        == b'<updatepotransitem line_num="2"><itemid/></updatepotransitem>'
    )


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("create_potransaction", {"color": "red"}, "create_potransaction has no element color"),
        ("create_potransaction", {"potransitems": {"potransitem": {"itemid": "A", "quantity": 1, "size": 2}}}, "size"),
        ("create_potransaction", {"potransitems": {"potransitem": {"itemid": "A"}}}, "needs quantity"),
        ("create_potransaction", {"potransitems": "none"}, "elements of its own"),
        ("create_potransaction", {"vendorid": {"id": 1}}, "a single value"),
        ("create_potransaction", {"payto": {}}, "contact or contactname"),
        ("create_potransaction", {"currency": "USD"}, "exchratetype or exchrate"),
        ("create_potransaction", {"currency": "USD", "exchrate": 1, "exchratetype": ""}, "only one of"),
        ("create_potransaction", {"datecreated": "02/03/2026"}, "datecreated takes a date"),
        ("create_potransaction", {"datecreated": datetime(2026, 2, 3, tzinfo=UTC)}, "datecreated takes a date"),
        ("create_potransaction", {"customfields": "none"}, "mapping"),
        ("create_potransaction", {"@key": "1"}, "no attribute key"),
        (
            "create_potransaction",
            {"potransitems": {"potransitem": {"itemid": "A", "quantity": 1, "projectid": "P", "costtypeid": "L"}}},
            "costtypeid in potransitem needs taskid",
        ),
        ("create_journal", {}, "create_journal is not a known ordered function"),
    ],
)
def test_ordered_function_names_what_is_wrong(name: str, change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        functions.ordered(name, {**ORDER, **change}, control_id="a")


@pytest.mark.parametrize("missing", ["transactiontype", "datecreated", "vendorid", "returnto", "payto", "potransitems"])
def test_required_elements_of_a_purchasing_transaction(missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        functions.ordered("create_potransaction", {k: v for k, v in ORDER.items() if k != missing}, control_id="a")


def test_update_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="needs key"):
        functions.ordered("update_potransaction", {"message": "x"}, control_id="a")


def test_bill_takes_a_due_date_or_a_term() -> None:
    line = {"glaccountno": "5010", "amount": "9.00"}
    fields = {"vendorid": "V", "datecreated": date(2026, 3, 31), "billitems": {"lineitem": line}}

    assert built("create_bill", {**fields, "termname": "Net 30"}).findtext("termname") == "Net 30"
    with pytest.raises(ValueError, match="datedue or termname"):
        functions.ordered("create_bill", fields, control_id="a")


def test_generic_create_nests_and_repeats() -> None:
    lines = [{"ACCOUNTNO": "5010", "TRX_AMOUNT": "1.00"}, {"ACCOUNTNO": "5020", "TRX_AMOUNT": "2.00"}]

    function = functions.create([("APBILL", {"VENDORID": "V", "APBILLITEMS": {"APBILLITEM": lines}})], control_id="a")

    assert function.xml == (
        "<create><APBILL><VENDORID>V</VENDORID><APBILLITEMS>"
        "<APBILLITEM><ACCOUNTNO>5010</ACCOUNTNO><TRX_AMOUNT>1.00</TRX_AMOUNT></APBILLITEM>"
        "<APBILLITEM><ACCOUNTNO>5020</ACCOUNTNO><TRX_AMOUNT>2.00</TRX_AMOUNT></APBILLITEM>"
        "</APBILLITEMS></APBILL></create>"
    )


def test_missing_value_becomes_an_empty_element() -> None:
    assert functions.update([("VENDOR", {"RECORDNO": 1, "TERMNAME": None})], control_id="a").xml == (
        "<update><VENDOR><RECORDNO>1</RECORDNO><TERMNAME/></VENDOR></update>"
    )


def test_limits_of_functions() -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        functions.create([("VENDOR", {})] * 101, control_id="a")
    with pytest.raises(ValueError, match="1 to 100"):
        functions.update([], control_id="a")
    with pytest.raises(ValueError, match="1 to 100"):
        functions.read("VENDOR", [])
    with pytest.raises(ValueError, match="cannot be used as a key"):
        functions.read("VENDOR", ["1,2"])
    with pytest.raises(ValueError, match="control id"):
        functions.create([("VENDOR", {})], control_id="x" * 257)
    for control_id in (" a", "a\n", "a\tb", "\0"):
        with pytest.raises(ValueError, match="one line"):
            functions.create([("VENDOR", {})], control_id=control_id)


def test_building_twice_gives_identical_text() -> None:
    assert functions.ordered("create_potransaction", ORDER, control_id="a") == functions.ordered(
        "create_potransaction", dict(reversed(ORDER.items())), control_id="a"
    )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_table_of_orders_is_sound(name: str) -> None:
    def check(shape: Shape) -> None:
        known = set(shape.elements) | set(shape.attributes)
        assert len(set(shape.elements)) == len(shape.elements)
        assert set(shape.nested) <= set(shape.elements)
        assert not set(shape.nested) & DATE_PARTS
        for alternatives in (*shape.required, *shape.exclusive, *(targets for _, targets in shape.depends)):
            assert set(alternatives) <= known
        assert {element for element, _ in shape.depends} <= known
        for nested in shape.nested.values():
            check(nested)

    check(FUNCTIONS[name])


@given(st.text())
def test_any_text_survives_the_way_into_a_request(text: str) -> None:
    function = functions.create([("VENDOR", {"NAME": text})], control_id="a")

    assert (etree.fromstring(function.xml).findtext("VENDOR/NAME") or "") == xml_text(text)


@settings(max_examples=60)
@given(st.dictionaries(st.from_regex(r"[A-Z][A-Z_.]{0,12}", fullmatch=True), st.text(max_size=40), min_size=1))
def test_any_text_survives_the_way_out_of_an_answer(record: dict[str, str]) -> None:
    response = etree.Element("response")
    data = etree.SubElement(etree.SubElement(etree.SubElement(response, "operation"), "result"), "data")
    row = etree.SubElement(data, "VENDOR")
    for name, text in record.items():
        etree.SubElement(row, name).text = xml_text(text)
    parser = AnswerParser()
    document = etree.tostring(response, encoding="UTF-8", xml_declaration=True)
    for start in range(0, len(document), 7):
        parser.feed(document[start : start + 7])

    (result,) = parser.close().results

    assert result.rows == [{name: xml_text(text) for name, text in record.items()}]


@given(st.binary(max_size=200))
def test_no_bytes_are_mistaken_for_an_answer(noise: bytes) -> None:
    parser = AnswerParser()
    with pytest.raises(UnreadableAnswer):  # noqa: PT012 - garbage may show at once or at the end
        parser.feed(noise)
        parser.close()


@pytest.mark.parametrize("text", ["a\x00b\x1fc", "a\ud800b", "a\ufffeb"])
def test_characters_illegal_in_xml_are_dropped(text: str) -> None:
    assert set(xml_text(text)) <= set("abc")
