"""Control commands and every fault, seen from the client's side of the socket."""

from __future__ import annotations

import http.client
import json
import urllib.error
from typing import Any

import pytest
from lxml import etree

from tests.integrations.sandbox.gateway import Caller, where

CLASS = "<create><CLASS><CLASSID>N-1</CLASSID><NAME>n</NAME></CLASS></create>"


@pytest.mark.parametrize(
    ("kind", "status", "part"),
    [
        ("429", 429, b"GW-0010"),
        ("400", 400, b"GW-0011"),
        ("401", 401, b"XMLGW_JPP0002"),
        ("502", 502, b"<html>"),
        ("html", 200, b"<html>"),
        ("garbage", 200, b"not xml"),
        ("empty", 200, b""),
        ("hostile", 200, b"<!DOCTYPE"),
        ("offline", 200, b"The Service is Temporarily Off-line"),
    ],
)
def test_faults_that_keep_the_request_from_the_gateway(caller: Caller, kind: str, status: int, part: bytes) -> None:
    caller.server.control(do="fault", kind=kind)
    answer = caller.call(CLASS)
    assert answer.status == status
    assert part in answer.body
    assert caller.call(CLASS).result.findtext("status") == "success"


@pytest.mark.parametrize(("kind", "status"), [("truncated", 200), ("two_roots", 200), ("524", 524)])
def test_faults_that_spoil_a_finished_answer(caller: Caller, kind: str, status: int) -> None:
    caller.server.control(do="fault", kind=kind)
    answer = caller.call(CLASS)
    assert answer.status == status
    if kind != "524":
        with pytest.raises(etree.XMLSyntaxError):
            _ = answer.root
    assert caller.call(CLASS).errors[0][0] == "BL34000061"


@pytest.mark.parametrize(("kind", "done"), [("drop_before", False), ("drop_after", True)])
def test_dropped_connections(caller: Caller, kind: str, done: bool) -> None:
    caller.server.control(do="fault", kind=kind, match="create")
    assert caller.query("CLASS", "RECORDNO").result.findtext("status") == "success"
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        caller.call(CLASS)
    rows = caller.query("CLASS", "RECORDNO", condition=where("equalto", "CLASSID", "N-1")).data
    assert len(rows) == int(done)


def test_faults_match_by_function_and_object_and_are_used_up(caller: Caller) -> None:
    caller.server.control(do="fault", kind="429", times=2, match="PROJECT")
    assert caller.query("VENDOR", "RECORDNO").status == 200
    assert [caller.query("PROJECT", "RECORDNO").status for _ in range(3)] == [429, 429, 200]
    caller.server.control(do="fault", kind="502", match="getAPISession")
    assert caller.query("PROJECT", "RECORDNO").status == 200
    assert Caller(caller.server).call("<getAPISession/>").status == 502
    caller.server.control(do="fault", kind="429", times=9)
    caller.server.control(do="reset")
    assert Caller(caller.server).call("<getAPISession/>").status == 200


def test_slow_answers_are_still_right(caller: Caller) -> None:
    caller.server.control(do="fault", kind="slow", seconds=0.05)
    assert caller.query("CLASS", "RECORDNO").result.findtext("status") == "success"


def test_permission_fault_lasts_until_reset(caller: Caller) -> None:
    caller.server.control(do="fault", kind="permission", object="ITEM")
    for _ in range(2):
        assert caller.query("ITEM", "RECORDNO").errors[0][0] == "PL04000005"
    caller.server.control(do="reset")
    assert Caller(caller.server).log_in().query("ITEM", "RECORDNO").result.findtext("status") == "success"


def test_put_and_delete_change_records_behind_the_clients_back(caller: Caller) -> None:
    control = caller.server.control
    control(do="put", object="PROJECT", record={"PROJECTID": "24-001", "NAME": "Renamed"})
    number = control(do="put", object="PROJECT", record={"PROJECTID": "NEW", "NAME": "New"})["RECORDNO"]
    control(do="put", object="GLACCOUNT", record={"ACCOUNTNO": "5010", "STATUS": "inactive"})
    names = caller.query("PROJECT", "NAME", condition=where("in", "PROJECTID", "24-001", "NEW")).values("NAME")
    assert names == ["Renamed", "New"]
    account = caller.query("GLACCOUNT", "STATUS", "TITLE", condition=where("equalto", "ACCOUNTNO", "5010"))
    assert [child.text for child in account.data[0]] == ["inactive", "Subcontract cost"]
    control(do="delete", object="PROJECT", key="24-001")
    control(do="delete", object="PROJECT", key=number)
    control(do="delete", object="TASK", key="24-002|03-300")
    assert len(caller.query("PROJECT", "NAME", condition=where("in", "PROJECTID", "24-001", "NEW")).data) == 0


def test_an_inactive_user_cannot_sign_in_any_more(caller: Caller) -> None:
    caller.server.control(do="put", object="USERINFO", record={"LOGINID": "ws_sync", "STATUS": "inactive"})
    assert Caller(caller.server).call("<getAPISession/>").text("operation/authentication/status") == "failure"


def test_statistics(caller: Caller) -> None:
    caller.query("VENDOR", "RECORDNO")
    Caller(caller.server, password="wrong").call("<getAPISession/>")
    stats = caller.server.control(do="stats")
    assert (stats["logins"], stats["failed_logins"], stats["sessions"]) == (1, 1, 1)
    assert stats["functions"] == {"getAPISession": 1, "query": 1}
    assert stats["objects"] == {"query VENDOR": 1}
    assert stats["records"]["summit-demo"]["PROJECT"] == 24


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ({}, "known are chaos, clock"),
        ({"do": "explode"}, "known are chaos, clock"),
        ({"do": "reset", "hard": True}, "'hard'; it takes none"),
        ({"do": "fault"}, "needs the key 'kind'"),
        ({"do": "fault", "kind": "unknown"}, "kind must be one of drop_before"),
        ({"do": "fault", "kind": 429}, "kind must be a text, not 429"),
        ({"do": "fault", "kind": "429", "time": 2}, "'time'; allowed are kind, times, match, nth, retry_after"),
        ({"do": "fault", "kind": "429", "times": 0}, "times must be a whole number from 1"),
        ({"do": "fault", "kind": "429", "times": True}, "times must be a whole number from 1"),
        ({"do": "fault", "kind": "429", "times": float("inf")}, "times must be a whole number from 1"),
        ({"do": "fault", "kind": "429", "nth": 0}, "nth must be a whole number from 1"),
        ({"do": "fault", "kind": "429", "match": "VENDORS"}, "match must be any, or functions (getAPISession"),
        ({"do": "fault", "kind": "429", "match": ""}, "match must be any"),
        ({"do": "fault", "kind": "429", "retry_after": -1}, "retry_after must be a whole number from 0"),
        ({"do": "fault", "kind": "slow", "seconds": 1e9}, "seconds must be a number from 0 to 900"),
        ({"do": "fault", "kind": "bad_row", "value": 1}, "value must be a text"),
        ({"do": "fault", "kind": "permission"}, "needs the key 'object'"),
        ({"do": "fault", "kind": "permission", "object": "NOPE"}, "object must be an object this gateway knows"),
        (
            {"do": "fault", "kind": "permission", "object": "ITEM", "operation": "grow"},
            "operation must be one of query",
        ),
        ({"do": "fault", "kind": "permission", "object": "ITEM", "user": "x"}, "user must be one of ws_sync"),
        ({"do": "fault", "kind": "permission", "object": "ITEM", "role": "x"}, "role must be one of Web services"),
        ({"do": "fault", "kind": "permission", "object": "ITEM", "times": 2}, "'times'; allowed are kind, company"),
        ({"do": "fault", "kind": "unselectable", "object": "ITEM", "field": "X"}, "field must be one of RECORDNO"),
        ({"do": "fault", "kind": "latency", "seconds": -1}, "seconds must be a number from 0 to 900"),
        ({"do": "fault", "kind": "latency", "seconds": 0, "company": "summit-demo"}, "company cannot be chosen"),
        ({"do": "fault", "kind": "limit", "limit": 2, "mode": "x"}, "mode must be one of refuse, queue"),
        ({"do": "chaos"}, "needs the key 'rate'"),
        ({"do": "chaos", "rate": 2}, "rate must be a number from 0 to 1"),
        ({"do": "chaos", "rate": 0.5, "kinds": []}, "kinds must be a list of one or more of drop_before"),
        ({"do": "chaos", "rate": 0.5, "kinds": ["limit"]}, "kinds must hold only drop_before"),
        ({"do": "expire_sessions", "after": 1.5}, "after must be a whole number from 0"),
        ({"do": "wait", "seconds": "long"}, "seconds must be a number from 0 to 900"),
        ({"do": "clock", "offset_seconds": float("nan")}, "offset_seconds must be a number"),
        ({"do": "clock", "offset_seconds": 1e12}, "offset_seconds must be a number"),
        ({"do": "clock", "offset_seconds": "late"}, "offset_seconds must be a number"),
        ({"do": "delete", "object": "VENDOR", "key": "²"}, "key must be a business key or RECORDNO of VENDOR"),
        ({"do": "delete", "object": "PROJECT", "key": "none"}, "key must be a business key or RECORDNO of PROJECT"),
        ({"do": "delete", "object": "PROJECT", "key": "1", "company": "none"}, "company must be one of summit-demo"),
        ({"do": "put", "object": "PROJECT", "record": {"NOSUCH": "1"}}, "record must hold fields of PROJECT"),
        ({"do": "put", "object": "PROJECT", "record": {"BEGINDATE": "2026-01-01"}}, "no value for PROJECT.BEGINDATE"),
        ({"do": "put", "object": "PROJECT"}, "record must be an object"),
    ],
)
def test_wrong_commands_are_refused_with_the_key_and_what_is_allowed(
    caller: Caller, command: dict[str, Any], says: str
) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        caller.server.control(**command)
    with refused.value as answer:
        assert answer.code == 400
        assert says in json.loads(answer.read())["error"]
    assert caller.server.control(do="stats")["faults"] == []


@pytest.mark.parametrize("body", [b"[]", b"{", b'"reset"', b"\xff"])
def test_what_is_no_json_object_is_refused(caller: Caller, body: bytes) -> None:
    answer = caller.post(body, path="/_control")
    assert answer.status == 400
    assert json.loads(answer.body)["error"]


def test_a_reset_gives_back_the_seed_whatever_was_done_since_the_last_one(caller: Caller) -> None:
    control = caller.server.control

    def records() -> tuple[Any, list[str]]:
        return control(do="stats")["records"], caller.query("PROJECT", "RECORDNO", "NAME").values("NAME")

    seeded = records()
    for _ in range(2):
        control(do="put", object="PROJECT", record={"PROJECTID": "24-001", "NAME": "Renamed"})
        control(do="delete", object="PROJECT", key="00042")
        control(do="clock", offset_seconds=3600)
        assert caller.call(CLASS).result.findtext("status") == "success"
        assert records() != seeded
        control(do="reset")
        caller.log_in()
        assert records() == seeded
