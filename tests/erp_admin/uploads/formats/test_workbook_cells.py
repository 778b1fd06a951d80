"""Cells of workbooks as spreadsheet programs and other writers make them: what each says and shows."""

from datetime import date, datetime, time, timedelta

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from erp_admin.uploads.formats.table import Cell, CellKind
from tests.erp_admin.imported import texts, workbook
from tests.erp_admin.uploads.formats.reading import rows, sheet_cells


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
    ("[$kr-41D] 0", 5, "5", "kr 5", "SEK"),
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
