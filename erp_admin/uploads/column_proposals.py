"""What each column of a file may be: proposals with their reasons, and what is wrong with a choice of columns.

Proposes by how alike headers are, and by what stands below them; only a person decides. Reads no file.
"""

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from accounts.audit import Change
from accounts.refusal import Refused
from erp_admin.documents.columns import Column, Value
from erp_admin.documents.plain import plain
from erp_admin.grammar.problems import InDoubt, Unreadable
from erp_admin.grammar.style import Style
from erp_admin.uploads.column_choice import LEFT_OUT, SeenColumn
from erp_admin.uploads.columns import column_named, letters
from erp_admin.uploads.formats.table import Cell
from erp_admin.uploads.heading import missing_columns
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.parsed import cut
from erp_admin.uploads.values import parse_cell

_ALIKE: Final = 0.7
_LONGEST_COMPARED: Final = 60
_BY_VALUES: Final = (("date", "dates"), ("amount", "amounts of money"))


@dataclass(frozen=True)
class Proposal:
    """`key` is None where nothing is proposed, "" where it may be left out."""

    key: str | None
    because: str = ""


def column_name(column: SeenColumn) -> str:
    """How a column of the file is called on pages."""
    return f"“{cut(column.header, _LONGEST_COMPARED)}”" if column.header else f"Column {letters(column.place)}"


def proposals(kind: str, seen: Sequence[SeenColumn]) -> dict[int, Proposal]:
    """By place. Each column of ours is proposed once at most; one that several headers name, for none of them."""
    columns = upload_for(kind).columns
    named = {each.place: column for each in seen if (column := column_named(columns, each.header)) is not None}
    times = Counter(column.key for column in named.values())
    found: dict[int, Proposal] = {}
    for place, column in named.items():
        if times[column.key] == 1:
            found[place] = Proposal(column.key, "Its header says so.")
        else:
            found[place] = Proposal(
                None, f"{times[column.key]} columns are called {column.label}: say which of them is it."
            )
    free = {column.key: column for column in columns if not times[column.key]}
    rest = [each for each in seen if each.place not in found]
    for guess in (_alike, _by_words, _by_values):
        for each in rest:
            if each.place not in found and (proposal := guess(each, free)) is not None:
                found[each.place] = proposal
                free.pop(str(proposal.key), None)
    for each in rest:
        if not each.filled:
            found.setdefault(each.place, Proposal(LEFT_OUT, "Nothing stands in it."))
    return {each.place: found.get(each.place, Proposal(None)) for each in seen}


def _alike(seen: SeenColumn, free: Mapping[str, Column]) -> Proposal | None:
    """The column whose name is nearly the header."""
    header = plain(seen.header)[:_LONGEST_COMPARED]
    names = {name: column for column in free.values() for name in column.names}
    near = difflib.get_close_matches(header, names, n=1, cutoff=_ALIKE) if header else []
    if not near:
        return None
    return Proposal(names[near[0]].key, f"{column_name(seen)} is much like “{near[0].capitalize()}”.")


def _by_words(seen: SeenColumn, free: Mapping[str, Column]) -> Proposal | None:
    """The column with the longest name of which every word stands in the header."""
    words = set(plain(seen.header)[: _LONGEST_COMPARED * 2].split())
    names = {name: column for column in free.values() for name in column.names if set(name.split()) <= words}
    if not names:
        return None
    best = max(names, key=lambda name: (len(name), name))
    return Proposal(names[best].key, f"{column_name(seen)} holds the word{'s' if ' ' in best else ''} “{best}”.")


def _by_values(seen: SeenColumn, free: Mapping[str, Column]) -> Proposal | None:
    """The date, the amount or the choice that is still missing, where all its first values are such."""
    choices = [(key, each.holds) for key, each in free.items() if each.value is Value.CHOICE and each.is_needed]
    for key, what in (*_BY_VALUES, *choices):
        column = free.get(key)
        if column is not None and seen.samples and all(_is_of(column, text) for text in seen.samples):
            return Proposal(key, f"Its first values are {what}.")
    return None


def _is_of(column: Column, text: str) -> bool:
    if column.value is Value.AMOUNT and not any(sign in text for sign in ".,$€£"):
        return False  # a plain number is as well a quantity, or the number of something
    try:
        parse_cell(column, Cell(text), Style())
    except InDoubt:
        return True
    except Unreadable:
        return False
    return True


def wrong_choices(kind: str, seen: Sequence[SeenColumn], places: Mapping[int, str]) -> Iterator[tuple[int | None, str]]:
    """What is wrong with a choice: the place it is about, None for the whole, and a sentence."""
    upload = upload_for(kind)
    columns = {column.key: column for column in upload.columns}
    taken: dict[str, SeenColumn] = {}
    for each in seen:
        key = places.get(each.place)
        if key is None:
            if each.filled or each.header:
                yield each.place, f"Say what {column_name(each)} is, or leave it out."
        elif key and key not in columns:
            yield each.place, "Choose from what is offered."
        elif key and key in taken:
            label = columns[key].label
            yield each.place, f"{column_name(taken[key])} is {label} already. Choose another one for one of the two."
        elif key:
            taken[key] = each
    if missing := missing_columns(upload, taken.keys()):
        yield None, f"Missing: {', '.join(missing)}. Choose which column holds it."


def refuse_incomplete(kind: str, seen: Sequence[SeenColumn], places: Mapping[int, str]) -> None:
    """Raise Refused where the choice is not complete and clear."""
    if wrong := [sentence for _, sentence in wrong_choices(kind, seen, places)]:
        raise Refused("The columns are not clear.", " ".join(wrong), code="FILE-HEADER")


def column_changes(
    kind: str, seen: Sequence[SeenColumn], before: Mapping[int, str], after: Mapping[int, str]
) -> Iterator[Change]:
    """What a choice of columns says otherwise than the one before, in words."""
    labels = {column.key: column.label for column in upload_for(kind).columns} | {LEFT_OUT: "left out"}
    by_place = {place: labels.get(key, key) for place, key in before.items()}
    for each in seen:
        now = after.get(each.place)
        if now is not None and before.get(each.place) != now:
            yield Change(label=column_name(each), before=by_place.get(each.place, ""), after=labels[now])
