"""What spreadsheets make of names, told apart from names that only look unusual."""

import pytest

from erp_admin.grammar.identifiers import is_dated, is_formula_error, is_shortened, is_too_narrow, shows_plainly


@pytest.mark.parametrize("text", ["4.50001E+11", "1E+05", "1.00E+05", "1.5E3", "4,5E+11", "4.5e+11"])
def test_a_shortened_number_is_one(text: str) -> None:
    assert is_shortened(text)
    assert not shows_plainly(text)


@pytest.mark.parametrize("text", ["12E5", "1E5", "E+11", "SC-1E+05", "4.50001", "3E", "A1.5E3", "24E07"])
def test_a_number_of_a_unit_or_phase_is_not_shortened(text: str) -> None:
    assert not is_shortened(text)


@pytest.mark.parametrize("text", ["Oct-1", "1-Oct", "OCT-26", "10-Jan", "Sept-9", "Mar-2026"])
def test_a_number_turned_into_a_date_is_one(text: str) -> None:
    assert is_dated(text)


@pytest.mark.parametrize("text", ["10-1", "October-1", "Oct 1", "1-Octagon", "SC-Oct-1", "Oct-1-A", "Mayor-1"])
def test_other_names_are_no_dates(text: str) -> None:
    assert not is_dated(text)


@pytest.mark.parametrize(
    "text", ["#REF!", "#N/A", "#DIV/0!", "#NAME?", "#SPILL!", "#BUSY!", "#GETTING_DATA", "#NV", "#BEZUG!", "Err:502"]
)
def test_errors_of_formulas_are_known(text: str) -> None:
    assert is_formula_error(text)


@pytest.mark.parametrize("text", ["#1", "# of units", "#A-1", "Error 404", "#hashtag", "#12!"])
def test_texts_with_a_number_sign_are_no_errors(text: str) -> None:
    assert not is_formula_error(text)


def test_a_column_that_is_too_narrow() -> None:
    assert [is_too_narrow(text) for text in ("###", "########", "##", "#1", "")] == [True, True, False, False, False]
