"""From a row of an answer to what the mirror keeps: names, state, fields, and a digest of what counts as a change.

Owns the reading of one row. Knows neither the database nor how rows are fetched.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from integrations.intacct import number_in
from integrations.lists import ListKind

# The form of a digest. Another form makes every record look different once; that alone is no change.
VERSION = "2:"
# A character that XML cannot carry, so that no value can contain it and joined values are unambiguous.
_BETWEEN = "\x1f"


class Unusable(ValueError):
    """A row that cannot be mirrored; says which and why."""


@dataclass(slots=True)
class Incoming:
    """A record of Intacct as the mirror keeps it."""

    record_no: int
    business_id: str
    name: str
    parent_id: str
    entity_id: str
    is_active: bool
    fields: dict[str, Any]
    digest: str


class RowReader:
    """Reads the rows of one list that were selected with the same fields."""

    def __init__(self, kind: ListKind, fields: Iterable[str]) -> None:
        self._kind = kind
        self._names = [name for name in (kind.name_field, *kind.other_names) if name]
        names = {*fields, *kind.nested} - {kind.key_field, kind.created_field, *kind.ignored_for_changes}
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
        get = row.get
        business_id = get(kind.id_field) or ""
        if not isinstance(business_id, str) or not business_id:
            raise Unusable(f"Intacct sent no {kind.id_field} for record {number}.")
        fields = dict(row)
        if kind.key_field != kind.id_field:
            fields.pop(kind.key_field, None)
        status = get(kind.status_field, "") if kind.status_field else ""
        return Incoming(
            record_no=number,
            business_id=business_id[:200],
            name=next((text for name in self._names if (text := get(name))), "")[:400],
            parent_id=(get(kind.parent_field) or "")[:200] if kind.parent_field else "",
            entity_id=(get(kind.entity_field) or "")[:80] if kind.entity_field else "",
            is_active=status.strip().lower() != "inactive",
            fields=fields,
            digest=_finished(self._digest_of, self._values(row)),
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
    return number_in(row.get(kind.key_field))


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
