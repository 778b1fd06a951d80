"""A mirrored list as a spreadsheet: one line per record, safe to open. Owns how a value is written. Asks nothing."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils import timezone

from integrations.models import ListItem

# Spreadsheets take a cell that begins like this for a formula: owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_OWN = ("ID", "Name", "State", "Parent", "Entity", "Record number", "First seen", "Last change", "Missing since")
_LINES_AT_ONCE = 500


class _Echo:
    """What a csv writer writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def as_csv(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The file in pieces. It begins with a mark by which Excel knows that it is UTF-8."""
    writer, lines = csv.writer(_Echo()), ["\ufeff"]
    for row in rows:
        lines.append(writer.writerow([safe(value) for value in row]))
        if len(lines) >= _LINES_AT_ONCE:
            yield "".join(lines)
            lines = []
    yield "".join(lines)


def safe(value: str) -> str:
    """The value with an apostrophe before it where a spreadsheet would compute it. A negative number stays one."""
    return f"'{value}" if value.startswith(_FORMULA) and not _NUMBER.fullmatch(value) else value


def header_of(fields: Iterable[str]) -> list[str]:
    return [*_OWN, *fields]


def row_of(item: ListItem, fields: Iterable[str]) -> list[str]:
    """Times are in the current time zone."""
    own = [item.business_id, item.name, item.shown_state.label, item.parent_id, item.entity_id, str(item.record_no)]
    times = [_moment(item.first_seen_at), _moment(item.changed_at), _moment(item.missing_at)]
    return [*own, *times, *("" if (value := item.fields.get(name)) is None else str(value) for name in fields)]


def _moment(at: Any) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""
