"""Faults that strike single requests, each seen from the client's side of the socket."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.integrations.sandbox.gateway import Answer, Caller, where


def make(*keys: str) -> str:
    return f"<create>{''.join(f'<CLASS><CLASSID>{key}</CLASSID><NAME>n</NAME></CLASS>' for key in keys)}</create>"


def made(caller: Caller) -> list[str]:
    return caller.query("CLASS", "CLASSID", condition=where("like", "CLASSID", "N-%")).values("CLASSID")


def states(answer: Answer) -> list[str]:
    return [result.findtext("status") or "" for result in answer.results]


def test_a_fault_may_wait_for_the_nth_request_that_matches_all_its_names(caller: Caller) -> None:
    caller.server.control(do="fault", kind="429", match="query vendor", nth=2, times=2)
    caller.server.control(do="fault", kind="502", match="lookup")
    assert caller.call("<lookup><object>VENDOR</object></lookup>").status == 502
    assert caller.query("CLASS", "RECORDNO").status == 200
    assert [caller.query("VENDOR", "RECORDNO").status for _ in range(4)] == [200, 429, 429, 200]
    stats = caller.server.control(do="stats")
    assert (stats["struck"], stats["faults"]) == ({"429": 2, "502": 1}, [])


def test_several_faults_wait_at_once_and_the_first_that_is_due_strikes(caller: Caller) -> None:
    caller.server.control(do="fault", kind="502", match="CLASS", nth=3)
    caller.server.control(do="fault", kind="429", match="query")
    caller.server.control(do="fault", kind="400")
    assert [caller.query("CLASS", "RECORDNO").status for _ in range(4)] == [429, 400, 502, 200]


@pytest.mark.parametrize("seconds", [None, 0, 17])
def test_a_rate_limit_may_say_when_to_come_back(caller: Caller, seconds: int | None) -> None:
    options = {} if seconds is None else {"retry_after": seconds}
    caller.server.control(do="fault", kind="429", **options)
    assert caller.query("CLASS", "RECORDNO").headers.get("Retry-After") == (None if seconds is None else str(seconds))


def test_try_again_refuses_every_function_and_executes_none(caller: Caller) -> None:
    caller.server.control(do="fault", kind="try_again")
    answer = caller.call(make("N-1"), make("N-2"))
    assert states(answer) == ["failure", "failure"]
    assert [error.findtext("correction") for error in answer.root.iter("error")] == ["Please Try Again Later"] * 2
    assert made(caller) == []


@pytest.mark.parametrize(("options", "kept"), [({}, ["N-1", "N-2"]), ({"keep": 0}, []), ({"keep": 1}, ["N-1"])])
def test_a_partial_create_keeps_and_lists_what_came_before(
    caller: Caller, options: dict[str, int], kept: list[str]
) -> None:
    caller.server.control(do="fault", kind="partial_create", **options)
    answer = caller.call(make("N-1", "N-2", "N-3"), uniqueid="true", ids=("doc-1",))
    assert states(answer) == ["failure"]
    assert (answer.data.get("count"), answer.values("CLASSID")) == (str(len(kept)), kept)
    assert answer.errors[0][0] == "BL01001973"
    assert made(caller) == kept
    assert states(caller.call(make("N-9"), uniqueid="true", ids=("doc-1",))) == ["success"], "it was not completed"


def test_a_partial_create_in_a_transaction_keeps_nothing(caller: Caller) -> None:
    caller.server.control(do="fault", kind="partial_create")
    answer = caller.call(make("N-1", "N-2"), make("N-3"), transaction="true")
    assert states(answer) == ["failure", "aborted"]
    assert answer.data.get("count") == "0"
    assert made(caller) == []


def test_an_aborted_transaction_keeps_nothing_and_names_its_cause_first(caller: Caller) -> None:
    caller.server.control(do="fault", kind="aborted")
    answer = caller.call(make("N-1"), make("N-2"), transaction="true", uniqueid="true", ids=("a", "b"))
    assert states(answer) == ["aborted", "aborted"]
    culprit = [error.findtext("errorno") for error in answer.results[1].iter("error")]
    assert culprit == ["BL01001973", "XL03000009"]
    assert made(caller) == []
    assert states(caller.call(make("N-1"), uniqueid="true", ids=("a",))) == ["success"]


def test_a_count_may_change_between_pages(caller: Caller) -> None:
    caller.server.control(do="fault", kind="count_change", match="query CLASS", nth=2, by=3)
    pages = [caller.query("CLASS", "RECORDNO", pagesize=1, offset=offset).data for offset in (0, 1, 2)]
    assert [page.get("totalcount") for page in pages] == ["4", "7", "4"]
    assert [page.get("numremaining") for page in pages] == ["3", "5", "1"]


def test_a_row_may_hold_what_no_client_can_use(caller: Caller) -> None:
    before = caller.query("CLASS", "RECORDNO", "CLASSID").values("RECORDNO")
    caller.server.control(do="fault", kind="bad_row", row=1, field="RECORDNO", value="1,2")
    spoilt = caller.query("CLASS", "RECORDNO", "CLASSID")
    assert spoilt.values("RECORDNO") == [before[0], "1,2", *before[2:]]
    assert "" not in spoilt.values("CLASSID")


def test_one_session_may_be_ended_in_the_middle(caller: Caller) -> None:
    other = Caller(caller.server).log_in()
    caller.server.control(do="fault", kind="session_expired", nth=2)
    assert states(caller.query("CLASS", "RECORDNO")) == ["success"]
    assert caller.query("CLASS", "RECORDNO").errors[0][1].startswith("Invalid session")
    assert caller.query("CLASS", "RECORDNO").errors[0][1].startswith("Invalid session")
    assert states(other.query("CLASS", "RECORDNO")) == ["success"]


def test_every_session_may_end_after_some_more_requests(caller: Caller) -> None:
    caller.server.control(do="expire_sessions", after=2)
    answers = [caller.query("CLASS", "RECORDNO").text("operation/authentication/status") for _ in range(3)]
    assert answers == ["success", "success", "failure"]
    assert states(caller.log_in().query("CLASS", "RECORDNO")) == ["success"]
    assert states(caller.query("CLASS", "RECORDNO")) == ["success"]


def test_a_trickling_answer_is_whole_in_the_end(caller: Caller) -> None:
    caller.server.control(do="fault", kind="trickle", seconds=0.05)
    assert len(caller.query("CLASS", "RECORDNO").data) == 4


def test_chaos_strikes_at_the_given_rate_and_the_same_way_again(caller: Caller) -> None:
    def strikes() -> list[int]:
        caller.server.control(do="chaos", rate=0.3, kinds=["429", "502", "empty"], seed=7, match="query")
        answers = [caller.query("CLASS", "RECORDNO", pagesize=1) for _ in range(60)]
        return [answer.status if answer.body else 0 for answer in answers]

    first, second = strikes(), strikes()
    assert first == second
    counts = Counter(first)
    assert set(counts) == {200, 429, 502, 0}
    assert 30 <= counts[200] <= 54
    assert caller.call("<get_applications/>").status == 200, "only what matches is struck"
    caller.server.control(do="chaos", rate=0)
    assert {caller.query("CLASS", "RECORDNO").status for _ in range(30)} == {200}


def test_heal_ends_faults_and_keeps_everything_else(caller: Caller) -> None:
    control = caller.server.control
    caller.call(make("N-1"))
    control(do="fault", kind="429", times=9)
    control(do="chaos", rate=1, kinds=["502"])
    control(do="fault", kind="permission", object="CLASS")
    control(do="fault", kind="unselectable", object="CLASS", field="NAME")
    control(do="fault", kind="limit", limit=1)
    control(do="fault", kind="visibility")
    control(do="heal")
    assert states(caller.query("CLASS", "NAME")) == ["success"]
    assert made(caller) == ["N-1"]
