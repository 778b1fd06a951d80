"""What a draft knows of the columns of its file: as they were seen, and what a person or a memory said they are.

Owns the shape of ImportDraft.columns. Reads no file and decides nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from erp_admin.models import ImportDraft

PERSON: Final = "person"
MEMORY: Final = "memory"
LEFT_OUT: Final = ""
NO_HEADER: Final = 0  # in place of the number of its row


@dataclass(frozen=True)
class ColumnChoice:
    """`row` is that of the header, NO_HEADER where the file has none.

    `places` holds the key of the column at each place, "" for one that is left out.
    """

    row: int
    places: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SeenColumn:
    """A column as the file has it: `header` as written, the first different values, and how many are filled in."""

    place: int
    header: str
    samples: Sequence[str] = ()
    filled: int = 0


@dataclass(frozen=True)
class Memory:
    """By which earlier choice the columns were read, as it was called then."""

    key: int
    name: str
    day: date


def states_kind(draft: ImportDraft) -> bool:
    """Whether a person said which type the file holds."""
    return bool(draft.columns.get("kind") == PERSON)


def stated_row(draft: ImportDraft) -> int | None:
    """The row that a person said holds the header; NO_HEADER where they said that none does."""
    row = draft.columns.get("header_row")
    return int(row) if row is not None else None


def chosen_columns(draft: ImportDraft) -> ColumnChoice | None:
    """What was said of the columns, by whomever; None where their headers alone decide."""
    places = draft.columns.get("places")
    if not isinstance(places, dict):
        return None
    return ColumnChoice(int(draft.columns["row"]), {int(place): key for place, key in places.items()})


def chosen_by_person(draft: ImportDraft) -> ColumnChoice | None:
    return chosen_columns(draft) if draft.columns.get("by") == PERSON else None


def names_of(draft: ImportDraft) -> list[str]:
    """The headers of the columns as they are compared, each whole."""
    return [str(name) for name in draft.columns.get("names", ())]


def seen_columns(draft: ImportDraft) -> list[SeenColumn]:
    return [SeenColumn(*column) for column in draft.columns.get("seen", ())]


def memory_of(draft: ImportDraft) -> Memory | None:
    """The earlier choice that the columns were read by; None where there was none, or a person chose for this file."""
    if draft.columns.get("by") != MEMORY:
        return None
    return Memory(draft.columns["memory"], draft.columns["name"], date.fromisoformat(draft.columns["day"]))


def as_json(columns: Sequence[SeenColumn]) -> list[list[Any]]:
    return [[each.place, each.header, list(each.samples), each.filled] for each in columns]


def places_json(places: Mapping[int, str]) -> dict[str, str]:
    return {str(place): key for place, key in sorted(places.items())}
