"""Files as tests of their forms read them: through the one door, with the columns of commitments.

Owns the short ways to look at what came back. Knows nothing of what the values mean.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from openpyxl import Workbook

from erp_admin.uploads.columns import known_names
from erp_admin.uploads.formats.detect import read_table
from erp_admin.uploads.formats.table import Cell, Row, Table
from erp_admin.uploads.kinds import upload_for


@contextmanager
def table(content: bytes | str, name: str = "file.csv") -> Iterator[Table]:
    data = content.encode() if isinstance(content, str) else content
    with read_table(name, data, known_names(upload_for("commitments").columns)) as found:
        yield found


def rows(content: bytes | str, name: str = "file.csv") -> list[Row]:
    with table(content, name) as found:
        return list(found.rows)


def texts(content: bytes | str, name: str = "file.csv") -> list[list[str]]:
    return [list(row.texts) for row in rows(content, name)]


def notes(content: bytes | str, name: str = "file.csv") -> list[str]:
    with table(content, name) as found:
        return found.notes


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet_cells(fill: Callable[[Workbook], None]) -> dict[str, Cell]:
    """The cells of a workbook as `fill` makes it, by their address, those without anything left out."""
    book = Workbook()
    fill(book)
    return {
        f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[place]}{row.number}": cell
        for row in rows(saved(book), "file.xlsx")
        for place, cell in enumerate(row.cells)
        if cell or cell.concerns
    }
