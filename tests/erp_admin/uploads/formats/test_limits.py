"""Files that are made to take much: each is refused soon, and no process takes more memory than it may.

Measured in a process of its own that reads them as one that serves pages does: its memory, and the time and memory of
the processes that it starts.
"""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from erp_admin.uploads.formats.table import MOST_COLUMNS, MOST_ROWS, FileRefused
from tests.erp_admin.imported import texts, workbook
from tests.erp_admin.uploads.formats.reading import rows, saved, table

ROOT = Path(__file__).parents[4]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
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


def book(body: str = "", **parts: str) -> bytes:
    """A workbook whose sheet has this body, and whose other parts hold what is given."""
    more = {f"xl/{name}.xml": text for name, text in parts.items()}
    sheet = {"xl/worksheets/sheet2.xml": f'<worksheet xmlns="{MAIN}">{body}</worksheet>'} if body else {}
    return workbook([texts("Number")], more={**sheet, **more})


def strings(body: str) -> bytes:
    return book(sharedStrings=f'<sst xmlns="{MAIN}">{body}</sst>')


def varied(tag: str, count: int) -> str:
    """Elements that do not pack to almost nothing."""
    return "".join(tag.format(place * 7919 % 1_000_003) for place in range(count))


def archive_of_entries(count: int) -> bytes:
    return workbook([], more={f"xl/media/{place}": "" for place in range(count)})


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "huge_text.xlsx": (lambda: strings("<si><t>" + "a" * 47_000_000 + "</t></si>"), "FILE-UNPACKED"),
    "huge_text_that_varies.xlsx": (lambda: strings("<si><t>" + varied("{} ", 500_000) + "</t></si>"), "FILE-UNPACKED"),
    "strings_that_vary.xlsx": (lambda: strings(varied("<si><t>{}</t></si>", 500_100)), "FILE-UNPACKED"),
    "runs.xlsx": (lambda: strings("<si>" + "<r><t>a</t></r>" * 1_400_000 + "</si>"), "FILE-UNPACKED"),
    "rows.xlsx": (lambda: book("<sheetData>" + varied("<row s='{}'/>", 1_050_000) + "</sheetData>"), "FILE-UNPACKED"),
    "cells.xlsx": (lambda: book("<sheetData><row>" + "<c/>" * 5_000_000 + "</row></sheetData>"), "FILE-UNPACKED"),
    "deep.xlsx": (lambda: book("<a>" * 100_000 + "</a>" * 100_000), "FILE-XLSX"),
    "deep_styles.xlsx": (lambda: book(styles="<a>" * 100_000 + "</a>" * 100_000), "FILE-XLSX"),
    "attributes.xlsx": (lambda: book("<row " + varied("a{0}='1' ", 300_000) + "/>"), "FILE-UNPACKED"),
    "one_text_often.xlsx": (
        lambda: workbook(['<c t="s"><v>0</v></c>' * 90] * 300, strings=["é" * 30_000]),
        "FILE-UNPACKED",
    ),
    "merged.xlsx": (
        lambda: book(
            "<sheetData>" + f"<row>{texts('a')}</row>" * 5_000 + "</sheetData><mergeCells>"
            + "".join(f'<mergeCell ref="A{place}:XFD99999"/>' for place in range(1, 5_000)) + "</mergeCells>"
        ),
        "FILE-XLSX",
    ),
    "entries.xlsx": (lambda: archive_of_entries(6_000), "FILE-UNPACKED"),
    "commas.csv": (lambda: b"," * 10_000_000, "FILE-CSV"),
    "commas_below.csv": (lambda: b"a,b\n" + b"," * 10_000_000, "2"),
    "quotes.csv": (lambda: b'"' * 10_000_001, "FILE-CSV"),
    "pairs_of_quotes.csv": (lambda: b'"",' * 3_000_000, "FILE-CSV"),
    "blank_lines.csv": (lambda: b"a" + b"\n" * 10_000_000, "FILE-ROWS"),
    "lines.csv": (lambda: b"a\n" * 5_000_000, "FILE-ROWS"),
    "returns.csv": (lambda: b"a\rb" + b"\r" * 10_000_000, "FILE-ROWS"),
    "zeros.csv": (lambda: b"abcdef" + b"\0" * 10_000_000, "FILE-ENCODING"),
    "high_bytes.csv": (lambda: b"\xe9" * 10_000_000, "FILE-ENCODING"),
    "pictures.csv": (lambda: "\U0001f600,".encode() * 2_000_000, "FILE-COLUMNS"),
    "objects.json": (lambda: b"[" + b",".join([b"{}"] * 3_000_000) + b"]", "FILE-EFFORT"),
    "objects_of_a_megabyte.json": (lambda: b"[" + b",".join([b"{}"] * 300_000) + b"]", "FILE-ROWS"),
    "lists.json": (lambda: b"[" * 10_000_000, "FILE-JSON"),
    "escapes.json": (lambda: b'["' + b'\\"' * 5_000_000, "FILE-JSON"),
    "digits.json": (lambda: b"[" + b"1" * 10_000_000 + b"]", "FILE-JSON"),
    "many_keys.json": (lambda: json.dumps([{str(place): 1 for place in range(200_000)}]).encode(), "FILE-COLUMNS"),
}  # fmt: skip


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
