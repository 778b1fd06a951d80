"""The project pages: lists with filters, search and paging, one record, one project, linking."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Tenant, User
from erp_admin.models import Project
from erp_admin.projects import selectors
from erp_admin.projects import service as services
from integrations.connections.service import disconnect
from integrations.imports.service import ignore
from integrations.models import Connection, ConnectionState, ListItem
from integrations.runs.runner import run_to_end
from tests.snapshot import once

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
Browser = Callable[[User], Client]


def record(project_id: str) -> Any:
    return selectors.project_records().get(business_id=project_id)


def by_hand(tenant: Tenant, number: str, name: str, **fields: Any) -> Project:
    return Project.objects.create(tenant=tenant, number=number, name=name, currency="USD", **fields)


def ids_shown(page: str) -> list[str]:
    return re.findall(r'class="id card-1"[^>]*><a href="[^"]*">([^<]*)</a>', page)


@pytest.fixture
def vera(client_for: Browser, viewer: User) -> Client:
    return client_for(viewer)


@pytest.fixture
def imported(ready: Connection, accountant: User) -> Project:
    chosen = selectors.intacct_projects(ready).filter(business_id="24-001")
    run_to_end(services.start_import(ready, chosen, by=accountant, queued=False).run)
    return Project.objects.get(number="24-001")


@pytest.fixture
def thousand(ready: Connection) -> Connection:
    """1,000 further projects in the mirror."""
    once("a thousand projects", ready, lambda: add_a_thousand(ready))
    return ready


def add_a_thousand(ready: Connection) -> None:
    now = timezone.now()
    ListItem.objects.bulk_create(
        ListItem(
            tenant_id=ready.tenant_id,
            connection=ready,
            kind="projects",
            record_no=100_000 + number,
            business_id=f"K-{number:04}",
            name=f"Kiln {number}",
            entity_id="200" if number % 2 else "",
            fields={
                "NAME": f"Kiln {number}",
                "CUSTOMERID": "C-1",
                "CUSTOMERNAME": "Foundry & Sons",
                "CONTRACTAMOUNT": "1000",
            },
            digest="x",
            first_seen_at=now,
            changed_at=now,
        )
        for number in range(1000)
    )


def test_the_list_shows_what_intacct_has_with_the_state_here(imported: Project, ben: Client, url: Url) -> None:
    page = ben.get(url("projects"), {"q": "24-001"}).text

    assert ids_shown(page) == ["24-001", "24-001-A", "24-001-B"]
    assert "City of Larkspur" in page
    assert "4,250,000.00" in page
    assert "Jan 15, 2025" in page
    assert "Imported" in page
    assert f'data-label="In ERP Admin"><a href="{url("project", pk=imported.pk)}">24-001</a>' in page


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"q": "riverside lighting"}, ["24-001-B"]),
        ({"q": "LARKSPUR transit"}, ["24-009"]),
        ({"q": "C-213"}, ["CIV-100"]),
        ({"state": "inactive"}, ["00042", "00043"]),
        ({"entity": "200"}, ["CIV-100", "CIV-101"]),
        ({"entity": "200", "sort": "-number"}, ["CIV-101", "CIV-100"]),
        ({"entity": "200", "sort": "customer"}, ["CIV-101", "CIV-100"]),
        ({"q": "%"}, []),
        ({"q": "\x01'; --"}, []),
        ({"state": "imported"}, []),
    ],
)
def test_search_filters_and_sort(
    ready: Connection, ben: Client, url: Url, query: dict[str, str], ids: list[str]
) -> None:
    page = ben.get(url("projects"), query)

    assert page.status_code == 200
    assert ids_shown(page.text) == ids
    assert ids or "No project matches" in page.text


def test_odd_query_parameters_show_the_nearest_page(thousand: Connection, ben: Client, url: Url) -> None:
    for query in ({"page": "9999"}, {"page": "x"}, {"sort": "nothing"}, {"state": "nothing"}, {"entity": "nothing"}):
        assert ben.get(url("projects"), query).status_code == 200
    assert "1,001–" in ben.get(url("projects"), {"page": "9999"}).text


def test_counts_of_a_filter_are_of_what_the_others_leave(thousand: Connection, ben: Client, url: Url) -> None:
    page = ben.get(url("projects"), {"q": "Kiln", "entity": "200"})

    by_label = {
        (group.label, option.label): option.count for group in page.context["filters"] for option in group.options
    }
    assert by_label["State", "Ready to import"] == 500
    assert by_label["Entity", "All"] == 1000
    assert by_label["Entity", "Top level"] == 500
    assert 'data-matching="500"' in page.text
    assert "Select all 500 that match" in page.text


def test_a_page_of_the_list_costs_the_same_number_of_queries_however_long_it_is(
    ready: Connection, ben: Client, url: Url, django_assert_max_num_queries: Any, request: pytest.FixtureRequest
) -> None:
    ben.get(url("projects"))
    with django_assert_max_num_queries(20) as few:
        ben.get(url("projects"), {"state": "inactive"})
    request.getfixturevalue("thousand")
    with django_assert_max_num_queries(len(few)):
        page = ben.get(url("projects"), {"state": "ready"})

    assert len(ids_shown(page.text)) == 50


def test_the_preview_of_a_thousand_costs_a_few_queries_a_batch(
    thousand: Connection, ben: Client, url: Url, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(30):
        page = ben.post(url("preview_projects") + "?q=Kiln", {"all_matching": "1"}, follow=True)

    assert "Import 1,000 projects" in page.text
    assert "The first 100 of 1,000 are shown; all of them count." in page.text


def test_without_a_connection_the_page_says_where_to_connect(tenant: Tenant, ben: Client, url: Url) -> None:
    page = ben.get(url("projects")).text

    assert "Sage Intacct is not connected" in page
    assert url("integrations") in page
    answer = ben.post(url("import_projects"), {"item": ["1"]}, follow=True)
    assert "Sage Intacct is not connected." in answer.text
    assert "Sage Intacct is not connected." in ben.post(url("refresh_projects"), follow=True).text


def test_before_the_first_reading_the_page_offers_it(connection: Connection, ben: Client, url: Url) -> None:
    page = ben.get(url("projects")).text

    assert "Projects have not been read yet" in page
    assert url("refresh_projects") in page


def test_a_connection_in_trouble_is_named_with_what_to_do(ready: Connection, ben: Client, url: Url) -> None:
    Connection.objects.filter(pk=ready.pk).update(
        state=ConnectionState.NEEDS_CREDENTIALS, state_reason="The password was refused.", state_advice="Renew it."
    )

    page = ben.get(url("projects")).text

    assert "The password was refused." in page
    assert "Renew it." in page
    assert "24-001" in page
    assert "data-needs-selection>" not in page.split("Ignore")[0]


def test_a_viewer_reads_everything_and_sees_why_not_more(imported: Project, vera: Client, url: Url) -> None:
    reason = "This needs the role Accountant; yours is Viewer."

    pages = [
        vera.get(address)
        for address in (
            url("projects"),
            url("projects") + "?view=here",
            url("project", pk=imported.pk),
            url("project_record", item_pk=record("24-001").pk),
        )
    ]

    for page in pages:
        assert page.status_code == 200
        assert reason in page.text
        assert "data-select-row" not in page.text
        assert '<form method="post" action="/t/' not in page.text


@pytest.mark.parametrize("name", ["new_project", "edit_project", "link_project", "unlink_project"])
def test_a_viewer_changes_nothing(imported: Project, vera: Client, url: Url, name: str) -> None:
    where = {
        "new_project": url("new_project"),
        "edit_project": url("edit_project", pk=imported.pk),
        "link_project": url("link_project", item_pk=record("24-002").pk),
        "unlink_project": url("unlink_project", pk=imported.pk),
    }[name]

    assert vera.post(where, {"number": "1"}).status_code == 403
    assert Project.objects.get().is_linked


def test_another_tenants_pages_and_records_do_not_exist(
    imported: Project, outsider: User, other_tenant: Tenant, client_for: Browser, url: Url
) -> None:
    otto = client_for(outsider)
    item = record("24-001")

    def theirs(name: str, **kwargs: Any) -> str:
        return reverse(name, kwargs={"tenant_slug": other_tenant.slug, **kwargs})

    assert otto.get(url("projects")).status_code == 404
    assert otto.get(url("project", pk=imported.pk)).status_code == 404
    assert otto.get(theirs("project", pk=imported.pk)).status_code == 404
    assert otto.get(theirs("edit_project", pk=imported.pk)).status_code == 404
    assert otto.post(theirs("unlink_project", pk=imported.pk)).status_code == 404
    assert otto.get(theirs("project_record", item_pk=item.pk)).status_code == 404
    assert otto.get(theirs("link_project", item_pk=item.pk)).status_code == 404
    assert Project.objects.get().is_linked


def test_a_record_shows_its_facts_and_fields(ready: Connection, ben: Client, url: Url) -> None:
    page = ben.get(url("project_record", item_pk=record("24-014").pk)).text

    assert "Juniper Ridge Clubhouse" in page
    assert "1,999,999.99" in page
    assert "owner&#x27;s allowance &lt; 5 %" in page
    assert "CONTRACTAMOUNT" in page
    assert "Import" in page


def test_a_record_of_a_company_that_was_disconnected_can_be_read_but_not_imported(
    imported: Project, ready: Connection, admin: User, ben: Client, url: Url
) -> None:
    disconnect(ready, by=admin)

    page = ben.get(url("project_record", item_pk=record("24-002").pk))

    assert page.status_code == 200
    assert "Sage Intacct is not connected." in page.text
    assert "24-001" in ben.get(url("projects"), {"view": "here"}).text


def test_an_address_in_a_record_becomes_a_link_only_if_it_is_one(ready: Connection, ben: Client, url: Url) -> None:
    item = ListItem.objects.get(kind="projects", business_id="24-001")
    item.fields["RECORD_URL"] = "javascript:alert(1)"
    item.save(update_fields=["fields"])

    page = ben.get(url("project_record", item_pk=item.pk)).text

    assert 'href="javascript:' not in page


def test_the_link_page_finds_the_same_number_then_the_same_name_then_a_similar_one(
    ready: Connection, tenant: Tenant, ben: Client, url: Url
) -> None:
    by_hand(tenant, "24-010", "Something else")
    by_hand(tenant, "H-2", "granary lofts")
    by_hand(tenant, "H-3", "Granary Loft")
    by_hand(tenant, "H-4", "Ferry terminal", customer_name="Port Authority")

    page = ben.get(url("link_project", item_pk=record("24-010").pk))
    found = ben.get(url("link_project", item_pk=record("24-010").pk), {"q": "port"})

    assert [(match.project.number, match.by) for match in page.context["matches"]] == [
        ("24-010", "same number"),
        ("H-2", "same name"),
        ("H-3", "similar name"),
    ]
    assert [project.number for project in page.context["page"]] == ["H-4"]
    assert [project.number for project in found.context["page"]] == ["H-4"]


def test_linking_shows_on_both_sides_and_takes_the_ignoring_back(
    ready: Connection, tenant: Tenant, accountant: User, ben: Client, url: Url
) -> None:
    mine = by_hand(tenant, "H-1", "Library")
    ignore(selectors.intacct_projects(ready).filter(business_id="24-012"), by=accountant)

    answer = ben.post(url("link_project", item_pk=record("24-012").pk), {"project": mine.pk}, follow=True)

    assert "Project H-1 is linked to 24-012 Parkside Library now." in answer.text
    assert record("24-012").import_state == "changed"
    page = ben.get(url("project", pk=mine.pk)).text
    assert "Linked to Intacct" in page
    assert "not yet: import it" in page
    assert "by Ben Okafor" in page


@pytest.mark.parametrize("project", ["", "x", "0", "999999", "9" * 30])
def test_linking_to_a_project_that_is_not_there_is_not_found(
    ready: Connection, ben: Client, url: Url, project: str
) -> None:
    assert ben.post(url("link_project", item_pk=record("24-012").pk), {"project": project}).status_code == 404


def test_neither_side_is_linked_twice(imported: Project, tenant: Tenant, ben: Client, url: Url) -> None:
    other = by_hand(tenant, "H-1", "Library")

    taken = ben.post(url("link_project", item_pk=record("24-001").pk), {"project": other.pk}, follow=True)
    again = ben.post(url("link_project", item_pk=record("24-012").pk), {"project": imported.pk}, follow=True)

    assert "is linked to project 24-001 already" in taken.text
    assert "Project 24-001 is linked to 24-001 already." in again.text
    other.refresh_from_db()
    assert not other.is_linked


def test_unlinking_keeps_both_and_makes_the_record_ready_again(imported: Project, ben: Client, url: Url) -> None:
    first = ben.post(url("unlink_project", pk=imported.pk), follow=True)
    second = ben.post(url("unlink_project", pk=imported.pk), follow=True)

    assert "Project 24-001 is no longer linked to 24-001." in first.text
    assert "is not linked to anything" in second.text
    assert record("24-001").import_state == "ready"
    imported.refresh_from_db()
    assert (imported.name, imported.remote_record_no) == ("Riverside Bridge", None)


def test_a_project_shows_link_cost_codes_and_history(imported: Project, ben: Client, url: Url) -> None:
    page = ben.get(url("project", pk=imported.pk)).text

    assert "General conditions" in page
    assert f"To project {imported.remote_id}." in page
    titles = re.findall(r'<p class="timeline-title">(?:<a [^>]*>)?([^<]*)', page)
    assert [title.split(",")[0] for title in titles] == ["Import", "Linked to Intacct", "Added in ERP Admin"]


def test_cost_codes_are_paged(
    imported: Project, ready: Connection, ben: Client, url: Url, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    ListItem.objects.bulk_create(
        ListItem(
            tenant_id=ready.tenant_id,
            connection=ready,
            kind="tasks",
            record_no=500_000 + number,
            business_id=f"99-{number:03}",
            name=f"Code {number}",
            parent_id="24-001",
            digest="x",
            first_seen_at=now,
            changed_at=now,
        )
        for number in range(120)
    )

    with django_assert_max_num_queries(20):
        page = ben.get(url("project", pk=imported.pk), {"page": "2"}).text

    assert "51–100 of 122 cost codes" in page


def test_the_list_of_projects_here_filters_by_link(
    imported: Project, tenant: Tenant, ben: Client, url: Url, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        by_hand(tenant, f"H-{number:02}", f"By hand {number}")

    with django_assert_max_num_queries(15):
        everything = ben.get(url("projects"), {"view": "here"})
    linked = ben.get(url("projects"), {"view": "here", "linked": "yes"})
    searched = ben.get(url("projects"), {"view": "here", "q": "hand 41", "sort": "-name"})

    assert "1–50 of 61 projects" in everything.text
    assert ids_shown(linked.text) == ["24-001"]
    assert ids_shown(searched.text) == ["H-41"]


def test_projects_changed_in_intacct_lately_are_sorted_by_that(ready: Connection, ben: Client, url: Url) -> None:
    ListItem.objects.filter(kind="projects", business_id="24-005").update(
        changed_at=timezone.now() + timedelta(minutes=1)
    )

    assert ids_shown(ben.get(url("projects"), {"sort": "-changed"}).text)[0] == "24-005"
