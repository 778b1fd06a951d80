"""Whatever stands in a file is read, named by a problem, or told in a note: over files that nobody thought of."""

import re
from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from erp_admin.uploads.parsed import WHOLE_ROW
from erp_admin.uploads.stated import StatedReading
from tests.erp_admin.uploads.files import HEADER, Read, read

COLUMNS = [*HEADER.split(","), "Unit", "Cost code", "Color", ""]
TEXTS = {
    "Number": ["", "", "", "SC-1", "sc-1", "SC-2", "Total", "Page 2", "SC-1 Total"],
    "Title": ["", "", "Works", "works", "Other", "Prepared by"],
    "Type": ["", "", "Subcontract", "PO", "Lease"],
    "Vendor": ["", "", "Granite", "Other Co"],
    "Date": ["", "", "2026-03-04", "March 4, 2026", "2026-05-01", "soon"],
    "Description": ["", "Walls", "Roof", "Footings", "Total", "Subtotal", "Carried forward", "Description"],
    "Amount": ["", "100.00", "200.00", "300.00", "(50.00)", "$5.00", "€5.00", "soon", "Amount"],
    "Unit": ["", "", "Each"],
    "Cost code": ["", "", "03-300"],
    "Color": ["", "", "", "red"],
    "": ["", "", "", "", "", "999.00"],
}
rows = st.lists(st.tuples(*(st.sampled_from(TEXTS[name]) for name in COLUMNS)).map(list), min_size=1, max_size=9)
whole = st.tuples(
    *(st.sampled_from(TEXTS[name][3:] if name == "Number" else TEXTS[name]) for name in COLUMNS[:1]),
    *(st.just(text) for text in ("Works", "Subcontract", "Granite", "2026-03-04")),
    *(st.sampled_from(TEXTS[name]) for name in COLUMNS[5:]),
).map(list)
files = st.lists(st.one_of(whole, rows.map(lambda each: each[0])), min_size=1, max_size=9)


def told_rows(notes: Sequence[str]) -> set[int]:
    """The numbers of rows that notes say were not read as lines."""
    told: set[int] = set()
    for note in notes:
        if note.startswith(("Checked and not read", "The header is repeated")):
            for first, last in re.findall(r"(\d+)(?: to (\d+))?", note):
                told.update(range(int(first), int(last or first) + 1))
    return told


def unaccounted(table: Sequence[Sequence[str]], found: Read) -> list[str]:
    """The filled cells of a file that nothing says anything of."""
    left_out = told_rows(found.reader.notes)
    columns = {column.label: column.key for column in found.reader.columns.values()}
    lost = []
    for document in found.documents:
        named = {(problem.row, problem.column) for problem in document.problems}
        lines = {line["row"]: line for line in document.lines}
        first = document.rows[0].number
        for row in document.rows:
            if row.number in left_out or (row.number, WHOLE_ROW) in named:
                continue
            for place, text in enumerate(table[row.number - 2]):
                label = COLUMNS[place]
                key, where = columns.get(label), label or f"Column {chr(ord('A') + place)}"
                if not text or (row.number, where) in named or label == "Color":
                    continue
                if key == "amount" and (row.number, "Description") in named:
                    continue  # an amount that nothing is said of
                if key in document.texts:  # of the document: on its first row, or the same again
                    is_kept = document.head.get(key) is not None or (first, label) in named
                else:
                    is_kept = row.number in lines and lines[row.number].get(key or "") is not None
                if not is_kept:
                    lost.append(f"row {row.number}, {where}: {text}")
    return lost


@given(files)
def test_every_filled_cell_is_read_or_told(table: list[list[str]]) -> None:
    found = read(*table, header=",".join(COLUMNS), stated=StatedReading(decimal="."))
    assert unaccounted(table, found) == []
    in_documents = {row.number for document in found.documents for row in document.rows}
    filled = {number for number, row in enumerate(table, 2) if any(row)}
    assert filled - in_documents <= told_rows(found.reader.notes)


@given(files)
def test_what_is_stored_adds_up_to_what_stands_in_the_file(table: list[list[str]]) -> None:
    """Of documents without a problem, the amounts of all rows but of totals that are told; each once."""
    found = read(*table, header=",".join(COLUMNS), stated=StatedReading(decimal="."))
    left_out = told_rows(found.reader.notes)
    values = {"100.00": 100, "200.00": 200, "300.00": 300, "(50.00)": -50, "$5.00": 5, "€5.00": 5}
    for document in found.documents:
        if not document.problems:
            amounts = [values[table[row.number - 2][6]] for row in document.rows if row.number not in left_out]
            assert document.total == sum(map(Decimal, amounts))


@given(files)
def test_every_problem_says_where_and_what_to_do(table: list[list[str]]) -> None:
    found = read(*table, header=",".join(COLUMNS), stated=StatedReading(decimal="."))
    labels = {WHOLE_ROW, "Column K", *(column.label for column in found.reader.columns.values())}
    for document in found.documents:
        rows_of = {row.number for row in document.rows}
        for problem in document.problems:
            assert problem.row in rows_of
            assert problem.column in labels
            assert problem.sentence.endswith((".", "?"))
            assert problem.fix or not any(
                column.label == problem.column and column.help for column in found.reader.kind.columns
            )


@given(files)
def test_the_order_and_blank_rows_of_a_file_change_nothing(table: list[list[str]]) -> None:
    """The same file with a blank row between all others, and with blank columns, is the same."""
    plain = read(*table, header=",".join(COLUMNS), stated=StatedReading(decimal="."))
    spread = [each for row in table for each in (row, [""] * len(COLUMNS))]
    again = read(*spread, header=",".join(COLUMNS), stated=StatedReading(decimal="."))
    assert [(each.head, each.total, len(each.problems)) for each in again.documents] == [
        (each.head, each.total, len(each.problems)) for each in plain.documents
    ]
