"""The examples of the page on formats are read as it says: each is given to the column it is said of."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from erp_admin.uploads.formats.table import Cell
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.values import InDoubt, Style, Unreadable, parse_cell

PAGE = (Path(__file__).parents[3] / "docs" / "import-formats.md").read_text()
COLUMNS = {
    "Amounts, quantities and prices": "amount",
    "Percentages": "retainage",
    "Dates": "date",
    "Numbers and names of records": "number",
}


def examples() -> list[tuple[str, str, str]]:
    """Column, text, and what the page says of it."""
    section = PAGE[PAGE.index("## How values are read") : PAGE.index("## How names are matched")]
    found = []
    for part in section.split("\n### ")[1:]:
        title = part.splitlines()[0]
        rows = re.findall(r"^\| (`.*) \| (.*) \|$", part, re.MULTILINE)
        found += [(COLUMNS[title], text, said) for cells, said in rows for text in re.findall("`([^`]+)`", cells)]
    return found


def test_every_table_has_examples() -> None:
    assert {column for column, _, _ in examples()} == set(COLUMNS.values())
    assert len(examples()) > 90


@pytest.mark.parametrize(("key", "text", "said"), examples())
def test_an_example_is_read_as_the_page_says(key: str, text: str, said: str) -> None:
    column = next(column for column in upload_for("commitments").columns if column.key == key)
    try:
        value = str(parse_cell(column, Cell(text), Style()).value)
    except InDoubt:
        value = "in doubt"
    except Unreadable:
        value = "a problem"
    if said == "as it stands":
        assert value == text
    elif re.match(r"-?[0-9.]+$", said):
        assert Decimal(value) == Decimal(said)
    else:
        assert said.startswith(value), value
