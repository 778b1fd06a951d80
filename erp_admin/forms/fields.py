"""Fields of entry pages for amounts, quantities, prices, percentages and days, as people write them.

Owns how a problem of the grammar is told beside a field. Must not read texts itself, nor know a document type.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from erp_admin.grammar.currencies import agrees
from erp_admin.grammar.dates import read_date
from erp_admin.grammar.measures import AMOUNT, PERCENT, PRICE, QUANTITY, Measure
from erp_admin.grammar.numbers import Number, read_number
from erp_admin.grammar.problems import Unreadable
from erp_admin.grammar.style import COMPANY_DAY_FIRST, Style

# How pages show numbers and dates, and so how they are typed: 1,234.56, and the month before the day.
AS_SHOWN: Final = Style(decimal=".", day_first=COMPANY_DAY_FIRST)


class MeasuredField(forms.DecimalField):
    """A number as people write it. `currency` is that of the document, which another one typed here contradicts."""

    measure: Measure
    style: Style = AS_SHOWN
    currency: str = ""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        options["max_digits"] = self.measure.whole_digits + self.measure.places
        options["decimal_places"] = self.measure.places
        super().__init__(**options)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override] # as in Django's own DecimalField
        if value is None or isinstance(value, Decimal | int):
            return None if value is None else Decimal(value)
        text = str(value)
        if not text.strip():
            return None
        try:
            number = read_number(text, self.style, self.measure)
        except Unreadable as problem:
            raise ValidationError(f"{problem.sentence} {problem.fix}", code="invalid") from None
        self._refuse_other_fact(number)
        return number.value

    def _refuse_other_fact(self, number: Number) -> None:
        """What is typed beside the digits is never dropped: a field holds the number alone."""
        if number.unit:
            raise ValidationError(f"“{number.unit}” belongs in the field Unit. Write the number alone.", code="unit")
        if not agrees(number.currency, self.currency):
            text = (
                f"This is in {number.currency}; the amounts here are in {self.currency}. Write it in {self.currency}."
            )
            raise ValidationError(text, code="currency")


class AmountField(MeasuredField):
    measure = AMOUNT


class QuantityField(MeasuredField):
    measure = QUANTITY


class PriceField(MeasuredField):
    measure = PRICE


class PercentField(MeasuredField):
    measure = PERCENT

    def prepare_value(self, value: Any) -> Any:
        return percent_as_typed(value) if isinstance(value, Decimal) else value


class DayField(forms.DateField):
    """A day as people write it; the browser's own picker sends YYYY-MM-DD."""

    style: Style = AS_SHOWN

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, datetime):
            return value.date()
        if value is None or isinstance(value, date):
            return value
        if not str(value).strip():
            return None
        try:
            return read_date(str(value), self.style)
        except Unreadable as problem:
            raise ValidationError(f"{problem.sentence} {problem.fix}", code="invalid") from None


def state_currency(fields: Mapping[str, forms.Field], currency: str) -> None:
    """Tell the fields for money which currency is meant, so that another one typed beside a number is an error."""
    for field in fields.values():
        if isinstance(field, MeasuredField):
            field.currency = currency


def percent_as_typed(value: Decimal) -> str:
    """A percentage as its field reads it back: below one with the sign, since 0.5 alone could be a half."""
    text = f"{value.normalize():f}"
    return f"{text}%" if 0 < value < 1 else text
