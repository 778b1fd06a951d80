"""The settings of pushing: on the page, of an entity or a project, what is said about them, and by command."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Tenant, User
from integrations.delivery.planning import context_for
from integrations.doctor.readiness import readiness
from integrations.models import Connection, ListItem, SettingsVersion
from integrations.settings.declared import Need, Setting, all_settings, register_settings, setting_for
from integrations.settings.selectors import settings_in_force
from integrations.settings.service import save_settings
from tests import lists
from tests.erp_admin.samples import SETTINGS, commitment
from tests.integrations.management.test_commands import as_json, command
from tests.snapshot import read_lists

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
ON = {"sync_commitments": "on"}


@pytest.fixture
def listed(connection: Connection) -> Connection:
    """A connection with every list that a setting is chosen from."""
    return read_lists(connection, lists.SETTINGS)


@pytest.fixture
def chosen(listed: Connection) -> Connection:
    save_settings(listed, values=SETTINGS, switched={"sync_commitments": True})
    return listed


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def newest(connection: Connection) -> SettingsVersion:
    version = settings_in_force(connection)
    assert version is not None
    return version


def sent(connection: Connection, fields: dict[str, str], version: int | None = None) -> dict[str, Any]:
    number = newest(connection).number if version is None else version
    return {"connection": connection.pk, "version": number, **fields}


def project(connection: Connection) -> ListItem:
    return ListItem.objects.filter(connection=connection, kind="projects", is_active=True).earliest("pk")


class TestTheCompanysSettings:
    def test_each_declared_setting_is_on_the_page_and_is_saved(
        self, listed: Connection, client_for: ClientFor, url: Url, admin: User
    ) -> None:
        browser = client_for(admin)
        page = text_of(browser.get(url("settings")))
        assert "Sync Commitments: how" in page
        for setting in all_settings():
            assert f'name="{setting.key}"' in page, setting.key
            assert setting.title in page
        typed = {**SETTINGS, "cut_over_date": "2026-01-01", "purchasing_state": "Draft", "purchasing_unit": " Lot "}
        answer = browser.post(url("settings"), sent(listed, {**typed, **ON}, 0), follow=True)
        assert "Saved as version 1." in text_of(answer)
        values = newest(listed).values
        assert {key: values[key] for key in typed} == {**typed, "purchasing_unit": "Lot"}
        page = text_of(browser.get(url("settings")))
        assert 'value="2026-01-01"' in page
        assert '<option value="Draft" selected>' in page

    @pytest.mark.parametrize(
        ("key", "value", "said"),
        [
            ("subcontract_definition", "No Such", "“No Such” is not among the records read from Intacct"),
            ("subcontract_definition", "Vendor Invoice - old", "is inactive in Intacct"),
            ("cut_over_date", "tomorrow", "Enter a date as YYYY-MM-DD"),
            ("purchasing_state", "Closed", "Select a valid choice"),
        ],
    )
    def test_an_unusable_value_is_refused_at_its_field_and_kept_to_be_corrected(
        self, listed: Connection, client_for: ClientFor, url: Url, admin: User, key: str, value: str, said: str
    ) -> None:
        answer = client_for(admin).post(url("settings"), sent(listed, {**SETTINGS, key: value}, 0))
        page = text_of(answer)
        assert answer.status_code == 422
        assert said in page
        assert f'href="#id_{key}"' in page
        assert settings_in_force(listed) is None

    def test_a_switch_that_is_on_without_a_setting_it_requires_is_not_fully_enabled(
        self, worker_lives: None, listed: Connection, client_for: ClientFor, url: Url, admin: User
    ) -> None:
        partly = {key: value for key, value in SETTINGS.items() if key != "subcontract_definition"}
        browser = client_for(admin)
        answer = browser.post(url("settings"), sent(listed, {**partly, **ON}, 0), follow=True)
        assert "Saved as version 1. The integration is not fully enabled yet." in text_of(answer)
        said = "Definition for subcontracts: not chosen, and required while Sync Commitments is on."
        assert not readiness().is_fully_enabled
        assert [sentence for sentence in readiness().missing if said in sentence] == list(readiness().missing)
        for name in ("settings", "home", "integrations"):
            assert said in text_of(browser.get(url(name))), name
        save_settings(listed, values={}, switched={"sync_commitments": False})
        assert readiness().is_fully_enabled
        save_settings(listed, values=SETTINGS, switched={"sync_commitments": True})
        assert readiness().is_fully_enabled
        assert said not in text_of(browser.get(url("settings")))

    def test_a_chosen_definition_that_became_unusable_is_missing_too(
        self, worker_lives: None, listed: Connection
    ) -> None:
        save_settings(listed, values=SETTINGS, switched={"sync_commitments": True})
        chosen = ListItem.objects.filter(kind="purchasing_definitions", business_id=SETTINGS["subcontract_definition"])
        chosen.update(is_active=False)
        (sentence,) = readiness().missing
        assert sentence.startswith("Definition for subcontracts: ")
        assert "is inactive in Intacct" in sentence

    @pytest.mark.parametrize("is_on", [False, True])
    def test_what_a_switch_requires_carries_the_asterisk_while_it_is_on(
        self, listed: Connection, client_for: ClientFor, url: Url, admin: User, is_on: bool
    ) -> None:
        save_settings(listed, values={}, switched={"sync_commitments": is_on}, as_draft=True)
        page = client_for(admin).get(url("settings")).content.decode()
        for setting in all_settings():
            label = re.search(rf'<label\s+for="id_{setting.key}".*?</label>', page, re.S)
            assert label is not None, setting.key
            required = setting.need is Need.ALWAYS or (is_on and setting.need is Need.WHEN_SWITCHED_ON)
            assert ("asteriskField" in label[0]) == required, setting.key
        assert page.count('data-required-by="sync_commitments"') == 4
        assert ('data-of-switch="sync_commitments" open' in page) == is_on

    @pytest.mark.parametrize(
        ("key", "definition", "said"),
        [
            ("subcontract_definition", "PC Subcontract CO", "It makes change orders, not commitments"),
            ("subcontract_definition", "PC Subcontract Invoice", "post to accounts payable"),
            ("subcontract_definition", "Civil Plant Hire", "in an entity only"),
            ("subcontract_definition", "Civil Plant Hire", "does not enable change"),
            ("subcontract_definition", "Vendor Invoice - old", "is inactive in Intacct"),
            ("subcontract_change_definition", "PC Subcontracts", "It makes no change orders"),
        ],
    )
    def test_what_a_definition_means_is_said_while_choosing_and_on_the_page(
        self,
        listed: Connection,
        client_for: ClientFor,
        url: Url,
        viewer: User,
        admin: User,
        key: str,
        definition: str,
        said: str,
    ) -> None:
        asked = client_for(viewer).get(url("setting_cautions", key=key), {key: definition})
        assert said in text_of(asked)
        save_settings(listed, values={key: definition}, switched={}, as_draft=True)
        assert said in text_of(client_for(admin).get(url("settings")))

    def test_how_documents_are_numbered_is_one_quiet_note(
        self, chosen: Connection, client_for: ClientFor, url: Url, admin: User
    ) -> None:
        page = text_of(client_for(admin).get(url("settings")))
        assert page.count("Documents keep the number they have in ERP Admin") == 1
        assert "Definition for subcontracts, Definition for purchase orders, " in page
        numbered = {"subcontract_definition": "Purchase Requisition"}
        save_settings(chosen, values=numbered, switched={}, as_draft=True)
        assert "by its sequence “Requisitions”" in text_of(client_for(admin).get(url("settings")))

    def test_retainage_that_a_definition_would_refuse_is_told(
        self, chosen: Connection, client_for: ClientFor, url: Url, admin: User
    ) -> None:
        definition = ListItem.objects.get(kind="purchasing_definitions", business_id="PC Subcontracts")
        definition.fields["ENABLE_RETAINAGE"] = "false"
        definition.save()
        browser = client_for(admin)
        assert "Retainage is off" not in text_of(browser.get(url("settings")))
        commitment(chosen, "SC-1", retainage_percent="10")
        assert "Retainage is off" in text_of(browser.get(url("settings")))

    def test_an_unknown_setting_has_no_cautions(
        self, listed: Connection, client_for: ClientFor, url: Url, viewer: User
    ) -> None:
        assert client_for(viewer).get(url("setting_cautions", key="color")).status_code == 404

    def test_others_read_the_value_in_force_and_where_it_comes_from(
        self, chosen: Connection, client_for: ClientFor, url: Url, viewer: User
    ) -> None:
        page = text_of(client_for(viewer).get(url("settings")))
        assert "PC Subcontracts" in page
        assert "company setting" in page
        assert "standard value" in page
        assert 'name="subcontract_definition"' not in page

    def test_what_somebody_saved_meanwhile_is_not_overwritten(
        self, chosen: Connection, client_for: ClientFor, url: Url, admin: User, accountant: User
    ) -> None:
        before = newest(chosen)
        save_settings(chosen, values={"purchasing_state": "Draft"}, switched={}, by=accountant)
        typed = {**SETTINGS, **ON, "purchasing_unit": "Lot"}
        answer = client_for(admin).post(url("settings"), sent(chosen, typed, before.number))
        page = text_of(answer)
        assert answer.status_code == 409
        for label, theirs, yours in (("State in Intacct", "Draft", ""), ("Unit of measure", "", "Lot")):
            row = re.search(rf"<th[^>]*>{label}</th>.*?</tr>", page)
            assert row is not None
            assert ("as before" in row[0], f"<strong>{theirs or yours}</strong>" in row[0]) == (True, True)
        assert '<option value="Draft" selected>' in page
        assert 'value="Lot"' in page
        assert newest(chosen).values["purchasing_unit"] == ""

    def test_the_page_takes_few_queries(
        self,
        chosen: Connection,
        client_for: ClientFor,
        url: Url,
        admin: User,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        browser = client_for(admin)
        with django_assert_max_num_queries(32):
            browser.get(url("settings"))


class TestOwnSettingsOfEntitiesAndProjects:
    def test_a_project_gets_a_value_of_its_own_and_gives_it_back(
        self, chosen: Connection, client_for: ClientFor, url: Url, admin: User, viewer: User
    ) -> None:
        browser, item = client_for(admin), project(chosen)
        address = url("override", level="project", place_id=item.business_id)
        assert "The settings of the company hold everywhere" in text_of(browser.get(url("overrides")))
        answer = browser.get(url("new_override"), {"level": "project", "name": item.business_id})
        assert answer["Location"] == address
        page = text_of(browser.get(address))
        assert "Without one: PC Subcontracts" in page
        assert "the company setting" in page
        assert 'name="cut_over_date"' not in page  # of the company alone
        answer = browser.post(address, sent(chosen, {"purchasing_state": "Draft"}), follow=True)
        page = text_of(answer)
        assert "Saved as version 2." in page
        assert item.business_id in page
        assert "State in Intacct: <strong>Draft</strong>" in page
        value = context_for(chosen).value("purchasing_state", entity="100", project=item.business_id)
        assert (value.value, value.source) == ("Draft", f"setting of project {item.business_id}")
        assert f"State in Intacct of project {item.business_id}" in text_of(browser.get(url("settings_history")))
        page = text_of(client_for(viewer).get(url("overrides")))
        assert "Draft" in page
        assert url("remove_override") not in page
        place = {"place": f"project:{item.business_id}"}
        answer = browser.post(url("remove_override"), place, follow=True)
        assert "follows the settings above it again" in text_of(answer)
        assert context_for(chosen).value("purchasing_state", project=item.business_id).source == "standard value"
        assert "has no settings of its own any more" in text_of(
            browser.post(url("remove_override"), place, follow=True)
        )
        assert newest(chosen).number == 3

    def test_the_nearest_level_wins(self, chosen: Connection, client_for: ClientFor, url: Url, admin: User) -> None:
        item = ListItem.objects.filter(kind="projects").exclude(entity_id="").earliest("pk")
        entity = f"entity:{item.entity_id}"
        save_settings(chosen, values={}, switched={}, overrides={entity: {"default_location": "100"}})
        address = url("override", level="project", place_id=item.business_id)
        page = text_of(client_for(admin).get(address))
        assert f"the setting of entity {item.entity_id}" in page

    def test_an_unusable_value_is_refused_at_its_field(
        self, chosen: Connection, client_for: ClientFor, url: Url, admin: User
    ) -> None:
        address = url("override", level="entity", place_id="100")
        answer = client_for(admin).post(address, sent(chosen, {"default_location": "NOWHERE"}))
        assert answer.status_code == 422
        page = text_of(answer)
        assert "“NOWHERE” is not among the records read from Intacct" in page
        assert 'href="#id_default_location"' in page
        assert newest(chosen).number == 1

    def test_two_people_at_once_are_told_apart(
        self, chosen: Connection, client_for: ClientFor, url: Url, admin: User
    ) -> None:
        save_settings(chosen, values={}, switched={}, overrides={"entity:100": {"purchasing_unit": "Ton"}})
        address = url("override", level="entity", place_id="100")
        answer = client_for(admin).post(address, sent(chosen, {"purchasing_state": "Draft"}, 1))
        page = text_of(answer)
        assert answer.status_code == 409
        assert "changed while you had this page open" in page
        assert 'value="Ton"' in page
        assert '<option value="Draft" selected>' in page
        assert "purchasing_state" not in newest(chosen).overrides["entity:100"]

    def test_a_draft_stays_a_draft(self, listed: Connection, client_for: ClientFor, url: Url, admin: User) -> None:
        save_settings(listed, values={"default_item": "SUBCON"}, switched={}, as_draft=True)
        address = url("override", level="entity", place_id="100")
        client_for(admin).post(address, sent(listed, {"purchasing_unit": "Ton"}))
        assert newest(listed).is_draft
        assert newest(listed).overrides == {"entity:100": {"purchasing_unit": "Ton"}}

    def test_a_place_that_intacct_never_gave_is_not_found(
        self, chosen: Connection, client_for: ClientFor, url: Url, admin: User
    ) -> None:
        browser = client_for(admin)
        for level, name in (("entity", "NOPE"), ("project", "NOPE"), ("country", "100")):
            assert browser.get(url("override", level=level, place_id=name)).status_code == 404
        answer = browser.get(url("new_override"), {"level": "entity", "name": ""})
        assert answer.status_code == 422
        assert "Choose one from the list." in text_of(answer)

    def test_only_admins_change_and_outsiders_find_nothing(
        self,
        chosen: Connection,
        client_for: ClientFor,
        url: Url,
        accountant: User,
        viewer: User,
        outsider: User,
    ) -> None:
        address = url("override", level="entity", place_id="100")
        for person in (viewer, accountant):
            browser = client_for(person)
            assert browser.get(url("overrides")).status_code == 200
            assert browser.get(url("new_override")).status_code == 403
            assert browser.get(address).status_code == 403
            assert browser.post(address, sent(chosen, {"purchasing_unit": "Ton"})).status_code == 403
            assert browser.post(url("remove_override"), {"place": "entity:100"}).status_code == 403
        browser = client_for(outsider)
        for where in (url("overrides"), url("new_override"), address, url("setting_cautions", key="purchasing_unit")):
            assert browser.get(where).status_code == 404
        assert newest(chosen).number == 1

    def test_many_places_take_the_same_queries(
        self,
        chosen: Connection,
        client_for: ClientFor,
        url: Url,
        admin: User,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        names = ListItem.objects.filter(kind="projects").values_list("business_id", flat=True).distinct()[:60]
        own = {f"project:{name}": {"default_location": "100", "purchasing_state": "Draft"} for name in names}
        save_settings(chosen, values={}, switched={}, overrides=own)
        browser = client_for(admin)
        with django_assert_max_num_queries(18):
            page = text_of(browser.get(url("overrides")))
        assert page.count("State in Intacct:") == min(50, len(names))

    def test_without_a_connection_the_pages_say_so(self, client_for: ClientFor, url: Url, admin: User) -> None:
        browser = client_for(admin)
        assert "Connect Sage Intacct first" in text_of(browser.get(url("overrides")))
        assert "not connected" in text_of(browser.get(url("new_override"), follow=True))


class TestByCommand:
    def test_settings_of_the_company_and_of_a_project(self, listed: Connection, tenant: Tenant) -> None:
        given = [part for key, value in SETTINGS.items() for part in ("--" + key.replace("_", "-"), value)]
        code, facts = as_json("configure", tenant.slug, *given, "--sync-commitments", "--cut-over-date", "2026-01-01")
        assert (code, facts["missing"], facts["fully_enabled"]) == (0, [], True)
        assert facts["values"]["cut_over_date"] == "2026-01-01"
        name = project(listed).business_id
        code, facts = as_json("configure", tenant.slug, "--project", name, "--purchasing-state", "Draft")
        assert (code, facts["overrides"]) == (0, {f"project:{name}": {"purchasing_state": "Draft"}})
        code, facts = as_json("configure", tenant.slug, "--project", name, "--purchasing-unit", "Ton")
        assert facts["overrides"][f"project:{name}"] == {"purchasing_state": "Draft", "purchasing_unit": "Ton"}
        code, facts = as_json(
            "configure", tenant.slug, "--project", name, "--purchasing-unit", "", "--purchasing-state", ""
        )
        assert facts["overrides"] == {}

    def test_what_is_missing_and_what_is_wrong_is_told(self, listed: Connection, tenant: Tenant) -> None:
        required = ["--default-account", "5010", "--default-item", "SUBCON"]
        code, out, _ = command("configure", tenant.slug, *required, "--sync-commitments")
        assert code == 0
        assert "Definition for subcontracts: not chosen, and required while Sync Commitments is on." in out
        code, _, err = command("configure", tenant.slug, "--cut-over-date", "soon")
        assert code == 3
        assert "Cut-over date: “soon” is not a date" in err
        code, _, err = command("configure", tenant.slug, "--entity", "NOPE", "--purchasing-unit", "Ton")
        assert code == 3
        assert "“NOPE” is not among the records read from Intacct" in err
        code, _, err = command("configure", tenant.slug, "--entity", "100", "--cut-over-date", "2026-01-01")
        assert code == 3
        assert "no value of its own for a entity" not in err
        assert "The company alone has this setting" in err
        assert command("configure", tenant.slug, "--entity", "100", "--sync-commitments")[0] == 2


def test_what_is_wrong_with_the_company_does_not_keep_a_projects_values(
    chosen: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    ListItem.objects.filter(kind="gl_accounts", business_id="5010").update(is_active=False)
    address = url("override", level="entity", place_id="100")
    browser = client_for(admin)
    assert "Saved as version 2." in text_of(
        browser.post(address, sent(chosen, {"purchasing_unit": "Ton"}), follow=True)
    )
    answer = browser.post(url("remove_override"), {"place": "entity:100"}, follow=True)
    assert "follows the settings above it again" in text_of(answer)


class TestDeclarations:
    def test_two_settings_under_one_key_are_refused(self) -> None:
        twice = replace(setting_for("default_item"), label="Another")  # type: ignore[type-var]
        with pytest.raises(ValueError, match="Two settings call themselves 'default_item'"):
            register_settings("some_flow", None, (twice,))

    def test_a_setting_required_by_a_switch_needs_one(self) -> None:
        setting = Setting("lonely", "lonely", "Nobody switches it on.", need=Need.WHEN_SWITCHED_ON)
        with pytest.raises(ValueError, match="is required by a switch, and 'some_flow' has none"):
            register_settings("some_flow", None, (setting,))
        assert setting_for("lonely") is None


class TestWhereARecordIsUsed:
    @pytest.mark.parametrize(
        ("kind", "key"), [("purchasing_definitions", "subcontract_definition"), ("items", "default_item")]
    )
    def test_a_record_names_every_setting_that_stands_for_it(
        self, chosen: Connection, client_for: ClientFor, url: Url, viewer: User, kind: str, key: str
    ) -> None:
        item = ListItem.objects.get(kind=kind, business_id=newest(chosen).values[key])
        page = text_of(client_for(viewer).get(url("record", list_key=kind, pk=item.pk)))
        setting = setting_for(key)
        assert setting is not None
        assert f">{setting.title}</a> in the settings" in page

    def test_a_value_of_an_entity_is_named_with_its_place(
        self, chosen: Connection, client_for: ClientFor, url: Url, viewer: User
    ) -> None:
        entity = ListItem.objects.filter(kind="entities", is_active=True).earliest("pk")
        location = ListItem.objects.filter(kind="locations", is_active=True).earliest("pk")
        own = {f"entity:{entity.business_id}": {"default_location": location.business_id}}
        save_settings(chosen, values={}, switched={}, overrides=own)
        page = text_of(client_for(viewer).get(url("record", list_key="locations", pk=location.pk)))
        assert f"Default location</a> of entity {entity.business_id}" in page
