"""The zip archive that a workbook is: guarded while it is unpacked, with the parts found by their relationships.

Owns what an archive may be. Trusts no size, count or name that the archive states. Knows nothing of sheets.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, Final, NoReturn

from lxml import etree

from erp_admin.uploads.formats.table import FileRefused

MOST_ENTRIES: Final = 5_000
MOST_UNPACKED: Final = 200 * 1024 * 1024  # as stated, with pictures and whatever else is never unpacked
MOST_IN_PART: Final = 128 * 1024 * 1024
MOST_TAGS_IN_PART: Final = 6_000_000
MOST_ROW_TAGS: Final = 1_048_576  # as many as a sheet has
LONGEST_BETWEEN_TAGS: Final = 1024 * 1024  # the longest text of a cell, written as entities, is a third of it
MOST_STRINGS: Final = 500_000
MOST_RATIO: Final = 400  # of parts that are large; deflate alone reaches about 1,000
_LARGE: Final = 4 * 1024 * 1024
_PIECE: Final = 65_536
_STRICT: Final = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_LONGEST_NAMESPACE: Final = 128
_DECLARED: Final = re.compile(rb"""<!DOCTYPE|<\0!\0D\0|\0<\0!\0D|<!ENTITY""", re.IGNORECASE)
_ENCODING: Final = re.compile(rb"""\A[^<]{0,3}<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)""")
_ENCODINGS: Final = (b"utf-8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1")
HARDENED: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
# What damaged or odd parts raise, in the libraries that read them.
DAMAGE: Final = (
    etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, LookupError, ValueError, TypeError, EOFError,
    NotImplementedError, RuntimeError, ArithmeticError, AttributeError,
)  # fmt: skip
SAVE_AGAIN: Final = "Open it in the spreadsheet program and save it again as .xlsx, or as CSV."
_TOO_MUCH: Final = "Keep only the sheet with the documents, without pictures and empty formatted rows."


class Package(zipfile.ZipFile):
    """An archive as `openpyxl` takes it, whose parts are counted while they are unpacked. Raises FileRefused.

    The names of strict Office Open XML become those of the transitional form, which is all that libraries know.
    """

    def __init__(self, content: bytes) -> None:
        if content.count(b"PK\x01\x02") > MOST_ENTRIES:  # before an object is made for each
            _refuse_size(f"The archive holds more than {MOST_ENTRIES:,} entries.")
        super().__init__(io.BytesIO(content))
        entries = self.infolist()
        names = [entry.filename.casefold().replace("\\", "/") for entry in entries]
        if len(set(names)) < len(names):
            raise FileRefused("The workbook is damaged: it holds a part twice.", SAVE_AGAIN, code="FILE-XLSX")
        if any(entry.flag_bits & 1 for entry in entries):
            raise FileRefused(
                "The archive is protected with a password.", "Save the workbook without it.", code="FILE-PASSWORD"
            )
        if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
            raise ValueError("a compression that no workbook has")
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            _refuse_size(f"The workbook unpacks to more than {MOST_UNPACKED // 1024 // 1024} MB.")
        self._by_name = dict(zip(names, (entry.filename for entry in entries), strict=True))

    def has(self, name: str) -> bool:
        return name.casefold().lstrip("/") in self._by_name

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        with self.part(str(name)) as stream:
            return stream.read()

    def part(self, name: str) -> "Part":
        """A part of XML, checked as a whole before its first byte is handed on. KeyError where there is none."""
        real = self._by_name[name.casefold().lstrip("/")]
        entry = self.getinfo(real)
        if entry.file_size > _LARGE and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            _refuse_size(f"A part of the workbook unpacks to more than {MOST_RATIO} times its size.")
        checked = _Checked()
        with super().open(entry) as stream:
            while piece := stream.read(_PIECE):
                checked.take(piece)
        return Part(super().open(entry), checked)

    def tree(self, name: str) -> Any:
        return etree.fromstring(self.read(name), etree.XMLParser(**HARDENED))


class _Checked:
    """What was counted in a part so far."""

    def __init__(self) -> None:
        self._size = self._tags = self._rows = self._strings = self._since_tag = 0
        self._tail = b""
        self.is_strict = self.has_merged = False

    def take(self, piece: bytes) -> None:
        if not self._size:
            encoding = _ENCODING.match(piece)
            if encoding is not None and encoding[1].lower() not in _ENCODINGS:
                raise ValueError("an encoding that no workbook has")
        self._size += len(piece)
        self._tags += piece.count(b"<")
        self._rows += piece.count(b"<row")
        self._strings += piece.count(b"<si>")
        if self._size > MOST_IN_PART or self._tags > MOST_TAGS_IN_PART:
            _refuse_size("A part of the workbook unpacks to too much.")
        if self._rows > MOST_ROW_TAGS or self._strings > MOST_STRINGS:
            _refuse_size("The workbook has too many rows or texts.")
        last = piece.rfind(b"<")
        self._since_tag = self._since_tag + len(piece) if last < 0 else len(piece) - last
        if self._since_tag > LONGEST_BETWEEN_TAGS:  # of tags too: reading one takes the square of it
            _refuse_size("A part of the workbook holds a text that is longer than any cell.")
        joined = self._tail + piece
        if _DECLARED.search(joined) is not None:
            raise ValueError("no workbook declares a document type")
        self.has_merged = self.has_merged or b"mergeCell" in joined
        self.is_strict = self.is_strict or _STRICT.search(joined) is not None
        self._tail = joined[-_LONGEST_NAMESPACE:]


class Part(io.RawIOBase):
    """The bytes of a part, those of the strict form in the names of the transitional one."""

    def __init__(self, stream: Any, checked: _Checked) -> None:
        super().__init__()
        self.has_merged = checked.has_merged
        self._stream = stream
        self._translate: Callable[[bytes], bytes] | None = _transitional if checked.is_strict else None
        self._held = b""
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            piece = self._stream.read(_PIECE)
            if self._translate is None:
                self._ready = piece
            else:
                joined = self._translate(self._held + piece)
                cut = len(joined) - _LONGEST_NAMESPACE if piece else len(joined)
                self._ready, self._held = joined[: max(cut, 0)], joined[max(cut, 0) :]
            if not piece:
                break
        taken = min(len(buffer), len(self._ready))
        buffer[:taken] = self._ready[:taken]
        self._ready = self._ready[taken:]
        return taken

    def close(self) -> None:
        self._stream.close()
        super().close()


def _transitional(text: bytes) -> bytes:
    return _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", text)


def _refuse_size(sentence: str) -> NoReturn:
    raise FileRefused(sentence, _TOO_MUCH, code="FILE-UNPACKED")
