"""Currencies by code, sign and name."""

import pytest

from erp_admin.grammar.currencies import CODES, NAMES, SIGNS, agrees, currency_named, meanings, narrower


def test_the_tables_name_codes_that_exist() -> None:
    assert all(codes <= CODES for codes in SIGNS.values())
    assert all(meanings(name) for name in NAMES.values())
    assert len(CODES) > 150


@pytest.mark.parametrize(
    ("found", "wanted", "is_so"),
    [
        *(("$", "USD", True), ("$", "CAD", True), ("$", "MXN", True), ("$", "EUR", False), ("¥", "JPY", True)),
        *(("¥", "CNY", True), ("¥", "USD", False), ("EUR", "EUR", True), ("EUR", "USD", False), ("", "USD", True)),
        *(
            ("USD", "", True),
            ("£", "GBP", True),
            ("€", "EUR", True),
            ("USD", "$", True),
            ("ABC", "ABC", True),
            ("ABC", "USD", False),
        ),
    ],
)
def test_a_sign_agrees_with_what_it_may_mean(found: str, wanted: str, is_so: bool) -> None:
    assert agrees(found, wanted) is is_so


def test_the_narrower_of_two_says_more() -> None:
    assert narrower("$", "CAD") == narrower("CAD", "$") == "CAD"
    assert narrower("", "$") == narrower("$", "") == "$"


def test_words_and_signs_are_named_by_their_code_where_there_is_one() -> None:
    assert [currency_named(text) for text in ("usd", "U.S.$", "€", "euros", "$", "Rs.", "foo", "")] == [
        *("USD", "USD", "EUR", "EUR", "$", "Rs", "", "")
    ]
