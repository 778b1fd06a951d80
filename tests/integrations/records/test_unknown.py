"""A record of which too little could be read: shown as such everywhere, and nowhere to be used."""

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.refusal import Refused
from erp_admin.models import ImportDraft, Project
from erp_admin.projects.selectors import project_records
from erp_admin.projects.service import choose, start_import
from erp_admin.uploads.service import read_upload
from integrations.delivery.contract import push_flow
from integrations.delivery.planning import context_for
from integrations.doctor.readiness import readiness
from integrations.models import Connection, ListItem, Push
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from integrations.settings.service import InvalidSettings, save_settings
from tests import lists
from tests.erp_admin.imported import commitment_row, csv_of
from tests.erp_admin.samples import SETTINGS, change_order, choose_settings, commitment, some_vendor
from tests.integrations.delivery.ledger import push, there
from tests.integrations.mirror.test_availability import sync
from tests.snapshot import read_lists
from tests.standing import Standing, standing

Url = Callable[..., str]


@pytest.fixture
def company(connection: Connection) -> Connection:
    return read_lists(connection, lists.DOCUMENTS)


@pytest.fixture
def browser(client_for: Callable[[User | None], Client], viewer: User) -> Client:
    return client_for(viewer)


def withhold(intacct: SandboxServer, object_name: str, name: str) -> None:
    intacct.control(do="fault", kind="unselectable", object=object_name, field=name)


def unknown_vendor(connection: Connection, intacct: SandboxServer, name: str = "STATUS") -> ListItem:
    """A vendor made while a field of vendors could not be read."""
    withhold(intacct, "VENDOR", name)
    intacct.control(do="put", object="VENDOR", record={"VENDORID": "V-NEW", "NAME": "Only Half Known, Inc."})
    sync(connection, "vendors")
    return ListItem.objects.get(kind="vendors", business_id="V-NEW")


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("name", ["STATUS", "MEGAENTITYID", "ONHOLD", "CURRENCY"])
def test_pickers_show_it_and_do_not_let_it_be_chosen(
    company: Connection, intacct: SandboxServer, browser: Client, url: Url, name: str
) -> None:
    unknown_vendor(company, intacct, name)
    (offered,) = browser.get(url("pick_record", list_key="vendors"), {"q": "V-NEW"}).json()
    assert (offered["value"], offered["disabled"]) == ("V-NEW", True)
    assert name in offered["text"]
    known = some_vendor(company).business_id
    (offered,) = browser.get(url("pick_record", list_key="vendors"), {"q": known}).json()
    assert "disabled" not in offered


def test_the_pages_say_what_is_not_known_and_since_when(
    company: Connection, intacct: SandboxServer, browser: Client, url: Url
) -> None:
    item = unknown_vendor(company, intacct)
    page = text_of(browser.get(url("record", list_key="vendors", pk=item.pk)))
    assert "Not known well enough to be used" in page
    assert "Intacct has not let STATUS be read since" in page
    assert "Each sync asks for it again" in page
    kept = ListItem.objects.filter(kind="vendors", is_known=True).earliest("record_no")
    page = text_of(browser.get(url("record", list_key="vendors", pk=kept.pk)))
    assert "Some fields are as they were before" in page
    assert "not read since" in page
    page = text_of(browser.get(url("list", list_key="vendors"), {"state": "unknown"}))
    assert "V-NEW" in page
    assert "STATUS could not be read" in page
    assert kept.business_id not in page
    page = text_of(browser.get(url("lists")))
    assert "1 unknown" in page
    assert "Limited" in page


def test_the_export_tells_unknown_from_empty(
    company: Connection, intacct: SandboxServer, browser: Client, url: Url
) -> None:
    unknown_vendor(company, intacct, "MEGAENTITYID")
    answer = browser.get(url("export_list", list_key="vendors"), {"form": "all"})
    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    (new,) = [row for row in rows if row["ID"] == "V-NEW"]
    assert (new["State"], new["Entity"], new["MEGAENTITYID"], new["TERMNAME"]) == ("Unknown", "unknown", "unknown", "")
    assert new["Not read since"].startswith("MEGAENTITYID 20")
    kept = next(row for row in rows if row["ID"] != "V-NEW" and not row["MEGAENTITYID"])
    assert (kept["State"], kept["Entity"]) != ("Unknown", "unknown")


def test_the_filter_by_owner_counts_it_neither_as_shared_nor_as_anybodys(
    company: Connection, intacct: SandboxServer, browser: Client, url: Url
) -> None:
    unknown_vendor(company, intacct, "MEGAENTITYID")
    for owner in ("-", "100", "200", "300"):
        assert "V-NEW" not in text_of(browser.get(url("list", list_key="vendors"), {"entity": owner}))
    assert "V-NEW" in text_of(browser.get(url("list", list_key="vendors"), {"entity": "?"}))


def test_names_in_files_are_not_matched_with_it(company: Connection, intacct: SandboxServer) -> None:
    unknown_vendor(company, intacct)
    for name, said in (("V-NEW", "not known whether it may be used"), ("Only Half Known, Inc.", "")):
        draft: ImportDraft = read_upload(
            company.tenant, "commitments", "file.csv", csv_of(commitment_row("SC-1", name))
        )
        match = draft.matches.get(kind="vendor")
        assert not match.is_settled
        assert said in match.reason


@pytest.mark.parametrize("below", ["", "entity:100", "project:24-001"])
def test_settings_are_not_chosen_from_what_is_unknown(
    connection: Connection, intacct: SandboxServer, below: str
) -> None:
    read_lists(connection, lists.SETTINGS)
    choose_settings(connection)
    withhold(intacct, "LOCATION", "ENDDATE")
    intacct.control(do="put", object="LOCATION", record={"LOCATIONID": "L-NEW", "NAME": "New", "ENDDATE": "01/31/2020"})
    sync(connection, "locations")
    chosen = {"default_location": "L-NEW"}
    values, overrides = ({}, {below: chosen}) if below else (chosen, {})
    with pytest.raises(InvalidSettings) as refused:
        save_settings(connection, values=values, switched={}, overrides=overrides)
    assert "ENDDATE" in refused.value.problems["default_location"]


def test_a_chosen_default_that_turns_unknown_is_told_and_blocks(connection: Connection, intacct: SandboxServer) -> None:
    """As when the list is read for the first time by another connection, and not all of it can be."""
    read_lists(connection, lists.DOCUMENTS)
    choose_settings(connection)
    ListItem.objects.filter(kind="items").delete()
    withhold(intacct, "ITEM", "STATUS")
    sync(connection, "items")
    document = commitment(connection, "BI-1")
    asked = push(connection, document)
    assert {problem.field for problem in asked.blocked[0][1]} == {"item_id"}
    intacct.control(do="heal")
    sync(connection, "items")
    assert not push(connection, document).blocked
    document.refresh_from_db()
    assert standing(document) == Standing.VERIFIED


def test_an_approved_document_of_a_vendor_that_turns_unknown_is_held_back_and_nothing_is_sent(
    company: Connection, intacct: SandboxServer
) -> None:
    choose_settings(company)
    document = commitment(company, "BI-1")
    other = commitment(company, "BI-2")
    ListItem.objects.filter(kind="vendors", business_id=document.vendor_id).delete()
    withhold(intacct, "VENDOR", "ONHOLD")
    sync(company, "vendors")
    before = there(intacct, company)
    asked = push(company, document, other)
    assert [each.pk for each, _ in asked.blocked] == [document.pk, other.pk]
    (problem,) = asked.blocked[0][1]
    assert (problem.field, "ONHOLD" in problem.sentence) == ("vendor_id", True)
    assert there(intacct, company) == before
    assert not Push.objects.exists()


def test_a_change_order_of_a_definition_that_turns_unknown_is_held_back(
    company: Connection, intacct: SandboxServer
) -> None:
    choose_settings(company)
    base = commitment(company, "BI-1")
    push(company, base)
    ListItem.objects.filter(kind="purchasing_definitions", business_id="PC Subcontract CO").delete()
    withhold(intacct, "PODOCUMENTPARAMS", "ENABLEDOCCHANGE")
    sync(company, "purchasing_definitions")
    document = change_order(base, "CO-1")
    problems = push_flow("change_orders").validate(document, context_for(company))
    assert any("ENABLEDOCCHANGE" in problem.sentence for problem in problems)


@pytest.mark.parametrize("name", ["STATUS", "MEGAENTITYID", "CUSTOMERID", "CURRENCY"])
def test_a_project_is_not_imported_nor_linked_before_it_is_known(
    ready: Connection, intacct: SandboxServer, accountant: User, name: str
) -> None:
    withhold(intacct, "PROJECT", name)
    record = {"PROJECTID": "P-NEW", "NAME": "New", "PROJECTCATEGORY": "Contract", "STATUS": "inactive"}
    intacct.control(do="put", object="PROJECT", record=record)
    sync(ready, "projects")
    item = project_records().get(business_id="P-NEW")
    assert item.import_state == "unknown"
    with pytest.raises(Refused):
        start_import(ready, choose(ready, ["P-NEW"]), by=accountant)
    assert not Project.objects.exists()
    intacct.control(do="heal")
    sync(ready, "projects")
    run = run_to_end(start_import(ready, choose(ready, ["P-NEW"]), by=accountant).run)
    assert run.state == "succeeded"
    assert not Project.objects.get().is_active


def test_an_import_that_learns_it_is_unknown_takes_nothing_over(
    ready: Connection, intacct: SandboxServer, accountant: User
) -> None:
    """The record was known, was made anew behind our back, and cannot be read whole at the moment of the import."""
    ListItem.objects.filter(kind="projects", business_id="24-001").update(fields={"PROJECTID": "24-001"})
    withhold(intacct, "PROJECT", "STATUS")
    run = run_to_end(start_import(ready, choose(ready, ["24-001", "24-003"]), by=accountant).run)
    assert {row.label.split()[0]: row.outcome for row in run.rows.all()} == {"24-001": "failed", "24-003": "new"}
    assert "STATUS" in run.rows.get(outcome="failed").message
    assert Project.objects.get().number == "24-003"


def test_settings_saved_before_name_what_is_unknown(connection: Connection, intacct: SandboxServer) -> None:
    read_lists(connection, lists.SETTINGS)
    save_settings(connection, values=SETTINGS, switched={})
    ListItem.objects.filter(kind="gl_accounts").delete()
    withhold(intacct, "GLACCOUNT", "STATUS")
    sync(connection, "gl_accounts")
    assert "STATUS" in str(readiness())
