"""A mirrored list as rows of a spreadsheet: one per record. Owns how a value is written; reads no record itself."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from integrations.models import ListItem

_OWN = ("ID", "Name", "State", "Parent", "Entity", "Record number", "First seen", "Last change", "Missing since")


def header_of(fields: Iterable[str]) -> list[str]:
    return [*_OWN, *fields]


def row_of(item: ListItem, fields: Iterable[str]) -> list[str]:
    """Times are in the current time zone."""
    own = [item.business_id, item.name, item.shown_state.label, item.parent_id, item.entity_id, str(item.record_no)]
    times = [_moment(item.first_seen_at), _moment(item.changed_at), _moment(item.missing_at)]
    return [*own, *times, *("" if (value := item.fields.get(name)) is None else str(value) for name in fields)]


def _moment(at: Any) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""
