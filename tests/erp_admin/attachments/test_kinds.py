"""What a file is, by its content: every kind that is taken, and everything that says it is one and is not."""

import io

import pytest

from accounts.refusal import Refused
from erp_admin.attachments.kinds import MOST_PARTS, SUFFIXES, TAKEN, kind_of
from erp_admin.models import FileKind
from tests.erp_admin.attachments import files


def judged(name: str, content: bytes) -> str:
    return kind_of(name, io.BytesIO(content)).kind


def refused(name: str, content: bytes) -> str:
    with pytest.raises(Refused) as error:
        judged(name, content)
    assert error.value.code == "ATTACHMENT-TYPE"
    return error.value.sentence


def in_short(value: object) -> str | None:
    """A test is not named by the bytes of its file: they are long, and of some kinds other ones each time."""
    return f"{len(value)} bytes" if isinstance(value, bytes) else None


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", files.PDF, FileKind.PDF),
        ("a.PDF", files.PDF, FileKind.PDF),
        ("a.png", files.PNG, FileKind.PNG),
        ("a.jpeg", files.JPEG, FileKind.JPEG),
        ("a.jpg", files.JPEG, FileKind.JPEG),
        ("a.tif", files.TIFF, FileKind.TIFF),
        ("a.tif", b"MM\x00*\0\0\0\x08", FileKind.TIFF),
        ("a.heic", files.HEIC, FileKind.HEIC),
        ("a.xlsx", files.XLSX, FileKind.XLSX),
        ("a.docx", files.DOCX, FileKind.DOCX),
        ("a.csv", b"number,amount\r\nSC-1,5\r\n", FileKind.CSV),
        ("a.csv", "Zürich;5\n".encode("cp1252"), FileKind.CSV),
        ("a.txt", "Zürich\n".encode("utf-16"), FileKind.TXT),
        ("a.txt", "Zürich\n".encode() * 20_000, FileKind.TXT),
        ("scan", files.PDF, FileKind.PDF),
        ("notes", b"Call them on Monday.", FileKind.TXT),
    ],
    ids=in_short,
)
def test_each_kind_is_known_by_its_content(name: str, content: bytes, kind: FileKind) -> None:
    assert judged(name, content) == kind


@pytest.mark.parametrize(
    ("name", "content", "called", "holds"),
    [
        ("invoice.pdf", files.PROGRAM, ".pdf", "a program"),
        ("invoice.pdf", files.PNG, ".pdf", "a PNG picture"),
        ("photo.jpg", files.HTML, ".jpg", "a page of the web"),
        ("photo.png", files.SVG, ".png", "an SVG picture"),
        ("notes.txt", files.HTML, ".txt", "a page of the web"),
        ("notes.csv", b"#!/bin/sh\nrm -rf /\n", ".csv", "a script"),
        ("book.xlsx", files.DOCX, ".xlsx", "a Word document"),
        ("book.xlsx", files.office("other/thing.xml"), ".xlsx", "a packed file"),
        ("book.xlsx", files.office("xl/workbook.xml", "word/document.xml"), ".xlsx", "a packed file"),
        ("book.xlsx", files.office("xl/workbook.xml", "xl/vbaProject.bin"), ".xlsx", "macros"),
        ("book.xlsx", files.XLSX[:40], ".xlsx", "a damaged packed file"),
        ("book.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, ".xlsx", "Office file of the old form"),
        ("film.heic", b"\0\0\0\x18ftypisom\0\0\0\0", ".heic", "a film of another kind"),
        ("page.html", files.PDF, ".html", "a PDF document"),
        ("run.exe", b"plain words", ".exe", "text"),
        ("notes.txt", b"text until here\x00\x01\x02", ".txt", "of a kind that is not known"),
        ("late.txt", b"a" * 100_000 + b"\x07", ".txt", "of a kind that is not known"),
    ],
    ids=in_short,
)
def test_a_file_that_is_not_what_its_name_says_is_refused_with_both(
    name: str, content: bytes, called: str, holds: str
) -> None:
    said = refused(name, content)
    assert f"“{name}” is called {called}" in said
    assert holds in said


@pytest.mark.parametrize(
    ("name", "content"), [("run.exe", files.PROGRAM), ("page.html", files.HTML), ("x", files.SVG)], ids=in_short
)
def test_what_is_never_attached_is_named(name: str, content: bytes) -> None:
    assert "which is not attached here" in refused(name, content)


def test_a_page_before_a_pdf_is_a_page() -> None:
    """Readers look for the sign of a PDF further in; a browser looks at the first bytes."""
    assert "a page of the web" in refused("both.pdf", b"<html><script>1</script>\n" + files.PDF)


def test_a_bomb_is_judged_without_being_unpacked() -> None:
    """Its parts would unpack to 400 MB; what is refused or taken is decided by their names."""
    bomb = files.office("xl/workbook.xml", "xl/worksheets/sheet1.xml", sheet1=b"0" * 40_000_000)
    assert len(bomb) < 100_000
    assert judged("book.xlsx", bomb) == FileKind.XLSX
    crowd = files.XLSX + b"PK\x01\x02" * (MOST_PARTS + 1)
    assert "a packed file of more than" in refused("book.xlsx", crowd)


def test_the_words_name_every_kind() -> None:
    assert {suffix for suffix in SUFFIXES if suffix.upper() in TAKEN} >= {"pdf", "png", "jpeg", "tiff", "heic", "txt"}
