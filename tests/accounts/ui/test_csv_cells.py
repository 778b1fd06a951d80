"""No file that leaves the site computes anything, and every number in it stays a number."""

import csv
import io

import pytest

from accounts.ui.csv_cells import BYTE_ORDER_MARK, as_csv, csv_line, safe_cell, unguarded

FORMULAS = [
    "=1+1", "+cmd", "-2+3", "@x", "@SUM(A1)", "=HYPERLINK(1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1+1", "－2+3",
    "＠SUM(A1)", "-", "+", "-5-3", "-1+cmd|' /C calc'!A0", "+49 1", "+49 1 x", "- 5", "-..,", "-٥", "\t5",
    "\ufe661+1", "\ufe621", "\ufe631-2", "\ufe6bSUM(A1)", "\u207a1", "\u208a1", "\u22125", "|calc", "\uff5ccalc",
    " =1", "\u00a0=1", "\u3000=1", "\u200b=1", "\ufeff=1", "\u2060+1 x", "\u202e=1", "\u00ad@x",
    "\x0b=1", "\x00=1", "\x1f=1",
    " \u200b \ufeff＝1", "\u2028=1", "  -1+1", " +49 1 x",
]  # fmt: skip
NUMBERS = [
    "-5",
    "+5",
    "-250.00",
    "-1,234.56",
    "-$1,000.00",
    "-12.5%",
    "-1.5E+10",
    "-.5",
    "-1 234 567,50",
    "+1\u00a0234,50",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_compute_is_shown_as_text_and_comes_back_as_it_was(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert unguarded(safe_cell(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *NUMBERS,
        "",
        "plain",
        "'quoted'",
        "a=1",
        "(250.00)",
        "12.50",
        "SC-1",
        " -5",
        "\u200b",
        " ",
        "é=1",
        " x=1",
        "\u2013 5",
    ],
)
def test_numbers_and_plain_texts_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == unguarded(text) == text


def test_a_long_cell_of_digits_is_judged_in_no_time() -> None:
    assert safe_cell("-" + "1 " * 16_000 + "x").startswith("'-1 1")


def test_a_line_ends_and_quotes_as_spreadsheets_expect() -> None:
    assert csv_line(['say "a, b"', "=1", "-5"]) == '"say ""a, b""",\'=1,-5\r\n'


@pytest.mark.parametrize("number", [0, 1, 499, 500, 501, 1_700])
def test_a_file_is_whole_however_many_rows_it_has(number: int) -> None:
    rows = [[str(row), "@x"] for row in range(number)]
    text = "".join(as_csv(rows))
    assert text.startswith(BYTE_ORDER_MARK)
    assert list(csv.reader(io.StringIO(text[1:]))) == [[row, "'@x"] for row, _ in rows]


def test_a_file_is_made_while_its_rows_are_read() -> None:
    read = []

    def rows() -> object:
        for number in range(5_000):
            read.append(number)
            yield [str(number)]

    pieces = as_csv(rows())  # type: ignore[arg-type]
    next(pieces)
    assert 0 < len(read) < 1_000
