"""Values of documents as the people of a company read them."""

import pytest

from accounts.ui.formats import DateFormat, Formats, NumberFormat, formats_of_a_company
from integrations.delivery.values import Kind, shown

EUROPEAN = Formats(date=DateFormat.EUROPE, number=NumberFormat.EUROPE, currency="EUR")


@pytest.mark.parametrize(
    ("value", "kind", "in_the_us", "in_europe"),
    [
        ("16333.33", Kind.AMOUNT, "16,333.33", "16.333,33"),
        ("-250", Kind.AMOUNT, "(250.00)", "(250,00)"),
        ("1234.5678", Kind.NUMBER, "1,234.5678", "1.234,5678"),
        ("0.125", Kind.AMOUNT, "0.125", "0,125"),
        ("12/15/2026", Kind.DATE, "Dec 15, 2026", "15 Dec 2026"),
        ("1E+999999999", Kind.AMOUNT, "1E+999999999", "1E+999999999"),
        ("-250", Kind.TEXT, "-250", "-250"),
    ],
)
def test_a_difference_is_written_as_the_company_writes(value: str, kind: Kind, in_the_us: str, in_europe: str) -> None:
    assert shown(value, kind) == in_the_us
    with formats_of_a_company(EUROPEAN):
        assert shown(value, kind) == in_europe
