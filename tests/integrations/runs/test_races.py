"""Real threads against one PostgreSQL: the same button pressed twice, a start against a disconnect, many workers.

SQLite is left out: its tests run in memory, which threads do not share, and it lets one writer in at a time anyway.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import connection as database

from accounts.models import Tenant
from accounts.refusal import Refused
from accounts.tenancy import tenant_scope
from integrations.connections.service import authorize, disconnect
from integrations.mirror.service import start_list_sync
from integrations.models import ACTIVE_RUNS, Connection, ConnectionState, RunState, SyncRun
from integrations.runs.runner import Slice, work_slice
from integrations.sandbox.facade import SandboxServer
from tests.conftest import MIRRORED
from tests.threads import at_the_same_moment

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(database.vendor != "postgresql", reason="needs PostgreSQL"),
]


def at_once(tenant: Tenant, *works: Callable[[], Any]) -> list[Any]:
    """Do all of `works` at the same time, in the tenant's scope; what each returned or raised, in no order."""

    def scoped(work: Callable[[], Any]) -> Any:
        with tenant_scope(tenant):
            return work()

    return at_the_same_moment([partial(scoped, work) for work in works])


def connect(tenant: Tenant, intacct: SandboxServer) -> Connection:
    facts = intacct.credentials
    return authorize(tenant, company_id=facts["company"], user_id=facts["user"], password=facts["password"])


def test_one_of_two_who_authorize_at_once_is_told_of_the_other(scoped: Tenant, intacct: SandboxServer) -> None:
    """The first time a row is made, the second time one that was disconnected is used again."""
    for _ in range(2):
        came = at_once(scoped, *[lambda: connect(scoped, intacct)] * 2)
        assert sorted(type(one).__name__ for one in came) == ["Connection", "Refused"], came
        disconnect(Connection.objects.exclude(state=ConnectionState.DISCONNECTED).get())


def test_no_run_is_left_on_a_connection_that_is_disconnected_while_it_starts(
    scoped: Tenant, intacct: SandboxServer
) -> None:
    for _ in range(5):
        pk = connect(scoped, intacct).pk
        came = at_once(
            scoped,
            lambda pk=pk: start_list_sync(Connection.objects.get(pk=pk), kinds=MIRRORED),
            lambda pk=pk: disconnect(Connection.objects.get(pk=pk)),
        )
        assert not [one for one in came if isinstance(one, Exception) and not isinstance(one, Refused)], came
        assert not SyncRun.objects.filter(state__in=ACTIVE_RUNS).exists()


def test_of_many_who_start_a_run_at_once_one_starts_it(connection: Connection) -> None:
    came = at_once(connection.tenant, *[lambda: start_list_sync(connection, kinds=MIRRORED)] * 4)
    assert sorted(started.is_new for started in came) == [False, False, False, True]
    assert SyncRun.objects.count() == 1


def test_many_workers_on_one_run_do_its_work_once(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 20)
    run = start_list_sync(connection, kinds=MIRRORED).run

    def work() -> Counter[Slice]:
        ended: Counter[Slice] = Counter()
        while SyncRun.objects.get(pk=run.pk).is_active:
            ended[work_slice(run.pk, seconds=0)] += 1
        return ended

    came = at_once(connection.tenant, work, work, work)

    run.refresh_from_db()
    assert (run.state, run.lost_workers) == (RunState.SUCCEEDED, 0), came
    assert sum(one[Slice.ENDED] for one in came) == 1
    for step in run.steps.all():
        assert step.read == step.new == step.announced


def test_the_workers_of_all_tenants_keep_to_the_requests_a_company_takes(
    connection: Connection, other_tenant: Tenant, intacct: SandboxServer
) -> None:
    """Two tenants connected to one company, four workers: never more than two requests at a time, none refused."""
    with tenant_scope(other_tenant):
        runs = [(other_tenant, start_list_sync(connect(other_tenant, intacct), kinds=["items", "customers"]).run)]
    runs.append((connection.tenant, start_list_sync(connection, kinds=["items", "customers"]).run))
    intacct.control(do="fault", kind="limit", limit=2)
    intacct.control(do="fault", kind="gather", requests=2)

    def work(tenant: Tenant, run: SyncRun) -> None:
        with tenant_scope(tenant):
            while SyncRun.objects.get(pk=run.pk).is_active:
                work_slice(run.pk, seconds=0)

    came = at_once(connection.tenant, *[lambda one=one: work(*one) for one in runs * 2])

    assert came == [None] * 4
    for tenant, run in runs:
        with tenant_scope(tenant):
            run.refresh_from_db()
            assert run.state == RunState.SUCCEEDED
    figures = intacct.control(do="stats")["in_flight"][connection.company_id]
    assert (figures["most"], figures["refused"], figures["most_writes"]) == (2, 0, 0)
