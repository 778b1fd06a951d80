"""Files that are no table we read, recognized by their first bytes, each with what to do about it.

Owns what is said of them. Looks at no name: a page of the web named `.xls` is a page of the web.
"""

import re
from typing import Final

from erp_admin.uploads.formats.table import FileRefused

_AS_XLSX: Final = "Save it as .xlsx, or as “CSV UTF-8”."
_CHOOSE: Final = "Choose a CSV, XLSX or JSON file."
_OPEN: Final = f"Open it in the spreadsheet program. {_AS_XLSX}"
_PAGE: Final = "a page of the web (HTML), whatever its name says"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_START: Final = 4096
# The first bytes of common files that are no tables.
_NO_TABLES: Final = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"SQLite format 3\x00", "a database"),
    (b"PAR1", "a Parquet file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
)
_PACKED: Final = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
_OLD_BOOKS: Final = re.compile(rb"\A\x09[\x00\x02\x04\x08][\x04-\x10]\x00")  # Excel 2 to 5 without a container
_LOTUS: Final = (b"\x00\x00\x02\x00", b"\x00\x00\x1a\x00")
_SYLK: Final = re.compile(rb"\AID;P[^\r\n]*[\r\n]+[BCPFO];")
_DIF: Final = re.compile(rb'\ATABLE\r?\n0,1\r?\n"')
_MARKUP: Final = re.compile(
    r"\A\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s+html|html|head|body|table|meta|style|div)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML: Final = re.compile(r"\A\s*<(?:\?xml|[A-Za-z_][\w:.-]*(?:\s[^<>]*)?/?>)", re.S)
# A part or folder of an archive that tells what it is, if it is no workbook.
_ARCHIVES: Final = (
    ("xl/workbook.bin", "a binary workbook (.xlsb)", _AS_XLSX),
    ("index/document.iwa", "a Numbers document", "Export it from Numbers as Excel (.xlsx) or CSV."),
    ("index.zip", "a Numbers document", "Export it from Numbers as Excel (.xlsx) or CSV."),
    ("word/document.xml", "a Word document", "Copy its table into a spreadsheet, and save that as .xlsx."),
    ("ppt/presentation.xml", "a PowerPoint presentation", "Copy its table into a spreadsheet, and save that as .xlsx."),
    ("content.xml", "an OpenDocument file (.ods)", _AS_XLSX),
)


def refuse_foreign(content: bytes) -> None:
    """Raises FileRefused for what is recognized as no table, but for archives."""
    start = content[:_START]
    if start.startswith(_OLE):
        _refuse_old(content)
    if _OLD_BOOKS.match(start) or start.startswith(_LOTUS):
        raise FileRefused("This is a workbook of an old form (.xls, .wks).", _AS_XLSX, code="FILE-OLD")
    for beginning, what in _NO_TABLES:
        if start.startswith(beginning):
            raise _no_table(what, _CHOOSE)
    if b"%PDF-" in start[:1024]:
        raise _no_table("a PDF document", _CHOOSE)
    if (start[:4] == b"RIFF" and start[8:12] == b"WEBP") or start[4:8] == b"ftyp":
        raise _no_table("a picture or a film", _CHOOSE)
    if start.startswith(_PACKED):
        raise _no_table("a packed file", "Unpack it, and choose the file in it.")
    if _SYLK.match(start) or _DIF.match(start):
        raise _no_table("a file of an old form for exchange (SYLK, DIF)", _AS_XLSX)
    _refuse_markup(start)


def refuse_archive(names: list[str]) -> None:
    """Raises FileRefused for an archive with these parts that is no workbook of Excel."""
    parts = {name.casefold().lstrip("/") for name in names}
    for part, what, advice in _ARCHIVES:
        if part in parts:
            raise _no_table(what, advice)
    if not any(name.startswith("xl/") for name in parts) and "[content_types].xml" not in parts:
        inside = next((name for name in names if name.casefold().endswith((".csv", ".xlsx", ".json"))), "")
        advice = f"Unpack it, and choose the file in it: “{inside[-60:]}”." if inside else _CHOOSE
        raise _no_table("a packed file (zip), not a workbook", advice)


def _no_table(what: str, advice: str) -> FileRefused:
    return FileRefused(f"This is not a table we can read: it is {what}.", advice, code="FILE-KIND")


def _refuse_old(content: bytes) -> None:
    """A container of old Office: what is in it stands in its directory, in UTF-16."""

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") + b"\0\0" in content

    if holds("EncryptedPackage"):
        raise FileRefused(
            "This workbook is protected with a password.",
            "Open it, remove the password, and save it as .xlsx.",
            code="FILE-PASSWORD",
        )
    if holds("Workbook") or holds("Book"):
        raise FileRefused("This is a workbook of the old form (.xls).", _AS_XLSX, code="FILE-OLD")
    if holds("WordDocument"):
        raise _no_table("a Word document of the old form (.doc)", _CHOOSE)
    raise FileRefused("This is a file of the old Office form, probably a workbook (.xls).", _AS_XLSX, code="FILE-OLD")


def _refuse_markup(start: bytes) -> None:
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = start.decode(encoding, "ignore")
    if _MARKUP.match(text):
        raise _no_table(_PAGE, _OPEN)
    if not _XML.match(text):
        return
    if "urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise _no_table("an “XML Spreadsheet 2003”", _OPEN)
    if "<html" in text.lower():
        raise _no_table(_PAGE, _OPEN)
    if "office:document" in text:
        raise _no_table("a flat OpenDocument file (.fods)", _AS_XLSX)
    if text.lstrip().startswith("<?xml"):
        raise _no_table("an XML file", _CHOOSE)
