"""get_list and get, and the older deletes and contacts that published clients call."""

from __future__ import annotations

import pytest

from integrations.sandbox.legacy import LEGACY_HANDLERS
from integrations.sandbox.legacy.list_fields import EMPTY_LISTS, LISTED_OBJECTS
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.wire.legacy_shapes import FUNCTIONS, GOT, LISTED
from tests.integrations.sandbox.documents import audit_rows, key_of, record, refused
from tests.integrations.sandbox.gateway import Answer, Caller


def expression(field: str, operator: str, value: str) -> str:
    return f"<expression><field>{field}</field><operator>{operator}</operator><value>{value}</value></expression>"


def total(answer: Answer) -> int:
    listtype = answer.result.find("listtype")
    assert listtype is not None, answer.body.decode()
    return int(listtype.get("total", ""))


def test_every_function_with_a_published_content_has_a_handler() -> None:
    assert set(FUNCTIONS) == set(LEGACY_HANDLERS)
    assert set(LISTED) <= set(LISTED_OBJECTS) | set(EMPTY_LISTS)
    assert set(GOT) <= set(LISTED_OBJECTS)


def test_every_listed_element_reads_a_field_or_a_kept_value() -> None:
    kept = {"RETURNTO", "PAYTO", "SCOPE", "INCLUSIONS", "EXCLUSIONS", "TERMS", "SCHEDULESTARTDATE", "ACTUALSTARTDATE"}
    kept |= {"SCHEDULEDCOMPLETIONDATE", "EXECUTEDON", "SCHEDULEIMPACT", "INTERNALREFNO", "EXTERNALREFNO"}
    for name, listed in LISTED_OBJECTS.items():
        known = set(CATALOGUE[listed.object_name].fields) | (kept if name == "potransaction" else set())
        assert set(listed.fields.values()) <= known, name


@pytest.mark.parametrize("name", sorted(set(LISTED) - set(EMPTY_LISTS)))
def test_every_list_answers(caller: Caller, name: str) -> None:
    answer = caller.call(f'<get_list object="{name}" maxitems="2"/>')
    assert answer.result.findtext("listtype") == name
    assert {str(row.tag) for row in answer.data} == {name}
    assert len(answer.data) == min(2, total(answer))


def test_filter_sort_page_and_fields(caller: Caller) -> None:
    both = expression("status", "=", "active") + expression("classid", "like", "C%")
    call = (
        '<get_list object="class" start="1" maxitems="1" showprivate="false"><filter>'
        f'<logical logical_operator="and">{both}</logical></filter>'
        '<sorts><sortfield order="desc">classid</sortfield></sorts>'
        "<fields><field>classid</field><field>name</field></fields></get_list>"
    )
    answer = caller.call(call)
    listtype = answer.result.find("listtype")
    assert listtype is not None
    assert dict(listtype.attrib) == {"start": "1", "end": "1", "total": "2"}
    assert [[child.tag, child.text] for child in answer.data[0]] == [["classid", "CIV"], ["name", "Civil"]]


@pytest.mark.parametrize(
    ("object_name", "condition", "count"),
    [
        ("bill", expression("state", "=", "Paid"), 1),
        ("bill", expression("totaldue", "&gt;", "9000"), 1),
        ("bill", expression("datecreated", "&gt;=", "03/01/2025"), 3),
        ("bill", expression("datepaid", "is null", ""), 6),
        ("vendor", expression("name", "like", "Granite%"), 1),
        ("vendor", expression("vendorid", "!=", "V-1001"), 56),
    ],
)
def test_operators(caller: Caller, object_name: str, condition: str, count: int) -> None:
    assert total(caller.call(f'<get_list object="{object_name}"><filter>{condition}</filter></get_list>')) == count


def test_private_records_are_listed_when_asked_for(caller: Caller) -> None:
    shared, everything = (
        total(caller.call(f'<get_list object="vendor" showprivate="{word}"/>')) for word in ("false", "true")
    )
    assert (shared, everything) == (57, 60)


def test_bills_carry_dates_in_parts_and_lines(caller: Caller) -> None:
    number = record(caller, "APBILL", "RECORDID", "GP-1001", "RECORDNO")["RECORDNO"]
    bill = caller.call(f'<get object="bill" key="{number}"/>').data[0]
    assert [bill.findtext(f"datepaid/{part}") for part in ("year", "month", "day")] == ["2025", "03", "07"]
    assert [line.findtext("amount") for line in bill.iterfind("billitems/lineitem")] == ["1822.75", "240"]


@pytest.mark.parametrize(
    ("call", "number", "text"),
    [
        ('<get_list object="nothing"/>', "XL03000003", 'Value "nothing" for attribute object of get_list is not among'),
        ('<get object="smarteventlog" key="1"/>', "XL03000003", "is not among the enumerated set"),
        ("<get_list/>", "XL03000003", "The attribute 'object' is required but missing."),
        (
            '<get_list object="class"><sorts><sortfield order="up">x</sortfield></sorts></get_list>',
            "XL03000003",
            'Value "up" for attribute order',
        ),
        ('<get_list object="class"><filter/></get_list>', "XL03000003", "Expected is one of ( logical, expression )"),
        (
            f'<get_list object="class"><filter>{expression("nofield", "=", "x")}</filter></get_list>',
            "DL02000001",
            "an error processing",
        ),
        (
            f'<get_list object="bill"><filter>{expression("datecreated", "=", "2025-01-01")}</filter></get_list>',
            "DL02000001",
            "an error processing",
        ),
        ('<get_list object="class" maxitems="many"/>', "SANDBOX-LIMIT", "maxitems must be a whole number."),
        ('<get object="class" key="NOPE"/>', "BL01001973", "Cannot find class with key 'NOPE'."),
    ],
)
def test_refused(caller: Caller, call: str, number: str, text: str) -> None:
    refused(caller.call(call), number, text)


def test_lists_need_the_right_to_the_object(caller: Caller) -> None:
    limited = Caller(caller.server, user="ws_limited", password="limited-user-local").log_in()
    refused(limited.call('<get_list object="project"/>'), "PL04000005", "on objects of type project")
    refused(limited.call('<get object="project" key="24-001"/>'), "PL04000005", "on objects of type project")


def test_an_empty_list_has_no_rows(caller: Caller) -> None:
    assert total(caller.call('<get_list object="smarteventlog" maxitems="10"/>')) == 0


def test_older_deletes_name_the_business_key(caller: Caller) -> None:
    caller.call("<create><VENDOR><VENDORID>N-1</VENDORID><NAME>n</NAME></VENDOR></create>")
    assert caller.call('<delete_vendor vendorid="N-1"/>').result.find("key") is None
    refused(
        caller.call('<delete_vendor vendorid="N-1"/>'), "BL01001973", "Cannot find vendor with key 'N-1' to delete."
    )
    refused(caller.call('<delete_vendor vendorid="11"/>'), "BL01001973", "Cannot find vendor with key '11' to delete.")
    refused(caller.call('<delete_class key="CIV"/>'), "BL01001973", "because it is used by")
    unknown = caller.call('<delete_vendor vendorid="V-1001" externalkey="true"/>')
    refused(unknown, "BL01001973", "Cannot find vendor with key 'V-1001'")
    assert audit_rows(caller) == [("vendor", "N-1", "Create"), ("vendor", "N-1", "Delete")]


def test_contacts_are_created_in_order_and_maybe_once(caller: Caller) -> None:
    text = (
        "<create_contact%s><contactname>Sample, Sam</contactname><printas>Sam Sample</printas>"
        "<email1>sam@vendor.example</email1><mailaddress><city>Larkspur</city></mailaddress></create_contact>"
    )
    assert key_of(caller.call(text % "")) == "Sample, Sam"
    row = record(caller, "CONTACT", "CONTACTNAME", "Sample, Sam", "EMAIL1", "MAILADDRESS.CITY", "STATUS")
    assert list(row.values()) == ["sam@vendor.example", "Larkspur", "active"]
    refused(caller.call(text % ""), "BL34000061", "Sample, Sam  already exists")
    assert key_of(caller.call(text % ' ignoreduplicates="true"')) == "Sample, Sam"
    assert caller.call('<delete_contact contactname="Sample, Sam"/>').result.findtext("status") == "success"
