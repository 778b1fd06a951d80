"""Two lists at once within what a company takes, slices shared between tenants, and workers killed at any moment."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.db import connection as database
from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import Tenant
from accounts.tenancy import cross_tenant, tenant_scope
from integrations import jobs
from integrations.connections.service import authorize
from integrations.intacct import Client, Credentials, Query, Sender
from integrations.mirror import store
from integrations.mirror.service import start_list_sync
from integrations.mirror.sink import PageOutcome
from integrations.models import CompanySlot, Connection, ListItem, ListState, RunState, StepState, SyncRun
from integrations.runs import lanes, turns
from integrations.runs.runner import run_to_end, work_slice
from integrations.sandbox.facade import SandboxProcess, SandboxServer
from tests.conftest import MIRRORED

ROOT = Path(__file__).parents[3]
postgres = pytest.mark.skipif(database.vendor != "postgresql", reason="SQLite works in one lane")


def most_at_once(run: SyncRun) -> int:
    """The most requests of the run that were under way at one moment."""
    edges: list[tuple[Any, int]] = []
    for begun, took in run.exchanges.values_list("started_at", "duration_ms"):
        edges += [(begun, 1), (begun + timedelta(milliseconds=took), -1)]
    under_way, most = 0, 0
    for _, change in sorted(edges):
        under_way += change
        most = max(most, under_way)
    return most


@postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1, 2])
def test_two_lists_are_read_at_once_and_never_more_than_two(
    width: int, connection: Connection, intacct: SandboxServer, settings: Any
) -> None:
    settings.SYNC_LANES = width
    intacct.control(do="fault", kind="slow", match="query", times=8, seconds=0.1)
    run = run_to_end(start_list_sync(connection, kinds=MIRRORED, queued=False).run)
    assert run.state == RunState.SUCCEEDED
    assert most_at_once(run) == width
    for step in run.steps.all():
        assert step.read == step.new == step.announced


@postgres
@pytest.mark.django_db(transaction=True)
def test_what_ends_a_run_in_one_lane_stops_the_other(connection: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="offline", match="query", times=100)
    run = run_to_end(start_list_sync(connection, kinds=MIRRORED, queued=False).run)
    assert (run.state, run.error_code) == (RunState.FAILED, "SVC-DOWN")
    states = list(run.steps.values_list("state", flat=True))
    assert 1 <= states.count(StepState.FAILED) <= 2
    assert set(states) == {StepState.FAILED, StepState.NOT_REACHED}


@postgres
@pytest.mark.django_db(transaction=True)
def test_a_defect_in_the_second_lane_is_raised(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = lanes.LaneScheduler.next

    def broken(self: lanes.LaneScheduler) -> Any:
        import threading

        if threading.current_thread() is not threading.main_thread():
            raise ZeroDivisionError("one of ours")
        return begin(self)

    monkeypatch.setattr(lanes.LaneScheduler, "next", broken)
    run = start_list_sync(connection, kinds=MIRRORED, queued=False).run
    with pytest.raises(ZeroDivisionError):
        work_slice(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code) == (RunState.FAILED, "DEFECT")


@postgres
@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_restarted_costs_one_page(
    connection: Connection, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SYNC_LANES = 1
    run = start_list_sync(connection, kinds=MIRRORED, queued=False).run
    store_page, calls = store.store_page, 0

    def store_and_lose_the_database(*args: Any, **kwargs: Any) -> PageOutcome:
        nonlocal calls
        calls += 1
        if calls == 3:
            with database.cursor() as cursor, pytest.raises(OperationalError):
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return store_page(*args, **kwargs)

    monkeypatch.setattr(store, "store_page", store_and_lose_the_database)
    with pytest.raises((DatabaseError, InterfaceError)):
        work_slice(run.pk)
    database.close()  # as the queue does before a worker's next job
    run.refresh_from_db()
    assert run.state == RunState.RUNNING, "nothing of the run is at fault"
    past = timezone.now() - timedelta(seconds=1)
    SyncRun.objects.update(lease_expires_at=past)
    CompanySlot.objects.update(expires_at=past)
    run_to_end(run)
    run.refresh_from_db()
    assert (run.state, run.lost_workers) == (RunState.SUCCEEDED, 1)
    for step in run.steps.all():
        assert step.read == step.new == step.announced


def test_a_long_run_does_not_starve_another_tenants_short_one(
    connection: Connection, other_tenant: Tenant, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker, both queued, the long one first: the short one ends while most of the long one is still to do."""
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 2)
    monkeypatch.setattr(turns, "SHARED_SLICE_SECONDS", 0.0)
    OrmQ.objects.all().delete()
    long = start_list_sync(connection, kinds=["gl_accounts", "projects"]).run
    facts = intacct.credentials
    with tenant_scope(other_tenant):
        other = authorize(other_tenant, company_id=facts["company"], user_id=facts["user"], password=facts["password"])
        monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 2)
        short = start_list_sync(other, kinds=["checking_accounts"]).run
    ended: list[int] = []
    slices = 0
    while (entry := OrmQ.objects.order_by("pk").first()) is not None:
        task = entry.task
        entry.delete()
        if task["func"] != "integrations.jobs.work_run":
            continue  # the round that follows a run's end
        jobs.work_run(*task["args"])
        slices += 1
        with cross_tenant("test"):
            over = SyncRun.objects.filter(pk__in=[long.pk, short.pk]).exclude(finished_at=None)
            ended += [pk for pk in over.values_list("pk", flat=True) if pk not in ended]
        if ended == [short.pk]:
            assert slices <= 8
            monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 2000)
    assert ended == [short.pk, long.pk]


class TestTotalsThatDiffer:
    """What is lost on the way is looked for; what really changed meanwhile is told apart from it."""

    @pytest.fixture
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from integrations.mirror import recount

        monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 10)
        monkeypatch.setattr(recount, "NARROW_ENOUGH", 10)

    def some_slices(self, connection: Connection, number: int) -> SyncRun:
        run = start_list_sync(connection, kinds=["gl_accounts"]).run
        for _ in range(number):
            work_slice(run.pk, seconds=0)
        return run

    @pytest.mark.usefixtures("small")
    def test_records_removed_while_reading_are_no_difference(
        self, connection: Connection, intacct: SandboxServer
    ) -> None:
        run = self.some_slices(connection, 3)
        last = intacct.control(do="put", object="GLACCOUNT", record={"ACCOUNTNO": "9999", "TITLE": "Late"})
        assert last["RECORDNO"]
        intacct.control(do="delete", object="GLACCOUNT", key="5010")
        run_to_end(run)
        step = run.steps.get()
        assert (step.state, step.announced) == (StepState.SUCCEEDED, step.read)
        assert "added or removed while reading" in run.log.get().message

    @pytest.mark.usefixtures("small")
    def test_a_record_that_was_lost_on_the_way_is_found_by_halves(
        self, connection: Connection, intacct: SandboxServer
    ) -> None:
        """It is hidden while its page is read, and there again when all are counted at the end."""
        run = self.some_slices(connection, 3)
        number = run.steps.get().checkpoint["after"] + 1
        with_fields = {"RECORDNO": str(number), "ACCOUNTNO": "7777", "TITLE": "Hidden for a while"}
        intacct.control(do="delete", object="GLACCOUNT", key=str(number))
        work_slice(run.pk, seconds=0)
        intacct.control(do="put", object="GLACCOUNT", record=with_fields)
        before = run.exchanges.count()
        pages_left = 7
        run_to_end(run)
        step = run.steps.get()
        assert (step.state, step.read) == (StepState.SUCCEEDED, step.announced)
        assert ListItem.objects.get(kind="gl_accounts", record_no=number).business_id == "7777"
        assert run.exchanges.count() - before <= pages_left + 2 + 12
        assert "What differs is read again" in " ".join(run.log.values_list("message", flat=True))
        assert ListState.objects.get(kind="gl_accounts").complete_through is not None


class Site:
    """The commands as processes of their own, on a database file; nothing is shared but what they store."""

    def __init__(self, folder: Path, migrated: Path, box: SandboxProcess) -> None:
        self.file = folder / "site.sqlite3"
        shutil.copy(migrated, self.file)
        facts = box.credentials
        self.env = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{self.file}",
            "INTACCT_ENDPOINT_URL": box.endpoint,
            "INTACCT_SENDER_ID": facts["sender"],
            "INTACCT_SENDER_PASSWORD": facts["sender_password"],
            "INTACCT_ALLOWED_ENDPOINT_HOSTS": "127.0.0.1",
            "INTACCT_USER_PASSWORD": facts["password"],
            "LOG_LEVEL": "ERROR",
        }
        self.run("create_tenant", "killed", "--name", "Killed Builders", "--admin", "alma@killed.example")
        self.run("connect", "killed", "--company", facts["company"], "--user", facts["user"])

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", *words]
        return subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(self, *words: str) -> None:
        assert self.start(*words).wait(timeout=120) == 0, words

    def rows(self, sql: str) -> list[Any]:
        with sqlite3.connect(self.file, timeout=30) as store:
            found = store.execute(sql).fetchall()
            store.commit()
        store.close()
        return found


def ended_within(worker: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        worker.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


@pytest.fixture
def big_company() -> Iterator[SandboxProcess]:
    with SandboxProcess(seed="4500") as box:
        yield box


def test_after_random_kills_the_mirror_equals_intacct(
    tmp_path: Path, migrated_file: Path, big_company: SandboxProcess
) -> None:
    """KILLS in the environment sets how many; the suite takes two."""
    site = Site(tmp_path, migrated_file, big_company)
    for _ in range(int(os.environ.get("KILLS", "2"))):
        worker = site.start("sync", "killed", "--lists", "vendors,tasks")
        wanted = random.uniform(0, 6000)
        while not ended_within(worker, 0.05):
            read = site.rows("SELECT SUM(read) FROM integrations_runstep")[0][0] or 0
            if read % 6000 >= wanted:
                break
        worker.send_signal(signal.SIGKILL)
        worker.wait(timeout=30)
        # What a living site waits for: the dead worker's lease and slot run out.
        site.rows("UPDATE integrations_syncrun SET lease_expires_at = '2020-01-01 00:00:00'")
        site.rows("UPDATE integrations_companyslot SET expires_at = '2020-01-01 00:00:00'")
    site.run("sync", "killed", "--lists", "vendors,tasks")

    facts = big_company.credentials
    with Client(
        endpoint=big_company.endpoint,
        sender=Sender(facts["sender"], facts["sender_password"]),
        credentials=Credentials(facts["company"], facts["user"], facts["password"]),
        allowed_hosts=["127.0.0.1"],
    ) as client:
        for kind, name, id_field in (("vendors", "VENDOR", "VENDORID"), ("tasks", "TASK", "TASKID")):
            query = Query(name, ("RECORDNO", id_field, "NAME"), page_size=2000, show_private=True)
            there = {
                (int(row["RECORDNO"]), row[id_field], row["NAME"]) for page in client.pages(query) for row in page.rows
            }
            columns = "record_no, business_id, name"
            here = site.rows(
                f"SELECT {columns} FROM integrations_listitem WHERE kind = '{kind}' AND missing_at IS NULL"  # noqa: S608
            )
            assert len(here) == len(there) > 1500
            assert set(here) == there
