"""How dates, times, numbers and amounts are written for the people of a company.

Owns the choices a company has and the writing itself. Asks nothing: whoever opens a company's scope says its formats,
outside one those of the United States hold.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.dateformat import time_format

NOTHING = "—"
MINUS = "\N{MINUS SIGN}"
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"


class DateFormat(TextChoices):
    """In which order the parts of a date stand; the value is what `data-date-order` tells scripts."""

    US = "mdy", "Mar 4, 2026"
    EUROPE = "dmy", "4 Mar 2026"
    ISO = "ymd", "2026-03-04"


class TimeFormat(TextChoices):
    TWELVE = "12", "2:17 PM"
    TWENTY_FOUR = "24", "14:17"


class NumberFormat(TextChoices):
    US = "us", "1,234.56"
    EUROPE = "eu", "1.234,56"
    SPACES = "spaces", "1 234,56"
    APOSTROPHES = "apostrophes", "1’234.56"


_MARKS = {
    NumberFormat.US: (".", ","),
    NumberFormat.EUROPE: (",", "."),
    NumberFormat.SPACES: (",", NARROW_SPACE),
    NumberFormat.APOSTROPHES: (".", "’"),
}
_DAYS = {DateFormat.US: "M j, Y", DateFormat.EUROPE: "j M Y", DateFormat.ISO: "Y-m-d"}
_SHORT_DAYS = {DateFormat.US: "M j", DateFormat.EUROPE: "j M", DateFormat.ISO: "m-d"}
_MINUTES = {TimeFormat.TWELVE: "g:i A", TimeFormat.TWENTY_FOUR: "H:i"}
_SECONDS = {TimeFormat.TWELVE: "g:i:s A", TimeFormat.TWENTY_FOUR: "H:i:s"}
# Only the company's own currency is written with its sign, so that a dollar is never taken for another one.
_SIGNS = {"USD": "$", "CAD": "$", "AUD": "$", "NZD": "$", "EUR": "€", "GBP": "£"}
# ISO 4217 minor units where they are not two digits.
_NO_MINOR_UNIT = (
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)  # fmt: skip
_THREE_DIGITS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
MINOR_UNITS = {**dict.fromkeys(_NO_MINOR_UNIT, 0), **dict.fromkeys(_THREE_DIGITS, 3)}


@dataclass(frozen=True)
class Formats:
    """`currency` is the company's own; "" outside a company, where every currency is named."""

    date: DateFormat = DateFormat.US
    time: TimeFormat = TimeFormat.TWELVE
    number: NumberFormat = NumberFormat.US
    currency: str = ""

    @property
    def day_first(self) -> bool | None:
        """Whether 3/4/2026 is April 3; None where the company writes dates so that it does not say."""
        return None if self.date == DateFormat.ISO else self.date == DateFormat.EUROPE

    @property
    def decimal_mark(self) -> str:
        return _MARKS[self.number][0]

    @property
    def group_mark(self) -> str:
        return _MARKS[self.number][1]


_present: ContextVar[Formats] = ContextVar("formats", default=Formats())  # noqa: B039 (frozen)


@contextmanager
def formats_of_a_company(formats: Formats) -> Iterator[None]:
    token = _present.set(formats)
    try:
        yield
    finally:
        _present.reset(token)


def present_formats() -> Formats:
    return _present.get()


def shown_day(day: date) -> str:
    """A date as it is; nothing is converted."""
    return formatted(day, _DAYS[present_formats().date])


def shown_short_day(day: date) -> str:
    """A date of this year, where the year goes without saying."""
    return formatted(day, _SHORT_DAYS[present_formats().date])


def shown_time(moment: datetime, *, seconds: bool = False) -> str:
    """The time of day in the current time zone."""
    table = _SECONDS if seconds else _MINUTES
    return formatted(timezone.localtime(moment), table[present_formats().time])


def shown_clock(clock: time) -> str:
    """A time of day that belongs to no day."""
    return time_format(clock, _MINUTES[present_formats().time])


def shown_moment(moment: datetime, *, seconds: bool = False) -> str:
    """Date, time and zone, exact to the minute or the second, in the current time zone."""
    local = timezone.localtime(moment)
    return f"{shown_day(local)}, {shown_time(local, seconds=seconds)} {local.tzname()}"


def shown_number(value: Decimal | int, places: int | None = None) -> str:
    """A number with its thousands separated and a true minus sign; all its decimals unless `places` says how many."""
    number = abs(Decimal(value))
    text = f"{number:,f}" if places is None else f"{number:,.{places}f}"
    return f"{MINUS if value < 0 else ''}{_marked(text)}"


def shown_amount(value: Decimal, currency: str = "") -> str:
    """Money: negative in parentheses, the company's own currency by its sign, any other by its code.

    Never rounded: the currency's minor units are the least number of decimals shown, digits beyond them stay.
    """
    exponent = value.normalize().as_tuple().exponent
    kept = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    text = _marked(f"{abs(value):,.{max(MINOR_UNITS.get(currency.upper(), 2), kept)}f}")
    own = present_formats().currency
    is_own = bool(currency) and currency.upper() == own
    text = f"{own_sign()}{text}" if is_own else text
    text = f"({text})" if value < 0 else text
    return text if is_own or not currency else f"{text} {currency}"


def own_sign() -> str:
    """What stands before amounts in the company's own currency; "" where that has no sign here."""
    return _SIGNS.get(present_formats().currency, "")


def _marked(text: str) -> str:
    """A number written as Python does it, with the marks of the company."""
    decimal_mark, group_mark = _MARKS[present_formats().number]
    return text.translate({ord(","): group_mark, ord("."): decimal_mark})
