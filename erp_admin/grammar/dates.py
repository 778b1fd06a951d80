"""A text as a date: which of its readings is meant, by the style, by its weekday and by what a calendar allows.

Owns the words of what is wrong with a date. Must not guess the order of day and month, nor a century.
"""

import re
from calendar import day_name, month_name, monthrange
from datetime import date, timedelta
from typing import Final, NoReturn

from erp_admin.grammar.date_forms import WrittenDate, foreign_month, take_apart
from erp_admin.grammar.problems import InDoubt, Question, Suggestion, Unreadable
from erp_admin.grammar.signs import plain_signs
from erp_admin.grammar.style import Style

EARLIEST: Final = date(1990, 1, 1)
LATEST: Final = date(2099, 12, 31)
_EXAMPLE: Final = Suggestion("2026-03-04", date(2026, 3, 4))
_LIKE: Final = f"Write it as YYYY-MM-DD, for example {_EXAMPLE.text}."
_LONGEST: Final = 100


def read_date(text: str, style: Style) -> date:
    """The day, whatever time of day stands behind it. Raises Unreadable; InDoubt where only the style is missing."""
    plain = _plain(text)
    written = take_apart(plain)
    if written is None:
        _refuse_no_date(plain)
    orders = orders_of(written)
    if not orders:
        _refuse_no_day(written)
    month_day = _settled(written, orders, style)
    year = _year(written, month_day, style)
    return _checked(year, *month_day, written.weekday)


def _plain(text: str) -> str:
    if len(text) > _LONGEST:
        raise Unreadable("This is too long for a date.", _LIKE, [_EXAMPLE])
    return plain_signs(text)


def written_date(text: str) -> WrittenDate | None:
    """The parts of a date as they are written; None for a text that is none."""
    try:
        return take_apart(_plain(text))
    except Unreadable:
        return None


def orders_of(written: WrittenDate) -> dict[bool, tuple[int, int]]:
    """Month and day, by whether the day comes first, as far as the calendar and the weekday allow.

    Where the order is not open, both lead to the same.
    """
    first, second = written.first, written.second
    both = {False: (first, second), True: (second, first) if written.is_open else (first, second)}
    found = {order: parts for order, parts in both.items() if _can_be(*parts)}
    if written.weekday is None or written.is_short or len(set(found.values())) < 2:
        return found
    fitting = {order: parts for order, parts in found.items() if _falls_on(written, *parts)}
    return fitting if len(fitting) == 1 else found


def _can_be(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= monthrange(2000, month)[1]


def _falls_on(written: WrittenDate, month: int, day: int) -> bool:
    try:
        return date(written.year, month, day).weekday() == written.weekday
    except ValueError:
        return False


def _settled(written: WrittenDate, orders: dict[bool, tuple[int, int]], style: Style) -> tuple[int, int]:
    if written.may_begin_with_year and style.day_first is None:
        _refuse_short_year_first(written)
    if len(set(orders.values())) == 1 and (style.day_first is None or style.day_first in orders):
        return next(iter(orders.values()))
    if style.day_first is None:
        _ask_order(written, orders)
    if style.day_first in orders:
        return orders[style.day_first]
    order = "day/month/year" if style.day_first else "month/day/year"
    if written.is_short:
        raise Unreadable(f"It is not written as {order}, as dates are here.", _LIKE, [_EXAMPLE])
    meant = _suggested(written.year, *next(iter(orders.values())))
    sentence = f"It is not written as {order}, as dates are here."
    raise Unreadable(sentence, f"Write it as {meant.text}." if meant else _LIKE, [meant or _EXAMPLE])


def _ask_order(written: WrittenDate, orders: dict[bool, tuple[int, int]]) -> NoReturn:
    parts = [orders[False], orders[True]]
    names = [f"{month_name[month]} {day}" for month, day in parts]
    sentence = f"This can be read as {names[0]} or as {names[1]}."
    year = written.year + (2000 if written.is_short else 0)
    texts = [f"{year:04}-{month:02}-{day:02}" for month, day in parts]
    suggestions = [] if written.is_short else [each for each in (_suggested(year, *one) for one in parts) if each]
    if len(suggestions) < 2:
        raise InDoubt(Question.DAY_ORDER, (texts[0], texts[1]), sentence, _LIKE, [_EXAMPLE])
    fix = f"Write {suggestions[0].text} or {suggestions[1].text}."
    raise InDoubt(Question.DAY_ORDER, (texts[0], texts[1]), sentence, fix, suggestions)


def _refuse_short_year_first(written: WrittenDate) -> NoReturn:
    """26-03-04 is a day of March 2004 to some and of 2026 to others, and `31-12-26` is no better."""
    meant = (
        _suggested(2000 + written.first, written.second, written.year),
        _suggested(2000 + written.year, written.second, written.first),
    )
    suggestions = [each for each in meant if each]
    fix = f"Write {' or '.join(each.text for each in suggestions)}." if suggestions else _LIKE
    raise Unreadable("The year can stand in front or behind.", fix, suggestions or [_EXAMPLE])


def _suggested(year: int, month: int, day: int) -> Suggestion | None:
    try:
        meant = date(year, month, day)
    except ValueError:
        return None
    return Suggestion(meant.isoformat(), meant) if EARLIEST <= meant <= LATEST else None


def _year(written: WrittenDate, month_day: tuple[int, int], style: Style) -> int:
    if not written.is_short:
        return written.year
    if style.century_from is not None:
        return style.century_from + (written.year - style.century_from) % 100
    years = (1900 + written.year, 2000 + written.year)
    texts = [f"{year}-{month_day[0]:02}-{month_day[1]:02}" for year in years]
    suggestions = [each for each in (_suggested(year, *month_day) for year in years) if each]
    sentence = f"The year has two digits: {years[0]} or {years[1]}?"
    if not suggestions:
        raise InDoubt(Question.CENTURY, (texts[0], texts[1]), sentence, _LIKE, [_EXAMPLE])
    fix = f"Write {' or '.join(each.text for each in suggestions)}."
    raise InDoubt(Question.CENTURY, (texts[0], texts[1]), sentence, fix, suggestions)


def _checked(year: int, month: int, day: int, weekday: int | None) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise Unreadable("There is no such day.", _LIKE, [_EXAMPLE]) from None
    if not EARLIEST <= found <= LATEST:
        sentence = f"The year {found.year} is out of range: {EARLIEST.year} to {LATEST.year} can be stored."
        raise Unreadable(sentence, _LIKE, [_EXAMPLE])
    if weekday is not None and found.weekday() != weekday:
        sentence = f"{found.isoformat()} is a {day_name[found.weekday()]}, not a {day_name[weekday]}."
        fix = f"Write {found.isoformat()}, if that is the right day."
        raise Unreadable(sentence, fix, [Suggestion(found.isoformat(), found)])
    return found


def _refuse_no_day(written: WrittenDate) -> NoReturn:
    if not (written.year or written.first or written.second):
        raise Unreadable("Some programs write an empty date like this.", f"Leave the cell blank. {_LIKE}", [_EXAMPLE])
    if not 1 <= written.first <= 12 and not (written.is_open and 1 <= written.second <= 12):
        raise Unreadable(f"There is no month {written.first}.", _LIKE, [_EXAMPLE])
    raise Unreadable("There is no such day.", _LIKE, [_EXAMPLE])


def _refuse_no_date(text: str) -> NoReturn:
    if re.fullmatch(r"(?:3[2-9]|[4-6]\d|7[0-2])\d{3}(?:[.,]\d+)?", text):  # days since 1899-12-30, as Excel counts
        probably = date(1899, 12, 30) + timedelta(days=int(text[:5]))
        found = _suggested(probably.year, probably.month, probably.day)
        if found is not None:
            sentence = f"This is a number, probably the date {found.text}."
            raise Unreadable(
                sentence, f"Give the column the format Date in the spreadsheet, or write {found.text}.", [found]
            )
    parts = foreign_month(text)
    if parts is not None and (found := _suggested(*parts)):
        raise Unreadable("The name of the month is not English.", f"Write {found.text}.", [found])
    for pattern, sentence in _NAMED_FORMS:
        if re.search(pattern, text, re.IGNORECASE):
            raise Unreadable(sentence, _LIKE, [_EXAMPLE])
    raise Unreadable("This is not a date.", _LIKE, [_EXAMPLE])


_NAMED_FORMS: Final = (
    (r"^(?:\d{4}[- ]?)?w\d{1,2}(?:-?\d)?\b|\bweek\b|\bkw\b", "This is a week, not a day."),
    (r"^q[1-4]\b|\bq[1-4]$|^\d{4}-?q[1-4]$|\bquarter\b", "This is a quarter of a year, not a day."),
    (r"^\d{4}-\d{3}$", "This is a day counted from the beginning of the year."),
    (r"^\d{4}[-/.]\d{1,2}$|^\d{1,2}[-/.]\d{4}$|^[a-z]{3,9}\.?,?[- ]\d{4}$", "The day is missing."),
    (r"^[a-z]{3,9}\.?-\d{2}$", "The day or the year is missing."),
    (r"^\d{1,2}[-/. ][a-z]{3,9}\.?$|^[a-z]{3,9}\.?[- ]\d{1,2}$|^\d{1,2}[-/.]\d{1,2}$", "The year is missing."),
    (r"\d.*(?:\bto\b|\buntil\b|\bthrough\b| - ).*\d", "This is a span of days, not one day."),
    (r"^\d{9,13}$", "This is a number, not a date."),
    (r"^#+$", "The spreadsheet's column was too narrow to show the value."),
    (r"^[^\d]+$", "These are words, not a date."),
)
