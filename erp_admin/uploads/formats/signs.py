"""The signs of a cell: spaces made plain, what cannot be seen left out and counted, what cannot be read named.

Owns which signs those are. Knows no form of files.
"""

import re
from typing import Final

from accounts.ui.csv_cells import unguarded
from erp_admin.uploads.formats.table import BLANK, Cell, CellKind

_LINE_BREAKS: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_MARKS: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u3164"
    "\uffa0\u2800"
)
# Joiners and variation selectors have a meaning after letters of other scripts and after pictures, and only there.
_UNSEEN: Final = re.compile(
    f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f{_MARKS}]|(?<![^\x00-\u02ff])[\u200c\u200d\ufe00-\ufe0f]"
)
_SPACES: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Private use, tags, annotations, what is no sign at all, and the sign of replacement.
_MEANINGLESS: Final = re.compile(
    "[\ue000-\uf8ff\ufdd0-\ufdef\ufff9-\ufffb\ufffd-\uffff\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)
_NAMED_MOST: Final = 3
_MOST_KEPT: Final = 10_000


class Signs:
    """Cleans the cells of one file, and remembers what was left out of them."""

    def __init__(self) -> None:
        self._cells = 0
        self._first = 0
        self._left_out: dict[str, None] = {}
        self._plain: dict[str, Cell] = {}  # cells of ordinary texts, which are often the same

    def cell(self, text: str, row: int, *, kind: CellKind = CellKind.TEXT, concerns: tuple[str, ...] = ()) -> Cell:
        """A cell with its text made clean."""
        if not text:
            return Cell("", kind, concerns=concerns) if concerns else BLANK
        if kind is CellKind.TEXT and not concerns:
            known = self._plain.get(text)
            if known is not None:
                return known
        if text.isascii() and text.isprintable():
            made = Cell(unguarded(text.strip()).strip(), kind, concerns=concerns)
            if kind is CellKind.TEXT and not concerns and len(self._plain) < _MOST_KEPT:
                self._plain[text] = made
            return made
        plain_text, left_out = _cleaned(text)
        made = Cell(plain_text, kind, concerns=(*concerns, *_meaningless(plain_text)))
        if kind is CellKind.TEXT and not concerns and not left_out and len(self._plain) < _MOST_KEPT:
            self._plain[text] = made
        if left_out:
            self._cells += 1
            self._first = self._first or row
            self._left_out.update(dict.fromkeys(left_out))
        return made

    def notes(self) -> list[str]:
        if not self._cells:
            return []
        names = ", ".join(_named(sign) for sign in list(self._left_out)[:_NAMED_MOST])
        more = f" and {len(self._left_out) - _NAMED_MOST} more" if len(self._left_out) > _NAMED_MOST else ""
        return [
            f"Signs that cannot be seen were left out, and special spaces read as plain ones: {names}{more}, "
            f"in cells: {self._cells:,}, first in row {self._first}."
        ]


def cleaned(text: str) -> str:
    """A cell's text as it is stored: without spaces at its ends, signs that cannot be seen, and the apostrophe that
    keeps a spreadsheet from computing it."""
    return Signs().cell(text, 1).text


def _cleaned(text: str) -> tuple[str, list[str]]:
    """The text, and the signs in it that went or became plain spaces."""
    text = _LINE_BREAKS.sub("\n", text)
    found = _UNSEEN.findall(text)
    text = _UNSEEN.sub("", text).strip()
    found += _SPACES.findall(text)
    text = _SPACES.sub(" ", text)
    text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return unguarded(text).strip(), found


def _meaningless(text: str) -> tuple[str, ...]:
    """What to say of signs that stand for nothing: one that could not be read, or that only one program knows."""
    found = dict.fromkeys(_MEANINGLESS.findall(text))
    if not found:
        return ()
    said = []
    if "\ufffd" in found:
        said.append("It holds � (U+FFFD), which stands for a sign that was lost when the file was made.")
        del found["\ufffd"]
    if found:
        names = ", ".join(_named(sign) for sign in list(found)[:_NAMED_MOST])
        said.append(f"It holds signs that mean nothing outside the program that wrote them: {names}.")
    return tuple(said)


def _named(sign: str) -> str:
    return f"U+{ord(sign):04X}"
