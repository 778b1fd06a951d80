"""Home and the list of one's companies: what is connected, what is missing, what comes next."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, Tenant, User
from accounts.services import set_role
from erp_admin.projects import selectors
from erp_admin.projects import service as services
from integrations.connections.service import disconnect
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ConnectionState, ListItem
from integrations.runs.runner import run_to_end
from integrations.settings.service import save_settings
from tests.conftest import MIRRORED

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
Browser = Callable[[User], Client]


def steps(page: Any) -> list[tuple[str, bool, bool]]:
    return [(step.title, step.is_done, step.is_next) for step in page.context["steps"]]


@pytest.fixture
def vera(client_for: Browser, viewer: User) -> Client:
    return client_for(viewer)


def test_a_new_company_is_shown_the_whole_way(vera: Client, url: Url) -> None:
    page = vera.get(url("home"))

    assert steps(page) == [
        ("Set up Intacct", False, True),
        ("Connect", False, False),
        ("Fill in the settings", False, False),
        ("Import projects", False, False),
    ]
    for name in ("set_up", "connection", "settings", "projects"):
        assert f'href="{url(name)}"' in page.text
    assert "Sage Intacct is not connected." in page.text
    assert "Nothing has run yet." in page.text


def test_a_connected_company_is_led_to_the_settings(connection: Connection, vera: Client, url: Url) -> None:
    page = vera.get(url("home"))

    assert ("Fill in the settings", False, True) in steps(page)
    assert "Default Account and Default Item ID are not chosen yet." in page.text
    assert [each.state.label for each in page.context["freshness"]] == ["Never read"]
    assert f'href="{url("lists")}?state=never_read"' in page.text


def test_with_the_switch_off_the_settings_are_not_done(ready: Connection, vera: Client, url: Url) -> None:
    save_settings(ready, values={}, switched={"sync_projects": False})

    assert ("Fill in the settings", False, True) in steps(vera.get(url("home")))


def test_a_working_company_sees_counts_runs_and_freshness(
    ready: Connection, accountant: User, vera: Client, url: Url
) -> None:
    chosen = selectors.intacct_projects(ready).filter(business_id__in=["24-001", "24-002"])
    run = run_to_end(services.start_import(ready, chosen, by=accountant, queued=False).run)

    page = vera.get(url("home"))

    assert page.context["steps"] == []
    assert f'href="{url("projects")}?state=imported"' in page.text
    counts = {each.state.label: each.count for each in page.context["counts"]}
    assert counts["Imported"] == 2
    assert sum(counts.values()) == ListItem.objects.filter(kind="projects").count()
    assert f'href="{url("run", number=run.number)}"' in page.text
    assert "Ben Okafor" in page.text
    assert "2 projects in ERP Admin" in page.text
    lists = {each.state.label: each.count for each in page.context["freshness"]}
    assert lists["Not scheduled"] == len(MIRRORED)
    assert lists["Never read"] > 0


def test_what_went_wrong_and_the_next_step_are_named(ready: Connection, vera: Client, url: Url) -> None:
    chosen = selectors.intacct_projects(ready).filter(business_id="24-001")
    run_to_end(services.start_import(ready, chosen, queued=False).run)
    ListItem.objects.filter(kind="gl_accounts", business_id="5010").update(is_active=False)

    page = vera.get(url("home")).text

    assert "is inactive in Intacct since" in page
    assert "Complete the settings" in page

    Connection.objects.filter(pk=ready.pk).update(
        state=ConnectionState.OFFLINE.value, state_reason="Intacct could not be reached."
    )
    assert "Offline" in vera.get(url("home")).text


def test_after_a_disconnect_the_page_says_what_is_kept(ready: Connection, admin: User, vera: Client, url: Url) -> None:
    disconnect(ready, by=admin)

    page = vera.get(url("home")).text

    assert "was disconnected" in page
    assert "are kept for when it is connected again" in page
    assert "Sync lists" in page


def test_home_costs_the_same_number_of_queries_however_much_there_is(
    ready: Connection, vera: Client, url: Url, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(30) as few:
        vera.get(url("home"))
    for _ in range(7):
        run_to_end(start_list_sync(ready, kinds=["items"], queued=False).run)
    with django_assert_max_num_queries(len(few)):
        page = vera.get(url("home"))

    assert len(page.context["runs"]) == 5


def test_another_tenants_home_does_not_exist(outsider: User, client_for: Browser, url: Url) -> None:
    assert client_for(outsider).get(url("home")).status_code == 404


def test_a_person_of_several_companies_chooses_one(
    viewer: User, other_tenant: Tenant, client_for: Browser, url: Url
) -> None:
    set_role(other_tenant, viewer, Role.ADMIN)

    page = client_for(viewer).get(reverse("tenants")).text

    assert f'<a href="{url("home")}">Summit Ridge Builders</a>' in page
    assert reverse("home", kwargs={"tenant_slug": "lowland"}) in page
    assert "Viewer" in page
    assert "Admin" in page


def test_a_person_of_one_company_goes_straight_into_it(viewer: User, client_for: Browser, url: Url) -> None:
    answer = client_for(viewer).get(reverse("tenants"))

    assert answer["Location"] == url("home")


def test_a_person_of_no_company_is_told_what_to_do(db: None, client_for: Browser) -> None:
    nora = User.objects.create_user("nora@nowhere.example")

    page = client_for(nora).get(reverse("tenants")).text

    assert "You do not belong to a company yet" in page
    assert "Log out" in page
