"""JSON files beyond the corpus: repeated keys, levels, boundaries and numbers, however they are written."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_admin.uploads.formats.json_text import stated_type
from erp_admin.uploads.formats.table import CellKind, FileRefused
from tests.erp_admin.uploads.formats.reading import notes, rows, table, texts


def refused(content: str | bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        texts(content, "file.json")
    return caught.value


def line_cells(line: str) -> dict[str, str]:
    """The cells of a document's one line, by header."""
    header, row = texts(f'[{{"number": "N-1", "lines": [{line}]}}]', "file.json")
    return dict(zip(header, row, strict=False))


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("0.1", "0.1"),
        ("12345678901234567890.123", "12345678901234567890.123"),
        ("1E3", "1000"),
        ("-1.50e2", "-150"),
        ("2.5e-3", "0.0025"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("1.10", "1.10"),
    ],
)
def test_a_number_keeps_its_digits(written: str, digits: str) -> None:
    (_, row) = rows(f'[{{"number": "N-1", "lines": [{{"amount": {written}}}]}}]', "file.json")
    assert (row.cells[1].text, row.cells[1].kind) == (digits, CellKind.NUMBER)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_every_number_comes_back(number: Decimal) -> None:
    found = line_cells(f'{{"amount": {number}}}')["amount"]
    assert Decimal(found) == number
    assert "E" not in found


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ('[{"number": 1, "number": 1, "lines": []}]', "in document 1"),
        ('[{}, {"lines": [{}, {"a": 1, "b": 2, "a": 1}]}]', "in line 2 of document 2"),
        ('{"documents": [], "documents": []}', "at the top"),
        ('{"documents": [], "Documents": []}', "at the top"),
        ('[{"unit_price": 1, "Unit price": 1}]', "in document 1"),
        ('[{"lines": [{"unitPrice": 1, "unit_price": 1}]}]', "in line 1 of document 1"),
        ('[{"lines": [{"amount": 1, " amount ": 1}]}]', "in line 1 of document 1"),
        ('[{"lines": [{"amount": 1}], "LINES": []}]', "in document 1"),
        ('[{"lines": [{"a\\u0301": 1, "á": 2}]}]', "in line 1 of document 1"),
    ],
)
def test_a_key_twice_is_refused_with_its_place(content: str, place: str) -> None:
    error = refused(content)
    assert (error.code, place in error.sentence) == ("FILE-JSON", True)


@pytest.mark.parametrize("key", ["vendor", "title", "date", "type", "status", "currency"])
def test_a_key_of_a_line_is_never_one_of_the_document(key: str) -> None:
    with table(f'[{{"lines": [{{"{key}": "x", "amount": 1}}]}}]', "file.json") as found:
        header = next(iter(found.rows)).texts
    assert key not in header
    assert any(name.startswith(key) and "of a line" in name for name in header)


@pytest.mark.parametrize("key", ["amount", "quantity", "description", "cost_code"])
def test_a_key_of_the_document_is_never_one_of_its_lines(key: str) -> None:
    header, first, second = texts(f'[{{"number": "N", "{key}": "x", "lines": [{{}}, {{"{key}": "y"}}]}}]', "file.json")
    assert header == ["number", f"{key} (of the document)", key]
    assert (first, second) == (["N", "x", ""], ["N", "x", "y"])


def test_project_and_retainage_of_a_line_are_columns_of_its_own() -> None:
    header, row = texts('[{"project": "P", "retainage": 1, "lines": [{"project": "Q", "retainage": 2}]}]', "file.json")
    assert dict(zip(header, row, strict=True)) == {
        "project": "P",
        "retainage": "1",
        "line_project": "Q",
        "line_retainage": "2",
    }


def test_boundaries_of_documents_are_kept_whatever_their_numbers() -> None:
    documents = [
        {"number": "A", "lines": [{}, {}]},
        {"number": "A", "lines": [{}]},
        {"lines": [{}, {}]},
        {"number": "B"},
    ]
    found = rows(json.dumps(documents), "file.json")
    assert [row.starts_document for row in found] == [None, True, False, True, True, False, True]


def test_a_flat_list_is_a_table_whose_cells_tell_the_documents() -> None:
    found = rows('[{"number": "A", "amount": 1}, {"amount": 2}]', "file.json")
    assert [row.starts_document for row in found] == [None, None, None]


def test_an_absent_key_is_another_thing_than_an_empty_value() -> None:
    found = rows('[{"lines": [{"unit": null, "amount": 1}, {"amount": 2}, {"unit": "", "amount": 3}]}]', "file.json")
    assert [row.cells[0].is_absent for row in found[1:]] == [False, True, False]


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"a":' * 5_000,
        '[{"number": ' + "[" * 21 + "]" * 21 + "}]",
        "[1e999999999999]",
        '[{"a": NaN}]',
        '[{"a": Infinity}]',
        '[{"a": 01}]',
        '[{"a": "\x01"}]',
        '[{"a": 1}] x',
        "[{'a': 1}]",
        "",
        "null",
        '"text"',
        "5",
        '[{"lines": {}}]',
        '[{"lines": null}]',
        '[{"lines": ["a"]}]',
        '[{"lines": [[]]}]',
        "[[]]",
        '{"documents": {"number": 1}}',
        b"\xff\xfe\x00",
        '[{"a": "é"}]'.encode("latin-1"),
    ],
)
def test_what_is_no_list_of_documents_is_refused(content: str | bytes) -> None:
    assert refused(content).code in {"FILE-JSON", "FILE-ENCODING", "FILE-EMPTY"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-32-be"])
def test_every_encoding_of_json_is_read(encoding: str) -> None:
    content = '[{"number": "Façade", "lines": [{"amount": 1}]}]'.encode(encoding)
    assert texts(content, "file.json")[1] == ["Façade", "1"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"type": "change_orders", "documents": []}', "change_orders"),
        ('{"type": 5}', ""),
        ("[]", ""),
        ('{"documents": [{"type": "x"}]}', ""),
    ],
)
def test_what_a_file_says_it_holds(content: str, said: str) -> None:
    assert stated_type(content.encode()) == said


def test_what_stands_beside_the_documents_is_named() -> None:
    assert "“total”" in notes('{"documents": [{"lines": [{"amount": 1}]}], "total": 5}', "file.json")[1]
