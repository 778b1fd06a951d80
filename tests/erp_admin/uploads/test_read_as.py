"""The column “Read as” goes out and comes back: how the file was read, and what a CSV file cannot show of a cell."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.ui.csv_cells import csv_line
from erp_admin.uploads.formats.signs import cleaned
from erp_admin.uploads.formats.table import Cell, CellKind, FileRefused, Row, Table
from erp_admin.uploads.read_as import READ_AS_COLUMN, with_statements, words_of_file, words_of_row
from erp_admin.uploads.stated import Hidden, StatedReading

HEADERS = ("Number", "Amount", "Notes; “all”")
SIGNS = "aé1,.;“”\"' =-()\n\u3000東"
texts = st.one_of(st.text(SIGNS, max_size=9), st.text(SIGNS, min_size=78, max_size=83)).map(cleaned)
cells = st.builds(
    Cell,
    texts.filter(bool),
    st.sampled_from(CellKind),
    texts,
    st.sampled_from(("", "EUR", "$", "”;")),
    st.lists(texts.filter(bool), max_size=2).map(tuple),
    is_absent=st.booleans(),
)
rows = st.builds(Row, st.just(2), st.tuples(cells, cells, cells), st.booleans(), st.sampled_from((None, True, False)))
stated = st.builds(
    StatedReading,
    st.sampled_from((None, ".", ",")),
    st.sampled_from((None, True, False)),
    st.sampled_from((None, 1950, 2000)),
    st.sampled_from(Hidden),
)


def problem_table(words: list[str], of_cells: tuple[str, ...] = ("", "", "")) -> Table:
    """A table as a problem file of one row holds it."""
    header = (*HEADERS, READ_AS_COLUMN, "Problems")
    row = (*of_cells, "; ".join(words), "Amount “x”: This is not a number.")
    return Table([Row(1, tuple(map(Cell, header))), Row(2, tuple(map(Cell, row)))])


@given(row=rows, how=stated)
def test_what_was_read_comes_back_as_it_was(row: Row, how: StatedReading) -> None:
    words = [*words_of_file(how), *words_of_row(row, HEADERS)]
    line = csv_line([*row.texts, "; ".join(words)])
    *of_cells, read_as = (cleaned(cell) for cell in next(csv.reader(io.StringIO(line, newline=""))))
    table, found = with_statements(problem_table([read_as], tuple(of_cells)))
    assert found == how
    assert list(table.rows)[1] == row
    assert list(table.rows)[1] == row, "a second time too"


def test_a_file_without_our_columns_is_left_alone() -> None:
    plain = Table([Row(1, (Cell("Number"), Cell(READ_AS_COLUMN))), Row(2, (Cell("1"), Cell("decimal comma")))])
    table, found = with_statements(plain)
    assert (table, found) == (plain, StatedReading())


def test_our_columns_are_no_columns_of_the_file() -> None:
    table, found = with_statements(problem_table(["decimal comma"], ("SC-1", "1,5", "x")))
    assert [row.texts for row in table.rows] == [HEADERS, ("SC-1", "1,5", "x")]
    assert found.decimal == ","


def test_a_cell_that_somebody_corrected_is_what_it_says_now() -> None:
    words = ["“2026-10-01” of “Number” is a date shown as “Oct-1”", "“5” of “Amount” is a number"]
    table, _ = with_statements(problem_table(words, ("Oct-1", "5", "")))
    number, amount, _ = list(table.rows)[1].cells
    assert (number, amount.kind) == (Cell("Oct-1"), CellKind.NUMBER)


@pytest.mark.parametrize(
    "words",
    [
        "decimal dot",
        "decimal comma; and more",
        "decimal comma;day/month/year",
        "two-digit years from 50",
        "“5” of “Amount",
    ],
)
def test_words_that_are_not_ours_are_refused_with_their_row(words: str) -> None:
    with pytest.raises(FileRefused, match="of row 2 says") as refused:
        with_statements(problem_table([words]))
    assert refused.value.code == "FILE-READ-AS"


def test_rows_that_contradict_each_other_are_refused() -> None:
    table = problem_table(["decimal comma"])
    further = Row(3, (*map(Cell, ("", "5", "")), Cell("decimal point"), Cell("")))
    with pytest.raises(FileRefused, match="row 3 says another thing"):
        with_statements(Table([*table.rows, further]))


def test_a_row_added_by_hand_needs_no_words() -> None:
    table = problem_table(["decimal comma"])
    further = Row(3, (*map(Cell, ("SC-2", "5", "")), Cell(""), Cell("")))
    assert with_statements(Table([*table.rows, further]))[1].decimal == ","
