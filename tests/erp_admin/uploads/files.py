"""Small files of documents as the reader gives them back, and what is wrong with them."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from erp_admin.uploads.columns import known_names
from erp_admin.uploads.formats.detect import read_table
from erp_admin.uploads.formats.table import Cell, CellKind, Row, Table
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.parsed import ParsedDocument
from erp_admin.uploads.reader import DocumentReader
from erp_admin.uploads.stated import StatedReading

HEADER = "Number,Title,Type,Vendor,Date,Description,Amount"
FIRST = ("SC-1", "Works", "Subcontract", "Granite", "2026-03-04")
BLANK = ("",) * len(FIRST)


@dataclass
class Read:
    """A file that was read to its end."""

    reader: DocumentReader
    documents: list[ParsedDocument]

    @property
    def document(self) -> ParsedDocument:
        (only,) = self.documents
        return only

    @property
    def problems(self) -> list[tuple[int, str]]:
        """Row and column of each problem, of all documents."""
        return [(problem.row, problem.column) for each in self.documents for problem in each.problems]

    @property
    def told(self) -> str:
        return " ".join(
            [*self.reader.notes, *(f"{one.sentence} {one.fix}" for each in self.documents for one in each.problems)]
        )


def read(
    *rows: Sequence[str], header: str = HEADER, kind: str = "commitments", stated: StatedReading | None = None
) -> Read:
    """Read rows of texts as a CSV file below a header."""
    stream = io.StringIO()
    csv.writer(stream).writerows([header.split(","), *rows])
    return read_bytes(stream.getvalue().encode(), kind=kind, stated=stated)


def read_bytes(
    content: bytes, name: str = "file.csv", kind: str = "commitments", stated: StatedReading | None = None
) -> Read:
    reader = DocumentReader(
        kind, read_table(name, content, known_names(upload_for(kind).columns)), stated, base_currency="USD"
    )
    return Read(reader, list(reader.documents()))


def read_cells(
    rows: Sequence[Row], *, header: str = HEADER, kind: str = "commitments", stated: StatedReading | None = None
) -> Read:
    """Read rows as a workbook gives them, below a header in row 1."""
    first = Row(1, tuple(Cell(text) for text in header.split(",")))
    reader = DocumentReader(kind, Table([first, *rows]), stated, base_currency="USD")
    return Read(reader, list(reader.documents()))


def sheet_row(number: int, *texts: str | Cell, is_hidden: bool = False) -> Row:
    cells = tuple(each if isinstance(each, Cell) else Cell(each) for each in texts)
    return Row(number, cells, is_hidden=is_hidden)


def number_cell(text: str, **more: str) -> Cell:
    return Cell(text, CellKind.NUMBER, **more)  # type: ignore[arg-type]
