"""How heavy an answer becomes in memory while it is read, in its tree and in the rows taken from it.

Owns the limits and when they are looked at, so that any answer stays below 150 MB. Must not read or judge an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from sys import getsizeof

from lxml import etree

from integrations.intacct.flaws import OversizedAnswer
from integrations.intacct.rows import Shapes
from integrations.intacct.types import Record

# What the rows of an answer may weigh together, as Python holds them.
MOST_KEPT_BYTES = 80_000_000
# What may stand in the tree at one time: a row that is not complete, and all that is no row.
MOST_STANDING = 150_000
MOST_ATTRIBUTES = 5_000
LONGEST_ATTRIBUTE = 2_000
MOST_STANDING_TEXT = 8_000_000
# The XML library keeps each name for the life of the thread that read it.
MOST_NAMES = 5_000
LONGEST_NAME = 400
MOST_SHAPES = 1_000  # rows of one answer were selected with the same names
# What looks like an attribute, with no row completed after it: a tag that does not end, which no tree shows yet.
MOST_ATTRIBUTES_IN_A_ROW = 50_000
MOST_NAMESPACES = 10_000
MOST_INSTRUCTIONS = 100
# The tree is weighed after so many bytes more: they hold 64,000 elements at most, or as many attributes.
EVERY_BYTES = 256 * 1024
# Beside letters of other scripts each letter of a text takes four bytes, however it came.
_BYTES_A_LETTER = 4
# A field of a row: its name and the head of its text.
_FIELD_BYTES = 110
_TEXT_HEAD = getsizeof("")
_ATTRIBUTE = re.compile(rb"=\s*[\"']")
# Below one in so many bytes a sign of equality is one of the text.
_SPARSE = 4096
_SPARSE_MARKS = 256  # of question marks, as addresses have them
_ELEMENTS_IN = etree.XPath("count(//*)")
_ATTRIBUTES_IN = etree.XPath("count(//@*)")
_LONG_ATTRIBUTES_IN = etree.XPath("count(//@*[string-length() > $longest])")
_TEXT_IN = etree.XPath("string-length(/)")


class Scale:
    """Weighs one answer: tell it of all bytes before they are parsed, and of all rows. Raises OversizedAnswer."""

    def __init__(self) -> None:
        self.shapes: Shapes = set()  # the names that rows have
        self._namespaces = 0
        self._instructions, self._last = 0, b""
        self._kept = 0
        self._unfinished_attributes = 0
        self._grown = 0  # bytes since the tree was weighed

    def add_bytes(self, piece: bytes) -> None:
        """Count what no tree shows, or not before all of it is there."""
        self._add_instructions(piece)
        attributes, few = 0, len(piece) // _SPARSE
        if len(piece.split(b"=", few)) > few:
            attributes = len(_ATTRIBUTE.findall(piece))
            self._namespaces += piece.count(b"xmlns")
        self._unfinished_attributes += attributes
        if self._unfinished_attributes > MOST_ATTRIBUTES_IN_A_ROW or self._namespaces > MOST_NAMESPACES:
            raise OversizedAnswer("its elements have more attributes than any answer has")
        self._grown += len(piece)

    def _add_instructions(self, piece: bytes) -> None:
        """Their names are kept like all others, and none of them is ever in the tree."""
        few = len(piece) // _SPARSE_MARKS
        parts = piece.split(b"?", few)
        if len(parts) > few:
            self._instructions += piece.count(b"<?")
        else:
            parts[0] = self._last + parts[0]
            self._instructions += sum(part.endswith(b"<") for part in parts[:-1])
        self._last = piece[-1:]
        if self._instructions > MOST_INSTRUCTIONS:
            raise OversizedAnswer(f"it has more than {MOST_INSTRUCTIONS} processing instructions")

    def add_rows(self, rows: list[Record], piece: bytes, all_rows: Iterable[list[Record]]) -> None:
        """Count rows that were completed by these bytes; `all_rows` are those of the answer so far, by result.

        They are weighed one by one only when they might be too heavy, each letter at its most.
        """
        self._unfinished_attributes = 0
        self._kept += _BYTES_A_LETTER * len(piece) + sum(map(getsizeof, rows)) + _FIELD_BYTES * sum(map(len, rows))
        if self._kept > MOST_KEPT_BYTES:
            self._kept = sum(sum(map(_weight, some)) for some in all_rows)
        if self._kept > MOST_KEPT_BYTES:
            raise OversizedAnswer(f"its rows weigh more than {MOST_KEPT_BYTES // 1_000_000} MB")
        if len(self.shapes) > MOST_SHAPES:
            raise OversizedAnswer(f"its rows have more than {MOST_SHAPES} different sets of names")

    def weigh(self, root: etree._Element) -> None:
        """Look at what stands in the tree, when enough was added to it since the last time."""
        if self._grown < EVERY_BYTES:
            return
        self._grown = 0
        if _number(_ELEMENTS_IN(root)) > MOST_STANDING:
            raise OversizedAnswer(f"more than {MOST_STANDING} of its elements are no finished rows")
        if _number(_ATTRIBUTES_IN(root)) > MOST_ATTRIBUTES or _number(
            _LONG_ATTRIBUTES_IN(root, longest=LONGEST_ATTRIBUTE)
        ):
            raise OversizedAnswer("its elements have more attributes than any answer has")
        if _number(_TEXT_IN(root)) > MOST_STANDING_TEXT:
            raise OversizedAnswer(f"more than {MOST_STANDING_TEXT} characters of it are in no finished row")
        names = {str(element.tag) for element in root.iter()}
        if len(names) > MOST_NAMES or any(len(name) > LONGEST_NAME for name in names):
            raise OversizedAnswer(f"its elements have more than {MOST_NAMES} names, or longer ones than any object")


def _number(value: object) -> float:
    return value if isinstance(value, float) else 0.0


def _weight(record: Record) -> int:
    """What a row weighs with all its texts and lines."""
    weight = getsizeof(record) + (_FIELD_BYTES - _TEXT_HEAD) * len(record)
    for value in record.values():
        weight += getsizeof(value)
        if isinstance(value, list):
            weight += sum(map(_weight, value))
    return weight
