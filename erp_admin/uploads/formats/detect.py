"""Which form a file has, found by its name and content, and the reader for it; what is no table is refused.

Owns the limits of size. Knows no column by name.
"""

from collections.abc import Iterator
from pathlib import PurePath

from erp_admin.uploads.formats import csv_text, json_text, xlsx
from erp_admin.uploads.formats.table import LONGEST_CELL, MOST_BYTES, MOST_COLUMNS, MOST_ROWS, FileRefused, Row, Table


def read_table(name: str, content: bytes) -> Table:
    """The table in a file. Raises FileRefused, also while the rows are read."""
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
        table = xlsx.read(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(
            "This is a workbook of the old form (.xls), or one with a password.",
            "Save it as .xlsx without a password, or as CSV.",
            code="FILE-OLD",
        )
    elif suffix == ".json":
        table = json_text.read(content)
    elif content.startswith((b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff")):
        raise FileRefused("This is not a table.", "Choose a CSV, XLSX or JSON file.", code="FILE-KIND")
    else:
        table = csv_text.read(content)
    table.rows = list(_within_limits(table.rows))
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
        for cell in row.texts:
            if len(cell) > LONGEST_CELL:
                raise FileRefused(
                    f"A cell in row {row.number} has {len(cell):,} characters; at most {LONGEST_CELL:,} are read.",
                    "Shorten it.",
                    code="FILE-CELL",
                )
        yield row
