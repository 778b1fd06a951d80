"""A list sync against every fault of the local Intacct: it comes through whole, or its record says what happened.

The tables name each kind of fault; a kind that is declared and missing in a table fails.
"""

import time
from typing import Any

import pytest
from django.conf import settings

from integrations.gateway import client as gateway
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListItem, LogLevel, Mode, RunState, SyncRun
from integrations.runs import runner
from integrations.runs.runner import Slice, run_to_end, work_slice
from integrations.sandbox.facade import SandboxServer
from integrations.sandbox.faults.kinds import KINDS, LASTING, PASSING

LISTS = ["items", "customers"]
OPTIONS: dict[str, dict[str, Any]] = {
    "slow": {"seconds": 0.02},
    "trickle": {"seconds": 0.02},
    "permission": {"object": "ITEM"},
    "unselectable": {"object": "ITEM", "field": "ITEMTYPE"},
    "spoilt": {"object": "ITEM", "key": 13},
    "latency": {"seconds": 0.01, "jitter": 0.02},
    "gather": {"requests": 2, "seconds": 0.05},
    "limit": {"limit": 1},
}
WELL = ("succeeded", "", "connected")

# How a run ends that is struck in one of its first pages, or all along by a fault that lasts: state, code of the step
# that failed, state of the connection.
ONCE: dict[str, tuple[str, str, str]] = {
    "drop_before": WELL,
    "slow": WELL,
    "session_expired": WELL,
    "429": WELL,
    "400": ("failed", "CON-LOGIN", "needs_credentials"),
    "401": ("failed", "CON-LOGIN", "needs_credentials"),
    "502": WELL,
    "html": WELL,
    "garbage": WELL,
    "empty": WELL,
    "hostile": ("partly", "ANS-HOSTILE", "connected"),
    "offline": WELL,
    "try_again": WELL,
    "partial_create": WELL,  # touches no read
    "aborted": ("partly", "UNKNOWN", "connected"),
    "count_change": WELL,
    "bad_row": ("partly", "", "connected"),
    "truncated": WELL,
    "two_roots": WELL,
    "drop_after": WELL,
    "524": ("failed", "SVC-DOWN", "offline"),
    "trickle": WELL,
    "drop_late": WELL,
    "524_late": ("failed", "SVC-DOWN", "offline"),
    "permission": ("partly", "PRM-OPERATION", "limited"),
    "unselectable": ("partly", "LIST-LIMITED", "connected"),
    "spoilt": ("partly", "", "connected"),
    "visibility": WELL,
    "latency": WELL,
    "gather": WELL,
    "limit": WELL,
}

# How a run ends whose every query is struck; the others end as if they were struck once.
ALWAYS: dict[str, tuple[str, str, str]] = {
    "drop_before": ("failed", "ANS-SPOILT", "connected"),
    "session_expired": ("failed", "CON-SESSION", "connected"),
    "429": ("failed", "LIM-RATE", "offline"),
    "502": ("failed", "SVC-DOWN", "offline"),
    "html": ("failed", "ANS-SPOILT", "connected"),
    "garbage": ("failed", "ANS-SPOILT", "connected"),
    "empty": ("failed", "ANS-SPOILT", "connected"),
    "hostile": ("failed", "ANS-HOSTILE", "connected"),
    "offline": ("failed", "SVC-DOWN", "offline"),
    "try_again": ("failed", "SVC-DOWN", "offline"),
    "aborted": ("failed", "UNKNOWN", "connected"),
    "count_change": ("failed", "ANS-INCOMPLETE", "connected"),
    "bad_row": ("failed", "ANS-VALUE", "connected"),
    "truncated": ("failed", "ANS-SPOILT", "connected"),
    "two_roots": ("failed", "ANS-SPOILT", "connected"),
    "drop_after": ("failed", "ANS-SPOILT", "connected"),
    "drop_late": ("failed", "ANS-SPOILT", "connected"),
}


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 10)


def sync(connection: Connection, mode: Mode = Mode.FULL) -> SyncRun:
    connection.refresh_from_db()
    return run_to_end(start_list_sync(connection, kinds=LISTS, mode=mode, queued=False).run)


def ending(run: SyncRun) -> tuple[str, str, str]:
    codes = list(run.steps.exclude(error_code="").values_list("error_code", flat=True))
    run.connection.refresh_from_db()
    return run.state, codes[0] if codes else "", run.connection.state


def assert_whole(run: SyncRun) -> None:
    for step in run.steps.all():
        assert step.announced == step.read == ListItem.objects.filter(kind=step.key.removeprefix("list:")).count() > 0
        assert step.failed == step.missing == step.skipped == 0


def assert_told(run: SyncRun) -> None:
    """A run that failed says so in its steps, its log and its exchanges, and a failed run in itself."""
    assert run.log.exclude(level=LogLevel.INFO).exists()
    # What an answer holds is judged after it was recorded as one, and a request there is no time for is not sent.
    without_exchange = run.steps.filter(error_code__in=["ANS-INCOMPLETE", "ANS-VALUE", "SVC-SLOW"]).exists()
    without_exchange = without_exchange or run.steps.filter(failed__gt=0).exists()
    assert without_exchange or run.exchanges.exclude(outcome="success").exists()
    assert all(step.message for step in run.steps.exclude(error_code=""))
    assert run.finished_at is not None
    assert run.lease_token == ""
    if run.state == RunState.FAILED:
        assert run.error_code
        assert run.error_sentence
        assert run.error_advice


def test_every_kind_of_fault_is_met_here() -> None:
    assert set(ONCE) == set(KINDS)
    the_same_once_and_always = {"slow", "trickle", "partial_create", "400", "401", "524", "524_late"}
    assert set(ALWAYS) | the_same_once_and_always == set(PASSING)


@pytest.mark.parametrize("kind", ONCE)
def test_a_sync_that_is_struck(connection: Connection, intacct: SandboxServer, kind: str) -> None:
    when = {} if kind in LASTING else {"match": "query item", "nth": 3}
    intacct.control(do="fault", kind=kind, **when, **OPTIONS.get(kind, {}))
    run = sync(connection)
    assert ending(run) == ONCE[kind]
    if kind not in LASTING:
        assert intacct.control(do="stats")["struck"] == {kind: 1}
    if run.state != RunState.SUCCEEDED:
        assert_told(run)
        intacct.control(do="heal")
        if ONCE[kind][2] == "needs_credentials":
            return
        run = sync(connection)
    assert run.state == RunState.SUCCEEDED
    if kind != "count_change":
        assert_whole(run)


@pytest.mark.parametrize("kind", ALWAYS)
def test_a_sync_that_is_struck_every_time_ends_and_says_why(
    connection: Connection, intacct: SandboxServer, kind: str
) -> None:
    intacct.control(do="fault", kind=kind, match="query", times=10_000, **OPTIONS.get(kind, {}))
    run = sync(connection)
    assert ending(run) == ALWAYS[kind]
    assert_told(run)
    assert run.exchanges.count() <= 20
    intacct.control(do="heal")
    again = sync(connection)
    assert again.state == RunState.SUCCEEDED
    assert_whole(again)


def test_random_faults_are_outlived_by_a_sync(connection: Connection, intacct: SandboxServer) -> None:
    kinds = [kind for kind in PASSING if ONCE[kind] == WELL and kind not in ("drop_late", "count_change")]
    intacct.control(do="chaos", rate=0.2, kinds=kinds, seed=7, seconds=0.01)
    for _ in range(3):
        run = sync(connection)
        assert run.state == RunState.SUCCEEDED, run.error_sentence
        assert_whole(run)
    assert len(intacct.control(do="stats")["struck"]) >= 6


def test_a_field_that_is_refused_is_left_out_and_named(connection: Connection, intacct: SandboxServer) -> None:
    for name in ("ITEMTYPE", "GLGROUP"):
        intacct.control(do="fault", kind="unselectable", object="ITEM", field=name)
    run = sync(connection)
    assert run.state == RunState.PARTLY
    told = list(run.log.filter(level=LogLevel.WARNING).values_list("message", flat=True))
    assert ["ITEMTYPE" in told[0], "GLGROUP" in told[1], len(told)] == [True, True, 3]
    assert "ITEMTYPE, GLGROUP could not be read" in told[2]
    read = run.steps.get(key="list:items").checkpoint["fields"]
    assert {"ITEMTYPE", "GLGROUP"}.isdisjoint(read)
    assert "NAME" in read
    partial = sync(connection, Mode.PARTIAL)
    assert not partial.log.filter(message__contains="read whole").exists(), "the same fields are read as the last time"


def test_a_list_is_not_read_without_the_field_it_is_known_by(connection: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="unselectable", object="ITEM", field="ITEMID")
    run = sync(connection)
    assert ending(run) == ("partly", "REQ-FIELD", "connected")


def test_a_row_without_its_id_fails_alone(connection: Connection, intacct: SandboxServer) -> None:
    # The fourth query of a list is its second page here: highest number, count, page, page.
    intacct.control(do="fault", kind="bad_row", match="query item", nth=4, field="ITEMID", row=2)
    run = sync(connection)
    step = run.steps.get(key="list:items")
    assert (run.state, step.state, step.failed) == (RunState.PARTLY, "partly", 1)
    assert "ITEMID" in run.rows.get(outcome="failed").message


def test_a_count_that_changed_while_reading_is_asked_again(connection: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="count_change", match="query item", by=1)  # the first query counts
    run = sync(connection)
    step = run.steps.get(key="list:items")
    assert (run.state, step.announced) == (RunState.SUCCEEDED, step.read)


def test_a_run_of_slow_requests_is_done_in_slices_that_each_end_in_time(
    connection: Connection, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request succeeds by itself; the queue would kill a worker that took them all in one go."""
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 3)
    intacct.control(do="fault", kind="latency", seconds=0.1)
    run = start_list_sync(connection, kinds=["items"], queued=False).run
    slices = 1
    while work_slice(run.pk, seconds=0.3) is Slice.MORE:
        slices += 1
    run.refresh_from_db()
    assert (run.state, run.lost_workers) == (RunState.SUCCEEDED, 0)
    assert slices >= 3
    assert_whole(run)


def test_a_slice_that_runs_out_of_time_within_a_page_repeats_that_page_only(
    connection: Connection, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start_list_sync(connection, kinds=["items"], queued=False).run
    assert work_slice(run.pk, seconds=0) is Slice.MORE
    intacct.control(do="fault", kind="slow", match="query item", nth=2, seconds=600)
    monkeypatch.setattr(runner, "PATIENCE_SECONDS", 2.0 - 60)  # it gives up long before its own end
    begun = time.monotonic()
    assert work_slice(run.pk, seconds=60) is Slice.MORE
    assert time.monotonic() - begun < 10
    run.refresh_from_db()
    assert (run.state, run.error_code, run.connection.state) == (RunState.RUNNING, "", "connected")
    assert run.steps.get().read == settings.SYNC_PAGE_SIZE
    assert run.exchanges.filter(error_code="SVC-SLOW").count() == 1
    intacct.control(do="reset")
    monkeypatch.setattr(runner, "PATIENCE_SECONDS", 200.0)
    assert run_to_end(run).state == RunState.SUCCEEDED
    assert_whole(run)


def test_a_slice_that_gets_nowhere_in_its_time_ends_the_run_and_leaves_the_connection(
    connection: Connection, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "PATIENCE_SECONDS", -9.7)
    intacct.control(do="fault", kind="latency", seconds=0.2)
    run = start_list_sync(connection, kinds=["items"], queued=False).run
    begun = time.monotonic()
    assert work_slice(run.pk, seconds=10) is Slice.ENDED
    assert time.monotonic() - begun < 10
    run.refresh_from_db()
    assert ending(run) == ("failed", "SVC-SLOW", "connected")
    assert_told(run)


def test_a_page_that_somebody_waits_for_has_no_budget(connection: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="latency", seconds=0.02)
    with gateway.opened(connection) as client:
        assert client.count("ITEM") > 0
