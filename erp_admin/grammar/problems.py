"""Why a text is no value: the sentence, what to write in its place, and each suggestion as it can be followed.

Owns the two exceptions of the grammar. Must not know where a text stands or who reads the sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Meaning = Decimal | date | str


@dataclass(frozen=True)
class Suggestion:
    """A text that is accepted in the place of the refused one, under the same style, and what it means then."""

    text: str
    meaning: Meaning


class Question(StrEnum):
    """What can be asked once for a whole file."""

    DECIMAL = "decimal"
    DAY_ORDER = "day_order"
    CENTURY = "century"


class Unreadable(Exception):
    """What is wrong with a value, and what to write in its place. Every text that `fix` shows is a suggestion."""

    def __init__(self, sentence: str, fix: str, suggestions: Sequence[Suggestion] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fix = fix
        self.suggestions = tuple(suggestions)


class InDoubt(Unreadable):
    """A text with two values, until somebody says how the file is written. `readings` are both, as plain text."""

    def __init__(
        self,
        question: Question,
        readings: tuple[str, str],
        sentence: str,
        fix: str,
        suggestions: Sequence[Suggestion] = (),
    ) -> None:
        super().__init__(sentence, fix, suggestions)
        self.question = question
        self.readings = readings
