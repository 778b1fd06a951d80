"""The cards and the set-up guide, before and after a connection."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from integrations.connections.service import disconnect
from integrations.doctor.permissions import permission_groups
from integrations.lists import KINDS
from integrations.models import Connection
from integrations.settings.declared import built_switches, is_built, switches

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_card_leads_to_the_guide_before_anything_is_connected(client_for: ClientFor, url: Url, admin: User) -> None:
    page = text_of(client_for(admin).get(url("integrations")))
    assert "Not connected" in page
    assert url("set_up") in page
    assert f'class="btn btn-primary" href="{url("connection")}"' in page
    assert f'class="btn btn-outline-secondary" href="{url("set_up")}"' in page


def test_the_card_tells_a_viewer_why_connecting_is_not_offered(client_for: ClientFor, url: Url, viewer: User) -> None:
    page = text_of(client_for(viewer).get(url("integrations")))
    assert "Only admins manage the connection." in page
    assert 'aria-disabled="true"' in page


def test_the_card_names_company_entity_and_what_is_missing(
    connection: Connection, client_for: ClientFor, url: Url, viewer: User
) -> None:
    page = text_of(client_for(viewer).get(url("integrations")))
    assert connection.company_id in page
    assert "top level" in page
    assert "Default Account and Default Item ID are not chosen yet." in page
    assert "Fill in the settings" in page
    assert "Not fully enabled" in page


def test_the_card_says_fully_enabled_and_what_is_switched_on(
    worker_lives: None, ready: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    page = text_of(client_for(admin).get(url("integrations")))
    assert "Fully enabled" in page
    assert "What is missing" not in page
    assert "Sync Projects" in page


def test_the_card_remembers_the_company_after_a_disconnect(
    connection: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    disconnect(connection, by=admin)
    page = text_of(client_for(admin).get(url("integrations")))
    assert "Disconnected by Alma Reyes." in page
    assert connection.company_id in page
    assert "come back with a reconnect" in page


def test_the_guide_works_before_anything_is_connected(
    client_for: ClientFor, url: Url, viewer: User, settings: Any
) -> None:
    settings.INTACCT_SENDER_ID, settings.INTACCT_SENDER_PASSWORD = "SampleSenderMPP", "sample-sender-secret"
    page = text_of(client_for(viewer).get(url("set_up")))
    assert "SampleSenderMPP" in page
    assert "sample-sender-secret" not in page
    assert "data-copy-target" in page
    for step in ("web-services", "sender", "role", "user", "connect"):
        assert f'id="{step}"' in page


def test_the_guide_says_that_no_sender_is_configured(
    client_for: ClientFor, url: Url, admin: User, settings: Any
) -> None:
    settings.INTACCT_SENDER_ID = ""
    page = text_of(client_for(admin).get(url("set_up")))
    assert "This installation has no Sender ID" in page
    assert "INTACCT_SENDER_ID" in page


def test_every_declared_permission_is_in_the_guide(client_for: ClientFor, url: Url, viewer: User, intacct: Any) -> None:
    page = text_of(client_for(viewer).get(url("set_up")))
    wanted = [kind.permission for kind in KINDS] + [
        permission for switch in built_switches() for permission in switch.permissions
    ]
    groups = {group.module: {row.name: row for row in group.rows} for group in permission_groups()}
    for permission in wanted:
        assert permission.name in page
        assert set(permission.rights) <= set(groups[permission.module][permission.name].rights)


def test_a_permission_names_all_it_is_needed_for_once() -> None:
    rows = [row for group in permission_groups() for row in group.rows]
    assert len({(group.module, row.name) for group in permission_groups() for row in group.rows}) == len(rows)
    orders = next(row for row in rows if row.name == "Purchasing transactions")
    assert orders.rights == ("List", "View", "Add", "Edit")
    assert orders.needed_for == ("For the switch Sync Commitments.",)
    assert orders.need == "Sync Commitments"
    needs = {row.name: row.need for row in rows}
    assert (needs["Accounts"], needs["Entities"], needs["Warehouses"]) == ("Always", "Always", "Optional")
    assert needs["Vendors"] == "Sync Commitments"
    assert all("List" in row.rights for row in rows)


def test_what_is_not_built_asks_for_no_right(client_for: ClientFor, url: Url, viewer: User) -> None:
    coming = {permission for each in switches() if not is_built(each) for permission in each.permissions}
    assert coming
    asked = {(group.module, row.name) for group in permission_groups() for row in group.rows}
    assert not asked & {(permission.module, permission.name) for permission in coming}
    page = text_of(client_for(viewer).get(url("set_up")))
    needed, _, folded = page.partition("Not needed yet: what is coming")
    assert "Change requests" not in needed
    assert "Change requests" in folded


def test_the_guide_shows_what_the_switches_that_will_be_used_need(
    client_for: ClientFor, url: Url, viewer: User
) -> None:
    browser = client_for(viewer)
    assert "Purchasing transactions" in text_of(browser.get(url("set_up")))
    page = text_of(browser.get(url("set_up"), {"chosen": "1", "for": "sync_projects"}))
    assert "Purchasing transactions" not in page
    assert "Project statuses" in page
    assert 'id="for-sync_projects" checked' in page


def test_the_pages_take_few_queries(
    ready: Connection,
    client_for: ClientFor,
    url: Url,
    admin: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = client_for(admin)
    for name in ("integrations", "set_up"):
        with django_assert_max_num_queries(16):
            browser.get(url(name))


@pytest.mark.parametrize("name", ["integrations", "set_up"])
def test_an_outsider_finds_nothing(client_for: ClientFor, url: Url, outsider: User, name: str) -> None:
    assert client_for(outsider).get(url(name)).status_code == 404
