"""Small files of each kind, and such as are not what they say."""

import io
import zipfile
from typing import Final

PNG: Final = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
JPEG: Final = b"\xff\xd8\xff\xe1\x00\x40Exif\x00\x00<script>alert(1)</script>" + b"\0" * 32 + b"\xff\xd9"
TIFF: Final = b"II*\x00\x08\x00\x00\x00" + b"\0" * 16
HEIC: Final = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 16
PDF: Final = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
HTML: Final = b"\xef\xbb\xbf\n <!DOCTYPE html><script>alert(document.cookie)</script>"
SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PROGRAM: Final = b"MZ\x90\x00\x03" + b"\0" * 64


def office(*parts: str, **contents: bytes) -> bytes:
    """A packed file with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, contents.get(part.rpartition("/")[2].partition(".")[0], b"<x/>"))
    return made.getvalue()


XLSX: Final = office("xl/workbook.xml")
DOCX: Final = office("word/document.xml")
