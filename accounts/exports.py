"""What leaves the site as a file, told in the audit trail: who, what, which filter, and how many rows.

Owns the entries. Makes no file and decides nothing about who may have one.
"""

from collections.abc import Iterable, Iterator
from contextvars import Context, copy_context
from typing import TypeVar

from accounts.audit import record_event
from accounts.event_kinds import EventKind

Row = TypeVar("Row")
LONGEST_FILTER = 300


def recorded(what: str, rows: Iterable[Row], *, chosen: str = "", headings: int = 1) -> Iterator[Row]:
    """The rows as they are sent, written down at once and again at their end, which may come before the last row.

    The answer is sent after the request has left its tenant and its person; what it was is kept for the second entry.
    """
    record_event(EventKind.EXPORTED, f"{_told(what, chosen)} Begun.")
    return _counted(copy_context(), _told(what, chosen), rows, headings)


def _counted(context: Context, told: str, rows: Iterable[Row], headings: int) -> Iterator[Row]:
    sent, is_whole = -headings, False
    try:
        for row in rows:
            sent += 1
            yield row
        is_whole = True
    finally:
        number = _rows(max(sent, 0))
        end = f"{number}." if is_whole else f"Broken off after {number}."
        context.run(record_event, EventKind.EXPORTED, f"{told} {end}")


def _told(what: str, chosen: str) -> str:
    return f"{what}. {f'Filtered: {chosen[:LONGEST_FILTER]}.' if chosen else 'All rows.'}"


def _rows(number: int) -> str:
    return f"{number:,} row{'' if number == 1 else 's'}"
