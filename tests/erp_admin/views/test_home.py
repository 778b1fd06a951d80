"""Home: what needs somebody, what is ready, what is missing. Each figure is that of the list it leads to."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from erp_admin.models import Commitment
from erp_admin.projects import selectors
from erp_admin.projects import service as services
from erp_admin.uploads.service import read_upload
from integrations.connections.service import disconnect
from integrations.delivery import blocked
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ConnectionState, ListItem, ListState, PushHold
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from integrations.settings.service import save_settings
from tests import lists
from tests.erp_admin.imported import commitment_row, csv_of
from tests.erp_admin.samples import change_order, choose_settings, commitment, some_vendor
from tests.integrations.delivery.ledger import push
from tests.snapshot import read_lists

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
Browser = Callable[[User], Client]


def steps(page: Any) -> list[tuple[str, bool, bool]]:
    return [(step.title, step.is_done, step.is_next) for step in page.context["steps"]]


def needs(page: Any) -> dict[str, Any]:
    return {row.need.what: row for row in page.context["needs"]}


def lead(page: Any) -> str:
    _, _, after = page.text.partition('<p class="page-lead">')
    text = after.partition("</p>")[0].replace('<span class="amount">', "").replace("</span>", "")
    return " ".join(text.split())


@pytest.fixture
def vera(client_for: Browser, viewer: User) -> Client:
    return client_for(viewer)


@pytest.fixture
def pushing(connection: Connection, worker_lives: None) -> Connection:
    read_lists(connection, lists.DOCUMENTS)
    choose_settings(connection)
    connection.refresh_from_db()
    return connection


class TestTheWayThere:
    def test_a_new_company_is_shown_the_whole_way(self, vera: Client, url: Url) -> None:
        page = vera.get(url("home"))
        assert steps(page) == [
            ("Set up Intacct", False, True),
            ("Connect", False, False),
            ("Fill in the settings", False, False),
            ("Import projects", False, False),
            ("Enter commitments", False, False),
        ]
        for name in ("set_up", "connection", "settings", "projects", "commitments"):
            assert f'href="{url(name)}"' in page.text
        assert lead(page) == "Sage Intacct is not connected."
        assert "Nothing has run yet." in page.text

    def test_a_connected_company_is_led_to_the_settings(self, connection: Connection, vera: Client, url: Url) -> None:
        page = vera.get(url("home"))
        assert ("Fill in the settings", False, True) in steps(page)
        assert "Default Account and Default Item ID are not chosen yet." in page.text
        assert "Never read" in page.text

    def test_with_the_switch_off_the_settings_are_not_done(self, ready: Connection, vera: Client, url: Url) -> None:
        save_settings(ready, values={}, switched={"sync_projects": False})
        assert ("Fill in the settings", False, True) in steps(vera.get(url("home")))

    def test_after_a_disconnect_what_was_done_stays_done(
        self, ready: Connection, admin: User, vera: Client, url: Url
    ) -> None:
        chosen = selectors.intacct_projects(ready).filter(business_id__in=["24-001", "24-002"])
        run_to_end(services.start_import(ready, chosen, queued=False).run)
        disconnect(ready, by=admin)
        page = vera.get(url("home"))
        assert "was disconnected" in page.text
        assert "are kept for when it is connected again" in page.text
        assert steps(page)[:2] == [("Set up Intacct", True, False), ("Connect again", False, True)]
        assert ("Import projects", True, False) in steps(page)
        assert "2 imported so far." in page.text
        assert "first projects" not in page.text
        assert "Sync lists" in page.text

    def test_a_value_that_is_missing_is_named_in_words(self, ready: Connection, vera: Client, url: Url) -> None:
        ListItem.objects.filter(kind="gl_accounts", business_id="5010").update(is_active=False)
        page = vera.get(url("home"))
        assert "is inactive in Intacct since" in page.text
        assert needs(page)["Settings to complete"].url == url("settings")
        save_settings(ready, values={"default_account": "5010", "default_item": ""}, switched={}, as_draft=True)
        assert "this is required" not in vera.get(url("home")).text


class TestWhatNeedsSomebody:
    def test_each_state_leads_to_exactly_what_it_counts(
        self, pushing: Connection, ben: Client, url: Url, intacct: SandboxServer
    ) -> None:
        delivered = commitment(pushing, "SC-1", "100.00")
        push(pushing, delivered)
        Commitment.objects.filter(pk=delivered.pk).update(changed_there=True)
        for number, values in enumerate(
            (
                {"delivery": "failed", "state_reason": "Refused."},
                {"approval": "needs_review"},
                {"approval": "draft"},
                {"approval": "rejected"},
            )
        ):
            Commitment.objects.filter(pk=commitment(pushing, f"SC-2{number}", "200.00").pk).update(**values)
        commitment(pushing, "SC-3", "300.00", vendor_id="NOBODY")
        commitment(pushing, "SC-4", "400.00", vendor_id="NOBODY", currency="CAD")
        commitment(pushing, "SC-5", "500.00")
        change_order(delivered, "CO-1", "50.00")
        blocked.renew(pushing)
        held = commitment(pushing, "SC-6", "600.00")
        intacct.control(do="fault", kind="permission", object="PODOCUMENT")
        push(pushing, held)

        page = ben.get(url("home"))
        found = needs(page)
        assert {
            what: (row.need.count, dict(row.need.money)) for what, row in found.items() if row.need.is_document
        } == {
            "Commitments held": (1, {"USD": Decimal(600)}),
            "Commitments failed": (1, {"USD": Decimal(200)}),
            "Commitments that differ in Intacct": (1, {"USD": Decimal(100)}),
            "Commitments blocked": (2, {"USD": Decimal(300), "CAD": Decimal(400)}),
            "Commitments to approve again": (1, {"USD": Decimal(200)}),
            "Commitments to approve": (1, {"USD": Decimal(200)}),
            "Commitments rejected": (1, {"USD": Decimal(200)}),
        }
        for row in found.values():
            if row.need.is_document:
                assert len(ben.get(row.url).context["rows"]) == row.need.count, row.need.what
        assert found["Commitments held"].need.since == PushHold.objects.get().held_at
        assert lead(page).startswith("8 documents worth ")
        assert "$1,800.00" in lead(page)
        assert "400.00 CAD" in lead(page)
        assert "complete" not in page.text.partition("<main")[2].partition("</main>")[0]
        ready = {row.what: (row.count, row.money) for row in page.context["pushable"]}
        assert ready == {
            "commitment": (1, {"USD": Decimal(500)}),
            "change order": (1, {"USD": Decimal(50)}),
        }
        assert f'href="{url("ready_to_push")}"' in page.text
        preview = ben.get(page.context["pushable"][0].url)
        assert preview.context["preview"].counts["ready"] == 1

    def test_files_with_names_to_match(self, pushing: Connection, ben: Client, url: Url) -> None:
        content = csv_of(commitment_row("SC-1", "Somebody Unheard Of"))
        draft = read_upload(pushing.tenant, "commitments", "file.csv", content)
        row = needs(ben.get(url("home")))["Files with names to match"]
        assert (row.need.count, row.url) == (1, url("commitment_import", draft_pk=draft.pk))
        assert sum(row.need.money.values()) == sum(draft.documents.values_list("total", flat=True))

    def test_projects_lists_and_the_connection(self, ready: Connection, vera: Client, url: Url) -> None:
        ListState.objects.filter(kind="items").update(
            last_problem="Intacct refused it.", last_problem_at="2099-01-01T00:00Z", last_problem_code="PERM-DENIED"
        )
        found = needs(vera.get(url("home")))
        listed = vera.get(found["Projects to import or ignore"].url)
        assert found["Projects to import or ignore"].need.count == listed.context["page"].paginator.count
        assert found["Intacct lists stopped"].url == f"{url('lists')}?state=stopped"
        Connection.objects.filter(pk=ready.pk).update(
            state=ConnectionState.NEEDS_CREDENTIALS.value, state_reason="The password was refused."
        )
        page = vera.get(url("home"))
        assert needs(page)["Set-up"].need.note == "The password was refused."
        assert needs(page)["Set-up"].url == url("connection")

    def test_a_hold_is_told_even_where_nothing_waits_behind_it(
        self, pushing: Connection, ben: Client, url: Url
    ) -> None:
        PushHold.objects.create(
            tenant_id=pushing.tenant_id, connection=pushing, flow="commitments", error_code="X", sentence="No right."
        )
        page = ben.get(url("home"))
        assert needs(page)["Pushing held: Commitments"].need.note == "No right."
        assert "Nothing needs you" not in page.text

    def test_what_is_on_the_way_is_not_called_done(self, pushing: Connection, ben: Client, url: Url) -> None:
        ListItem.objects.filter(kind="projects").update(ignored_at="2026-01-01T00:00Z")
        document = commitment(pushing, "SC-1")
        Commitment.objects.update(delivery="verifying")
        page = ben.get(url("home"))
        assert "1 document is on the way to Intacct and not checked there yet" in lead(page)
        Commitment.objects.filter(pk=document.pk).update(delivery="delivered")
        Connection.objects.update(judging_due=True)
        assert "being checked just now" in lead(ben.get(url("home")))
        Connection.objects.update(judging_due=False)
        assert lead(ben.get(url("home"))) == "Nothing needs you. What is switched on can work."


def test_the_money_of_files_is_all_that_their_rows_come_to(
    pushing: Connection, accountant: User, ben: Client, url: Url
) -> None:
    for name in ("a.csv", "b.csv"):
        content = csv_of(commitment_row("SC-1", some_vendor(pushing).business_id))
        draft = read_upload(pushing.tenant, "commitments", name, content, by=accountant)
        (first,) = draft.documents.all()
        for position, head in enumerate(({"currency": ""}, {}, {"currency": "USD"}, {"currency": "CAD"}), start=1):
            first.pk, first.position, first.head, first.total = None, position + 1, head, Decimal("100.10")
            first.save(force_insert=True)
        draft.documents.filter(position=1).delete()
    files = [row.need for what, row in needs(ben.get(url("home"))).items() if what.startswith("Files ")]
    assert [dict(need.money) for need in files] == [{"USD": Decimal("600.60"), "CAD": Decimal("200.20")}]


def test_pictures_have_their_figures_beside_them(pushing: Connection, ben: Client, url: Url) -> None:
    push(pushing, commitment(pushing, "SC-1", "100.00"))
    commitment(pushing, "SC-2", "250.00")
    commitment(pushing, "SC-3", "70.00", currency="CAD")
    run_to_end(start_list_sync(pushing, kinds=["items"], queued=False).run)
    page = ben.get(url("home"))
    charts = {chart.title: chart for chart in page.context["charts"]}
    assert list(charts) == [
        "Approved, by where it stands",
        "Approved in CAD, by where it stands",
        "Pushed, by day",
        "Syncs of lists, by day",
        "Intacct lists, by how recent they are",
        "API use this month, against the budget",
    ]
    (mark,) = charts["Approved, by where it stands"].marks
    assert mark.values == (Decimal(100), Decimal(0), Decimal(250), Decimal(0))
    assert charts["Pushed, by day"].marks[-1].values == (1, 0)
    assert charts["Syncs of lists, by day"].marks[-1].values[0] >= 1
    used = charts["API use this month, against the budget"].marks
    assert len(used) >= 28  # the whole month: what was used up to today, and what it comes to afterwards
    assert sum(1 for mark in used if mark.values[0] or not mark.values[1]) >= timezone.now().day
    assert page.text.count("As a table") == len(charts)


def test_home_costs_the_same_number_of_queries_however_much_there_is(
    pushing: Connection, ben: Client, url: Url
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(database) as queries:
            assert ben.get(url("home")).status_code == 200
        return len(queries)

    base = commitment(pushing, "SC-0", "100.00")
    change_order(base, "CO-0")
    commitment(pushing, "SC-00", vendor_id="NOBODY")
    blocked.renew(pushing)
    push(pushing, base)
    ben.get(url("home"))
    few = asked()
    for number in range(1, 12):
        commitment(pushing, f"SC-{number}", vendor_id=f"NOBODY-{number}" if number % 2 else "")
    blocked.renew(pushing)
    for _ in range(7):
        run_to_end(start_list_sync(pushing, kinds=["items"], queued=False).run)
    assert asked() == few <= 45
    assert len(ben.get(url("home")).context["runs"]) == 5


def test_a_viewer_is_told_why_not_to_push(pushing: Connection, vera: Client, url: Url) -> None:
    commitment(pushing, "SC-1")
    page = vera.get(url("home")).text
    assert "This needs the role Accountant; yours is Viewer." in page
    assert f'href="{url("ready_to_push")}"' not in page


def test_another_tenants_home_does_not_exist(outsider: User, client_for: Browser, url: Url) -> None:
    assert client_for(outsider).get(url("home")).status_code == 404
