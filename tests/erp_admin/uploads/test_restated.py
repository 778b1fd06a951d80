"""Rows that state other rows once more never count twice: they are left out with a note, or a problem."""

import json
from decimal import Decimal

import pytest

from erp_admin.uploads.total_words import mentions_total, says_total
from tests.erp_admin.uploads.files import BLANK, FIRST, HEADER, read, read_bytes

TWO = ((*FIRST, "Footings", "100.00"), (*BLANK, "Walls", "200.00"))
TOTALS = [
    *(
        "Total",
        "TOTAL:",
        "Totals",
        "Subtotal",
        "Sub-total",
        "Sub Total:",
        "Grand Total",
        "Sum",
        "Sum total",
        "Total USD",
    ),
    *("Contract total", "Contract sum", "Total amount", "TOTAL CONTRACT VALUE", "Total for SC-1", "Net total", "∑"),
    *("Carried forward", "Balance brought forward", "c/f", "B/F", "Amount carried over", "Page total", "Total page 1"),
    *("Всього", "Celkem", "Yhteensä", "Razem", "Toplam", 'סה"כ', "Soma", "T O T A L", "S u b t o t a l", "À reporter"),
    *("Summe", "Итого", "合計", "Total (2 lines)", "Ｔｏｔａｌ", "*** TOTAL ***", "To\u200btal"),
]


@pytest.mark.parametrize("text", TOTALS)
def test_a_proven_total_in_the_description_is_left_out_with_a_note(text: str) -> None:
    found = read(*TWO, (*BLANK, text, "300.00"))
    assert (found.document.total, found.problems) == (Decimal("300.00"), [])
    assert "row 4 is the sum of rows above it and was left out" in found.told


@pytest.mark.parametrize("place", range(5))
def test_a_total_may_be_named_in_any_cell(place: int) -> None:
    row = [*BLANK, "", "300.00"]
    row[place] = "Total"
    found = read(*TWO, row)
    assert [document.total for document in found.documents] == [Decimal("300.00")]
    assert "row 4" in found.told


@pytest.mark.parametrize("text", [*TOTALS, "Total Division 3", "Concrete total", "Subtotal Division 03 Concrete"])
def test_a_total_that_is_not_the_sum_is_a_problem(text: str) -> None:
    found = read(*TWO, (*BLANK, text, "350.00"))
    assert [row for row, _ in found.problems] == [4]
    assert "Remove the row" in found.told


@pytest.mark.parametrize(
    "text", ["Total station rental", "Lump sum", "Provisional sum", "Totally enclosed fan", "PC sum"]
)
def test_a_line_with_such_a_word_is_a_line(text: str) -> None:
    found = read(*TWO, (*BLANK, text, "350.00"))
    assert (found.document.total, found.problems) == (Decimal("650.00"), [])


def test_what_the_fix_says_works() -> None:
    assert read(*TWO, (*BLANK, "Concrete", "350.00")).problems == []
    assert read(*TWO).problems == []


def test_a_document_of_one_line_may_call_it_total() -> None:
    found = read((*FIRST, "Total", "300.00"))
    assert (found.document.total, found.problems) == (Decimal("300.00"), [])


def test_a_first_line_that_is_the_total_of_the_others_is_a_problem() -> None:
    found = read((*FIRST, "Total", "300.00"), (*BLANK, "Footings", "100.00"), (*BLANK, "Walls", "200.00"))
    assert found.problems == [(2, "Description")]


def test_subtotals_and_totals_over_documents_as_spreadsheets_write_them() -> None:
    other = ("SC-2", *FIRST[1:], "Slab", "50.00")
    none = BLANK[1:]
    found = read(
        *TWO,
        ("SC-1 Total", *none, "", "300.00"),
        other,
        ("SC-2 Total", *none, "", "50.00"),
        ("Grand Total", *none, "", "350.00"),
    )
    assert [document.total for document in found.documents] == [Decimal(300), Decimal(50)]
    assert found.problems == []
    assert "rows 4 and 6 to 7 are sums of rows above and were left out" in found.told


def test_parts_of_a_document_with_subtotals_and_a_total() -> None:
    found = read(
        *TWO,
        (*BLANK, "Subtotal", "300.00"),
        (*BLANK, "Roof", "10.00"),
        (*BLANK, "Subtotal", "10.00"),
        (*BLANK, "Total", "310.00"),
    )
    assert (found.document.total, found.problems) == (Decimal(310), [])


def test_the_last_line_alone_is_no_total_of_the_document() -> None:
    found = read(*TWO, (*BLANK, "Total", "200.00"))
    assert found.problems == [(4, "Whole row")]
    assert "200.00 is not the sum of the lines above" in found.told


def test_amounts_carried_over_a_page_with_its_header() -> None:
    found = read(
        *TWO,
        (*BLANK, "Carried forward", "300.00"),
        HEADER.split(","),
        (*BLANK, "Brought forward", "300.00"),
        (*BLANK, "Roof", "10.00"),
    )
    assert (found.document.total, found.problems) == (Decimal(310), [])
    assert "The header is repeated in row 5" in found.told


def test_a_sum_without_any_word_is_left_out_where_it_is_proven() -> None:
    found = read(*TWO, (*BLANK, "", "300.00"))
    assert (found.document.total, found.problems) == (Decimal(300), [])
    assert read(*TWO, (*BLANK, "", "301.00")).problems == [(4, "Description")]
    assert read(TWO[0], (*BLANK, "", "100.00")).problems == [(3, "Description")]


def test_a_total_that_fills_in_more_is_a_problem() -> None:
    header = HEADER + ",Cost code"
    found = read((*TWO[0], "03"), (*TWO[1], "04"), (*BLANK, "Total", "300.00", "05"), header=header)
    assert found.problems == [(4, "Whole row")]


def test_a_sum_that_lacks_what_all_lines_have_looks_like_a_total() -> None:
    header = HEADER + ",Cost code"
    found = read((*TWO[0], "03"), (*TWO[1], "04"), (*BLANK, "Concrete works", "300.00", ""), header=header)
    assert found.problems == [(4, "Description")]
    filled = read((*TWO[0], "03"), (*TWO[1], "04"), (*BLANK, "Concrete works", "300.00", "05"), header=header)
    assert (filled.document.total, filled.problems) == (Decimal(600), [])


@pytest.mark.parametrize("text", ["Contract amount", "Amount due", "Original contract value", "Balance"])
def test_usual_names_of_a_sum_are_problems_where_they_are_the_sum(text: str) -> None:
    assert read(*TWO, (*BLANK, text, "300.00")).problems == [(4, "Description")]
    assert read(*TWO, (*BLANK, text, "30.00")).problems == []


def test_a_line_that_happens_to_be_the_sum_is_read_and_told() -> None:
    found = read(*TWO, (*BLANK, "Supervision", "300.00"))
    assert (found.document.total, found.problems) == (Decimal(600), [])
    assert "The amount is that of the lines above together in row 4" in found.told


def test_a_total_without_an_amount_or_below_an_unreadable_one_is_a_problem() -> None:
    assert read(*TWO, (*BLANK, "Total", "")).problems == [(4, "Whole row")]
    found = read(TWO[0], (*BLANK, "Walls", "soon"), (*BLANK, "Total", "300.00"))
    assert found.problems == [(3, "Amount"), (4, "Whole row")]
    assert "cannot be checked" in found.told


def test_a_total_in_json_counts_once() -> None:
    lines = [
        {"description": "Footings", "amount": "100.00"},
        {"description": "Walls", "amount": 200},
        {"description": "Total", "amount": "300.00"},
    ]
    head = dict(zip(("number", "title", "type", "vendor", "date"), FIRST, strict=True))
    found = read_bytes(json.dumps([{**head, "lines": lines}]).encode(), "file.json")
    assert (found.document.total, found.problems) == (Decimal(300), [])


def test_a_total_below_repeated_values_of_the_document_counts_once() -> None:
    found = read((*FIRST, "Footings", "100"), (*FIRST, "Walls", "200"), (*FIRST, "Total", "300"))
    assert (found.document.total, found.problems) == (Decimal(300), [])


def test_totals_of_change_orders_count_once() -> None:
    header = "Commitment,Number,Title,Date,Description,Amount"
    first = ("SC-1", "CO-1", "Less", "2026-03-04", "Walls", "(200.00)")
    found = read(
        first,
        ("", "", "", "", "Roof", "50.00"),
        ("", "", "", "", "Total", "(150.00)"),
        header=header,
        kind="change_orders",
    )
    assert (found.document.total, found.problems) == (Decimal(-150), [])


def test_a_document_whose_title_has_such_a_word_is_a_document() -> None:
    found = read((*FIRST[:1], "Total Renovation", *FIRST[2:], "A", "1"), ("SC-2", "Grand total", *FIRST[2:], "B", "2"))
    assert [document.number for document in found.documents] == ["SC-1", "SC-2"]
    assert found.problems == []


def test_a_total_above_the_documents_is_a_problem() -> None:
    found = read((*BLANK, "Total", "300.00"), *TWO)
    assert (found.document.total, found.problems) == (Decimal(300), [(2, "Whole row")])


def test_words() -> None:
    assert [says_total(text) for text in ("Lump sum", "Total station", "total of the lines")] == [False, False, True]
    assert [mentions_total(text) for text in ("Granite Peak Total", "total loss cover")] == [True, False]
