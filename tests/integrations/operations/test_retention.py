"""What is removed when it is older than it is kept, and what never is."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_q.models import OrmQ, Task

from accounts.models import AuditEntry, CrossTenantAccess, EventKind, Tenant, User
from integrations import jobs
from integrations.mirror.selectors import last_pull
from integrations.models import Connection, Exchange, RunLog, RunRow, RunState, RunStep, StepState, SyncRun
from integrations.operations import retention

OLD, YOUNG = 500, 5


@pytest.fixture
def company(scoped: Tenant) -> Connection:
    return Connection.objects.create(tenant=scoped, company_id="summit-demo")


@pytest.fixture
def ended(company: Connection) -> Callable[..., SyncRun]:
    """A run that ended so many days ago, with a step, a row, a log line and an exchange."""

    def ended(number: int, days: float, *, state: str = RunState.SUCCEEDED, flow: str = "lists") -> SyncRun:
        at = timezone.now() - timedelta(days=days)
        owner = {"tenant_id": company.tenant_id}
        run = SyncRun.objects.create(
            **owner, connection=company, number=number, flow=flow, title="Sync", state=state, finished_at=at
        )
        step = RunStep.objects.create(
            **owner, run=run, position=1, key="list:items", title="Items", state=StepState.SUCCEEDED, started_at=at
        )
        RunRow.objects.create(**owner, run=run, step=step, label="a")
        line = RunLog.objects.create(**owner, run=run, step=step, message="read")
        RunLog.objects.filter(pk=line.pk).update(at=at)
        exchange(company, at, run=run, step=step)
        return run

    return ended


def exchange(company: Connection, at: datetime, **fields: Any) -> Exchange:
    return Exchange.objects.create(
        tenant_id=company.tenant_id,
        connection=company,
        company_id=company.company_id,
        started_at=at,
        duration_ms=3,
        outcome="success",
        **fields,
    )


# All that grows, each part with nothing removed of it.
NOTHING = dict.fromkeys(
    (
        "access", "attempts", "audit", "changes", "chosen", "drafts", "exchanges", "form_drafts", "issues", "log",
        "notifications", "queue", "runs", "sessions", "sign_ins",
    ),
    0,
)  # fmt: skip


def prune(*arguments: str) -> dict[str, int]:
    out = StringIO()
    call_command("prune", *arguments, "--json", stdout=out)
    return {key: part["rows"] for key, part in json.loads(out.getvalue())["removed"].items()}


def numbers() -> list[int]:
    return sorted(SyncRun.objects.values_list("number", flat=True))


def test_old_runs_go_with_all_that_belongs_to_them(ended: Callable[..., SyncRun]) -> None:
    for number in (1, 2, 3):
        ended(number, OLD)
    ended(4, YOUNG)
    assert prune()["runs"] == 3
    assert numbers() == [4]
    for model in (RunStep, RunRow, RunLog, Exchange):
        assert [row.run.number for row in model.objects.all()] == [4], model


def test_active_runs_stay_with_all_that_belongs_to_them(ended: Callable[..., SyncRun]) -> None:
    ended(1, OLD, state=RunState.RUNNING)
    ended(2, YOUNG)
    assert sum(prune().values()) == 0
    assert numbers() == [1, 2]
    assert RunLog.objects.count() == Exchange.objects.count() == 2


def test_the_last_success_of_a_flow_and_the_last_reading_of_a_list_stay(
    ended: Callable[..., SyncRun], company: Connection
) -> None:
    """A partial sync begins where the last complete one began, however long ago that is."""
    ended(1, OLD + 2)
    ended(2, OLD + 1)
    ended(3, OLD, state=RunState.FAILED).steps.update(state=StepState.FAILED)
    ended(4, OLD, flow="projects").steps.update(key="projects")
    ended(5, OLD, flow="projects").steps.update(key="projects")
    ended(6, YOUNG, state=RunState.FAILED, flow="projects").steps.update(state=StepState.FAILED)
    prune()
    assert numbers() == [2, 3, 5, 6]
    kept = last_pull(company, "items")
    assert kept is not None
    assert kept.run.number == 2


def test_the_number_of_a_removed_run_is_never_given_again(ended: Callable[..., SyncRun]) -> None:
    ended(7, OLD, state=RunState.FAILED).steps.update(state=StepState.FAILED)
    prune()
    assert numbers() == [7]


def test_exchanges_and_log_lines_go_before_their_runs(
    ended: Callable[..., SyncRun], company: Connection, settings: Any
) -> None:
    settings.RETAIN_EXCHANGES_DAYS = 10
    settings.RETAIN_LOG_DAYS = 20
    ended(1, 15)
    ended(2, 25)
    exchange(company, timezone.now() - timedelta(days=15))
    exchange(company, timezone.now() - timedelta(days=1))
    assert prune() == {
        **NOTHING,
        "exchanges": 3,
        "log": 1,
    }
    assert numbers() == [1, 2]


def test_options_win_over_settings_and_a_dry_run_removes_nothing(ended: Callable[..., SyncRun]) -> None:
    ended(1, 15)
    ended(2, 12)
    assert prune("--runs-days", "10", "--exchanges-days", "13", "--dry-run") == {
        **NOTHING,
        "exchanges": 1,
        "runs": 1,
    }
    assert numbers() == [1, 2]
    assert prune("--runs-days", "10")["runs"] == 1
    for wrong in ("0", "-1", "all"):
        with pytest.raises(CommandError, match="1 at least"):
            call_command("prune", "--runs-days", wrong)


def test_a_person_reads_what_was_removed(ended: Callable[..., SyncRun]) -> None:
    ended(1, 100)
    out = StringIO()
    call_command("prune", stdout=out)
    assert "        1 requests to Intacct from before " in out.getvalue()


def test_sessions_records_of_access_and_failed_jobs_have_ends_of_their_own(db: None, staff: User) -> None:
    now = timezone.now()
    for age in (1, 30, 800):
        at = now - timedelta(days=age)
        Task.objects.create(id=f"t{age}", name=f"t{age}", func="x", started=at, stopped=at, success=False)
        access = CrossTenantAccess.objects.create(actor=staff, actor_label="Sam", reason=f"{age}")
        CrossTenantAccess.objects.filter(pk=access.pk).update(at=at)
        Session.objects.create(session_key=f"s{age}", session_data="", expire_date=at)
        AuditEntry.objects.create(kind=EventKind.LOG_IN, at=now - timedelta(days=4 * age))
    Session.objects.create(session_key="alive", session_data="", expire_date=now + timedelta(hours=1))
    removed = prune()
    assert (removed["queue"], removed["access"], removed["sessions"], removed["audit"]) == (2, 1, 3, 1)
    assert list(Task.objects.values_list("id", flat=True)) == ["t1"]
    assert sorted(CrossTenantAccess.objects.values_list("reason", flat=True)) == ["1", "30"]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["alive"]


def test_many_rows_go_in_batches(company: Connection, django_assert_max_num_queries: Any) -> None:
    at = timezone.now() - timedelta(days=100)
    made = {"tenant_id": company.tenant_id, "connection": company, "company_id": "summit-demo", "outcome": "success"}
    Exchange.objects.bulk_create(
        [Exchange(**made, started_at=at, duration_ms=1, request_xml="<x/>") for _ in range(5000)], batch_size=1000
    )
    with django_assert_max_num_queries(60):  # a few for each batch of a thousand, none for a row
        assert prune()["exchanges"] == 5000
    assert Exchange.objects.count() == 0


def test_the_daily_job_leaves_what_it_has_no_time_for_to_the_next(
    company: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        exchange(company, timezone.now() - timedelta(days=100))
    monkeypatch.setattr(jobs, "PRUNE_SECONDS", 0.0)
    monkeypatch.setattr(retention, "BATCH", 2)
    jobs.prune()
    assert Exchange.objects.count() == 1
    assert [entry.task["func"] for entry in OrmQ.objects.all()] == ["integrations.jobs.prune"]
    monkeypatch.undo()
    OrmQ.objects.all().delete()
    jobs.prune()
    assert Exchange.objects.count() == OrmQ.objects.count() == 0


def test_every_setting_of_days_is_checked(settings: Any) -> None:
    from integrations.checks import check_retention

    assert check_retention(None) == []
    settings.RETAIN_RUNS_DAYS = 0
    [problem] = check_retention(None)
    assert (problem.id, "RETAIN_RUNS_DAYS" in problem.msg) == ("integrations.E004", True)


def test_what_is_removed_by_two_statements_carries_nothing_else() -> None:
    for model, (carried, field) in retention.CARRIED.items():
        assert [(each.related_model, each.field.name) for each in model._meta.related_objects] == [(carried, field)]
        assert carried._meta.related_objects == ()
