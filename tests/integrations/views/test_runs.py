"""The run pages as their readers use them: the list, a run at work and after, its exchanges, starting, cancelling."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Tenant, User
from integrations.connections.service import disconnect
from integrations.models import (
    Connection,
    Heartbeat,
    LogLevel,
    Mode,
    RunLog,
    RunState,
    RunStep,
    StepState,
    SyncRun,
    Trigger,
)
from integrations.runs import lease
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.integrations.views.run_pages import Address, ClientFor, content, many_runs, polls, queued


class TestList:
    def test_without_a_connection_it_teaches_the_first_step(self, site: Client, url: Address) -> None:
        html = content(site.get(url("runs")))
        assert "Nothing has run yet" in html
        assert f'href="{url("integrations")}"' in html
        assert "Sage Intacct is not connected." in html
        assert url("start_sync") not in html

    def test_with_a_connection_it_offers_a_full_sync_first(
        self, site: Client, url: Address, connection: Connection
    ) -> None:
        html = content(site.get(url("runs")))
        assert "Nothing has run yet" in html
        assert re.search(r'value="full"[^>]* checked', html)

    def test_after_a_success_a_partial_is_preselected(self, site: Client, url: Address, mirrored: Connection) -> None:
        html = content(site.get(url("runs")))
        assert re.search(r'value="partial"[^>]* checked', html)
        assert not re.search(r'value="full"[^>]* checked', html)

    def test_a_run_shows_its_state_starter_and_sums(self, site: Client, url: Address, mirrored: Connection) -> None:
        run = SyncRun.objects.get()
        read = sum(run.steps.values_list("read", flat=True))
        html = content(site.get(url("runs")))
        assert f'href="{url("run", number=run.number)}"' in html
        assert "Succeeded" in html
        assert f": {read:,} records read, {read:,} new." in html

    @pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31"])
    def test_a_day_at_an_end_of_the_calendar_filters_nothing(
        self, site: Client, url: Address, mirrored: Connection, day: str
    ) -> None:
        answer = site.get(url("runs"), {"day": day})
        assert (answer.status_code, len(answer.context["lines"])) == (200, 1)

    def test_a_mark_of_the_strip_leads_to_the_runs_it_counts(
        self, site: Client, url: Address, mirrored: Connection
    ) -> None:
        run = SyncRun.objects.get()
        SyncRun.objects.create(
            tenant=run.tenant, connection=run.connection, flow="commitments", number=run.number + 1,
            state=RunState.SUCCEEDED, trigger=run.trigger,
        )  # fmt: skip
        page = site.get(url("runs"), {"flow": run.flow, "state": "failed", "period": "7"})
        mark = page.context["strip"].marks[-1]
        assert sum(mark.values) == 1
        assert [line.run for line in site.get(mark.url).context["lines"]] == [run]

    def test_filters_count_within_each_other(
        self, site: Client, url: Address, connection: Connection, accountant: User
    ) -> None:
        many_runs(connection, accountant, 3)
        SyncRun.objects.filter(number=100).update(state=RunState.FAILED, flow="projects", title="Import projects")
        response = site.get(url("runs"), {"state": "failed"})
        assert [line.run.number for line in response.context["lines"]] == [100]
        states, flows, triggers = response.context["filters"]
        assert {option.label: option.count for option in triggers.options}["Person"] == 1
        assert {option.label: option.count for option in states.options}["Succeeded"] == 2
        assert {option.label: option.count for option in flows.options} == {
            "All": 1,
            "Sync lists": 0,
            "Import projects": 1,
        }
        nothing = content(site.get(url("runs"), {"state": "failed", "flow": "lists"}))
        assert "Nothing matches" in nothing

    def test_the_timeline_is_filtered_by_entity_person_trigger_and_period(
        self, site: Client, url: Address, connection: Connection, accountant: User, admin: User
    ) -> None:
        many_runs(connection, accountant, 4)
        newest, second, third, *_ = SyncRun.objects.order_by("-number")
        SyncRun.objects.filter(pk=newest.pk).update(entity_id="100", started_by=admin)
        SyncRun.objects.filter(pk=second.pk).update(trigger=Trigger.SCHEDULE, started_by=None)
        SyncRun.objects.filter(pk=third.pk).update(created_at=timezone.now() - timedelta(days=10))

        def shown(**query: Any) -> list[int]:
            return [line.run.number for line in site.get(url("runs"), query).context["lines"]]

        assert shown(entity="100") == [newest.number]
        assert newest.number not in shown(entity="-")
        assert shown(person=admin.pk) == [newest.number]
        assert shown(trigger="schedule") == [second.number]
        assert third.number not in shown(period="7")
        assert third.number in shown(period="30")
        assert shown(person=admin.pk, entity="-") == []
        assert len(shown(period="x", trigger="x", person="x")) == len(shown())
        page = content(site.get(url("runs")))
        assert "100 " in page
        assert f"{admin.name} (1)" in page

    def test_paging_and_a_constant_number_of_queries(
        self, site: Client, url: Address, connection: Connection, accountant: User,
        django_assert_max_num_queries: Any,
    ) -> None:  # fmt: skip
        many_runs(connection, accountant, 2)
        site.get(url("runs"))
        with django_assert_max_num_queries(17) as few:
            site.get(url("runs"))
        now = timezone.now()
        SyncRun.objects.bulk_create(
            SyncRun(
                tenant_id=connection.tenant_id, connection=connection, number=1000 + index, flow="lists",
                title="Sync lists", state=RunState.SUCCEEDED, started_by=accountant, started_at=now, finished_at=now,
            )
            for index in range(118)
        )  # fmt: skip
        with django_assert_max_num_queries(len(few)):
            html = content(site.get(url("runs"), {"page": 2}))
        assert "51–100 of 120" in html


class TestRoles:
    def test_a_viewer_reads_and_the_buttons_say_why_not(
        self, client_for: ClientFor, viewer: User, url: Address, connection: Connection
    ) -> None:
        run = queued(connection)
        site = client_for(viewer)
        reason = "This needs the role Accountant; yours is Viewer."
        assert reason in content(site.get(url("runs")))
        page = content(site.get(url("run", number=run.number)))
        assert reason in page
        assert url("cancel_run", number=run.number) not in page
        assert site.post(url("cancel_run", number=run.number)).status_code == 403
        assert site.post(url("start_sync")).status_code == 403
        run.refresh_from_db()
        assert run.state == RunState.QUEUED

    def test_an_outsider_and_a_stranger_see_nothing(
        self, client_for: ClientFor, outsider: User, other_tenant: Tenant, url: Address, mirrored: Connection
    ) -> None:
        run = SyncRun.objects.get()
        exchange = run.exchanges.first()
        assert exchange is not None
        pages = [
            url("runs"),
            url("run", number=run.number),
            url("run_progress", number=run.number),
            url("exchange", number=run.number, pk=exchange.pk),
        ]
        for page in pages:
            assert client_for(outsider).get(page).status_code == 404
            assert client_for(outsider).get(page.replace("summit-ridge", other_tenant.slug)).status_code in (200, 404)
            assert client_for(None).get(page).status_code == 302
        own = client_for(outsider).get(pages[0].replace("summit-ridge", other_tenant.slug))
        assert "Nothing has run yet" in content(own)
        assert client_for(outsider).get(pages[1].replace("summit-ridge", other_tenant.slug)).status_code == 404

    def test_actions_take_post_only(self, site: Client, url: Address, connection: Connection) -> None:
        run = queued(connection)
        assert site.get(url("start_sync")).status_code == 405
        assert site.get(url("cancel_run", number=run.number)).status_code == 405


class TestStart:
    def test_it_starts_the_named_lists_and_leads_to_the_run(
        self, site: Client, url: Address, connection: Connection, accountant: User
    ) -> None:
        response = site.post(url("start_sync"), {"lists": ["items", "customers"], "mode": "full"}, follow=True)
        run = SyncRun.objects.get()
        assert response.redirect_chain == [(url("run", number=run.number), 302)]
        assert set(run.steps.values_list("key", flat=True)) == {"list:items", "list:customers"}
        assert (run.started_by, run.trigger, run.mode) == (accountant, Trigger.PERSON, Mode.FULL)
        assert "was started" not in content(response)  # the page itself shows it at work

    def test_a_second_press_leads_to_the_first_run_and_names_who(
        self, site: Client, url: Address, connection: Connection, admin: User
    ) -> None:
        queued(connection, by=admin)
        html = content(site.post(url("start_sync"), {"mode": "partial"}, follow=True))
        assert "A sync is under way already, started by Alma Reyes." in html
        assert SyncRun.objects.count() == 1

    @pytest.mark.parametrize(
        ("posted", "expected"),
        [
            ({"lists": ["vessels"]}, "There is no list called vessels."),
            ({"mode": "sideways"}, "There is no sync called “sideways”."),
        ],
    )
    def test_what_is_refused_goes_back_to_where_it_came_from(
        self, site: Client, url: Address, connection: Connection, posted: dict[str, Any], expected: str
    ) -> None:
        back = url("runs") + "?state=failed"
        response = site.post(url("start_sync"), {**posted, "next": back}, follow=True)
        assert response.redirect_chain == [(back, 302)]
        assert expected in content(response)
        assert not SyncRun.objects.exists()

    def test_it_never_leads_to_another_site(self, site: Client, url: Address, tenant: Tenant) -> None:
        response = site.post(url("start_sync"), {"next": "https://elsewhere.example/"})
        assert response.headers["Location"] == url("runs")

    def test_a_disconnected_company_says_so(self, site: Client, url: Address, mirrored: Connection) -> None:
        disconnect(mirrored)
        assert "Sage Intacct is not connected." in content(site.post(url("start_sync"), follow=True))
        run = SyncRun.objects.get()
        assert "Sage Intacct is not connected." in content(site.get(url("run", number=run.number)))

    def test_an_ended_sync_can_be_started_again_as_it_was(
        self, site: Client, url: Address, connection: Connection
    ) -> None:
        run = run_to_end(queued(connection, kinds=["items"], mode=Mode.PARTIAL))
        html = content(site.get(url("run", number=run.number)))
        form = re.search(r"<form[^>]*start/.*?</form>", html, re.DOTALL)
        assert form is not None
        fields = dict(re.findall(r'name="(mode|lists)" value="([^"]+)"', form.group()))
        assert fields == {"mode": "partial", "lists": "items"}


class TestProgress:
    def test_it_polls_while_active_and_survives_leaving_and_coming_back(
        self, site: Client, url: Address, connection: Connection
    ) -> None:
        run = queued(connection)
        for _ in range(2):
            html = content(site.get(url("run", number=run.number)))
            assert polls(html)
            assert f'hx-get="{url("run_progress", number=run.number)}' in html
            assert "You can leave this page" in html
            assert "Waiting for a worker." in html
        update = content(site.get(url("run_progress", number=run.number)))
        assert polls(update)
        assert "<html" not in update
        assert "run-record" not in update

    def test_half_way_it_shows_the_step_at_work_and_its_counts(
        self, site: Client, url: Address, connection: Connection
    ) -> None:
        run = queued(connection, kinds=["gl_accounts", "items"])
        first, second = run.steps.all()
        SyncRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING, started_at=timezone.now())
        RunStep.objects.filter(pk=first.pk).update(state=StepState.SUCCEEDED, read=80, new=80, announced=80)
        RunStep.objects.filter(pk=second.pk).update(state=StepState.RUNNING, read=2000, new=7, announced=6000)
        update = content(site.get(url("run_progress", number=run.number)))
        assert polls(update)
        assert "Step 2 of 2: Items." in update
        assert "1 of 2 lists read: 2,080 records, 87 new." in update
        assert 'value="2000" max="6000"' in update
        assert 'value="1.333" max="2"' in update

    def test_it_stops_by_itself_and_brings_the_rest_of_the_page(
        self, site: Client, url: Address, connection: Connection
    ) -> None:
        run = queued(connection, kinds=["items"])
        assert polls(content(site.get(url("run_progress", number=run.number))))
        run_to_end(run)
        update = content(site.get(url("run_progress", number=run.number), {"seen": "0"}))
        assert not polls(update)
        for part in ("run-state", "run-actions", "run-error", "run-record"):
            assert re.search(rf'id="{part}"[^>]*hx-swap-oob="true"', update)
        assert update.count("Succeeded") >= 2
        assert "Sync again" in update
        assert "query" in update
        assert not polls(content(site.get(url("run", number=run.number))))

    def test_the_log_comes_only_with_news(self, site: Client, url: Address, connection: Connection) -> None:
        run = queued(connection)
        line = RunLog.objects.create(tenant_id=run.tenant_id, run=run, level=LogLevel.WARNING, message="Odd & strange")
        address = url("run_progress", number=run.number)
        assert f"seen={line.pk}" in content(site.get(url("run", number=run.number)))
        news = content(site.get(address, {"seen": "0"}))
        assert "Odd &amp; strange" in news
        assert "Warning" in news
        assert "Odd" not in content(site.get(address, {"seen": str(line.pk)}))

    def test_a_poll_costs_few_queries(
        self, site: Client, url: Address, connection: Connection, django_assert_max_num_queries: Any
    ) -> None:
        run = queued(connection)
        with django_assert_max_num_queries(10):
            site.get(url("run_progress", number=run.number))

    def test_a_run_nobody_takes_names_the_worker(self, site: Client, url: Address, connection: Connection) -> None:
        run = queued(connection)
        address = url("run", number=run.number)
        assert "python manage.py worker" not in content(site.get(address))
        SyncRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(minutes=5))
        assert "python manage.py worker" in content(site.get(address))
        Heartbeat.objects.create(name="queue", beat_at=timezone.now())
        assert "All workers are busy" in content(site.get(address))


class TestCancel:
    def test_the_buttons_of_the_question_cannot_be_mistaken_for_one_another(
        self, site: Client, url: Address, connection: Connection
    ) -> None:
        html = content(site.get(url("run", number=queued(connection).number)))
        assert 'data-confirm-label="Cancel it" data-confirm-stay="Keep running"' in html
        assert "page border" not in html

    def test_a_queued_run_ends_at_once(
        self, site: Client, url: Address, connection: Connection, accountant: User, intacct: SandboxServer
    ) -> None:
        run = queued(connection)
        before = intacct.control(do="stats")["requests"]
        html = content(site.post(url("cancel_run", number=run.number), follow=True))
        run.refresh_from_db()
        assert (run.state, run.cancel_requested_by) == (RunState.CANCELLED, accountant)
        assert f"Sync {run.number} was cancelled." in html
        assert "Cancelled before it began." in html
        assert "Cancelled by" in html
        assert not polls(html)
        assert intacct.control(do="stats")["requests"] == before

    def test_a_running_run_is_asked_and_ends_at_its_page_border(
        self, site: Client, url: Address, connection: Connection
    ) -> None:
        run = queued(connection)
        token = lease.claim_run(run.pk)
        html = content(site.post(url("cancel_run", number=run.number), follow=True))
        assert "stops after what it is at" in html
        assert "stopping after what it is at" in html
        assert polls(html)
        again = content(site.post(url("cancel_run", number=run.number), follow=True))
        assert "is stopping already" in again
        lease.release_run(run.pk, token)
        run_to_end(run)
        assert run.state == RunState.CANCELLED
        assert not polls(content(site.get(url("run_progress", number=run.number))))

    def test_what_has_ended_stays_ended(self, site: Client, url: Address, mirrored: Connection) -> None:
        run = SyncRun.objects.get()
        html = content(site.post(url("cancel_run", number=run.number), follow=True))
        assert "had ended already: Succeeded." in html
        assert SyncRun.objects.get().state == RunState.SUCCEEDED
