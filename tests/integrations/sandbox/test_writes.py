"""create, update and delete: keys, duplicates, references, stamps, audit rows, permissions."""

from __future__ import annotations

import re

import pytest

from tests.integrations.sandbox.gateway import Answer, Caller, where

STAMP = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d")


def vendor(key: str, **fields: str) -> str:
    extra = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f"<VENDOR><VENDORID>{key}</VENDORID><NAME>Name of {key}</NAME>{extra}</VENDOR>"


def create(caller: Caller, *objects: str) -> Answer:
    return caller.call(f"<create>{''.join(objects)}</create>")


def row_of(caller: Caller, object_name: str, key: str) -> dict[str, str]:
    answer = caller.call(f"<readByName><object>{object_name}</object><keys>{key}</keys></readByName>")
    return {str(child.tag): child.text or "" for child in answer.data[0]}


def test_create_returns_keys_and_keeps_stamps(caller: Caller) -> None:
    block = (
        "<DISPLAYCONTACT><EMAIL1>ap@new.example</EMAIL1><MAILADDRESS><CITY>Larkspur</CITY></MAILADDRESS>"
        "</DISPLAYCONTACT>"
    )
    answer = create(
        caller, vendor("N-1", TERMNAME="Net 30", ONHOLD="True", PREQUAL_EXPIRES="3/1/2027")[:-9] + block + "</VENDOR>"
    )
    assert dict(answer.data.attrib) == {"listtype": "objects", "count": "1"}
    made = answer.data[0]
    assert (made.tag, made.findtext("VENDORID")) == ("vendor", "N-1")
    row = row_of(caller, "VENDOR", "N-1")
    assert row["RECORDNO"] == made.findtext("RECORDNO")
    assert (row["STATUS"], row["ONHOLD"], row["PREQUAL_EXPIRES"]) == ("active", "true", "03/01/2027")
    assert row["DISPLAYCONTACT.MAILADDRESS.CITY"] == "Larkspur"
    assert row["DISPLAYCONTACT.PRINTAS"] == "Name of N-1"
    assert STAMP.fullmatch(row["WHENCREATED"])
    assert row["WHENMODIFIED"] == row["WHENCREATED"]


def test_live_client_spellings_are_accepted(caller: Caller) -> None:
    custom = (
        "<customfields><customfield><customfieldname>PREQUAL_EXPIRES</customfieldname>"
        "<customfieldvalue>9/8/2027</customfieldvalue></customfield></customfields>"
    )
    answer = create(caller, f"<vendor><vendorid>low-1</vendorid><name>Lower</name>{custom}</vendor>")
    assert answer.result.findtext("status") == "success"
    assert row_of(caller, "VENDOR", "low-1")["PREQUAL_EXPIRES"] == "09/08/2027"


def test_duplicate_is_refused_in_the_vendors_words(caller: Caller) -> None:
    answer = create(caller, vendor("V-1001"))
    assert dict(answer.data.attrib) == {"listtype": "objects", "count": "0"}
    assert answer.errors[0][0] == "BL34000061"
    assert answer.errors[0][1].startswith("Another Vendor with the given value(s) V-1001  already exists [Support ID:")
    assert answer.root.findtext(".//error/correction") == "Use a unique value instead."
    assert answer.errors[1] == ("BL01001973", "Could not create Vendor record!")


def test_objects_before_a_failing_one_stay(caller: Caller) -> None:
    answer = create(caller, vendor("N-1"), vendor("V-1001"), vendor("N-2"))
    assert answer.result.findtext("status") == "failure"
    assert answer.data.get("count") == "1"
    condition = where("in", "VENDORID", "N-1", "N-2")
    assert caller.query("VENDOR", "VENDORID", condition=condition).values("VENDORID") == ["N-1"]


@pytest.mark.parametrize(
    ("objects", "number", "text"),
    [
        (vendor("N-1", TERMNAME="Net 999"), "BL01001973", "Invalid AP Term 'Net 999' specified."),
        (vendor("N-1", CREDITLIMIT="lots"), "BL03000018", "Illegal format for Vendor"),
        (vendor("N-1", PREQUAL_EXPIRES="2027-03-01"), "BL03000018", "Illegal format for Vendor"),
        (vendor("N-1", STATUS="sleeping"), "BL03000018", "Illegal format for Vendor"),
        (vendor("N-1", NOSUCH="x"), "XL03000010", "NOSUCH"),
        (vendor("N-1", TOTALDUE="1"), "BL01001973", "read-only"),
        ("<VENDOR><VENDORID>N-1</VENDORID></VENDOR>", "BL01001973", "NAME"),
        ("<NOPE><A>1</A></NOPE>", "XXX", "Object definition NOPE not found"),
        ("<LOCATIONENTITY><NAME>x</NAME></LOCATIONENTITY>", "XXX", "API operation 'CREATE' cannot be performed"),
        ("".join(vendor(f"N-{n}") for n in range(101)), "SANDBOX-LIMIT", "100"),
        (
            "<COSTTYPE><PROJECTID>24-001</PROJECTID><TASKID>99-999</TASKID>"
            "<STANDARDCOSTTYPEID>L</STANDARDCOSTTYPEID></COSTTYPE>",
            "BL01001973",
            "Invalid Task '99-999' specified.",
        ),
        (
            "<CUSTOMER><CUSTOMERID>N</CUSTOMERID><NAME>n</NAME><DISPLAYCONTACT><EMAIL1>not-an-email</EMAIL1>"
            "</DISPLAYCONTACT></CUSTOMER>",
            "BL03000018",
            "Primary Email Address not-an-email.",
        ),
    ],
)
def test_refused_creates(caller: Caller, objects: str, number: str, text: str) -> None:
    answer = create(caller, objects)
    assert answer.result.findtext("status") == "failure"
    assert answer.errors[0][0] == number
    assert text in answer.errors[0][1]


def test_update_keeps_what_is_not_sent_and_blanks_what_is_empty(caller: Caller) -> None:
    before = row_of(caller, "VENDOR", "V-1002")
    answer = caller.call(
        f"<update><VENDOR><RECORDNO>{before['RECORDNO']}</RECORDNO><COMMENTS>A &lt; B</COMMENTS>"
        "<TERMNAME/></VENDOR></update>"
    )
    assert answer.data[0].findtext("VENDORID") == "V-1002"
    after = row_of(caller, "VENDOR", "V-1002")
    assert (after["COMMENTS"], after["TERMNAME"], after["NAME"]) == ("A < B", "", before["NAME"])
    assert after["WHENCREATED"] == before["WHENCREATED"]
    assert after["WHENMODIFIED"] != before["WHENMODIFIED"]


def test_update_by_business_key_and_of_nothing(caller: Caller) -> None:
    known = caller.call("<update><CLASS><CLASSID>CIV</CLASSID><NAME>Heavy civil</NAME></CLASS></update>")
    assert known.result.findtext("status") == "success"
    answer = caller.call("<update><CLASS><CLASSID>CL-99</CLASSID><NAME>x</NAME></CLASS></update>")
    assert answer.errors[0][0] == "Cannot update non-existing CLASS with CLASSID=CL-99."
    renamed = caller.call("<update><CLASS><RECORDNO>11</RECORDNO><CLASSID>NEW</CLASSID></CLASS></update>")
    assert "cannot be changed" in renamed.errors[0][1]


def test_delete_checks_keys_and_references(caller: Caller) -> None:
    number = create(caller, vendor("N-1")).data[0].findtext("RECORDNO")
    gone = caller.call(f"<delete><object>VENDOR</object><keys>{number}</keys></delete>")
    assert gone.result.findtext("status") == "success"
    assert gone.result.find("data") is None
    again = caller.call(f"<delete><object>VENDOR</object><keys>{number}</keys></delete>")
    assert again.errors == [("BL01001973", f"Cannot find vendor with key '{number}' to delete.")]
    used = caller.call("<delete><object>CUSTOMER</object><keys>11</keys></delete>")
    assert "because it is used by" in used.errors[0][1]
    task = caller.call("<delete><object>TASK</object><keys>11</keys></delete>")
    assert "because it is used by" in task.errors[0][1]
    unknown = caller.call("<delete><object>VENDORS</object><keys>1</keys></delete>")
    assert unknown.errors == [("WS", "Object definition VENDORS not found")]


def test_every_write_leaves_an_audit_row(caller: Caller) -> None:
    number = create(caller, vendor("N-1")).data[0].findtext("RECORDNO")
    caller.call(f"<update><VENDOR><RECORDNO>{number}</RECORDNO><NAME>Changed</NAME></VENDOR></update>")
    caller.call(f"<delete><object>VENDOR</object><keys>{number}</keys></delete>")
    rows = caller.query("AUDITHISTORY", "OBJECTTYPE", "OBJECTKEY", "ACCESSMODE", "USERID", order="ID")
    assert rows.values("ACCESSMODE") == ["Create", "Modify", "Delete"]
    assert set(rows.values("OBJECTKEY")) == {"N-1"}
    deleted = f"<and>{where('equalto', 'OBJECTTYPE', 'vendor')}{where('equalto', 'ACCESSMODE', 'D')}</and>"
    assert len(caller.query("AUDITHISTORY", "ID", condition=deleted, order="ID").data) == 1
    word = (
        "<readByQuery><object>AUDITHISTORY</object><query>ACCESSMODE = 'Delete'</query>"
        "<fields>ID</fields></readByQuery>"
    )
    assert len(caller.call(word).data) == 1
    trail = caller.call("<getAuditTrail><object>VENDOR</object><objectKey>N-1</objectKey></getAuditTrail>")
    assert [entry.findtext("accessMode") for entry in trail.data] == ["create", "modify", "delete"]


def test_contract_lines_own_their_entries_and_roll_up(caller: Caller) -> None:
    project = "<PROJECTID>24-012</PROJECTID>"
    create(
        caller,
        f"<PROJECTCONTRACT><PROJECTCONTRACTID>PC-1</PROJECTCONTRACTID><NAME>Library</NAME>{project}"
        "<CUSTOMERID>C-208</CUSTOMERID><CONTRACTDATE>1/2/2026</CONTRACTDATE></PROJECTCONTRACT>",
    )
    entry = "<PRICEEFFECTIVEDATE>01/02/2026</PRICEEFFECTIVEDATE>"
    answer = create(
        caller,
        "<PROJECTCONTRACTLINE><PROJECTCONTRACTID>PC-1</PROJECTCONTRACTID>"
        "<PROJECTCONTRACTLINEID>010</PROJECTCONTRACTLINEID><NAME>Shell</NAME>"
        "<CONTRACTLINEDATE>01/02/2026</CONTRACTLINEDATE><ACCOUNTNO>4000</ACCOUNTNO><BILLINGTYPE>Progress</BILLINGTYPE>"
        f"<MAXIMUMBILLING>Total revised price</MAXIMUMBILLING><ITEMID>BILLING</ITEMID>{project}"
        "<PROJECTCONTRACTLINEENTRIES>"
        f"<PROJECTCONTRACTLINEENTRY><WFTYPE>original</WFTYPE>{entry}<PRICE>100.50</PRICE></PROJECTCONTRACTLINEENTRY>"
        f"<PROJECTCONTRACTLINEENTRY><WFTYPE>forecast</WFTYPE>{entry}<PRICE>7</PRICE></PROJECTCONTRACTLINEENTRY>"
        "</PROJECTCONTRACTLINEENTRIES></PROJECTCONTRACTLINE>",
    )
    number = str(answer.data[0].findtext("RECORDNO"))
    line = caller.call(f"<read><object>PROJECTCONTRACTLINE</object><keys>{number}</keys></read>").data[0]
    assert line.findtext("TOTALREVISEDPRICE") == "100.5"
    assert len(line.findall("PROJECTCONTRACTLINEENTRIES/projectcontractlineentry")) == 2
    amount = "<QTY>2</QTY><UNITPRICE>10</UNITPRICE>"
    added = f"<PROJECTCONTRACTLINEENTRY><WFTYPE>revision</WFTYPE>{entry}{amount}</PROJECTCONTRACTLINEENTRY>"
    caller.call(
        f"<update><PROJECTCONTRACTLINE><RECORDNO>{number}</RECORDNO><PROJECTCONTRACTLINEENTRIES>{added}"
        "</PROJECTCONTRACTLINEENTRIES></PROJECTCONTRACTLINE></update>"
    )
    condition = where("equalto", "RECORDNO", number)
    revised = caller.query("PROJECTCONTRACTLINE", "TOTALREVISEDPRICE", condition=condition)
    assert revised.values("TOTALREVISEDPRICE") == ["120.5"]
    assert row_of(caller, "PROJECTCONTRACT", "PC-1")["ORIGINALPRICE"] == "100.5"
    entries = caller.query("PROJECTCONTRACTLINEENTRY", "RECORDNO", condition=where("equalto", "WFTYPE", "revision"))
    gone = entries.values("RECORDNO")[0]
    caller.call(f"<delete><object>PROJECTCONTRACTLINEENTRY</object><keys>{gone}</keys></delete>")
    revised = caller.query("PROJECTCONTRACTLINE", "TOTALREVISEDPRICE", condition=condition)
    assert revised.values("TOTALREVISEDPRICE") == ["100.5"]


def test_object_with_a_refused_line_leaves_nothing_behind(caller: Caller) -> None:
    good = "<WFTYPE>original</WFTYPE><PRICEEFFECTIVEDATE>01/02/2026</PRICEEFFECTIVEDATE><PRICE>5</PRICE>"
    objects = ("PROJECTCONTRACTLINE", "PROJECTCONTRACTLINEENTRY", "AUDITHISTORY")
    keys = ("RECORDNO", "RECORDNO", "ID")
    before = [
        caller.query(name, f"<count>{key}</count>", order="").data[0][0].text
        for name, key in zip(objects, keys, strict=True)
    ]
    answer = create(
        caller,
        "<PROJECTCONTRACTLINE><PROJECTCONTRACTID>PC-24-001</PROJECTCONTRACTID>"
        "<PROJECTCONTRACTLINEID>990</PROJECTCONTRACTLINEID><NAME>Shell</NAME>"
        "<CONTRACTLINEDATE>01/02/2026</CONTRACTLINEDATE><ACCOUNTNO>4000</ACCOUNTNO><BILLINGTYPE>Progress</BILLINGTYPE>"
        "<MAXIMUMBILLING>Total revised price</MAXIMUMBILLING><ITEMID>BILLING</ITEMID><PROJECTID>24-001</PROJECTID>"
        f"<PROJECTCONTRACTLINEENTRIES><PROJECTCONTRACTLINEENTRY>{good}</PROJECTCONTRACTLINEENTRY>"
        "<PROJECTCONTRACTLINEENTRY><RECORDNO>99999</RECORDNO></PROJECTCONTRACTLINEENTRY></PROJECTCONTRACTLINEENTRIES>"
        "</PROJECTCONTRACTLINE>",
    )
    assert answer.errors[0][0] == "Cannot update non-existing PROJECTCONTRACTLINEENTRY with RECORDNO=99999."
    assert answer.data.get("count") == "0"
    after = [
        caller.query(name, f"<count>{key}</count>", order="").data[0][0].text
        for name, key in zip(objects, keys, strict=True)
    ]
    assert after == before


@pytest.mark.parametrize("amount", ["1e10000000", "1e5", "NaN", "Infinity", "0x10", "1_000", "²", "1,000", "9" * 31])
def test_number_in_another_form_than_plain_digits_is_refused(caller: Caller, amount: str) -> None:
    answer = create(caller, vendor("N-1", CREDITLIMIT=amount))
    assert answer.errors[0][0] == "BL03000018"


def test_cost_type_and_task_take_defaults_from_their_standards(caller: Caller) -> None:
    project = "<PROJECTID>24-013</PROJECTID>"
    standard = "<STANDARDTASKID>03-300</STANDARDTASKID><TASKSTATUS>Planned</TASKSTATUS>"
    cost = "<TASKID>03-300</TASKID><STANDARDCOSTTYPEID>S</STANDARDCOSTTYPEID>"
    task, kind = f"<TASK>{project}{standard}</TASK>", f"<COSTTYPE>{project}{cost}</COSTTYPE>"
    answer = create(caller, task, kind)
    assert answer.result.findtext("status") == "success", answer.errors
    made = caller.query(
        "COSTTYPE", "NAME", "ACCOUNTNO", "TASKNAME", condition=where("equalto", "PROJECTID", "24-013")
    ).data[0]
    assert [child.text for child in made] == ["Subcontract", "5010", "Cast-in-place concrete"]


def test_entity_sessions_own_what_they_create(caller: Caller) -> None:
    inside = Caller(caller.server, entity="200").log_in()
    number = create(inside, vendor("N-200")).data[0].findtext("RECORDNO")
    condition = where("equalto", "VENDORID", "N-200")
    assert inside.query("VENDOR", "MEGAENTITYNAME", condition=condition).values("MEGAENTITYNAME") == [
        "Summit Ridge Civil LLC"
    ]
    assert len(caller.query("VENDOR", "RECORDNO", condition=condition).data) == 0
    refused = caller.call(f"<update><VENDOR><RECORDNO>{number}</RECORDNO><NAME>x</NAME></VENDOR></update>")
    assert refused.errors[0][0].startswith("Cannot update non-existing VENDOR")


def test_rights_are_enforced_for_writes(caller: Caller) -> None:
    limited = Caller(caller.server, user="ws_limited", password="limited-user-local").log_in()
    assert create(limited, vendor("N-1")).result.findtext("status") == "success"
    for call, word in (
        ("<create><CLASS><CLASSID>N</CLASSID><NAME>n</NAME></CLASS></create>", "CREATE"),
        ("<update><CLASS><CLASSID>CIV</CLASSID><NAME>n</NAME></CLASS></update>", "UPDATE"),
        ("<delete><object>VENDOR</object><keys>11</keys></delete>", "DELETE"),
        ("<read><object>PROJECT</object><keys>11</keys></read>", "READ"),
    ):
        number, text = limited.call(call).errors[0]
        assert number == "PL04000005"
        assert f"API operation {word} on objects of type" in text


def test_clock_offset_shifts_record_stamps_only(caller: Caller) -> None:
    caller.server.control(do="clock", offset_seconds=-25200)
    create(caller, vendor("N-1"))
    row = row_of(caller, "VENDOR", "N-1")
    audit = caller.query("AUDITHISTORY", "ACCESSTIME", order="ID").values("ACCESSTIME")[0]
    assert row["WHENMODIFIED"][11:13] != audit[11:13]
