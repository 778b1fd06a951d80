"""Workbooks as spreadsheet programs and other writers make them: which sheet is read, what it hides, what is damage."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from erp_admin.uploads.formats import xlsx
from erp_admin.uploads.formats.table import FileRefused, KnownNames
from tests.erp_admin.imported import texts, workbook
from tests.erp_admin.uploads.formats.reading import notes, rows, saved, sheet_cells
from tests.erp_admin.uploads.formats.reading import texts as texts_of

HEADER = ("Number", "Title", "Type", "Vendor", "Date", "Description", "Amount")


def active(book: Workbook) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return sheet


# What the sheet hides and joins.


def test_hidden_rows_and_columns_are_told() -> None:
    def fill(book: Workbook) -> None:
        sheet = active(book)
        for number in range(1, 6):
            sheet.append([f"a{number}", f"b{number}", f"c{number}", f"d{number}"])
        sheet.row_dimensions[2].hidden = True
        sheet.row_dimensions[4].hidden = True
        sheet.column_dimensions["B"].hidden = True

    book = Workbook()
    fill(book)
    found = rows(saved(book), "file.xlsx")
    assert [row.number for row in found if row.is_hidden] == [2, 4]
    hidden = [[bool(cell.concerns) for cell in row.cells] for row in found]
    assert hidden == [[False, True, False, False]] * 5


def test_a_row_of_no_height_is_hidden() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    heights = ["ht='0'", "ht='0.0' customHeight='1'", "ht='15'", "hidden='0'", "hidden='true'", "ht='x'"]
    body = "".join(f"<row {height}>{texts('a')}</row>" for height in heights)
    sheet = f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
    found = rows(workbook([], more={"xl/worksheets/sheet2.xml": sheet}), "file.xlsx")
    assert [row.is_hidden for row in found] == [True, True, False, False, True, False]


def test_a_range_of_hidden_columns_hides_each() -> None:
    body = '<cols><col min="1" max="2" hidden="1"/><col min="4" max="16384" width="0"/></cols>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{main}">{body}<sheetData><row>{texts(*"abcde")}</row></sheetData></worksheet>'
    (row,) = rows(workbook([], more={"xl/worksheets/sheet2.xml": sheet}), "file.xlsx")
    assert [bool(cell.concerns) for cell in row.cells] == [True, True, False, True, True]


def test_cells_that_are_merged_with_others_are_not_simply_blank() -> None:
    def fill(book: Workbook) -> None:
        sheet = active(book)
        for row in (["N", "D", "A"], ["N-1", "Footings", 100], [None, "Walls", None], [None, "Roof", 5]):
            sheet.append(row)
        for reference in ("A2:A4", "C2:C3", "B4:C4"):
            sheet.merged_cells.add(reference)

    found = sheet_cells(fill)
    told = {address: [concern.split("(")[1] for concern in cell.concerns] for address, cell in found.items()}
    assert {address: references for address, references in told.items() if references} == {
        "A2": ["A2:A4)."],
        "A3": ["A2:A4)."],
        "A4": ["A2:A4)."],
        "C2": ["C2:C3)."],
        "C3": ["C2:C3)."],
        "C4": ["B4:C4)."],
    }


def test_a_title_over_the_whole_width_makes_no_row_longer() -> None:
    def fill(book: Workbook) -> None:
        active(book).append(["Subcontracts 2026"])
        active(book).append(["N-1", "A"])
        active(book).merge_cells("A1:XFD1")

    book = Workbook()
    fill(book)
    assert [len(row.cells) for row in rows(saved(book), "file.xlsx")] == [2, 2]


def test_merged_ranges_without_a_value_say_nothing() -> None:
    def fill(book: Workbook) -> None:
        active(book).append(["a", "b", "c"])
        active(book).append(["x", None, None])
        active(book).merge_cells("B2:C3")

    assert sheet_cells(fill).keys() == {"A1", "B1", "C1", "A2"}


# Sheets.


def book_of(*sheets: tuple[str, list[list[object]], str]) -> bytes:
    book = Workbook()
    book.remove(active(book))
    for name, lines, state in sheets:
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for line in lines:
            sheet.append(line)
    return saved(book)


DOCUMENTS: list[list[object]] = [list(HEADER), ["N-1", "T", "Subcontract", "V", "2026-03-04", "Work", 5]]
COVER: list[list[object]] = [["Instructions"], ["Fill in the next tab"]]


def test_the_sheet_that_looks_like_documents_is_read_and_the_others_are_named() -> None:
    content = book_of(("Cover", COVER, "visible"), ("Data", DOCUMENTS, "visible"), ("Lists", COVER, "hidden"))
    assert texts_of(content, "file.xlsx")[0] == list(HEADER)
    assert notes(content, "file.xlsx") == ["The sheet “Data” was read, and none of the others: “Cover”."]


def test_a_sheet_with_rows_goes_before_one_with_the_header_alone() -> None:
    content = book_of(("Template", DOCUMENTS[:1], "visible"), ("Filled in", DOCUMENTS, "visible"))
    assert len(texts_of(content, "file.xlsx")) == 2


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_a_further_sheet_with_documents_is_named(state: str) -> None:
    content = book_of(("May", DOCUMENTS, "visible"), ("June", DOCUMENTS, state))
    said = notes(content, "file.xlsx")
    assert "Documents seem to be in other sheets too, which were not read: “June”" in said[-1]
    assert ("hidden" in said[-1]) == (state != "visible")


def test_a_hidden_sheet_is_not_read_though_it_looks_better() -> None:
    content = book_of(("Cover", COVER, "visible"), ("Data", DOCUMENTS, "hidden"))
    assert texts_of(content, "file.xlsx") == [["Instructions"], ["Fill in the next tab"]]
    assert "other sheets too, which were not read: “Data” (hidden" in notes(content, "file.xlsx")[0]


def test_a_chart_in_front_is_no_sheet_of_documents() -> None:
    book = Workbook()
    book.create_chartsheet("Chart", 0)
    for line in DOCUMENTS:
        active_sheet = book["Sheet"]
        active_sheet.append(line)
    assert len(texts_of(saved(book), "file.xlsx")) == 2


def repacked(content: bytes, change: dict[str, str], replace: tuple[str, str] = ("", "")) -> bytes:
    """The same workbook with its parts under other names, and a text replaced in all of them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if replace[0]:
                part = part.replace(replace[0].encode(), replace[1].encode())
            new.writestr(change.get(name, name), part)
    return stream.getvalue()


def test_parts_are_found_by_their_relationships_whatever_their_names() -> None:
    content = saved_with(DOCUMENTS)
    moved = repacked(content, {"xl/worksheets/sheet1.xml": "xl/worksheets/blatt.xml"}, ("sheet1.xml", "blatt.xml"))
    assert texts_of(moved, "file.xlsx") == texts_of(content, "file.xlsx")
    moved = repacked(content, {"xl/sharedStrings.xml": "xl/texte.xml"}, ("sharedStrings.xml", "texte.xml"))
    assert texts_of(moved, "file.xlsx") == texts_of(content, "file.xlsx")


def saved_with(lines: list[list[object]]) -> bytes:
    return book_of(("Data", lines, "visible"))


def test_the_strict_form_is_read_as_the_usual_one() -> None:
    content = saved_with(DOCUMENTS)
    strict = content
    for usual, of_strict in (
        ("http://schemas.openxmlformats.org/spreadsheetml/2006/", "http://purl.oclc.org/ooxml/spreadsheetml/"),
        ("http://schemas.openxmlformats.org/officeDocument/2006/", "http://purl.oclc.org/ooxml/officeDocument/"),
    ):
        strict = repacked(strict, {}, (usual, of_strict))
    assert strict != content
    assert texts_of(strict, "file.xlsx") == texts_of(content, "file.xlsx")


def test_the_strict_names_are_translated_wherever_a_piece_of_the_stream_ends() -> None:
    lines: list[list[object]] = [list(HEADER)] + [["x" * (7 * place % 97 + 1)] * 7 for place in range(3000)]
    content = saved_with(lines)
    usual = "http://schemas.openxmlformats.org/spreadsheetml/2006/"
    strict = repacked(content, {}, (usual, "http://purl.oclc.org/ooxml/spreadsheetml/"))
    assert texts_of(strict, "file.xlsx") == texts_of(content, "file.xlsx")


# Damage.


@pytest.mark.parametrize(
    "body",
    [
        "<row r='2'><c r='A2'><v>1</v></c><c r='A2'><v>2</v></c></row>",
        "<row r='2'><c r='A2'><v>1</v></c></row><row r='2'><c r='A2'><v>2</v></c></row>",
        "<row r='5'><c r='A5'><v>1</v></c></row><row r='2'><c r='A2'><v>2</v></c></row>",
        "<row r='two'><c><v>1</v></c></row>",
        "<row><c r='ZZZZZ1'><v>1</v></c></row>",
        "<row><c><v>1</v></c>",
        "<row><c><v>\x01</v></c></row>",
    ],
)
def test_a_sheet_that_contradicts_itself_is_refused(body: str) -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
    with pytest.raises(FileRefused) as caught:
        rows(workbook([], more={"xl/worksheets/sheet2.xml": sheet}), "file.xlsx")
    assert caught.value.code == "FILE-XLSX"


# What a spreadsheet writes comes back.

ANY_TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=20)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
@given(st.lists(st.lists(ANY_TEXT, min_size=1, max_size=5), min_size=1, max_size=5))
def test_texts_come_back_as_they_were_written(lines: list[list[str]]) -> None:
    book = Workbook()
    for number, line in enumerate(lines, 1):
        for place, text in enumerate(line, 1):
            cell = active(book).cell(number, place)
            cell.value = text
            cell.data_type = "s"
    read = {
        row.number: [text.replace("'", "") for text in row.texts] for row in xlsx.read(saved(book), KnownNames()).rows
    }
    for number, line in enumerate(lines, 1):
        meant = [" ".join(text.replace("'", "").split()) for text in line]
        found = [" ".join(text.split()) for text in read.get(number, [])]
        assert found + [""] * (len(meant) - len(found)) == [visible(text) for text in meant]


def visible(text: str) -> str:
    """Without the letters that nobody sees, which are left out and noted."""
    return " ".join("".join(sign for sign in text if sign not in "\u115f\u1160\u3164\uffa0\u2800").split())
