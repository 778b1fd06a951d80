"""Which column a header of a file means, and the one that was probably meant.

The columns themselves are declared by the document types; what a column is stands in `erp_admin.documents.columns`.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from erp_admin.documents.columns import Column, Level, Value
from erp_admin.documents.plain import plain
from erp_admin.grammar.currencies import currency_named
from erp_admin.uploads.formats.table import KnownNames

# What a file with problems carries when it comes back corrected: our own words, not data.
PROBLEMS_COLUMN: Final = "Problems"
READ_AS_COLUMN: Final = "Read as"
_OWN: Final = frozenset({plain(PROBLEMS_COLUMN), plain(READ_AS_COLUMN)})
_BESIDE: Final = re.compile(r"\([^()]{1,12}\)|[$€£¥]|\b[A-Z]{3}$")
_OF_MONEY: Final = frozenset({Value.AMOUNT, Value.PRICE})


@dataclass(frozen=True)
class Unknown:
    """A header that means no column, and the one that was probably meant."""

    text: str
    meant: Column | None


@dataclass(frozen=True)
class Header:
    """What each cell of the header is, by its place: a column, unknown, or our own words. The others are blank.

    `currencies` holds what the header of a column of money names beside it, as in “Amount (EUR)”. `left_out` are the
    headers of columns that a person left out.
    """

    places: dict[str, int] = field(default_factory=dict)
    unknown: dict[int, Unknown] = field(default_factory=dict)
    own: frozenset[int] = frozenset()
    currencies: dict[str, str] = field(default_factory=dict)
    left_out: dict[int, str] = field(default_factory=dict)

    def is_named(self, place: int) -> bool:
        return self.is_not_read(place) or place in self.own or place in self.places.values()

    def is_not_read(self, place: int) -> bool:
        """Whether a column has a header, and its values belong to nothing."""
        return place in self.unknown or place in self.left_out


def known_names(columns: Sequence[Column]) -> KnownNames:
    """What the readers of files look for, to find the header and to tell keys of a document from those of its lines."""
    names = {level: {name for column in columns if column.level is level for name in column.names} for level in Level}
    return KnownNames(frozenset(names[Level.HEAD]), frozenset(names[Level.LINE]))


def parse_header(columns: Sequence[Column], cells: Sequence[str]) -> tuple[Header, dict[str, list[str]]]:
    """The header in these cells; and, by label, the columns that more than one cell names."""
    by_name = {name: column for column in columns for name in column.names}
    places: dict[str, int] = {}
    currencies: dict[str, str] = {}
    twice: dict[str, list[str]] = {}
    unknown: dict[int, str] = {}
    own: set[int] = set()
    for place, cell in enumerate(cells):
        column, currency = _named(cell, by_name)
        if column is None:
            if plain(cell) in _OWN:
                own.add(place)
            elif cell:
                unknown[place] = cell
        elif column.key in places:
            twice.setdefault(column.label, [cells[places[column.key]]]).append(cell)
        else:
            places[column.key] = place
            if currency:
                currencies[column.key] = currency
    free = {name: column for name, column in by_name.items() if column.key not in places}
    meant = {place: Unknown(cell, _meant(cell, free)) for place, cell in unknown.items()}
    return Header(places, meant, frozenset(own), currencies), twice


def column_named(columns: Sequence[Column], header: str) -> Column | None:
    """The column that a header names by one of its usual names."""
    return _named(header, {name: column for column in columns for name in column.names})[0]


def chosen_header(columns: Sequence[Column], cells: Sequence[str], chosen: Mapping[int, str]) -> Header:
    """The header as it was chosen: by place the key of a column, "" for one that is left out."""
    by_key = {column.key: column for column in columns}
    places = {key: place for place, key in sorted(chosen.items()) if key in by_key}
    texts = {place: cells[place] if place < len(cells) else "" for place in chosen}
    currencies = {
        key: currency
        for key, place in places.items()
        if by_key[key].value in _OF_MONEY and (currency := _currency_in(texts[place]))
    }
    own = frozenset(place for place, cell in enumerate(cells) if plain(cell) in _OWN)
    left_out = {place: text for place, text in texts.items() if place not in places.values()}
    named = chosen.keys() | own
    unknown = {place: Unknown(cell, None) for place, cell in enumerate(cells) if cell and place not in named}
    return Header(places, unknown, own, currencies, left_out)


def _currency_in(header: str) -> str:
    """The currency that the header of a column of money names, whatever else it says: “Contract value (EUR)”."""
    found = _BESIDE.findall(header)
    return next((currency for text in found if (currency := currency_named(text.strip(" ()")))), "")


def _named(cell: str, by_name: Mapping[str, Column]) -> tuple[Column | None, str]:
    """The column, and the currency that a header of money names before or behind it."""
    words = plain(cell).split()
    if (column := by_name.get(" ".join(words))) is not None:
        return column, ""
    for count in range(1, len(words)):
        for rest, beside in ((words[:-count], words[-count:]), (words[count:], words[:count])):
            column = by_name.get(" ".join(rest))
            if column is not None and column.value in _OF_MONEY:
                currency = currency_named("".join(word for word in beside if word != "in"))
                if currency:
                    return column, currency
    return None, ""


def _meant(cell: str, free: dict[str, Column]) -> Column | None:
    near = difflib.get_close_matches(plain(cell), free, n=1, cutoff=0.78)
    return free[near[0]] if near else None


def letters(place: int) -> str:
    """A column as spreadsheets name it: A, B, …, Z, AA."""
    name, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
