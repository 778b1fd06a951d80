"""read, readByName, readByQuery with readMore, lookup and inspect."""

from __future__ import annotations

import json

import pytest

from integrations.sandbox.schema import CATALOGUE
from tests.integrations.sandbox.gateway import Answer, Caller


def by_query(caller: Caller, object_name: str, expression: str, fields: str = "*", size: int = 1000) -> Answer:
    escaped = expression.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return caller.call(
        f"<readByQuery><object>{object_name}</object><query>{escaped}</query><fields>{fields}</fields>"
        f"<pagesize>{size}</pagesize></readByQuery>"
    )


def test_read_returns_every_field_and_missing_values_as_empty_elements(caller: Caller) -> None:
    answer = caller.call("<read><object>PROJECT</object><keys>11, 12</keys></read>")
    assert dict(answer.data.attrib) == {"listtype": "PROJECT", "count": "2"}
    row = answer.data[0]
    assert row.tag == "PROJECT"
    assert [child.tag for child in row] == list(CATALOGUE["PROJECT"].fields)
    assert row.findtext("CUSTOMERNAME") == "City of Larkspur"
    assert row.find("SCOPE") is not None
    assert not row.findtext("SCOPE")


def test_owned_lines_are_nested_in_lower_case(caller: Caller) -> None:
    answer = caller.call("<read><object>PROJECTCONTRACTLINE</object><keys>11</keys><fields>*</fields></read>")
    lines = answer.data[0].find("PROJECTCONTRACTLINEENTRIES")
    assert lines is not None
    assert [line.tag for line in lines] == ["projectcontractlineentry"]
    assert lines[0].findtext("WFTYPE") == "original"


def test_read_of_unknown_keys_and_names(caller: Caller) -> None:
    nothing = caller.call("<read><object>CUSTOMER</object><keys>999999,abc</keys></read>")
    assert nothing.result.findtext("status") == "success"
    assert dict(nothing.data.attrib) == {"listtype": "CUSTOMER", "count": "0"}
    field = caller.call("<read><object>CUSTOMER</object><keys>11</keys><fields>RECORDNO,NOSUCH</fields></read>")
    assert field.errors == [("Invalid fields list NOSUCH", "")]
    unknown = caller.call("<read><object>GLACCOUNT2</object><keys>1</keys></read>")
    assert unknown.errors == [("XXX", "Object definition GLACCOUNT2 not found")]
    keys = ",".join(str(number) for number in range(101))
    assert caller.call(f"<read><object>VENDOR</object><keys>{keys}</keys></read>").errors[0][0] == "SANDBOX-LIMIT"


def test_read_by_name_takes_business_keys(caller: Caller) -> None:
    answer = caller.call(
        "<readByName><object>PROJECT</object><keys>00042,24-007</keys><fields>NAME</fields></readByName>"
    )
    assert answer.values("NAME") == ["Legacy Warehouse", "Bygning på Havnefronten, Ærø"]


def test_private_records_are_not_read_at_top_level(caller: Caller) -> None:
    call = "<readByName><object>PROJECT</object><keys>CIV-100</keys></readByName>"
    assert caller.call(call).data.get("count") == "0"
    assert Caller(caller.server, entity="200").log_in().call(call).data.get("count") == "1"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("PROJECTID = '00042'", ["00042"]),
        ("STATUS = 'F'", ["00042", "00043"]),
        ("STATUS = 'inactive'", []),
        ("NOT STATUS = 'T'", ["00042", "00043"]),
        ("status = 'F'", None),
        (r"NAME = 'Cobblestone Hotel \'Lakefront\''", ["24-004"]),
        ("PROJECTID like '24-001-%' AND PROJECTSTATUS IS NOT NULL", ["24-001-A", "24-001-B"]),
        ("PROJECTID IN ('24-001', '24-002') OR PROJECTID = '24-003'", ["24-001", "24-002", "24-003"]),
        ("(PROJECTID = '24-001' OR PROJECTID = '24-002') AND PROJECTTYPE = 'Civil'", ["24-001"]),
        ("PROJECTTYPE IS NULL", ["24-013"]),
        ("CONTRACTAMOUNT >= 32750000.75 AND CONTRACTAMOUNT < 61000000", ["24-003"]),
        ("BEGINDATE = '01/15/2025'", ["24-001"]),
        ("PROJECTID NOT LIKE '2%' AND PROJECTID not in ('00042','00043')", ["INT-001", "INT-002"]),
        ("RECORDNO < 13 ORDER BY RECORDNO", None),
        ("PROJECTID =", None),
        ("NOSUCH = 1", None),
        ("BEGINDATE > '2025-01-01'", None),
    ],
)
def test_expressions_over_stored_codes(caller: Caller, expression: str, expected: list[str] | None) -> None:
    answer = by_query(caller, "PROJECT", expression, "PROJECTID")
    if expected is None:
        assert answer.errors[0][0] == "DL02000001"
    else:
        assert answer.values("PROJECTID") == expected


def test_read_by_query_pages_with_read_more(caller: Caller) -> None:
    first = by_query(caller, "GLACCOUNT", "", "RECORDNO,ACCOUNTNO,STATUS", size=30)
    assert first.data.get("listtype") == "glaccount"
    assert first.data[0].tag == "glaccount"
    assert first.data[0].findtext("STATUS") == "active"
    result_id = first.data.get("resultId", "")
    assert (first.data.get("totalcount"), first.data.get("numremaining")) == ("80", "50")
    second = caller.call(f"<readMore><resultId>{result_id}</resultId></readMore>")
    last = caller.call("<readMore><object>GLACCOUNT</object></readMore>")
    assert [len(page.data) for page in (first, second, last)] == [30, 30, 20]
    assert (last.data.get("numremaining"), second.data.get("resultId")) == ("0", result_id)
    over = caller.call(f"<readMore><resultId>{result_id}</resultId></readMore>")
    assert over.errors == [("readMore failed", f"Attempt to readMore with an invalid or expired resultId: {result_id}")]


def test_result_ids_belong_to_their_session(caller: Caller) -> None:
    result_id = by_query(caller, "GLACCOUNT", "", size=10).data.get("resultId", "")
    other = Caller(caller.server).log_in()
    answer = other.call(f"<readMore><resultId>{result_id}</resultId></readMore>")
    assert answer.errors[0][0] == "readMore failed"


def test_read_by_query_limits_empty_answers_and_formats(caller: Caller) -> None:
    empty = by_query(caller, "DEPARTMENT", "DEPARTMENTID = 'ZZZ'")
    assert dict(empty.data.attrib) == {
        "listtype": "department",
        "count": "0",
        "totalcount": "0",
        "numremaining": "0",
        "resultId": "",
    }
    assert by_query(caller, "VENDOR", "", size=1001).errors[0][0] == "SANDBOX-LIMIT"
    assert by_query(caller, "VENDOR9", "").errors == [("Query Failed", "Object definition VENDOR9 not found")]
    bare = caller.call(
        "<readByQuery><object>CLASS</object><query/><fields>CLASSID</fields><returnFormat>json</returnFormat></readByQuery>"
    )
    assert [row["CLASSID"] for row in json.loads(bare.body)] == ["CIV", "COM", "REN", "SVC"]


def test_lookup_describes_exactly_what_query_accepts(caller: Caller) -> None:
    for name in ("PROJECT", "VENDOR", "AUDITHISTORY"):
        answer = caller.call(f"<lookup><object>{name}</object></lookup>")
        fields = [field.findtext("ID") or "" for field in answer.data.iter("Field")]
        order = "ID" if name == "AUDITHISTORY" else "RECORDNO"
        assert caller.query(name, *fields, order=order).result.findtext("status") == "success"
    answer = caller.call("<lookup><name>ITEM</name></lookup>")
    kinds = {field.findtext("ID"): field for field in answer.data.iter("Field")}
    values = [value.text for value in kinds["ITEMTYPE"].iter("VALIDVALUE")]
    assert values[:2] == ["Inventory", "Non-Inventory"]
    assert kinds["ITEMID"].findtext("REQUIRED") == "true"
    assert kinds["WHENMODIFIED"].findtext("READONLY") == "true"
    assert kinds["WHENMODIFIED"].findtext("DATATYPE") == "TIMESTAMP"
    paths = [path.text for path in answer.data.iter("OBJECTPATH")]
    assert "EXPENSEACCT" in paths


def test_lookup_and_inspect_answer_without_permission(caller: Caller) -> None:
    limited = Caller(caller.server, user="ws_limited", password="limited-user-local").log_in()
    assert limited.call("<lookup><object>PROJECT</object></lookup>").result.findtext("status") == "success"
    assert limited.call("<inspect><object>PROJECT</object></inspect>").result.findtext("status") == "success"


def test_inspect(caller: Caller) -> None:
    everything = caller.call("<inspect><object>*</object></inspect>")
    assert {kind.get("typename") for kind in everything.data} == {
        name for name, definition in CATALOGUE.items() if definition.generic
    }
    plain = caller.call('<inspect detail="0"><object>VENDOR</object></inspect>')
    assert [field.text for field in plain.data.iter("Field")][:3] == ["RECORDNO", "VENDORID", "NAME"]
    detail = caller.call('<inspect detail="1"><name>VENDOR</name></inspect>')
    assert detail.data.findtext("Type/Fields/Field/dataName") == "Pt_FieldInt"
    assert caller.call("<inspect><object>NOPE</object></inspect>").errors == [("XXX", "Object type NOPE not found")]


@pytest.mark.parametrize("key", ["²", "٣", "9" * 5000, "-1", "1.5", "1_1"])
def test_key_that_is_no_record_number_is_an_unknown_one(caller: Caller, key: str) -> None:
    assert caller.call(f"<read><object>VENDOR</object><keys>{key}</keys></read>").data.get("count") == "0"
    deleted = caller.call(f"<delete><object>VENDOR</object><keys>{key}</keys></delete>")
    assert deleted.errors[0][0] == "BL01001973"
    asked = caller.call(f"<readUserFormatting><key>{key}</key></readUserFormatting>")
    assert asked.errors[0][0] == "BL03000025"
    trail = caller.call(f"<getAuditTrail><object>VENDOR</object><recordNo>{key}</recordNo></getAuditTrail>")
    assert len(trail.data) == 0


@pytest.mark.parametrize("size", ["²", "1_0", "9" * 5000, "0x1", "1.0"])
def test_page_size_in_another_form_than_digits_is_refused(caller: Caller, size: str) -> None:
    query = f"<object>VENDOR</object><select><field>RECORDNO</field></select><pagesize>{size}</pagesize>"
    assert caller.call(f"<query>{query}</query>").errors[0][0] == "SANDBOX-LIMIT"


def test_lookup_calls_a_record_number_an_integer(caller: Caller) -> None:
    """As the vendor's sample does; the types that its references name otherwise than one expects."""
    types = {
        (name, field): caller.call(f"<lookup><object>{name}</object></lookup>").result.findtext(
            f".//Field[ID='{field}']/DATATYPE"
        )
        for name, field in (("VENDOR", "RECORDNO"), ("COSTTYPE", "TASKKEY"), ("PODOCUMENT", "CLOSED"))
    }
    assert list(types.values()) == ["INTEGER", "TEXT", "TEXT"]
