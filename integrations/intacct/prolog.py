"""What stands before the first element of an answer, looked at before a parser sees it.

Owns the refusal of document types and of encodings other than UTF-8, by bytes and by what the parser found. Must not
parse elements.
"""

from __future__ import annotations

import re

from lxml import etree

from integrations.intacct.flaws import HostileAnswer, UnreadableAnswer

_DECLARED = re.compile(rb"<\?xml\s[^<>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,60})[\"']")
_SKIPPED = re.compile(rb"(?:[ \t\r\n]++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x4c\x6f\xa7\x94", b"+/v")  # UTF-16 and 32, EBCDIC, UTF-7
_ENDLESS = (b"<!--", b"<?")


def refuse_prolog(piece: bytes, *, is_all: bool) -> None:
    """Refuse by its first piece an answer that has a document type, or hides one behind an encoding or a long comment.

    A parser that met a document type would have begun to multiply what it defines.
    """
    if b"\0" in piece[:64] or piece.startswith(_OTHER_MARKS):
        raise UnreadableAnswer("it is not written in UTF-8, and Sage Intacct writes UTF-8")
    piece = piece.removeprefix(_MARK)
    declared = _DECLARED.match(piece)
    if declared is not None:
        _refuse_encoding_named(declared.group(1).decode("ascii"))
    skipped = _SKIPPED.match(piece)
    begun = piece[skipped.end() if skipped is not None else 0 :][:9]
    if begun.startswith(b"<!DOCTYPE"):
        raise HostileAnswer("The answer carries a document type definition.")
    if not is_all and (not begun or begun.startswith(_ENDLESS) or b"<!DOCTYPE".startswith(begun)):
        raise UnreadableAnswer("no response begins where one should")


def refuse_doctype(element: etree._Element) -> None:
    if element.getroottree().docinfo.doctype:
        raise HostileAnswer("The answer carries a document type definition.")


def refuse_encoding(element: etree._Element) -> None:
    _refuse_encoding_named(element.getroottree().docinfo.encoding or "UTF-8")


def _refuse_encoding_named(name: str) -> None:
    """The gateway writes UTF-8. Under another name its letters would be read as others, and nobody would notice."""
    encoding = name.upper()
    if encoding != "UTF-8" and not encoding.endswith("ASCII"):
        raise UnreadableAnswer(f"it says it is written in {encoding[:40]}, and Sage Intacct writes UTF-8")
