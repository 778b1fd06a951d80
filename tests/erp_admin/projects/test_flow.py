"""Importing projects as people do it: through the pages, over the socket, from the list to the outcome of each row."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, Tenant, User
from accounts.services import set_role
from erp_admin.models import Project
from erp_admin.projects import selectors
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListItem, RowOutcome, RunState, SyncRun
from integrations.runs.runner import Slice, run_to_end, work_slice
from integrations.sandbox.facade import SandboxServer
from integrations.settings.service import save_settings

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


def record(project_id: str) -> Any:
    return selectors.project_records().get(business_id=project_id)


@pytest.fixture
def import_ids(ben: Client, url: Url) -> Callable[..., SyncRun]:
    """Press Import for these project ids and work the run off."""

    def import_ids(*project_ids: str) -> SyncRun:
        items = [record(project_id).pk for project_id in project_ids]
        ben.post(url("import_projects"), {"item": items, "expected": len(items)})
        return run_to_end(SyncRun.objects.filter(flow="projects").latest("number"))

    return import_ids


def rows(run: SyncRun) -> dict[str, tuple[str, str]]:
    return {row.label.split(" ")[0]: (row.outcome, row.message) for row in run.rows.all()}


def test_three_chosen_projects_are_previewed_imported_and_shown(ready: Connection, ben: Client, url: Url) -> None:
    items = [record(project_id).pk for project_id in ("24-001", "24-003", "24-008")]

    preview = ben.post(url("preview_projects"), {"item": items}, follow=True)
    started = ben.post(url("import_projects"), {"item": items, "expected": 3}, follow=True)

    assert "Import 3 projects" in preview.text
    assert "Will be created in ERP Admin" in preview.text
    run = SyncRun.objects.get(flow="projects")
    assert started.redirect_chain == [(url("run", number=run.number), 302)]
    ended = run_to_end(run)
    assert ended.state == RunState.SUCCEEDED
    assert rows(ended) == {"24-001": ("new", ""), "24-003": ("new", ""), "24-008": ("new", "")}
    assert record("24-001").import_state == "imported"
    project = Project.objects.get(number="24-001")
    page = ben.get(url("project", pk=project.pk)).text
    assert "4,250,000.00" in page
    assert f"Import, sync {ended.number}: New" in page


def test_awkward_names_arrive_unharmed_and_are_escaped_on_the_pages(
    ready: Connection, intacct: SandboxServer, ben: Client, url: Url, import_ids: Callable[..., SyncRun]
) -> None:
    awkward = {
        "00777": "Mercy <East> & 'West' \"Wing\"",
        "A&B<1>": "Bygning på havnen – Ærø",
        "LONG": "東側駐車場 " + "x" * 93,
    }
    for project_id, name in awkward.items():
        record_fields = {"PROJECTID": project_id, "NAME": name, "STATUS": "inactive"}
        intacct.control(do="put", object="PROJECT", record=record_fields)
    run_to_end(start_list_sync(ready, kinds=["projects"], queued=False).run)
    here = ben.get(url("projects"), {"q": "Mercy"}).text

    import_ids(*awkward)

    assert dict(Project.objects.values_list("number", "name")) == awkward
    assert not Project.objects.filter(is_active=True).exists()
    for page in (here, ben.get(url("projects"), {"view": "here"}).text):
        assert "Mercy &lt;East&gt; &amp; " in page
        assert "<East>" not in page


def test_importing_again_finds_nothing_to_change_then_takes_over_what_changed(
    ready: Connection, intacct: SandboxServer, ben: Client, url: Url, import_ids: Callable[..., SyncRun]
) -> None:
    import_ids("24-001")
    again = import_ids("24-001")
    intacct.control(
        do="put", object="PROJECT", record={"PROJECTID": "24-001", "NAME": "Riverside Bridge II", "CONTRACTAMOUNT": "5"}
    )
    run_to_end(start_list_sync(ready, kinds=["projects"], queued=False).run)

    changed = record("24-001")
    preview = ben.post(url("preview_projects"), {"item": [changed.pk]}, follow=True).text
    third = import_ids("24-001")

    assert rows(again) == {"24-001": ("same", "")}
    assert changed.import_state == "changed"
    assert "Will be updated" in preview
    assert "Riverside Bridge II" in preview
    assert rows(third) == {"24-001": ("changed", "")}
    assert Project.objects.get(number="24-001").name == "Riverside Bridge II"


def test_a_record_is_read_anew_so_the_import_takes_what_intacct_has_now(
    ready: Connection, intacct: SandboxServer, import_ids: Callable[..., SyncRun]
) -> None:
    intacct.control(do="put", object="PROJECT", record={"PROJECTID": "24-012", "NAME": "Parkside Central Library"})

    import_ids("24-012")

    assert Project.objects.get(number="24-012").name == "Parkside Central Library"


def test_a_project_that_vanished_fails_alone_and_says_so(
    ready: Connection, intacct: SandboxServer, ben: Client, url: Url, import_ids: Callable[..., SyncRun]
) -> None:
    intacct.control(do="delete", object="PROJECT", key="24-014")

    run = import_ids("24-012", "24-014")

    assert run.state == RunState.PARTLY
    outcome, message = rows(run)["24-014"]
    assert outcome == RowOutcome.FAILED
    assert "no longer in Intacct" in message
    assert Project.objects.filter(number="24-012").exists()
    assert record("24-014").import_state == "missing"
    page = ben.get(url("project_record", item_pk=record("24-014").pk)).text
    assert "Missing in Intacct" in page
    preview = ben.post(url("preview_projects"), {"item": [record("24-014").pk]}, follow=True).text
    assert "Left out" in preview


def test_a_namesake_made_by_hand_blocks_and_the_way_out_is_linking(
    ready: Connection, tenant: Tenant, ben: Client, url: Url, import_ids: Callable[..., SyncRun]
) -> None:
    mine = Project.objects.create(tenant=tenant, number="24-012", name="Our library", currency="USD")
    item = record("24-012")

    preview = ben.post(url("preview_projects"), {"item": [item.pk]}, follow=True).text
    run = import_ids("24-012")

    assert "Cannot be imported as they are" in preview
    assert url("link_project", item_pk=item.pk) in preview
    assert run.state == RunState.FAILED
    outcome, message = rows(run)["24-012"]
    assert outcome == RowOutcome.FAILED
    assert "made by hand" in message
    mine.refresh_from_db()
    assert mine.name == "Our library"

    ben.post(url("link_project", item_pk=item.pk), {"project": mine.pk})
    assert record("24-012").import_state == "changed"
    assert rows(import_ids("24-012")) == {"24-012": ("changed", "")}
    mine.refresh_from_db()
    assert mine.name == "Parkside Library"
    assert record("24-012").document_pk == mine.pk


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"BEGINDATE": "13/45/2026"}, "BEGINDATE is “13/45/2026”, which is not a date"),
        ({"CONTRACTAMOUNT": "a lot"}, "CONTRACTAMOUNT is “a lot”, which is not an amount"),
        ({"BEGINDATE": "02/01/2026", "ENDDATE": "01/01/2026"}, "cannot end before it begins"),
        ({"NAME": "x" * 201}, "NAME is 201 characters long"),
        ({"NAME": ""}, "Name: This field cannot be blank."),
        ({"CONTRACTAMOUNT": "-1"}, "greater than or equal to 0"),
    ],
)
def test_the_preview_shows_unusable_values_as_they_are_and_says_why_they_block(
    ready: Connection, ben: Client, url: Url, fields: dict[str, str], said: str
) -> None:
    item = ListItem.objects.get(kind="projects", business_id="24-012")
    item.fields.update(fields)
    item.save(update_fields=["fields"])

    preview = ben.post(url("preview_projects"), {"item": [item.pk]}, follow=True)
    page = ben.get(url("projects"), {"q": "24-012"})

    assert said in preview.text
    assert "None of the chosen projects can be imported as they are." in preview.text
    assert page.status_code == 200


def test_a_bad_date_from_intacct_fails_its_row_and_takes_no_good_one_with_it(
    ready: Connection, intacct: SandboxServer, import_ids: Callable[..., SyncRun]
) -> None:
    intacct.control(
        do="put", object="PROJECT", record={"PROJECTID": "24-012", "BEGINDATE": "06/01/2026", "ENDDATE": "05/01/2026"}
    )

    run = import_ids("24-001", "24-012")

    assert run.state == RunState.PARTLY
    assert rows(run)["24-001"] == ("new", "")
    assert rows(run)["24-012"] == ("failed", "Ends on: The project cannot end before it begins.")
    assert not Project.objects.filter(number="24-012").exists()


def test_ignored_projects_are_left_out_until_they_are_restored(ready: Connection, ben: Client, url: Url) -> None:
    item = record("INT-001")

    asked = ben.post(url("ignore_projects"), {"item": [item.pk]}, follow=True)
    assert "Ignore 1 project" in asked.text
    assert record("INT-001").import_state == "ready"
    done = ben.post(url("ignore_projects"), {"item": [item.pk], "confirmed": 1, "reason": "Not a job <b>"}, follow=True)

    assert "1 project is ignored now" in done.text
    assert record("INT-001").import_state == "ignored"
    page = ben.get(url("project_record", item_pk=item.pk)).text
    assert "“Not a job &lt;b&gt;”" in page
    assert "by Ben Okafor" in page
    refused = ben.post(url("import_projects"), {"item": [item.pk]}, follow=True)
    assert "None of the chosen projects can be imported" in refused.text
    assert not SyncRun.objects.filter(flow="projects").exists()
    restored = ben.post(url("restore_projects"), {"item": [item.pk]}, follow=True)
    assert "1 project is offered for import again" in restored.text
    assert record("INT-001").import_state == "ready"


def test_a_linked_project_is_not_ignored(
    ready: Connection, ben: Client, url: Url, import_ids: Callable[..., SyncRun]
) -> None:
    import_ids("24-001")

    asked = ben.post(url("ignore_projects"), {"item": [record("24-001").pk]}, follow=True)
    done = ben.post(url("ignore_projects"), {"item": [record("24-001").pk], "confirmed": 1}, follow=True)

    assert "Nothing to ignore" in asked.text
    assert "Nothing was changed" in done.text
    assert record("24-001").import_state == "imported"


def test_the_second_person_is_led_to_the_run_that_is_active(
    ready: Connection, tenant: Tenant, ben: Client, client_for: Callable[[User], Client], url: Url
) -> None:
    second = User.objects.create_user("cleo@summit.example", name="Cleo Marsh")
    set_role(tenant, second, Role.ACCOUNTANT)
    items = {"item": [record("24-001").pk]}
    ben.post(url("import_projects"), items)

    page = client_for(second).post(url("import_projects"), {"item": [record("24-002").pk]}, follow=True)

    run = SyncRun.objects.get(flow="projects")
    assert page.redirect_chain[-1][0] == url("run", number=run.number)
    assert "is under way already, started by Ben Okafor. Your choice was not added to it." in page.text
    assert run.rows.count() == 1
    assert f'href="{url("run", number=run.number)}">Import projects</a>' in ben.get(url("projects")).text


def test_refreshing_twice_leads_to_one_run_that_reads_three_lists(mirrored: Connection, ben: Client, url: Url) -> None:
    first = ben.post(url("refresh_projects"))
    second = ben.post(url("refresh_projects"), follow=True)

    run = SyncRun.objects.latest("number")
    assert first["Location"] == second.redirect_chain[-1][0] == url("run", number=run.number)
    assert "is under way already, started by Ben Okafor" in second.text
    assert {step.key for step in run.steps.all()} == {"list:projects", "list:customers", "list:tasks"}
    assert run_to_end(run).state == RunState.SUCCEEDED


def test_with_the_switch_off_nothing_is_imported_and_the_page_says_what_to_switch_on(
    ready: Connection, ben: Client, url: Url
) -> None:
    save_settings(ready, values={}, switched={"sync_projects": False})

    page = ben.get(url("projects")).text
    refused = ben.post(url("import_projects"), {"item": [record("24-001").pk]}, follow=True)

    assert "Sync Projects is switched off." in page
    assert url("settings") in page
    assert 'aria-disabled="true"' in page
    assert "Sync Projects is switched off." in refused.text
    assert not SyncRun.objects.filter(flow="projects").exists()


@pytest.fixture
def many(ready: Connection, intacct: SandboxServer) -> Connection:
    """An Intacct with 120 more projects, all read."""
    for number in range(120):
        intacct.control(
            do="put", object="PROJECT", record={"PROJECTID": f"M-{number:03}", "NAME": f"Meadow lot {number}"}
        )
    run_to_end(start_list_sync(ready, kinds=["projects"], queued=False).run)
    return ready


def test_all_that_match_are_imported_also_beyond_the_page(many: Connection, ben: Client, url: Url) -> None:
    query = "?q=Meadow"

    preview = ben.post(url("preview_projects") + query, {"all_matching": "1"}, follow=True)
    started = ben.post(url("import_projects") + query, {"all_matching": "1", "expected": 120})
    run = run_to_end(SyncRun.objects.get(flow="projects"))

    assert "Import 120 projects" in preview.text
    assert "The first 100 of 120 are shown" in preview.text
    assert started.status_code == 302
    assert run.state == RunState.SUCCEEDED
    assert Project.objects.count() == 120


def test_when_more_match_than_were_previewed_the_preview_comes_again(many: Connection, ben: Client, url: Url) -> None:
    page = ben.post(url("import_projects") + "?q=Meadow", {"all_matching": "1", "expected": 119}, follow=True)

    assert page.redirect_chain == [(url("preview_projects") + "?q=Meadow", 302)]
    assert "120 projects match now; 119 did when you looked." in page.text
    assert not SyncRun.objects.filter(flow="projects").exists()


def test_a_cancel_takes_effect_at_a_page_border_and_says_what_was_not_done(
    many: Connection, ben: Client, url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.imports.flow.PAGE_SIZE", 100)
    ben.post(url("import_projects") + "?q=Meadow", {"all_matching": "1"})
    run = SyncRun.objects.get(flow="projects")
    # A clock that tells the number of projects made, so that the slice's time is up after the first page.
    monkeypatch.setattr("integrations.runs.runner.time", SimpleNamespace(monotonic=Project.objects.count))

    assert work_slice(run.pk, seconds=50) is Slice.MORE
    ben.post(url("cancel_run", number=run.number))
    run.refresh_from_db()

    assert run.state == RunState.CANCELLED
    assert run.rows.filter(outcome=RowOutcome.NEW).count() == Project.objects.count() == 100
    left = run.rows.filter(outcome=RowOutcome.SKIPPED)
    assert left.count() == 20
    assert {row.message for row in left} == {"The run was cancelled before this."}


@pytest.mark.parametrize("name", ["preview_projects", "import_projects", "ignore_projects", "restore_projects"])
def test_choosing_nothing_is_said_and_keeps_the_filter(ready: Connection, ben: Client, url: Url, name: str) -> None:
    answer = ben.post(url(name) + "?state=ready", {}, follow=True)

    assert answer.redirect_chain == [(url("projects") + "?state=ready", 302)]
    assert "Choose at least one project first." in answer.text


@pytest.mark.parametrize("value", ["999999999", "abc", "-1", "9" * 40])
def test_a_record_that_is_not_there_cannot_be_chosen(ready: Connection, ben: Client, url: Url, value: str) -> None:
    answer = ben.post(url("import_projects"), {"item": [value]}, follow=True)

    assert "A chosen project is no longer in this list" in answer.text
    assert not SyncRun.objects.filter(flow="projects").exists()


def test_another_tenants_record_cannot_be_chosen(
    ready: Connection, other_tenant: Tenant, outsider: User, client_for: Callable[[User], Client]
) -> None:
    theirs = reverse("import_projects", kwargs={"tenant_slug": other_tenant.slug})

    client_for(outsider).post(theirs, {"item": [record("24-001").pk]})

    assert not SyncRun.objects.filter(flow="projects").exists()


@pytest.mark.parametrize(
    ("name", "by_get"),
    [
        ("refresh_projects", 405), ("import_projects", 405), ("restore_projects", 405),
        ("preview_projects", 200), ("ignore_projects", 200),
    ],
)  # fmt: skip
def test_a_viewer_is_refused_and_a_get_changes_nothing(
    ready: Connection, viewer: User, ben: Client, client_for: Callable[[User], Client], url: Url, name: str, by_get: int
) -> None:
    refused = client_for(viewer).post(url(name), {"item": [record("24-001").pk]})
    got = ben.get(url(name))

    assert refused.status_code == 403
    assert got.status_code == by_get
    assert not Project.objects.exists()
    assert not ListItem.objects.exclude(ignored_at=None).exists()


def test_where_to_go_back_to_stays_on_this_site(ready: Connection, ben: Client, url: Url) -> None:
    item = record("INT-001")
    here = url("project_record", item_pk=item.pk)

    good = ben.post(url("ignore_projects"), {"item": [item.pk], "confirmed": 1, "next": here})
    bad = ben.post(url("restore_projects"), {"item": [item.pk], "next": "https://elsewhere.example/"})

    assert good["Location"] == here
    assert bad["Location"] == url("projects")
