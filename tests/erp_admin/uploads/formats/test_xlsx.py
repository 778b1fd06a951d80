"""Workbooks as spreadsheet programs and other writers make them: what each cell says, shows and hides."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from erp_admin.uploads.formats import xlsx
from erp_admin.uploads.formats.table import Cell, CellKind, FileRefused, KnownNames
from tests.erp_admin.imported import texts, workbook
from tests.erp_admin.uploads.formats.reading import notes, rows, saved, sheet_cells
from tests.erp_admin.uploads.formats.reading import texts as texts_of

HEADER = ("Number", "Title", "Type", "Vendor", "Date", "Description", "Amount")


def active(book: Workbook) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return sheet


def column(cells: list[str], parts: dict[str, str] | None = None) -> list[Cell]:
    """What cells written so are read as, each in a row of its own with one beside it."""
    body = [f"{xml}{texts('beside')}" for xml in cells]
    return [row.cells[0] for row in rows(workbook(body, more=parts), "file.xlsx")]


NUMBERS: list[tuple[str, float, str, str, str]] = [
    ("General", 3.1, "3.1", "", ""),
    ("00000", 42, "42", "00042", ""),
    ("0.00", 3.1, "3.1", "3.10", ""),
    ("00-000", 3300, "3300", "03-300", ""),
    ('"SC-"0000', 42, "42", "SC-0042", ""),
    ("[$€-407] #,##0.00", 1234.5, "1234.5", "€ 1,234.50", "€"),
    ('#,##0.00 "EUR"', 5, "5", "5.00 EUR", "EUR"),
    ("[$CAD] 0.00", 5, "5", "CAD 5.00", "CAD"),
    ("[$kr-41D] 0", 5, "5", "kr 5", "kr"),
    ("£#,##0", 5, "5", "£5", "£"),
    ('"$"#,##0.00_);[Red]("$"#,##0.00)', -5, "-5", "($5.00)", "$"),
    ('0 "LBS"', 500, "500", "500 LBS", ""),
    ("0%", 0.105, "10.5%", "11%", ""),
    ("0.00%", 0.07, "7%", "7.00%", ""),
    ('0.00"%"', 7.5, "7.5", "7.50%", ""),
    ("#,##0.00_D_M;\\-#,##0.00_D_M", 1234.5, "1234.5", "1,234.50", ""),
    ("#,##0,", 1234500, "1234500", "1,235", ""),
    ("0.00E+00", 123456, "123456", "", ""),
    ("@", 42, "42", "", ""),
]


def test_a_number_says_its_digits_and_shows_its_format() -> None:
    def fill(book: Workbook) -> None:
        for number, (number_format, value, *_) in enumerate(NUMBERS, 1):
            active(book).cell(number, 1, value).number_format = number_format

    expected = [Cell(text, CellKind.NUMBER, shown, currency) for _, _, text, shown, currency in NUMBERS]
    assert list(sheet_cells(fill).values()) == expected


STORED = [
    ("0.30000000000000004", "0.3"),
    ("1.0E5", "100000"),
    ("1E+20", "100000000000000000000"),
    ("1e-7", "0.0000001"),
    ("41666.669999999998", "41666.67"),
    ("450001234567", "450001234567"),
    ("-0", "0"),
    ("0.1", "0.1"),
    ("+5", "5"),
    ("1234567.8912345678", "1234567.89123457"),
    (" 7 ", "7"),
]


def test_a_number_has_the_digits_that_were_entered() -> None:
    found = column([f"<c><v>{stored}</v></c>" for stored, _ in STORED])
    assert found == [Cell(text, CellKind.NUMBER) for _, text in STORED]


def test_more_digits_than_a_spreadsheet_keeps_are_named() -> None:
    named, whole = column(["<c><v>4500012345678901234</v></c>", "<c><v>123456789012345000000</v></c>"])
    assert (named.text, len(named.concerns)) == ("4500012345678901234", 1)
    assert whole.concerns == ()


DATES: list[tuple[date, str, str, str]] = [
    (date(2026, 3, 4), "yyyy-mm-dd", "2026-03-04", ""),
    (date(2026, 3, 4), "mm-dd-yy", "2026-03-04", "3/4/2026"),
    (date(2026, 10, 1), "d-mmm", "2026-10-01", "1-Oct"),
    (date(2026, 3, 1), "mmm-yy", "2026-03-01", "Mar-26"),
    (date(2026, 3, 4), "[$-407]d. mmm yyyy", "2026-03-04", ""),
    (date(2026, 3, 4), 'yyyy"年"m"月"d"日"', "2026-03-04", "2026年3月4日"),
    (datetime.fromisoformat("2026-03-04T12:30"), "m/d/yy h:mm", "2026-03-04 12:30:00", "3/4/2026 12:30"),
    (datetime.fromisoformat("2026-03-04T23:59:59"), "dd/mm/yyyy", "2026-03-04 23:59:59", "04/03/2026"),
]


def test_a_date_says_its_day_and_shows_its_format() -> None:
    def fill(book: Workbook) -> None:
        for number, (value, number_format, _, _) in enumerate(DATES, 1):
            active(book).cell(number, 1, value).number_format = number_format

    assert list(sheet_cells(fill).values()) == [Cell(text, CellKind.DATE, shown) for _, _, text, shown in DATES]


def test_a_workbook_may_count_its_days_from_1904() -> None:
    def fill(book: Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904
        active(book)["A1"] = date(2026, 3, 4)

    assert sheet_cells(fill)["A1"].text == "2026-03-04"


def test_times_and_what_is_no_date_stay_numbers() -> None:
    def fill(book: Workbook) -> None:
        sheet = active(book)
        sheet["A1"], sheet["B1"], sheet["C1"], sheet["D1"] = time(12), timedelta(hours=36), -5, 9_999_999
        sheet["C1"].number_format = sheet["D1"].number_format = "yyyy-mm-dd"

    found = sheet_cells(fill)
    assert {cell.kind for cell in found.values()} == {CellKind.NUMBER}
    assert [(cell.text, cell.shown) for cell in found.values()] == [
        ("0.5", "12:00:00"),
        ("1.5", "36:00:00"),
        ("-5", "####"),
        ("9999999", "####"),
    ]


def test_what_a_format_hides_is_told() -> None:
    def fill(book: Workbook) -> None:
        sheet = active(book)
        for place, (value, number_format) in enumerate([(5, ";;;"), (-5, "0.00;0.00"), (-5, "0.00;[Red]0.00")], 1):
            sheet.cell(1, place, value).number_format = number_format

    found = sheet_cells(fill)
    assert found["A1"].concerns == ("Its format shows nothing.",)
    assert found["B1"].concerns == ("Its format hides that it is negative.",)
    assert (found["C1"].text, found["C1"].concerns) == ("-5", ())


# Texts.


def test_a_number_typed_as_text_stays_as_it_was_typed() -> None:
    def fill(book: Workbook) -> None:
        active(book).append(["00042", "3.10", "1E5", "=x", "TRUE", "2026-03-04"])
        active(book)["D1"].data_type = "s"

    assert [cell.kind for cell in sheet_cells(fill).values()] == [CellKind.TEXT] * 6
    assert [cell.text for cell in sheet_cells(fill).values()] == ["00042", "3.10", "1E5", "=x", "TRUE", "2026-03-04"]


ESCAPED = [
    ("one_x000D_\ntwo", "one\ntwo"),
    ("one_x000A_two", "one\ntwo"),
    ("_x005F_x000D_", "_x000D_"),
    ("_x005F_x005F_x005F_x000D_", "_x005F_x000D_"),
    ("_x0041_", "A"),
    ("_x41_ _xZZZZ_ x0041_", "_x41_ _xZZZZ_ x0041_"),
    ("a_x0009_b", "a\tb"),
    ("_x000d_x", "x"),
]


def test_escapes_of_the_format_are_undone_once() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    entries = "".join(f'<si><t xml:space="preserve">{stored}</t></si>' for stored, _ in ESCAPED)
    shared = {"xl/sharedStrings.xml": f'<sst xmlns="{main}">{entries}</sst>'}
    ways = [
        [f"<c t='inlineStr'><is><t>{stored}</t></is></c>" for stored, _ in ESCAPED],
        [f"<c t='s'><v>{place}</v></c>" for place in range(len(ESCAPED))],
        [f"<c t='str'><f>A9</f><v>{stored}</v></c>" for stored, _ in ESCAPED],
    ]
    for way in ways:
        assert [cell.text for cell in column(way, shared)] == [text for _, text in ESCAPED]


def test_all_runs_of_a_text_are_read_and_how_it_sounds_is_not() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    entry = (
        '<si><r><rPr><b/><family val="999"/></rPr><t xml:space="preserve">Tokyo </t></r><r><t>Bridge</t></r>'
        '<rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si>'
    )
    shared = f'<sst xmlns="{main}">{entry}</sst>'
    assert column(["<c t='s'><v>0</v></c>"], {"xl/sharedStrings.xml": shared}) == [Cell("Tokyo Bridge")]


def test_struck_out_cells_are_told_in_whole_and_in_part() -> None:
    def fill(book: Workbook) -> None:
        sheet = active(book)
        sheet["A1"], sheet["B1"], sheet["C1"] = "gone", 5, "stays"
        sheet["A1"].font = sheet["B1"].font = Font(strike=True)
        sheet["D1"] = CellRichText("was ", TextBlock(InlineFont(strike=True), "100"), " now 200")
        sheet["E1"] = CellRichText("is ", TextBlock(InlineFont(b=True), "bold"))

    found = sheet_cells(fill)
    assert {address: cell.concerns for address, cell in found.items()} == {
        "A1": ("It is struck out.",),
        "B1": ("It is struck out.",),
        "C1": (),
        "D1": ("A part of it is struck out.",),
        "E1": (),
    }


# One odd cell is a matter of that cell.


BLANKS = [
    "<c><v></v></c>",
    "<c t='n'/>",
    "<c t='s'><v/></c>",
    "<c t='s'><v> </v></c>",
    "<c t='inlineStr'/>",
    "<c t='inlineStr'><is/></c>",
    "<c t='inlineStr'><is><t/></is></c>",
    "<c t='str'><f>A1</f><v></v></c>",
    "<c t='b'><v></v></c>",
]


def test_a_cell_without_a_value_is_blank() -> None:
    assert column(BLANKS) == [Cell("")] * len(BLANKS)


ODD = [
    "<c><v>twelve</v></c>",
    "<c><v>1,5</v></c>",
    "<c><v>1_000</v></c>",
    "<c><v>NaN</v></c>",
    "<c><v>1e999</v></c>",
    "<c t='s'><v>99</v></c>",
    "<c t='s'><v>-1</v></c>",
    "<c t='s'><v>x</v></c>",
    "<c t='b'><v>7</v></c>",
    "<c t='d'><v>soon</v></c>",
    "<c t='unheard'><v>1</v></c>",
]


def test_a_cell_that_does_not_hold_what_it_says_is_an_error_of_that_cell() -> None:
    found = column([*ODD, "<c><v>5</v></c>"])
    assert [cell.kind for cell in found[:-1]] == [CellKind.ERROR] * len(ODD)
    assert all(cell.text for cell in found)
    assert found[-1] == Cell("5", CellKind.NUMBER)


def test_errors_truth_values_and_dates_in_text_are_what_they_are() -> None:
    kinds = {"e": "#N/A", "b": "1", "d": "2026-03-04"}
    cells = [f"<c t='{kind}'><v>{value}</v></c>" for kind, value in kinds.items()]
    assert column([*cells, "<c t='b'><v>0</v></c>", "<c t='d'><v>2026-03-04T12:30:00</v></c>"]) == [
        Cell("#N/A", CellKind.ERROR),
        Cell("yes", CellKind.YES_NO),
        Cell("2026-03-04", CellKind.DATE),
        Cell("no", CellKind.YES_NO),
        Cell("2026-03-04 12:30:00", CellKind.DATE),
    ]


def test_a_formula_that_was_never_computed_is_an_error_of_that_cell() -> None:
    (cell,) = column(["<c r='A1'><f>B9</f></c>"])
    assert (cell.text, cell.kind) == ("", CellKind.ERROR)
    assert cell.concerns == ("It holds a formula that was never computed.",)


def test_a_style_that_is_not_there_is_no_style() -> None:
    assert column(["<c s='99'><v>5</v></c>", "<c s='x'><v>5</v></c>"]) == [Cell("5", CellKind.NUMBER)] * 2


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
