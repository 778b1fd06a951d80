"""Pages of a long list: a number still means a page, and what leads on from it is found by key."""

from typing import Any

import pytest
from django.test import RequestFactory

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from accounts.ui.paging import keyed_page_of
from erp_admin.models import Project

SIZE = 4


@pytest.fixture
def projects(tenant: Tenant) -> Any:
    with tenant_scope(tenant):
        Project.objects.bulk_create(
            Project(tenant=tenant, number=f"P-{place:02}", name=f"Name {place % 3}", currency="USD")
            for place in range(22)
        )
        yield Project.objects.all()


def page(found: Any, address: str) -> Any:
    request = RequestFactory().get("/", {"page": address} if address else {})
    return keyed_page_of(request, found, found.count(), SIZE)


def numbers(shown: Any) -> list[str]:
    return [row.number for row in shown]


@pytest.mark.parametrize("order", [("number", "pk"), ("-number", "-pk"), ("name", "pk"), ("-name", "-pk")])
def test_leading_on_and_back_shows_every_row_once_and_the_pages_of_the_numbers(
    projects: Any, order: tuple[str, ...]
) -> None:
    found = projects.order_by(*order)
    there, shown = list[list[str]](), page(found, "")
    while True:
        there.append(numbers(shown))
        assert numbers(page(found, str(shown.number))) == there[-1]
        if not shown.has_next():
            break
        shown = page(found, shown.next_address)
    assert [number for part in there for number in part] == numbers(found)
    back = [there[-1]]
    while shown.has_previous():
        shown = page(found, shown.previous_address or str(shown.number - 1))
        back.insert(0, numbers(shown))
    assert back == there


def test_a_row_added_before_a_page_repeats_none_on_the_next(projects: Any, tenant: Tenant) -> None:
    found = projects.order_by("number", "pk")
    second = page(found, "2")
    Project.objects.create(tenant=tenant, number="A", name="First of all", currency="USD")
    assert numbers(page(found, second.next_address))[0] == "P-08"
    assert numbers(page(found, "3"))[0] == "P-07"


def test_a_row_that_is_gone_and_an_order_that_may_be_empty_are_counted_from_the_start(projects: Any) -> None:
    found = projects.order_by("number", "pk")
    second = page(found, "2")
    Project.objects.filter(number="P-07").delete()
    assert numbers(page(found, second.next_address)) == numbers(found)[8:12]
    unset = projects.order_by("begins_on", "pk")
    assert numbers(page(unset, page(unset, "1").next_address)) == numbers(unset)[4:8]


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("0", 1), ("-1", 1), ("9999", 6), ("x", 1), ("2-after-", 1), ("3-after-999999999999999999", 3), ("٣", 1),
        ("2-beside-5", 1), ("99999999999999999999", 1), ("2\x00", 1), ("0-before-1", 1),
    ],
)  # fmt: skip
def test_odd_addresses_show_the_nearest_page(projects: Any, address: str, number: int) -> None:
    shown = page(projects.order_by("number", "pk"), address)
    assert (shown.number, len(shown.object_list) > 0) == (number, True)


def test_an_empty_list_has_one_page_without_neighbors(db: None, tenant: Tenant) -> None:
    with tenant_scope(tenant):
        shown = page(Project.objects.order_by("number", "pk"), "7-after-3")
        assert (numbers(shown), shown.number, shown.has_other_pages()) == ([], 1, False)


def test_a_late_page_by_key_asks_for_no_page_before_it(projects: Any, django_assert_num_queries: Any) -> None:
    found = projects.order_by("number", "pk")
    address = page(found, "5").next_address
    with django_assert_num_queries(4) as asked:  # how many there are, the row it leads on from, the keys, the rows
        page(found, address)
    assert not any("OFFSET" in each["sql"] for each in asked.captured_queries)
