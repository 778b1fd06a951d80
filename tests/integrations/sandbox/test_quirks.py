"""What live clients send and a gateway takes: each quirk by itself, as seen in published connectors."""

from __future__ import annotations

import pytest

from tests.integrations.sandbox.documents import key_of, record
from tests.integrations.sandbox.gateway import Caller, where

VENDORS = "<query><object>VENDOR</object><select><field>VENDORID</field></select>%s</query>"
BOTH = where("greaterthan", "RECORDNO", "11") + where("lessthan", "RECORDNO", "14")


def succeeded(caller: Caller, request_text: str) -> bool:
    answer = caller.post(request_text)
    return answer.text("operation/result/status") == "success"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<controlid>control-1</controlid>", "<controlid>2026-05-04 12:00:00.123456</controlid>"),
        ("<dtdversion>3.0</dtdversion>", "<dtdversion> 3.0 </dtdversion>"),
        ("<uniqueid>false</uniqueid>", "<uniqueid>False</uniqueid>"),
        ("<uniqueid>false</uniqueid>", "<uniqueid></uniqueid>"),
        ("<includewhitespace>false</includewhitespace>", "<includewhitespace>False</includewhitespace>"),
        ("<includewhitespace>false</includewhitespace>", ""),
        ("<operation>", "<operation transaction='true'>"),
        ("<getAPISession/>", "<getAPISession></getAPISession>"),
        ("<getAPISession/>", "<getAPISession><locationid/></getAPISession>"),
        ("<getAPISession/>", "<getAPISession>\n  <locationid> </locationid>\n</getAPISession>"),
        ("</password></login>", "</password><locationid/></login>"),
        ("<userid>ws_sync</userid>", "<userid> ws_sync\n</userid>"),
        ('<?xml version="1.0" encoding="UTF-8"?>', ""),
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<?xml version="1.0" encoding="utf-8"?>\n<!-- sent by a client -->\n',
        ),
    ],
)
def test_spellings_of_the_envelope(caller: Caller, before: str, after: str) -> None:
    fresh = Caller(caller.server)
    text = fresh.envelope("<getAPISession/>")
    assert before in text
    assert succeeded(fresh, text.replace(before, after))


def test_the_older_content_type_is_taken(caller: Caller) -> None:
    answer = caller.post(caller.envelope("<getDimensions/>"), {"Content-Type": "x-intacct-xml-request"})
    assert answer.text("operation/result/status") == "success"


@pytest.mark.parametrize(
    "call",
    [
        "<query><pagesize>5</pagesize><select><field>VENDORID</field></select><object>VENDOR</object></query>",
        VENDORS % "<orderby><order><field>VENDORID</field><ascending></ascending></order></orderby>",
        VENDORS % "<pagesize> 5 </pagesize><offset>0</offset>",
        VENDORS % "<options><showprivate>True</showprivate></options>",
        "<readByQuery><object>VENDOR</object><query/></readByQuery>",
        "<readByQuery><object>vendor</object><query></query><fields>*</fields><pagesize>10</pagesize></readByQuery>",
        "<read><object>VENDOR</object><keys>11</keys></read>",
        '<inspect detail="1"><name>VENDOR</name></inspect>',
        "<lookup><name>VENDOR</name></lookup>",
    ],
)
def test_spellings_of_reads(caller: Caller, call: str) -> None:
    answer = caller.call(call)
    assert answer.result.findtext("status") == "success", answer.errors
    assert len(answer.data)


def test_several_operators_under_a_filter_are_joined_with_and(caller: Caller) -> None:
    assert caller.call(VENDORS % f"<filter>{BOTH}</filter>").values("VENDORID") == ["V-1002", "V-1003"]


def test_row_numbers_limit_a_read_by_query(caller: Caller) -> None:
    call = "<readByQuery><object>VENDOR</object><query>%s</query><fields>VENDORID</fields></readByQuery>"
    first = caller.call(call % "STATUS = 'F' AND rownum &lt;= 2")
    assert len(first.data) == 2
    assert len(caller.call(call % "ROWNUM &lt; 1").data) == 0
    assert caller.call(call % "rownum = 'x'").errors[0][0] == "DL02000001"


def test_generic_creates_take_lower_case_custom_fields_and_unpadded_dates(caller: Caller) -> None:
    custom = (
        "<customfields><customfield><customfieldname>SOURCE_APP_URL</customfieldname>"
        "<customfieldvalue>https://app.example/1</customfieldvalue></customfield></customfields>"
    )
    fields = "<accountno>6140</accountno><trx_amount> 5.00 </trx_amount><locationid>100</locationid>"
    line = f"<APBILLITEM>{fields}</APBILLITEM>"
    answer = caller.call(
        "<create><apbill><whencreated>9/8/2026</whencreated><whendue>10/8/2026</whendue><vendorid>V-1001</vendorid>"
        f"<recordid> Q-1 </recordid><onhold>False</onhold>{custom}<APBILLITEMS>{line}</APBILLITEMS></apbill></create>"
    )
    number = answer.data[0].findtext("RECORDNO") or ""
    row = record(caller, "APBILL", "RECORDNO", number, "WHENCREATED", "RECORDID", "ONHOLD", "SOURCE_APP_URL")
    assert list(row.values()) == ["09/08/2026", "Q-1", "false", "https://app.example/1"]


def test_dates_in_parts_without_padding(caller: Caller) -> None:
    call = (
        "<create_bill><vendorid>V-1001</vendorid><datecreated><year>2026</year><month>9</month><day>8</day></datecreated>"
        "<termname>Net 10</termname><billno>Q-2</billno><billitems><lineitem><glaccountno>6140</glaccountno>"
        "<amount>5</amount><locationid>100</locationid></lineitem></billitems></create_bill>"
    )
    number = key_of(caller.call(call))
    assert record(caller, "APBILL", "RECORDNO", number, "WHENDUE")["WHENDUE"] == "09/18/2026"
