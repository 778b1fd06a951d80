"""The lines of a document as they are sent and shown: one JSON value, every cell as it was typed.

Owns that value, and what is said of one that is none. Reads no cell.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError

from accounts.storable import cannot_be_kept
from erp_admin.documents.line_columns import NUMBERS, LineColumn, Reads
from erp_admin.forms.cells import text_as_typed
from erp_admin.forms.fields import number_as_typed, percent_as_typed
from erp_admin.grammar.measures import PRICE, QUANTITY

MOST_LINES: Final = 1000
LONGEST_TEXT: Final = 2000
KEY: Final = "line"
_BROKEN: Final = (
    "The lines did not arrive as they were typed, and nothing was saved. Go back, copy them, and load the page again."
)


@dataclass
class SentLine:
    """`key` is that of the stored line; None for one that is new."""

    key: int | None = None
    cells: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {**({KEY: self.key} if self.key is not None else {}), **self.cells}


def lines_sent(text: str, columns: Sequence[LineColumn]) -> list[SentLine]:
    """The lines in the order they were put, empty ones left out. Raises ValidationError."""
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError):
        raise ValidationError(_BROKEN, code="broken") from None
    if not isinstance(sent, list):
        raise ValidationError(_BROKEN, code="broken")
    labels = {column.name: column.label for column in columns}
    lines = [line for place, each in enumerate(sent) if not _is_empty(line := _line(each, labels, place), columns)]
    if len(lines) > MOST_LINES:
        excess = len(lines) - MOST_LINES
        text = f"There are {len(lines):,} lines; a document takes at most {MOST_LINES:,}. Remove {excess:,}."
        raise ValidationError(text, code="too many")
    keys = [line.key for line in lines if line.key is not None]
    if len(set(keys)) < len(keys):
        raise _broken("The same line is in it twice.")
    return lines


def _line(sent: Any, labels: Mapping[str, str], place: int) -> SentLine:
    if not isinstance(sent, dict) or not sent.keys() <= {*labels, KEY}:
        raise _broken(f"It begins at line {place + 1}.")
    key, cells = sent.get(KEY), {name: text for name, text in sent.items() if name != KEY}
    if not (key is None or (isinstance(key, int) and not isinstance(key, bool) and 0 < key < 2**63)):
        raise _broken(f"It begins at line {place + 1}.")
    for name, text in cells.items():
        where = f"Line {place + 1}, {labels[name]}"
        if not isinstance(text, str):
            raise _broken(f"It begins at {where[0].lower()}{where[1:]}.")
        if len(text) > LONGEST_TEXT:
            raise ValidationError(
                f"{where}: {len(text):,} characters; at most {LONGEST_TEXT:,} are taken.", code="long"
            )
        if cannot_be_kept(text):
            raise ValidationError(f"{where}: it holds a sign that cannot be stored. Type it again.", code="odd")
    return SentLine(key, {name: text for name, text in cells.items() if text.strip()})


def _broken(where: str) -> ValidationError:
    return ValidationError(f"{_BROKEN} {where}", code="broken")


def _is_empty(line: SentLine, columns: Iterable[LineColumn]) -> bool:
    """A new line that says no more than its columns say by themselves."""
    given = {column.name: column.default for column in columns if column.default}
    return line.key is None and all(given.get(name) == text.strip() for name, text in line.cells.items())


def stored_line(line: Any, columns: Iterable[LineColumn], changes: str) -> SentLine:
    """A stored line as its cells show it."""
    cells = {column.name: _text(line, column, changes) for column in columns if column.reads is not Reads.AMOUNT}
    return SentLine(line.pk, {name: text for name, text in cells.items() if text})


def _text(line: Any, column: LineColumn, changes: str) -> str:
    value = getattr(line, changes if column.reads is Reads.CHANGED else column.name)
    if value is None or value == "":
        return ""
    match column.reads:
        case Reads.PERCENT:
            return percent_as_typed(value)
        case reads if reads in NUMBERS:
            return number_as_typed(value, QUANTITY if reads is Reads.QUANTITY else PRICE)
        case Reads.PROJECT | Reads.CHANGED:
            return str(value.number)
    return text_as_typed(str(value))
