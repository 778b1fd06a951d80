"""A file as rows of text, whatever its form: what every reader hands on, and how a cell is cleaned.

Owns these types and the largest sizes. Knows no form and no column by name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from accounts.refusal import Refused
from accounts.ui.csv_cells import unguarded

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 32_767  # as in a spreadsheet


@dataclass(frozen=True)
class Row:
    """A row as people count it in their spreadsheet, its cells as text without spaces around it."""

    number: int
    cells: tuple[str, ...]

    def __bool__(self) -> bool:
        return any(self.cells)


@dataclass
class Table:
    """`rows` are read once, as they are needed. `notes` is what the reader decided by itself, complete after the rows.

    In a file with `comma_decimals`, as those with semicolons often are, a lone comma or point can mean two things.
    """

    rows: Iterator[Row]
    notes: list[str] = field(default_factory=list)
    comma_decimals: bool = False


class FileRefused(Refused):
    """A file that cannot be read as a table, with what to do."""


Reader = Callable[[bytes], Table]


def cleaned(text: str) -> str:
    """A cell's text: spaces of any kind at the ends go, and signs that cannot be seen or stored.

    So does the apostrophe that keeps a spreadsheet from computing a text.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u200b", "").replace("\ufeff", "")
    text = "".join(
        sign for sign in text if (sign >= " " and not "\ud800" <= sign <= "\udfff") or sign in "\n\t"
    ).strip()
    return unguarded(text).strip()
