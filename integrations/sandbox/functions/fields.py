"""Reading the parts that several functions share: object names, page sizes, field lists, rows as elements.

Owns these checks and the shape of a row. Must not select rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from lxml import etree

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.paths import Accessor, UnknownName, resolve
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import record_number
from integrations.sandbox.schema import CATALOGUE, ObjectDefinition
from integrations.sandbox.wire.documents import child_text
from integrations.sandbox.wire.failures import ErrorEntry, FunctionFailure, limit_exceeded, processing_error
from integrations.sandbox.wire.nodes import Node, leaf

MAX_KEYS = 100


def object_of(context: Context, errorno: str) -> ObjectDefinition:
    """The object a function names; an unknown one is refused with the number that function uses."""
    name = child_text(context.call.element, "object") or child_text(context.call.element, "name")
    definition = CATALOGUE.get(name.upper())
    if definition is None or not definition.generic:
        raise FunctionFailure(ErrorEntry(errorno, f"Object definition {name} not found"))
    return definition


def whole_number(element: etree._Element, name: str, default: int, lowest: int, highest: int | None) -> int:
    """A page size or offset within its documented range, given as text; absent or empty means the default."""
    text = child_text(element, name)
    if not text:
        return default
    number = record_number(text.removeprefix("-"))
    if number is None:
        raise limit_exceeded(f"{name} must be a whole number.")
    number = -number if text.startswith("-") else number
    if number < lowest or (highest is not None and number > highest):
        limit = f"between {lowest} and {highest}" if highest is not None else f"at least {lowest}"
        raise limit_exceeded(f"{name} must be {limit}.")
    return number


def keys_of(element: etree._Element) -> list[str]:
    """The comma list of `keys`, at most 100 of them."""
    keys = [key.strip() for key in child_text(element, "keys").split(",") if key.strip()]
    if len(keys) > MAX_KEYS:
        raise limit_exceeded(f"At most {MAX_KEYS} keys are allowed in one function, {len(keys)} were given.")
    return keys


def document_type(context: Context, definition: ObjectDefinition) -> str:
    """The transaction definition that `docparid` names; it must exist. Other objects take no notice of it."""
    name = child_text(context.call.element, "docparid") if definition.typed else ""
    if name and context.company.table("PODOCUMENTPARAMS").find(name) is None:
        raise processing_error()
    return name


def is_shown(definition: ObjectDefinition, name: str, kind: str) -> bool:
    """Whether a field may be named: custom fields of purchasing documents only together with their definition."""
    field = definition.fields.get(name)
    return field is None or not (definition.typed and field.custom and not kind)


def accessors_of(context: Context, definition: ObjectDefinition, text: str) -> list[Accessor]:
    """The field list of the older read functions: comma separated, `*` or nothing for all."""
    kind = document_type(context, definition)
    if text.strip() in ("", "*"):
        names: Sequence[str] = tuple(name for name in definition.fields if is_shown(definition, name, kind))
    else:
        names = [name.strip() for name in text.split(",") if name.strip()]
    found = []
    for name in names:
        try:
            if not is_shown(definition, name, kind):
                raise UnknownName(name)
            found.append(resolve(context.company, definition, name))
        except UnknownName as unknown:
            raise FunctionFailure(ErrorEntry(f"Invalid fields list {unknown.name}", "")) from None
    return found


def row_node(name: str, row: Row, accessors: Iterable[Accessor]) -> Node:
    """One row with a child per field; a missing value is an empty element."""
    return Node(name, children=[leaf(accessor.name, accessor.read(row)) for accessor in accessors])


def bare_rows(form: str, names: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[str, bytes]:
    """Rows as bare JSON or CSV without an envelope: content type and body."""
    if form == "json":
        objects = [dict(zip(names, row, strict=True)) for row in rows]
        return "application/json", json.dumps(objects, ensure_ascii=False).encode("utf-8")
    lines = [",".join(_csv_value(value) for value in row) for row in (names, *rows)]
    return "text/csv", ("\n".join(lines) + "\n").encode("utf-8")


def _csv_value(value: str) -> str:
    """Values with blanks, commas or quotes are quoted, as in the published answer (Queries > returnformat)."""
    if any(mark in value for mark in ' ,"\t\r\n\\'):
        return '"' + value.replace('"', '""') + '"'
    return value
