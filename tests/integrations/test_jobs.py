"""The queue only wakes workers: slices, dispatcher, heartbeat, probes. Its own tables hold no state of ours."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection as database
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from integrations import jobs, queue
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, Heartbeat, RunState, StepState, SyncRun
from integrations.sandbox.facade import SandboxServer
from tests.conftest import MIRRORED


def queued() -> list[tuple[str, tuple[int, ...]]]:
    """What waits in the queue: function and arguments."""
    return [(entry.task["func"], tuple(entry.task["args"])) for entry in OrmQ.objects.order_by("pk")]


@pytest.fixture
def run(connection: Connection) -> SyncRun:
    return start_list_sync(connection, kinds=MIRRORED).run


def test_starting_a_run_wakes_a_worker_in_the_same_transaction(connection: Connection) -> None:
    with transaction.atomic():
        start_list_sync(connection, kinds=MIRRORED)
        transaction.set_rollback(True)
    assert queued() == []
    run = start_list_sync(connection, kinds=MIRRORED).run
    assert queued() == [("integrations.jobs.work_run", (run.tenant_id, run.pk))]


def test_a_job_works_a_slice_and_wakes_the_next(run: SyncRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 50)
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 0.0)
    OrmQ.objects.all().delete()
    for _ in range(200):
        jobs.work_run(run.tenant_id, run.pk)
        if not queued():
            break
        OrmQ.objects.all().delete()
    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED


def test_a_wake_up_delivered_twice_does_the_work_once(run: SyncRun) -> None:
    for _ in range(3):
        jobs.work_run(run.tenant_id, run.pk)
    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    for step in run.steps.all():
        assert step.read == step.announced


def test_a_job_of_a_tenant_that_is_gone_ends_quietly_and_does_nothing(run: SyncRun, intacct: SandboxServer) -> None:
    before = intacct.control(do="stats")["requests"]
    jobs.work_run(424242, run.pk)
    run.refresh_from_db()
    assert (run.state, run.lease_token, run.steps.exclude(state=StepState.WAITING).count()) == (RunState.QUEUED, "", 0)
    assert intacct.control(do="stats")["requests"] == before


@pytest.fixture
def due(run: SyncRun) -> SyncRun:
    SyncRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(minutes=2))
    OrmQ.objects.all().delete()
    return run


def test_the_dispatcher_wakes_what_was_forgotten(due: SyncRun) -> None:
    jobs.dispatch()
    assert queued() == [("integrations.jobs.work_run", (due.tenant_id, due.pk))]


def test_the_dispatcher_wakes_what_a_killed_worker_left(due: SyncRun) -> None:
    past = timezone.now() - timedelta(seconds=1)
    SyncRun.objects.update(state=RunState.RUNNING, lease_token="dead", lease_expires_at=past)
    jobs.dispatch()
    assert len(queued()) == 1


def test_the_dispatcher_leaves_runs_that_are_worked_on_or_ended(due: SyncRun) -> None:
    future = timezone.now() + timedelta(minutes=1)
    SyncRun.objects.update(state=RunState.RUNNING, lease_token="alive", lease_expires_at=future)
    jobs.dispatch()
    SyncRun.objects.update(state=RunState.SUCCEEDED, lease_token="", lease_expires_at=None)
    jobs.dispatch()
    assert queued() == []


def test_the_dispatcher_adds_nothing_to_a_wake_up_that_waits_already(due: SyncRun) -> None:
    for _ in range(3):
        jobs.dispatch()
    assert len(queued()) == 1


def test_a_wake_up_taken_by_a_worker_that_died_is_replaced(due: SyncRun) -> None:
    jobs.dispatch()
    OrmQ.objects.update(lock=timezone.now() + timedelta(minutes=15))  # taken, and never acknowledged
    jobs.dispatch()
    assert len(queued()) == 2


def test_the_queue_table_has_an_index_for_what_is_asked_of_it_all_day(db: None) -> None:
    with database.cursor() as cursor:
        constraints = database.introspection.get_constraints(cursor, OrmQ._meta.db_table)
    assert ["key", "lock"] in [found["columns"] for found in constraints.values() if found["index"]]


def test_each_tenant_is_served_before_any_is_served_twice(due: SyncRun, other_tenant: Tenant) -> None:
    connection = due.connection
    for number in (2, 3):
        SyncRun.objects.create(
            tenant_id=due.tenant_id, connection=connection, number=number, flow=f"f{number}", title="x"
        )
    with tenant_scope(other_tenant):
        theirs = Connection.objects.create(tenant=other_tenant, company_id="other")
        small = SyncRun.objects.create(tenant=other_tenant, connection=theirs, number=1, flow="lists", title="x")
    from accounts.tenancy import cross_tenant

    with cross_tenant("test"):
        SyncRun.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    jobs.dispatch()
    served = [arguments for _, arguments in queued()]
    assert (small.tenant_id, small.pk) in served[:2]
    assert len(served) == 4


def test_registering_the_schedules_again_and_again_leaves_one_of_each(db: None) -> None:
    for _ in range(3):
        queue.register_schedules()
    assert sorted(Schedule.objects.values_list("name", "func", "schedule_type", "minutes")) == [
        ("dispatcher", "integrations.jobs.dispatch", "I", 1),
        ("heartbeat", "integrations.jobs.beat", "I", 1),
        ("judging", "integrations.jobs.judge_everything", "D", None),
        ("recount", "integrations.jobs.recount_imports", "D", None),
        ("retention", "integrations.jobs.prune", "D", None),
        ("rounds", "integrations.jobs.go_round", "I", 5),
        ("verification", "integrations.jobs.verify", "D", None),
    ]
    Schedule.objects.filter(name="dispatcher").update(func="somewhere.else")
    queue.register_schedules()
    assert Schedule.objects.get(name="dispatcher").func == "integrations.jobs.dispatch"


def test_a_slice_of_a_run_shows_that_the_queue_works(run: SyncRun, client: Client) -> None:
    """Behind a long queue the heartbeat's own job waits its turn; the worker is at work all the same."""
    Heartbeat.objects.create(name="queue", beat_at=timezone.now() - timedelta(minutes=10))
    assert client.get("/readyz").status_code == 503
    jobs.work_run(run.tenant_id, run.pk)
    assert client.get("/readyz").status_code == 200


def test_a_run_held_by_a_living_worker_shows_that_the_queue_works(due: SyncRun, client: Client) -> None:
    Heartbeat.objects.create(name="queue", beat_at=timezone.now() - timedelta(minutes=4))
    held = timezone.now() + timedelta(minutes=1)
    SyncRun.objects.filter(pk=due.pk).update(state=RunState.RUNNING, lease_token="alive", lease_expires_at=held)
    assert client.get("/readyz").status_code == 200
    SyncRun.objects.filter(pk=due.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/readyz").status_code == 503


def health() -> tuple[int, dict[str, object]]:
    out = StringIO()
    try:
        call_command("queue_health", "--json", stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_the_probes_follow_the_heartbeat(db: None, client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    assert health()[0] == 1
    jobs.beat()
    assert client.get("/readyz").json() == {"status": "ok", "problems": {}, "warnings": {}}
    assert health() == (0, {"healthy": True, "problem": ""})
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(minutes=4))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "queue" in answer.json()["problems"]
    assert health()[0] == 1
