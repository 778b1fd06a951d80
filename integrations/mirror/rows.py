"""From a row of an answer to what the mirror keeps: names, state, fields, and a digest of what counts as a change.

Owns the reading of one row, and what is known of a record of which something could not be read: never the permissive
value. Knows neither the database nor how rows are fetched.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from integrations.intacct import LOWEST
from integrations.lists import ListKind
from integrations.models import UNKNOWN_OWNER, search_text_of

# The form of a digest. Another form makes every record look different once; that alone is no change.
VERSION = "2:"
# A character that XML cannot carry, so that no value can contain it and joined values are unambiguous.
_BETWEEN = "\x1f"
_HIGHEST = 2**63 - 1
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,19}")


class Unusable(ValueError):
    """A row that cannot be mirrored; says which and why."""


@dataclass(slots=True)
class Incoming:
    """A record of Intacct as the mirror keeps it. `missing` are the fields that the row should have and has not."""

    record_no: int
    business_id: str
    name: str
    search_text: str
    parent_id: str
    scope_id: str
    entity_id: str
    is_active: bool
    is_known: bool
    fields: dict[str, Any]
    digest: str
    missing: tuple[str, ...]
    reader: "RowReader"
    unread: dict[str, str] | None = None


class RowReader:
    """Reads the rows of one list that were selected with the same fields.

    `unreadable` are fields that belong to the list and could not be selected.
    """

    def __init__(self, kind: ListKind, fields: Iterable[str], unreadable: Iterable[str] = ()) -> None:
        self._kind = kind
        self._names = [name for name in (kind.name_field, *kind.other_names) if name]
        expected = {*fields, *unreadable} - {kind.key_field}
        self._expected = frozenset(expected)
        self._decisive = kind.decisive_fields & expected
        names = {*expected, *kind.nested} - {kind.created_field, *kind.ignored_for_changes}
        counted = sorted(names)
        self._counted = counted
        self._digest_of = _digest_begun(counted)
        self._take = itemgetter(*counted) if len(counted) > 1 else None

    def read(self, row: Mapping[str, Any]) -> Incoming:
        """Raises Unusable when the row has no usable key or no id."""
        kind = self._kind
        number = record_number(kind, row)
        if number is None:
            raise Unusable(f"Intacct sent no usable {kind.key_field} ({row.get(kind.key_field, '')!r}).")
        business_id = row.get(kind.id_field) or ""
        if not isinstance(business_id, str) or not business_id:
            raise Unusable(f"Intacct sent no {kind.id_field} for record {number}.")
        fields = dict(row)
        if kind.key_field != kind.id_field:
            fields.pop(kind.key_field, None)
        if kind.status_field in self._expected and not fields.get(kind.status_field):
            fields.pop(kind.status_field, None)  # Intacct has no record without a status, so an empty one says nothing
        return self._made(number, fields, tuple(self._expected - fields.keys()))

    def completed(self, row: Incoming, before: Mapping[str, Any]) -> Incoming:
        """The record with what was known of the fields that the row lacks; `before` are the fields as they are here."""
        kept = {name: before[name] for name in row.missing if name in before}
        return self._made(row.record_no, {**row.fields, **kept}, row.missing) if kept else row

    def _made(self, number: int, fields: dict[str, Any], missing: tuple[str, ...]) -> Incoming:
        kind, get = self._kind, fields.get
        is_known = not any(name in self._decisive and name not in fields for name in missing)
        is_active = True
        if kind.status_field and kind.status_field in self._expected:
            status = str(get(kind.status_field, "")).strip().lower()
            is_active = status.startswith("active")
            is_known = is_known and (is_active or status == "inactive")
        owner = (get(kind.entity_field) or "")[:80] if kind.entity_field else ""
        if kind.entity_field in missing and kind.entity_field not in fields:
            owner = UNKNOWN_OWNER
        business_id = str(get(kind.id_field))[:200]
        name = next((text for name in self._names if (text := get(name))), "")[:400]
        return Incoming(
            record_no=number,
            business_id=business_id,
            name=name,
            search_text=search_text_of(business_id, name),
            parent_id=(get(kind.parent_field) or "")[:200] if kind.parent_field else "",
            scope_id=str(get(kind.scope_field) or "")[:200] if kind.scope_field else "",
            entity_id=owner,
            is_active=is_active and is_known,
            is_known=is_known,
            fields=fields,
            digest=_finished(self._digest_of, self._values(fields)),
            missing=missing,
            reader=self,
        )

    def _values(self, row: Mapping[str, Any]) -> Sequence[Any]:
        """What counts as a change, in order; a row holds all the fields that were selected unless Intacct errs."""
        if self._take is not None:
            try:
                return tuple(self._take(row))
            except KeyError:
                pass
        return [row.get(name, "") for name in self._counted]


def record_number(kind: ListKind, row: Mapping[str, Any]) -> int | None:
    """The key of the row, or None when it is not a number the database can hold."""
    text = row.get(kind.key_field, "")
    if not isinstance(text, str) or not _WHOLE_NUMBER.fullmatch(text):
        return None
    number = int(text)
    return number if LOWEST < number <= _HIGHEST else None


def record_numbers(kind: ListKind, rows: Iterable[Mapping[str, Any]]) -> frozenset[int]:
    """The keys of the rows that have one."""
    return frozenset(number for row in rows if (number := record_number(kind, row)) is not None)


def digest_of(fields: Mapping[str, Any]) -> str:
    """A digest over names and values, whatever their order; equal fields give equal digests on every machine."""
    names = sorted(fields)
    return _finished(_digest_begun(names), [fields[name] for name in names])


def _digest_begun(names: Sequence[str]) -> "hashlib.blake2b":
    return hashlib.blake2b(_BETWEEN.join(names).encode(), digest_size=24)


def _finished(begun: "hashlib.blake2b", values: Sequence[Any]) -> str:
    digest = begun.copy()
    try:
        joined = _BETWEEN.join(values)
    except TypeError:  # owned lines are lists of records
        joined = _BETWEEN.join(value if isinstance(value, str) else json.dumps(value) for value in values)
    digest.update(b"\x1e" + joined.encode("utf-8", "surrogatepass"))
    return VERSION + digest.hexdigest()
