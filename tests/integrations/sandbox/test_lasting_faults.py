"""Faults that last until reset: rights, fields, latency, the limit in flight, changes that show up late."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integrations.sandbox.gateway import Caller, where

MAKE = "<create><CLASS><CLASSID>N-1</CLASSID><NAME>n</NAME></CLASS></create>"
NEW = where("equalto", "CLASSID", "N-1")


def test_a_permission_may_be_denied_for_one_operation(caller: Caller) -> None:
    caller.server.control(do="fault", kind="permission", object="CLASS", operation="create")
    assert caller.call(MAKE).errors[0][0] == "PL04000005"
    assert caller.query("CLASS", "RECORDNO").result.findtext("status") == "success"


@pytest.mark.parametrize("who", [{"user": "ws_limited"}, {"role": "Web services - payables only"}])
def test_a_permission_may_be_denied_to_one_user_or_role(caller: Caller, who: dict[str, str]) -> None:
    limited = Caller(caller.server, user="ws_limited", password="limited-user-local").log_in()
    assert limited.query("VENDOR", "RECORDNO").result.findtext("status") == "success"
    caller.server.control(do="fault", kind="permission", object="VENDOR", **who)
    assert limited.query("VENDOR", "RECORDNO").errors[0][0] == "PL04000005"
    assert caller.query("VENDOR", "RECORDNO").result.findtext("status") == "success"


def test_a_field_may_be_described_and_yet_not_selected(caller: Caller) -> None:
    caller.server.control(do="fault", kind="unselectable", object="PROJECT", field="DESCRIPTION")
    described = caller.call("<lookup><object>PROJECT</object></lookup>")
    assert b"<ID>DESCRIPTION</ID>" in described.body
    number, text = caller.query("PROJECT", "RECORDNO", "DESCRIPTION").errors[0]
    assert number == "XL03000010"
    assert text.startswith("Field DESCRIPTION is not a valid field of object PROJECT")
    for read in ("<readByQuery><object>PROJECT</object><fields>NAME, DESCRIPTION</fields><query/></readByQuery>",
                 "<read><object>PROJECT</object><keys>1</keys><fields>DESCRIPTION</fields></read>"):  # fmt: skip
        assert caller.call(read).errors[0][0] == "Invalid fields list DESCRIPTION"
    assert caller.query("PROJECT", "RECORDNO", "NAME").result.findtext("status") == "success"


def test_latency_holds_up_every_request_and_not_each_other(caller: Caller) -> None:
    caller.server.control(do="fault", kind="latency", seconds=0.2, jitter=0.05)
    begun = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: caller.query("CLASS", "RECORDNO"), range(8)))
    took = time.monotonic() - begun
    assert {answer.result.findtext("status") for answer in answers} == {"success"}
    assert 0.2 <= took < 1.4
    assert caller.server.control(do="stats")["in_flight"]["summit-demo"]["most"] == 8
    caller.server.control(do="fault", kind="latency", seconds=0)
    begun = time.monotonic()
    caller.query("CLASS", "RECORDNO")
    assert time.monotonic() - begun < 0.2


def test_requests_are_gathered_until_so_many_are_there_once(caller: Caller) -> None:
    caller.server.control(do="fault", kind="gather", requests=3, seconds=30)
    begun = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: caller.query("CLASS", "RECORDNO"), range(3)))
    answers.append(caller.query("CLASS", "RECORDNO"))
    assert {answer.result.findtext("status") for answer in answers} == {"success"}
    assert caller.server.control(do="stats")["in_flight"]["summit-demo"]["most"] == 3
    assert time.monotonic() - begun < 20


def test_one_that_waits_for_nobody_goes_on_after_its_time(caller: Caller) -> None:
    caller.server.control(do="fault", kind="gather", requests=2, seconds=0.05)
    assert caller.query("CLASS", "RECORDNO").result.findtext("status") == "success"
    assert caller.server.control(do="stats")["in_flight"]["summit-demo"]["most"] == 1


@pytest.mark.parametrize(("mode", "statuses"), [("refuse", {200, 429}), ("queue", {200})])
def test_a_company_takes_so_many_requests_at_a_time(caller: Caller, mode: str, statuses: set[int]) -> None:
    caller.server.control(do="fault", kind="limit", limit=2, mode=mode)
    caller.server.control(do="fault", kind="gather", requests=2)
    caller.server.control(do="fault", kind="latency", seconds=0.1)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: caller.query("CLASS", "RECORDNO"), range(6)))
    assert {answer.status for answer in answers} == statuses
    figures = caller.server.control(do="stats")["in_flight"]["summit-demo"]
    assert (figures["now"], figures["most"]) == (0, 2)
    assert figures["refused"] == sum(answer.status == 429 for answer in answers)
    assert bool(figures["queued"]) is (mode == "queue")
    for answer in answers:
        if answer.status == 429:
            assert answer.errors == [("GW-0010", "")]


def test_reads_and_writes_in_flight_are_counted_apart(caller: Caller) -> None:
    caller.query("CLASS", "RECORDNO")
    assert caller.server.control(do="stats")["in_flight"]["summit-demo"]["most_writes"] == 0
    caller.call(MAKE)
    figures = caller.server.control(do="stats")["in_flight"]["summit-demo"]
    assert (figures["most"], figures["most_writes"]) == (1, 1)


def test_changes_show_up_in_searches_late_and_in_reads_at_once(caller: Caller) -> None:
    caller.server.control(do="fault", kind="visibility")
    number = caller.call(MAKE).data[0].findtext("RECORDNO")
    old = caller.query("CLASS", "NAME", condition=where("equalto", "CLASSID", "CIV")).values("NAME")
    caller.call("<update><CLASS><CLASSID>CIV</CLASSID><NAME>Changed</NAME></CLASS></update>")
    caller.call("<delete><object>CLASS</object><keys>13</keys></delete>")

    assert caller.query("CLASS", "RECORDNO", condition=NEW).data.get("totalcount") == "0"
    by_query = "<readByQuery><object>CLASS</object><fields>NAME</fields><query>CLASSID = 'N-1'</query></readByQuery>"
    assert caller.call(by_query).data.get("count") == "0"
    assert caller.query("CLASS", "NAME", condition=where("equalto", "CLASSID", "CIV")).values("NAME") == old
    assert caller.query("CLASS", "RECORDNO", condition=where("equalto", "RECORDNO", "13")).data.get("count") == "1"
    read = caller.call(f"<read><object>CLASS</object><keys>{number},13</keys><fields>NAME</fields></read>")
    assert read.data.get("count") == "1"
    assert caller.call("<readByName><object>CLASS</object><keys>CIV</keys></readByName>").values("NAME") == ["Changed"]

    assert caller.server.control(do="settle")["shown"] >= 3
    assert caller.query("CLASS", "RECORDNO", condition=NEW).values("RECORDNO") == [number]
    assert caller.call(by_query).data.get("count") == "1"
    assert caller.query("CLASS", "NAME", condition=where("equalto", "CLASSID", "CIV")).values("NAME") == ["Changed"]
    assert caller.query("CLASS", "RECORDNO", condition=where("equalto", "RECORDNO", "13")).data.get("count") == "0"


def test_changes_show_up_after_their_time(caller: Caller) -> None:
    caller.server.control(do="fault", kind="visibility", seconds=0.3)
    caller.call(MAKE)
    seen, deadline = [], time.monotonic() + 5
    while not seen or (seen[-1] == "0" and time.monotonic() < deadline):
        seen.append(caller.query("CLASS", "RECORDNO", condition=NEW).data.get("totalcount") or "")
    assert (seen[0], seen[-1]) == ("0", "1")


def test_changes_by_control_are_seen_at_once(caller: Caller) -> None:
    caller.server.control(do="fault", kind="visibility")
    caller.server.control(do="put", object="CLASS", record={"CLASSID": "N-1", "NAME": "n"})
    assert caller.query("CLASS", "RECORDNO", condition=NEW).data.get("totalcount") == "1"


def test_reset_frees_whoever_is_held_up_and_nothing_of_it_is_executed(caller: Caller) -> None:
    caller.server.control(do="fault", kind="slow", seconds=600, match="create")
    failed = threading.Event()

    def send() -> None:
        try:
            caller.call(MAKE)
        except OSError:
            failed.set()

    thread = threading.Thread(target=send)
    thread.start()
    while not caller.server.control(do="stats")["struck"]:
        pass
    caller.server.control(do="reset")
    thread.join(5)
    assert failed.is_set()
    fresh = Caller(caller.server).log_in()
    assert fresh.query("CLASS", "RECORDNO", condition=NEW).data.get("totalcount") == "0"
    assert caller.server.control(do="stats")["functions"] == {"getAPISession": 1, "query": 1}
