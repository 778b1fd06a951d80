"""The page on formats says what the program does: its table is the declared columns, its examples can be imported."""

from pathlib import Path

import pytest

from erp_admin.uploads.formats.detect import read_table
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.reader import DocumentReader

DOCS = Path(__file__).parents[3] / "docs"


def table(kind: str) -> str:
    lines = ["| Column | Of the | Holds | Needed | About it |", "|---|---|---|---|---|"]
    for column in upload_for(kind).columns:
        needed = "yes" if column.is_needed else ""
        lines.append(f"| {column.label} | {column.level} | {column.holds} | {needed} | {column.help} |")
    return "\n".join(lines)


@pytest.mark.parametrize("kind", ["commitments", "change_orders"])
def test_the_tables_are_the_declared_columns(kind: str) -> None:
    assert table(kind) in (DOCS / "import-formats.md").read_text()


@pytest.mark.parametrize(
    ("name", "kind", "documents", "lines"),
    [
        ("commitments.csv", "commitments", 2, 4),
        ("commitments.xlsx", "commitments", 2, 4),
        ("commitments.json", "commitments", 2, 4),
        ("change_orders.csv", "change_orders", 2, 3),
    ],
)
def test_the_examples_are_read_without_a_problem(name: str, kind: str, documents: int, lines: int) -> None:
    reader = DocumentReader(kind, read_table(name, (DOCS / "examples" / name).read_bytes()))
    found = list(reader.documents())
    assert [document.problems for document in found] == [[]] * documents
    assert sum(len(document.lines) for document in found) == lines
    assert name in (DOCS / "import-formats.md").read_text()
