"""Workbooks as spreadsheet programs store them, written by the library that reads them."""

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook


def sheet(
    rows: Sequence[Sequence[object]], *, hidden_rows: Iterable[int] = (), hidden_columns: Iterable[str] = ()
) -> bytes:
    """A workbook of one sheet; rows are counted from 1, columns named by their letters."""
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    for number in hidden_rows:
        page.row_dimensions[number].hidden = True
    for letter in hidden_columns:
        page.column_dimensions[letter].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
