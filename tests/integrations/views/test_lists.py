"""The pages of the mirrored lists: how recent each is, its records, the export, one record and its refresh."""

import csv
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Tenant, User
from erp_admin.models import Project
from integrations.connections.service import disconnect
from integrations.models import (
    ChangeKind,
    Connection,
    ConnectionState,
    ListItem,
    ListItemChange,
    ListState,
    RowOutcome,
    SyncRun,
)
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer

Url = Callable[..., str]
ClientFor = Callable[[User | None], Client]


@pytest.fixture
def browser(client_for: ClientFor, viewer: User) -> Client:
    return client_for(viewer)


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def make_items(connection: Connection, number: int, kind: str = "vendors", **facts: Any) -> list[ListItem]:
    now = timezone.now()
    given = {"first_seen_at": now, "changed_at": now, "digest": "x", "fields": {}, **facts}
    return ListItem.objects.bulk_create(
        ListItem(
            tenant_id=connection.tenant_id,
            connection=connection,
            kind=kind,
            record_no=position + 100_000,
            business_id=given.get("business_id") or f"X-{position:05d}",
            name=given.get("name") or f"Made up {position}",
            **{key: value for key, value in given.items() if key not in ("business_id", "name")},
        )
        for position in range(1, number + 1)
    )


def ids_on(answer: Any) -> list[str]:
    return [row["item"].business_id for row in answer.context["rows"]]


class TestLists:
    def test_without_a_connection_it_teaches(self, browser: Client, url: Url, tenant: Tenant) -> None:
        assert "Connect Sage Intacct first" in text_of(browser.get(url("lists")))

    def test_before_the_first_sync_every_list_is_never_read(
        self, browser: Client, url: Url, connection: Connection
    ) -> None:
        page = text_of(browser.get(url("lists")))
        assert "Nothing has been read yet" in page
        assert "Never read" in page

    def test_each_list_says_how_many_and_how_recent(self, browser: Client, url: Url, mirrored: Connection) -> None:
        ListState.objects.filter(kind="items").update(missing=3)
        answer = browser.get(url("lists"))
        rows = {each.kind.key: each for group in answer.context["groups"] for each, _ in group["rows"]}
        assert rows["projects"].records == ListItem.objects.filter(kind="projects", missing_at=None).count()
        assert rows["projects"].state.label == "Not scheduled"
        assert f"{url('list', list_key='items')}?state=missing" in text_of(answer)

    def test_the_filter_shows_only_lists_of_that_freshness(
        self, browser: Client, url: Url, mirrored: Connection
    ) -> None:
        answer = browser.get(url("lists"), {"state": "never_read"})
        shown = {each.state.value for group in answer.context["groups"] for each, _ in group["rows"]}
        assert shown == {"never_read"}
        assert "No list matches" in text_of(browser.get(url("lists"), {"state": "on_time"}))

    def test_after_disconnecting_everything_stays_readable(
        self, browser: Client, url: Url, mirrored: Connection
    ) -> None:
        disconnect(mirrored)
        assert "is disconnected" in text_of(browser.get(url("lists")))
        assert "is disconnected" in text_of(browser.get(url("list", list_key="projects")))

    def test_a_connection_that_cannot_be_used_says_why(self, browser: Client, url: Url, mirrored: Connection) -> None:
        Connection.objects.update(state=ConnectionState.PAUSED, state_reason="Paused by Alma.")
        assert "Paused by Alma." in text_of(browser.get(url("lists")))

    def test_the_number_of_queries_does_not_grow_with_the_records(
        self, browser: Client, url: Url, mirrored: Connection
    ) -> None:
        browser.get(url("lists"))
        with CaptureQueriesContext(database) as before:
            browser.get(url("lists"))
        make_items(mirrored, 300)
        with CaptureQueriesContext(database) as after:
            browser.get(url("lists"))
        assert len(after) == len(before) <= 25


class TestRecords:
    def test_an_unknown_list_is_not_found(self, browser: Client, url: Url, connection: Connection) -> None:
        assert browser.get(url("list", list_key="nonsense")).status_code == 404

    def test_an_unread_list_teaches(self, browser: Client, url: Url, connection: Connection) -> None:
        assert "have not been read yet" in text_of(browser.get(url("list", list_key="vendors")))

    def test_a_list_read_empty_names_the_right_it_needs(self, browser: Client, url: Url, mirrored: Connection) -> None:
        ListItem.objects.filter(kind="customers").delete()
        assert "Accounts Receivable → Customers" in text_of(browser.get(url("list", list_key="customers")))

    def test_all_pages_together_show_each_record_once_in_either_direction(
        self, browser: Client, url: Url, connection: Connection
    ) -> None:
        make_items(connection, 120, name="All of one name")
        for sort in ("id", "-id", "name", "-name", "changed", "-changed"):
            forward, where = [], url("list", list_key="vendors") + f"?sort={sort}"
            while where:
                answer = browser.get(where)
                forward.append(ids_on(answer))
                where = answer.context["after"] and url("list", list_key="vendors") + answer.context["after"]
            back, where = [forward[-1]], url("list", list_key="vendors") + answer.context["before"]
            while where:
                answer = browser.get(where)
                back.insert(0, ids_on(answer))
                where = answer.context["before"] and url("list", list_key="vendors") + answer.context["before"]
            together = [each for page in forward for each in page]
            assert [len(page) for page in forward] == [50, 50, 20], sort
            assert together == sorted(together, reverse=sort.startswith("-")), sort
            assert back == forward, sort

    @pytest.mark.parametrize("key", ["after-0", "after-999999999999999999999", "after-", "sideways-1", "7"])
    def test_a_page_that_is_none_is_the_first(
        self, browser: Client, url: Url, connection: Connection, key: str
    ) -> None:
        make_items(connection, 3)
        assert len(ids_on(browser.get(url("list", list_key="vendors"), {"page": key}))) == 3

    def test_search_and_filters_combine_and_count(self, browser: Client, url: Url, connection: Connection) -> None:
        items = make_items(connection, 10)
        items[0].name, items[0].is_active, items[0].entity_id = "Granite & Sons", False, "100"
        items[1].name, items[1].missing_at = "granite west", timezone.now()
        for item in items[:2]:
            item.save()
        where = url("list", list_key="vendors")

        answer = browser.get(where, {"q": "GRANITE"})
        assert ids_on(answer) == ["X-00001", "X-00002"]
        counts = {option.label: option.count for option in answer.context["filters"][0].options}
        assert counts == {"All": 2, "Active": 0, "Inactive": 1, "Missing in Intacct": 1}
        assert ids_on(browser.get(where, {"q": "granite sons"})) == ["X-00001"]
        assert ids_on(browser.get(where, {"q": "x-00007"})) == ["X-00007"]
        assert ids_on(browser.get(where, {"q": "granite", "state": "missing"})) == ["X-00002"]
        assert ids_on(browser.get(where, {"entity": "100"})) == ["X-00001"]
        assert len(ids_on(browser.get(where, {"entity": "-"}))) == 9
        nothing = browser.get(where, {"q": "granite", "state": "active"})
        assert ids_on(nothing) == []
        assert "Nothing matches" in text_of(nothing)

    def test_an_underscore_or_percent_is_searched_as_it_is(
        self, browser: Client, url: Url, connection: Connection
    ) -> None:
        make_items(connection, 3)
        assert ids_on(browser.get(url("list", list_key="vendors"), {"q": "%"})) == []

    def test_children_of_a_record_are_told_apart_from_namesakes(
        self, browser: Client, url: Url, mirrored: Connection
    ) -> None:
        task = ListItem.objects.filter(kind="tasks").first()
        assert task is not None
        other = ListItem.objects.filter(kind="tasks", business_id=task.business_id).exclude(pk=task.pk).first()
        assert other is not None, "the sample data has the same cost code in several projects"
        for number, of in enumerate((task, other)):
            make = {"fields": {"PROJECTID": of.fields["PROJECTID"]}, "parent_id": of.business_id}
            now = timezone.now()
            ListItem.objects.create(
                tenant_id=mirrored.tenant_id, connection=mirrored, kind="cost_types", record_no=900_000 + number,
                business_id=f"CT-{number}", digest="x", first_seen_at=now, changed_at=now, **make,
            )  # fmt: skip
        answer = browser.get(url("list", list_key="cost_types"), {"of": task.pk})
        assert ids_on(answer) == ["CT-0"]
        assert str(task) in answer.content.decode()
        project = ListItem.objects.get(kind="projects", business_id=task.parent_id)
        assert task.business_id in ids_on(browser.get(url("list", list_key="tasks"), {"of": project.pk}))
        assert browser.get(url("list", list_key="tasks"), {"of": 10**9}).status_code == 404

    def test_the_number_of_queries_is_the_same_for_few_and_many(
        self, browser: Client, url: Url, mirrored: Connection
    ) -> None:
        where = url("list", list_key="tasks")
        browser.get(where)
        with CaptureQueriesContext(database) as few:
            browser.get(where, {"q": "1"})
        make_items(mirrored, 1000, kind="tasks", parent_id="24-001")
        with CaptureQueriesContext(database) as many:
            browser.get(where, {"q": "1"})
        assert len(many) == len(few) <= 22


class TestExport:
    def lines(self, answer: Any) -> list[list[str]]:
        content = b"".join(answer.streaming_content).decode("utf-8-sig")
        return list(csv.reader(content.splitlines()))

    def test_it_holds_all_that_match_not_only_a_page(self, browser: Client, url: Url, mirrored: Connection) -> None:
        make_items(mirrored, 1200)
        lines = self.lines(browser.get(url("export_list", list_key="vendors"), {"q": "made up"}))
        assert len(lines) == 1201
        assert lines[0][:3] == ["ID", "Name", "State"]
        assert [line[0] for line in lines[1:]] == sorted(f"X-{number:05d}" for number in range(1, 1201))

    def test_it_holds_the_fields_and_no_formula(self, browser: Client, url: Url, connection: Connection) -> None:
        for position, value in enumerate(("=1+1", "+49 1", "-12.50", "@SUM(A1)", "\tx", "fine")):
            make_items(connection, 1, kind="vendors", business_id=value, name=value, fields={"STATE": value})
            ListItem.objects.filter(record_no=100_001).update(record_no=position + 1)
        head, *lines = self.lines(browser.get(url("export_list", list_key="vendors"), {"form": "all"}))
        states = {line[0]: line[head.index("STATE")] for line in lines}
        assert states == {
            "'=1+1": "'=1+1", "'+49 1": "'+49 1", "-12.50": "-12.50", "'@SUM(A1)": "'@SUM(A1)", "'\tx": "'\tx",
            "fine": "fine",
        }  # fmt: skip
        assert "TAXID" not in head

    def test_it_is_a_file_with_a_telling_name(self, browser: Client, url: Url, connection: Connection) -> None:
        answer = browser.get(url("export_list", list_key="vendors"))
        assert answer["Content-Type"].startswith("text/csv")
        assert 'attachment; filename="summit-ridge-vendors-' in answer["Content-Disposition"]
        assert len(self.lines(answer)) == 1


class TestRecord:
    @pytest.fixture
    def project(self, mirrored: Connection) -> ListItem:
        return ListItem.objects.filter(kind="projects", missing_at=None).earliest("pk")

    def test_it_shows_fields_facts_and_where_it_leads(self, browser: Client, url: Url, project: ListItem) -> None:
        answer = browser.get(url("record", list_key="projects", pk=project.pk))
        page = text_of(answer)
        customer = ListItem.objects.get(kind="customers", business_id=project.fields["CUSTOMERID"])
        assert project.name in page
        assert "Nothing has changed since it was first seen" in page
        assert url("record", list_key="customers", pk=customer.pk) in page
        tasks = ListItem.objects.filter(kind="tasks", parent_id=project.business_id, missing_at=None).count()
        assert ("tasks", tasks) in [(each.kind.key, each.count) for each, _ in answer.context["children"]]

    def test_it_opens_in_intacct_only_by_the_address_intacct_gave(
        self, browser: Client, url: Url, project: ListItem
    ) -> None:
        where = url("record", list_key="projects", pk=project.pk)
        for address, expected in (
            ("https://www.intacct.com/ia/acct/ur.phtml?.r=abc", True), ("", False), ("javascript:alert(1)", False),
        ):  # fmt: skip
            ListItem.objects.filter(pk=project.pk).update(fields={**project.fields, "RECORD_URL": address})
            assert ("Open in Intacct" in text_of(browser.get(where))) is expected

    def test_a_change_shows_before_and_after_and_the_run(self, browser: Client, url: Url, project: ListItem) -> None:
        run = SyncRun.objects.latest("pk")
        ListItemChange.objects.create(
            tenant_id=project.tenant_id, item=project, run=run, at=timezone.now(), kind=ChangeKind.CHANGED,
            changes=[{"field": "NAME", "before": "Old <b>name</b>", "after": "New name"}],
        )  # fmt: skip
        page = text_of(browser.get(url("record", list_key="projects", pk=project.pk)))
        assert "Old &lt;b&gt;name&lt;/b&gt;" in page
        assert "New name" in page
        assert f"Sync {run.number}" in page

    def test_a_missing_record_says_so_and_what_depends_on_it(
        self, browser: Client, url: Url, ready: Connection
    ) -> None:
        account = ListItem.objects.get(kind="gl_accounts", business_id="5010")
        ListItem.objects.filter(pk=account.pk).update(missing_at=timezone.now())
        page = text_of(browser.get(url("record", list_key="gl_accounts", pk=account.pk)))
        assert "Intacct has not shown this record since" in page
        assert "Default Account" in page

    def test_a_linked_document_is_named(self, browser: Client, url: Url, project: ListItem, tenant: Tenant) -> None:
        here = Project.objects.create(
            tenant=tenant, connection=project.connection, remote_record_no=project.record_no, number="H-1",
            name="Here", currency="USD",
        )  # fmt: skip
        page = text_of(browser.get(url("record", list_key="projects", pk=project.pk)))
        assert url("project", pk=here.pk) in page

    def test_under_another_list_it_is_not_found(self, browser: Client, url: Url, project: ListItem) -> None:
        assert browser.get(url("record", list_key="vendors", pk=project.pk)).status_code == 404


class TestRefresh:
    def refreshed(self, client: Client, url: Url, item: ListItem) -> SyncRun:
        client.post(url("refresh_record", list_key=item.kind, pk=item.pk))
        return run_to_end(SyncRun.objects.filter(flow="refresh").latest("pk"))

    def test_it_brings_what_intacct_has_now(
        self, client_for: ClientFor, accountant: User, url: Url, mirrored: Connection, intacct: SandboxServer
    ) -> None:
        item = ListItem.objects.filter(kind="customers").earliest("pk")
        client = client_for(accountant)
        run = self.refreshed(client, url, item)
        assert [row.outcome for row in run.rows.all()] == [RowOutcome.SAME]

        intacct.control(do="put", object="CUSTOMER", record={"RECORDNO": str(item.record_no), "NAME": "Renamed there"})
        run = self.refreshed(client, url, item)
        assert [row.outcome for row in run.rows.all()] == [RowOutcome.CHANGED]
        page = text_of(client.get(url("record", list_key="customers", pk=item.pk)))
        assert "Renamed there" in page
        assert f"Sync {run.number}" in page
        assert url("record", list_key="customers", pk=item.pk) in text_of(client.get(url("run", number=run.number)))

    def test_one_that_is_gone_is_marked(
        self, client_for: ClientFor, accountant: User, url: Url, mirrored: Connection, intacct: SandboxServer
    ) -> None:
        item = ListItem.objects.filter(kind="customers").earliest("pk")
        intacct.control(do="delete", object="CUSTOMER", key=str(item.record_no))
        run = self.refreshed(client_for(accountant), url, item)
        row = run.rows.get()
        assert "marked as missing" in row.message
        item.refresh_from_db()
        assert item.missing_at is not None

    def test_it_is_refused_while_disconnected_and_for_viewers(
        self, client_for: ClientFor, accountant: User, viewer: User, url: Url, mirrored: Connection
    ) -> None:
        item = ListItem.objects.filter(kind="customers").earliest("pk")
        where = url("refresh_record", list_key="customers", pk=item.pk)
        assert client_for(viewer).post(where).status_code == 403
        disconnect(mirrored)
        answer = client_for(accountant).post(where, follow=True)
        assert "Sage Intacct is not connected." in text_of(answer)
        assert not SyncRun.objects.filter(flow="refresh").exists()
