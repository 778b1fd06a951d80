"""Idempotency by function control id, and transactions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integrations.sandbox.gateway import Answer, Caller, where


def make(key: str, name: str = "Class") -> str:
    return f"<create><CLASS><CLASSID>{key}</CLASSID><NAME>{name}</NAME></CLASS></create>"


def count(caller: Caller) -> int:
    return len(caller.query("CLASS", "RECORDNO", condition=where("like", "CLASSID", "N-%")).data)


@pytest.mark.parametrize("uniqueid", ["true", None])
def test_completed_control_id_is_refused(caller: Caller, uniqueid: str | None) -> None:
    first = caller.call(make("N-1"), uniqueid=uniqueid, ids=("doc-1",))
    again = caller.call(make("N-2"), uniqueid=uniqueid, ids=("doc-1",))
    assert first.result.findtext("status") == "success"
    assert again.result.findtext("status") == "failure"
    assert again.errors[0][0] == "SANDBOX-DUPLICATE-CONTROLID"
    assert again.result.findtext("controlid") == "doc-1"
    assert count(caller) == 1


def test_false_lets_everything_run_again(caller: Caller) -> None:
    for key in ("N-1", "N-2"):
        assert caller.call(make(key), uniqueid="false", ids=("doc-1",)).result.findtext("status") == "success"


def test_failed_control_id_may_be_sent_again(caller: Caller) -> None:
    failed = caller.call(make("CIV"), uniqueid="true", ids=("doc-1",))
    repaired = caller.call(make("N-1"), uniqueid="true", ids=("doc-1",))
    assert [failed.result.findtext("status"), repaired.result.findtext("status")] == ["failure", "success"]


def test_control_ids_are_remembered_per_company_not_per_session(caller: Caller) -> None:
    caller.call(make("N-1"), uniqueid="true", ids=("doc-1",))
    other = Caller(caller.server).log_in()
    assert other.call(make("N-2"), uniqueid="true", ids=("doc-1",)).result.findtext("status") == "failure"


def test_concurrent_repeats_run_once(caller: Caller) -> None:
    def send(number: int) -> Answer:
        return caller.call(make(f"N-{number}"), uniqueid="true", ids=("same",))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    states = [answer.result.findtext("status") for answer in answers]
    assert sorted(str(state) for state in states) == ["failure"] * 7 + ["success"]
    assert count(caller) == 1


def test_concurrent_writers_and_readers_stay_consistent(caller: Caller) -> None:
    def work(number: int) -> str:
        if number % 2:
            return caller.query("CLASS", "RECORDNO").result.findtext("status") or ""
        return caller.call(make(f"N-{number}")).result.findtext("status") or ""

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(40))) == {"success"}
    numbers = caller.query("CLASS", "RECORDNO").values("RECORDNO")
    assert len(numbers) == len(set(numbers)) == 24


def test_transaction_is_all_or_nothing(caller: Caller) -> None:
    answer = caller.call(
        make("N-1"), make("CIV"), make("N-2"), transaction="true", uniqueid="true", ids=("a", "b", "c")
    )
    assert [result.findtext("status") for result in answer.results] == ["aborted", "failure", "aborted"]
    assert [result.findtext("controlid") for result in answer.results] == ["a", "b", "c"]
    rolled_back = "The entire transaction in this operation has been rolled back due to an error."
    assert answer.errors[0] == ("XL03000009", rolled_back)
    culprit = [error.findtext("errorno") for error in answer.results[1].iter("error")]
    assert culprit == ["BL34000061", "BL01001973", "XL03000009"]
    assert count(caller) == 0
    assert len(caller.query("AUDITHISTORY", "ID", order="ID").data) == 0
    again = caller.call(make("N-1"), transaction="true", uniqueid="true", ids=("a",))
    assert again.result.findtext("status") == "success"


def test_transaction_undoes_updates_deletes_and_partial_creates(caller: Caller) -> None:
    condition = where("in", "CLASSID", "CIV", "REN", "N-1")
    before = caller.query("CLASS", "CLASSID", "NAME", "WHENMODIFIED", condition=condition).body
    two = make("N-1").replace("</create>", make("CIV").removeprefix("<create>"))
    answer = caller.call(
        "<update><CLASS><CLASSID>CIV</CLASSID><NAME>Changed</NAME></CLASS></update>",
        "<delete><object>CLASS</object><keys>13</keys></delete>",
        two,
        transaction="true",
    )
    assert [result.findtext("status") for result in answer.results] == ["aborted", "aborted", "failure"]
    assert answer.results[2].find("data").get("count") == "0"  # type: ignore[union-attr]
    after = caller.query("CLASS", "CLASSID", "NAME", "WHENMODIFIED", condition=condition).body
    assert before.split(b"<data")[1] == after.split(b"<data")[1]


def test_transaction_commits_when_all_succeed(caller: Caller) -> None:
    answer = caller.call(make("N-1"), make("N-2"), transaction="true")
    assert [result.findtext("status") for result in answer.results] == ["success", "success"]
    assert count(caller) == 2
