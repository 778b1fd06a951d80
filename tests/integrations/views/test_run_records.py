"""The record of a run: rows, log, exchanges, and runs this version does not know."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client
from django.utils import timezone

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from accounts.ui.formats import shown_day
from integrations.models import (
    Connection,
    Exchange,
    RowOutcome,
    RunLog,
    RunRow,
    RunState,
    SyncRun,
    Trigger,
)
from integrations.runs.runner import run_to_end
from integrations.runs.service import cancel_run
from integrations.sandbox.facade import SandboxServer
from tests.integrations.views.run_pages import Address, content, queued


class TestRecord:
    def test_rows_by_outcome_lead_to_our_documents(
        self, site: Client, url: Address, connection: Connection, accountant: User
    ) -> None:
        run = SyncRun.objects.create(
            tenant_id=connection.tenant_id, connection=connection, number=7, flow="projects", title="Import projects",
            state=RunState.PARTLY, started_by=accountant, started_at=timezone.now(), finished_at=timezone.now(),
        )  # fmt: skip
        row = {"tenant_id": run.tenant_id, "run": run}
        RunRow.objects.bulk_create(
            [
                RunRow(**row, label=f"P-{index} Depot", outcome=RowOutcome.NEW, document_id=index)
                for index in range(1, 71)
            ]
        )
        RunRow.objects.create(**row, label="P-99 <Mill>", outcome=RowOutcome.FAILED, message="NAME is too long & odd.")
        html = content(site.get(url("run", number=7)))
        assert f'href="{url("project", pk=1)}"' in html
        assert "1–50 of 71 records" in html
        second = content(site.get(url("run", number=7), {"rows": 2}))
        assert "P-70 Depot" in second
        assert "P-99 &lt;Mill&gt;" in second
        failed = content(site.get(url("run", number=7), {"outcome": "failed"}))
        assert "NAME is too long &amp; odd." in failed
        assert "Depot" not in failed
        assert ">Open<" not in failed

    def test_a_failed_run_says_what_happened_and_what_to_do(
        self, site: Client, url: Address, connection: Connection, intacct: SandboxServer
    ) -> None:
        run = queued(connection, kinds=["items"])
        type(connection).objects.filter(pk=connection.pk).update(user_id="nobody_here")
        run_to_end(run)
        assert run.state == RunState.FAILED
        html = content(site.get(url("run", number=run.number)))
        assert "It failed" in html
        assert run.error_code in html
        assert "What to do:" in html
        assert f'href="{url("connection")}"' in html

    def test_an_exchange_shows_both_sides_without_secrets(
        self, site: Client, url: Address, mirrored: Connection, intacct: SandboxServer
    ) -> None:
        run = SyncRun.objects.get()
        page = content(site.get(url("run", number=run.number)))
        exchanges = list(run.exchanges.order_by("pk"))
        for exchange in exchanges:
            assert url("exchange", number=run.number, pk=exchange.pk) in page
        html = content(site.get(url("exchange", number=run.number, pk=exchanges[0].pk)))
        assert "&lt;request&gt;" in html
        assert "&lt;response&gt;" in html
        assert exchanges[0].control_id in html
        facts = intacct.credentials
        for secret in (facts["password"], facts["sender_password"]):
            assert secret not in html
            assert secret not in page

    def test_a_cut_body_says_so(self, site: Client, url: Address, mirrored: Connection) -> None:
        run = SyncRun.objects.get()
        exchange = run.exchanges.first()
        assert exchange is not None
        Exchange.objects.filter(pk=exchange.pk).update(response_xml="<response>\n[cut: 900 of 1000 bytes not kept]")
        html = content(site.get(url("exchange", number=run.number, pk=exchange.pk)))
        assert "Only the beginning was kept" in html
        assert "[cut: 900 of 1000 bytes not kept]" in html

    def test_an_exchange_of_another_run_is_not_found(self, site: Client, url: Address, mirrored: Connection) -> None:
        run = SyncRun.objects.get()
        other = queued(mirrored)
        exchange = run.exchanges.first()
        assert exchange is not None
        assert site.get(url("exchange", number=other.number, pk=exchange.pk)).status_code == 404
        assert site.get(url("run", number=other.number + 50)).status_code == 404

    def test_more_exchanges_and_lines_than_one_page(self, site: Client, url: Address, connection: Connection) -> None:
        run = queued(connection)
        common = {"tenant_id": run.tenant_id, "run": run}
        now = timezone.now()
        Exchange.objects.bulk_create(
            Exchange(**common, started_at=now, duration_ms=1, functions=f"query{index}", outcome="success")
            for index in range(230)
        )
        RunLog.objects.bulk_create(RunLog(**common, message=f"Line {index}.") for index in range(130))
        cancel_run(run)
        html = content(site.get(url("run", number=run.number)))
        assert "1–100 of 230 messages" in html
        assert "query229<" in html
        assert "query129<" not in html
        assert "1–100 of 130 notes" in html
        older = content(site.get(url("run", number=run.number), {"exchanges": 3, "log": 2}))
        assert "query0<" in older
        assert "Line 0." in older
        assert "exchanges=2&amp;log=2#exchanges" in older or "exchanges=2&log=2#exchanges" in older

    def test_the_page_costs_the_same_for_a_short_and_a_long_run(
        self, site: Client, url: Address, mirrored: Connection, django_assert_max_num_queries: Any
    ) -> None:
        run = SyncRun.objects.get()
        address = url("run", number=run.number)
        common = {"tenant_id": run.tenant_id, "run": run, "step": run.steps.first()}
        RunLog.objects.create(**common, message="First line.")
        RunRow.objects.create(**common, label="First row", outcome=RowOutcome.FAILED)
        site.get(address)
        with django_assert_max_num_queries(20) as short:
            site.get(address)
        RunLog.objects.bulk_create(RunLog(**common, message=f"Line {index}.") for index in range(60))
        RunRow.objects.bulk_create(
            RunRow(**common, label=f"Row {index}", outcome=RowOutcome.FAILED) for index in range(60)
        )
        with django_assert_max_num_queries(len(short)):
            site.get(address)


def test_a_run_started_by_a_command_says_so(site: Client, url: Address, connection: Connection) -> None:
    run = queued(connection, trigger=Trigger.COMMAND)
    assert "Command" in content(site.get(url("run", number=run.number)))
    SyncRun.objects.filter(pk=run.pk).update(trigger=Trigger.PERSON)
    assert "A person who is no longer here" in content(site.get(url("run", number=run.number)))


def test_a_flow_this_version_does_not_know_is_still_shown(
    site: Client, url: Address, connection: Connection, tenant: Tenant
) -> None:
    with tenant_scope(tenant):
        run = queued(connection)
        cancel_run(run)
        SyncRun.objects.filter(pk=run.pk).update(flow="retired", title="Something of old")
    assert "Something of old" in content(site.get(url("run", number=run.number)))
    assert "retired" in content(site.get(url("runs")))


def test_the_strip_counts_days_of_the_companys_time_zone(
    site: Client, url: Address, connection: Connection, tenant: Tenant
) -> None:
    zone = ZoneInfo(tenant.time_zone)
    today = timezone.now().astimezone(zone).date()
    late = datetime.combine(today - timedelta(days=2), time(23, 30), zone)
    for number, (moment, state) in enumerate(
        [
            (late, RunState.SUCCEEDED), (late + timedelta(hours=1), RunState.FAILED),
            (late + timedelta(hours=2), RunState.HELD), (late - timedelta(days=40), RunState.FAILED),
            (late, RunState.CANCELLED), (late, RunState.PARTLY),
        ]
    ):  # fmt: skip
        run = SyncRun.objects.create(
            tenant=tenant, connection=connection, number=50 + number, flow="lists", title="Sync lists", state=state
        )
        SyncRun.objects.filter(pk=run.pk).update(created_at=moment)
    page = site.get(url("runs"))
    marks = {mark.label: mark for mark in page.context["strip"].marks}
    assert len(marks) == 30
    assert marks[shown_day(today - timedelta(days=2))].values == (1, 1, 0)
    assert marks[shown_day(today - timedelta(days=1))].values == (0, 0, 2)
    assert page.context["strip"].summary == "The last 30 days: 1 succeeded, 1 partly, 2 failed or held."
    assert sum(sum(mark.values) for mark in marks.values()) == 4
    day = site.get(marks[shown_day(today - timedelta(days=1))].url)
    assert [line.run.number for line in day.context["lines"]] == [52, 51]
    assert shown_day(today - timedelta(days=1)) in day.text
    assert len(site.get(url("runs"), {"day": "never"}).context["lines"]) == 6


def test_a_message_is_laid_out_for_reading_and_what_is_no_xml_stays(
    site: Client, url: Address, mirrored: Connection
) -> None:
    run = SyncRun.objects.get()
    exchange = run.exchanges.earliest("pk")
    address = url("exchange", number=run.number, pk=exchange.pk)
    for kept, shown in (
        ("<a><b>1</b><c> x </c></a>", "&lt;a&gt;\n  &lt;b&gt;1&lt;/b&gt;\n  &lt;c&gt; x &lt;/c&gt;\n&lt;/a&gt;"),
        ("<a><b>1", "&lt;a&gt;&lt;b&gt;1"),
        ('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "&lt;!DOCTYPE a"),
    ):
        Exchange.objects.filter(pk=exchange.pk).update(response_xml=kept)
        page = content(site.get(address))
        assert shown in page
        assert "Message" in page
