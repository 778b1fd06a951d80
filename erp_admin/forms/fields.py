"""Fields of entry pages for amounts, quantities, prices, percentages and days, as people write them.

Owns how a problem of the grammar is told beside a field, and how a stored value is written there. Must not read texts
itself, nor know a document type.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, NoReturn

from django import forms
from django.core.exceptions import ValidationError

from accounts.ui.formats import DateFormat, present_formats, shown_day, shown_number
from erp_admin.grammar.currencies import agrees
from erp_admin.grammar.dates import read_date
from erp_admin.grammar.measures import AMOUNT, PERCENT, PRICE, QUANTITY, Measure
from erp_admin.grammar.numbers import Number, read_number
from erp_admin.grammar.problems import Meaning, Unreadable
from erp_admin.grammar.style import Style

CENTURY_FROM: Final = 1990  # what is typed on a page is of these years: 3/4/26 is of 2026
_ORDERS: Final = {
    DateFormat.US: "{0.month:02}/{0.day:02}/{0.year}",
    DateFormat.EUROPE: "{0.day:02}/{0.month:02}/{0.year}",
}
_PLACES: Final = {AMOUNT.noun: 2, PRICE.noun: 2}  # at least so many decimals are shown
Choice = tuple[str, str]  # what to write, and what it means as people read it


def typed_style() -> Style:
    """How numbers and dates are typed: as pages show them to the people of this company."""
    formats = present_formats()
    mark: Literal[".", ","] = "," if formats.decimal_mark == "," else "."
    return Style(decimal=mark, day_first=formats.day_first, century_from=CENTURY_FROM)


class Misread(ValidationError):
    """A text that is no value, or more than one. `choices` are the texts that can be taken in its place."""

    def __init__(self, message: str, choices: tuple[Choice, ...] = ()) -> None:
        super().__init__(message)
        self.choices = choices


def choices_of(error: ValidationError) -> tuple[Choice, ...]:
    """What can be written in place of a text that a field refused."""
    return tuple(choice for each in error.error_list if isinstance(each, Misread) for choice in each.choices)


class WordsField(forms.CharField):
    """Text of several lines. A browser sends their ends as CR LF; they are kept as LF, as they come from files."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n").replace("\r", "\n") if isinstance(text, str) else text


class MeasuredField(forms.DecimalField):
    """A number as people write it. `currency` is that of the document, which another one typed here contradicts."""

    measure: Measure
    currency: str = ""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        options["max_digits"] = self.measure.whole_digits + self.measure.places
        options["decimal_places"] = self.measure.places
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "data-reads": "number", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return number_as_typed(value, self.measure) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override] # as in Django's own DecimalField
        if value is None or isinstance(value, Decimal | int):
            return None if value is None else Decimal(value)
        text = str(value)
        if not text.strip():
            return None
        try:
            number = read_number(text, typed_style(), self.measure)
        except Unreadable as problem:
            _refuse(problem)
        self._refuse_other_fact(number)
        return number.value

    def _refuse_other_fact(self, number: Number) -> None:
        """What is typed beside the digits is never dropped: a field holds the number alone."""
        if number.unit:
            alone = number_as_typed(number.value, self.measure)
            text = f"“{number.unit}” belongs in the field Unit. Write the number alone."
            raise Misread(text, ((alone, alone),))
        if not agrees(number.currency, self.currency):
            text = (
                f"This is in {number.currency}; the amounts here are in {self.currency}. Write it in {self.currency}."
            )
            raise Misread(text)


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
    """A day as people write it. static/js/entry.js puts the browser's calendar beside it."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "data-day": "", "data-reads": "day", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return day_as_typed(value) if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, datetime):
            return value.date()
        if value is None or isinstance(value, date):
            return value
        if not str(value).strip():
            return None
        try:
            return read_date(str(value), typed_style())
        except Unreadable as problem:
            _refuse(problem)


def _refuse(problem: Unreadable) -> NoReturn:
    choices = tuple((each.text, _shown(each.meaning)) for each in problem.suggestions)
    raise Misread(f"{problem.sentence} {problem.fix}", choices) from None


def _shown(meaning: Meaning) -> str:
    if isinstance(meaning, Decimal):
        return shown_number(meaning.normalize())
    return shown_day(meaning) if isinstance(meaning, date) else meaning


def state_currency(fields: Mapping[str, forms.Field], currency: str) -> None:
    """Tell the fields for money which currency is meant, so that another one typed beside a number is an error."""
    for field in fields.values():
        if isinstance(field, MeasuredField):
            field.currency = currency


def day_as_typed(day: date) -> str:
    """A day as its field reads it back."""
    return _ORDERS.get(present_formats().date, "{0.year:04}-{0.month:02}-{0.day:02}").format(day)


def number_as_typed(value: Decimal, measure: Measure) -> str:
    """A number with the marks of the company, without zeros that say nothing."""
    decimals = -int(value.normalize().as_tuple().exponent)
    return shown_number(value, max(decimals, _PLACES.get(measure.noun, 0))).replace("\N{MINUS SIGN}", "-")


def percent_as_typed(value: Decimal) -> str:
    """A percentage as its field reads it back: below one with the sign, since 0.5 alone could be a half."""
    text = number_as_typed(value, PERCENT)
    return f"{text}%" if 0 < value < 1 else text
