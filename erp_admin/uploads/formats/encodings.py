"""Bytes of a text file as text: in which encoding they are, and the place of the first byte that fits none.

Decides by the content alone. A file whose encoding is in doubt is refused: names would be stored wrongly.
"""

import codecs
import csv
import io
import json
import re
from typing import Final

from erp_admin.uploads.formats.table import FileRefused

_ADVICE: Final = "Save it as “CSV UTF-8”."
_MARKS: Final = (  # the longer ones first: one of UTF-32 begins as one of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
# Inside a word these bytes are letters in Mac Roman, and signs or capitals in Windows-1252; and the reverse.
_MAC_LETTER: Final = re.compile(rb"(?<=[a-z])[\x87-\x8c\x8e\x98\x9b\x9f](?=[a-z])")
_WINDOWS_LETTER: Final = re.compile(rb"[a-z][\xe0-\xf6\xf8-\xfe][a-z]")
_OTHER_SCRIPT: Final = re.compile(rb"[\xc0-\xff]{4}|[\x80-\x84\x86-\x90\x98-\x9f\xa1-\xb6\xb8-\xff]{7}")
_UNDEFINED: Final = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def decoded(content: bytes) -> tuple[str, list[str]]:
    """The text of a CSV file and what to say of its encoding. Raises FileRefused with the byte and the row."""
    encoding = unicode_encoding(content)
    if encoding is not None:
        return strictly(content, encoding), []
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        if _is_mostly_utf_8(content):
            what = "is no UTF-8, in which the rest of the text is"
            raise _refused(content, error.start, "utf-8", what) from error
        return _of_one_byte(content)


def _is_mostly_utf_8(content: bytes) -> bool:
    """Whether more of the signs beyond ASCII are well-formed than not; other encodings make a few by accident."""
    text = content.decode("utf-8", "surrogateescape")
    beyond = len(re.findall(r"[^\x00-\x7f\udc80-\udcff]", text))
    return bool(beyond) and beyond >= len(re.findall(r"[\udc80-\udcff]", text))


def unicode_encoding(content: bytes) -> str | None:
    """The encoding of a text that says so by its mark, or by the zeros that ASCII signs have in it; None for others."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    if b"\x00" in content[:4]:
        guessed = json.detect_encoding(content)
        return None if guessed.startswith("utf-8") else guessed
    return None


def strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        place = error.start + (len(content) - len(error.object))  # that of UTF-8 is counted behind its mark
        raise _refused(content, place, encoding, "fits no known encoding") from error


def _of_one_byte(content: bytes) -> tuple[str, list[str]]:
    """A text whose every byte is a sign, as older programs write it: on Macs with lines that end in a return alone."""
    is_mac = b"\n" not in content and b"\r" in content
    doubt = _UNDEFINED.search(content) or _OTHER_SCRIPT.search(content) or _MAC_LETTER.search(content)
    if is_mac and _WINDOWS_LETTER.search(content) is None:
        note = "The file is not in UTF-8; it was read as Mac Roman. Check names with accents."
        return content.decode("mac_roman"), [note]
    if doubt is not None or is_mac:
        place = doubt.start() if doubt is not None else 0
        is_undefined = _UNDEFINED.match(content, place) is not None
        what = "fits no known encoding" if is_undefined else "belongs to an encoding that cannot be told"
        raise _refused(content, place, "latin-1", what)
    note = "The file is not in UTF-8; it was read as Windows-1252. Check names with accents."
    return content.decode("cp1252"), [note]


def _refused(content: bytes, place: int, encoding: str, what: str) -> FileRefused:
    row = _row_at(content[:place].decode(encoding, "ignore"))
    sign = f"byte {place + 1:,} (0x{content[place]:02X}) in row {row:,}"
    return FileRefused(f"The file's text cannot be read: {sign} {what}.", _ADVICE, code="FILE-ENCODING")


def _row_at(before: str) -> int:
    """The row that the end of this text is in; a cell with line breaks is in one row."""
    try:
        return max(1, sum(1 for _ in csv.reader(io.StringIO(f"{before}.", newline=""))))
    except csv.Error:
        return before.count("\n") + 1
