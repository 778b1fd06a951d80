"""API cost: counted with each exchange, kept when exchanges are pruned, shared as a number, warned about once."""

import smtplib
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Sum
from django.utils import timezone

from accounts.models import Tenant, User
from accounts.tenancy import cross_tenant, tenant_scope
from integrations.gateway.metering import count_exchange
from integrations.mirror.service import start_list_sync
from integrations.models import (
    ApiBudget,
    ApiUsage,
    Connection,
    ConnectionState,
    Exchange,
    ListState,
    Mode,
    RunStep,
    StepState,
)
from integrations.runs.runner import run_to_end
from integrations.usage.selectors import budget_of, days_of, estimate, flows_of, gauge, month_of, warning_gauge
from integrations.usage.service import set_budget
from tests.conftest import MIRRORED
from tests.integrations.dispatching import pass_a_minute


def billable(connection: Connection) -> int:
    return ApiUsage.objects.filter(company_id=connection.company_id).aggregate(sum=Sum("billable"))["sum"] or 0


def spend(connection: Connection, number: int, *, ago: timedelta = timedelta(0)) -> None:
    count_exchange(
        tenant_id=connection.tenant_id,
        company_id=connection.company_id,
        flow="lists",
        at=timezone.now() - ago,
        billable=number,
    )


def test_what_is_counted_is_what_the_exchanges_cost_and_outlives_them(mirrored: Connection) -> None:
    of_exchanges = Exchange.objects.aggregate(sum=Sum("billable"))["sum"]
    assert of_exchanges > 0
    assert billable(mirrored) == of_exchanges == gauge(mirrored).used
    assert ApiUsage.objects.aggregate(sum=Sum("requests"))["sum"] == Exchange.objects.count()
    flows = {row.flow: row for row in flows_of(mirrored, month_of(timezone.now()))}
    assert flows["lists"].billable == mirrored.runs.aggregate(sum=Sum("steps__billable"))["sum"]
    assert flows[""].requests == Exchange.objects.filter(run=None).count()
    Exchange.objects.all().delete()
    assert gauge(mirrored).used == of_exchanges


def test_exchanges_of_before_the_counter_are_counted_when_it_is_introduced(mirrored: Connection) -> None:
    fields = ("company_id", "day", "flow", "requests", "billable")
    counted = sorted(ApiUsage.objects.values_list(*fields))
    ApiUsage.objects.all().delete()
    introduced = next(Path("integrations/migrations").glob("*_count_usage.py")).stem
    with cross_tenant("test"):
        import_module(f"integrations.migrations.{introduced}").count_stored_exchanges(apps, None)
    assert sorted(ApiUsage.objects.values_list(*fields)) == counted


def test_days_begin_at_midnight_utc_and_months_do_not_mix(connection: Connection) -> None:
    ApiUsage.objects.all().delete()
    for moment, cost in [
        (datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), 5),
        (datetime(2026, 11, 1, 0, 0, tzinfo=UTC), 7),
        (datetime(2026, 11, 1, 23, 59, tzinfo=UTC), 2),
    ]:
        count_exchange(
            tenant_id=connection.tenant_id, company_id=connection.company_id, flow="lists", at=moment, billable=cost
        )
    october = days_of(connection, datetime(2026, 10, 1, tzinfo=UTC).date())
    november = days_of(connection, datetime(2026, 11, 1, tzinfo=UTC).date())
    assert (october[-1].billable, sum(day.billable for day in october)) == (5, 5)
    assert (november[0].billable, november[0].requests) == (9, 2)


def test_the_gauge_is_of_the_company_over_all_tenants_and_shares_one_number(
    connection: Connection, other_tenant: Tenant
) -> None:
    ApiUsage.objects.all().delete()
    spend(connection, 30)
    with tenant_scope(other_tenant):
        theirs = Connection.objects.create(tenant=other_tenant, company_id=connection.company_id)
        elsewhere = Connection(tenant=other_tenant, company_id="quite-another")
        spend(theirs, 12)
        spend(elsewhere, 500)
        assert (gauge(theirs).used, gauge(theirs).own) == (42, 12)
    found = gauge(connection)
    assert (found.used, found.own, found.others) == (42, 30, 12)
    assert sum(day.billable for day in days_of(connection, found.month)) == 30
    assert sum(row.billable for row in flows_of(connection, found.month)) == 30


@pytest.mark.parametrize(("used", "threshold"), [(799, 0), (800, 80), (999, 80), (1000, 100), (5000, 100)])
def test_thresholds(connection: Connection, used: int, threshold: int) -> None:
    ApiUsage.objects.all().delete()
    set_budget(connection, 1000)
    spend(connection, used)
    assert gauge(connection).threshold == threshold
    assert (warning_gauge(connection) is not None) == bool(threshold)


def test_without_a_budget_of_its_own_a_connection_has_the_usual_one(connection: Connection) -> None:
    assert budget_of(connection) == 100_000
    assert set_budget(connection, 250_000)
    assert not set_budget(connection, 250_000)
    assert budget_of(connection) == 250_000


def test_admins_are_mailed_once_per_threshold_and_month(
    connection: Connection, admin: User, accountant: User, outsider: User
) -> None:
    ApiUsage.objects.all().delete()
    set_budget(connection, 1000)
    spend(connection, 700, ago=timedelta(days=40))
    spend(connection, 799)
    pass_a_minute()
    assert mail.outbox == []
    spend(connection, 1)
    pass_a_minute()
    pass_a_minute()
    (first,) = mail.outbox
    assert first.to == [admin.email]
    assert "80 %" in first.subject
    assert "800 of 1,000 (80 %)" in first.body
    assert "/t/summit-ridge/sync/usage/" in first.body
    spend(connection, 400)
    pass_a_minute()
    pass_a_minute()
    assert [message.subject.split(": ")[1][:5] for message in mail.outbox] == ["80 % ", "100 %"]
    ApiBudget.objects.update(warned_month=month_of(timezone.now() - timedelta(days=40)))
    pass_a_minute()
    assert len(mail.outbox) == 3


def test_another_budget_is_warned_about_anew_and_a_disconnected_company_is_not(
    connection: Connection, admin: User
) -> None:
    ApiUsage.objects.all().delete()
    set_budget(connection, 100)
    spend(connection, 150)
    pass_a_minute()
    set_budget(connection, 160)
    pass_a_minute()
    assert ["100 %" in message.subject for message in mail.outbox] == [True, False]
    Connection.objects.update(state=ConnectionState.DISCONNECTED)
    connection.refresh_from_db()
    set_budget(connection, 10)
    pass_a_minute()
    assert len(mail.outbox) == 2


class Unreachable(BaseEmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("The mail server does not answer.")


def test_a_mail_that_cannot_be_sent_is_tried_again(connection: Connection, admin: User, settings: Any) -> None:
    ApiUsage.objects.all().delete()
    set_budget(connection, 100)
    spend(connection, 85)
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Unreachable"
    pass_a_minute()
    settings.EMAIL_BACKEND = working
    pass_a_minute()
    assert len(mail.outbox) == 1


def test_before_the_first_run_an_estimate_says_that_nothing_is_known(connection: Connection) -> None:
    found = estimate(connection, "", ["projects", "items"], Mode.FULL)
    assert [line.kind.key for line in found.unknown] == ["items", "projects"]
    assert (found.requests, found.billable, found.seconds) == (0, 0, 0)


def test_an_estimate_of_a_full_comes_true(mirrored: Connection) -> None:
    run = mirrored.runs.get()
    for step in run.steps.all():
        ListState.objects.update_or_create(
            connection=mirrored, kind=step.key.removeprefix("list:"), entity_id="",
            defaults={"tenant_id": mirrored.tenant_id, "records": step.read, "last_read_at": step.finished_at},
        )  # fmt: skip
    found = estimate(mirrored, "", MIRRORED, Mode.FULL)
    assert found.unknown == []
    again = run_to_end(start_list_sync(mirrored, kinds=MIRRORED, queued=False).run)
    sums = again.steps.aggregate(read=Sum("read"), requests=Sum("requests"), billable=Sum("billable"))
    assert found.records == sums["read"]
    # The first time each list had to be described as well; what was said then is kept.
    assert 0 <= found.requests - sums["requests"] <= len(MIRRORED)
    assert 0 <= found.billable - sums["billable"] <= len(MIRRORED)
    assert found.seconds > 0


def test_what_a_sync_asks_beside_its_lists_is_part_of_the_estimate(mirrored: Connection) -> None:
    before = estimate(mirrored, "", ["projects"], Mode.FULL)
    run = mirrored.runs.get()
    now = timezone.now()
    RunStep.objects.create(
        tenant_id=run.tenant_id, run=run, position=99, key="deletions", title="Deleted records",
        state=StepState.SUCCEEDED, requests=7, billable=6, started_at=now - timedelta(seconds=3), finished_at=now,
    )  # fmt: skip
    after = estimate(mirrored, "", ["projects"], Mode.FULL)
    assert (after.requests - before.requests, after.billable - before.billable) == (7, 6)
    assert after.seconds == pytest.approx(before.seconds + 3)


def test_an_estimate_of_a_partial_is_unknown_until_one_has_run(mirrored: Connection) -> None:
    assert [line.kind.key for line in estimate(mirrored, "", ["projects"], Mode.PARTIAL).unknown] == ["projects"]
    run_to_end(start_list_sync(mirrored, kinds=["projects"], mode=Mode.PARTIAL, queued=False).run)
    known = estimate(mirrored, "", ["projects"], Mode.PARTIAL)
    assert known.unknown == []
    assert known.requests >= 1
