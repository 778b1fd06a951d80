"""Tests of how a company wants dates, times, numbers and amounts written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.ui.formats import (
    DateFormat,
    Formats,
    NumberFormat,
    TimeFormat,
    formats_of_a_company,
    shown_amount,
    shown_day,
    shown_moment,
    shown_number,
    shown_short_day,
)
from accounts.ui.sums import add_up, own_first, sums_text

MOMENT = datetime(2026, 3, 4, 21, 17, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _denver() -> Iterator[None]:
    with timezone.override("America/Denver"):
        yield


@pytest.mark.parametrize(
    ("formats", "day", "short", "moment"),
    [
        (Formats(), "Mar 4, 2026", "Mar 4", "Mar 4, 2026, 2:17 PM MST"),
        (Formats(DateFormat.EUROPE, TimeFormat.TWENTY_FOUR), "4 Mar 2026", "4 Mar", "4 Mar 2026, 14:17 MST"),
        (Formats(DateFormat.ISO), "2026-03-04", "03-04", "2026-03-04, 2:17 PM MST"),
    ],
)
def test_dates_and_times_are_written_as_the_company_wants(formats: Formats, day: str, short: str, moment: str) -> None:
    with formats_of_a_company(formats):
        assert (shown_day(date(2026, 3, 4)), shown_short_day(date(2026, 3, 4))) == (day, short)
        assert shown_moment(MOMENT) == moment


def test_the_second_is_shown_where_a_time_has_to_be_found_again() -> None:
    assert shown_moment(MOMENT, seconds=True) == "Mar 4, 2026, 2:17:05 PM MST"


@pytest.mark.parametrize(
    ("number", "value", "currency", "shown"),
    [
        (NumberFormat.US, "1234.56", "USD", "$1,234.56"),
        (NumberFormat.US, "-250", "USD", "($250.00)"),
        (NumberFormat.US, "-250", "", "(250.00)"),
        (NumberFormat.US, "-1234.5", "CAD", "(1,234.50) CAD"),
        (NumberFormat.US, "1000", "usd", "$1,000.00"),
        (NumberFormat.EUROPE, "1234567.891", "USD", "$1.234.567,891"),
        (NumberFormat.SPACES, "1234567.8", "", "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567,80"),
        (NumberFormat.APOSTROPHES, "1234.5", "JPY", "1’234.5 JPY"),
    ],
)
def test_money_has_the_marks_of_the_company_and_the_code_of_a_foreign_currency(
    number: NumberFormat, value: str, currency: str, shown: str
) -> None:
    with formats_of_a_company(Formats(number=number, currency="USD")):
        assert shown_amount(Decimal(value), currency) == shown


def test_a_company_whose_own_currency_has_no_sign_sees_amounts_alone() -> None:
    with formats_of_a_company(Formats(currency="CHF")):
        assert (shown_amount(Decimal(5), "CHF"), shown_amount(Decimal(5), "USD")) == ("5.00", "5.00 USD")


def test_a_count_keeps_a_minus_sign() -> None:
    assert (shown_number(-1234), shown_number(Decimal("0.5"))) == ("−1,234", "0.5")


def test_formats_end_with_the_scope_that_set_them() -> None:
    before: Any = shown_day(date(2026, 3, 4))
    with formats_of_a_company(Formats(DateFormat.ISO)), formats_of_a_company(Formats(DateFormat.EUROPE)):
        assert shown_day(date(2026, 3, 4)) == "4 Mar 2026"
    assert shown_day(date(2026, 3, 4)) == before


def test_sums_are_in_cents_and_the_companys_own_currency_stands_first() -> None:
    sums: dict[str, Decimal] = {}
    for currency, total in (("CAD", Decimal(300)), ("USD", Decimal("454809177.7400001")), (None, None), ("USD", None)):
        add_up(sums, currency, total)
    assert sums == {"CAD": Decimal(300), "USD": Decimal("454809177.74"), "": Decimal(0)}
    with formats_of_a_company(Formats(currency="USD")):
        assert list(own_first(sums)) == ["USD", "", "CAD"]
        assert sums_text({"CAD": Decimal(300), "USD": Decimal(-5)}) == "($5.00) and 300.00 CAD"
    assert next(iter(own_first(sums, "CAD"))) == "CAD"
