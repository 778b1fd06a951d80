"""What a file leaves open is stated or asked for: hidden rows and columns, decimal mark, dates."""

import pytest

from erp_admin.uploads.formats.table import IN_HIDDEN_COLUMN, MERGED, Cell, CellKind
from erp_admin.uploads.stated import Hidden, StatedReading, in_runs
from tests.erp_admin.uploads.files import BLANK, FIRST, HEADER, Read, read, read_cells, sheet_row


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((4,), "row 4"),
        ((4, 5), "rows 4 to 5"),
        ((4, 5, 6, 9), "rows 4 to 6 and 9"),
        ((2, 4, 6), "rows 2, 4 and 6"),
        (tuple(range(2, 40, 2)), "rows 2, 4, 6, 8, 10, 12, 14, 16 and 11 more"),
    ],
)
def test_row_numbers_in_words(numbers: tuple[int, ...], words: str) -> None:
    assert in_runs(numbers) == words


def sheet(choice: Hidden) -> Read:
    rows = [
        sheet_row(2, *FIRST, "Work", "10.00"),
        sheet_row(3, *BLANK, "Hidden work", "5.00", is_hidden=True),
        sheet_row(4, "SC-2", *FIRST[1:], "Other", "1.00"),
    ]
    return read_cells(rows, stated=StatedReading(hidden=choice))


def test_hidden_rows_are_asked_about() -> None:
    found = sheet(Hidden.ASK)
    assert found.problems == [(3, "Whole row")]
    assert found.documents[1].problems == []
    hidden = found.reader.decisions.hidden
    assert (hidden.rows, hidden.places, hidden.is_open) == ((3,), "row 3", True)


@pytest.mark.parametrize(("choice", "total"), [(Hidden.LEAVE_OUT, "10.00"), (Hidden.INCLUDE, "15.00")])
def test_hidden_rows_are_left_out_or_included_as_chosen(choice: Hidden, total: str) -> None:
    found = sheet(choice)
    assert (str(found.documents[0].total), found.problems) == (total, [])
    assert "Hidden in the sheet: row 3" in found.told
    assert not found.reader.decisions.hidden.is_open


@pytest.mark.parametrize(
    ("choice", "total", "problems"),
    [(Hidden.ASK, "10.00", [(2, "Unit")]), (Hidden.LEAVE_OUT, "10.00", []), (Hidden.INCLUDE, "10.00", [])],
)
def test_hidden_columns_are_asked_about_too(choice: Hidden, total: str, problems: list[tuple[int, str]]) -> None:
    unit = Cell("Each", concerns=(IN_HIDDEN_COLUMN,))
    rows = [sheet_row(2, *FIRST, "Work", "10.00", unit), sheet_row(3, *BLANK, "More", "5.00", "")]
    found = read_cells(rows[:1], header=HEADER + ",Unit", stated=StatedReading(hidden=choice))
    assert (str(found.document.total), found.problems) == (total, problems)
    assert found.document.lines[0]["unit"] == (None if choice is Hidden.LEAVE_OUT else "Each")
    assert found.reader.decisions.hidden.columns == ("Unit",)


def test_what_is_hidden_and_left_out_proves_nothing() -> None:
    rows = [sheet_row(2, *FIRST, "Work", "1.000"), sheet_row(3, *BLANK, "More", "1,50", is_hidden=True)]
    found = read_cells(rows, stated=StatedReading(hidden=Hidden.LEAVE_OUT))
    assert found.reader.decisions.style.decimal is None
    assert read_cells(rows).reader.decisions.style.decimal == ","


def test_a_person_s_word_holds_before_the_file_s() -> None:
    row = (*FIRST[:4], "3.4.2026", "Work", "1.234")
    assert read(row).problems == [(2, "Date"), (2, "Amount")]
    found = read(row, stated=StatedReading(decimal=",", day_first=True))
    assert (found.document.head["date"], str(found.document.total)) == ("2026-04-03", "1234.00")
    proven = (*FIRST[:4], "31/12/2026", "Work", "1.234,50")
    found = read(proven, stated=StatedReading(decimal=".", day_first=False))
    assert found.problems == [(2, "Date"), (2, "Amount")]


def test_cells_of_workbooks_prove_nothing_and_are_in_no_doubt() -> None:
    rows = [sheet_row(2, *FIRST, "Work", Cell("1.25", CellKind.NUMBER)), sheet_row(3, *BLANK, "More", "1.000")]
    found = read_cells(rows)
    assert (found.reader.decisions.style.decimal, found.problems) == (None, [(3, "Amount")])


@pytest.mark.parametrize(
    ("cells", "problems"),
    [
        ({6: Cell("10.00", concerns=("It is struck out.",))}, [(2, "Amount")]),
        (
            {place: Cell("", concerns=(f"{MERGED} (F2:G2).",)) for place in (5,)},
            [(2, "Description")],
        ),
        (
            {place: Cell(text, concerns=("It is struck out.",)) for place, text in enumerate((*FIRST, "W", "1"))},
            [(2, "Whole row")],
        ),
    ],
)
def test_cells_that_a_person_should_look_at_are_problems(
    cells: dict[int, Cell], problems: list[tuple[int, str]]
) -> None:
    texts = [cells.get(place, text) for place, text in enumerate((*FIRST, "Work", "10.00"))]
    found = read_cells([sheet_row(2, *texts)])
    assert found.problems == problems


def test_a_joined_cell_of_the_document_covers_its_further_rows() -> None:
    covered = Cell("", concerns=(f"{MERGED} (A2:A3).",))
    further = sheet_row(3, covered, *BLANK[1:], "More", "5.00")
    assert read_cells([sheet_row(2, *FIRST, "Work", "10.00"), further]).problems == []
    line = sheet_row(3, *BLANK, "More", "5.00", covered)
    found = read_cells([sheet_row(2, *FIRST, "Work", "10.00", "Each"), line], header=HEADER + ",Unit")
    assert found.problems == [(3, "Unit")]
