"""Our client against every fault of the local Intacct: reads come through or say why, writes are sent once and no more.

The tables name each kind of fault; a kind that is declared and missing in a table fails.
"""

import threading
import time
from dataclasses import dataclass
from typing import Any

import pytest

from integrations.intacct import (
    BusyError,
    Category,
    DataError,
    IntacctError,
    OutOfTime,
    Query,
    SignInError,
    TransportError,
    UnknownOutcome,
    eq,
)
from integrations.sandbox.facade import SandboxServer
from integrations.sandbox.faults.kinds import LASTING, PASSING
from tests.integrations.intacct_faults import CLASSES, NEW, Practice, practice

OPTIONS: dict[str, dict[str, Any]] = {"slow": {"seconds": 0.02}, "trickle": {"seconds": 0.02}}
WELL = ("", "")

# What becomes of a read that is struck once, and of one that is struck again and again: category and code.
READS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "drop_before": (WELL, ("protocol", "ANS-SPOILT")),
    "slow": (WELL, WELL),
    "session_expired": (WELL, ("session", "CON-SESSION")),
    "429": (WELL, ("busy", "LIM-RATE")),
    "400": (("sign_in", "CON-LOGIN"), ("sign_in", "CON-LOGIN")),
    "401": (("sign_in", "CON-LOGIN"), ("sign_in", "CON-LOGIN")),
    "502": (WELL, ("busy", "SVC-DOWN")),
    "html": (WELL, ("protocol", "ANS-SPOILT")),
    "garbage": (WELL, ("protocol", "ANS-SPOILT")),
    "empty": (WELL, ("protocol", "ANS-SPOILT")),
    "hostile": (("protocol", "ANS-HOSTILE"), ("protocol", "ANS-HOSTILE")),
    "offline": (WELL, ("busy", "SVC-DOWN")),
    "try_again": (WELL, ("busy", "SVC-DOWN")),
    "partial_create": (WELL, WELL),  # touches no read
    "aborted": (("data", "UNKNOWN"), ("data", "UNKNOWN")),
    "count_change": (WELL, ("protocol", "ANS-INCOMPLETE")),  # rows announced again and again that never come
    "bad_row": (("protocol", "ANS-VALUE"), ("protocol", "ANS-VALUE")),
    "truncated": (WELL, ("protocol", "ANS-SPOILT")),
    "two_roots": (WELL, ("protocol", "ANS-SPOILT")),
    "drop_after": (WELL, ("protocol", "ANS-SPOILT")),
    "524": (("busy", "SVC-DOWN"), ("busy", "SVC-DOWN")),
    "trickle": (WELL, WELL),
    "drop_late": (WELL, ("protocol", "ANS-SPOILT")),
    "524_late": (("busy", "SVC-DOWN"), ("busy", "SVC-DOWN")),
}


@dataclass(frozen=True)
class Written:
    """What becomes of a write: the error, whether it is certain that nothing was done, and what Intacct then has."""

    error: type[IntacctError] | None
    not_executed: bool = False
    saved: int = 0
    saved_later: int | None = None
    attempts: int = 1


WRITES: dict[str, Written] = {
    "drop_before": Written(UnknownOutcome),
    "slow": Written(None, saved=2),
    "session_expired": Written(None, saved=2, attempts=2),
    "429": Written(BusyError, not_executed=True),
    "400": Written(SignInError, not_executed=True),
    "401": Written(SignInError, not_executed=True),
    "502": Written(UnknownOutcome),
    "html": Written(UnknownOutcome),
    "garbage": Written(UnknownOutcome),
    "empty": Written(UnknownOutcome),
    "hostile": Written(UnknownOutcome),
    "offline": Written(BusyError, not_executed=True),
    "try_again": Written(BusyError, not_executed=True),
    "partial_create": Written(DataError, saved=1),
    "aborted": Written(DataError),
    "count_change": Written(None, saved=2),
    "bad_row": Written(None, saved=2),
    "truncated": Written(UnknownOutcome, saved=2),
    "two_roots": Written(UnknownOutcome, saved=2),
    "drop_after": Written(UnknownOutcome, saved=2),
    "524": Written(UnknownOutcome, saved=2),
    "trickle": Written(None, saved=2),
    "drop_late": Written(UnknownOutcome, saved_later=2),
    "524_late": Written(UnknownOutcome, saved_later=2),
}

# The tests of faults that last, below, by kind.
LASTING_TESTS = {
    "permission": "test_a_denied_object_is_a_permission_error",
    "unselectable": "test_a_field_that_cannot_be_selected_is_named",
    "spoilt": "test_a_record_that_cannot_be_sent_is_read_around_or_refused",
    "visibility": "test_a_record_that_searches_do_not_show_yet_is_found_by_its_key",
    "latency": "test_slow_requests_share_one_budget_of_time",
    "gather": "test_requests_that_are_gathered_are_answered",
    "limit": "test_one_request_too_many_is_as_busy_as_a_rate_limit",
}


@pytest.fixture
def intacct(local_intacct: SandboxServer) -> SandboxServer:
    local_intacct.control(do="reset")
    return local_intacct


def test_every_kind_of_fault_is_met_here() -> None:
    assert set(READS) == set(WRITES) == set(PASSING)
    assert set(LASTING_TESTS) == set(LASTING)
    assert all(callable(globals().get(name)) for name in LASTING_TESTS.values())


def read(work: Practice) -> tuple[tuple[str, str], list[str]]:
    """Walk all pages: category and code of the error, if there is one, and the records that came."""
    came: list[str] = []
    try:
        for page in work.client.pages(CLASSES):
            came += [row["CLASSID"] for row in page.rows]
    except IntacctError as error:
        return (error.category.value, error.code) if error.sentence and error.advice else ("", "says nothing"), came
    return WELL, came


@pytest.mark.parametrize("kind", READS)
def test_a_read_that_is_struck_once(intacct: SandboxServer, kind: str) -> None:
    with practice(intacct) as work:
        work.fault(kind, match="query", nth=2, **OPTIONS.get(kind, {}))
        outcome, came = read(work)
        assert outcome == READS[kind][0]
        assert intacct.control(do="stats")["struck"] == {kind: 1}
        if outcome == WELL:
            assert came == ["CIV", "COM", "REN", "SVC"]
        assert work.logins() == (2 if kind == "session_expired" else 1)
        assert work.attempts("query") <= 4


@pytest.mark.parametrize("kind", READS)
def test_a_read_that_is_struck_every_time_ends(intacct: SandboxServer, kind: str) -> None:
    with practice(intacct) as work:
        work.fault(kind, match="query", times=1000, **OPTIONS.get(kind, {}))
        outcome, _ = read(work)
        assert outcome == READS[kind][1]
        assert work.attempts("query") <= 5
        assert work.logins() <= 2, "a session is renewed once"


@pytest.mark.parametrize("kind", WRITES)
def test_a_write_is_sent_once_and_says_whether_its_outcome_is_known(intacct: SandboxServer, kind: str) -> None:
    expected = WRITES[kind]
    with practice(intacct) as work:
        work.fault(kind, match="create", times=1, **OPTIONS.get(kind, {}))
        error: IntacctError | None = None
        try:
            result = work.client.create(NEW, control_id="doc-1")
            error = result.error
            if kind == "partial_create":
                assert [row["CLASSID"] for row in result.rows] == ["N-1"]
            elif kind == "aborted":
                assert result.rows == []
        except IntacctError as raised:
            error = raised
        assert type(error) is (expected.error or type(None)), error
        assert work.attempts("create") == expected.attempts
        assert work.pauses == []
        assert work.saved() == expected.saved
        if error is not None:
            assert error.not_executed is expected.not_executed
            assert not error.nothing_left
        if expected.saved_later is not None:
            intacct.control(do="settle")
            assert work.saved() == expected.saved_later


@pytest.mark.parametrize("kind", ["truncated", "drop_after", "524"])
def test_the_repeat_of_a_write_that_was_done_is_a_duplicate(intacct: SandboxServer, kind: str) -> None:
    with practice(intacct) as work:
        work.fault(kind, match="create")
        with pytest.raises(UnknownOutcome):
            work.client.create(NEW, control_id="doc-1")
        again = work.client.create(NEW, control_id="doc-1")
        assert again.error is not None
        assert (again.error.category, again.error.code) == (Category.DUPLICATE, "DUP-CONTROLID")
        assert work.saved() == 2


def test_a_write_that_takes_longer_than_we_wait_has_an_unknown_outcome(intacct: SandboxServer) -> None:
    with practice(intacct, timeout=(2, 0.2)) as work:
        work.fault("slow", match="create", seconds=0.6)
        with pytest.raises(UnknownOutcome):
            work.client.create(NEW, control_id="doc-1")
        assert work.attempts("create") == 1
        assert work.saved() == 0
        deadline = time.monotonic() + 10
        while work.saved() != 2:
            assert time.monotonic() < deadline
        assert work.logins() > 1


def test_a_write_to_a_gateway_that_is_gone_left_nothing(intacct: SandboxServer) -> None:
    with SandboxServer() as server, practice(server) as work:
        server.stop()
        with pytest.raises(TransportError) as caught:
            work.client.create(NEW, control_id="doc-1")
    assert (caught.value.code, caught.value.nothing_left, caught.value.not_executed) == ("CON-UNREACHABLE", True, True)


def test_a_write_whose_session_cannot_be_renewed_was_not_executed(intacct: SandboxServer) -> None:
    with practice(intacct) as work:
        work.fault("session_expired", match="create")
        work.fault("502", match="getAPISession", times=50)
        with pytest.raises(BusyError) as caught:
            work.client.create(NEW, control_id="doc-1")
        assert caught.value.not_executed
        intacct.control(do="heal")
        assert work.saved() == 0


def test_sessions_that_end_all_the_time_cost_one_sign_in_each(intacct: SandboxServer) -> None:
    with practice(intacct) as work:
        for _ in range(3):
            intacct.control(do="expire_sessions", after=1)
            assert read(work) == (WELL, ["CIV", "COM", "REN", "SVC"])
        assert work.logins() == 4


def test_a_denied_object_is_a_permission_error(intacct: SandboxServer) -> None:
    with practice(intacct) as work:
        work.fault("permission", object="CLASS")
        assert read(work)[0] == ("permission", "PRM-OPERATION")
        assert work.attempts("query") == 1


def test_a_field_that_cannot_be_selected_is_named(intacct: SandboxServer) -> None:
    with practice(intacct) as work:
        work.fault("unselectable", object="CLASS", field="CLASSID")
        with pytest.raises(IntacctError) as caught:
            work.client.query(CLASSES)
        assert (caught.value.code, caught.value.subject) == ("REQ-FIELD", "CLASSID")
        assert work.client.extent("CLASS").highest == 14


def test_a_record_that_searches_do_not_show_yet_is_found_by_its_key(intacct: SandboxServer) -> None:
    with practice(intacct) as work:
        work.fault("visibility")
        result = work.client.create(NEW, control_id="doc-1").raise_for_error()
        assert work.saved() == 0
        assert len(work.client.read("CLASS", [row["RECORDNO"] for row in result.rows])) == 2
        intacct.control(do="settle")
        assert work.saved() == 2


def test_one_request_too_many_is_as_busy_as_a_rate_limit(intacct: SandboxServer) -> None:
    with practice(intacct) as first, practice(intacct) as second:
        first.fault("limit", limit=1)
        first.fault("slow", match="lookup", seconds=600)
        thread = threading.Thread(target=first.client.lookup, args=("CLASS",))
        thread.start()
        while not intacct.control(do="stats")["struck"]:
            pass
        assert read(second)[0] == ("busy", "LIM-RATE")
        assert second.attempts("query") == 5
        intacct.control(do="reset")
        thread.join()  # its connection was cut, it signed in again, and was answered


def budget(seconds: float) -> Any:
    """What is left of so many seconds from now."""
    ends = time.monotonic() + seconds
    return lambda: ends - time.monotonic()


def read_for_ever(work: Practice) -> None:
    while True:
        work.client.query(CLASSES)


def test_requests_that_are_gathered_are_answered(intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="gather", requests=2, seconds=0.05)
    with practice(intacct) as work:
        assert work.client.count("ITEM") > 0


def test_slow_requests_share_one_budget_of_time(intacct: SandboxServer) -> None:
    """Each succeeds by itself, and all together take too long."""
    intacct.control(do="fault", kind="latency", seconds=0.15)
    begun = time.monotonic()
    with practice(intacct, time_left=budget(0.7)) as work, pytest.raises(OutOfTime) as caught:
        read_for_ever(work)
    assert 0.6 <= time.monotonic() - begun < 5
    assert 1 <= work.attempts("query") <= 4
    assert (caught.value.category, caught.value.code, caught.value.retryable) == (Category.TRANSPORT, "SVC-SLOW", True)


def test_an_answer_that_trickles_in_ends_with_the_budget(intacct: SandboxServer) -> None:
    with practice(intacct, time_left=budget(0.4)) as work:
        work.fault("trickle", match="query", seconds=20)
        begun = time.monotonic()
        with pytest.raises(OutOfTime):
            work.client.query(CLASSES)
        assert time.monotonic() - begun < 10
        intacct.control(do="reset")


def test_a_silence_in_the_middle_of_an_answer_ends_with_the_budget(intacct: SandboxServer) -> None:
    """One piece comes before the time is up, the next would come long after, and each silence alone is allowed."""
    with practice(intacct, timeout=(2, 30), time_left=budget(2.5)) as work:
        work.fault("trickle", match="query", seconds=20)
        begun = time.monotonic()
        with pytest.raises(OutOfTime):
            work.client.query(CLASSES)
        assert time.monotonic() - begun < 3.9
        intacct.control(do="reset")


def test_a_write_is_not_begun_unless_it_may_take_its_full_time(intacct: SandboxServer) -> None:
    with practice(intacct, timeout=(2, 5), time_left=budget(6)) as work:
        before = len(work.exchanges)
        with pytest.raises(OutOfTime) as caught:
            work.client.create(NEW, control_id="doc-1")
        assert caught.value.nothing_left
        assert len(work.exchanges) == before
        assert work.client.query(CLASSES).count == 2, "a read may still be tried"
        assert work.saved() == 0


def test_a_pause_that_does_not_fit_is_not_begun_and_the_reason_stays(intacct: SandboxServer) -> None:
    with practice(intacct, time_left=budget(10)) as work:
        work.fault("429", match="query", retry_after=60)
        with pytest.raises(BusyError) as caught:
            work.client.query(CLASSES)
        assert (caught.value.code, caught.value.retry_after) == ("LIM-RATE", 60)
        assert work.pauses == []


def test_what_an_attempt_met_is_told_when_the_next_has_no_time(intacct: SandboxServer) -> None:
    with practice(intacct, time_left=budget(0.5), jitter=lambda: 0.01) as work:
        work.fault("502", match="query")
        work.fault("slow", match="query", seconds=600)
        with pytest.raises(BusyError) as caught:
            work.client.query(CLASSES)
        assert caught.value.code == "SVC-DOWN"
        assert [exchange.error_code for exchange in work.exchanges][-2:] == ["SVC-DOWN", "SVC-SLOW"]
        intacct.control(do="reset")


def test_random_faults_are_outlived_by_reads(intacct: SandboxServer) -> None:
    kinds = [kind for kind, (once, _) in READS.items() if once == WELL and kind not in ("drop_late", "count_change")]
    with practice(intacct) as work:
        intacct.control(do="chaos", rate=0.25, kinds=kinds, seed=7, seconds=0.01)
        for _ in range(25):
            assert read(work) == (WELL, ["CIV", "COM", "REN", "SVC"])
        assert len(intacct.control(do="stats")["struck"]) >= 8


def test_a_record_that_cannot_be_sent_is_read_around_or_refused(intacct: SandboxServer) -> None:
    """Only who asks for the others gets them; for anyone else it would look as if the record were not there."""
    with practice(intacct) as work:
        key = int(work.client.query(eq_class("REN")).rows[0]["RECORDNO"])
        work.fault("spoilt", object="CLASS", key=key, field="CLASSID")
        outcome, _ = read(work)
        assert outcome == ("protocol", "ANS-SPOILT")
        pages = list(work.client.pages(CLASSES, around=True))
        assert [row["CLASSID"] for page in pages for row in page.rows] == ["CIV", "COM", "SVC"]
        (unread,) = [entry for page in pages for entry in page.unread]
        assert (unread.number, unread.flaw.element, "U+001F" in unread.flaw.what) == (key, "CLASSID", True)
        rows, missed = work.client.read_around("CLASS", [key - 1, key, key + 1], ("RECORDNO", "CLASSID"))
        assert ([int(row["RECORDNO"]) for row in rows], [entry.number for entry in missed]) == (
            [key - 1, key + 1],
            [key],
        )


def eq_class(name: str) -> Query:
    return Query("CLASS", ("RECORDNO",), where=eq("CLASSID", name))
