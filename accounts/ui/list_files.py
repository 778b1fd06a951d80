"""The rows of a list as a file, CSV or workbook, as the page shows them: the same columns, filters and order.

Owns how a cell is written in either form; the only place that makes a workbook of a list. Reads no row itself.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Final, TypeVar

from django.http import StreamingHttpResponse
from django.utils import timezone

from accounts.ui.csv_cells import as_csv
from accounts.ui.shown import ShownState
from accounts.ui.table import AMOUNT, Field, Value

RowT = TypeVar("RowT")
CSV, XLSX = "csv", "xlsx"
_CONTENT_TYPES: Final = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PIECE: Final = 64 * 1024
_WIDTHS: Final = {"name": 40, "text": 24, "state": 18}
_LONGEST: Final = 32_767  # characters that a cell of a workbook holds
_UNHELD: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # w3.org/TR/xml, 2.2


def form_of(asked: str) -> str:
    """The form of file that a query string asks for; CSV where it asks for none that there is."""
    return asked if asked in _CONTENT_TYPES else CSV


def list_file(
    name: str, form: str, fields: Sequence[Field[RowT]], rows: Iterable[list[Value]]
) -> StreamingHttpResponse:
    """The answer that sends them; `rows` begin with the heads. Nothing of the list is kept in memory."""
    made: Iterable[Any] = as_csv(_texts(rows)) if form == CSV else _workbook(fields, rows)
    answer = StreamingHttpResponse(made, content_type=_CONTENT_TYPES[form])
    day = timezone.localdate().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="{name}-{day}.{form}"'
    return answer


def rows_of(fields: Sequence[Field[RowT]], found: Iterable[RowT]) -> Iterator[list[Value]]:
    """The heads, then each row's values."""
    yield [each.label for each in fields]
    for row in found:
        yield [each.cell(row).value for each in fields]


def _texts(rows: Iterable[list[Value]]) -> Iterator[list[str]]:
    for row in rows:
        yield [_text(value) for value in row]


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, ShownState):
        return value.label
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else f"{value:f}" if isinstance(value, Decimal) else str(value)


def _workbook(fields: Sequence[Field[RowT]], rows: Iterable[list[Value]]) -> Iterator[bytes]:
    """The workbook in pieces. It is made in a file of its own, row by row, and sent when it is whole."""
    with tempfile.TemporaryFile() as file:
        _write(file, fields, rows)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write(file: IO[bytes], fields: Sequence[Field[RowT]], rows: Iterable[list[Value]]) -> None:
    from openpyxl import Workbook  # here, for it takes 30 MB that nothing else in a process of pages needs
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for place, each in enumerate(fields, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(each.kind, 14)
    formats = ["#,##0.00" if each.kind == AMOUNT else "" for each in fields]
    for number, row in enumerate(rows):
        cells = []
        for value, written in zip(row, formats, strict=True):
            cell = WriteOnlyCell(sheet, _native(value))
            if isinstance(cell.value, str):
                cell.data_type = "s"  # never a formula, whatever it begins with
            elif written and number:
                cell.number_format = written
            if not number:
                cell.font = Font(bold=True)
            cells.append(cell)
        sheet.append(cells)
    book.save(file)


def _native(value: Value) -> Any:
    """A number or a date as one; a moment in the company's time, for workbooks know no zones."""
    if isinstance(value, ShownState):
        return value.label
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    return _printable(value) if isinstance(value, str) else value


def _printable(text: str) -> str | None:
    """Without the signs that a workbook cannot hold; nothing for an empty one."""
    return _UNHELD.sub("", text)[:_LONGEST] or None
