"""Whose turn it is: a slice ends at a page border once others wait, and a tenant with many runs has one worker then."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from integrations import jobs, queue
from integrations.connections.service import authorize
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, RunState, SyncRun
from integrations.runs import turns
from integrations.runs.runner import Slice, work_slice
from integrations.sandbox.facade import SandboxServer


@pytest.fixture
def long(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> SyncRun:
    """A run of many pages, which looks at each border whether others wait."""
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 2)
    monkeypatch.setattr(turns, "SHARED_SLICE_SECONDS", 0.0)
    monkeypatch.setattr(turns, "LOOK_EVERY_SECONDS", 0.0)
    run = start_list_sync(connection, kinds=["gl_accounts", "projects"]).run
    OrmQ.objects.all().delete()
    return run


@pytest.fixture
def start_theirs(other_tenant: Tenant, intacct: SandboxServer) -> Callable[[], SyncRun]:
    facts = intacct.credentials

    def start_theirs() -> SyncRun:
        with tenant_scope(other_tenant):
            known = Connection.objects.first() or authorize(
                other_tenant, company_id=facts["company"], user_id=facts["user"], password=facts["password"]
            )
            return start_list_sync(known, kinds=["checking_accounts"]).run

    return start_theirs


def begun_meanwhile(monkeypatch: pytest.MonkeyPatch, page: int, act: Callable[[], Any]) -> list[int]:
    """Have `act` happen while the given page of a slice is stored; returns the pages that were begun."""
    from integrations.mirror import store

    store_page, pages = store.store_page, []

    def store_page_and_act(*args: Any, **kwargs: Any) -> Any:
        pages.append(len(pages) + 1)
        outcome = store_page(*args, **kwargs)
        if len(pages) == page:
            act()
        return outcome

    monkeypatch.setattr(store, "store_page", store_page_and_act)
    return pages


def take_ahead() -> None:
    """As the queue's process does while all workers are busy: the entry looks taken, and nobody works on it."""
    OrmQ.objects.update(lock=timezone.now() + timedelta(minutes=10))


@pytest.mark.parametrize("then", [lambda: None, take_ahead])
def test_a_slice_ends_at_the_border_after_which_another_tenant_waits(
    long: SyncRun,
    start_theirs: Callable[[], SyncRun],
    monkeypatch: pytest.MonkeyPatch,
    then: Callable[[], None],
) -> None:
    pages = begun_meanwhile(monkeypatch, 3, lambda: (start_theirs(), then()))
    jobs.work_run(long.tenant_id, long.pk)
    assert pages == [1, 2, 3]
    long.refresh_from_db()
    assert (long.is_active, long.lease_token) == (True, "")
    assert long.pk in queue.runs_waiting(), "its next slice queues up behind"


def test_work_of_the_same_tenant_and_runs_that_wait_for_no_worker_end_no_slice(
    long: SyncRun, start_theirs: Callable[[], SyncRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second run of one's own; one of others that is postponed; one whose company had no free slot."""

    def act() -> None:
        queue.wake_tenant(long.tenant_id)
        queue.wake(long.tenant_id, 424242)
        with tenant_scope(theirs.tenant):
            SyncRun.objects.filter(pk=theirs.pk).update(resume_at=timezone.now() + timedelta(hours=1))

    theirs = start_theirs()
    OrmQ.objects.all().delete()
    begun_meanwhile(monkeypatch, 2, act)
    jobs.work_run(long.tenant_id, long.pk)
    long.refresh_from_db()
    assert long.state == RunState.SUCCEEDED


def test_a_command_that_works_off_a_run_does_not_stop_for_others(
    long: SyncRun, start_theirs: Callable[[], SyncRun]
) -> None:
    start_theirs()
    assert work_slice(long.pk) is Slice.ENDED


@pytest.fixture
def second(long: SyncRun) -> SyncRun:
    return SyncRun.objects.create(
        tenant_id=long.tenant_id, connection=long.connection, number=99, flow="refresh", title="Another"
    )


def test_while_others_wait_the_second_run_of_a_tenant_leaves_its_worker_to_them(
    long: SyncRun, second: SyncRun, start_theirs: Callable[[], SyncRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    SyncRun.objects.filter(pk=long.pk).update(
        state=RunState.RUNNING, lease_token="at work", lease_expires_at=timezone.now() + timedelta(minutes=5)
    )
    theirs = start_theirs()
    jobs.work_run(second.tenant_id, second.pk)
    second.refresh_from_db()
    assert (second.state, second.started_at) == (RunState.QUEUED, None)
    assert queue.runs_waiting() == {theirs.pk}, "it goes round in no circle"

    SyncRun.objects.filter(pk=long.pk).update(lease_token="", lease_expires_at=None)
    OrmQ.objects.all().delete()
    jobs.work_run(long.tenant_id, long.pk)
    assert second.pk in queue.runs_waiting(), "who had the worker wakes it"


def test_a_second_run_is_worked_on_where_nobody_waits(long: SyncRun, second: SyncRun) -> None:
    SyncRun.objects.filter(pk=second.pk).update(
        state=RunState.RUNNING, lease_token="at work", lease_expires_at=timezone.now() + timedelta(minutes=5)
    )
    jobs.work_run(long.tenant_id, long.pk)
    long.refresh_from_db()
    assert long.state == RunState.SUCCEEDED
