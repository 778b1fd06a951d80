"""Small files that were once read wrongly, as people upload them: what is stored of each, or what is said of it."""

import io
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from accounts.models import Tenant
from erp_admin.models import Commitment, ImportDraft, ImportedDocument, ImportState
from erp_admin.uploads.formats.table import FileRefused
from erp_admin.uploads.readings import questions, told
from erp_admin.uploads.service import read_upload
from erp_admin.uploads.stated import Hidden, StatedReading
from tests.erp_admin.sheets import sheet
from tests.erp_admin.uploads.files import HEADER

Read = Callable[..., ImportDraft]
HEAD = ("T", "Subcontract", "V-1001", "2026-03-04")


@pytest.fixture
def taken(scoped: Tenant) -> Read:
    def take(
        *rows: str | Sequence[object], header: str = HEADER, kind: str = "commitments", name: str = "f.csv", **more: Any
    ) -> ImportDraft:
        lines = [row if isinstance(row, str) else ",".join(map(str, row)) for row in rows]
        return read_upload(scoped, kind, name, "\n".join([header, *lines]).encode(), StatedReading(**more))

    return take


def only(draft: ImportDraft) -> ImportedDocument:
    return draft.documents.get()


def totals(draft: ImportDraft) -> list[Decimal | None]:
    return [document.total for document in draft.documents.all()]


def places(draft: ImportDraft) -> list[tuple[object, ...]]:
    """Row, column and value of each problem; those documents are kept from being imported."""
    found = []
    for document in draft.documents.all():
        for problem in document.problems:
            assert problem["sentence"]
            assert problem["fix"]
            found.append((problem["row"], problem["column"], problem["value"]))
        assert bool(document.problems) is (document.state == ImportState.PROBLEM)
    return found


def test_minus_twice(taken: Read) -> None:
    draft = taken(("F01a", *HEAD, "Work", "(-5.00)"), ("F01b", *HEAD, "Work", "--5.00"))
    assert totals(draft) == [Decimal("-5.00"), None]
    assert places(draft) == [(3, "Amount", "--5.00")]


def test_thousands_without_quotes_and_a_column_without_a_header(taken: Read) -> None:
    assert places(taken(("F02", *HEAD, "Work", "1,234.50"))) == [(2, "Column H", "234.50")]
    assert places(taken(("F02h", *HEAD, "Work", "10.00", "999.00"), header=HEADER + ",")) == [(2, "Column H", "999.00")]


def test_a_total_row(taken: Read) -> None:
    draft = taken(("F03", *HEAD, "Footings", "100.00"), ",,,,,Walls,200.00", ",,,,,Total,300.00")
    assert totals(draft) == [Decimal("300.00")]
    assert any("row 4" in note for note in draft.notes)


def test_an_unclosed_quote(taken: Read) -> None:
    with pytest.raises(FileRefused, match="row 2"):
        taken(("F04", *HEAD, "100.00", '"24 inch pipe'), ",,,,,50.00,Elbow", ",,,,,25.00,Valve")


def test_foreign_currencies(taken: Read) -> None:
    draft = taken(("F05a", *HEAD, "Work", '"€ 1,234.50"'), ("F05b", *HEAD, "Work", "EUR 500.00"))
    assert [document.head["currency"] for document in draft.documents.all()] == ["EUR", "EUR"]
    assert any("EUR" in note for note in draft.notes)


def test_a_unit_in_the_quantity(taken: Read) -> None:
    header = HEADER.replace("Amount", "Quantity,Unit,Unit price")
    draft = taken(
        ("F06a", *HEAD, "W", "500 LBS", "", "2.00"), ("F06b", *HEAD, "W", "500 LBS", "TON", "2.00"), header=header
    )
    assert only_unit(draft) == "LBS"
    assert places(draft) == [(3, "Quantity", "500 LBS")]


def only_unit(draft: ImportDraft) -> object:
    first = draft.documents.first()
    assert first is not None
    return first.lines[0]["unit"]


def test_the_decimal_mark_of_a_file(taken: Read, scoped: Tenant) -> None:
    header = HEADER.replace("Amount", "Quantity,Unit price").replace(",", "\t")
    rows = [("F07a", *HEAD, "W", "1.234", "2,50"), ("F07b", *HEAD, "W", "1,234", "10,00")]
    content = "\n".join([header, *("\t".join(row) for row in rows)]).encode("utf-16")
    draft = read_upload(scoped, "commitments", "f.txt", content)
    assert [document.lines[0]["quantity"] for document in draft.documents.all()] == ["1234", "1.234"]
    doubtful = taken(("F07e", *HEAD, "Work", "1.000"))
    assert places(doubtful) == [(2, "Amount", "1.000")]
    assert [question.key for question in questions(doubtful)] == ["decimal"]


def test_years_of_two_digits(taken: Read) -> None:
    rows = [("F08a", *HEAD[:3], "12/31/99", "Work", "1.00"), ("F08b", *HEAD[:3], "4-Mar-98", "Work", "1.00")]
    assert places(taken(*rows)) == [(2, "Date", "12/31/99"), (3, "Date", "4-Mar-98")]
    stated = taken(*rows, century_from=1990)
    assert [document.head["date"] for document in stated.documents.all()] == ["1999-12-31", "1998-03-04"]


def test_an_identifier_that_a_spreadsheet_shortened(taken: Read) -> None:
    assert places(taken(("4.50001E+11", *HEAD, "Work", "1.00"))) == [(2, "Number", "4.50001E+11")]


def json_draft(tenant: Tenant, *documents: dict[str, Any]) -> ImportDraft:
    head = dict(zip(("title", "type", "vendor", "date"), HEAD, strict=True))
    content = json.dumps([{**head, **document} for document in documents]).encode()
    return read_upload(tenant, "commitments", "f.json", content)


def test_documents_of_json_keep_their_boundaries_and_levels(scoped: Tenant) -> None:
    line = {"description": "A", "amount": "10.00"}
    twice = json_draft(scoped, {"number": "F10a", "lines": [line]}, {"number": "F10a", "lines": [line]})
    assert totals(twice) == [Decimal("10.00")] * 2
    assert places(twice) == [(2, "Number", "F10a"), (3, "Number", "F10a")]
    lacks = json_draft(scoped, {"number": "F10b", "lines": [line]}, {"lines": [line]})
    assert totals(lacks) == [Decimal("10.00")] * 2
    assert places(lacks) == [(3, "Number", "")]
    inner = json_draft(scoped, {"number": "F10c", "lines": [{**line, "number": 71}, {**line, "number": 72}]})
    assert (only(inner).number, only(inner).total) == ("F10c", Decimal("20.00"))


def test_keys_twice_and_deep_nesting(scoped: Tenant) -> None:
    with pytest.raises(FileRefused, match="“amount” stands in line 1 of document 1 more than once"):
        read_upload(scoped, "commitments", "f.json", b'[{"number":"F11","lines":[{"amount":"1","amount":"2"}]}]')
    with pytest.raises(FileRefused, match="nested"):
        read_upload(scoped, "commitments", "f.json", b"[" * 5000 + b"]" * 5000)


def test_hidden_rows(scoped: Tenant) -> None:
    content = sheet(
        [
            HEADER.split(","),
            ["F12", *HEAD, "Work", 100],
            ["", "", "", "", "", "By a filter", 200],
            ["F12h", *HEAD, "W", 999],
        ],
        hidden_rows=(3, 4),
    )
    draft = read_upload(scoped, "commitments", "f.xlsx", content)
    assert places(draft) == [(3, "Whole row", ""), (4, "Whole row", "")]
    assert [question.key for question in questions(draft)] == ["hidden"]
    left_out = read_upload(scoped, "commitments", "f.xlsx", content, StatedReading(hidden=Hidden.LEAVE_OUT))
    assert totals(left_out) == [Decimal(100)]
    included = read_upload(scoped, "commitments", "f.xlsx", content, StatedReading(hidden=Hidden.INCLUDE))
    assert totals(included) == [Decimal(300), Decimal(999)]


@pytest.mark.parametrize(
    ("title", "other"),
    [
        *(("Мост", "Дом"), ("東側", "北側"), ("C+", "C-"), ("ガス", "カス"), ("Работа", "Работы"), ("1", "¹ ½")),
        *(("50 %", "50 ‰"), ("الجسر", "البيت"), ("A/B", "A B"), ("10’", "10”")),
    ],
)
def test_a_repeated_value_that_differs(taken: Read, title: str, other: str) -> None:
    draft = taken(("F15", title, *HEAD[1:], "Work", "10.00"), ("", other, "", "", "", "More", "20.00"))
    assert places(draft) == [(3, "Title", other)]


def test_a_repeated_value_that_is_the_same(taken: Read) -> None:
    header = HEADER + ",Retainage %"
    draft = taken(
        ("F15", "Мост", *HEAD[1:], "Work", "10.00", "10"),
        ("f15", "МОСТ", "subcontract", "v-1001", "4 Mar 2026", "More", "20.00", "10.00%"),
        header=header,
    )
    assert (places(draft), totals(draft)) == ([], [Decimal(30)])


def test_a_column_that_the_file_lacks_has_no_value_and_a_blank_cell_is_blank(taken: Read) -> None:
    lacks = only(taken(("F16", *HEAD, "Work", "120")))
    assert "unit" not in lacks.lines[0]
    assert "project" not in lacks.head
    blank = only(taken(("F16", *HEAD, "Work", "120", "", ""), header=HEADER + ",Unit,Project"))
    assert (blank.lines[0]["unit"], blank.head["project"]) == (None, None)


def test_two_numbers_that_differ_in_case_are_one(taken: Read) -> None:
    rows = [("F17-A", *HEAD, "Work", "1.00"), ("X", *HEAD, "Work", "1.00"), ("f17-a", *HEAD, "Work", "5.00")]
    assert places(taken(*rows)) == [(2, "Number", "F17-A"), (4, "Number", "f17-a")]


@pytest.mark.parametrize("text", ["2026-03-04T00:00:00-07:00", '"Wednesday, March 4, 2026"', "\u200e2026-03-04"])
def test_usual_dates(taken: Read, text: str) -> None:
    assert only(taken(("F23", *HEAD[:3], text, "Work", "1.00"))).head["date"] == "2026-03-04"


@pytest.mark.parametrize("text", ["3/4/2026 12:00:00 AM", "\u200e3/\u200e4/\u200e2026", "03-04-2026", "Wed 3/4/2026"])
def test_dates_of_two_meanings_are_read_as_the_company_writes_them_and_told(taken: Read, text: str) -> None:
    row = ("F23", *HEAD[:3], text, "Work", "1.00")
    draft = taken(row)
    assert questions(draft) == []
    assert only(draft).head["date"] == "2026-03-04"
    assert any("Dates are month/day/year" in sentence for sentence in told(draft))
    if "Wed" not in text:
        assert only(taken(row, day_first=True)).head["date"] == "2026-04-03"
        proven = taken(row, ("F23b", *HEAD[:3], "31/12/2026", "Work", "1.00"))
        assert (proven.documents.all()[0].head["date"], places(proven)) == ("2026-04-03", [])


def test_dates_with_points_and_no_evidence_are_asked_about(taken: Read) -> None:
    """Where points are written the day comes first in most places, and in the States hardly anybody writes them."""
    draft = taken(("F23", *HEAD[:3], "3.4.2026", "Work", "1.00"), ("F23b", *HEAD[:3], "5/6/2026", "Work", "1.00"))
    assert [question.key for question in questions(draft)] == ["day_first"]
    assert {entry.head["date"] for entry in draft.documents.all()} == {None}


def test_dates_that_prove_both_orders_are_asked_about(taken: Read) -> None:
    dates = ("3/4/2026", "31/12/2026", "12/31/2026")
    draft = taken(*((f"F23-{place}", *HEAD[:3], text, "Work", "1.00") for place, text in enumerate(dates)))
    assert [question.key for question in questions(draft)] == ["day_first"]
    assert [entry.head["date"] for entry in draft.documents.all()] == [None, "2026-12-31", "2026-12-31"]


@pytest.mark.parametrize(
    ("text", "value"), [('"$(1,234.50)"', "-1234.50"), ("usd 5", "5.00"), ('"\u202a1,234.50\u202c"', "1234.50")]
)
def test_usual_amounts(taken: Read, text: str, value: str) -> None:
    assert only(taken(("F24", *HEAD, "Work", text))).total == Decimal(value)


def test_advice_that_works(taken: Read) -> None:
    header = HEADER.replace("Amount", "Quantity,Amount")
    wrong = only(taken(("F26", *HEAD, "W", "125000", "41666.67"), header=header))
    assert "Write 41666.63" in wrong.problems[0]["fix"]
    assert only(taken(("F26", *HEAD, "W", "125000", "41666.63"), header=header)).total == Decimal("41666.63")
    assert only(taken(("F26", *HEAD, "W", "", "41666.67"), header=header)).total == Decimal("41666.67")


def test_a_workbook_s_cells_are_what_they_show(scoped: Tenant) -> None:
    content = sheet([["Cover"], [], HEADER.split(","), ["F22", *HEAD, "Line one\nLine two", 1234.5]])
    document = only(read_upload(scoped, "commitments", "f.xlsx", content))
    assert (document.total, document.lines[0]["description"]) == (Decimal("1234.50"), "Line one\nLine two")


def test_what_a_spreadsheet_made_of_an_identifier(scoped: Tenant) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    header = [*HEADER.split(","), "Cost code"]
    rows = [(42, "00000", "03-300"), (datetime(2026, 10, 1), "d-mmm", "03-300"), ("F09c", "General", 3.1)]  # noqa: DTZ001
    for row in (header, *([number, *HEAD, "Work", 10, code] for number, _, code in rows)):
        page.append(row)
    for place, (_, number_format, _) in enumerate(rows, 2):
        page.cell(place, 1).number_format = number_format
        page.cell(place, 8).number_format = "0.00"
    stream = io.BytesIO()
    book.save(stream)
    draft = read_upload(scoped, "commitments", "f.xlsx", stream.getvalue())
    first, second, third = draft.documents.all()
    assert (first.number, third.lines[0]["cost_code"]) == ("00042", "3.10")
    assert [(one["row"], one["column"]) for one in second.problems] == [(3, "Number")]


def test_amounts_are_of_the_commitment_s_currency(taken: Read, scoped: Tenant) -> None:

    Commitment.objects.create(
        tenant=scoped, number="BASE", title="T", kind="subcontract", currency="EUR", dated_on=date(2026, 3, 4)
    )
    header = "Commitment,Number,Title,Date,Description,Amount"
    row = ("BASE", "CO-1", "Up", "2026-04-01", "X")
    orders = [only(taken((*row, text), header=header, kind="change_orders")) for text in ("$5", "USD 5", "€5", "5")]
    assert [order.state for order in orders] == ["problem", "problem", "new", "new"]
    assert "but the currency of BASE is EUR" in orders[0].reason
