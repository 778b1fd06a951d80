"""Texts as dates: the forms that are read, the orders in doubt, and what is no date."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_admin.grammar.dates import read_date
from erp_admin.grammar.problems import InDoubt, Question, Unreadable
from erp_admin.grammar.style import Style
from tests.erp_admin.grammar.test_numbers import assert_told
from tests.erp_admin.grammar.written import date_texts, days, styles

OPEN, MONTH_FIRST, DAY_FIRST = Style(), Style(day_first=False), Style(day_first=True)
MARCH_4 = date(2026, 3, 4)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-03-04", "2026/3/4", "2026.03.04", "2026 03 04", "20260304", "2026‑03‑04", "2026–03–04", "2026−03−04"),
        *("2026-03-04 00:00:00", "2026-03-04T00:00:00Z", "2026-03-04T00:00:00-07:00", "2026-03-04T23:59:59.999+14:00"),
        *(
            "2026-03-04 12:30",
            "2026-03-04, 12:30 PM",
            "2026-03-04 7:00 a.m.",
            "20260304T101500Z",
            "2026-03-04 10:00 EST",
        ),
        *(
            "4 Mar 2026",
            "4-Mar-2026",
            "04MAR2026",
            "March 4, 2026",
            "Mar. 4 2026",
            "March 4th, 2026",
            "4th of March 2026",
        ),
        *("the 4th of March, 2026", "2026-Mar-04", "2026 March 4", "Mar/04/2026", "MARCH 4 2026", "march 4,2026"),
        *("Wednesday, March 4, 2026", "Wed 4 Mar 2026", "Wed. March 4, 2026", "March 4, 2026 (Wed)", "Weds 3/4/2026"),
        *("Wed, 04 Mar 2026 00:00:00 +0000", "2026年3月4日", "2026년 3월 4일", "２０２６－０３－０４", "٢٠٢٦-٠٣-٠٤"),
        *(
            "Wed Mar 04 2026 00:00:00 GMT-0700 (Mountain Standard Time)",
            "Wed Mar  4 00:00:00 UTC 2026",
            "Mar  4 2026 12:00AM",
        ),
        *("2026-03-04 00:00:00 +0000 UTC", "2026-03-04 Wed", "Wednesday the 4th of March 2026"),
        *("\u200e2026\u200e-03-04", "2026-03-04.", "Mar\u00a04,\u202f2026", "Wednesday 3/4/2026 12:00:00 AM"),
    ],
)
def test_dates_with_one_reading_are_read_without_a_style(text: str) -> None:
    assert {read_date(text, style) for style in (OPEN, MONTH_FIRST)} == {MARCH_4}


@pytest.mark.parametrize(
    "text", ["3/4/2026", "03/04/2026", "3-4-2026", "3.4.2026", "3 / 4 / 2026", "3/4/2026 12:00:00 AM", "٣/٤/٢٠٢٦"]
)
def test_the_order_of_day_and_month_is_never_guessed(text: str) -> None:
    assert read_date(text, MONTH_FIRST) == MARCH_4
    assert read_date(text, DAY_FIRST) == date(2026, 4, 3)
    with pytest.raises(InDoubt) as caught:
        read_date(text, OPEN)
    assert (caught.value.question, caught.value.readings) == (Question.DAY_ORDER, ("2026-03-04", "2026-04-03"))


def test_a_date_that_can_only_be_of_one_order_says_which_it_is_not() -> None:
    assert read_date("31/12/2026", OPEN) == read_date("12/31/2026", OPEN) == date(2026, 12, 31)
    with pytest.raises(Unreadable) as caught:
        read_date("31/12/2026", MONTH_FIRST)
    assert caught.value.sentence == "It is not written as month/day/year, as dates are here."
    assert caught.value.fix == "Write it as 2026-12-31."


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("12/31/99", ("1999-12-31", "2099-12-31")),
        ("4-Mar-98", ("1998-03-04", "2098-03-04")),
        ("4-Mar-26", ("1926-03-04", "2026-03-04")),
        ("Mar 4 '26", ("1926-03-04", "2026-03-04")),
        ("31.12.00", ("1900-12-31", "2000-12-31")),
    ],
)
def test_no_century_is_guessed(text: str, readings: tuple[str, str]) -> None:
    with pytest.raises(InDoubt) as caught:
        read_date(text, OPEN)
    assert (caught.value.question, caught.value.readings) == (Question.CENTURY, readings)
    with_window = {read_date(text, Style(century_from=1950)).isoformat()}
    assert with_window < set(readings)


def test_a_year_of_two_digits_in_front_is_not_taken_for_a_day() -> None:
    with pytest.raises(Unreadable) as caught:
        read_date("26-03-04", Style(century_from=1950))
    assert caught.value.fix == "Write 2026-03-04 or 2004-03-26."
    assert read_date("26-03-04", Style(day_first=True, century_from=1950)) == date(2004, 3, 26)


@pytest.mark.parametrize("text", ["Monday, March 4, 2026", "Mon 2026-03-04", "4 March 2026 (Thu)"])
def test_a_weekday_that_does_not_fit_is_told(text: str) -> None:
    with pytest.raises(Unreadable, match="2026-03-04 is a Wednesday, not a"):
        read_date(text, OPEN)


def test_a_weekday_decides_where_only_one_reading_fits_it() -> None:
    assert read_date("Wed 3/4/2026", OPEN) == MARCH_4
    assert read_date("Fri 3/4/2026", OPEN) == date(2026, 4, 3)
    with pytest.raises(InDoubt):
        read_date("Mon 3/4/2026", OPEN)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *(
            ("soon", "words"),
            ("TBD", "words"),
            ("N/A", "words"),
            ("", "not a date"),
            ("-", "words"),
            ("#####", "too narrow"),
        ),
        *(
            ("2026-W10", "week"),
            ("W10 2026", "week"),
            ("KW 10", "week"),
            ("Q1 2026", "quarter"),
            ("2026-063", "counted from"),
        ),
        *(
            ("2026-03", "day is missing"),
            ("March 2026", "day is missing"),
            ("Oct-1", "year is missing"),
            ("1-Oct", "year is missing"),
        ),
        *(
            ("3/4", "year is missing"),
            ("3/4/2026 - 3/5/2026", "span"),
            ("1772582400", "number, not a date"),
            ("2026-02-30", "no such day"),
        ),
        *(
            ("2/29/2025", "no such day"),
            ("13/13/2026", "no month 13"),
            ("2026-13-01", "no month 13"),
            ("2026-03-04 25:00", "no such time"),
        ),
        *(
            ("2026-03-04 13:00 PM", "no such time"),
            ("1989-12-31", "out of range"),
            ("2100-01-01", "out of range"),
            ("0003-01-01", "out of range"),
        ),
        *(
            ("2569-03-04", "out of range"),
            ("0000-00-00", "empty date"),
            ("00/00/0000", "empty date"),
            ("1/0/1900", "no such day"),
        ),
        *(
            ("4 marzo 2026", "not English"),
            ("4 de marzo de 2026", "not English"),
            ("4. März 2026", "not English"),
            ("46083", "2026-03-02"),
        ),
        *(
            ("Maybe 4, 2026", "not a date"),
            ("Marchh 4, 2026", "not a date"),
            ("٣-৪-2026", "two scripts"),
            ("9" * 200, "too long"),
        ),
        *(
            ("3/4-2026", "not a date"),
            ("Feb 30, 2026", "no such day"),
            ("2026-3", "day is missing"),
            ("Mar-26", "day or the year"),
            ("Wed Mar 4 25:00:00 2026", "no such time"),
        ),
    ],
)
def test_what_is_no_date_says_why(text: str, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read_date(text, OPEN)


# Properties.


@given(days, styles)
def test_our_own_form_is_read_back_under_every_style(day: date, style: Style) -> None:
    for text in (day.isoformat(), f"{day:%B} {day.day}, {day.year}", f"{day:%A}, {day:%b} {day.day}, {day.year}"):
        assert read_date(text, style) == day


@given(date_texts, st.sampled_from([None, 1950]))
def test_no_text_has_two_days_unless_that_is_a_doubt(text: str, century: int | None) -> None:
    found = set()
    for order in (False, True):
        try:
            found.add(read_date(text, Style(day_first=order, century_from=century)))
        except Unreadable:
            continue
    if len(found) == 2:
        with pytest.raises(Unreadable):
            read_date(text, Style(century_from=century))


@given(date_texts, styles)
def test_spaces_around_a_date_mean_nothing(text: str, style: Style) -> None:
    def outcome(written: str) -> object:
        try:
            return read_date(written, style)
        except Unreadable as problem:
            return problem.sentence

    assert outcome(f"\u00a0 {text}\n") == outcome(text)


@given(st.text(max_size=40), styles)
def test_any_text_is_a_date_or_a_problem(text: str, style: Style) -> None:
    try:
        found = read_date(text, style)
    except Unreadable as problem:
        assert_told(problem)
    else:
        assert 1990 <= found.year <= 2099
