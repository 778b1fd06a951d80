"""Rows in a file of their own, a line of JSON for each: how they come back from the process that reads large files.

Owns how a row is written there, and how much that may be. Knows no form of files.
"""

import json
import weakref
from collections.abc import Iterable, Iterator
from typing import IO, Final

from erp_admin.uploads.formats.table import BLANK, Cell, CellKind, FileRefused, Row

MOST_SPOOLED: Final = 32 * 1024 * 1024  # a container has little room for files that pass
_STARTS: Final = {None: 0, False: 1, True: 2}
_STARTS_BACK: Final = {code: starts for starts, code in _STARTS.items()}


def write_rows(rows: Iterable[Row], spool: IO[bytes]) -> None:
    """Raises FileRefused when the texts are more than are kept, as when one long text is repeated."""
    written = 0
    for row in rows:
        line = json.dumps(
            [row.number, int(row.is_hidden), _STARTS[row.starts_document], *map(_packed, row.cells)],
            ensure_ascii=False,
            separators=(",", ":"),
            check_circular=False,
        ).encode()
        written += spool.write(line + b"\n")
        if written > MOST_SPOOLED:
            raise FileRefused(
                f"The texts of the file are more than {MOST_SPOOLED // 1024 // 1024} MB.",
                "Split it into several files, or shorten what is repeated.",
                code="FILE-UNPACKED",
            )


class SpooledRows:
    """The rows of such a file, each time from the first on; the file is removed with the last use of them."""

    def __init__(self, spool: IO[bytes]) -> None:
        self._spool = spool
        weakref.finalize(self, spool.close)

    def __iter__(self) -> Iterator[Row]:
        place = 0
        while True:  # two may read at the same time: each knows its own place
            self._spool.seek(place)
            lines = self._spool.readlines(65_536)
            place = self._spool.tell()
            if not lines:
                return
            for line in lines:
                yield _row(line)

    @property
    def descriptor(self) -> int:
        """For the process that fills it."""
        return self._spool.fileno()

    def close(self) -> None:
        self._spool.close()


def _packed(cell: Cell) -> str | list[object]:
    if not (cell.concerns or cell.shown or cell.currency or cell.is_absent):
        if cell.kind is CellKind.TEXT:
            return cell.text
        return [cell.text, cell.kind.value]
    return [cell.text, cell.kind.value, cell.shown, cell.currency, cell.concerns, cell.is_absent]


def _row(line: bytes) -> Row:
    number, is_hidden, starts, *cells = json.loads(line)
    return Row(number, tuple(map(_unpacked, cells)), bool(is_hidden), _STARTS_BACK[starts])


def _unpacked(packed: str | list[object]) -> Cell:
    if isinstance(packed, str):
        return Cell(packed) if packed else BLANK
    if len(packed) == 2:
        return Cell(str(packed[0]), CellKind(str(packed[1])))
    text, kind, shown, currency, concerns, is_absent = packed
    if not isinstance(concerns, list):
        raise TypeError("a cell of another form")
    return Cell(str(text), CellKind(str(kind)), str(shown), str(currency), tuple(concerns), bool(is_absent))
