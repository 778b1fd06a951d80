"""The words and forms of dates: months, weekdays, times of day, and the parts of a date as they were written.

Owns how a date may be written. Must not decide which of two readings is meant: `dates` does, by the style.
"""

import re
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from erp_admin.grammar.problems import Suggestion, Unreadable

_MONTHS: Final = (
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
    "september sep sept", "october oct", "november nov", "december dec",
)  # fmt: skip
MONTHS: Final = MappingProxyType({name: n for n, names in enumerate(_MONTHS, 1) for name in names.split()})
# Told, not read: the fix names the English month.
_FOREIGN: Final = (
    "enero janvier januar ene janv gennaio", "febrero février februar fevrier févr febbraio", "marzo mars märz maerz",
    "abril avril abr aprile", "mayo mai maggio", "junio juin juni giugno", "julio juillet juli luglio juil",
    "agosto août aout ago", "septiembre septembre settembre setiembre", "octubre octobre oktober okt ottobre",
    "noviembre novembre", "diciembre décembre dezember dez decembre dicembre dic déc",
)  # fmt: skip
FOREIGN_MONTHS: Final = MappingProxyType({name: n for n, names in enumerate(_FOREIGN, 1) for name in names.split()})
_DAYS: Final = (
    "monday mon", "tuesday tue tues", "wednesday wed weds", "thursday thu thurs", "friday fri", "saturday sat",
    "sunday sun",
)  # fmt: skip
WEEKDAYS: Final = MappingProxyType({name: n for n, names in enumerate(_DAYS) for name in names.split()})

_ZONE: Final = r"(?:\s?(?:z|utc|gmt|(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?|[ecmp][sd]t)){0,2}(?:\s?\([a-z ]+\))?"
_TIME: Final = re.compile(
    rf"(?:(?<=\d)t|,?\s)\s?(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}})(?:[.,]\d{{1,9}})?)?"
    rf"\s?(?P<half>[ap]\.?m\.?)?{_ZONE}$"
)
_COMPACT_TIME: Final = re.compile(rf"(?<=^\d{{8}})t(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?P<second>\d{{2}})?{_ZONE}$")
# As systems write the present moment: Wed Mar 4 00:00:00 UTC 2026.
_TIME_INSIDE: Final = re.compile(r"(?<=\d) (\d{2}:\d{2}:\d{2})(?: [a-z]{3,4})?(?= \d{4}$)")
_WEEKDAY: Final = re.compile(
    rf"^(?P<name>{'|'.join(WEEKDAYS)})\b\.?,?\s*|,?\s*\(?\b(?P<behind>{'|'.join(WEEKDAYS)})\.?\)?$"
)
_DAY: Final = r"(?P<day>\d{1,2})(?:\s?(?:st|nd|rd|th))?"
_MONTH: Final = r"(?P<month>[^\W\d_]{3,})\.?"
_YEAR: Final = r"(?P<year>\d{4}|'?\d{2})"
_NAMED: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:the )?{_DAY}[-\s./,]*(?:of )?{_MONTH}[-\s./,]*{_YEAR}",
        rf"{_MONTH}[-\s./]*(?:the )?{_DAY}(?:[-\s./,]+)(?:of )?{_YEAR}",
        rf"(?P<year>\d{{4}})[-\s./,]*{_MONTH}[-\s./]*{_DAY}",
    )
)
_YEAR_FIRST: Final = re.compile(
    r"(?P<year>\d{4})\s?(?P<sign>[-/. ])\s?(?P<month>\d{1,2})\s?(?P=sign)\s?(?P<day>\d{1,2})"
)
_YEAR_LAST: Final = re.compile(
    r"(?P<first>\d{1,2})\s?(?P<sign>[-/. ])\s?(?P<second>\d{1,2})\s?(?P=sign)\s?(?P<year>\d{4}|'?\d{2})"
)
_COMPACT: Final = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})")
_BARE: Final = re.compile(r"[0-9]+([-/.])[0-9]+\1[0-9]+")
_EAST_ASIAN: Final = re.compile(r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]")


@dataclass(frozen=True)
class WrittenDate:
    """The parts of a date. With `is_open` the first and the second may each be the day; else the first is the month.

    `year` has two digits where `is_short`; `may_begin_with_year` where all three parts have, joined by dashes, and the
    first is no month. `weekday` counts from Monday, None where none is written.
    """

    year: int
    first: int
    second: int
    is_open: bool = False
    is_short: bool = False
    may_begin_with_year: bool = False
    weekday: int | None = None


def take_apart(text: str) -> WrittenDate | None:
    """The parts of a date in plain signs, its time of day checked and left out; None for what is none."""
    is_bare = _BARE.fullmatch(text) is not None
    day, weekday = (text, None) if is_bare else _without_weekday(_without_time(text.casefold()))
    day = day.removesuffix(".")
    for pattern in (_YEAR_FIRST, _COMPACT, _EAST_ASIAN):
        if found := pattern.fullmatch(day):
            return WrittenDate(int(found["year"]), int(found["month"]), int(found["day"]), weekday=weekday)
    if found := _YEAR_LAST.fullmatch(day):
        year = found["year"].removeprefix("'")
        parts = int(year), int(found["first"]), int(found["second"])
        is_short = len(year) == 2
        years = is_short and found["sign"] == "-" and parts[1] > 12 >= parts[2]
        return WrittenDate(*parts, is_open=True, is_short=is_short, may_begin_with_year=years, weekday=weekday)
    for pattern in _NAMED:
        found = pattern.fullmatch(day)
        if found and found["month"] in MONTHS:
            year = found["year"].removeprefix("'")
            parts = int(year), MONTHS[found["month"]], int(found["day"])
            return WrittenDate(*parts, is_short=len(year) == 2, weekday=weekday)
    return None


def foreign_month(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a date whose month has a Spanish, French, German or Italian name."""
    for pattern in _NAMED:
        found = pattern.fullmatch(re.sub(r"\bde[l]?\b\s*", "", text.casefold()).strip())
        if found and found["month"] in FOREIGN_MONTHS and len(found["year"]) == 4:
            return int(found["year"]), FOREIGN_MONTHS[found["month"]], int(found["day"])
    return None


def _without_time(text: str) -> str:
    text = _TIME_INSIDE.sub("", text) + (f" {inside[1]}" if (inside := _TIME_INSIDE.search(text)) else "")
    found = _TIME.search(text) or _COMPACT_TIME.search(text)
    if found is None:
        return text
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    half = found.groupdict().get("half")
    if hour > 23 or minute > 59 or second > 59 or (half and not 1 <= hour <= 12 and hour != 0):
        example = Suggestion("2026-03-04", date(2026, 3, 4))
        sentence = "There is no such time of day."
        raise Unreadable(sentence, f"Write the date alone, as YYYY-MM-DD, for example {example.text}.", [example])
    return text[: found.start()].rstrip(" ,")


def _without_weekday(text: str) -> tuple[str, int | None]:
    found = _WEEKDAY.search(text)
    if found is None:
        return text, None
    rest = text[: found.start()] + text[found.end() :]
    return rest.strip(), WEEKDAYS[found["name"] or found["behind"]]
