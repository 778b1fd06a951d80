"""What a number format of a workbook shows: the text of a number or date, its currency, and whether it is a percentage.

ECMA-376, 18.8.31. `openpyxl` knows the formats by their number, and shows none. A format that is not understood shows
nothing here, which is not the same as a wrong text.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cached_property, lru_cache
from typing import Final

from openpyxl.styles.numbers import BUILTIN_FORMATS

# As a spreadsheet of the United States shows them; the library gives the form of the standard.
_OWN: Final = {14: "m/d/yyyy", 22: "m/d/yyyy h:mm"}
_EASTERN_DATES: Final = frozenset({*range(27, 37), *range(50, 59)})
_TOKEN: Final = re.compile(
    r'(?P<text>"[^"]*"?|\\.)|(?P<space>_.)|(?P<fill>\*.)|(?P<bracket>\[[^\]]*\])|(?P<noon>AM/PM|A/P)|(?P<general>General)'
    r"|(?P<date>y+|m+|d+|h+|s+|e+(?![+-])|g+|b+(?=[bymd]|$))|(?P<power>E[+-]0+)|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)"
    r"|(?P<percent>%)|(?P<at>@)|(?P<sign>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION: Final = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?[\d.]+)\]")
_ELAPSED: Final = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_CURRENCY: Final = re.compile(r"\[\$([^-\]]+)(?:-([^,\]]*)[^\]]*)?\]")
# A sign that several countries use, with the language of one, as in `[$$-1009]` or `[$$-en-CA]`.
_CURRENCY_OF: Final = {
    (sign, place): code
    for sign, code, places in (
        ("$", "CAD", "1009 c0c 10c0c en-ca fr-ca"),
        ("$", "AUD", "c09 en-au"),
        ("$", "NZD", "1409 en-nz"),
        ("$", "SGD", "1004 4809 en-sg zh-sg"),
        ("$", "HKD", "c04 3c09 zh-hk en-hk"),
        ("$", "MXN", "80a es-mx"),
        ("$", "CLP", "340a es-cl"),
        ("$", "COP", "240a es-co"),
        ("$", "ARS", "2c0a es-ar"),
        ("£", "GBP", "809 452 en-gb cy-gb"),
        ("¥", "JPY", "411 ja-jp"),
        ("¥", "CNY", "804 zh-cn"),
        ("￥", "JPY", "411 ja-jp"),
        ("￥", "CNY", "804 zh-cn"),
        ("kr", "SEK", "41d sv-se"),
        ("kr", "NOK", "414 814 nb-no nn-no"),
        ("kr", "DKK", "406 da-dk"),
        ("kr.", "DKK", "406 da-dk"),
    )
    for place in places.split()
}
_LOCALE: Final = re.compile(r"\[\$[^-\]]*-([0-9A-F]+)[^\]]*\]", re.IGNORECASE)
_ENGLISH: Final = 0x09
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Three capitals are a currency only where they name one; `500 LBS` has a unit.
_CODES: Final = re.compile(
    "AED|ARS|AUD|BRL|CAD|CHF|CLP|CNY|COP|CRC|CZK|DKK|DOP|EGP|EUR|GBP|GTQ|HKD|HUF|IDR|ILS|INR|JPY|KES|KRW|KWD|MXN|MYR|"
    "NGN|NOK|NZD|PEN|PHP|PKR|PLN|QAR|RON|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|UYU|VND|ZAR"
)
_EXACT: Final = Context(prec=2_000, rounding=ROUND_HALF_UP)  # more digits than any number or format has here
Token = tuple[str, str]


@dataclass(frozen=True)
class Section:
    """One of the up to four parts of a format."""

    pattern: str
    tokens: tuple[Token, ...]

    @cached_property
    def is_date(self) -> bool:
        """Whether it shows parts of a date or time: letters outside of texts, and no digits of a number."""
        names = {name for name, _ in self.tokens}
        return ("date" in names or self.is_elapsed) and not names & {"general", "power"} and not self._has_digits

    @cached_property
    def is_elapsed(self) -> bool:
        return any(name == "bracket" and _ELAPSED.fullmatch(text) for name, text in self.tokens)

    @cached_property
    def _has_digits(self) -> bool:
        """Other than the fractions of a second, `ss.00`."""
        before = ""
        for name, text in self.tokens:
            if name == "digit" and before not in ("point-of-second", "second-digit"):
                return True
            is_second = (name == "date" and text[0] in "sS") or (name == "bracket" and text.lower().startswith("[s"))
            if name == "point" and before == "second":
                before = "point-of-second"
            elif name == "digit":
                before = "second-digit"
            else:
                before = "second" if is_second else ""
        return False

    @cached_property
    def is_colored(self) -> bool:
        return re.search(r"\[(?:red|color)", self.pattern, re.IGNORECASE) is not None

    @cached_property
    def is_percent(self) -> bool:
        return sum(1 for name, _ in self.tokens if name == "percent") == 1

    @cached_property
    def currency(self) -> str:
        for name, text in self.tokens:
            found = _CURRENCY.fullmatch(text) if name == "bracket" else None
            if found is not None and found[1].strip():
                return _CURRENCY_OF.get((found[1].strip(), (found[2] or "").lower()), found[1].strip())
        tokens = [("sign", text) if name == "date" else (name, text) for name, text in self.tokens]
        words = "".join(_literal(token) or "\0" for token in tokens).replace("\0\0", "\0").split("\0")
        for word in (word.strip(" ()-+") for word in words):
            if _CODES.fullmatch(word) or any(unicodedata.category(sign) == "Sc" for sign in word):
                return word
        return ""


def number_format(number: int, own: dict[int, str]) -> str:
    """The pattern of a format by its number, as the workbook or the standard defines it."""
    if number in own:
        return own[number]
    if number in _EASTERN_DATES:
        return "yyyy/m/d"
    return _OWN.get(number) or BUILTIN_FORMATS.get(number, "General")


@lru_cache(maxsize=1024)
def _sections(pattern: str) -> tuple[Section, ...]:
    if pattern.strip().casefold() in ("", "standard"):
        pattern = "General"
    parts: list[list[Token]] = [[]]
    for found in _TOKEN.finditer(pattern[:1000]):
        name = str(found.lastgroup)
        if name == "sign" and found[0] == ";":
            parts.append([])
        else:
            parts[-1].append((name, found[0]))
    return tuple(Section("".join(text for _, text in part), tuple(part)) for part in parts)


def section_for(pattern: str, number: Decimal) -> tuple[Section, Decimal]:
    """The section that shows this number, and the number as it shows it: without its sign where the section has one."""
    sections = _sections(pattern)
    conditions = [_CONDITION.search(section.pattern) for section in sections[:3]]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=False):
            if condition is None or _holds(number, condition[1], Decimal(condition[2])):
                return section, number
        return sections[min(len(sections), 3) - 1], number
    if number < 0 and len(sections) > 1:
        return sections[1], -number
    if number == 0 and len(sections) > 2:
        return sections[2], number
    return sections[0], number


def _holds(number: Decimal, sign: str, limit: Decimal) -> bool:
    return {
        "<": number < limit, ">": number > limit, "=": number == limit, "<>": number != limit, "<=": number <= limit,
        ">=": number >= limit,
    }[sign]  # fmt: skip


def _literal(token: Token) -> str:
    """The signs that stand for themselves."""
    name, text = token
    if name == "text":
        return text[1:].rstrip('"') if text.startswith('"') else text[1:]
    if name == "space":
        return " "
    if name == "bracket":
        found = _CURRENCY.fullmatch(text)
        return found[1] if found is not None else ""
    return text if name in ("sign", "noon") else ""


def shown_number(section: Section, number: Decimal) -> str:
    """A number as it is shown. Blank where the format shows nothing, or is not understood."""
    names = [name for name, _ in section.tokens]
    if "power" in names or "date" in names or any(text == "/" for name, text in section.tokens if name == "sign"):
        return ""
    if "general" in names or "at" in names:
        return "".join(
            f"{number:f}" if name in ("general", "at") else _literal((name, text)) for name, text in section.tokens
        ).strip()
    places = [place for place, name in enumerate(names) if name == "digit"]
    if not places:
        return "".join(map(_literal, section.tokens)).strip()
    point = next((place for place, name in enumerate(names) if name == "point"), len(names))
    whole = [place for place in places if place < point]
    # Commas behind the last digit, or right before the point, divide by a thousand each: `0.0,` as well as `0,.0`.
    scale = names[places[-1] + 1 :].count("comma")
    if whole and whole[-1] != places[-1]:
        scale += names[whole[-1] + 1 : point].count("comma")
    number = number.scaleb(2 * names.count("percent") - 3 * scale, _EXACT)
    decimals_shown = len(places) - len(whole)
    rounded = number.copy_abs().quantize(Decimal(1).scaleb(-decimals_shown), context=_EXACT)
    digits, _, decimals = f"{rounded:f}".partition(".")
    has_groups = any(names[place] == "comma" for place in range(whole[0], whole[-1])) if whole else False
    front = _whole_part(section.tokens[:point], digits.lstrip("0"), has_groups=has_groups)
    back = _decimals(section.tokens[point:], decimals if decimals_shown else "")
    minus = "-" if number < 0 and rounded else ""
    return f"{minus}{front}{back}".strip()


def _whole_part(tokens: tuple[Token, ...], digits: str, *, has_groups: bool) -> str:
    """From the right to the left, as the signs between the digits stand: `00-000` shows 3300 as 03-300."""
    first = next((place for place, (name, _) in enumerate(tokens) if name == "digit"), None)
    made: list[str] = []
    count = 0

    def put(digit: str) -> None:
        nonlocal count
        if has_groups and count and count % 3 == 0 and digit.strip():
            made.append(",")
        count += 1
        made.append(digit)

    for place in range(len(tokens) - 1, -1, -1):
        name, text = tokens[place]
        if name != "digit":
            made.append(_literal(tokens[place]) or ("%" if name == "percent" else ""))
            continue
        if digits:
            put(digits[-1])
            digits = digits[:-1]
        elif text != "#":
            put("0" if text == "0" else " ")
        if place == first:
            while digits:
                put(digits[-1])
                digits = digits[:-1]
    return "".join(part[::-1] if len(part) == 1 else part for part in reversed(made))


def _decimals(tokens: tuple[Token, ...], decimals: str) -> str:
    made = ""
    kept = decimals.rstrip("0")
    place = 0
    for name, text in tokens:
        if name == "digit":
            digit = decimals[place : place + 1]
            made += digit if text == "0" or place < len(kept) else " " if text == "?" else ""
            place += 1
        elif name == "point":
            made += "."
        else:
            made += _literal((name, text)) or ("%" if name == "percent" else "")
    return made


def shown_date(section: Section, moment: datetime, days: Decimal) -> str:
    """A date as it is shown, in English. Blank where the format names days or months in another language."""
    locale = _LOCALE.search(section.pattern)
    is_english = (
        locale is None or int(locale[1], 16) & 0x3FF == _ENGLISH or int(locale[1], 16) & 0xFFFF in (0xF800, 0xF400)
    )
    names = [(place, text) for place, (name, text) in enumerate(section.tokens) if name == "date"]
    if any(text[0] in "egbEGB" for _, text in names) or (
        not is_english and any(text[0] in "mdMD" and len(text) > 2 for _, text in names)
    ):
        return ""
    has_noon = any(name == "noon" for name, _ in section.tokens)
    minutes = _minutes([text for _, text in names], section)
    made = ""
    for place, (name, text) in enumerate(section.tokens):
        order = next((at for at, (known, _) in enumerate(names) if known == place), -1)
        if name == "date":
            made += _part(text.lower(), moment, is_minute=order in minutes, has_noon=has_noon)
        elif name == "noon":
            made += ("AM" if moment.hour < 12 else "PM")[: 2 if len(text) > 3 else 1]
        elif name == "bracket" and (elapsed := _ELAPSED.fullmatch(text)) is not None:
            made += _elapsed(elapsed[1].lower(), days)
        elif name in ("point", "comma", "digit"):
            made += {"point": ".", "comma": ","}.get(name, "0")
        else:
            made += _literal((name, text))
    return made.strip()


def _minutes(names: list[str], section: Section) -> set[int]:
    """Which of the parts with `m` are minutes: those behind hours or before seconds."""
    found = set()
    for at, text in enumerate(names):
        before = names[at - 1][0].lower() if at else ("h" if section.is_elapsed else "")
        after = names[at + 1][0].lower() if at + 1 < len(names) else ""
        if text[0] in "mM" and len(text) <= 2 and (before == "h" or after == "s"):
            found.add(at)
    return found


def _part(text: str, moment: datetime, *, is_minute: bool, has_noon: bool) -> str:
    sign, width = text[0], len(text)
    if sign == "y":
        return f"{moment.year:04d}" if width > 2 else f"{moment.year % 100:02d}"
    if sign == "m" and not is_minute and width > 2:
        name = _MONTHS[moment.month - 1]
        return {3: name[:3], 5: name[:1]}.get(width, name)
    if sign == "d" and width > 2:
        name = _DAYS[moment.weekday()]
        return name[:3] if width == 3 else name
    hour = (moment.hour % 12 or 12) if has_noon else moment.hour
    number = {"d": moment.day, "h": hour, "s": moment.second, "m": moment.minute if is_minute else moment.month}[sign]
    return f"{number:02d}" if width > 1 else str(number)


def _elapsed(unit: str, days: Decimal) -> str:
    seconds = int((days * 86_400).to_integral_value(ROUND_HALF_UP))
    number = seconds // {"h": 3600, "m": 60, "s": 1}[unit[0]]
    return f"{number:0{len(unit)}d}"
