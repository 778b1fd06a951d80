"""Documents the gateway refuses before it looks at anything else, and what it echoes."""

from __future__ import annotations

import re

import pytest

from integrations.sandbox.facade import SandboxServer
from tests.integrations.sandbox.gateway import Caller


def test_malformed_xml_is_a_control_failure_with_line_and_column(caller: Caller) -> None:
    broken = caller.envelope("<getAPISession/>").replace("</content>", "</contents>")
    answer = caller.post(broken)
    assert answer.status == 200
    assert answer.text("control/status") == "failure"
    assert answer.text("control/controlid") == "control-1"
    assert answer.root.find("operation") is None
    number, text = answer.errors[0]
    assert number == "XL03000003"
    assert re.search(r"Line: \d+, column: \d+\. \[Support ID: ", text)


@pytest.mark.parametrize("body", [b"", b"   ", b"no xml", b"\xff\xfe\x00", b"<a/><b/>"])
def test_anything_that_is_no_document_is_refused(server: SandboxServer, body: bytes) -> None:
    answer = Caller(server).post(body)
    assert answer.text("control/status") == "failure"
    assert answer.errors[0][0] == "XL03000003"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_and_entities_are_refused(caller: Caller, encoding: str) -> None:
    plain = caller.envelope("<getAPISession/>").split("?>", 1)[1].replace("control-1", "&secret;")
    hostile = f'<!DOCTYPE request [<!ENTITY secret SYSTEM "file:///etc/passwd">]>{plain}'
    answer = caller.post(hostile.encode(encoding))
    assert answer.text("control/status") == "failure"
    assert b"root:" not in answer.body


def test_entity_bomb_is_refused_quickly(caller: Caller) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    answer = caller.post(f'<!DOCTYPE request [<!ENTITY e0 "x">{entities}]><request a="&e11;">&e11;</request>')
    assert answer.text("control/status") == "failure"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("<controlid>control-1</controlid><uniqueid>", "<unknown/><uniqueid>", "unknown"),
        ("<senderid>", "<dtdversion>3.0</dtdversion><senderid>", "senderid"),
        ("<dtdversion>3.0</dtdversion>", "", "Expected is ( dtdversion )"),
        ("<dtdversion>3.0</dtdversion>", "<dtdversion>9.9</dtdversion>", "dtdversion"),
        ("<uniqueid>false</uniqueid>", "<uniqueid>maybe</uniqueid>", "uniqueid"),
        ("<getAPISession/>", "<getAPISession/><getAPISession/>", "getAPISession"),
        ("<getAPISession/>", "<getAPISessions/>", "getAPISessions"),
        ("<getAPISession/>", '<get_list object="vendorz"/>', "get_list"),
        ("<getAPISession/>", "<query><object>VENDOR</object></query>", "query"),
        ("<getAPISession/>", "<readMore/>", "readMore"),
        ("<getAPISession/>", "<get_companyprefs/>", "get_companyprefs"),
        ("<getAPISession/>", "<readMore><resultId>a</resultId><object>VENDOR</object></readMore>", "object"),
        ("<getAPISession/>", "<lookup><name>VENDOR</name><object>VENDOR</object></lookup>", "object"),
        ("<getAPISession/>", "<getAuditTrail><recordNo>1</recordNo><object>VENDOR</object></getAuditTrail>", "object"),
        ('controlid="c"', "", "controlid"),
        ("<operation>", '<operation transaction="yes">', "transaction"),
        ("<content>", "<extra/><content>", "extra"),
        ("</request>", "<operation/></request>", "operation"),
    ],
)
def test_documents_against_the_schema_are_refused(caller: Caller, old: str, new: str, named: str) -> None:
    body = caller.envelope("<getAPISession/>", ids=("c",))
    assert old in body
    answer = caller.post(body.replace(old, new))
    assert answer.text("control/status") == "failure"
    assert answer.errors[0][0] == "XL03000003"
    assert named in answer.errors[0][1]
    assert "Line: " in answer.errors[0][1]


def test_login_children_are_ordered_and_the_error_names_what_was_expected(server: SandboxServer) -> None:
    caller = Caller(server)
    body = caller.envelope("<getAPISession/>")
    company = f"<companyid>{caller.company}</companyid>"
    answer = caller.post(body.replace(company, "").replace("</login>", f"{company}</login>"))
    assert "Expected is ( companyid )" in answer.errors[0][1]


def test_options_of_a_query_are_a_sequence(caller: Caller) -> None:
    case, private = "<caseinsensitive>true</caseinsensitive>", "<showprivate>true</showprivate>"
    assert caller.query("VENDOR", "RECORDNO", options=case + private).result.findtext("status") == "success"
    answer = caller.query("VENDOR", "RECORDNO", options=private + case)
    assert answer.text("control/status") == "failure"
    assert "Element 'caseinsensitive'" in answer.errors[0][1]


@pytest.mark.parametrize("filler", [b"<?a?>" * 5000, b"<!---->" * 5000, b" \n" * 200_000, b"<?a" * 5000])
def test_long_beginning_is_read_in_no_time(caller: Caller, filler: bytes) -> None:
    body = caller.envelope("<getAPISession/>").split("?>", 1)[1].encode()
    expected = "failure" if filler.startswith(b"<?a<") else "success"
    assert caller.post(b"<?xml version='1.0'?>" + filler + body).text("control/status") == expected
    hidden = b"<?xml version='1.0'?>" + filler + b"<!DOCTYPE request>" + body
    assert caller.post(hidden).text("control/status") == "failure"


def test_unknown_filter_operator_is_a_schema_error(caller: Caller) -> None:
    answer = caller.query("VENDOR", "RECORDNO", condition="<same><field>NAME</field><value>a</value></same>")
    assert answer.text("control/status") == "failure"
    assert "Element 'same'" in answer.errors[0][1]


@pytest.mark.parametrize(
    ("sent", "echoed"), [("true", "true"), ("True", "true"), ("False", "false"), ("false", "false"), (None, "true")]
)
def test_uniqueid_is_echoed_normalised(caller: Caller, sent: str | None, echoed: str) -> None:
    answer = caller.call("<get_applications/>", uniqueid=sent, ids=(" an id/with 'marks' ",))
    assert answer.text("control/uniqueid") == echoed
    assert answer.text("control/senderid") == caller.sender
    assert answer.text("control/dtdversion") == "3.0"
    assert answer.result.findtext("controlid") == " an id/with 'marks' "


def test_whitespace_is_on_by_default_and_can_be_switched_off(caller: Caller) -> None:
    default = caller.post(caller.envelope("<get_applications/>", whitespace=None))
    compact = caller.post(caller.envelope("<get_applications/>", whitespace="false"))
    assert b"\n    <control>" in default.body
    assert b"\n" not in compact.body


def test_control_id_longer_than_256_is_refused(caller: Caller) -> None:
    answer = caller.post(caller.envelope("<getAPISession/>").replace("control-1", "x" * 257))
    assert answer.errors[0][0] == "XL03000003"


def test_live_client_quirks_are_accepted(caller: Caller) -> None:
    body = caller.envelope("<getAPISession></getAPISession>").replace("control-1", "2026-10-05 14:02:11.123456")
    answer = caller.post(body.replace('version="1.0"', "version='1.0'"))
    assert answer.result.findtext("status") == "success"
    answer = caller.call(
        "<query><pagesize> 2 </pagesize><select><field> RECORDNO </field></select><orderby><order>"
        "<field>RECORDNO</field><ascending></ascending></order></orderby><object> VENDOR </object><filter>"
        "<equalto><field>STATUS</field><value>active</value></equalto>"
        "<like><field>NAME</field><value>%Steel%</value></like></filter></query>"
    )
    assert answer.data.get("totalcount") == "1"
