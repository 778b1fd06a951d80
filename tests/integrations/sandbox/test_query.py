"""The query function: operators, order, pages, counters, aggregates, related fields, visibility."""

from __future__ import annotations

import json

import pytest

from tests.integrations.sandbox.gateway import Caller, where

PRIVATE = "<showprivate>true</showprivate>"


def test_keyset_paging_reads_every_row_once(caller: Caller) -> None:
    seen: list[int] = []
    last = 0
    while True:
        answer = caller.query(
            "VENDOR", "RECORDNO", condition=where("greaterthan", "RECORDNO", str(last)), options=PRIVATE, pagesize=7
        )
        page = [int(number) for number in answer.values("RECORDNO")]
        if not page:
            break
        assert int(answer.data.get("numremaining", "")) == int(answer.data.get("totalcount", "")) - len(page)
        seen += page
        last = page[-1]
    assert len(seen) == len(set(seen)) == 60
    assert seen == sorted(seen)


def test_offset_paging_and_counters(caller: Caller) -> None:
    answer = caller.query("GLACCOUNT", "ACCOUNTNO", order="-ACCOUNTNO", pagesize=30, offset=60)
    assert dict(answer.data.attrib) == {
        "listtype": "GLACCOUNT", "totalcount": "80", "offset": "60", "count": "20", "numremaining": "0",
    }  # fmt: skip
    numbers = answer.values("ACCOUNTNO")
    assert numbers == sorted(numbers, reverse=True)
    assert caller.query("GLACCOUNT", "RECORDNO").data.get("count") == "80"
    empty = caller.query("VENDOR", "RECORDNO", condition=where("equalto", "VENDORID", "none"))
    assert dict(empty.data.attrib)["totalcount"] == "0"
    assert len(empty.data) == 0


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (where("equalto", "PROJECTID", "00042"), ["00042"]),
        (where("equalto", "NAME", 'The "Old Mill" Renovation'), ["24-005"]),
        (where("in", "PROJECTID", "24-001", "00043", "none"), ["24-001", "00043"]),
        (where("like", "PROJECTID", "24-001%"), ["24-001", "24-001-A", "24-001-B"]),
        (where("like", "PROJECTID", "0004_"), ["00042", "00043"]),
        (where("isnull", "PROJECTTYPE"), ["24-013"]),
        (where("between", "CONTRACTAMOUNT", "400000", "700000.5"), ["24-006", "24-010-T1"]),
        (where("lessthan", "CONTRACTAMOUNT", "180000"), ["INT-001", "INT-002"]),
        (where("lessthanorequalto", "CONTRACTAMOUNT", "95000"), ["INT-001", "INT-002"]),
        (where("greaterthan", "CONTRACTAMOUNT", "32750000.75"), ["24-009"]),
        (where("greaterthanorequalto", "CONTRACTAMOUNT", "32750000.75"), ["24-003", "24-009"]),
        (where("equalto", "BEGINDATE", "1/2/2026"), ["24-007"]),
        (where("between", "BEGINDATE", "01/01/2026", "03/31/2026"), ["24-007", "24-009", "24-011"]),
        (where("equalto", "STATUS", "inactive"), ["00042", "00043"]),
        (where("equalto", "PARENT.NAME", "Granary Lofts"), ["24-010-T1"]),
        (where("equalto", "CUSTOMER.NAME", "State Parks Service") + where("isnotnull", "MEGAENTITYID"), ["CIV-100"]),
        (where("equalto", "CUSTOMERNAME", "Brøndby & Falk Properties"), ["24-007"]),
        (
            f"<and>{where('notequalto', 'STATUS', 'active')}"
            f"<or>{where('equalto', 'PROJECTID', '00042')}{where('equalto', 'PROJECTID', '24-001')}</or></and>",
            ["00042"],
        ),
        (
            f"<or>{where('equalto', 'PROJECTID', '24-001')}"
            f"<and>{where('equalto', 'STATUS', 'inactive')}{where('isnotnull', 'PARENTID')}</and></or>",
            ["24-001", "00043"],
        ),
    ],
)  # fmt: skip
def test_filters(caller: Caller, condition: str, expected: list[str]) -> None:
    assert caller.query("PROJECT", "PROJECTID", condition=condition, options=PRIVATE).values("PROJECTID") == expected


def test_null_matches_nothing_but_isnull(caller: Caller) -> None:
    total = int(caller.query("PROJECT", "RECORDNO", options=PRIVATE).data.get("totalcount", ""))
    null = len(caller.query("PROJECT", "RECORDNO", condition=where("isnull", "PARENTID"), options=PRIVATE).data)
    for condition in (
        where("notequalto", "PARENTID", "24-001"),
        where("notin", "PARENTID", "24-001"),
        where("notlike", "PARENTID", "24-001"),
    ):
        rows = caller.query("PROJECT", "PROJECTID", "PARENTID", condition=condition, options=PRIVATE)
        assert len(rows.data) == total - null - 2
        assert "" not in rows.values("PARENTID")


def test_case_counts_unless_switched_off(caller: Caller) -> None:
    condition = where("equalto", "NAME", "riverside bridge")
    assert len(caller.query("PROJECT", "NAME", condition=condition).data) == 0
    folded = caller.query("PROJECT", "NAME", condition=condition, options="<caseinsensitive>true</caseinsensitive>")
    assert folded.values("NAME") == ["Riverside Bridge"]
    like = caller.query(
        "PROJECT",
        "NAME",
        condition=where("like", "NAME", "%FAÇADE%"),
        options="<caseinsensitive>true</caseinsensitive>",
    )
    assert like.values("NAME") == ["Saint-Éloi Chapel Façade"]


def test_private_rows_by_level(caller: Caller) -> None:
    def seen(who: Caller, options: str = "") -> set[str]:
        return set(who.query("PROJECT", "MEGAENTITYID", options=options).values("MEGAENTITYID"))

    assert seen(caller) == {""}
    assert seen(caller, PRIVATE) == {"", "200", "300"}
    inside = Caller(caller.server, entity="200").log_in()
    assert seen(inside) == seen(inside, PRIVATE) == {"", "200"}


def test_related_fields_come_back_under_their_dotted_name(caller: Caller) -> None:
    answer = caller.query(
        "TASK",
        "TASKID",
        "PROJECT.PROJECTID",
        "PROJECT.CUSTOMER.NAME",
        condition=where("equalto", "PROJECT.ENDDATE", "12/31/2026"),
    )
    row = answer.data[0]
    assert [child.tag for child in row] == ["TASKID", "PROJECT.PROJECTID", "PROJECT.CUSTOMER.NAME"]
    assert row[2].text == "City of Larkspur"


def test_a_hierarchy_is_followed_for_one_hop_only(caller: Caller) -> None:
    assert caller.query("PROJECT", "PARENT.NAME").result.findtext("status") == "success"
    assert caller.query("PROJECT", "PARENT.PARENT.NAME").result.findtext("status") == "failure"


def test_order_by_several_keys_puts_empty_values_last(caller: Caller) -> None:
    answer = caller.call(
        "<query><object>PROJECT</object><select><field>PROJECTID</field><field>CONTRACTAMOUNT</field></select><orderby>"
        "<order><field>CONTRACTAMOUNT</field><ascending/></order><order><field>RECORDNO</field><descending/></order>"
        "</orderby></query>"
    )
    amounts = answer.values("CONTRACTAMOUNT")
    filled = [float(amount) for amount in amounts if amount]
    assert filled == sorted(filled)
    assert amounts[-1] == ""


def test_keyset_on_modification_time(caller: Caller) -> None:
    stamps = caller.query("VENDOR", "WHENMODIFIED", order="WHENMODIFIED", options=PRIVATE).values("WHENMODIFIED")
    known = [stamp for stamp in stamps if stamp]
    later = caller.query(
        "VENDOR",
        "WHENMODIFIED",
        condition=where("greaterthan", "WHENMODIFIED", known[20]),
        order="WHENMODIFIED",
        options=PRIVATE,
    )
    assert later.values("WHENMODIFIED") == [stamp for stamp in known if _key(stamp) > _key(known[20])]
    assert "" in stamps


def _key(stamp: str) -> str:
    return stamp[6:10] + stamp[:5] + stamp[10:]


def test_aggregates(caller: Caller) -> None:
    grouped = caller.query("PROJECT", "STATUS", "<count>RECORDNO</count>", order="STATUS", options=PRIVATE)
    assert grouped.values("STATUS") == ["active", "inactive"]
    assert grouped.values("COUNT.RECORDNO") == ["22", "2"]
    assert grouped.data.get("totalcount") == "2"
    alone = caller.query(
        "PROJECT", "<sum>CONTRACTAMOUNT</sum>", "<min>BEGINDATE</min>", "<max>BEGINDATE</max>",
        "<avg>CONTRACTAMOUNT</avg>",
        condition=where("in", "PROJECTID", "24-001", "24-001-A"), order="",
    )  # fmt: skip
    row = {child.tag: child.text for child in alone.data[0]}
    assert row == {
        "CONTRACTAMOUNT": "5065000.5", "MIN.BEGINDATE": "01/15/2025", "MAX.BEGINDATE": "03/01/2025",
        "AVG.CONTRACTAMOUNT": "2532500.25",
    }  # fmt: skip
    assert caller.query("PROJECT", "<sum>NAME</sum>", order="").errors[0][0] == "DL02000001"


def test_json_and_csv_come_bare(caller: Caller) -> None:
    condition = where("in", "PROJECTID", "24-004", "24-006")
    answer = caller.query(
        "PROJECT", "PROJECTID", "NAME", condition=condition, options="<returnformat>json</returnformat>"
    )
    assert json.loads(answer.body) == [
        {"PROJECTID": "24-004", "NAME": "Cobblestone Hotel 'Lakefront'"},
        {"PROJECTID": "24-006", "NAME": "Saint-Éloi Chapel Façade"},
    ]
    table = caller.query(
        "PROJECT", "PROJECTID", "NAME", condition=condition, options="<returnformat>csv</returnformat>"
    )
    assert table.body.decode().splitlines()[1] == "24-004,\"Cobblestone Hotel 'Lakefront'\""


@pytest.mark.parametrize(
    ("condition", "number"),
    [
        (where("greaterthan", "WHENMODIFIED", "2026-10-04T12:00:00Z"), "DL02000001"),
        (where("equalto", "BEGINDATE", "2026-10-04"), "DL02000001"),
        (where("equalto", "BEGINDATE", "13/40/2026"), "DL02000001"),
        (where("equalto", "CONTRACTAMOUNT", "lots"), "DL02000001"),
        (where("between", "CONTRACTAMOUNT", "1"), "DL02000001"),
        (where("equalto", "NOSUCHFIELD", "1"), "XL03000010"),
        (where("in", "RECORDNO", *map(str, range(1001))), "SANDBOX-LIMIT"),
    ],
)
def test_bad_filters_are_function_failures(caller: Caller, condition: str, number: str) -> None:
    answer = caller.query("PROJECT", "RECORDNO", condition=condition)
    assert answer.text("control/status") == "success"
    assert answer.result.findtext("status") == "failure"
    assert answer.errors[0][0] == number


def test_unknown_names_and_sizes_are_refused(caller: Caller) -> None:
    assert caller.query("VENDOR9", "RECORDNO").errors == [("Query Failed", "Object definition VENDOR9 not found")]
    assert "NOSUCH" in caller.query("VENDOR", "NOSUCH").errors[0][1]
    for size in (0, 2001):
        assert caller.query("VENDOR", "RECORDNO", pagesize=size).errors[0][0] == "SANDBOX-LIMIT"
    assert caller.query("VENDOR", "RECORDNO", pagesize=2000).result.findtext("status") == "success"


def test_functions_are_answered_in_order_and_independently(caller: Caller) -> None:
    good = "<query><object>ITEM</object><select><field>ITEMID</field></select></query>"
    bad = "<query><object>NOPE</object><select><field>ITEMID</field></select></query>"
    answer = caller.call(bad, good, ids=("one", "two"))
    assert [r.findtext("controlid") for r in answer.results] == ["one", "two"]
    assert [r.findtext("status") for r in answer.results] == ["failure", "success"]


def test_permission_is_checked_before_data(caller: Caller) -> None:
    limited = Caller(caller.server, user="ws_limited", password="limited-user-local").log_in()
    number, text = limited.query("PROJECT", "NOSUCHFIELD").errors[0]
    assert number == "PL04000005"
    assert text.startswith("You do not have permission for API operation READ_BY_QUERY on objects of type project")
    assert limited.query("VENDOR", "RECORDNO").result.findtext("status") == "success"
    assert limited.query("AUDITHISTORY", "ID", order="ID").errors == [
        ("", "You do not have permission to view audit history")
    ]


def test_filter_on_the_record_number_takes_plain_digits_only(caller: Caller) -> None:
    for value in ("²", "9" * 5000, "1e9999999"):
        answer = caller.query("VENDOR", "RECORDNO", condition=where("equalto", "RECORDNO", value))
        assert answer.errors[0][0] == "DL02000001"
