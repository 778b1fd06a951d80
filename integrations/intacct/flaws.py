"""What makes an answer unreadable, in words, and the element it stands in.

Owns what is raised for it, and the translation of the XML library's complaints. Must not judge whose fault it is, nor
hold bytes longer than it looks at them.
"""

from __future__ import annotations

import re

from lxml import etree

from integrations.intacct.errors import Flaw

_CHARACTER = re.compile(r"(?:value|Char) (?:0x)?(\d+)")
_MISMATCH = re.compile(r"(?:tag mismatch: |end of data in tag )([\w.:-]+)(?: (?:line \d+ )?and ([\w.:-]+))?")
_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)([\w.-]{1,40});?")
_PLACE = re.compile(r",? ?\(?(?:<string>, )?line \d+(?:, column \d+)?\)?")
_OPENED = re.compile(r"<([A-Za-z_][\w.:-]*)[^<>]*$")
_LONGEST_WORDS = 200
_LONGEST_NAME = 80
_AFTER_A_NAME = (b" ", b"\t", b"\r", b"\n", b">")


class UnreadableAnswer(Exception):
    """The bytes are not one well-formed response document; `flaw` says why."""

    def __init__(self, flaw: Flaw | str) -> None:
        self.flaw = Flaw(flaw) if isinstance(flaw, str) else flaw
        super().__init__(self.flaw.what)


class HostileAnswer(UnreadableAnswer):
    """The document carries a DTD, which a gateway never sends."""


class OversizedAnswer(UnreadableAnswer):
    """The document costs more memory than any answer may."""


def of_xml(error: etree.LxmlError, head: bytes) -> Flaw:
    """The flaw that the parser met; `head` are the first bytes of the answer, as far as they were kept."""
    last = error.error_log.last_error if error.error_log else None
    kind = last.type_name if last is not None else ""
    message = " ".join(_PLACE.sub("", str(error)).split())
    place = getattr(error, "position", (0, 0))
    if kind == "ERR_INVALID_CHAR":
        found = _CHARACTER.search(message)
        character = f"the character U+{int(found.group(1)):04X}" if found else "a character"
        return Flaw(f"it holds {character}, which XML cannot carry", _element(head, place))
    if kind == "ERR_INVALID_ENCODING":
        return Flaw("it holds bytes that are no UTF-8", _element(head, place))
    if kind == "ERR_UNDECLARED_ENTITY":
        return _unknown_entity(head)
    if found := _MISMATCH.search(message):
        return _left_open(found.group(1), found.group(2) or "", head)
    return Flaw(f"it is not well-formed XML ({message[:_LONGEST_WORDS]})", _element(head, place))


def _left_open(opened: str, closed: str, head: bytes) -> Flaw:
    """A tag in the text of a field was never closed, so the field's end came first; or that end is missing."""
    element = closed if closed and _stands_in(head, opened.encode(), closed.encode()) else opened
    return Flaw(f"the element {opened[:_LONGEST_NAME]} is not closed", element[:_LONGEST_NAME])


def _stands_in(head: bytes, opened: bytes, closed: bytes) -> bool:
    """Whether the first tag in some element `closed` opens an element `opened`."""
    tag, place = b"<" + closed + b">", -1
    while (place := head.find(tag, place + 1)) >= 0:
        inner = head.find(b"<", place + len(tag))
        if inner >= 0 and head.startswith(opened, inner + 1) and head[inner + 1 + len(opened) :][:1] in _AFTER_A_NAME:
            return True
    return False


def _unknown_entity(head: bytes) -> Flaw:
    found = _ENTITY.search(head)
    if found is None:
        return Flaw("it holds an entity that nobody declared")
    name = found.group(1).decode("ascii", "replace")
    return Flaw(f"it holds &{name};, which XML does not know", _opened_last(head[: found.start()]))


def _element(head: bytes, place: tuple[int, int]) -> str:
    """The element whose content holds a place, "" when the place lies beyond what was kept or within a tag."""
    line, column = place
    lines = head.split(b"\n", line)
    if not 1 <= line <= len(lines) or column > len(lines[line - 1]) + 1:
        return ""
    return _opened_last(b"\n".join([*lines[: line - 1], lines[line - 1][: max(column - 1, 0)]]))


def _opened_last(before: bytes) -> str:
    """The name in the last tag, when that one opens an element."""
    tag, end, _ = before[before.rfind(b"<") :].partition(b">")
    found = _OPENED.match(tag.decode("utf-8", "replace")) if end and not tag.endswith(b"/") else None
    return found.group(1).rpartition(":")[2][:_LONGEST_NAME] if found else ""
