"""The page on formats says what the program does: its table is the declared columns, its examples can be imported."""

from pathlib import Path

import pytest

from erp_admin.models import FileKind
from erp_admin.uploads.columns import COLUMNS
from erp_admin.uploads.formats.detect import read_table
from erp_admin.uploads.reader import DocumentReader

DOCS = Path(__file__).parents[2] / "docs"


def table(kind: FileKind) -> str:
    lines = ["| Column | Of the | Holds | Needed | About it |", "|---|---|---|---|---|"]
    for column in COLUMNS[kind]:
        needed = "yes" if column.is_needed else ""
        lines.append(f"| {column.label} | {column.level} | {column.holds} | {needed} | {column.help} |")
    return "\n".join(lines)


@pytest.mark.parametrize("kind", list(FileKind))
def test_the_tables_are_the_declared_columns(kind: FileKind) -> None:
    assert table(kind) in (DOCS / "import-formats.md").read_text()


@pytest.mark.parametrize(
    ("name", "kind", "documents", "lines"),
    [
        ("commitments.csv", FileKind.COMMITMENTS, 2, 4),
        ("commitments.xlsx", FileKind.COMMITMENTS, 2, 4),
        ("commitments.json", FileKind.COMMITMENTS, 2, 4),
        ("change_orders.csv", FileKind.CHANGE_ORDERS, 2, 3),
    ],
)
def test_the_examples_are_read_without_a_problem(name: str, kind: FileKind, documents: int, lines: int) -> None:
    reader = DocumentReader(kind, read_table(name, (DOCS / "examples" / name).read_bytes()))
    found = list(reader.documents())
    assert [document.problems for document in found] == [[]] * documents
    assert sum(len(document.lines) for document in found) == lines
    assert name in (DOCS / "import-formats.md").read_text()
