"""Texts as numbers: every order of signs, brackets and currency, and what is in doubt or none."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_admin.grammar.currencies import SIGNS
from erp_admin.grammar.measures import AMOUNT, ANY, PERCENT, PRICE, QUANTITY, Measure
from erp_admin.grammar.numbers import Number, read_certain, read_number
from erp_admin.grammar.problems import InDoubt, Question, Unreadable
from erp_admin.grammar.signs import plain_signs
from erp_admin.grammar.style import Style
from tests.erp_admin.grammar.written import number_texts, styles

OPEN, POINT, COMMA = Style(), Style(decimal="."), Style(decimal=",")


def assert_told(problem: Unreadable) -> None:
    assert problem.sentence.endswith((".", "?"))
    assert problem.fix.endswith(".")


def refused(text: str, style: Style = OPEN) -> str:
    with pytest.raises(Unreadable) as caught:
        read_number(text, style)
    return caught.value.sentence


@pytest.mark.parametrize("minus", ["-", "−", "‒", "–", "—", "﹣", "－", "‑", "⁻"])
@pytest.mark.parametrize(
    "form", ["{}5.00", "5.00{}", "5.00 {}", "({}5.00)", "(5.00{})", "(5.00){}", "{}(5.00)", "{}$5.00", "${}5.00"]
)
def test_a_minus_counts_once_wherever_it_stands(form: str, minus: str) -> None:
    assert read_number(form.format(minus), OPEN).value == Decimal(-5)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "$(1,234.50)",
            "-$(1,234.50)",
            "($1,234.50)",
            "(1,234.50) USD",
            "(1,234.50)$",
            "$1,234.50-",
            "USD (1,234.50)",
        ),
        *(
            "1,234.50 CR",
            "(1,234.50) Cr.",
            "$ (1,234.50)",
            "( 1,234.50 )",
            "（１，２３４．５０）",
            "-US$1,234.50",
            "($1,234.50-)",
        ),
    ],
)
def test_accounting_forms_are_negative_once(text: str) -> None:
    assert read_number(text, OPEN).value == Decimal("-1234.50")


@pytest.mark.parametrize(
    "text", ["--5", "-5-", "-(-5)", "((5))", "- -5", "−-5", "-5 CR", "(-5-)", "5 CR CR", "++5", "-5.00 −"]
)
def test_two_minus_signs_are_never_reckoned_against_one_another(text: str) -> None:
    assert refused(text) == "The sign of the number stands here twice."


@pytest.mark.parametrize("text", ["+-5", "-+5", "+(5)", "(+5)", "-5 DR", "+5-", "(5) DR"])
def test_plus_and_minus_contradict(text: str) -> None:
    assert refused(text) == "The number is marked both as positive and as negative."


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("usd 5", Number(Decimal(5), "USD")),
        ("5 usd", Number(Decimal(5), "USD")),
        ("€5", Number(Decimal(5), "EUR")),
        ("5€", Number(Decimal(5), "EUR")),
        ("US$5", Number(Decimal(5), "USD")),
        ("$5 USD", Number(Decimal(5), "USD")),
        ("$5 CAD", Number(Decimal(5), "CAD")),
        ("C$5", Number(Decimal(5), "CAD")),
        ("MX$5", Number(Decimal(5), "MXN")),
        ("R$ 5", Number(Decimal(5), "BRL")),
        ("US $5", Number(Decimal(5), "USD")),
        ("USD$ 5", Number(Decimal(5), "USD")),
        ("USD $5", Number(Decimal(5), "USD")),
        ("5 CAD $", Number(Decimal(5), "CAD")),
        ("5 LBS $", Number(Decimal(5), "$", "LBS")),
        ("￥500", Number(Decimal(500), "¥")),
        ("￡500", Number(Decimal(500), "£")),
        ("5 dollars", Number(Decimal(5), "$")),
        ("5 US dollars", Number(Decimal(5), "USD")),
        ("500 LBS", Number(Decimal(500), unit="LBS")),
        ("500lbs", Number(Decimal(500), unit="lbs")),
        ("5 sq. ft.", Number(Decimal(5), unit="sq. ft.")),
        ("10 m²", Number(Decimal(10), unit="m²")),
        ("10 m3", Number(Decimal(10), unit="m3")),
        ("$45.00/CY", Number(Decimal("45.00"), "$", "CY")),
        ("45 USD per ton", Number(Decimal(45), "USD", "ton")),
        ("10%", Number(Decimal(10), is_percent=True)),
        ("10 ％", Number(Decimal(10), is_percent=True)),
        ("10 percent", Number(Decimal(10), is_percent=True)),
        ("٪١٠", Number(Decimal(10), is_percent=True)),
        ("$ -", Number(Decimal(0), "$")),
        ("USD -", Number(Decimal(0), "USD")),
        ("-0.00", Number(Decimal("0.00"))),
        ("(0.00)", Number(Decimal("0.00"))),
    ],
)
def test_what_stands_beside_the_digits_is_handed_on(text: str, number: Number) -> None:
    found = read_number(text, OPEN)
    assert found == number
    assert str(found.value) == str(number.value)  # not -0.00


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("1'234.50", "1234.50"), ("1’234.50", "1234.50"), ("1 234,50", "1234.50"), ("1\u202f234,5", "1234.5")),
        *(("1\u00a0234\u00a0567.8", "1234567.8"), ("1_234.50", "1234.50"), ("1,23,456.00", "123456.00")),
        *(("12,34,567", "1234567"), ("1.234.567", "1234567"), ("１，２３４．５０", "1234.50"), ("١٬٢٣٤٫٥", "1234.5")),
        *(("१२३", "123"), ("𝟏𝟐", "12"), (".5", "0.5"), (",5", "0.5"), ("5.", "5"), ("0007", "7"), ("'5.00", "5.00")),
        *(("0.125", "0.125"), ("0,125", "0.125"), ("12.3456", "12.3456"), ("1234.567", "1234.567"), ("12,50", "12.50")),
    ],
)
def test_digits_with_one_reading_are_read_without_a_style(text: str, value: str) -> None:
    assert read_number(text, OPEN).value == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["1,23,45", "12,3456,789", "1.23.456", "1,234.567,8", "1 23", "1'23", "1'234 567", "1,,234", "1..5", "1,234 567"],
)
def test_digits_that_are_grouped_by_nothing_are_refused(text: str) -> None:
    assert refused(text) == "The digits are not grouped by thousands."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *(
            ("5‰", "parts of a thousand"),
            ("½", "This is a fraction"),
            ("-½", "“½” is a fraction"),
            ("1/0", "fraction"),
            ("5½", "This is a fraction"),
            ("3 1/2", "fraction"),
        ),
        *(("⅒", "fraction"), ("①", "no digit"), ("Ⅻ", "no digit"), ("5⁰", "no digit"), ("五", "not a number")),
        *(
            ("five", "not a number"),
            ("N/A", "“N/A” is not a number"),
            ("TBD", "“TBD” is not a number"),
            ("nan", "not a number"),
        ),
        *(("-", "dash alone"), ("—", "dash alone"), ("--", "dash alone"), ("=5+5", "formula"), ("50¢", "in cents")),
        *(
            ("1e3", "exponent"),
            ("4.50001E+11", "exponent"),
            ("#####", "too narrow"),
            ("5 6 7", "not grouped"),
            ("5-6", "More than one"),
        ),
        *(
            ("2026-03-04", "More than one"),
            ("5 x 10", "“x” beside the number"),
            ("5 foo", "“foo” beside the number is neither"),
        ),
        *(
            ("1.5M", "“M” can multiply"),
            ("5k", "“k” can multiply"),
            ("3 million", "“million” can multiply"),
            ("5'", "“'” does not"),
        ),
        *(
            ('5"', "does not belong"),
            ("~5", "“~” does not"),
            ("5*", "“\\*” does not"),
            ("<5>", "“<” does not"),
            ("#5", "“#” does not"),
        ),
        *(
            ("(5", "bracket is open"),
            ("5)", "bracket closes"),
            (")5(", "does not belong"),
            ("€5 USD", "Two currencies"),
            ("$5€", "Two currencies"),
        ),
        *(
            ("5 LBS TON", "Two units"),
            ("5%%", "Two percent"),
            ("5 cr ₹", "credit or ten million"),
            ("₹5 Cr", "credit or ten million"),
        ),
        *(
            ("৪2", "two scripts"),
            ("5.-", "whole amount or"),
            ("5,-", "whole amount or"),
            ("5,--", "whole amount or"),
            ("\u00ad5", "soft hyphen"),
        ),
        *(
            ("5\u00ad", "soft hyphen"),
            ("\ue0005", "does not belong"),
            ("〜5", "does not belong"),
            ("±5", "does not belong"),
            ("", "not a number"),
        ),
        *(
            ("5/", "“/” does not"),
            ("9" * 300, "too long"),
            ("NaN5", "“NaN” beside"),
            ("₿5", "“₿” does not"),
            ("5 per", "“/” does not"),
        ),
    ],
)
def test_what_is_no_number_says_why(text: str, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read_number(text, OPEN)


@pytest.mark.parametrize("text", ["1,234", "1.234", "($1.000)", "1,234 LBS", "12,345-", "012.345"])
def test_a_lone_mark_before_three_digits_is_in_doubt(text: str) -> None:
    with pytest.raises(InDoubt) as caught:
        read_number(text, OPEN)
    assert caught.value.question is Question.DECIMAL
    whole, part = (Decimal(reading) for reading in caught.value.readings)
    assert abs(whole) == abs(part) * 1000
    assert {read_number(text, POINT).value, read_number(text, COMMA).value} == {whole, part}


def test_a_value_that_contradicts_the_style_says_so() -> None:
    with pytest.raises(Unreadable) as caught:
        read_number("(12,50) EUR", POINT)
    assert caught.value.sentence == "It is not written with a decimal point, as numbers are here."
    assert caught.value.fix == "Write (12.50) EUR."
    assert refused("12.5", COMMA) == "It is not written with a decimal comma, as numbers are here."


@pytest.mark.parametrize(
    ("text", "measure", "fix"),
    [
        ("--5.00", AMOUNT, "Write -5 or 5."),
        ("+(12.50) USD", AMOUNT, "Write -12.50 USD or 12.50 USD."),
        ("5.-", AMOUNT, "Write -5 or 5."),
        ("(5", AMOUNT, "Write -5 or 5."),
        ("--1,234", AMOUNT, "Write it like 1234.50."),
        ("3 1/2", QUANTITY, "Write 3.50."),
        ("½", QUANTITY, "Write 0.50."),
        ("2⅛", QUANTITY, "Write 2.1250."),
        ("1/3", QUANTITY, "Write it like 12.50."),
        ("1/0", QUANTITY, "Write it like 12.50."),
        ("$500 LBS", AMOUNT, "Write 500 $."),
        ("--5", PERCENT, "Write 5."),
    ],
)
def test_what_is_nearly_right_is_suggested_as_it_was_meant(text: str, measure: Measure, fix: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_number(text, OPEN, measure)
    assert caught.value.fix == fix


def test_a_doubt_offers_what_the_column_takes() -> None:
    """A third decimal is not stored of an amount, so nobody is told to write one."""
    for text, measure, fix in (
        ("1,234", AMOUNT, "Write 1234 or 1,23."),
        ("1,234", PRICE, "Write 1234 or 1,2340."),
        ("1.000", AMOUNT, "Write 1000 or 1."),
        ("$1.234-", AMOUNT, "Write $1234- or $1.23-."),
    ):
        with pytest.raises(InDoubt) as caught:
            read_number(text, OPEN, measure)
        assert caught.value.fix == fix


@pytest.mark.parametrize(
    ("text", "measure", "sentence"),
    [
        ("1.005", AMOUNT, "It has more than 2 decimals."),
        ("99999999999999.999", AMOUNT, "It has more than 2 decimals."),
        ("100000000000000", AMOUNT, "The number is too large."),
        ("12.34567", QUANTITY, "It has more than 4 decimals."),
        ("10%", AMOUNT, "A percent sign does not belong to an amount."),
        ("$5", QUANTITY, "A currency does not belong to a quantity."),
        ("5 / LBS", QUANTITY, "“LBS” does not belong to a quantity."),
        ("5 LBS", AMOUNT, "“LBS” does not belong to an amount."),
        ("101", PERCENT, "A percentage is between 0 and 100."),
        ("-1", PERCENT, "A percentage is between 0 and 100."),
        ("0.1", PERCENT, "This can be read as 10 percent or as 0.1 percent."),
        ("0.125%", PERCENT, "It has more than 2 decimals."),
    ],
)
def test_limits_are_those_of_what_the_number_is_for(text: str, measure: object, sentence: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_number(text, POINT, measure)  # type: ignore[arg-type]
    assert caught.value.sentence == sentence


def test_a_number_that_its_file_marks_as_one_may_have_an_exponent() -> None:
    assert read_certain("1.5E3", AMOUNT).value == 1500
    assert read_certain("-0", AMOUNT).value == 0
    assert read_certain("1E-2", AMOUNT).value == Decimal("0.01")
    for text in ("1E99", "1E-99", "1E999999999"):
        with pytest.raises(Unreadable):
            read_certain(text, AMOUNT)


# Properties.


@given(number_texts, styles)
def test_spaces_around_a_number_and_signs_that_cannot_be_seen_mean_nothing(text: str, style: Style) -> None:
    def outcome(written: str) -> object:
        try:
            return read_number(written, style)
        except Unreadable as problem:
            return problem.sentence

    assert outcome(f" \u00a0{text}\t ") == outcome(text) == outcome(f"\u200e{text}\u2060")


@given(number_texts)
def test_no_text_has_two_values_unless_that_is_a_doubt(text: str) -> None:
    values = set()
    for style in (POINT, COMMA):
        try:
            values.add(read_number(text, style))
        except Unreadable:
            continue
    if len({number.value for number in values}) == 2:
        with pytest.raises(InDoubt):
            read_number(text, OPEN)
    elif values:
        assert read_number(text, OPEN) in values


@given(number_texts, styles)
def test_no_digit_sign_or_word_of_a_number_is_lost(text: str, style: Style) -> None:
    try:
        found = read_number(text, style)
    except Unreadable:
        return
    plain = plain_signs(text).replace("²", "").replace("³", "")
    digits = "".join(re.findall("[0-9]", plain.replace(found.unit, "")))
    assert digits.lstrip("0").rstrip("0") == f"{abs(found.value):f}".replace(".", "").strip("0")
    assert (found.value < 0) == (bool(re.search(r"[-(]|\bCR\b", plain, re.IGNORECASE)) and found.value != 0)
    words = {word.upper() for word in re.findall(r"[^\W\d_]+", plain.replace(found.unit, ""))}
    known = {"CR", "DR", "PERCENT", "PER"} | ({"C", "RS", "USD", "EUR"} if found.currency else set())
    assert words <= known
    assert bool(found.currency) == any(sign in plain for sign in SIGNS) or found.currency in words | {"Rs"}
    assert found.is_percent == bool(re.search("%|percent", plain))


amounts = st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False)


@given(amounts, st.sampled_from(["-{}", "{}-", "({})", "$({})", "-${}", "(${}-)", "{} CR", "USD -{}", "- {}"]))
def test_what_is_negative_is_the_positive_with_another_sign(amount: Decimal, form: str) -> None:
    for text in (f"{amount:,.2f}", f"{amount:.2f}", f"{amount:,.2f}".replace(",", "_")):
        assert read_number(form.format(text), OPEN).value == -read_number(text, OPEN).value == -amount


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=6, allow_nan=False))
def test_what_our_own_files_write_is_read_back(value: Decimal) -> None:
    assert read_number(f"{value:f}", POINT, PRICE).value == value
    assert read_certain(f"{value.normalize():f}", PRICE).value == value


@given(st.text(max_size=40), styles)
def test_any_text_is_a_number_or_a_problem(text: str, style: Style) -> None:
    for measure in (AMOUNT, QUANTITY, PRICE, PERCENT, ANY):
        try:
            read_number(text, style, measure)
        except Unreadable as problem:
            assert_told(problem)
