"""What reading a file comes to: a document with its values, its rows as they were, and everything wrong with it.

Owns these types. Reads no file and decides nothing.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from erp_admin.grammar.identity import identity
from erp_admin.uploads.formats.table import Row

WHOLE_ROW: Final = "Whole row"  # stands for a column where a problem is one of a row as such
GIVEN: Final = "given"  # in a line: which of quantity, unit price and amount the file gives; the others are computed
LARGEST_AMOUNT: Final = Decimal(10) ** 14
_LARGEST_TOTAL: Final = Decimal(10) ** 17  # as much as a draft holds; a document may hold less
_LONGEST_SHOWN: Final = 80


@dataclass(frozen=True)
class Problem:
    """`row` is the row of the file, `column` its header as declared, `value` what stands there."""

    row: int
    column: str
    value: str
    sentence: str
    fix: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "column": self.column,
            "value": cut(self.value, _LONGEST_SHOWN),
            "sentence": self.sentence,
            "fix": self.fix,
        }


@dataclass
class ParsedDocument:
    """A document as the file tells it.

    `head` and `lines` hold a value by the key of each column that the file has, None where the cell is blank; a column
    that the file lacks has no key. The number, quantity, unit price and amount of a line are always there, computed
    where the file does not give them; what it gives stands under `GIVEN`. Each line has its `row` too.
    """

    rows: list[Row] = field(default_factory=list)
    head: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)  # the head's cells as written
    parent_column: str = ""

    @property
    def number(self) -> str:
        """As understood; as written where it cannot be."""
        return str(self.head.get("number") or self.texts.get("number", ""))

    @property
    def parent_number(self) -> str:
        """The number of the document that this one belongs to."""
        return str(self.head.get(self.parent_column) or self.texts.get(self.parent_column, ""))

    @property
    def key(self) -> tuple[str, str]:
        """By what it is told from the others of its file."""
        return identity(self.parent_number), identity(self.number)

    @property
    def total(self) -> Decimal | None:
        """The sum of its lines; None while a line has no amount, and where it is too large to be stored."""
        amounts = [line.get("amount") for line in self.lines]
        if None in amounts:
            return None
        total = sum((Decimal(str(amount)) for amount in amounts), Decimal(0))
        return total if abs(total) < _LARGEST_TOTAL else None

    def place(self) -> str:
        first, last = self.rows[0].number, self.rows[-1].number
        return f"row {first}" if first == last else f"rows {first} to {last}"


def cut(text: str, longest: int = 40) -> str:
    """A text short enough to stand in a sentence, and whether it goes on."""
    return text if len(text) <= longest else f"{text[:longest]}…"
