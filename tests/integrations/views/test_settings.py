"""The settings form, its pickers and its history, through the pages."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Tenant, User
from integrations.connections.service import authorize, disconnect
from integrations.doctor.readiness import readiness
from integrations.models import Connection, ConnectionState, ListItem, SettingsVersion, SyncRun
from integrations.runs.runner import run_to_end, work_slice
from integrations.sandbox.facade import SandboxServer
from integrations.settings.declared import is_built, switches
from integrations.settings.selectors import settings_in_force
from integrations.settings.service import save_settings

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
RIGHT = {"default_account": "5010", "default_item": "SUBCON"}


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def newest(connection: Connection) -> SettingsVersion:
    version = settings_in_force(connection)
    assert version is not None
    return version


def filled(connection: Connection, version: int | str, fields: dict[str, str]) -> dict[str, Any]:
    """What a browser sends: the hidden fields, and what was filled in."""
    return {"connection": connection.pk, "version": version, **fields}


def make_inactive(connection: Connection, kind: str, business_id: str) -> None:
    ListItem.objects.filter(connection=connection, kind=kind, business_id=business_id).update(is_active=False)


def test_without_a_connection_the_page_says_to_connect_first(client_for: ClientFor, url: Url, admin: User) -> None:
    page = text_of(client_for(admin).get(url("settings")))
    assert "Connect Sage Intacct first" in page
    assert url("connection") in page
    answer = client_for(admin).post(url("settings"), RIGHT, follow=True)
    assert "Nothing was saved." in text_of(answer)


def test_before_the_lists_are_read_the_page_offers_to_read_them(
    connection: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    browser = client_for(admin)
    page = text_of(browser.get(url("settings")))
    assert "GL accounts: not read from Intacct yet" in page
    answer = browser.post(url("read_setting_lists"))
    assert (answer.status_code, answer["Location"]) == (302, url("settings"))
    run = SyncRun.objects.get()
    assert {"list:gl_accounts", "list:items", "list:projects"} <= set(run.steps.values_list("key", flat=True))
    page = text_of(browser.get(url("settings")))
    assert "Lists are being read. You can go on here." in page
    assert f"{url('setting_lists')}?known=" in page


def test_saving_enables_the_integration_and_says_so(
    worker_lives: None, mirrored: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    browser = client_for(admin)
    answer = browser.post(url("settings"), filled(mirrored, 0, {**RIGHT, "sync_projects": "on"}), follow=True)
    page = text_of(answer)
    assert "Saved as version 1. The integration is fully enabled." in page
    assert readiness().is_fully_enabled
    version = newest(mirrored)
    assert {key: value for key, value in version.values.items() if value} == RIGHT
    assert version.switches == {switch.key: switch.key == "sync_projects" for switch in switches()}
    assert (version.saved_by, version.saved_via) == (admin, "page")
    account = ListItem.objects.get(kind="gl_accounts", business_id="5010")
    assert f'<option value="5010" selected>{account.business_id}' in page


def test_saving_without_what_is_required_is_refused_at_each_field(
    mirrored: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    answer = client_for(admin).post(
        url("settings"), filled(mirrored, 0, {"default_item": "SUBCON", "sync_projects": "on"})
    )
    page = text_of(answer)
    assert answer.status_code == 422
    assert page.count("Choose one of the GL accounts; this is required.") == 2
    assert 'href="#id_default_account"' in page
    assert '<option value="SUBCON" selected>' in page
    assert 'name="sync_projects" data-switch="sync_projects" checked' in page
    assert settings_in_force(mirrored) is None


def test_an_id_that_intacct_never_gave_is_refused(
    mirrored: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    answer = client_for(admin).post(url("settings"), filled(mirrored, 0, {**RIGHT, "default_account": "<b>99"}))
    page = text_of(answer)
    assert answer.status_code == 422
    assert "“&lt;b&gt;99” is not among the records read from Intacct." in page
    assert "<b>99" not in page


def test_an_inactive_account_is_refused_and_marked(
    mirrored: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    make_inactive(mirrored, "gl_accounts", "5010")
    answer = client_for(admin).post(url("settings"), filled(mirrored, 0, RIGHT))
    page = text_of(answer)
    assert answer.status_code == 422
    assert "is inactive in Intacct" in page
    assert 'data-inactive="true"' in page


def test_an_account_that_vanished_after_saving_is_named(
    ready: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    ListItem.objects.filter(kind="gl_accounts", business_id="5010").update(missing_at=timezone.now())
    page = text_of(client_for(admin).get(url("settings")))
    assert "Not fully enabled" in page
    assert "is no longer in Intacct since" in page


def test_a_draft_may_be_incomplete_and_does_not_enable(
    worker_lives: None, mirrored: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    browser = client_for(admin)
    answer = browser.post(url("settings"), filled(mirrored, 0, {"default_account": "5010", "draft": "1"}), follow=True)
    assert "Draft saved as version 1." in text_of(answer)
    assert newest(mirrored).is_draft
    assert not readiness().is_fully_enabled
    answer = browser.post(url("settings"), filled(mirrored, 1, RIGHT), follow=True)
    assert "The integration is fully enabled." in text_of(answer)
    page = text_of(browser.get(url("settings")))
    assert "Replace the complete settings by a draft?" in page


def test_without_scripts_a_typed_id_wins(mirrored: Connection, client_for: ClientFor, url: Url, admin: User) -> None:
    save_settings(mirrored, values=RIGHT, switched={})
    browser = client_for(admin)
    assert 'name="default_account_typed"' in text_of(browser.get(url("settings")))
    browser.post(url("settings"), filled(mirrored, 1, {**RIGHT, "default_account_typed": " 5020 "}))
    assert newest(mirrored).values["default_account"] == "5020"


def test_saving_the_same_again_adds_no_version(ready: Connection, client_for: ClientFor, url: Url, admin: User) -> None:
    version = SettingsVersion.objects.get()
    typed = filled(ready, 1, {**RIGHT, **{key: "on" for key, is_on in version.switches.items() if is_on}})
    answer = client_for(admin).post(url("settings"), typed, follow=True)
    assert "Nothing was changed; version 1 stays in force." in text_of(answer)
    assert SettingsVersion.objects.count() == 1


def test_nobody_overwrites_what_somebody_saved_meanwhile(
    ready: Connection, client_for: ClientFor, url: Url, admin: User, accountant: User
) -> None:
    browser = client_for(admin)
    save_settings(ready, values={"default_account": "5020"}, switched={"sync_projects": False}, by=accountant)

    answer = browser.post(url("settings"), filled(ready, 1, {**RIGHT, "sync_projects": "on", "sync_commitments": "on"}))
    page = text_of(answer)
    assert answer.status_code == 409
    assert "Nothing of yours was saved yet." in page
    assert "by Ben Okafor" in page
    rows = dict(re.findall(r'<th scope="row"[^>]*>([^<]+)</th>(.*?)</tr>', page))
    assert set(rows) == {"Default Account", "Sync Projects", "Sync Commitments"}
    assert "<strong>off</strong>" in rows["Sync Projects"]
    assert "5020" in rows["Default Account"]
    assert "<strong>on</strong>" in rows["Sync Commitments"]
    assert "yours" in rows["Sync Commitments"]
    # What was changed here stays, all else is as saved meanwhile.
    assert 'name="version" value="2"' in page
    assert '<option value="5020" selected>' in page
    assert 'data-switch="sync_commitments" checked' in page
    assert 'data-switch="sync_projects" checked' not in page
    assert newest(ready).number == 2

    browser.post(
        url("settings"),
        filled(ready, 2, {**RIGHT, "default_account": "5020", "sync_projects": "on", "sync_commitments": "on"}),
    )
    assert newest(ready).number == 3
    assert newest(ready).switches["sync_projects"] is True


@pytest.mark.parametrize("version", ["", "-1", "many"])
def test_a_form_without_a_version_is_refused(
    mirrored: Connection, client_for: ClientFor, url: Url, admin: User, version: str
) -> None:
    answer = client_for(admin).post(url("settings"), filled(mirrored, version, RIGHT))
    assert answer.status_code == 422
    assert settings_in_force(mirrored) is None


def test_a_form_made_for_a_connection_of_before_saves_nothing(
    mirrored: Connection, intacct: SandboxServer, client_for: ClientFor, url: Url, admin: User, scoped: Tenant
) -> None:
    browser, stale = client_for(admin), filled(mirrored, 0, {**RIGHT, "draft": "1"})
    disconnect(mirrored, by=admin)
    facts = intacct.credentials
    other = authorize(
        scoped, company_id=facts["company"], user_id=facts["user"], password=facts["password"], entity_id="200"
    )
    page = text_of(browser.post(url("settings"), stale, follow=True))
    assert "200 Summit Ridge Civil LLC was connected while you had the page open. Nothing was saved." in page
    assert settings_in_force(other) is None


def test_each_switch_says_what_it_does_needs_and_whether_it_works_yet(
    mirrored: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    page = text_of(client_for(admin).get(url("settings")))
    for switch in switches():
        assert switch.effect in page
        for permission in switch.permissions:
            said = f"{permission.module} → {permission.name}: {', '.join(permission.rights)}" in page
            assert said is is_built(switch)
    coming = [switch for switch in switches() if not is_built(switch)]
    assert page.count('<span class="state-label">Coming</span>') == len(coming)


def test_others_read_the_settings_and_cannot_save(
    ready: Connection, client_for: ClientFor, url: Url, viewer: User, accountant: User
) -> None:
    for person in (viewer, accountant):
        browser = client_for(person)
        page = text_of(browser.get(url("settings")))
        assert "5010" in page
        assert "Only admins change the settings." in page
        assert 'name="default_account"' not in page
        assert browser.post(url("settings"), filled(ready, 1, RIGHT)).status_code == 403
    assert newest(ready).number == 1


def test_the_history_shows_who_changed_what(
    ready: Connection, client_for: ClientFor, url: Url, admin: User, viewer: User
) -> None:
    save_settings(ready, values={"default_account": "5020"}, switched={"sync_projects": False}, by=admin, via="page")
    save_settings(ready, values={"default_item": ""}, switched={}, by=None, via="configure", as_draft=True)
    page = text_of(client_for(viewer).get(url("settings_history")))
    assert "Default Account: 5010" in page
    assert "Sync Projects: on → <strong>off</strong>" in page
    assert "Alma Reyes" in page
    assert "configure" in page
    assert "Draft" in page
    assert "complete settings → <strong>draft</strong>" in page


def test_the_history_takes_the_same_queries_for_many_versions(
    ready: Connection,
    client_for: ClientFor,
    url: Url,
    admin: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        save_settings(ready, values={}, switched={"sync_projects": bool(number % 2)}, by=admin)
    browser = client_for(admin)
    with django_assert_max_num_queries(10):
        page = text_of(browser.get(url("settings_history")))
    assert "1–25 of 31 versions" in page


def test_the_settings_page_takes_few_queries(
    ready: Connection,
    client_for: ClientFor,
    url: Url,
    admin: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = client_for(admin)
    with django_assert_max_num_queries(28):
        browser.get(url("settings"))


def test_the_history_outlives_the_connection(ready: Connection, client_for: ClientFor, url: Url, admin: User) -> None:
    browser = client_for(admin)
    assert "Nothing saved yet" not in text_of(browser.get(url("settings_history")))
    disconnect(ready, by=admin)
    assert "1–1 of 1 versions" in text_of(browser.get(url("settings_history")))


def test_without_a_version_the_history_teaches(client_for: ClientFor, url: Url, viewer: User) -> None:
    assert "Nothing saved yet" in text_of(client_for(viewer).get(url("settings_history")))


def test_a_picker_finds_by_id_and_by_name_and_marks_inactive_records(
    mirrored: Connection, client_for: ClientFor, url: Url, viewer: User
) -> None:
    browser, address = client_for(viewer), url("pick", list_key="gl_accounts")
    account = ListItem.objects.get(kind="gl_accounts", business_id="5010")
    found = browser.get(address, {"q": "5010"}).json()
    assert found == [{"value": "5010", "text": str(account), "inactive": False}]
    assert "5010" in [option["value"] for option in browser.get(address, {"q": account.name.split()[0]}).json()]
    make_inactive(mirrored, "gl_accounts", "5010")
    assert browser.get(address, {"q": "5010"}).json()[0]["inactive"] is True
    ListItem.objects.filter(pk=account.pk).update(missing_at=timezone.now())
    assert browser.get(address, {"q": "5010"}).json() == []


def test_a_picker_shows_fifty_and_says_that_there_are_more(
    mirrored: Connection, client_for: ClientFor, url: Url, viewer: User
) -> None:
    options = client_for(viewer).get(url("pick", list_key="gl_accounts")).json()
    assert len(options) == 51
    assert options[-1]["disabled"] is True
    first = client_for(viewer).get(url("pick", list_key="gl_accounts"), {"setting": "default_account"}).json()
    assert len(first) == 51
    assert first[-1]["disabled"] is True
    assert "first 50" in options[-1]["text"]


def test_a_picker_offers_only_lists_that_a_setting_chooses_from(
    mirrored: Connection, client_for: ClientFor, url: Url, viewer: User
) -> None:
    for unknown in ("customers", "nothing"):
        assert client_for(viewer).get(url("pick", list_key=unknown)).status_code == 404


def test_a_picker_is_empty_without_a_connection(client_for: ClientFor, url: Url, viewer: User) -> None:
    assert client_for(viewer).get(url("pick", list_key="items")).json() == []


@pytest.mark.parametrize("name", ["settings", "settings_history"])
def test_an_outsider_finds_nothing(
    mirrored: Connection, client_for: ClientFor, url: Url, outsider: User, name: str
) -> None:
    browser = client_for(outsider)
    assert browser.get(url(name)).status_code == 404
    assert browser.get(url("pick", list_key="items")).status_code == 404


def test_a_switch_that_is_not_built_cannot_be_switched_on(
    mirrored: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    browser = client_for(admin)
    page = text_of(browser.get(url("settings")))
    assert 'name="sync_bills"' not in page
    for draft in ({}, {"draft": "1"}):
        answer = browser.post(url("settings"), filled(mirrored, 0, {**RIGHT, "sync_bills": "on", **draft}))
        assert answer.status_code == 422
        assert "Sync Bills is coming: it does not work yet, so it cannot be switched on." in text_of(answer)
    assert settings_in_force(mirrored) is None


def test_one_that_was_switched_on_before_counts_as_off_and_says_so(
    ready: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    version = newest(ready)
    SettingsVersion.objects.filter(pk=version.pk).update(switches={**version.switches, "sync_bills": True})
    browser = client_for(admin)
    assert "It was switched on before: nothing was exchanged by it, and it counts as off." in text_of(
        browser.get(url("settings"))
    )
    assert "Sync Bills" not in text_of(browser.get(url("integrations")))
    browser.post(url("settings"), filled(ready, 1, {**RIGHT, "sync_projects": "on"}))
    assert newest(ready).switches["sync_bills"] is False
    assert {"label": "Sync Bills", "before": "on", "after": "off"} in newest(ready).changes


def test_the_page_is_told_of_each_list_as_it_arrives(
    connection: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    browser = client_for(admin)
    htmx = {"HTTP_HX_REQUEST": "true"}
    begun = text_of(browser.post(url("read_setting_lists"), **htmx))
    address = html.unescape(re.findall(r'hx-get="([^"]+)"', begun)[0])
    run = SyncRun.objects.get()
    while not ListItem.objects.filter(kind="items").exists():
        work_slice(run.pk, seconds=0)
    told = text_of(browser.get(address, **htmx))
    assert 'id="said_default_account" hx-swap-oob="true" data-proposal="id_default_account" data-value="5000"' in told
    assert 'id="said_purchasing_definitions"' not in told
    again = html.unescape(re.findall(r'hx-get="([^"]+)"', told)[0])
    assert 'id="said_default_account"' not in text_of(browser.get(again, **htmx))
    run_to_end(run)
    told = text_of(browser.get(again, **htmx))
    assert 'data-proposal="id_subcontract_definition"' in told
    assert "hx-get" not in told.partition('id="said_')[0]


def test_a_refusal_to_read_is_said_on_the_page(
    connection: Connection, client_for: ClientFor, url: Url, admin: User, viewer: User
) -> None:
    assert client_for(viewer).post(url("read_setting_lists")).status_code == 403
    Connection.objects.update(state=ConnectionState.NEEDS_CREDENTIALS)
    browser = client_for(admin)
    answer = browser.post(url("read_setting_lists"), HTTP_HX_REQUEST="true")
    assert 'role="alert"' in text_of(answer)
    assert not SyncRun.objects.exists()
