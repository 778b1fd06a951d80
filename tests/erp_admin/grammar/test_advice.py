"""Every text that a fix shows is followed: in place of the refused one it is accepted, and means what it names."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erp_admin.grammar.currencies import read_currency
from erp_admin.grammar.dates import read_date
from erp_admin.grammar.measures import AMOUNT, PERCENT, PRICE, QUANTITY, WHOLE, Measure
from erp_admin.grammar.numbers import read_number
from erp_admin.grammar.problems import Unreadable
from erp_admin.grammar.style import Style
from tests.erp_admin.grammar.written import date_texts, number_texts, styles

measures = st.sampled_from([AMOUNT, QUANTITY, PRICE, PERCENT, WHOLE])


def refusal(read: Callable[[], object]) -> Unreadable | None:
    try:
        read()
    except Unreadable as problem:
        return problem
    return None


def assert_shown(problem: Unreadable) -> None:
    """Each suggestion stands in the fix, and nothing else there looks like a value."""
    rest = problem.fix
    for suggestion in sorted(problem.suggestions, key=lambda each: -len(each.text)):
        assert suggestion.text in rest or any(suggestion.text in each.text for each in problem.suggestions)
        rest = rest.replace(suggestion.text, "")
    assert not re.search("[0-9]", rest), problem.fix


@settings(max_examples=400)
@given(number_texts, styles, measures)
def test_what_is_suggested_for_a_number_is_accepted_and_means_that(text: str, style: Style, measure: Measure) -> None:
    problem = refusal(lambda: read_number(text, style, measure))
    if problem is not None:
        assert_shown(problem)
        for suggestion in problem.suggestions:
            assert read_number(suggestion.text, style, measure).value == suggestion.meaning


@settings(max_examples=400)
@given(number_texts, styles, measures)
def test_following_a_suggestion_loses_no_currency(text: str, style: Style, measure: Measure) -> None:
    """Unless it is the currency that does not belong there, or one of two."""
    problem = refusal(lambda: read_number(text, style, measure))
    if problem is not None and "€" in text and measure.takes_currency and "like" not in problem.fix:
        assert {read_number(each.text, style, measure).currency for each in problem.suggestions} <= {"EUR"}


@settings(max_examples=400)
@given(date_texts, styles)
def test_what_is_suggested_for_a_date_is_accepted_and_means_that(text: str, style: Style) -> None:
    problem = refusal(lambda: read_date(text, style))
    if problem is not None:
        assert_shown(problem)
        for suggestion in problem.suggestions:
            assert read_date(suggestion.text, style) == suggestion.meaning


@given(st.text(max_size=6))
def test_what_is_suggested_for_a_currency_is_one(text: str) -> None:
    problem = refusal(lambda: read_currency(text))
    if problem is not None:
        assert [read_currency(each.text) for each in problem.suggestions] == [
            each.meaning for each in problem.suggestions
        ]


@pytest.mark.parametrize("mark", [".", ",", None])
@pytest.mark.parametrize(
    ("text", "measure"),
    [
        *(
            ("1,234", AMOUNT),
            ("1.2345", AMOUNT),
            ("0.125", PERCENT),
            ("0,125", PERCENT),
            ("0.004", PERCENT),
            ("12,50", AMOUNT),
        ),
        *(
            ("1.234", PRICE),
            ("0,996", PERCENT),
            ("99.999%", PERCENT),
            ("1,0000001", PRICE),
            ("(1.005) €", AMOUNT),
            ("abc", PERCENT),
        ),
    ],
)
def test_known_traps_of_advice(text: str, measure: Measure, mark: object) -> None:
    """Advice that was refused when followed: too many decimals, a percentage below one, the other decimal mark."""
    style = Style(decimal=mark)  # type: ignore[arg-type]
    problem = refusal(lambda: read_number(text, style, measure))
    if problem is not None:
        assert problem.suggestions
        for suggestion in problem.suggestions:
            assert read_number(suggestion.text, style, measure).value == suggestion.meaning


def test_an_example_means_what_it_shows() -> None:
    for style in (Style(decimal="."), Style(decimal=","), Style()):
        with pytest.raises(Unreadable) as caught:
            read_number("abc", style, AMOUNT)
        assert caught.value.suggestions[0].meaning == Decimal("1234.50")
    with pytest.raises(Unreadable) as caught:
        read_date("abc", Style())
    assert caught.value.suggestions[0].meaning == date(2026, 3, 4)
