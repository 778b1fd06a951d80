"""A run that meets a busy Intacct waits, is taken up again by the dispatcher, and ends at last if it must."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from integrations import jobs
from integrations.mirror.service import start_list_sync
from integrations.models import CompanySlot, Connection, ListItem, RunState, StepState, SyncRun
from integrations.runs import runner
from integrations.runs.runner import Slice, run_to_end, totals, work_slice
from integrations.runs.service import cancel_run
from integrations.sandbox.facade import SandboxServer


@pytest.fixture
def run(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> SyncRun:
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 10)
    return start_list_sync(connection, kinds=["items", "customers"]).run


def work(run: SyncRun) -> SyncRun:
    """What a worker does that was woken; what was queued before is gone."""
    OrmQ.objects.all().delete()
    jobs.work_run(run.tenant_id, run.pk)
    run.refresh_from_db()
    return run


def runs_woken() -> list[int]:
    """The runs a worker is woken for; the round that follows a run's end lies in the queue beside them."""
    tasks = (entry.task for entry in OrmQ.objects.all())
    return [task["args"][1] for task in tasks if task["func"] == "integrations.jobs.work_run"]


def respite(run: SyncRun) -> float:
    """Seconds until the run goes on."""
    assert run.resume_at is not None
    return (run.resume_at - timezone.now()).total_seconds()


def let_the_time_pass(run: SyncRun) -> None:
    SyncRun.objects.filter(pk=run.pk).update(
        resume_at=timezone.now() - timedelta(seconds=1), created_at=timezone.now() - timedelta(hours=1)
    )


def busy(intacct: SandboxServer, kind: str = "429", **options: object) -> None:
    intacct.control(do="fault", kind=kind, match="query", times=10_000, **options)


@pytest.mark.parametrize("kind", ["429", "502", "offline", "try_again", "524"])
def test_a_run_that_finds_intacct_busy_waits_and_then_comes_to_its_end(
    run: SyncRun, intacct: SandboxServer, kind: str
) -> None:
    busy(intacct, kind)
    work(run)
    assert (run.state, run.error_code, run.lease_token) == (RunState.QUEUED, "", "")
    assert 50 < respite(run) <= 60
    assert run.finished_at is None
    assert "goes on by itself in 1 minute." in run.log.latest("pk").message
    assert not CompanySlot.objects.exclude(token="").exists(), "others may send meanwhile"
    intacct.control(do="heal")
    let_the_time_pass(run)
    jobs.dispatch()
    assert runs_woken() == [run.pk]
    work(run)
    assert (run.state, run.resume_at) == (RunState.SUCCEEDED, None)
    for step in run.steps.all():
        assert step.announced == step.read == ListItem.objects.filter(kind=step.key[5:]).count()


def test_nothing_that_was_read_before_is_read_again(run: SyncRun, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="429", match="query customer", times=10_000)
    read = totals(work(run))["read"]
    assert read == ListItem.objects.filter(kind="items").count() > 0
    begun = run.steps.get(key="list:customers").started_at
    intacct.control(do="heal")
    let_the_time_pass(run)
    intacct.control(do="fault", kind="permission", object="ITEM")  # would fail if items were asked for again
    work(run)
    assert run.state == RunState.SUCCEEDED
    assert run.steps.get(key="list:customers").started_at == begun, "a later Partial reads from here on"


def test_the_pause_the_gateway_asks_for_is_kept(run: SyncRun, intacct: SandboxServer) -> None:
    busy(intacct, retry_after=900)
    work(run)
    assert 890 < respite(run) <= 900
    assert "in 15 minutes." in run.log.latest("pk").message
    assert run.exchanges.filter(outcome="busy").count() == 1


def test_a_pause_that_is_too_long_is_not_waited_for(
    run: SyncRun, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(intacct, retry_after=86_400)
    assert work(run).state == RunState.QUEUED
    let_the_time_pass(run)
    monkeypatch.setattr(runner, "LONGEST_BACKOFF", timedelta(hours=23))
    assert (work(run).state, run.error_code) == (RunState.FAILED, "LIM-RATE")


def test_nobody_takes_it_up_before_its_time(run: SyncRun, intacct: SandboxServer) -> None:
    busy(intacct)
    work(run)
    intacct.control(do="heal")
    SyncRun.objects.update(created_at=timezone.now() - timedelta(hours=1))
    jobs.dispatch()
    assert runs_woken() == []
    before = run.exchanges.count()
    assert work_slice(run.pk, may_postpone=True) is Slice.BUSY, "an old wake-up comes late"
    run.refresh_from_db()
    assert (run.state, run.exchanges.count()) == (RunState.QUEUED, before)


def test_each_pause_is_longer_than_the_last_and_then_the_run_ends(run: SyncRun, intacct: SandboxServer) -> None:
    busy(intacct)
    minutes = []
    while work(run).is_active:
        minutes.append(round(respite(run) / 60))
        let_the_time_pass(run)
    assert minutes == [1, 2, 4, 8, 16, 30]
    assert (run.state, run.error_code, run.resume_at) == (RunState.FAILED, "LIM-RATE", None)
    assert run.error_advice
    assert set(run.steps.values_list("state", flat=True)) == {StepState.FAILED, StepState.NOT_REACHED}


def test_a_run_that_got_ahead_starts_with_short_pauses_again(run: SyncRun, intacct: SandboxServer) -> None:
    busy(intacct)
    for _ in range(3):
        work(run)
        let_the_time_pass(run)
    assert run.postponed == 3
    intacct.control(do="heal")
    intacct.control(do="fault", kind="429", match="query customer", times=10_000)
    work(run)
    assert (run.postponed, round(respite(run) / 60)) == (1, 1)


def test_a_waiting_run_is_cancelled_at_once(run: SyncRun, intacct: SandboxServer) -> None:
    busy(intacct, retry_after=3600)
    work(run)
    assert cancel_run(run)
    run.refresh_from_db()
    assert (run.state, run.resume_at) == (RunState.CANCELLED, None)


def test_a_second_start_leads_to_the_run_that_waits(run: SyncRun, intacct: SandboxServer) -> None:
    busy(intacct)
    work(run)
    again = start_list_sync(run.connection)
    assert (again.run, again.is_new) == (run, False)


def test_a_command_that_somebody_watches_does_not_wait(run: SyncRun, intacct: SandboxServer) -> None:
    busy(intacct)
    assert run_to_end(run).state == RunState.FAILED
    run.refresh_from_db()
    assert (run.error_code, run.resume_at) == ("LIM-RATE", None)


def test_its_page_says_what_it_waits_for_and_until_when(
    run: SyncRun, intacct: SandboxServer, site: Client, url: Callable[..., str]
) -> None:
    busy(intacct, retry_after=900)
    work(run)
    page = site.get(url("run", number=run.number)).content.decode()
    assert "waiting for Sage Intacct" in page
    assert "Sage Intacct is busy. It goes on by itself" in page
    assert run.resume_at is not None
    assert run.resume_at.astimezone(timezone.get_default_timezone()).strftime("%Y") in page
    assert "It is taken up again <time" in page
    let_the_time_pass(run)
    intacct.control(do="heal")
    work(run)
    assert "taken up again" not in site.get(url("run", number=run.number)).content.decode()
