"""Quantity, unit price and amount from one another; and every value a fix names works when it is written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_admin.uploads.stated import StatedReading
from tests.erp_admin.uploads.files import FIRST, HEADER, Read, read

VALUED = HEADER.replace("Amount", "Quantity,Unit price,Amount")
US = StatedReading(decimal=".")


def line(quantity: str, price: str, amount: str, stated: StatedReading = US) -> Read:
    return read((*FIRST, "W", quantity, price, amount), header=VALUED, stated=stated)


@pytest.mark.parametrize(
    ("given_values", "values"),
    [
        (("", "", "5"), ("1", "5", "5.00")),
        (("", "5", ""), ("1", "5", "5.00")),
        (("2", "5", ""), ("2", "5", "10.00")),
        (("8", "", "100"), ("8", "12.5", "100.00")),
        (("3", "", "100"), ("3", "33.333333", "100.00")),
        (("3", "33.333333", "100"), ("3", "33.333333", "100.00")),
        (("0", "5", ""), ("0", "5", "0.00")),
        (("0", "", "0"), ("0", "0", "0.00")),
        (("-2", "5", "-10"), ("-2", "5", "-10.00")),
    ],
)
def test_what_is_not_given_is_computed(given_values: tuple[str, str, str], values: tuple[str, str, str]) -> None:
    found = line(*given_values)
    assert found.problems == []
    (only,) = found.document.lines
    assert (only["quantity"], only["unit_price"], only["amount"]) == values
    assert only["given"] == [
        key for key, text in zip(("quantity", "unit_price", "amount"), given_values, strict=True) if text
    ]


def test_what_cannot_be_a_product_says_which_amounts_can() -> None:
    found = line("125000", "", "41666.67")
    assert found.problems == [(2, "Amount")]
    assert line("125000", "", "41666.63").problems == []
    assert line("", "", "41666.67").problems == []
    assert "Write 41666.63 as the amount, or leave the quantity blank and give 41666.67" in found.told


def test_the_fix_is_written_as_the_file_writes_numbers() -> None:
    found = line("125000", "", "41666,67", StatedReading(decimal=","))
    assert "Write 41666,63 as the amount" in found.told
    assert line("125000", "", "41666,63", StatedReading(decimal=",")).problems == []


@pytest.mark.parametrize(
    "values", [("0", "", "5"), ("9999999999.9999", "999999999999.999999", ""), ("0.0001", "", "99999999999999.99")]
)
def test_what_cannot_be_is_a_problem(values: tuple[str, str, str]) -> None:
    assert line(*values).problems == [(2, "Amount")]


def test_the_sum_of_a_document_has_its_limit() -> None:
    rows = [(*FIRST, "W", "90", "999999999999.99", "")] * 1_200
    found = read(*rows, header=VALUED, stated=US)
    assert found.document.total is None
    assert found.problems == [(2, "Whole row")]


cents = st.decimals(min_value=Decimal("-9999999.99"), max_value=Decimal("9999999.99"), places=2)
quantities = st.decimals(min_value=Decimal("0.0001"), max_value=Decimal("9999999.9999"), places=4)


@given(quantity=quantities, amount=cents)
def test_each_amount_that_a_fix_names_is_accepted(quantity: Decimal, amount: Decimal) -> None:
    found = line(str(quantity), "", str(amount))
    if found.problems:
        words = found.document.problems[0].fix.split()
        nearest = words[1]
        assert line(str(quantity), "", nearest).problems == []
        assert line("", "", str(amount)).problems == []


@given(quantity=quantities, price=st.decimals(0, 99999, places=6), amount=cents)
def test_each_fix_of_three_values_works(quantity: Decimal, price: Decimal, amount: Decimal) -> None:
    found = line(str(quantity), str(price), str(amount))
    for problem in found.document.problems:
        assert line(str(quantity), str(price), problem.fix.split()[1]).problems == []
        if "leave the unit price blank" in problem.fix:
            assert line(str(quantity), "", str(amount)).problems == []
        else:
            assert line("", "", str(amount)).problems == []


@given(quantity=quantities, amount=cents)
def test_whatever_is_accepted_multiplies_to_the_amount(quantity: Decimal, amount: Decimal) -> None:
    found = line(str(quantity), "", str(amount))
    if not found.problems:
        (only,) = found.document.lines
        assert Decimal(only["amount"]) == amount
