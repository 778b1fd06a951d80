"""Lists of documents: sums against the truth, filters that are searched, columns, files, questions that stay few."""

import csv
import io
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AuditEntry, EventKind, Tenant, User
from accounts.saved_views.service import choose_columns, save_view
from erp_admin.models import ChangeOrder, Commitment, ImportDraft, ImportedDocument, Project
from integrations.models import Approval, Connection
from tests.snapshot import once

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
Browser = Callable[[User | None], Client]
NUMBER = 2_000


@pytest.fixture
def many(connection: Connection) -> Connection:
    """2,000 commitments in two currencies, of 50 vendors and 20 projects; each hundredth has a change order."""
    once("commitments in two currencies", connection, lambda: add_many(connection))
    return connection


def add_many(connection: Connection) -> None:
    tenant = connection.tenant
    projects = [
        Project.objects.create(tenant=tenant, number=f"P-{number:02}", name=f"Mill {number}", currency="USD")
        for number in range(20)
    ]
    made = Commitment.objects.bulk_create(
        Commitment(
            tenant=tenant,
            kind="subcontract" if number % 4 else "purchase_order",
            number=f"K-{number:04}",
            title="=cmd" if number == 7 else f"Trade {number}",
            vendor_id=f"V-{number % 50}",
            vendor_name=f"Vendor {number % 50}",
            project=projects[number % 20],
            dated_on=date(2024, 1 + number % 12, 1),
            currency="CAD" if number % 10 == 0 else "USD",
            total=Decimal(number) + Decimal("0.25"),
            approval=Approval.APPROVED if number % 2 else Approval.DRAFT,
        )
        for number in range(NUMBER)
    )
    ChangeOrder.objects.bulk_create(
        ChangeOrder(
            tenant=tenant, commitment=made[number], number="CO-1", title="More", dated_on=date(2026, 4, 1),
            total=Decimal("-10.10"), approval=Approval.APPROVED if number % 200 else Approval.DRAFT,
        )
        for number in range(0, NUMBER, 100)
    )  # fmt: skip


def truth(**wanted: Any) -> dict[str, tuple[int, Decimal, Decimal]]:
    """By currency: how many, what they come to, and what approved change orders add. Counted one by one."""
    sums: dict[str, tuple[int, Decimal, Decimal]] = {}
    for document in Commitment.objects.filter(**wanted).prefetch_related("change_orders"):
        number, total, added = sums.get(document.currency, (0, Decimal(0), Decimal(0)))
        orders = [order for order in document.change_orders.all() if order.approval == Approval.APPROVED]
        changes = sum((order.total for order in orders), Decimal(0))
        sums[document.currency] = (number + 1, total + document.total, added + changes)
    return sums


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, {}),
        ({"type": "purchase_order", "state": "draft"}, {"kind": "purchase_order", "approval": "draft"}),
        ({"vendor": "V-20", "q": "trade 17"}, {"vendor_id": "V-20", "title__contains": "17"}),
        ({"state": "nonsense", "period": "before"}, {}),
    ],
)
def test_the_sums_are_those_of_all_that_match_by_currency(
    many: Connection, ben: Client, url: Url, query: dict[str, str], wanted: dict[str, Any]
) -> None:
    page = ben.get(url("commitments"), query)
    expected = truth(**wanted)
    shown = {
        total.currency: (total.label, total.sums["total"], total.sums["changes"] or Decimal(0))
        for total in page.context["totals"]
    }
    assert {currency: (total, added) for currency, (_, total, added) in shown.items()} == {
        currency: (total, added) for currency, (_, total, added) in expected.items()
    }
    assert page.context["page"].paginator.count == sum(number for number, _, _ in expected.values())
    for currency, (number, _, _) in expected.items():
        assert shown[currency][0].startswith(f"{number:,} commitment")


def test_the_sums_of_a_file_that_was_imported_are_of_its_documents_alone(
    many: Connection, ben: Client, url: Url
) -> None:
    draft = ImportDraft.objects.create(
        tenant=many.tenant, kind="commitments", file_name="a.csv", expires_at=timezone.now() + timedelta(days=1)
    )
    one = Commitment.objects.get(number="K-0100")  # its change order is approved
    ImportedDocument.objects.create(
        tenant=many.tenant, draft=draft, position=1, first_row=2, last_row=2, state="created",
        document_id=one.pk,
    )  # fmt: skip
    page = ben.get(url("commitments"), {"import": draft.pk})
    (total,) = page.context["totals"]
    assert total.sums == {"total": one.total, "changes": Decimal("-10.10"), "revised": one.total - Decimal("10.10")}


@pytest.mark.parametrize("name", ["commitments", "export_commitments", "projects", "search", "lists", "runs"])
def test_a_search_of_a_thousand_words_is_answered_at_once(
    connection: Connection, scoped: Tenant, ben: Client, url: Url, name: str
) -> None:
    Commitment.objects.create(tenant=scoped, number="K-1", title="Roof", currency="USD", dated_on=date(2026, 3, 2))
    words = " ".join(f"{number:x}" for number in range(1_500))
    began = time.monotonic()
    answer = ben.get(url(name), {"q": words})
    assert answer.status_code == 200
    assert b"".join(answer) is not None
    assert time.monotonic() - began < 5


def test_a_long_filter_is_searched_at_the_server(many: Connection, ben: Client, url: Url) -> None:
    page = ben.get(url("commitments"), {"state": "draft"})
    group = next(group for group in page.context["filters"] if group.name == "vendor")
    assert [option.label for option in group.options] == ["All"]  # none of 50 is counted before it is opened
    found = ben.get(
        group.lookup, {"by": "vendor", "find": "vendor 4", "state": "draft", "page": "3"}, HTTP_HX_REQUEST="true"
    )
    options = {option.label: option for option in found.context["options"]}
    assert set(options) == {f"V-{each} Vendor {each}" for each in (4, 14, 24, 34, *range(40, 50, 2))}
    assert options["V-44 Vendor 44"].count == 40
    assert "<html" not in found.text
    led = ben.get(options["V-44 Vendor 44"].url)
    assert led.context["page"].paginator.count == 40
    assert {row.vendor_id for row in led.context["rows"]} == {"V-44"}
    chip = next(group for group in led.context["filters"] if group.name == "vendor").chosen
    assert chip.label == "V-44 Vendor 44"


def test_without_scripts_a_long_filter_is_a_page(many: Connection, ben: Client, url: Url) -> None:
    page = ben.get(url("filter_commitments"), {"by": "project", "find": "P-07"})
    assert "Choose a project" in page.text
    assert [option.label for option in page.context["options"]] == ["P-07 Mill 7"]
    assert ben.get(url("filter_commitments"), {"by": "password"}).status_code == 404


def test_columns_that_a_person_chose_are_those_of_page_and_file(
    many: Connection, ben: Client, url: Url, scoped: Tenant, accountant: User
) -> None:
    choose_columns(accountant, scoped, "commitments", ["title", "total"])
    assert [head.label for head in ben.get(url("commitments")).context["table"].heads] == [
        "Number",
        "Title",
        "Original",
    ]
    assert _lines(ben.get(url("export_commitments")))[0] == ["Number", "Title", "Reason", "Original", "Currency"]
    view = save_view(scoped, accountant, "commitments", "Dates", query="", columns=["date"], is_shared=False)
    heads = ben.get(url("commitments"), {"saved": view.pk}).context["table"].heads
    assert [head.label for head in heads] == ["Number", "Date"]


def test_a_column_nobody_fills_is_left_out_and_zeros_are_dimmed(scoped: Tenant, ben: Client, url: Url) -> None:
    Commitment.objects.create(
        tenant=scoped, number="Z-1", title="Nothing yet", kind="subcontract", currency="USD", dated_on=date(2026, 1, 2)
    )
    table = ben.get(url("commitments")).context["table"]
    labels = [head.label for head in table.heads]
    assert "In Intacct" not in labels
    assert "Project" not in labels
    assert "Revised" not in labels
    original = next(cell for cell in table.rows[0].cells if cell.label == "Original")
    assert "zero" in original.css


def _lines(answer: Any) -> list[list[str]]:
    return list(csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))


def test_the_file_holds_all_that_match_in_the_order_shown_and_no_formula(
    many: Connection, ben: Client, url: Url, scoped: Tenant
) -> None:
    head, *lines = _lines(ben.get(url("export_commitments"), {"type": "subcontract", "sort": "-amount"}))
    assert len(lines) == 1_500
    place = {name: at for at, name in enumerate(head)}
    assert [line[place["Number"]] for line in lines[:2]] == ["K-1999", "K-1998"]
    assert lines[0][place["Original"]] == "1999.25"
    assert "'=cmd" in {line[place["Title"]] for line in lines}
    sums = sum(Decimal(line[place["Original"]]) for line in lines if line[place["Currency"]] == "USD")
    assert sums == truth(kind="subcontract")["USD"][1]
    told = list(AuditEntry.objects.filter(kind=EventKind.EXPORTED).order_by("pk").values_list("text", flat=True))
    assert told[-1] == "Commitments as CSV. Filtered: type=subcontract&sort=-amount. 1,500 rows."


def test_a_workbook_holds_amounts_and_dates_as_such(many: Connection, ben: Client, url: Url) -> None:
    answer = ben.get(url("export_commitments"), {"form": "xlsx", "vendor": "V-7"})
    content = b"".join(answer.streaming_content)
    assert answer["Content-Disposition"].endswith('.xlsx"')
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    first = dict(zip(head, rows[0], strict=True))
    assert (len(rows), first["Original"], first["Title"], first["Date"].year) == (40, 7.25, "=cmd", 2024)


def test_questions_are_as_many_for_two_thousand_as_for_a_hundred(
    many: Connection, ben: Client, url: Url, django_assert_max_num_queries: Any
) -> None:
    every = {"project": str(Project.objects.earliest("pk").pk), "vendor": "V-0", "q": "trade"}
    ben.get(url("commitments"))
    with django_assert_max_num_queries(27) as all_of_them:
        ben.get(url("commitments"))
    with django_assert_max_num_queries(27):
        ben.get(url("commitments"), every)
    with django_assert_max_num_queries(len(all_of_them)):
        ben.get(url("commitments"), {"page": "40"})


def test_every_page_together_shows_each_once(many: Connection, ben: Client, url: Url) -> None:
    """By key from page to page, for each order."""
    for sort in ("", "vendor"):
        seen: list[str] = []
        address = "1"
        for _ in range(5):
            page = ben.get(url("commitments"), {"page": address, "sort": sort, "type": "purchase_order"}).context[
                "page"
            ]
            seen += [document.number for document in page]
            address = page.next_address
        assert len(seen) == len(set(seen)) == 250, sort


def test_projects_say_what_is_committed_on_them(many: Connection, ben: Client, url: Url) -> None:
    page = ben.get(url("projects"), {"view": "here"})
    row = next(row for row in page.context["table"].rows if row.name.startswith("P-01"))
    cell = next(cell for cell in row.cells if cell.label == "Committed")
    agreed = Commitment.objects.filter(project__number="P-01", approval=Approval.APPROVED)
    expected = sum((document.total for document in agreed), Decimal(0))
    assert (cell.cell.value, cell.cell.currency) == (expected, "USD")
    other = next(row for row in page.context["table"].rows if row.name.startswith("P-00"))
    cell = next(cell for cell in other.cells if cell.label == "Committed")
    assert cell.cell.value is None or cell.cell.currency == "CAD"
