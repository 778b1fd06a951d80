"""What a file proves of how it is written, and what stays open."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_admin.grammar.evidence import Decisions, Evidence
from erp_admin.grammar.numbers import read_number
from erp_admin.grammar.problems import InDoubt, Unreadable
from tests.erp_admin.grammar.written import date_texts, number_texts


def decided(numbers: Iterable[str] = (), dates: Iterable[str] = ()) -> Decisions:
    evidence = Evidence()
    for row, text in enumerate(numbers, start=2):
        evidence.see_number(text, f"row {row}, Amount")
    for row, text in enumerate(dates, start=2):
        evidence.see_date(text, f"row {row}, Date")
    return evidence.decided()


@pytest.mark.parametrize(
    "text", ["1,234.50", "1234.5", "0.125", "12.3456", "1,234,567", "1 234.5", "(.5)", "$1,23,456"]
)
def test_these_prove_a_decimal_point(text: str) -> None:
    assert decided([text]).style.decimal == "."


@pytest.mark.parametrize("text", ["1.234,5", "12,50", "0,125", "1.234.567", "1'234,5", "€ ,5", "1234,567"])
def test_these_prove_a_decimal_comma(text: str) -> None:
    assert decided([text]).style.decimal == ","


@pytest.mark.parametrize(
    "text", ["5", "1234", "1,234", "1.234", "1'234", "1 234", "$ -", "abc", "4.5E+11", "1.2.3", "5 foo", "١٫٥", ""]
)
def test_these_prove_nothing(text: str) -> None:
    assert decided([text]).style.decimal is None


def test_the_decision_names_the_cell_that_proves_it_and_counts_what_needs_it() -> None:
    found = decided(["1.234", "2,50", "1,234", "10,00"]).decimal
    assert (found.value, found.because, found.doubtful) == (",", "Row 3, Amount shows “2,50”.", 2)
    assert found.example is not None
    assert (found.example.where, found.example.readings) == ("row 2, Amount", ("1234", "1.234"))
    assert not found.is_open


def test_cells_that_contradict_one_another_decide_nothing_and_are_both_named() -> None:
    found = decided(["1,234.50", "12,50"]).decimal
    assert (found.value, found.is_contradicted, found.is_open) == (None, True, True)
    assert found.because == "Row 2, Amount shows “1,234.50”, but row 3, Amount shows “12,50”."


def test_a_doubt_without_proof_is_open_and_a_file_without_doubt_is_not() -> None:
    assert decided(["1,234"], ["3/4/2026"]).decimal.is_open
    assert decided(["1,234"], ["3/4/2026"]).day_order.is_open
    assert not decided(["1234"], ["2026-03-04"]).decimal.is_open


def test_the_order_of_day_and_month_is_proved_by_a_day_above_twelve() -> None:
    assert decided(dates=["3/4/2026", "31/12/2026"]).style.day_first is True
    assert decided(dates=["3/4/2026", "12/31/26"]).style.day_first is False
    assert decided(dates=["Wed 3/4/2026"]).style.day_first is False
    assert decided(dates=["4/4/2026", "2026-12-31", "31-12-26", "13/13/2026"]).style.day_first is None


def test_nothing_proves_a_century() -> None:
    found = decided(dates=["12/31/99", "4-Mar-98", "2026-03-04"]).century
    assert (found.value, found.doubtful, found.is_open) == (None, 2, True)
    assert found.example is not None
    assert found.example.readings == ("1999-12-31", "2099-12-31")


def test_a_long_text_does_not_fill_the_memory_or_the_page() -> None:
    found = decided(["1" + "0" * 100 + ".5"]).decimal
    assert len(found.because) < 80


@given(st.lists(number_texts, max_size=8), st.lists(date_texts, max_size=8))
def test_what_was_decided_leaves_no_doubt_of_that_kind(numbers: list[str], dates: list[str]) -> None:
    found = decided(numbers, dates)
    for text in numbers:
        try:
            read_number(text, found.style)
        except InDoubt:
            assert found.decimal.is_open
        except Unreadable:
            continue


@given(st.lists(number_texts, max_size=6))
def test_the_order_of_the_cells_decides_nothing(numbers: list[str]) -> None:
    assert decided(numbers).style == decided(reversed(numbers)).style
