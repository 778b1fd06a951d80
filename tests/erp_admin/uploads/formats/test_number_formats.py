"""Number formats as spreadsheets show them, and which of them show a date, a currency or nothing."""

from datetime import datetime
from decimal import Decimal

import pytest

from erp_admin.uploads.formats.number_formats import number_format, section_for, shown_date, shown_number


def shown(pattern: str, number: str) -> str:
    section, as_shown = section_for(pattern, Decimal(number))
    return shown_number(section, as_shown)


@pytest.mark.parametrize(
    ("pattern", "number", "text"),
    [
        ("000-00-0000", "123456789", "123-45-6789"),
        ("(000) 000-0000", "5551234567", "(555) 123-4567"),
        ("00\\.00", "1234", "12.34"),
        ("0000 0000", "12345678", "1234 5678"),
        ("0.0##", "1.5", "1.5"),
        ("#.##", "0.5", ".5"),
        ("#,###", "1234567", "1,234,567"),
        ("#,##0", "999", "999"),
        ("#,##0.00;(#,##0.00)", "-1234.5", "(1,234.50)"),
        ("#,##0.00;(#,##0.00)", "0", "0.00"),
        ('0;-0;"none"', "0", "none"),
        ('[>=1000]#,##0,"K";0', "1500", "2K"),
        ('[>=1000]#,##0,"K";0', "500", "500"),
        ("[<1]0.00;0", "0.5", "0.50"),
        ("0.00", "2.675", "2.68"),
        ("0.00", "-0.001", "0.00"),
        ("0", "-7", "-7"),
        ("$#,##0", "-1234", "-$1,234"),
        ('General" ea"', "5.25", "5.25 ea"),
        ("Standard", "5.25", "5.25"),
        ("", "5.25", "5.25"),
        ("[Red]0", "1", "1"),
        ('0.00\\ "m²"', "3", "3.00 m²"),
        ("?0.0", "5", "5.0"),
        ("0.00", "1E+30", f"1{'0' * 30}.00"),
        (f"0.{'0' * 40}", "1.5", f"1.5{'0' * 39}"),
        (f"0{',' * 900}", "5", "0"),
    ],
)
def test_a_number_is_shown_as_the_format_says(pattern: str, number: str, text: str) -> None:
    assert shown(pattern, number) == text


@pytest.mark.parametrize("pattern", ["0.00E+00", "##0.0E+0", "# ?/?", "US$ 0.00"])
def test_a_format_that_is_not_understood_shows_nothing_wrong(pattern: str) -> None:
    assert shown(pattern, "1234.5") == ""


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("m/d/yyyy", "3/4/2026"),
        ("yyyy\\-mm\\-dd\\ hh:mm:ss", "2026-03-04 15:07:09"),
        ("dddd, mmmm d, yyyy", "Wednesday, March 4, 2026"),
        ("[$-409]mmmm d, yyyy;@", "March 4, 2026"),
        ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "Wednesday, March 04, 2026"),
        ("h:mm AM/PM", "3:07 PM"),
        ("mm:ss", "07:09"),
        ("mmm-yy", "Mar-26"),
        ("d.m.yyyy", "4.3.2026"),
        ("[$-407]d. mmmm yyyy", ""),
        ("[$-411]ge.m.d", ""),
        ("hh:mm:ss.00", "15:07:09.00"),
        ("[h]:mm", "36:07"),
    ],
)
def test_a_date_is_shown_as_the_format_says(pattern: str, text: str) -> None:
    section, _ = section_for(pattern, Decimal(46085))
    assert section.is_date
    assert shown_date(section, datetime.fromisoformat("2026-03-04T15:07:09"), Decimal("1.5")) == text


@pytest.mark.parametrize(
    "pattern",
    ["General", "0.00_D_M", '0 "days"', "0\\d", "*d0", "[Red]0", "[$USD] 0", "[$-409]0", "#,##0.00_);[Red](#,##0.00)"],
)
def test_letters_that_are_no_date_make_none(pattern: str) -> None:
    assert not section_for(pattern, Decimal("1234.5"))[0].is_date


@pytest.mark.parametrize(
    ("pattern", "currency"),
    [
        ("[$€-407] #,##0.00", "€"),
        ("#,##0.00 [$USD]", "USD"),
        ("[$CHF-807] 0", "CHF"),
        ("[$R$-416] 0", "R$"),
        ('"EUR" 0', "EUR"),
        ("\\$0.00", "$"),
        ("US$ 0.00", "US$"),
        ("0 €", "€"),
        ("[$¥-411]#,##0", "JPY"),
        ("[$$-1009]0.00", "CAD"),
        ("[$$-en-AU]0.00", "AUD"),
        ("[$$-409]0.00", "$"),
        ('_("$"* #,##0.00_)', "$"),
        ("[$-409]0.00", ""),
        ('0 "LBS"', ""),
        ('0 "EURO"', ""),
        ("0.00", ""),
    ],
)
def test_a_currency_is_known_from_a_unit(pattern: str, currency: str) -> None:
    assert section_for(pattern, Decimal(5))[0].currency == currency


def test_formats_are_known_by_their_numbers() -> None:
    assert number_format(14, {}) == "m/d/yyyy"
    assert number_format(2, {}) == "0.00"
    assert number_format(164, {164: "0000"}) == "0000"
    assert number_format(9, {9: "0"}) == "0"
    assert number_format(999, {}) == "General"
    assert section_for(number_format(31, {}), Decimal(46085))[0].is_date
