"""Files that go out: the template to fill in, and the rows that could not be imported with what is wrong with them.

Every text is safe to open in a spreadsheet: nothing that came from somebody else is taken for a formula.
"""

import io
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db.models import QuerySet

from accounts.ui.csv_cells import BYTE_ORDER_MARK, csv_line
from erp_admin.documents.columns import Level
from erp_admin.documents.types import type_for
from erp_admin.models import ImportDraft, ImportedDocument, ImportState
from erp_admin.uploads.column_choice import LEFT_OUT, NO_HEADER, chosen_columns
from erp_admin.uploads.columns import PROBLEMS_COLUMN
from erp_admin.uploads.formats.table import Row
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.raw_rows import row_of
from erp_admin.uploads.read_as import READ_AS_COLUMN, words_of_file, words_of_row
from erp_admin.uploads.readings import delimiter_of, stated_of

UNUSABLE: Final = (ImportState.PROBLEM, ImportState.UNMATCHED, ImportState.REFUSED, ImportState.FAILED)
_BATCH: Final = 200
_WIDTH: Final = 18
_SECOND_LINE: Final = {
    "line": "2",
    "description": "Walls",
    "unit_price": "12500.00",
    "amount": "12500.00",
    "quantity": "1",
}


def template_rows(kind: str) -> list[list[str]]:
    """The header and one example document with two lines."""
    columns = upload_for(kind).columns
    second = [_SECOND_LINE.get(column.key, "") if column.level is Level.LINE else "" for column in columns]
    return [[column.label for column in columns], [column.example for column in columns], second]


def template_csv(kind: str) -> bytes:
    return (BYTE_ORDER_MARK + "".join(csv_line(row) for row in template_rows(kind))).encode()


def template_xlsx(kind: str) -> bytes:
    """A workbook of one sheet whose columns are text, so that no program changes a number or a date while typing."""
    from openpyxl import Workbook  # here, for it takes 30 MB that nothing else in a process of pages needs
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = type_for(kind).title
    for place in range(1, len(upload_for(kind).columns) + 1):
        column = sheet.column_dimensions[get_column_letter(place)]
        column.width, column.number_format = _WIDTH, "@"
    for number, row in enumerate(template_rows(kind), 1):
        for place, text in enumerate(row, 1):
            cell = sheet.cell(number, place, text or None)
            cell.number_format = "@"
            if text:
                cell.data_type = "s"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def problem_file(draft: ImportDraft) -> Iterator[str]:
    """The documents that were not and cannot be imported as they are, in the order of the file, to be uploaded again.

    Written with the delimiter of the file; each row says how it was read, so that it is read so again.
    """
    delimiter = delimiter_of(draft)
    of_file = words_of_file(stated_of(draft))
    entries = draft.documents.filter(state__in=UNUSABLE).order_by("position")
    width = max([len(draft.headers), *_widths(entries)])  # cells that belong to no column keep their place
    headers = _headers(draft)
    header = _without_problems(draft, _padded(headers, width))
    yield BYTE_ORDER_MARK + csv_line([*header, READ_AS_COLUMN, PROBLEMS_COLUMN], delimiter)
    for entry in entries.iterator(chunk_size=_BATCH):
        for row, problems in _problem_rows(entry):
            read_as = "; ".join([*of_file, *words_of_row(row, headers)])
            texts = _without_problems(draft, _padded(row.texts, width))
            yield csv_line([*texts, read_as, problems], delimiter)


def _headers(draft: ImportDraft) -> list[str]:
    """The headers of the file; our own names of its columns where it has none, so that it is read so again."""
    chosen = chosen_columns(draft)
    if chosen is None or chosen.row != NO_HEADER:
        return list(draft.headers)
    labels = {column.key: column.label for column in upload_for(draft.kind).columns}
    return [labels.get(chosen.places.get(place, LEFT_OUT), "") for place in range(len(draft.headers))]


def _widths(entries: "QuerySet[ImportedDocument]") -> Iterator[int]:
    for raw in entries.values_list("raw", flat=True).iterator(chunk_size=_BATCH):
        yield max((len(row_of(row).cells) for row in raw), default=0)


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _problem_rows(entry: ImportedDocument) -> Iterator[tuple[Row, str]]:
    """A document's rows as they were in the file, each with what is wrong with it."""
    rows = [row_of(raw) for raw in entry.raw]
    numbers = {row.number for row in rows}
    by_row: dict[int, list[str]] = {}
    for problem in entry.open_problems:
        by_row.setdefault(problem["row"] if problem["row"] in numbers else entry.first_row, []).append(
            _in_words(problem)
        )
    if entry.reason and not by_row:
        by_row[entry.first_row] = [f"{entry.get_state_display()}: {entry.reason}"]
    for row in rows:
        yield row, " ".join(by_row.get(row.number, []))


def _without_problems(draft: ImportDraft, cells: Sequence[str]) -> list[str]:
    """Without the column of an earlier round, which drafts from before the column “Read as” still hold."""
    if PROBLEMS_COLUMN not in draft.headers:
        return list(cells)
    place = draft.headers.index(PROBLEMS_COLUMN)
    return [cell for at, cell in enumerate(cells) if at != place]


def _in_words(problem: dict[str, Any]) -> str:
    value = f" “{problem['value']}”" if problem["value"] else ""
    return f"{problem['column']}{value}: {problem['sentence']} {problem['fix']}".strip()
