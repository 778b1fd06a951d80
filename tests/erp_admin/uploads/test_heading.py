"""Headers in every dress, what belongs to no column, and what the reader looks at first."""

import pytest

from erp_admin.documents.plain import plain
from erp_admin.uploads.columns import letters
from erp_admin.uploads.formats.table import FileRefused
from tests.erp_admin.uploads.files import BLANK, FIRST, HEADER, read, read_bytes

LINE = (*FIRST, "Work", "10.00")


@pytest.mark.parametrize(
    ("header", "row", "column", "value"),
    [
        (HEADER + ",", (*LINE, "999.00"), "Column H", "999.00"),
        (HEADER, (*FIRST, "Work", "1", "234.50"), "Column H", "234.50"),
        (HEADER + ",,,Unit", (*LINE, "", "x", "Each"), "Column I", "x"),
        (HEADER + ",Color", (*LINE, "red", "y"), "Column I", "y"),
        ("," + HEADER, ("z", *LINE), "Column A", "z"),
    ],
)
def test_a_cell_that_belongs_to_no_column_is_a_problem(
    header: str, row: tuple[str, ...], column: str, value: str
) -> None:
    found = read(row, header=header)
    assert [(one.row, one.column, one.value) for one in found.document.problems] == [(2, column, value)]


def test_it_is_told_of_further_rows_and_of_rows_that_hold_nothing_else() -> None:
    found = read(LINE, (*BLANK, "More", "1.00", "2.00"), (*BLANK, "", "", "", "note"))
    assert found.problems == [(3, "Column H"), (4, "Column I")]
    found = read((*BLANK, "", "", "note"), LINE)
    assert (found.document.number, found.problems) == ("SC-1", [(2, "Column H")])


def test_the_widest_row_gives_the_file_its_headers() -> None:
    found = read(LINE, (*BLANK, "More", "1.00", "", "x"))
    assert found.reader.headers == [*HEADER.split(","), "", ""]


def test_an_unknown_column_is_told_with_how_many_values_it_holds() -> None:
    found = read((*LINE, "red", "1"), (*BLANK, "More", "1.00", "blue", ""), header=HEADER + ",Color,Weight")
    assert found.problems == []
    assert found.reader.notes == [
        "The column “Color” is not known, so its 2 values were not read.",
        "The column “Weight” is not known, so its value was not read.",
    ]


def test_one_unknown_header_twice_is_two_columns() -> None:
    found = read((*LINE, "a", "b"), header=HEADER + ",Color,Color")
    assert len(found.reader.notes) == 2


def test_our_own_words_of_an_earlier_round_are_no_data() -> None:
    found = read((*LINE, "2: wrong", "decimal point"), header=HEADER + ",Problems,Read as")
    assert (found.problems, found.reader.notes) == ([], [])


def test_what_stands_above_the_header_is_told() -> None:
    found = read_bytes(b"Subcontracts 2026,in EUR\n\n" + HEADER.encode() + b"\n" + ",".join(LINE).encode())
    expected = "The header was found in row 3; the rows above it were not read: “Subcontracts 2026”, “in EUR”."
    assert found.reader.notes == [expected]


@pytest.mark.parametrize("label", ["Retainage $", "Retention €", "$ Retainage"])
def test_an_amount_of_retainage_is_no_percentage(label: str) -> None:
    with pytest.raises(FileRefused, match="did you mean"):
        read((*LINE, "10"), header=f"{HEADER},{label}")


@pytest.mark.parametrize(
    ("one", "other"), [("Мой", "Мои"), ("が", "か"), ("हि", "ही"), ("Мост", "Дом"), ("東側", "北側"), ("$", "%")]
)
def test_different_words_of_any_script_stay_different(one: str, other: str) -> None:
    assert plain(one) != plain(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Retainage %", "RETAINAGE ％"), ("Façade", "facade"), ("unit_price", "Unit Price:"), ("PO #", "po number"),
        ("ＡＭＯＵＮＴ", "amount"), ("Num\u200bber", "number"), ("МОСТ", "мост"),
    ],
)  # fmt: skip
def test_what_people_write_differently_is_the_same(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (99, "CV")])
def test_columns_are_named_as_spreadsheets_do(place: int, name: str) -> None:
    assert letters(place) == name


def test_a_number_cut_in_two_is_a_problem_though_only_blank_cells_are_left_over() -> None:
    header = "Number,Title,Type,Vendor,Date,Description,Amount,Retainage\n"
    for cut in ("1,050.00", "$1,050.00", "-1,050.00", "12,50"):
        body = f"SC-1,Works,Subcontract,Granite,2026-03-04,A,{cut},\n,,,,,B,200.00,\n"
        found = read_bytes((header + body).encode())
        assert found.problems == [(2, "Amount")], cut
    ends = "SC-1,Works,Subcontract,Granite,2026-03-04,A,12,50,\n,,,,,B,200.00,,\n"
    assert not read_bytes((header + ends).encode()).problems
