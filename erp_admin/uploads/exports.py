"""Files that go out: the template to fill in, and the rows that could not be imported with what is wrong with them.

Every text is safe to open in a spreadsheet: nothing that came from somebody else is taken for a formula.
"""

import io
from collections.abc import Iterator, Sequence
from typing import Any, Final

from accounts.ui.csv_cells import BYTE_ORDER_MARK, csv_line
from erp_admin.documents.columns import Level
from erp_admin.documents.types import type_for
from erp_admin.models import ImportDraft, ImportedDocument, ImportState
from erp_admin.uploads.columns import PROBLEMS_COLUMN
from erp_admin.uploads.kinds import upload_for

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
    """The documents that were not and cannot be imported as they are, in the order of the file."""
    yield BYTE_ORDER_MARK + csv_line([*_without_problems(draft, draft.headers), PROBLEMS_COLUMN])
    for entry in draft.documents.filter(state__in=UNUSABLE).order_by("position").iterator(chunk_size=_BATCH):
        yield from _problem_lines(draft, entry)


def _problem_lines(draft: ImportDraft, entry: ImportedDocument) -> Iterator[str]:
    """A document's rows as they were in the file, each with what is wrong with it."""
    by_row: dict[int, list[str]] = {}
    for problem in entry.problems:
        by_row.setdefault(problem["row"], []).append(_in_words(problem))
    if entry.reason and not entry.problems:
        by_row[entry.first_row] = [f"{entry.get_state_display()}: {entry.reason}"]
    width = len(draft.headers)
    for number, cells in entry.raw:
        padded = [*cells, *[""] * (width - len(cells))][:width]
        yield csv_line([*_without_problems(draft, padded), " ".join(by_row.get(number, []))])


def _without_problems(draft: ImportDraft, cells: Sequence[str]) -> list[str]:
    """Without the column of an earlier round, which would be written twice."""
    return [cell for cell, header in zip(cells, draft.headers, strict=True) if header != PROBLEMS_COLUMN]


def _in_words(problem: dict[str, Any]) -> str:
    value = f" “{problem['value']}”" if problem["value"] else ""
    return f"{problem['column']}{value}: {problem['sentence']} {problem['fix']}".strip()
