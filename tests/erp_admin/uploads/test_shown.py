"""What the format of a number's cell says beside it is taken, compared or told, as if it had been typed."""

import pytest

from tests.erp_admin.uploads.files import Read, number_cell, read_cells, sheet_row

HEADER = "Number,Title,Type,Vendor,Date,Description,Quantity,Unit,Unit price,Amount"
FIRST = ("SC-1", "Works", "Subcontract", "Granite", "2026-03-04", "A")


def quantity(shown: str, unit: str = "") -> Read:
    row = sheet_row(2, *FIRST, number_cell("5", shown=shown), unit, number_cell("20"), "")
    return read_cells([row], header=HEADER)


def amount(text: str, shown: str) -> Read:
    return read_cells([sheet_row(2, *FIRST, "", "", "", number_cell(text, shown=shown))], header=HEADER)


def test_a_unit_in_the_format_is_the_unit_or_a_problem() -> None:
    assert quantity("5 tons").document.lines[0]["unit"] == "tons"
    assert not quantity("5 LBS", "LBS").problems
    assert quantity("5 tons", "LBS").problems == [(2, "Quantity")]


@pytest.mark.parametrize("shown", ["(5.00)", "5.00-", "5.00 Cr", "5K", "5%", "50", "15", "low", "5 tons", "120:00"])
def test_a_format_that_says_another_thing_than_the_number_is_a_problem(shown: str) -> None:
    assert amount("5", shown).problems == [(2, "Amount")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1234500", "1,234.5k"),
        ("1234500", "1.2M"),
        ("-5", "(5.00)"),
        ("-5", "5.00CR"),
        ("0", "-"),
        ("0", "nil"),
        ("1234567.5", "1234 567.50"),
        ("1234.5", "1235"),
        ("5", "+5.00"),
    ],
)
def test_a_format_that_says_the_same_is_none(text: str, shown: str) -> None:
    read = amount(text, shown)
    assert not read.problems
    assert float(read.document.lines[0]["amount"]) == float(text)


def test_a_currency_in_words_of_the_format_is_that_of_the_document() -> None:
    assert amount("5", "5.00 Euro").document.head["currency"] == "EUR"
