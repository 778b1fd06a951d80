"""Currencies and units beside numbers are kept, compared and taken; none is thrown away."""

from typing import Any

import pytest

from erp_admin.documents.uploads import SEEN_CURRENCY
from erp_admin.uploads.formats.table import Cell, CellKind
from tests.erp_admin.uploads.files import BLANK, FIRST, HEADER, read, read_cells, sheet_row

WITH_CURRENCY = HEADER + ",Currency"


def head(*rows: tuple[str, ...], **more: Any) -> tuple[Any, Any, list[tuple[int, str]]]:
    found = read(*rows, **more)
    document = found.documents[0]
    return document.head.get("currency"), document.head.get(SEEN_CURRENCY), found.problems


@pytest.mark.parametrize("text", ["€ 1,234.50", "EUR 500.00", "500.00 eur", "(€5.00)", "5,00 Euro"])
def test_a_document_takes_the_currency_of_its_amounts_and_says_so(text: str) -> None:
    found = read((*FIRST, "Work", text))
    assert (found.document.head["currency"], found.problems) == ("EUR", [])
    assert "Read as EUR, because the amounts say so" in found.told


def test_the_company_s_currency_needs_no_word() -> None:
    for text in ("$5.00", "USD 5.00", "US$5.00", "5.00"):
        found = read((*FIRST, "Work", text))
        assert (found.problems, found.reader.notes) == ([], [])
        assert found.document.head.get("currency") in (None, "USD")


@pytest.mark.parametrize(("text", "column"), [("€5.00", "USD"), ("$5.00", "EUR"), ("USD 5", "CAD"), ("¥5", "USD")])
def test_an_amount_that_disagrees_with_the_document_is_a_problem(text: str, column: str) -> None:
    assert head((*FIRST, "Work", text, column), header=WITH_CURRENCY)[2] == [(2, "Amount")]


@pytest.mark.parametrize(("text", "column"), [("€5.00", "EUR"), ("$5.00", "CAD"), ("¥5", "JPY"), ("C$5", "CAD")])
def test_an_amount_that_agrees_is_read(text: str, column: str) -> None:
    assert head((*FIRST, "Work", text, column), header=WITH_CURRENCY)[::2] == (column, [])


def test_amounts_of_one_document_agree() -> None:
    assert head((*FIRST, "Work", "€5.00"), (*BLANK, "More", "$5.00"))[2] == [(3, "Amount")]
    assert head((*FIRST, "Work", "$5.00"), (*BLANK, "More", "CAD 5.00"))[0::2] == ("CAD", [])
    assert head((*FIRST, "Work", "CAD 5.00"), (*BLANK, "More", "US$5"))[2] == [(3, "Amount")]


def test_unit_price_total_and_amount_agree() -> None:
    header = HEADER + ",Unit price,Total"
    assert head((*FIRST, "Work", "€5.00", "$5.00", ""), header=header)[2] == [(2, "Unit price")]
    assert head((*FIRST, "Work", "$5.00", "$5.00", "€5.00"), header=header)[2] == [(2, "Unit price"), (2, "Amount")]


def test_a_sign_of_several_currencies_is_asked_about_where_the_company_s_is_none_of_them() -> None:
    assert head((*FIRST, "Work", "¥5"))[2] == [(2, "Amount")]
    assert "Fill in the column Currency" in read((*FIRST, "Work", "¥5")).told


def test_the_format_of_a_number_in_a_workbook_is_such_a_word() -> None:
    amount = Cell("5", CellKind.NUMBER, currency="€")
    found = read_cells([sheet_row(2, *FIRST, "Work", amount)])
    assert (found.document.head["currency"], found.problems) == ("EUR", [])
    found = read_cells([sheet_row(2, *FIRST, "Work", amount, "USD")], header=WITH_CURRENCY)
    assert found.problems == [(2, "Amount")]


@pytest.mark.parametrize("label", ["Amount (EUR)", "Amount €", "EUR Amount", "Amount in EUR", "Line total [eur]"])
def test_a_currency_of_the_header_holds_for_its_column(label: str) -> None:
    header = HEADER.replace("Amount", label)
    assert head((*FIRST, "Work", "5.00"), header=header)[0] == "EUR"
    assert head((*FIRST, "Work", "$5.00"), header=header)[0] != "EUR"
    assert head((*FIRST, "Work", "5.00", "USD"), header=header + ",Currency")[2] == [(2, "Amount")]


def test_change_orders_keep_what_their_amounts_say() -> None:
    header = "Commitment,Number,Title,Date,Description,Amount"
    row = ("SC-1", "CO-1", "Up", "2026-03-04", "X", "€1")
    assert head(row, header=header, kind="change_orders") == (None, "EUR", [])
    other = ("", "", "", "", "Y", "$1")
    assert head(row, other, header=header, kind="change_orders")[2] == [(3, "Amount")]


UNITS = HEADER.replace("Amount", "Quantity,Unit,Unit price")


@pytest.mark.parametrize(
    ("quantity", "unit", "price", "taken"),
    [
        ("500 LBS", "", "2.00", "LBS"),
        ("500", "", "2.00 / LBS", "LBS"),
        ("500 LBS", "lb", "2.00/lb", "lb"),
        ("500", "TON", "2.00", "TON"),
        ("12 cy", "CY", "2.00", "CY"),
    ],
)
def test_a_unit_beside_a_quantity_is_taken(quantity: str, unit: str, price: str, taken: str) -> None:
    found = read((*FIRST, "W", quantity, unit, price), header=UNITS)
    assert (found.document.lines[0]["unit"], found.problems) == (taken, [])


@pytest.mark.parametrize(
    ("quantity", "unit", "price", "column"),
    [
        ("500 LBS", "TON", "2.00", "Quantity"),
        ("500", "TON", "2.00/LBS", "Unit price"),
        ("500 LBS", "", "2.00/TON", "Unit price"),
        ("500 crates", "bags", "2.00", "Quantity"),
    ],
)
def test_units_that_disagree_are_a_problem(quantity: str, unit: str, price: str, column: str) -> None:
    assert read((*FIRST, "W", quantity, unit, price), header=UNITS).problems == [(2, column)]


def test_a_unit_is_taken_where_the_file_has_no_column_for_it() -> None:
    found = read((*FIRST, "W", "500 LBS", "2.00"), header=HEADER.replace("Amount", "Quantity,Unit price"))
    assert (found.document.lines[0]["unit"], found.problems) == ("LBS", [])


def test_a_unit_beside_an_amount_is_a_problem() -> None:
    assert read((*FIRST, "W", "500 LBS")).problems == [(2, "Amount")]
