"""Files that are made to take much, each with the code of its refusal, or how many rows are read of it.

Builds bytes and nothing else, so that a page can be sent them as well as a reader.
"""

import json
from collections.abc import Callable

from tests.erp_admin.imported import texts, workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


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
