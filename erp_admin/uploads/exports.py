"""Files that go out: the template to fill in, and the rows that could not be imported with what is wrong with them.

Every text is safe to open in a spreadsheet: nothing that came from somebody else is taken for a formula.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

from accounts.ui.csv_cells import BYTE_ORDER_MARK, csv_line
from erp_admin.documents.columns import Level
from erp_admin.documents.types import type_for
from erp_admin.models import ImportDraft, ImportedDocument, ImportState
from erp_admin.uploads.columns import PROBLEMS_COLUMN
from erp_admin.uploads.kinds import upload_for

UNUSABLE: Final = (ImportState.PROBLEM, ImportState.UNMATCHED, ImportState.REFUSED, ImportState.FAILED)
_BATCH: Final = 200
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
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
    """A workbook of one sheet whose cells are all text, so that no program changes a number or a date while typing."""
    rows = "".join(
        f'<row r="{number}">{"".join(_cell(text) for text in row)}</row>'
        for number, row in enumerate(template_rows(kind), 1)
    )
    count = len(upload_for(kind).columns)
    content = f"{_PACKAGE}/content-types"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{content}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(type_for(kind).title)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><cols><col min="1" max="{count}" width="18" '
        f'customWidth="1"/></cols><sheetData>{rows}</sheetData></worksheet>',
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{part}')
    return stream.getvalue()


def _cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>' if text else "<c/>"


def problem_file(draft: ImportDraft) -> Iterator[str]:
    """The documents that were not and cannot be imported as they are, in the order of the file."""
    yield BYTE_ORDER_MARK + csv_line([*_without_problems(draft, draft.headers), PROBLEMS_COLUMN])
    for entry in draft.documents.filter(state__in=UNUSABLE).order_by("position").iterator(chunk_size=_BATCH):
        yield from _problem_lines(draft, entry)


def _problem_lines(draft: ImportDraft, entry: ImportedDocument) -> Iterator[str]:
    """A document's rows as they were in the file, each with what is wrong with it."""
    by_row: dict[int, list[str]] = {}
    for problem in entry.open_problems:
        by_row.setdefault(problem["row"], []).append(_in_words(problem))
    if entry.reason and not by_row:
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
