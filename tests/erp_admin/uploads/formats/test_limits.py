"""Files that are made to take much: each is refused soon, and no process takes more memory than it may.

Measured in a process of its own that reads them as one that serves pages does: its memory, and the time and memory of
the processes that it starts.
"""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from erp_admin.uploads.formats.table import MOST_COLUMNS, MOST_ROWS, FileRefused
from tests.erp_admin.imported import texts, workbook
from tests.erp_admin.uploads.formats.bombs import BOMBS, MAIN, strings
from tests.erp_admin.uploads.formats.reading import rows, saved, table

ROOT = Path(__file__).parents[4]
MOST_GROWTH = 100  # MB of the process that serves pages, of the 300 that an upload may take
MOST_OF_CHILD = 256
MOST_CPU_SECONDS = 3.0  # about one where the machine is not shared
_MEASURE = """
import json, resource, sys, time
from pathlib import Path
from erp_admin.uploads.formats.detect import read_table
from erp_admin.uploads.formats.table import FileRefused

def peak(who):
    return resource.getrusage(who).ru_maxrss // 1024

content = Path(sys.argv[1]).read_bytes()
before = peak(resource.RUSAGE_SELF)
try:
    with read_table(Path(sys.argv[1]).name, content) as found:
        outcome = sum(1 for _ in found.rows) + sum(1 for _ in found.rows)
except FileRefused as error:
    outcome = error.code
own, child = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "outcome": outcome,
    "growth": peak(resource.RUSAGE_SELF) - before,
    "child": peak(resource.RUSAGE_CHILDREN),
    "seconds": own.ru_utime + own.ru_stime + child.ru_utime + child.ru_stime,
}))
"""


def measured(name: str, content: bytes, folder: Path) -> dict[str, Any]:
    path = folder / name
    path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_made_to_take_much_is_refused_soon(name: str, tmp_path: Path) -> None:
    make, outcome = BOMBS[name]
    found = measured(name, make(), tmp_path)
    assert str(found["outcome"]) == outcome or (outcome == "2" and found["outcome"] <= 4)
    assert found["growth"] < MOST_GROWTH
    assert found["child"] < MOST_OF_CHILD
    assert found["seconds"] < MOST_CPU_SECONDS


def test_a_large_honest_workbook_is_read(tmp_path: Path) -> None:
    made = Workbook(write_only=True)
    sheet = made.create_sheet("Documents")
    for number in range(5_000):
        sheet.append([f"N-{number}", "Title", number, number / 7, *["text"] * 20])
    found = measured("large.xlsx", saved(made), tmp_path)
    assert found["outcome"] == 2 * 5_000
    assert (found["growth"] < MOST_GROWTH, found["child"] < MOST_OF_CHILD) == (True, True)


def test_the_same_row_many_times_is_no_bomb(tmp_path: Path) -> None:
    """People copy rows down; what packs well only because of that is read."""
    made = Workbook(write_only=True)
    sheet = made.create_sheet("Documents")
    for _ in range(10_000):
        sheet.append(["N-1", "Title", 5, "same"])
    assert measured("same.xlsx", saved(made), tmp_path)["outcome"] == 20_000


def lied(content: bytes, name: str, size: int) -> bytes:
    """The archive with another size of a part stated, in both places."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        real = archive.getinfo(name).file_size
    return content.replace(real.to_bytes(4, "little"), size.to_bytes(4, "little"))


def test_a_workbook_that_states_more_than_is_unpacked_is_refused() -> None:
    content = workbook([texts("Number")], more={"xl/media/a": "0" * 1_234_567})
    with pytest.raises(FileRefused, match="unpacks to more than 200 MB"):
        rows(lied(content, "xl/media/a", 201 * 1024 * 1024), "file.xlsx")


def test_a_part_that_holds_more_than_it_states_is_refused() -> None:
    content = strings("<si><t>" + " " * 900_001 + "</t></si>")
    with pytest.raises(FileRefused) as caught:
        rows(lied(content, "xl/sharedStrings.xml", 100), "file.xlsx")
    assert caught.value.code == "FILE-XLSX"


@pytest.mark.parametrize("part", ["sharedStrings", "styles", "workbook", "worksheets/sheet2"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_part_may_declare_a_document_type(part: str, encoding: str) -> None:
    evil = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x xmlns="{MAIN}">&e;</x>'
    stream = io.BytesIO(workbook([texts("Number")]))
    with zipfile.ZipFile(stream) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[f"xl/{part}.xml"] = f'<?xml version="1.0" encoding="{encoding}"?>{evil}'.encode(encoding)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    with pytest.raises(FileRefused) as caught:
        rows(stream.getvalue(), "file.xlsx")
    assert caught.value.code == "FILE-XLSX"


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_that_no_spreadsheet_uses_is_refused(compression: int) -> None:
    """Those of better ratio, which no limit of this one bounds."""
    stream = io.BytesIO(workbook([texts("Number")]))
    with zipfile.ZipFile(stream, "a", compression) as archive:
        archive.writestr("xl/more.xml", "<a/>")
    with pytest.raises(FileRefused) as caught:
        rows(stream.getvalue(), "file.xlsx")
    assert caught.value.code == "FILE-XLSX"


def test_a_part_that_stands_twice_is_refused() -> None:
    stream = io.BytesIO(workbook([texts("Number")]))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("XL/Worksheets/sheet2.xml", "<worksheet/>")
    with pytest.raises(FileRefused, match="a part twice"):
        rows(stream.getvalue(), "file.xlsx")


def lines_of(count: int, width: int = 2) -> Iterator[str]:
    yield "Number,Title"
    yield from (",".join(["x"] * width) for _ in range(count))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("\n".join(lines_of(MOST_ROWS + 1)), "FILE-ROWS"),
        ("\n".join(lines_of(1, MOST_COLUMNS + 1)), "FILE-COLUMNS"),
        (f"Number,Title\n{'x' * 32_768},y", "FILE-CELL"),
    ],
)
def test_one_more_than_is_read_is_refused(content: str, code: str) -> None:
    with pytest.raises(FileRefused) as caught:
        rows(content)
    assert caught.value.code == code


def test_as_much_as_is_read_is_read() -> None:
    for content in ("\n".join(lines_of(MOST_ROWS)), "\n".join(lines_of(1, MOST_COLUMNS)), f"N,T\n{'x' * 32_767},y"):
        with table(content) as found:
            assert list(found.rows)
