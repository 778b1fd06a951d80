"""Cells as values of their columns: what each kind of column takes of which kind of cell, and what it refuses."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_admin.documents.columns import Column
from erp_admin.uploads.formats.table import Cell, CellKind
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.values import InDoubt, ParsedValue, Style, Unreadable, parse_cell

OPEN = Style()
US = Style(decimal=".", day_first=False)


def column(key: str) -> Column:
    return next(column for column in upload_for("commitments").columns if column.key == key)


def parsed(key: str, cell: Cell | str, style: Style = OPEN) -> ParsedValue:
    return parse_cell(column(key), Cell(cell) if isinstance(cell, str) else cell, style)


def refusal(key: str, cell: Cell | str, style: Style = OPEN) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        parsed(key, cell, style)
    return caught.value


# Numbers.


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("1234.5", "1234.5", ""),
        ("$1,234.50", "1234.50", "$"),
        ("(1,234.50)", "-1234.50", ""),
        ("($5)", "-5", "$"),
        ("−7", "-7", ""),
        ("USD 1,000", "1000", "USD"),
        ("1.000,00 €", "1000.00", "EUR"),
        ("€ 1,234.50", "1234.50", "EUR"),
        ("EUR 500.00", "500.00", "EUR"),
        ("(-5.00)", "-5.00", ""),
        ("$ -", "0", "$"),
        ("\u202a1,234.50\u202c", "1234.50", ""),
    ],
)
def test_amounts_keep_their_sign_and_currency(text: str, value: str, currency: str) -> None:
    found = parsed("amount", text, Style() if "." in text and "," in text else US)
    assert (found.value, found.currency) == (value, currency)


def test_a_unit_beside_a_quantity_is_handed_on_and_one_beside_an_amount_is_refused() -> None:
    assert (parsed("quantity", "500 LBS", US).value, parsed("quantity", "500 LBS", US).unit) == ("500", "LBS")
    assert parsed("unit_price", "$45.00/CY", US) == ParsedValue("45.00", "$", "CY")
    assert refusal("amount", "500 LBS", US).sentence == "“LBS” does not belong to an amount."
    assert refusal("quantity", "$5", US).sentence == "A currency does not belong to a quantity."


def test_a_number_of_a_workbook_is_certain_whatever_the_file_does_with_texts() -> None:
    cell = Cell("1.234", CellKind.NUMBER)
    assert {parsed("quantity", cell, Style(decimal=mark)).value for mark in (".", ",", None)} == {"1.234"}
    assert parsed("amount", Cell("1.5E3", CellKind.NUMBER)).value == "1500"
    assert parsed("retainage", Cell("10%", CellKind.NUMBER)).value == "10"


def test_the_currency_of_a_number_format_is_handed_on_and_compared() -> None:
    assert parsed("amount", Cell("5", CellKind.NUMBER, currency="€")).currency == "EUR"
    assert parsed("amount", Cell("5 CAD", currency="$")).currency == "CAD"
    assert refusal("amount", Cell("5 USD", currency="EUR")).sentence == "The cell says USD, and its format EUR."
    assert "A currency does not belong to a quantity" in refusal("quantity", Cell("5", currency="$")).sentence


@pytest.mark.parametrize("kind", [CellKind.DATE, CellKind.YES_NO])
def test_a_cell_of_another_kind_is_no_number(kind: CellKind) -> None:
    text = "2026-03-04" if kind is CellKind.DATE else "TRUE"
    assert "not an amount" in refusal("amount", Cell(text, kind)).sentence


def test_the_number_of_a_line_is_whole_and_positive() -> None:
    assert [parsed("line", text).value for text in ("1", "007", "3.0", "１２")] == [1, 7, 3, 12]
    for text in ("0", "-1", "1.5", "one", "1234567890"):
        assert refusal("line", text, US)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False))
def test_an_amount_written_by_a_spreadsheet_is_read_back(amount: Decimal) -> None:
    for text in (f"{amount:,.2f}", f"{amount:.2f}", f"({-amount:,.2f})" if amount < 0 else f"${amount:,.2f}"):
        assert Decimal(str(parsed("amount", text).value)) == amount


def test_a_fraction_is_not_taken_for_a_percentage() -> None:
    assert (parsed("retainage", "0.5%").value, parsed("retainage", "7.5").value) == ("0.5", "7.5")
    problem = refusal("retainage", "0.1")
    assert (problem.sentence, problem.fix) == (
        "This can be read as 10 percent or as 0.1 percent.",
        "Write 10% or 0.10%.",
    )


# Dates.


def test_a_date_cell_is_certain_and_a_text_may_be_in_doubt() -> None:
    assert parsed("date", Cell("2026-03-04T10:30:00", CellKind.DATE, shown="3/4/26 10:30")).value == "2026-03-04"
    assert parsed("date", "3/4/2026", US).value == "2026-03-04"
    assert refusal("date", "3/4/2026").__class__ is InDoubt
    assert refusal("date", Cell("46083", CellKind.NUMBER)).fix.endswith("or write 2026-03-02.")


# Names and numbers of records.


@pytest.mark.parametrize("key", ["number", "cost_code", "item", "vendor"])
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (Cell("42", CellKind.NUMBER, shown="00042"), "00042"),
        (Cell("3.1", CellKind.NUMBER, shown="3.10"), "3.10"),
        (Cell("42", CellKind.NUMBER), "42"),
        (Cell("42", CellKind.NUMBER, shown="SC-042"), "SC-042"),
        (Cell("12E5"), "12E5"),
        (Cell("10-1"), "10-1"),
        (Cell("OCT-2026-1"), "OCT-2026-1"),
    ],
)
def test_a_name_is_what_the_sheet_shows(key: str, cell: Cell, value: str) -> None:
    assert parsed(key, cell).value == value


@pytest.mark.parametrize("key", ["number", "cost_code", "item", "vendor"])
@pytest.mark.parametrize(
    "cell",
    [
        Cell("2026-10-01", CellKind.DATE, shown="Oct-1"),
        Cell("450001234567", CellKind.NUMBER, shown="4.50001E+11"),
        Cell("12345678901234567000", CellKind.NUMBER),
        Cell("0.1", CellKind.NUMBER, shown="10%"),
        Cell("5", CellKind.NUMBER, shown="$5.00"),
        Cell("1234", CellKind.NUMBER, shown="1,234"),
        Cell("42", CellKind.NUMBER, shown="###"),
        Cell("4.50001E+11"),
        Cell("1E+05"),
        Cell("1.5E3"),
        Cell("4,50001E+11"),
        Cell("Oct-1"),
        Cell("1-Oct"),
        Cell("Jan-10"),
    ],
)
def test_what_a_spreadsheet_made_of_a_name_is_refused(key: str, cell: Cell) -> None:
    assert "spreadsheet made" in refusal(key, cell).sentence
    assert "format Text" in refusal(key, cell).fix


def test_an_apostrophe_says_that_a_name_is_meant_so() -> None:
    assert refusal("number", "Oct-1").suggestions[0].text == "'Oct-1"
    assert parsed("number", "'Oct-1").value == "Oct-1"


def test_a_text_for_people_may_look_like_anything() -> None:
    assert [parsed("title", text).value for text in ("Oct-1", "4.5E+11")] == ["Oct-1", "4.5E+11"]
    assert parsed("description", Cell("2026-10-01", CellKind.DATE, shown="Oct 1")).value == "Oct 1"


def test_a_text_that_is_too_long_says_by_how_much() -> None:
    problem = refusal("title", "x" * 250)
    assert (problem.sentence, problem.fix) == (
        "The text has 250 characters; at most 200 fit.",
        "Shorten it by 50.",
    )


# Signs that cannot be seen, and cells without a value.


def test_signs_that_cannot_be_seen_are_left_out_and_named() -> None:
    assert parsed("number", "SC\u200b-\u202a1") == ParsedValue(
        "SC-1", removed=("zero width space", "left-to-right embedding")
    )
    assert parsed("date", "\u200e3/\u200e4/\u200e2026", US).value == "2026-03-04"
    assert refusal("title", "\u200b\u2060").sentence == "Only signs that cannot be seen stand here."


def test_a_soft_hyphen_that_may_be_a_minus_is_not_left_out() -> None:
    assert "soft hyphen" in refusal("amount", "\u00ad5.00").sentence
    assert parsed("amount", "1\u00ad234.50") == ParsedValue("1234.50", removed=("soft hyphen",))


def test_joiners_that_shape_letters_and_pictures_stay_in_texts() -> None:
    for text in ("👷🏽‍♀️ crew", "می‌خواهم"):
        assert parsed("description", text) == ParsedValue(text)


@pytest.mark.parametrize("key", ["number", "title", "date", "amount", "type", "line", "currency", "description"])
@pytest.mark.parametrize(
    "cell",
    [
        Cell("anything", CellKind.ERROR),
        *(
            Cell(text)
            for text in ("#REF!", "#N/A", "#SPILL!", "#BUSY!", "#WERT!", "#NV", "#####", "Err:502", "a\ufffdb")
        ),
    ],
)
def test_what_a_spreadsheet_shows_in_place_of_a_value_is_never_one(key: str, cell: Cell) -> None:
    assert refusal(key, cell, US).sentence.startswith(("The spreadsheet", "A sign was lost"))


# Choices and currencies.


def test_a_currency_is_one_of_those_that_exist() -> None:
    assert [parsed("currency", text).value for text in ("USD", "cad", "ＥＵＲ", "€", "US$")] == [
        *("USD", "CAD", "EUR", "EUR", "USD")
    ]
    assert refusal("currency", "$").sentence.startswith("This can be one of ")
    for text in ("XYZ", "US", "dollars and cents"):
        assert refusal("currency", text).suggestions[0].text == "USD"


def test_a_choice_that_is_none_names_the_one_probably_meant() -> None:
    problem = refusal("type", "Subcontrct")
    assert problem.sentence == "This is none of the choices. Did you mean Subcontract?"
    assert [parsed("type", each.text).value for each in problem.suggestions] == [
        each.meaning for each in problem.suggestions
    ]
