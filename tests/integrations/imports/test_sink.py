"""A list read into a table that is not the mirror: whole, in part, with what was deleted, and after a kill."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from integrations.intacct import Client, Extent
from integrations.lists import KINDS_BY_KEY
from integrations.mirror.flow import list_steps
from integrations.models import Connection, ListItem, ListState, Mode, RunState, SyncRun
from integrations.runs.runner import run_to_end, work_slice
from integrations.runs.service import start_run
from integrations.sandbox.facade import SandboxServer
from tests.integrations.mirror.test_smartsync import delete
from tests.toy_imports.installed import use_flow
from tests.toy_imports.models import ToyRecord
from tests.toy_imports.sink import CollectFlow, RecordSink

KEY = "toy:projects"


@pytest.fixture(autouse=True)
def collecting(monkeypatch: pytest.MonkeyPatch) -> None:
    use_flow(monkeypatch, CollectFlow())


def start(connection: Connection, mode: Mode = Mode.FULL) -> SyncRun:
    connection.refresh_from_db()
    plans = list_steps([KINDS_BY_KEY["projects"]], mode=mode)
    return start_run(connection, CollectFlow.key, plans=plans, mode=mode, queued=False).run


def collect(connection: Connection, mode: Mode = Mode.FULL) -> SyncRun:
    run = run_to_end(start(connection, mode))
    assert run.state == RunState.SUCCEEDED, (run.error_detail, list(run.log.values_list("message", flat=True)))
    return run


def counts(run: SyncRun) -> tuple[int, ...]:
    step = run.steps.get(key="list:projects")
    return step.read, step.new, step.changed, step.missing


def test_a_list_is_read_into_a_table_of_its_own_and_the_mirror_knows_nothing_of_it(
    connection: Connection, intacct: SandboxServer
) -> None:
    there = intacct.control(do="stats")["records"][connection.company_id]["PROJECT"]
    assert counts(collect(connection)) == (there, there, 0, 0)
    assert ToyRecord.objects.get(business_id="24-001").name
    assert not ListItem.objects.exists()
    state = ListState.objects.get()
    assert (state.kind, state.records, state.missing) == (KEY, there, 0)
    assert state.complete_through is not None
    assert counts(collect(connection)) == (there, 0, 0, 0)


def test_a_partial_begins_where_this_sink_was_complete_not_where_the_mirror_was(
    mirrored: Connection, intacct: SandboxServer
) -> None:
    there = ListItem.objects.filter(kind="projects").count()
    first = collect(mirrored, Mode.PARTIAL)
    assert counts(first) == (there, there, 0, 0), "the mirror had all of them, this table none"
    assert (
        "not been read successfully before"
        in first.log.filter(message__startswith="Projects: read whole").get().message
    )
    # Beyond the overlap, so that only what changed since is read.
    ListState.objects.filter(kind=KEY).update(complete_through=timezone.now() + timedelta(days=2))
    chosen = ToyRecord.objects.earliest("record_no")
    intacct.control(
        do="put", object="PROJECT",
        record={"RECORDNO": str(chosen.record_no), "NAME": "Renamed", "WHENMODIFIED": "01/01/2099 00:00:00"},
    )  # fmt: skip
    assert counts(collect(mirrored, Mode.PARTIAL)) == (1, 0, 1, 0)
    chosen.refresh_from_db()
    assert chosen.name == "Renamed"
    assert ListState.objects.filter(kind="projects").get().last_run != ListState.objects.get(kind=KEY).last_run


def test_what_was_deleted_is_marked_by_a_full(connection: Connection, intacct: SandboxServer) -> None:
    collect(connection)
    for gone in (ToyRecord.objects.earliest("record_no"), ToyRecord.objects.latest("record_no")):
        intacct.control(do="delete", object="PROJECT", key=str(gone.record_no))
        assert counts(collect(connection))[3] == 1
        gone.refresh_from_db()
        assert gone.is_missing
    assert ListState.objects.get().missing == 2


@pytest.mark.parametrize("may_audit", [True, False])
def test_what_was_deleted_is_found_after_a_partial(
    connection: Connection, intacct: SandboxServer, may_audit: bool
) -> None:
    record = {"PROJECTID": "99-999", "NAME": "Short-lived", "PROJECTCATEGORY": "Contract"}
    intacct.control(do="put", object="PROJECT", record=record)
    collect(connection)
    gone = ToyRecord.objects.get(business_id="99-999")
    if may_audit:
        delete(connection, "PROJECT", gone.record_no)
    else:
        intacct.control(do="delete", object="PROJECT", key=str(gone.record_no))
        intacct.control(do="fault", kind="permission", object="AUDITHISTORY")
    ListState.objects.update(swept_at=timezone.now() - timedelta(days=2))
    run = collect(connection, Mode.PARTIAL)
    gone.refresh_from_db()
    assert gone.is_missing
    assert counts(run)[3] == 1
    state = ListState.objects.get()
    assert state.swept_at is not None
    assert (state.missing, state.swept_at > timezone.now() - timedelta(hours=1)) == (1, True)


def test_a_list_that_suddenly_shows_nothing_leaves_the_table_as_it_is(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect(connection)
    held = ToyRecord.objects.count()
    monkeypatch.setattr(Client, "extent", lambda *args, **kwargs: Extent(0, 0))
    run = run_to_end(start(connection))
    assert ToyRecord.objects.filter(is_missing=False).count() == held
    assert run.steps.get().skipped == held


class Killed(BaseException):
    """Not an Exception, so that nothing tidies up."""


def test_a_worker_killed_in_a_page_loses_that_page(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 10)
    store, pages = RecordSink.store, 0

    def store_and_die(self: RecordSink, rows: Any, **more: Any) -> Any:
        nonlocal pages
        pages += 1
        outcome = store(self, rows, **more)
        if pages == 3:
            raise Killed
        return outcome

    run = start(connection)
    with monkeypatch.context() as dying:
        dying.setattr(RecordSink, "store", store_and_die)
        with pytest.raises(Killed):
            work_slice(run.pk)
    assert ToyRecord.objects.count() == 20
    run_to_end(run)
    step = run.steps.get()
    assert run.state == RunState.SUCCEEDED
    assert step.announced == step.read == step.new == ToyRecord.objects.count()
