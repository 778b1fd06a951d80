"""The catalog of objects this company knows, built once from the declarations beside it.

Owns lookup by object name. Must not hold records.
"""

from __future__ import annotations

from typing import cast

from integrations.sandbox.schema.company import COMPANY
from integrations.sandbox.schema.construction import CONSTRUCTION
from integrations.sandbox.schema.documents import DOCUMENTS
from integrations.sandbox.schema.masters import MASTERS
from integrations.sandbox.schema.model import (
    Lines,
    ObjectDefinition,
    Relation,
    parse_derived,
    parse_fields,
    parse_relations,
)
from integrations.sandbox.schema.smartsync import SMARTSYNC
from integrations.sandbox.schema.vocabulary import ENUMERATIONS, LABELS

__all__ = ["CATALOGUE", "ObjectDefinition"]


def _define(name: str, declared: dict[str, object]) -> ObjectDefinition:
    label = cast("str", declared["label"])
    relations = parse_relations(cast("str", declared.get("relations", "")))
    derived = parse_derived(cast("str", declared.get("derived", "")))
    fields = parse_fields(
        cast("str", declared["fields"]), ENUMERATIONS, LABELS, cast("tuple[str, ...]", declared.get("custom", ()))
    )
    entity_owned = cast("bool", declared.get("entity_owned", True))
    if entity_owned:
        relations["MEGAENTITY"] = Relation("MEGAENTITY", "LOCATIONENTITY", ("MEGAENTITYID",))
        derived["MEGAENTITYKEY"] = ("MEGAENTITY", "RECORDNO")
        derived["MEGAENTITYNAME"] = ("MEGAENTITY", "NAME")
    lines = cast("tuple[str, str, str] | None", declared.get("lines"))
    return ObjectDefinition(
        name=name,
        label=label,
        plural=cast("str", declared.get("plural", f"{label}s")),
        key=tuple(part for part in cast("str", declared["key"]).split(",") if part),
        policy=cast("tuple[str, str]", declared["policy"]),
        fields=fields,
        relations=relations,
        derived=derived,
        lines=Lines(*lines, bool(declared.get("replaces_lines")), cast("int", declared.get("first_line", 1)))
        if lines
        else None,
        operations=frozenset(cast("str", declared.get("operations", "read,create,update,delete")).split(",")),
        entity_owned=entity_owned,
        record_key=cast("str", declared.get("record_key", "RECORDNO")),
        owner=cast("str", declared.get("owner", "")),
        inputs=parse_fields(cast("str", declared.get("inputs", "")), ENUMERATIONS, LABELS),
        result=tuple(part for part in cast("str", declared.get("result", "")).split(",") if part),
        typed=bool(declared.get("typed")),
        renamable=bool(declared.get("renamable")),
        user_defined_dimension=bool(declared.get("user_defined_dimension")),
    )


CATALOGUE: dict[str, ObjectDefinition] = {
    name: _define(name, declared)
    for name, declared in {**MASTERS, **CONSTRUCTION, **DOCUMENTS, **COMPANY, **SMARTSYNC}.items()
}
