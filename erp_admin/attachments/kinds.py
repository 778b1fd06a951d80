"""What a file is, judged by its content alone, and whether its name says the same. Nothing of it is unpacked or run.

Owns the kinds that may be attached. What a browser says of a file is not looked at.
"""

import codecs
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Final

from accounts.refusal import Refused
from erp_admin.attachments.names import suffix_of
from erp_admin.models import FileKind

PIECE: Final = 64 * 1024
MOST_PARTS: Final = 5_000  # of a workbook or text document, before an object is made for each


@dataclass(frozen=True)
class Kind:
    """A kind that may be attached: as people call it, its endings, and how it is sent."""

    kind: FileKind
    what: str
    suffixes: tuple[str, ...]
    media_type: str


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
KINDS: Final[Mapping[FileKind, Kind]] = {
    kind.kind: kind
    for kind in (
        Kind(FileKind.PDF, "a PDF document", ("pdf",), "application/pdf"),
        Kind(FileKind.PNG, "a PNG picture", ("png",), "image/png"),
        Kind(FileKind.JPEG, "a JPEG picture", ("jpg", "jpeg", "jpe", "jfif"), "image/jpeg"),
        Kind(FileKind.TIFF, "a TIFF picture", ("tif", "tiff"), "image/tiff"),
        Kind(FileKind.HEIC, "a HEIC picture", ("heic", "heif"), "image/heic"),
        Kind(FileKind.XLSX, "an Excel workbook", ("xlsx",), f"{_OFFICE}.spreadsheetml.sheet"),
        Kind(FileKind.DOCX, "a Word document", ("docx",), f"{_OFFICE}.wordprocessingml.document"),
        Kind(FileKind.CSV, "text", ("csv",), "text/csv"),
        Kind(FileKind.TXT, "text", ("txt",), "text/plain"),
    )
}
TAKEN: Final = "PDF, PNG, JPEG, TIFF, HEIC, XLSX, DOCX, CSV and TXT"
SUFFIXES: Final = tuple(suffix for kind in KINDS.values() for suffix in kind.suffixes)
_CHOOSE: Final = f"Attach one of these kinds: {TAKEN}."

_SIGNS: Final = (
    (b"%PDF-", FileKind.PDF),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"II*\x00", FileKind.TIFF),
    (b"MM\x00*", FileKind.TIFF),
)
_FOREIGN: Final = (
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"#!", "a script"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a bitmap picture"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"%!PS", "a PostScript program"),
    (b"\xd0\xcf\x11\xe0", "an Office file of the old form, or one with a password"),
    (b"\x1f\x8b", "a packed file"),
    (b"7z\xbc\xaf\x27\x1c", "a packed file"),
    (b"Rar!", "a packed file"),
    (b"SQLite format 3\x00", "a database"),
)
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis"})
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ENTRY: Final = b"PK\x01\x02"
_OFFICE_PARTS: Final = (("xl/workbook.xml", FileKind.XLSX), ("word/document.xml", FileKind.DOCX))
_BYTE_ORDERS: Final = (b"\xff\xfe", b"\xfe\xff")
_UTF_8: Final = "utf-8-sig"
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")  # tabs, ends of lines, pages and files are text
_DAMAGE: Final = (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError, LookupError, OSError)


class _Other(Exception):
    """A file of no kind that may be attached; its text says what it is."""


def kind_of(name: str, file: IO[bytes]) -> Kind:
    """The kind of a file. Raises Refused for one that may not be attached, or whose name says another kind."""
    suffix = suffix_of(name)
    try:
        found = KINDS[_judged(file, suffix)]
    except _Other as other:
        if suffix in SUFFIXES:
            raise _lies(name, suffix, str(other)) from None
        raise Refused(f"“{name}” is {other}, which is not attached here.", _CHOOSE, code="ATTACHMENT-TYPE") from None
    finally:
        file.seek(0)
    if suffix not in ("", *found.suffixes):
        raise _lies(name, suffix, found.what)
    return found


def _lies(name: str, suffix: str, what: str) -> Refused:
    return Refused(
        f"“{name}” is called .{suffix[:20]}, but what it holds is {what}.",
        f"Give it the ending of what it is, or attach another file. {_CHOOSE}",
        code="ATTACHMENT-TYPE",
    )


def _judged(file: IO[bytes], suffix: str) -> FileKind:
    file.seek(0)
    start = file.read(PIECE)
    for sign, kind in _SIGNS:
        if start.startswith(sign):
            return kind
    if start[4:8] == b"ftyp":
        if start[8:12] in _HEIC_BRANDS or (start[8:12] == b"mif1" and b"heic" in start[12:64]):
            return FileKind.HEIC
        raise _Other("a picture or a film of another kind")
    if start.startswith(_ZIP):
        return _archive(file)
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        raise _Other("a WebP picture")
    for sign, what in _FOREIGN:
        if start.startswith(sign):
            raise _Other(what)
    _require_text(file)
    return FileKind.CSV if suffix == "csv" else FileKind.TXT


def _archive(file: IO[bytes]) -> FileKind:
    """By the names of its parts, which stand in its directory: no part is unpacked, so it can unpack to nothing."""
    if _entries(file) > MOST_PARTS:
        raise _Other(f"a packed file of more than {MOST_PARTS:,} parts")
    try:
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            parts = {name.casefold().lstrip("/") for name in archive.namelist()}
    except _DAMAGE:
        raise _Other("a damaged packed file") from None
    if any(part.rpartition("/")[2] == "vbaproject.bin" for part in parts):
        raise _Other("an Office file with macros, which are programs")
    kinds = [kind for part, kind in _OFFICE_PARTS if part in parts]
    if "[content_types].xml" not in parts or len(kinds) != 1:
        raise _Other("a packed file (zip)")
    return kinds[0]


def _entries(file: IO[bytes]) -> int:
    """How many entries its directory may have, at most."""
    file.seek(0)
    count, tail = 0, b""
    for piece in pieces_of(file):
        count += (tail + piece).count(_ENTRY)
        tail = piece[-len(_ENTRY) + 1 :]
    return count


def _require_text(file: IO[bytes]) -> None:
    """Raise _Other for what is no plain text: bytes that stand for no sign, and markup, which a browser would run."""
    file.seek(0)
    encoding = "utf-16" if file.read(2) in _BYTE_ORDERS else _UTF_8
    is_text, begins_with = _decoded(file, encoding)
    if not is_text and encoding == _UTF_8:
        is_text, begins_with = _decoded(file, "cp1252")
    if not is_text:
        raise _Other("of a kind that is not known")
    if begins_with == "<":
        raise _Other("a page of the web, an SVG picture or other markup")


def _decoded(file: IO[bytes], encoding: str) -> tuple[bool, str]:
    """Whether all of it can be read as text, and the first sign that is seen."""
    file.seek(0)
    decoder, first = codecs.getincrementaldecoder(encoding)(), ""
    try:
        for piece in pieces_of(file):
            text = decoder.decode(piece)
            if _NO_TEXT.search(text):
                return False, ""
            first = first or text.lstrip("\ufeff \t\r\n\f")[:1]
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False, ""
    return True, first


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """What is left of a file, piece by piece."""
    while piece := file.read(PIECE):
        yield piece
