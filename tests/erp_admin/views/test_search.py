"""One field finds documents, projects, mirrored records and pages; only what is the company's own."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from erp_admin.documents.types import type_for
from erp_admin.documents.words import holding
from erp_admin.models import ChangeOrder, Commitment, Project
from integrations.models import Connection
from tests import lists
from tests.erp_admin.samples import some_vendor
from tests.snapshot import read_lists

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
Browser = Callable[[User | None], Client]


@pytest.fixture
def vera(client_for: Browser, viewer: User) -> Client:
    return client_for(viewer)


def written(tenant: Tenant, number: str, title: str, **more: Any) -> Commitment:
    return Commitment.objects.create(
        tenant=tenant, number=number, title=title, currency="USD", dated_on=date(2026, 3, 2), **more
    )


def found(client: Client, url: Url, words: str, **headers: Any) -> list[tuple[str, str]]:
    """Label and address of each hit."""
    answer = client.get(url("search"), {"q": words}, headers=headers)
    assert answer.status_code == 200
    hits = re.findall(r'<a class="hit[^"]*" href="([^"]*)" data-hit>(.*?)</a>', answer.text, re.DOTALL)
    return [(" ".join(re.sub(r"<[^>]+>", " ", label).split()), address) for address, label in hits]


def rows_of(client: Client, url: Url, name: str, words: str) -> list[str]:
    """The numbers in the list of documents narrowed to the words."""
    return [row.document.number for row in client.get(url(name), {"q": words}).context["rows"]]


def test_before_anything_is_typed_the_pages_are_there(vera: Client, url: Url, scoped: Tenant) -> None:
    labels = [label for label, _ in found(vera, url, "")]
    assert labels[0].startswith("Home")
    assert not [label for label in labels if label.startswith("Audit trail")]  # admins' only


def test_a_document_is_found_by_number_title_and_vendor(vera: Client, url: Url, connection: Connection) -> None:
    one = written(connection.tenant, "SC-77", "Harbor footings", vendor_name="Fictional Concrete LLC")
    for words in ("sc-77", "footings harbor", "fictional concrete"):
        assert url("commitment", pk=one.pk) in [address for _, address in found(vera, url, words)]


@pytest.mark.parametrize("words", ["beton quebec", "BÉTON", "22-041", "subcontract-sc-77", "sc–77 22-041 beton"])
def test_a_document_is_found_whatever_the_accents_by_its_project_and_by_its_number_in_intacct(
    vera: Client, url: Url, connection: Connection, words: str
) -> None:
    project = Project.objects.create(tenant=connection.tenant, number="22-041", name="Quarry Bridge", currency="USD")
    one = written(connection.tenant, "SC-77", "Footings", vendor_name="Béton Québec fictif", project=project)
    written(connection.tenant, "SC-78", "Roof", vendor_name="Fictional Roofing")
    Commitment.objects.filter(pk=one.pk).update(remote_id="Subcontract-SC-77")
    assert [hit[1] for hit in found(vera, url, words)][:1] == [url("commitment", pk=one.pk)]
    assert rows_of(vera, url, "commitments", words) == ["SC-77"]


def test_a_change_order_is_found_by_what_its_commitment_is_found_by(vera: Client, url: Url, scoped: Tenant) -> None:
    project = Project.objects.create(tenant=scoped, number="22-041", name="Quarry Bridge", currency="USD")
    parent = written(scoped, "SC-77", "Footings", vendor_name="Béton Québec fictif", project=project)
    other = written(scoped, "SC-78", "Roof")
    for of, number, reason in ((parent, "CO-1", "Rock"), (other, "CO-2", "Wind")):
        ChangeOrder.objects.create(
            tenant=scoped, commitment=of, number=number, title="More", dated_on=of.dated_on, reason=reason
        )
    for words in ("beton", "sc-77", "22-041", "rock quebec"):
        assert rows_of(vera, url, "change_orders", words) == ["CO-1"]


def test_words_follow_what_is_stored_also_where_only_some_fields_are(vera: Client, url: Url, scoped: Tenant) -> None:
    one = written(scoped, "SC-77", "Footings")
    one.title, one.vendor_name = "Piles", "not stored"
    one.save(update_fields=["title"])
    assert rows_of(vera, url, "commitments", "piles") == ["SC-77"]
    assert rows_of(vera, url, "commitments", "footings") == []


@pytest.mark.parametrize("few", [0, 2, 50])
def test_many_or_few_with_the_words_are_the_same_list(
    vera: Client, url: Url, scoped: Tenant, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Few are named by their keys; many are looked for again by each question."""
    monkeypatch.setattr("erp_admin.documents.words.MOST_KEYS", few)
    monkeypatch.setattr("erp_admin.documents.words.MOST_RELATED", few)
    for number in range(6):
        project = Project.objects.create(tenant=scoped, number=f"22-{number}", name="Quarry", currency="USD")
        written(scoped, f"SC-{number}", "Roof" if number % 2 else "Piles", total=Decimal(100), project=project)
    page = vera.get(url("commitments"), {"q": "roof 22-"}).text
    assert rows_of(vera, url, "commitments", "roof 22-") == ["SC-1", "SC-3", "SC-5"]
    assert "$300.00" in page


@pytest.mark.skipif(database.vendor != "postgresql", reason="Other databases have no index of words.")
def test_postgresql_finds_words_of_documents_by_an_index(scoped: Tenant) -> None:
    Commitment.objects.bulk_create(
        Commitment(tenant=scoped, number=f"SC-{each}", title=f"Roof {each}", currency="USD", dated_on=date(2026, 3, 2))
        for each in range(3_000)
    )
    with database.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('erp_admin_commitment_by_words')")
        cursor.execute("ANALYZE erp_admin_commitment")
        cursor.execute("SET LOCAL enable_seqscan = off")
    found = Commitment.objects.filter(holding(type_for("commitments"), "quixotry"))
    assert "erp_admin_commitment_by_words" in found.order_by().explain()


def test_the_one_that_begins_with_what_was_typed_stands_first(vera: Client, url: Url, scoped: Tenant) -> None:
    for number in ("A-SC-1", "SC-1", "SC-10"):
        written(scoped, number, "Roof")
    addresses = [address for _, address in found(vera, url, "SC-1")]
    assert addresses[0] == url("commitment", pk=Commitment.objects.get(number="SC-1").pk)
    assert addresses[2] == url("commitment", pk=Commitment.objects.get(number="A-SC-1").pk)


def test_more_than_is_shown_leads_to_the_list_with_the_same_words(vera: Client, url: Url, scoped: Tenant) -> None:
    for number in range(7):
        written(scoped, f"RF-{number}", "Roof")
    assert ("All commitments with “roof”", f"{url('commitments')}?q=roof") in found(vera, url, "roof")


def test_vendors_and_projects_are_found(vera: Client, url: Url, connection: Connection) -> None:
    read_lists(connection, lists.DOCUMENTS)
    vendor = some_vendor(connection)
    project = Project.objects.create(tenant=connection.tenant, number="24-900", name="Quarry Bridge", currency="USD")
    assert url("record", list_key="vendors", pk=vendor.pk) in [hit[1] for hit in found(vera, url, vendor.business_id)]
    assert url("project", pk=project.pk) == found(vera, url, "quarry bridge")[0][1]


def test_nothing_of_another_company_is_found(vera: Client, url: Url, scoped: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(other_tenant):
        written(other_tenant, "LOWLAND-1", "Dike")
    answer = vera.get(url("search"), {"q": "LOWLAND"})
    assert "Nothing has “LOWLAND”" in answer.text


def test_the_field_gets_the_results_alone(vera: Client, url: Url, scoped: Tenant) -> None:
    assert "<html" in vera.get(url("search"), {"q": "home"}).text
    assert "<html" not in vera.get(url("search"), {"q": "home"}, headers={"HX-Request": "true"}).text


@pytest.mark.parametrize("words", ["%", "_", "'", "\\", "<script>", "(", "a" * 5000, "é" * 200])
def test_any_words_are_only_words(vera: Client, url: Url, connection: Connection, words: str) -> None:
    written(connection.tenant, "SC-1", "Roof")
    answer = vera.get(url("search"), {"q": words})
    assert answer.status_code == 200
    assert "<script>" not in answer.text.split("<main")[1]
    assert "SC-1" not in answer.text


def test_it_takes_as_many_questions_for_many_as_for_few(
    vera: Client, url: Url, connection: Connection, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        written(connection.tenant, f"RF-{number}", "Roof")
    vera.get(url("search"), {"q": "roof"})
    with django_assert_max_num_queries(24):
        vera.get(url("search"), {"q": "roof"})
