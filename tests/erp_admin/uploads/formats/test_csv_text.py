"""CSV files beyond the corpus: delimiters, quotes and line ends in every combination, and that nothing is repaired."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_admin.uploads.formats.csv_text import DELIMITERS
from erp_admin.uploads.formats.table import FileRefused
from tests.erp_admin.uploads.formats.reading import notes, rows, table, texts

HEADER = "Number,Title,Type,Vendor,Date,Description,Amount"
CELLS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S"), include_characters=' "\n'), max_size=12)


def refused(content: str | bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        texts(content)
    return caught.value


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=5), min_size=1, max_size=6),
    st.sampled_from(DELIMITERS),
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_a_spreadsheet_writes_comes_back(
    lines: list[list[str]], delimiter: str, line_end: str, encoding: str, quoting: int
) -> None:
    stream = io.StringIO()
    if line_end == "\r":  # the writer of the standard library leaves other line breaks bare then; spreadsheets do not
        quoting = csv.QUOTE_ALL
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(HEADER.split(","))
    writer.writerows(lines)
    read = {row.number: row.texts for row in rows(stream.getvalue().encode(encoding))}
    assert list(read[1]) == HEADER.split(",")
    for number, line in enumerate(lines, 2):
        found = [*read.get(number, ()), *[""] * len(line)][: len(line)]
        assert [meant(text) for text in found] == [meant(text) for text in line]


def meant(text: str) -> str:
    """Without what is left out on purpose: the apostrophe of a guarded cell, spaces at the ends, unseen letters."""
    unseen = "\u115f\u1160\u3164\uffa0\u2800"
    return "".join(sign for sign in text if sign not in unseen).strip().lstrip("'").strip()


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_the_one_that_gives_the_header(delimiter: str) -> None:
    others = DELIMITERS.replace(delimiter, "")
    line = delimiter.join(["N-1", "T", "Subcontract", "V", "2026-03-04", f'"{others * 9}"', "5"])
    content = f"Report {others * 20}\n{HEADER.replace(',', delimiter)}\n{line}\n"
    with table(content) as found:
        assert found.delimiter == delimiter
        assert found.comma_decimals == (delimiter == ";")
        assert list(found.rows)[1].texts == tuple(HEADER.split(","))


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;", "sep=;\r"])
def test_the_line_that_names_the_delimiter_is_no_row(line: str) -> None:
    assert [row.number for row in rows(f"{line}\nNumber;a,b,c,d\n1;2\n")] == [2, 3]


@pytest.mark.parametrize("line", ["sep=ab", "sep=a", "separate", "sep="])
def test_a_line_that_only_resembles_it_is_one(line: str) -> None:
    assert texts(f"{line},x\nNumber,y\n")[0][0] == line


@pytest.mark.parametrize(
    ("body", "row"),
    [
        ('a,"open', 2),
        ('a,b\n"open,1\n2,3\n', 3),
        ('"a\nb",c\n"open', 3),
        ('a,"b"c', 2),
        ('a,"b" ,c', 2),
        ('a,b\n1,"2"x\n', 3),
        ('a, "b"', 2),
        ('a,\t"b,c"', 2),
        ('a,\u00a0"b"', 2),
        ("a\rb,c", 2),
        ('a,"b\n', 2),
        ('"' * 5 + "\n", 2),
    ],
)
def test_malformed_rows_are_refused_with_their_place(body: str, row: int) -> None:
    error = refused(f"{HEADER}\n{body}")
    assert error.code == "FILE-CSV"
    assert f"ow {row}" in error.sentence


@pytest.mark.parametrize("body", ['a,b"c', 'a,b"', "a,6' 4\""])
def test_a_mark_inside_an_unquoted_cell_stands_for_itself_and_is_noted(body: str) -> None:
    assert texts(f"{HEADER}\n{body}\n")[1] == body.split(",")
    assert notes(f"{HEADER}\n{body}\n") == ["Quotation marks inside unquoted cells were read as they stand: rows 2."]


def test_marks_inside_quoted_cells_are_not_noted() -> None:
    assert notes(f'{HEADER}\n"a "" b",""" c","d, "" e"\n') == []


def test_a_quoted_cell_keeps_its_line_breaks_of_any_kind() -> None:
    assert texts(f'{HEADER}\n"a\r\nb\rc\nd",x\n')[1] == ["a\nb\nc\nd", "x"]


@pytest.mark.parametrize("prose", ["Scope: a, b, c, d, e, f, g", "one\ntwo", "a,b"])
def test_a_text_of_several_lines_is_no_swallowed_row(prose: str) -> None:
    (_, row) = rows(f'{HEADER}\nN,T,S,V,D,"First\n{prose}",5\n')
    assert row.cells[5].concerns == ()


def test_every_filled_cell_is_handed_on_whatever_the_header_has() -> None:
    assert texts("Number,Title,\n1,2,3,4\n")[1] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (f"{HEADER}\nPi".encode() + b"\x81\n", 2),
        (f"{HEADER}\nPi".encode() + b"\x9d\n", 2),
        (b"\xef\xbb\xbf" + f"{HEADER}\n\nPi".encode() + b"\xe9\n", 3),
        (f'{HEADER}\n"Two\nlines"\nFaçade'.encode() + b"\xe9\n", 3),
        (f"{HEADER}\nFa".encode("utf-16") + b"\x00", 2),
        (f"{HEADER}\nFa".encode("utf-16") + b"\x00\xd8", 2),
        (f"{HEADER}\nСтроительство".encode("cp1251"), 2),
        (f"{HEADER}\nΚατασκευή".encode("cp1253"), 2),
        (f"{HEADER}\nFaçade".encode("mac_roman"), 2),
    ],
)
def test_bytes_of_no_known_encoding_are_refused_with_their_row(content: bytes, row: int) -> None:
    error = refused(content)
    assert error.code == "FILE-ENCODING"
    assert f"in row {row}" in error.sentence


@pytest.mark.parametrize(
    "text",
    [
        "O’Brien – “Façade” €",
        "Žižka Šimek œuvre",
        "MÜLLER STRAßE Ñandú",
        "a…b™c",
        "a————————b",
        "a\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0b · · ·",
    ],
)
def test_windows_text_is_read_with_a_note(text: str) -> None:
    content = f"{HEADER}\n{text}\n".encode("cp1252")
    assert texts(content)[1] == [text.replace("\u00a0", " ")]
    assert "read as Windows-1252" in notes(content)[0]
