"""A mirrored list as rows of a spreadsheet: one per record. Owns how a value is written; reads no record itself."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from integrations.models import UNKNOWN_OWNER, ListItem

_OWN = ("ID", "Name", "State", "Parent", "Entity", "Record number", "First seen", "Last change", "Missing since")
_UNREAD = "Not read since"  # the fields that could not be read: their values are of before, or unknown
UNKNOWN = "unknown"


def header_of(fields: Iterable[str]) -> list[str]:
    return [*_OWN, _UNREAD, *fields]


def row_of(item: ListItem, fields: Iterable[str]) -> list[str]:
    """Times are in the current time zone."""
    never = set(item.never_read)
    owner = UNKNOWN if item.entity_id == UNKNOWN_OWNER else item.entity_id
    own = [item.business_id, item.name, item.shown_state.label, item.parent_id, owner, str(item.record_no)]
    times = [_moment(item.first_seen_at), _moment(item.changed_at), _moment(item.missing_at)]
    unread = ", ".join(f"{name} {since[:10]}" for name, since in (item.unread or {}).items())
    return [*own, *times, unread, *(UNKNOWN if name in never else _text(item.fields.get(name)) for name in fields)]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _moment(at: Any) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""
