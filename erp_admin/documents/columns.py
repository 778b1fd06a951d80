"""What a column of a file is: its key, its label, what a cell of it holds, and how people may write its header.

Owns the words of columns, not which there are: each document type declares its own. Reads no file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum

from django.db import models

from erp_admin.documents.plain import plain as plain


class Value(Enum):
    """What a cell of a column holds."""

    TEXT = "text"
    NUMBER = "number of a document"
    DATE = "date"
    AMOUNT = "amount, 2 decimals"
    QUANTITY = "quantity, 4 decimals"
    PRICE = "unit price, 6 decimals"
    PERCENT = "percentage"
    WHOLE = "whole number"
    CURRENCY = "three letters"
    CHOICE = "one of"


class Level(StrEnum):
    HEAD = "document"
    LINE = "line"


@dataclass(frozen=True)
class Column:
    """`forbidden` are signs that Intacct does not take in it; `short_choices` further ways to write a choice.

    A text that `is_prose` is read by people only: nothing is looked up by it.
    """

    key: str
    label: str
    level: Level
    help: str
    value: Value = Value.TEXT
    is_needed: bool = False
    longest: int = 200
    is_prose: bool = False
    other_names: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    short_choices: tuple[tuple[str, str], ...] = ()
    forbidden: str = ""
    example: str = ""

    @property
    def names(self) -> set[str]:
        """Every way its header may be written, made plain."""
        return {plain(name) for name in (self.key, self.label, *self.other_names)}

    @property
    def holds(self) -> str:
        """What it takes, in words."""
        if self.value is Value.CHOICE:
            return " or ".join(label for _, label in self.choices)
        if self.value in (Value.TEXT, Value.NUMBER):
            return f"text, at most {self.longest:,} characters"
        return str(self.value.value)


@dataclass(frozen=True)
class OneOf:
    """Columns of which a file needs one, and each document one that is filled in. `label` names them together."""

    label: str
    keys: tuple[str, ...]
    fix: str


def choices_of(members: Iterable[models.TextChoices]) -> tuple[tuple[str, str], ...]:
    return tuple((str(member.value), str(member.label)) for member in members)
