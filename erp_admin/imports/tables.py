"""A file as rows of text, whatever its form. Finds the form by name and content, and refuses what is no table.

Owns the limits of size. Knows no column by name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from accounts.ui.csv_cells import unguarded
from integrations.refusal import Refused

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


def read_table(name: str, content: bytes) -> Table:
    """The table in a file. Raises FileRefused, also while the rows are read."""
    from erp_admin.imports import csv_files, json_files, xlsx_files

    if not content.strip():
        raise FileRefused("The file is empty.", "Choose the file with the documents.", code="FILE-EMPTY")
    if len(content) > MOST_BYTES:
        size = f"{len(content) / 1024 / 1024:.1f} MB"
        raise FileRefused(
            f"The file has {size}; at most {MOST_BYTES // 1024 // 1024} MB are read.",
            "Split it into several files.",
            code="FILE-SIZE",
        )
    suffix = PurePath(name).suffix.lower()
    if content.startswith(b"PK\x03\x04"):
        table = xlsx_files.read(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(
            "This is a workbook of the old form (.xls), or one with a password.",
            "Save it as .xlsx without a password, or as CSV.",
            code="FILE-OLD",
        )
    elif suffix == ".json":
        table = json_files.read(content)
    elif content.startswith((b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff")):
        raise FileRefused("This is not a table.", "Choose a CSV, XLSX or JSON file.", code="FILE-KIND")
    else:
        table = csv_files.read(content)
    table.rows = _within_limits(table.rows)
    return table


def _within_limits(rows: Iterator[Row]) -> Iterator[Row]:
    count = 0
    for row in rows:
        count += bool(row)
        if count > MOST_ROWS + 1:  # the header is one
            raise FileRefused(
                f"The file has more than {MOST_ROWS:,} rows.", "Split it into several files.", code="FILE-ROWS"
            )
        if len(row.cells) > MOST_COLUMNS and any(row.cells[MOST_COLUMNS:]):
            raise FileRefused(
                f"Row {row.number} has more than {MOST_COLUMNS} columns.",
                "Remove what is not needed, or check the delimiter.",
                code="FILE-COLUMNS",
            )
        for cell in row.cells:
            if len(cell) > LONGEST_CELL:
                raise FileRefused(
                    f"A cell in row {row.number} has {len(cell):,} characters; at most {LONGEST_CELL:,} are read.",
                    "Shorten it.",
                    code="FILE-CELL",
                )
        yield row


def cleaned(text: str) -> str:
    """A cell's text: spaces of any kind at the ends go, and signs that cannot be seen or stored.

    So does the apostrophe that keeps a spreadsheet from computing a text.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u200b", "").replace("\ufeff", "")
    text = "".join(
        sign for sign in text if (sign >= " " and not "\ud800" <= sign <= "\udfff") or sign in "\n\t"
    ).strip()
    return unguarded(text).strip()
