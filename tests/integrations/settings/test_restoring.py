"""Bringing an earlier version of the settings back, with what of it can no longer be used."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from integrations.models import Connection, ListItem, SettingsVersion
from integrations.settings.restoring import restoration
from integrations.settings.selectors import settings_in_force
from integrations.settings.service import save_settings

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
FIRST = {"default_account": "5010", "default_item": "SUBCON"}


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def newest(connection: Connection) -> SettingsVersion:
    version = settings_in_force(connection)
    assert version is not None
    return version


@pytest.fixture
def changed(mirrored: Connection) -> Connection:
    """Two versions: the second has another account, another switch, and values of a project."""
    save_settings(mirrored, values=FIRST, switched={"sync_projects": True})
    save_settings(
        mirrored,
        values={"default_account": "5020"},
        switched={"sync_projects": False},
        overrides={"project:24-001": {"purchasing_unit": "Lot"}},
    )
    return mirrored


def test_a_version_comes_back_as_a_new_one_with_the_reason(
    changed: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    browser = client_for(admin)
    page = text_of(browser.get(url("settings_history")))
    assert url("restore_settings", number=1) in page
    assert url("restore_settings", number=2) not in page
    page = text_of(browser.get(url("restore_settings", number=1)))
    for label in ("Default Account", "Sync Projects", "Unit of measure of project 24-001"):
        assert label in page
    answer = browser.post(url("restore_settings", number=1), {"seen": 2, "reason": "Wrong <account>"}, follow=True)
    page = text_of(answer)
    assert "Version 1 was restored, as version 3." in page
    assert "Restored: version 2 → <strong>version 1: Wrong &lt;account&gt;</strong>" in page
    version = newest(changed)
    assert (version.number, version.values["default_account"], version.saved_by) == (3, "5010", admin)
    assert version.switches["sync_projects"] is True
    assert version.overrides == {}


def test_what_is_no_longer_in_the_lists_is_named_and_stays_as_it_is(
    changed: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    ListItem.objects.filter(kind="gl_accounts", business_id="5010").update(missing_at=timezone.now())
    browser = client_for(admin)
    page = text_of(browser.get(url("restore_settings", number=1)))
    assert "<strong>Default Account: 5010</strong>: GL account “5010” is no longer in Intacct" in page
    browser.post(url("restore_settings", number=1), {"seen": 2, "reason": ""})
    version = newest(changed)
    assert (version.number, version.values["default_account"]) == (3, "5020")
    assert version.switches["sync_projects"] is True


def test_own_values_come_back_and_those_of_a_place_that_is_gone_do_not(changed: Connection) -> None:
    save_settings(
        changed,
        values={},
        switched={},
        overrides={"project:24-001": {}, "project:24-002": {"purchasing_unit": "Ton"}},
    )
    ListItem.objects.filter(kind="projects", business_id="24-001").update(is_active=False)
    found = restoration(changed, 2)
    assert found is not None
    # An inactive project is known all the same.
    assert found.overrides == {"project:24-001": {"purchasing_unit": "Lot"}, "project:24-002": {}}
    ListItem.objects.filter(kind="projects", business_id="24-001").delete()
    found = restoration(changed, 2)
    assert found is not None
    assert found.overrides == {"project:24-002": {}}
    assert [left.label for left in found.left_out] == ["Project 24-001, own values"]


def test_a_switch_that_is_not_built_does_not_come_back(
    changed: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    SettingsVersion.objects.filter(number=1).update(switches={"sync_bills": True, "sync_projects": True})
    browser = client_for(admin)
    assert "<strong>Sync Bills: on</strong>: It is coming" in text_of(browser.get(url("restore_settings", number=1)))
    browser.post(url("restore_settings", number=1), {"seen": 2})
    assert newest(changed).switches["sync_bills"] is False
    assert newest(changed).switches["sync_projects"] is True


def test_nobody_restores_over_what_somebody_saved_meanwhile(
    changed: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    browser = client_for(admin)
    save_settings(changed, values={"default_item": "MATERIAL"}, switched={})
    answer = browser.post(url("restore_settings", number=1), {"seen": 2}, follow=True)
    assert "Somebody saved the settings while you looked." in text_of(answer)
    assert "MATERIAL" in text_of(answer)
    assert newest(changed).number == 3


@pytest.mark.parametrize("number", [2, 9])
def test_the_newest_and_an_unknown_version_cannot_be_restored(
    changed: Connection, client_for: ClientFor, url: Url, admin: User, number: int
) -> None:
    browser = client_for(admin)
    assert browser.get(url("restore_settings", number=number)).status_code == 404
    answer = browser.post(url("restore_settings", number=number), {"seen": 2}, follow=True)
    assert "Nothing was restored." in text_of(answer)
    assert newest(changed).number == 2


def test_only_admins_are_offered_to_restore(changed: Connection, client_for: ClientFor, url: Url, viewer: User) -> None:
    browser = client_for(viewer)
    assert "Restore…" not in text_of(browser.get(url("settings_history")))
    assert browser.get(url("restore_settings", number=1)).status_code == 403


def test_what_was_declared_after_a_version_was_saved_keeps_its_value(
    changed: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    save_settings(changed, values={"purchasing_unit": "Lot"}, switched={"sync_commitments": True}, as_draft=True)
    old = changed.settings_versions.get(number=1)
    old.values.pop("purchasing_unit")
    old.switches.pop("sync_commitments")
    old.save()
    page = text_of(client_for(admin).get(url("restore_settings", number=1)))
    assert "Default Account" in page
    assert "Unit of measure</" not in page
    client_for(admin).post(url("restore_settings", number=1), {"seen": 3, "reason": ""})
    version = newest(changed)
    assert (version.number, version.values["default_account"], version.values["purchasing_unit"]) == (4, "5010", "Lot")
    assert version.switches["sync_commitments"] is True
