"""A file as rows of text, whatever its form: what every reader hands on, and how a cell is cleaned.

Owns these types and the largest sizes. Knows no form and no column by name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from accounts.refusal import Refused
from accounts.ui.csv_cells import unguarded

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 32_767  # as in a spreadsheet


class CellKind(StrEnum):
    """What the file itself says a cell is. Text leaves open what it means; the others are certain."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes/no"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of any file.

    `text` is what stands there, without spaces at its ends: of a number its digits with a point (`1234.5`), of a
    number shown in percent with the sign (`10%`), of a date `2026-03-04`, with its time of day where it has one.
    `shown` is what the spreadsheet shows, where that is another text (`00042`, `3.10`). `currency` is the sign or the
    three letters that the format of a number shows. `concerns` is what a person should know before the cell is used:
    struck out, joined with others, in a hidden column.
    """

    text: str
    kind: CellKind = CellKind.TEXT
    shown: str = ""
    currency: str = ""
    concerns: tuple[str, ...] = ()
    is_absent: bool = False
    is_hidden: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)


BLANK: Final = Cell("")


@dataclass(frozen=True, slots=True)
class Row:
    """A row as people count it in their spreadsheet.

    `is_hidden`: the sheet does not show it, by hand or by a filter. `starts_document`: whether it is the first of its
    document, where the form of the file tells, as JSON does; None where only the cells can tell.
    """

    number: int
    cells: tuple[Cell, ...]
    is_hidden: bool = False
    starts_document: bool | None = None

    def __bool__(self) -> bool:
        return any(self.cells)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(cell.text for cell in self.cells)


@dataclass
class Table:
    """`notes` is what the reader decided by itself, complete after the rows. `rows` are read once, as they are needed.

    In a file with `comma_decimals`, as those with semicolons often are, a lone comma or point can mean two things.
    """

    rows: Iterator[Row]
    notes: list[str] = field(default_factory=list)
    comma_decimals: bool = False
    delimiter: str = ""

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_: object) -> None:
        return None


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
