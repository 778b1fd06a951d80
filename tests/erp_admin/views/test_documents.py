"""Commitments and change orders as pages: lists with filters, entry with lines, decisions, the record."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from lxml import html

from accounts.models import Tenant, User
from erp_admin.models import ChangeOrder, Commitment, CommitmentLine, Project
from erp_admin.purchasing.service import approve
from integrations.models import Approval, Connection, Delivery
from tests import lists
from tests.erp_admin.entered import entered as typed
from tests.erp_admin.entered import lines_json
from tests.erp_admin.samples import change_order, choose_settings, commitment, some_vendor
from tests.shown_forms import version_of
from tests.snapshot import once, read_lists
from tests.standing import Standing, standing

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
Browser = Callable[[User | None], Client]


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.DOCUMENTS)


@pytest.fixture
def vera(client_for: Browser, viewer: User) -> Client:
    return client_for(viewer)


def sent(page: str) -> Any:
    """The lines that a shown form would send."""
    return json.loads(html.fromstring(page).get_element_by_id("entry").fields["lines_json"])


def test_an_empty_list_teaches_what_appears_there(scoped: Tenant, ben: Client, vera: Client, url: Url) -> None:
    assert "Enter the first one" in ben.get(url("commitments")).text
    assert "Enter the first one" not in vera.get(url("commitments")).text
    assert "Each waits for its commitment" in ben.get(url("change_orders")).text
    assert "No commitment to change" in ben.get(url("new_change_order")).text


def test_a_commitment_is_entered_with_its_lines_and_the_total_computed(scoped: Tenant, ben: Client, url: Url) -> None:
    lines = [
        {"description": "Concrete", "quantity": "12.5", "unit": "CY", "unit_price": "180.005"},
        {"description": "Credit", "unit_price": "-50", "retainage_percent": "0"},
        {},
    ]
    answer = ben.post(url("new_commitment"), typed(*lines))
    document = Commitment.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == url("commitment", pk=document.pk)
    assert document.currency == "USD"
    assert [str(line.amount) for line in document.lines.all()] == ["2250.06", "-50.00"]
    assert str(document.total) == "2200.06"
    page = ben.get(answer["Location"]).text
    assert "2,200.06" in page
    assert "A draft" not in page


def test_what_is_wrong_is_named_with_its_field_and_nothing_typed_is_lost(scoped: Tenant, ben: Client, url: Url) -> None:
    lines = [
        {"description": "", "unit_price": "abc"},
        {"description": "Kept words", "unit_price": "5", "quantity": "0"},
    ]
    answer = ben.post(url("new_commitment"), typed(*lines, number="", control_total="17"))
    assert answer.status_code == 422
    page = answer.text
    for anchor in ("#id_number", "#cell-0-description", "#cell-0-unit_price", "#cell-1-quantity"):
        assert f'href="{anchor}"' in page
    assert sent(page) == [
        {"quantity": "1", "unit_price": "abc"},
        {"quantity": "0", "description": "Kept words", "unit_price": "5"},
    ]
    assert not Commitment.objects.exists()


def test_an_agreed_total_must_be_what_the_lines_add_up_to(scoped: Tenant, ben: Client, url: Url) -> None:
    line = {"description": "All", "unit_price": "40"}
    refused = ben.post(url("new_commitment"), typed(line, control_total="41"))
    assert refused.status_code == 422
    assert "The lines add up to $40.00, not to $41.00." in refused.text
    assert ben.post(url("new_commitment"), typed(line, control_total="40")).status_code == 302


def test_a_number_is_used_once(listed: Connection, ben: Client, url: Url) -> None:
    commitment(listed, "SC-100")
    answer = ben.post(url("new_commitment"), typed({"description": "x", "unit_price": "1"}))
    assert answer.status_code == 422
    assert "Commitment SC-100 Footings exists already" in answer.text


def test_lines_are_changed_removed_and_added_and_keep_their_numbers(listed: Connection, ben: Client, url: Url) -> None:
    document = commitment(listed, "SC-100", "100.00", "200.00", approved=False)
    second = document.lines.all()[1]
    lines = [
        {"line": second.pk, "description": "Part two", "unit_price": "250"},
        {"description": "Part 3", "unit_price": "30"},
    ]
    address = url("edit_commitment", pk=document.pk)
    answer = ben.post(address, typed(*lines) | version_of(ben, address))
    assert answer.status_code == 302
    kept = [(line.number, line.description, str(line.amount)) for line in document.lines.all()]
    assert kept == [(2, "Part two", "250.00"), (3, "Part 3", "30.00")]
    document.refresh_from_db()
    assert str(document.total) == "280.00"


def test_a_line_that_a_change_order_changes_stays(listed: Connection, ben: Client, url: Url) -> None:
    document = commitment(listed, "SC-100", "100.00", approved=False)
    line = document.lines.get()
    changed = change_order(document, "CO-1")
    changed.lines.update(changes_line=line)
    address = url("edit_commitment", pk=document.pk)
    answer = ben.post(address, typed({"description": "y", "unit_price": "2"}) | version_of(ben, address))
    assert answer.status_code == 422
    assert "Line 1 cannot be removed" in answer.text
    assert CommitmentLine.objects.filter(pk=line.pk).exists()


def test_a_change_order_is_entered_for_a_commitment(listed: Connection, ben: Client, url: Url) -> None:
    base = commitment(listed, "SC-1", "1000.00")
    line = base.lines.get()
    data = {
        "number": "CO-1",
        "title": "Deeper footings",
        "dated_on": "2026-04-01",
        "reason": "Rock",
        "lines_json": lines_json({"changes_line": "1", "description": "Rock excavation", "unit_price": "-250"}),
    }
    address = f"{url('new_change_order')}?commitment={base.pk}"
    answer = ben.post(address, data | version_of(ben, address))
    change = ChangeOrder.objects.get()
    assert answer["Location"] == url("change_order", pk=change.pk)
    assert (str(change.total), change.lines.get().changes_line_id) == ("-250.00", line.pk)
    ben.post(url("approve_change_order", pk=change.pk))
    page = ben.get(url("commitment", pk=base.pk)).text
    assert "750.00" in page
    assert "Deeper footings" in page


def test_decisions_move_the_one_state(listed: Connection, ben: Client, url: Url) -> None:
    choose_settings(listed)
    document = commitment(listed, "SC-1", approved=False)

    def act(name: str, **data: str) -> Standing:
        ben.post(url(f"{name}_commitment", pk=document.pk), data)
        document.refresh_from_db()
        return standing(document)

    assert act("approve") == Standing.READY
    assert act("ignore", reason="Paid by the owner") == Standing.IGNORED
    assert "Paid by the owner" in ben.get(url("commitments")).text
    assert act("restore") == Standing.READY
    assert act("draft") == Standing.DRAFT
    assert act("void") == Standing.VOID
    assert act("approve") == Standing.VOID
    assert act("draft") == Standing.DRAFT
    assert document.approval == Approval.DRAFT
    assert act("reject", reason="Too dear") == Standing.REJECTED
    assert "Too dear" in ben.get(url("commitments")).text
    assert act("approve") == Standing.READY


def test_a_page_names_nothing_to_be_fixed_above_that_it_does_not_list(
    listed: Connection, ben: Client, url: Url
) -> None:
    choose_settings(listed)
    draft = commitment(listed, "SC-1", approved=False, vendor_id="NO-SUCH")
    page = ben.get(url("commitment", pk=draft.pk)).text
    assert "What a push would write" not in page
    assert "everything above" not in page
    approve(draft)
    page = ben.get(url("commitment", pk=draft.pk)).text
    assert "What keeps it from being pushed" in page
    assert "What a push would write" not in page


def test_what_has_no_lines_or_open_change_orders_is_refused_with_the_reason(
    listed: Connection, ben: Client, url: Url
) -> None:
    bare = Commitment.objects.create(
        tenant=listed.tenant,
        kind="subcontract",
        number="B",
        title="Bare",
        dated_on=date(2026, 1, 1),
        currency="USD",
    )
    assert "It has no lines" in ben.post(url("approve_commitment", pk=bare.pk), follow=True).text
    base = commitment(listed, "SC-1")
    change_order(base, "CO-1")
    assert "Void those first" in ben.post(url("void_commitment", pk=base.pk), follow=True).text


def test_a_document_on_its_way_is_locked_with_the_reason(listed: Connection, ben: Client, url: Url) -> None:
    document = commitment(listed, "SC-100")
    Commitment.objects.update(delivery=Delivery.QUEUED)
    page = ben.get(url("edit_commitment", pk=document.pk))
    assert "It is being pushed to Intacct" in page.text
    assert 'name="number"' not in page.text
    answer = ben.post(
        url("edit_commitment", pk=document.pk), typed({"description": "x", "unit_price": "9"}), follow=True
    )
    assert "Nothing was saved" in answer.text
    document.refresh_from_db()
    assert str(document.total) == "1000.00"


@pytest.fixture
def thousand(connection: Connection) -> Connection:
    """1,000 commitments of two types with 12 vendors and 10 projects."""
    once("a thousand commitments", connection, lambda: add_a_thousand(connection))
    return connection


def add_a_thousand(connection: Connection) -> None:
    projects = [
        Project.objects.create(tenant=connection.tenant, number=f"P-{number}", name=f"Mill {number}", currency="USD")
        for number in range(10)
    ]
    Commitment.objects.bulk_create(
        Commitment(
            tenant=connection.tenant,
            kind="subcontract" if number % 4 else "purchase_order",
            number=f"K-{number:04}",
            title=f"Trade {number}",
            vendor_id=f"V-{number % 12}",
            vendor_name=f"Vendor {number % 12}",
            project=projects[number % 10],
            dated_on=date(2024, 1 + number % 12, 1),
            currency="USD",
            total=number,
            approval=Approval.APPROVED if number % 2 else Approval.DRAFT,
            remote_facts={"TRX_TOTAL": "1"} if number % 5 == 0 else {},
        )
        for number in range(1000)
    )


def options(page: Any, label: str) -> dict[str, int | None]:
    group = next(group for group in page.context["filters"] if group.label.startswith(label))
    return {option.label: option.count for option in group.options}


def test_filters_count_what_the_other_filters_leave(thousand: Connection, vera: Client, url: Url) -> None:
    page = vera.get(url("commitments"), {"type": "purchase_order"})
    assert options(page, "State") == {"All": 250, "Draft": 250}
    assert options(page, "Type") == {"All": 1000, "Subcontract": 750, "Purchase order": 250}
    everything = vera.get(url("commitments"))
    assert options(everything, "State") == {"All": 1000, "Draft": 500, "Ready": 500}
    assert "1–50 of 1,000 commitments" in everything.text
    assert "Select all" not in everything.text  # a viewer chooses nothing


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"q": "trade 999"}, 1),
        ({"q": "vendor P-3"}, 100),
        ({"state": "ready"}, 500),
        ({"vendor": "V-1"}, 84),
        ({"period": "before"}, 1000),
        ({"project": "nonsense"}, 1000),
        ({"q": "%"}, 0),
        ({"q": "\x01"}, 0),
        ({"project": "99999999999999999999999"}, 1000),
        ({"vendor": "nobody", "page": "7", "sort": "nothing"}, 0),
    ],
)
def test_search_and_filters(thousand: Connection, ben: Client, url: Url, query: dict[str, str], count: int) -> None:
    page = ben.get(url("commitments"), query)
    assert page.context["page"].paginator.count == count
    assert count or "Nothing matches" in page.text


@pytest.mark.parametrize("sort", ["number", "-number", "title", "-vendor", "date", "amount", "-amount"])
def test_lists_sort(thousand: Connection, ben: Client, url: Url, sort: str) -> None:
    assert ben.get(url("commitments"), {"sort": sort}).status_code == 200
    assert ben.get(url("change_orders"), {"sort": sort}).status_code == 200
    first = ben.get(url("commitments"), {"sort": "-amount"}).context["rows"][0].document.number
    assert first == "K-0999"


def test_a_list_of_a_thousand_costs_no_more_queries_than_one_of_ten(
    listed: Connection, ben: Client, url: Url, django_assert_max_num_queries: Any, request: pytest.FixtureRequest
) -> None:
    for number in range(10):
        commitment(listed, f"SC-{number}")
    with django_assert_max_num_queries(26) as few:
        assert ben.get(url("commitments")).status_code == 200
    request.getfixturevalue("thousand")
    with django_assert_max_num_queries(len(few)):
        assert ben.get(url("commitments")).status_code == 200


def test_pickers_offer_mirrored_records_and_projects_here(listed: Connection, vera: Client, url: Url) -> None:
    vendor = some_vendor(listed)
    found = vera.get(url("pick_record", list_key="vendors"), {"q": vendor.business_id}).json()
    assert vendor.business_id in [option["value"] for option in found]
    here = Project.objects.create(
        tenant=listed.tenant, number="24-001", name="Riverside", currency="USD", remote_id="24-001"
    )
    assert vera.get(url("pick_record", list_key="our-projects"), {"q": "river"}).json()[0]["value"] == str(here.pk)
    tasks = vera.get(url("pick_record", list_key="tasks"), {"project": here.pk}).json()
    assert tasks
    assert vera.get(url("pick_record", list_key="tasks")).json() == []
    types = {"project": here.pk, "task": tasks[0]["value"]}
    assert vera.get(url("pick_record", list_key="cost_types"), types).status_code == 200
    assert vera.get(url("pick_record", list_key="gl_accounts")).status_code == 404
    document = commitment(listed, "SC-5")
    offered = vera.get(url("pick_record", list_key="our-commitments"), {"q": "SC-5"}).json()
    assert offered == [{"value": str(document.pk), "text": "SC-5 Footings", "inactive": False}]
