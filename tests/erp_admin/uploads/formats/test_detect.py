"""What a file is goes by its content, not by its name."""

import json

import pytest
from openpyxl import Workbook

from erp_admin.uploads.formats.table import MOST_BYTES, FileRefused, Row, Table
from tests.erp_admin.uploads.formats.reading import rows, saved, table, texts

JSON = json.dumps([{"number": "N-1", "lines": [{"amount": 1}]}])


@pytest.mark.parametrize("name", ["file.csv", "file.xls", "file.json", "file.txt", "file", "file.XLSM"])
def test_a_workbook_of_any_name_is_one(name: str) -> None:
    book = Workbook()
    book.worksheets[0].append(["Number", 5])
    assert texts(saved(book), name) == [["Number", "5"]]


@pytest.mark.parametrize("name", ["file.csv", "file.xlsx", "file.xls", "file.txt", "file"])
def test_text_of_any_name_is_read_as_what_it_is(name: str) -> None:
    assert texts("Number,Title\n1,2\n", name) == [["Number", "Title"], ["1", "2"]]
    assert texts(JSON, name)[1] == ["N-1", "1"]
    assert texts(f"\ufeff \n{JSON}", name)[1] == ["N-1", "1"]


@pytest.mark.parametrize(
    "content",
    [
        "PK,Number\n1,2\n",
        "[Number],Title\n1,2\n",
        "ID;Project\n1;2\n",
        "TABLE,Number\n0,1\n",
        "<Number>,Title\n1,2\n",
        "BM,Number\n1,2\n",
        "GIF,Number\n1,2\n",
        "{Number},Title\n1,2\n",
        "MZ,Number\n1,2\n",
    ],
)
def test_a_header_that_begins_like_something_else_is_a_header(content: str) -> None:
    assert len(rows(content)) == 2


def test_comments_before_anything_else_take_no_time() -> None:
    assert rows("<!---->" * 500 + ",x\n1,2\n")[1].texts == ("1", "2")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "FILE-EMPTY"), (b" \n\t\r\n ", "FILE-EMPTY"), (b"a" * (MOST_BYTES + 1), "FILE-SIZE")],
)
def test_nothing_and_too_much_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as caught:
        rows(content)
    assert caught.value.code == code


@pytest.mark.parametrize("size", [3, 15_000])
def test_the_rows_of_a_table_are_read_again_from_the_first(size: int) -> None:
    """Small files are kept, large ones lie in a spool: both are the same to a reader."""
    content = "Number,Title,Description\n" + "".join(f"N-{place},T,{'x' * 50}\n" for place in range(size))
    with table(content) as found:
        first, second = list(found.rows), list(found.rows)
        one, other = iter(found.rows), iter(found.rows)
        assert (next(one), next(one), next(other), next(one)) == (first[0], first[1], first[0], first[2])
    assert isinstance(first[0], Row)
    assert first == second
    assert len(first) == size + 1


def test_a_table_frees_its_spool() -> None:
    content = "Number,Title\n" + "a,b\n" * 15_000 + "c" * 30_000 * 20
    with pytest.raises(FileRefused), table(content):
        pass
    with table("Number,Title\n" + f"a,{'b' * 60}\n" * 15_000) as found:
        assert isinstance(found, Table)
        iterator = iter(found.rows)
        next(iterator)
    with pytest.raises(ValueError, match="closed"):
        next(iter(found.rows))
