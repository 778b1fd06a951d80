"""Files as people have them: encodings, delimiters, workbooks, dates and amounts in every dress, and what is wrong."""

import json
from decimal import Decimal

import pytest

from accounts.ui.csv_cells import safe_cell
from erp_admin.uploads.exports import template_csv, template_xlsx
from erp_admin.uploads.formats.detect import read_table
from erp_admin.uploads.formats.signs import cleaned
from erp_admin.uploads.formats.table import MOST_ROWS, FileRefused
from erp_admin.uploads.matching import comparable
from erp_admin.uploads.reader import DocumentReader, ParsedDocument
from tests.erp_admin.imported import COMMITMENT_HEADER, commitment_row, csv_of, texts, workbook

HEADER_CELLS = texts(*COMMITMENT_HEADER.split(","))


def parsed(content: bytes, name: str = "file.csv", kind: str = "commitments") -> list[ParsedDocument]:
    return list(DocumentReader(kind, read_table(name, content)).documents())


def problems(document: ParsedDocument) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.column, problem.sentence) for problem in document.problems]


# Forms of files.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_are_recognised(encoding: str, delimiter: str) -> None:
    rows = [COMMITMENT_HEADER, "SC-1,Façade,Subcontract,Müller & Söhne,2026-03-02,Net 30,Works,1000"]
    content = "\r\n".join(rows).replace(",", delimiter).encode(encoding)
    (document,) = parsed(content)
    assert (document.head["title"], document.head["vendor"]) == ("Façade", "Müller & Söhne")
    assert document.problems == []


def test_windows_text_is_read_with_a_note() -> None:
    table = read_table("file.csv", "Name\nMüller".encode("cp1252"))
    assert "it was read as Windows-1252" in table.notes[0]


def test_rows_count_as_in_a_spreadsheet() -> None:
    text = f'{COMMITMENT_HEADER}\n\n"SC-1",Works,Subcontract,"A\nB",never,,Works,1\n,,,,,,Walls,x\n'
    (document,) = parsed(text.encode())
    assert [(row, column) for row, column, _ in problems(document)] == [(3, "Date"), (4, "Amount")]


def test_a_header_below_a_title_is_found() -> None:
    content = b"Subcontracts 2026\n\n" + csv_of(commitment_row("SC-1", "A"))
    reader = DocumentReader("commitments", read_table("x.csv", content))
    assert [document.head["number"] for document in reader.documents()] == ["SC-1"]
    assert reader.notes == ["The header was found in row 3; the rows above it were not read: “Subcontracts 2026”."]


def test_a_workbook_is_read_with_its_dates_formulas_and_texts() -> None:
    row = (
        texts("SC-1", "Works", "Subcontract") + '<c t="s"><v>0</v></c>'
        '<c s="1"><v>46083</v></c>' + texts("Net 30", "Works") + "<c><f>1*2</f><v>0.30000000000000004</v></c>"
    )
    content = workbook([HEADER_CELLS, row], strings=["Peña & Söhne"])
    reader = DocumentReader("commitments", read_table("file.xlsx", content))
    (document,) = reader.documents()
    assert document.problems == []
    assert (document.head["date"], document.head["vendor"]) == ("2026-03-02", "Peña & Söhne")
    assert document.total == Decimal("0.30")
    assert reader.notes == ["Cells with formulas: 1. The values Excel last computed were read."]


def test_cells_that_show_percentages_and_dates_of_a_format_of_their_own_are_read_as_shown() -> None:
    header = texts("Number", "Title", "Type", "Vendor", "Date", "Retainage %", "Description", "Amount")
    row = texts("SC-1", "Works", "Subcontract", "A") + '<c s="3"><v>46083</v></c><c s="2"><v>0.07</v></c>'
    (document,) = parsed(workbook([header, row + texts("Works", "5")]), "file.xlsx")
    assert (document.head["date"], document.head["retainage"], document.problems) == ("2026-03-02", "7", [])


def test_a_formula_that_was_never_computed_is_named() -> None:
    row = texts("SC-1", "Works", "Subcontract", "A", "2026-03-02", "Net 30", "Works") + '<c r="H2"><f>A1</f></c>'
    reader = DocumentReader("commitments", read_table("file.xlsx", workbook([HEADER_CELLS, row])))
    (document,) = reader.documents()
    assert problems(document) == [(2, "Amount", "It holds a formula that was never computed.")]
    assert "among them H2" in reader.notes[-1]


def test_an_error_of_the_spreadsheet_and_an_unformatted_date_are_explained() -> None:
    row = texts("SC-1", "Works", "Subcontract", "A") + "<c><v>46083</v></c>" + texts("", "Works")
    content = workbook([HEADER_CELLS, row + '<c t="e"><v>#REF!</v></c>'])
    (document,) = parsed(content, "file.xlsx")
    assert problems(document) == [
        (2, "Date", "This is a number, probably the date 2026-03-02."),
        (2, "Amount", "The spreadsheet shows the error #REF! here."),
    ]


def test_an_external_entity_in_a_workbook_is_not_followed() -> None:
    evil = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><workbook>&e;</workbook>'
    with pytest.raises(FileRefused, match="damaged"):
        parsed(workbook([HEADER_CELLS], more={"xl/workbook.xml": evil}), "file.xlsx")


LAUGHS = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 9))


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml"])
def test_no_part_of_a_workbook_may_define_entities(part: str) -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    body = f'<x xmlns="{main}"><si><t>&e8;</t></si><row><c t="inlineStr"><is><t>&e8;</t></is></c></row></x>'
    evil = f'<!DOCTYPE x [<!ENTITY e0 "ha">{LAUGHS}]>{body}'
    with pytest.raises(FileRefused, match="damaged"):
        parsed(workbook([HEADER_CELLS], more={part: evil}), "file.xlsx")


def test_a_part_that_unpacks_to_more_than_it_says_is_refused() -> None:
    content = workbook([HEADER_CELLS], more={"xl/sharedStrings.xml": "<sst>" + " " * 1_000_000 + "</sst>"})
    said, small = (1_000_011).to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert content.count(said) == 2
    with pytest.raises(FileRefused, match="damaged"):
        parsed(content.replace(said, small), "file.xlsx")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.csv", b"", "empty"),
        ("x.csv", b"\n \n", "empty"),
        ("x.xls", b"\xd0\xcf\x11\xe0 and more", "old Office form"),
        ("x.pdf", b"%PDF-1.7", "not a table"),
        ("x.xlsx", b"PK\x03\x04 broken", "damaged"),
        ("x.json", b"{", "not valid JSON"),
        ("x.json", b'{"a": 1}', "no list of documents"),
        ("x.json", b'[{"lines": 1}]', "no list of objects"),
        ("x.csv", b"\xff\xfe\x00", "no known encoding"),
        ("x.csv", b"a,b\n1,2", "columns are not clear"),
        ("x.csv", b'a,b\n"open', "from row 2 on: a quotation mark opens a cell"),
    ],
)
def test_what_is_no_table_is_refused_in_words(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(FileRefused, match=sentence):
        parsed(content, name)


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(FileRefused, match="more than 20,000 rows"):
        parsed(csv_of(*[commitment_row("SC-1", "A")] * (MOST_ROWS + 1)))


def test_json_keeps_every_digit() -> None:
    document = {"number": "SC-1", "title": "T", "type": "subcontract", "vendor": "A", "date": "2026-03-02"}
    content = json.dumps([{**document, "lines": [{"description": "Works", "amount": 0.1}]}]).replace(
        "0.1", "12345678901.10"
    )
    (found,) = parsed(content.encode(), "x.json")
    assert (found.total, found.problems) == (Decimal("12345678901.10"), [])


@pytest.mark.parametrize("kind", ["commitments", "change_orders"])
def test_the_templates_are_read_without_a_problem(kind: str) -> None:
    for name, content in (("t.csv", template_csv(kind)), ("t.xlsx", template_xlsx(kind))):
        (document,) = parsed(content, name, kind)
        assert document.problems == []
        assert (len(document.lines), document.total) == (2, Decimal(52500))


# Columns.


def test_wrong_headers_are_named_with_the_one_probably_meant() -> None:
    with pytest.raises(FileRefused) as caught:
        parsed(b"Numbr,Title,Typ,Vendor,Amount,Color\n1,2,3,4,5,6")
    assert "Column “Numbr” is not known; did you mean Number? Rename it." in str(caught.value)
    assert "Missing: Type, Date, Description." in str(caught.value) or "did you mean Type" in str(caught.value)


def test_a_column_twice_is_refused_and_an_unknown_one_is_noted() -> None:
    with pytest.raises(FileRefused, match="Vendor stands in more than one column: Vendor, Subcontractor"):
        parsed(csv_of("x", header=COMMITMENT_HEADER + ",Subcontractor"))
    content = csv_of(commitment_row("SC-1", "A") + ",red", header=COMMITMENT_HEADER + ",Color")
    reader = DocumentReader("commitments", read_table("x.csv", content))
    assert reader.notes == ["The column “Color” is not known, so its value was not read."]


def test_headers_are_understood_however_they_are_written() -> None:
    header = (
        "COMMITMENT #,commitment title,Kind,vendor name,Contract Date,Description of work,Scheduled Value,Retention %"
    )
    (document,) = parsed(csv_of("SC-1,Works,PO,A,2026-03-02,Rebar,5,10%", header=header))
    assert document.problems == []
    assert (document.head["type"], document.head["retainage"]) == ("purchase_order", "10")


# Documents.


def test_everything_wrong_is_told_at_once_with_its_row_and_value() -> None:
    header = (
        "Number,Title,Type,Vendor,Date,Retainage %,Total,Description,Cost code,Cost type,Quantity,Unit price,Amount"
    )
    (document,) = parsed(csv_of("SC?1,,Lease,A,31/31/2026,110%,7,Works,,SUB,2,3,7", header=header))
    assert problems(document) == [
        (2, "Number", "Intacct does not take ? in a number."),
        (2, "Title", "This is missing."),
        (2, "Type", "This is none of the choices."),
        (2, "Date", "There is no month 31."),
        (2, "Retainage %", "A percentage is between 0 and 100."),
        (2, "Cost code", "A cost type belongs to a cost code."),
        (2, "Amount", "Quantity times unit price is 6.00."),
    ]


def test_a_total_that_is_not_the_sum_is_told_with_the_difference() -> None:
    header = COMMITMENT_HEADER + ",Total"
    (document,) = parsed(csv_of(commitment_row("SC-1", "A", "1000") + ',"1,200.00"', header=header))
    assert problems(document) == [(2, "Total", "The lines add up to 1,000.00, which is 200.00 less.")]


def test_a_head_that_differs_on_a_further_row_is_told() -> None:
    (document,) = parsed(csv_of(commitment_row("SC-1", "A"), "SC-1,Other,,,,,Walls,5"))
    assert problems(document) == [(3, "Title", "It differs from row 2 of the same document, where it is “Works”.")]


def test_a_document_without_lines_or_vendor_is_told() -> None:
    (document,) = parsed(csv_of("SC-1,Works,Subcontract,,2026-03-02,,,"))
    assert [sentence for _, _, sentence in problems(document)] == ["This is missing.", "The document has no lines."]


def test_line_numbers_are_kept_counted_up_and_not_repeated() -> None:
    header = COMMITMENT_HEADER + ",Line"
    rows = [commitment_row("SC-1", "A") + ",5", ",,,,,,Walls,1,", ",,,,,,Slab,1,5"]
    (document,) = parsed(csv_of(*rows, header=header))
    assert [line["line"] for line in document.lines] == [5, 6, 5]
    assert problems(document) == [(4, "Line", "Row 2 has the same line number.")]


def test_a_unit_price_is_computed_where_that_is_exact() -> None:
    header = "Number,Title,Type,Vendor,Date,Description,Quantity,Amount"
    row = "SC-1,Works,Subcontract,A,2026-03-02,Works,{},100"
    (exact,) = parsed(csv_of(row.format(8), header=header))
    (rounded,) = parsed(csv_of(row.format(3), header=header))
    assert exact.lines[0]["unit_price"] == "12.5"
    assert (rounded.lines[0]["unit_price"], rounded.problems) == ("33.333333", [])


# Signs.


def test_signs_that_no_database_stores_are_left_out() -> None:
    assert cleaned("\ufeffS\x00C-1\u200b \x07") == "SC-1"


# Names, and what goes out.


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Granite Peak Concrete, LLC", "GRANITE PEAK CONCRETE"),
        ("O'Dell & Sons Rigging", "ODell and Sons Rigging Inc."),
        ("The Müller Façade Systems GmbH", "Muller Facade Systems"),
        ("A.B.C. Co., Inc.", "ABC"),
    ],
)
def test_names_are_compared_without_what_people_write_differently(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "＝1+1"])
def test_a_text_that_went_out_guarded_is_read_back_as_it_was(text: str) -> None:
    assert cleaned(safe_cell(text)) == text


@pytest.mark.parametrize("text", ["\t=1+1", "\r@x", "\n-1+2"])
def test_spaces_before_a_guarded_text_go_as_they_do_before_any_other(text: str) -> None:
    assert cleaned(safe_cell(text)) == cleaned(text) == text.strip()
