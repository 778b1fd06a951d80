"""A file as rows of cells, whatever its form: what every reader hands on, and what the caller knows of its columns.

Owns these types and the largest sizes. Knows no form, and no column by a name of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Final

from accounts.refusal import Refused
from erp_admin.documents.plain import plain

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 100
MOST_CELLS: Final = 1_000_000  # filled ones, of the whole file
MOST_BLANK_ROWS: Final = 1_048_576  # as many as a sheet has
_LONGEST_NAME: Final = 200  # of a column
LONGEST_CELL: Final = 32_767  # as in a spreadsheet
# Concerns that are asked about for a whole sheet, or hold for several cells at once; the others are of one cell.
IN_HIDDEN_COLUMN: Final = "It is in a hidden column."
MERGED: Final = "It is merged with others"


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
    `shown` is what the file shows, where that is another text (`00042`, `3.10`, `500 LBS`, `1-Oct`). `currency` is the
    sign or the letters that the format of a number shows. `concerns` is what a person should know before the cell is
    used, each a sentence: struck out, merged with others, in a hidden column, a sign that cannot be read. Cells without
    text may have them too. `is_absent`: JSON does not have this key here, which is another thing than an empty value.
    `is_corrected`: a person wrote it here, in place of what the file says.
    """

    text: str
    kind: CellKind = CellKind.TEXT
    shown: str = ""
    currency: str = ""
    concerns: tuple[str, ...] = ()
    is_absent: bool = False
    is_corrected: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def is_hidden(self) -> bool:
        return IN_HIDDEN_COLUMN in self.concerns


BLANK: Final = Cell("")
ABSENT: Final = Cell("", is_absent=True)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as people count it in their spreadsheet. Blank rows, and blank cells at the end of a row, are left out.

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
class Reading:
    """A file while it is read: `rows` come once, and `notes` are complete after them.

    `notes` is what the reader decided by itself, or met and left out. In a file with `comma_decimals`, as those with
    semicolons often are, a lone comma or point can mean two things. `delimiter` is that of a CSV file. `stated_type` is
    what a JSON file says it holds.
    """

    rows: Iterable[Row]
    notes: list[str] = field(default_factory=list)
    comma_decimals: bool = False
    delimiter: str = ""
    stated_type: str = ""


class Table(Reading):
    """A file that was read to its end: `rows` can be read again and again, each time from the first on.

    Used in a `with` statement it frees at its end what is behind the rows.
    """

    def close(self) -> None:
        close = getattr(self.rows, "close", None)
        if close is not None:
            close()

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


@dataclass(frozen=True)
class KnownNames:
    """The plain names of the columns that the caller looks for, those of a document and those of its lines.

    By them the header is found: which sheet of a workbook, which delimiter, and to which level a key of JSON belongs.
    """

    document: frozenset[str] = frozenset()
    line: frozenset[str] = frozenset()

    def score(self, texts: Iterable[str]) -> int:
        """How much a row resembles the header: how many of its cells name a column."""
        return len({plain(text) for text in texts if 0 < len(text) <= _LONGEST_NAME} & (self.document | self.line))


class FileRefused(Refused):
    """A file that cannot be read as a table, with what to do."""

    @classmethod
    def told_again(cls, sentence: str, advice: str, code: str) -> "FileRefused":
        """One that another process raised."""
        return cls(sentence, advice, code=code)


Reader = Callable[[bytes, KnownNames], Reading]


def trimmed(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Without the cells at the end of a row that hold nothing."""
    end = len(cells)
    while end and not cells[end - 1] and not cells[end - 1].concerns:
        end -= 1
    return tuple(cells[:end])


def within_limits(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows as they come. Raises FileRefused for the first that goes beyond what is read."""
    filled = 0
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS + 1:  # the header is one
            raise FileRefused(
                f"The file has more than {MOST_ROWS:,} rows.", "Split it into several files.", code="FILE-ROWS"
            )
        if len(row.cells) > MOST_COLUMNS:
            raise FileRefused(
                f"Row {row.number} has more than {MOST_COLUMNS} columns.",
                "Remove what is not needed, or check the delimiter.",
                code="FILE-COLUMNS",
            )
        longest = max((len(cell.text) for cell in row.cells), default=0)
        if longest > LONGEST_CELL:
            raise FileRefused(
                f"A cell in row {row.number} has {longest:,} characters; at most {LONGEST_CELL:,} are read.",
                "Shorten it.",
                code="FILE-CELL",
            )
        filled += sum(1 for cell in row.cells if cell.text)
        if filled > MOST_CELLS:
            raise FileRefused(
                f"The file has more than {MOST_CELLS:,} filled cells.",
                "Split it into several files, or remove the columns that are not needed.",
                code="FILE-ROWS",
            )
        yield row
