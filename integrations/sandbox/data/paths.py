"""Field names of a request: own fields, derived fields and dotted paths over many-to-one relations.

Owns how a name is resolved to a reader. Must not filter, sort or write.
"""

from __future__ import annotations

from dataclasses import dataclass

from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import Getter, Row
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.schema.model import Field, ObjectDefinition

MAX_HOPS = 6


class UnknownName(LookupError):
    """The object has no field, and no path, of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Accessor:
    """A resolved name: as it was asked for, the field it ends in, and a function that reads it from a row."""

    name: str
    field: Field
    read: Getter
    own: bool


def resolve(company: Company, definition: ObjectDefinition, name: str) -> Accessor:
    """Resolve a name of a select, filter or order. Raises UnknownName."""
    field = definition.fields.get(name)
    if field is not None:
        return Accessor(name, field, company.getter(definition, name), name not in definition.derived)
    return _follow(company, definition, name, name, 0)


def _follow(company: Company, definition: ObjectDefinition, name: str, rest: str, hops: int) -> Accessor:
    path, dot, remainder = rest.partition(".")
    relation = definition.relations.get(path)
    if not dot or relation is None or hops >= MAX_HOPS:
        raise UnknownName(name)
    target = CATALOGUE[relation.target]
    field = target.fields.get(remainder)
    if field is not None:
        inner = company.getter(target, remainder)
    else:
        # Only one hop is allowed on a hierarchy (developer.intacct.com, Queries > related fields).
        if relation.target == definition.name and remainder.partition(".")[0] == path:
            raise UnknownName(name)
        accessor = _follow(company, target, name, remainder, hops + 1)
        field, inner = accessor.field, accessor.read

    def read(row: Row) -> str:
        related = company.related(definition, path, row)
        return "" if related is None else inner(related)

    return Accessor(name, field, read, own=False)
