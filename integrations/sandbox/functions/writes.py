"""The generic write functions: create, update and delete.

Owns rights, limits and results of these functions. Must not know how a record is written; see records.py.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.permissions import require
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import record_number
from integrations.sandbox.functions.fields import keys_of, object_of
from integrations.sandbox.functions.incoming import Incoming, read_object
from integrations.sandbox.functions.records import create_record, delete_record, update_record
from integrations.sandbox.schema import CATALOGUE, ObjectDefinition
from integrations.sandbox.wire.failures import BUSINESS_RULE, ErrorEntry, FunctionFailure, limit_exceeded
from integrations.sandbox.wire.nodes import Node, branch, leaf

MAX_OBJECTS = 100

Write = Callable[[Context, Incoming], Row]


def create(context: Context) -> Node:
    """Create up to 100 objects in order; those before a failing one stay and are listed with the failure."""
    return _each(context, "create", create_record)


def update(context: Context) -> Node:
    """Update up to 100 objects by record number or business key; fields not sent stay, empty ones are blanked."""
    return _each(context, "update", update_record)


def _each(context: Context, function: str, write: Write) -> Node:
    elements = list(context.call.element)
    if len(elements) > MAX_OBJECTS:
        raise limit_exceeded(f"At most {MAX_OBJECTS} objects are allowed in one function, {len(elements)} were given.")
    done: list[Node] = []
    for element in elements:
        try:
            definition = _writable(context, element, function)
            with context.company.atomic():
                row = write(context, read_object(element, definition))
        except FunctionFailure as failure:
            failure.data = _written(done)
            raise
        done.append(_keys(context, definition, row))
    return _written(done)


def _written(done: list[Node]) -> Node:
    return branch("data", *done, listtype="objects", count=len(done))


def _keys(context: Context, definition: ObjectDefinition, row: Row) -> Node:
    names = definition.result or (definition.record_key, *definition.key)
    return Node(
        definition.name.lower(),
        children=[leaf(name, context.company.getter(definition, name)(row)) for name in names],
    )


def _writable(context: Context, element: etree._Element, function: str) -> ObjectDefinition:
    name = str(element.tag)
    definition = CATALOGUE.get(name.upper())
    if definition is None or not definition.generic:
        raise FunctionFailure(ErrorEntry("XXX", f"Object definition {name} not found"))
    require(context.company, context.user, function, definition.name)
    _allowed(definition, function)
    return definition


def _allowed(definition: ObjectDefinition, function: str) -> None:
    if function not in definition.operations:
        operation, kind = function.upper(), definition.name.lower()
        text = f"API operation '{operation}' cannot be performed on objects of type {kind}"
        raise FunctionFailure(ErrorEntry("XXX", text))


def delete(context: Context) -> None:
    """Delete up to 100 records by record number, in order."""
    definition = object_of(context, "WS")
    require(context.company, context.user, "delete", definition.name)
    _allowed(definition, "delete")
    table = context.company.table(definition.name)
    for key in keys_of(context.call.element):
        number = record_number(key)
        row = None if number is None else table.get(number)
        if row is None or not table.sees(row, context.scope()):
            text = f"Cannot find {definition.name.lower()} with key '{key}' to delete."
            raise FunctionFailure(ErrorEntry(BUSINESS_RULE, text))
        with context.company.atomic():
            delete_record(context, definition, row)
