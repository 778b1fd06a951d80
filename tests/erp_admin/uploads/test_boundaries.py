"""Which rows are one document, and what becomes of rows that are none: each is told, and none is glued to another."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.erp_admin.uploads.files import BLANK, FIRST, HEADER, read, read_bytes, read_cells, sheet_row

LINE = (*FIRST, "Footings", "100.00")
ROOF = (*BLANK, "Roof", "10.00")
SECOND = ("SC-2", *FIRST[1:], "Slab", "50.00")


def numbers(*rows: tuple[str, ...], **more: Any) -> list[tuple[str, str]]:
    """Number and sum of each document."""
    return [(each.number, str(each.total)) for each in read(*rows, **more).documents]


def test_a_blank_number_belongs_to_the_document_above() -> None:
    assert numbers(LINE, ROOF, SECOND) == [("SC-1", "110.00"), ("SC-2", "50.00")]


def test_a_repeated_number_is_the_same_however_it_is_written() -> None:
    for number in ("sc-1", "ＳＣ-1", "SC–1", "SC\u200b-1", " SC-1 "):
        assert numbers(LINE, (number, *ROOF[1:])) == [("SC-1", "110.00")]


@pytest.mark.parametrize(
    "row",
    [
        ("", "Other works", "Subcontract", "Other Co", "2026-03-05", "Slab", "50.00"),
        ("", "Other works", "", "Other Co", "", "Slab", "50.00"),
        ("", "Other works", "Purchase order", "", "", "Slab", "50.00"),
        ("", "Other works", "Subcontract", "Granite", "2026-03-04", "Slab", "50.00"),
        ("", "", "Purchase order", "Other Co", "2026-03-05", "", ""),
    ],
)
def test_a_row_of_another_document_without_a_number_is_one_that_lacks_it(row: tuple[str, ...]) -> None:
    found = read(LINE, row, ROOF, SECOND)
    assert [(each.number, each.rows[-1].number) for each in found.documents] == [("SC-1", 2), ("", 4), ("SC-2", 5)]
    assert found.documents[0].problems == found.documents[2].problems == []
    assert len({row for row, _ in found.problems}) == 1


def test_it_says_once_that_the_number_is_missing() -> None:
    found = read(LINE, ("", "Other works", "Subcontract", "Other Co", "2026-03-05", "Slab", "50.00"))
    assert found.problems == [(3, "Number")]


def test_a_value_that_differs_alone_is_told_and_begins_nothing() -> None:
    found = read(LINE, ("", "Other", "", "", "", "Roof", "10.00"))
    assert (len(found.documents), found.problems) == (1, [(3, "Title")])


@pytest.mark.parametrize("number", ["SC-10", "Division 3", "2"])
def test_a_number_alone_beside_a_line_begins_nothing_and_leaves_no_line_behind(number: str) -> None:
    """A misspelled number on a further row, or a heading in its column: the document above is not stored without it."""
    found = read(LINE, (number, *ROOF[1:]), ROOF)
    assert found.problems == [(3, "Number")]
    assert "If a document begins here, fill in Title, Type, Date and Vendor" in found.told


@pytest.mark.parametrize(
    "row",
    [
        ("Prepared by J. Smith", *BLANK[1:], "", ""),
        ("Prepared by:", "J. Smith", *BLANK[2:], "", ""),
        ("", "Page 1 of 2", *BLANK[2:], "", ""),
        ("3", *BLANK[1:], "", ""),
        ("Subcontracts 2026", *BLANK[1:], "", ""),
        ("SC-5", *BLANK[1:], "", ""),
    ],
)
def test_a_row_of_text_alone_is_told_once(row: tuple[str, ...]) -> None:
    found = read(LINE, row, ROOF, SECOND)
    assert [each.number for each in found.documents] == ["SC-1", "SC-2"]
    assert found.problems == [(3, "Whole row")]
    assert "The row holds no line, only" in found.told


def test_a_line_above_all_documents_belongs_to_none() -> None:
    found = read(ROOF, LINE)
    assert [len(each.lines) for each in found.documents] == [1, 1]
    assert found.problems == [(2, "Whole row")]
    assert "Number, Title, Type, Date and Vendor are missing" in found.told


def test_a_text_in_the_first_row_is_told_once() -> None:
    found = read(("As of March", *BLANK[1:], "", ""), LINE)
    assert found.documents[1].problems == []
    assert [row for row, _ in found.problems] == [2, 2]


def test_a_header_repeated_on_each_page_is_left_out_with_a_note() -> None:
    found = read(LINE, HEADER.split(","), ROOF, [text.upper() for text in HEADER.split(",")], SECOND)
    assert [str(each.total) for each in found.documents] == ["110.00", "50.00"]
    assert found.problems == []
    assert "The header is repeated in rows 3 and 5, which held no line." in found.told


def test_a_document_torn_apart_by_another_is_told_in_all_its_parts() -> None:
    found = read(LINE, SECOND, ("sc-1", *FIRST[1:], "Walls", "5.00"), ("SC-3", *FIRST[1:], "X", "1"))
    assert found.problems == [(2, "Number"), (4, "Number")]
    assert "The same number stands in row 4 of this file." in found.told
    assert "The same number stands in row 2 of this file." in found.told


def test_a_number_twice_below_different_commitments_is_two_change_orders() -> None:
    header = "Commitment,Number,Title,Date,Description,Amount"
    rows = [(base, "CO-1", "Up", "2026-03-04", "X", "1") for base in ("SC-1", "SC-2")]
    found = read(*rows, header=header, kind="change_orders")
    assert (len(found.documents), found.problems) == (2, [])
    again = read(*rows, rows[0], header=header, kind="change_orders")
    assert again.problems == [(2, "Number"), (4, "Number")]


def json_file(*documents: dict[str, Any]) -> bytes:
    head = dict(zip(("title", "type", "vendor", "date"), FIRST[1:], strict=True))
    return json.dumps([{**head, **document} for document in documents]).encode()


def lines(*amounts: str) -> list[dict[str, str]]:
    return [{"description": "W", "amount": amount} for amount in amounts]


def test_rows_that_the_form_of_the_file_divides_are_divided_so() -> None:
    starts = {2: True, 3: False, 4: True}
    found = read_cells([replace(sheet_row(number, *LINE), starts_document=begins) for number, begins in starts.items()])
    assert [each.total for each in found.documents] == [Decimal(200), Decimal(100)]
    assert found.problems == [(2, "Number"), (4, "Number")]


def test_a_document_of_json_without_a_number_is_one_that_lacks_it() -> None:
    found = read_bytes(json_file({"number": "A", "lines": lines("1")}, {"lines": lines("2", "3")}), "f.json")
    assert [(each.number, str(each.total)) for each in found.documents] == [("A", "1.00"), ("", "5.00")]
    assert [column for _, column in found.problems] == ["Number"]


def test_the_same_document_twice_in_json_is_told() -> None:
    found = read_bytes(json_file({"number": "A", "lines": lines("1")}, {"number": "A", "lines": lines("1")}), "f.json")
    assert [str(each.total) for each in found.documents] == ["1.00", "1.00"]
    assert [column for _, column in found.problems] == ["Number", "Number"]
