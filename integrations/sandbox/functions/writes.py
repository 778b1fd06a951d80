"""The generic write functions: create, update and delete.

Owns the order of checks, stamps and results of a write. Must not know the rules of single objects; see rules.py.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from integrations.sandbox.answer import Node, branch, leaf
from integrations.sandbox.context import Context
from integrations.sandbox.failures import (
    BUSINESS_RULE,
    DUPLICATE,
    ErrorEntry,
    FunctionFailure,
    limit_exceeded,
    with_support_id,
)
from integrations.sandbox.functions import audit
from integrations.sandbox.functions.fields import keys_of, object_of
from integrations.sandbox.functions.incoming import (
    Incoming,
    check_references,
    check_required,
    read_object,
    refusal,
)
from integrations.sandbox.functions.rules import AFTER_WRITE, BEFORE_WRITE
from integrations.sandbox.permissions import require
from integrations.sandbox.schema import CATALOGUE, ObjectDefinition
from integrations.sandbox.schema.model import Lines
from integrations.sandbox.store import Row
from integrations.sandbox.values import record_number, wire_timestamp

MAX_OBJECTS = 100

Write = Callable[[Context, Incoming], Row]


def create(context: Context) -> Node:
    """Create up to 100 objects in order; those before a failing one stay and are listed with the failure."""
    return _each(context, "create", _create_one)


def update(context: Context) -> Node:
    """Update up to 100 objects by record number or business key; fields not sent stay, empty ones are blanked."""
    return _each(context, "update", _update_one)


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
        done.append(_keys(definition, row))
    return _written(done)


def _written(done: list[Node]) -> Node:
    return branch("data", *done, listtype="objects", count=len(done))


def _keys(definition: ObjectDefinition, row: Row) -> Node:
    names = (definition.record_key, *definition.key)
    return Node(definition.name.lower(), children=[leaf(name, row.get(name, "")) for name in names])


def _writable(context: Context, element: etree._Element, function: str) -> ObjectDefinition:
    name = str(element.tag)
    definition = CATALOGUE.get(name.upper())
    if definition is None:
        raise FunctionFailure(ErrorEntry("XXX", f"Object definition {name} not found"))
    require(context.company, context.user, function, definition.name)
    _allowed(definition, function)
    return definition


def _allowed(definition: ObjectDefinition, function: str) -> None:
    if function not in definition.operations:
        operation, kind = function.upper(), definition.name.lower()
        text = f"API operation '{operation}' cannot be performed on objects of type {kind}"
        raise FunctionFailure(ErrorEntry("XXX", text))


def _create_one(context: Context, incoming: Incoming) -> Row:
    definition = incoming.definition
    table = context.company.table(definition.name)
    row = {name: value for name, value in incoming.values.items() if value and name != definition.record_key}
    try:
        _before_write(context, definition, row)
        check_required(definition, row)
        _check_unique(context, definition, row)
        check_references(context, definition, row, set(row))
    except FunctionFailure as failure:
        companion = ErrorEntry(BUSINESS_RULE, f"Could not create {definition.label} record!")
        raise FunctionFailure(*failure.errors, companion) from None
    row[definition.record_key] = str(table.next_key)
    if "STATUS" in definition.fields and not row.get("STATUS"):
        row["STATUS"] = "active"
    if definition.entity_owned and context.entity:
        row["MEGAENTITYID"] = context.entity
    _stamp(context, definition, row, created=True)
    context.company.write(definition.name, row)
    _write_lines(context, incoming, row)
    _after_write(context, definition, int(row[definition.record_key]))
    audit.note(context, definition, row, "Create")
    return row


def _update_one(context: Context, incoming: Incoming) -> Row:
    definition = incoming.definition
    before = _existing(context, incoming)
    values = {name: value for name, value in incoming.values.items() if name != definition.record_key}
    row = {**before, **values}
    row = {name: value for name, value in row.items() if value}
    for name in definition.key:
        if name in values and values[name] != before.get(name, ""):
            raise refusal(f"Field {name} of object {definition.name} cannot be changed.")
    try:
        _before_write(context, definition, row)
        check_required(definition, row)
        check_references(context, definition, row, set(values))
    except FunctionFailure as failure:
        companion = ErrorEntry(BUSINESS_RULE, f"Could not update {definition.label} record!")
        raise FunctionFailure(*failure.errors, companion) from None
    _stamp(context, definition, row, created=False)
    context.company.write(definition.name, row)
    _write_lines(context, incoming, row)
    _after_write(context, definition, int(row[definition.record_key]))
    audit.note(context, definition, row, "Modify")
    return row


def _existing(context: Context, incoming: Incoming) -> Row:
    definition, values = incoming.definition, incoming.values
    table = context.company.table(definition.name)
    given = values.get(definition.record_key, "")
    if given:
        names: tuple[str, ...] = (definition.record_key,)
        number = record_number(given)
        row = None if number is None else table.get(number)
    else:
        names = definition.key
        row = table.find(*table.business_key(values)) if names else None
    if row is None or not table.sees(row, context.scope()):
        wanted = " and ".join(f"{name}={values.get(name, '')}" for name in names)
        sentence = f"Cannot update non-existing {definition.name} with {wanted}."
        raise FunctionFailure(ErrorEntry(sentence, ""))
    return row


def _before_write(context: Context, definition: ObjectDefinition, row: Row) -> None:
    rule = BEFORE_WRITE.get(definition.name)
    if rule is not None:
        rule(context, row)


def _after_write(context: Context, definition: ObjectDefinition, number: int) -> None:
    rule = AFTER_WRITE.get(definition.name)
    if rule is not None:
        rule(context.company, number)


def _check_unique(context: Context, definition: ObjectDefinition, row: Row) -> None:
    table = context.company.table(definition.name)
    if not definition.key or table.find(*table.business_key(row)) is None:
        return
    given = ", ".join(row.get(name, "") for name in definition.key)
    # The two blanks before "already" are the vendor's own.
    text = with_support_id(f"Another {definition.label} with the given value(s) {given}  already exists")
    raise FunctionFailure(ErrorEntry(DUPLICATE, text, correction="Use a unique value instead."))


def _stamp(context: Context, definition: ObjectDefinition, row: Row, *, created: bool) -> None:
    now = wire_timestamp(context.company.now())
    user = context.company.table("USERINFO").find(context.user)
    number = user["RECORDNO"] if user is not None else ""
    stamps = {"WHENMODIFIED": now, "MODIFIEDBY": number}
    if created:
        stamps |= {"WHENCREATED": now, "CREATEDBY": number}
    for name, value in stamps.items():
        if name in definition.fields:
            row[name] = value


def _write_lines(context: Context, incoming: Incoming, parent: Row) -> None:
    """Lines with a record number are edited, others are added; lines not sent stay."""
    lines = incoming.definition.lines
    if lines is None or not incoming.has_lines:
        return
    definition = CATALOGUE[lines.object_name]
    table = context.company.table(definition.name)
    parent_number = parent[incoming.definition.record_key]
    own = [row for row in table.rows.values() if row.get(lines.parent_key) == parent_number]
    for position, line in enumerate(incoming.lines, start=len(own) + 1):
        number = line.values.get("RECORDNO", "")
        before = next((row for row in own if row["RECORDNO"] == number), None) if number else None
        if number and before is None:
            raise FunctionFailure(
                ErrorEntry(f"Cannot update non-existing {definition.name} with RECORDNO={number}.", "")
            )
        row = {**(before or {"LINE_NO": str(position)}), **line.values}
        row = {name: value for name, value in row.items() if value}
        check_required(definition, row)
        check_references(context, definition, row, set(line.values))
        row["RECORDNO"] = number or str(table.next_key)
        row[lines.parent_key] = parent_number
        _stamp(context, definition, row, created=before is None)
        context.company.write(definition.name, row)


def delete(context: Context) -> None:
    """Delete up to 100 records by record number; refused while others refer to one."""
    definition = object_of(context, "WS")
    require(context.company, context.user, "delete", definition.name)
    _allowed(definition, "delete")
    table = context.company.table(definition.name)
    for key in keys_of(context.call.element):
        number = record_number(key)
        row = None if number is None else table.get(number)
        if number is None or row is None or not table.sees(row, context.scope()):
            text = f"Cannot find {definition.name.lower()} with key '{key}' to delete."
            raise FunctionFailure(ErrorEntry(BUSINESS_RULE, text))
        _check_unused(context, definition, row)
        context.company.erase(definition.name, number)
        if definition.lines is not None:
            _erase_lines(context, definition.lines, row[definition.record_key])
        if definition.owner:
            _after_line(context, definition, row)
        audit.note(context, definition, row, "Delete")


def _check_unused(context: Context, definition: ObjectDefinition, row: Row) -> None:
    key = context.company.table(definition.name).business_key(row)
    for other in CATALOGUE.values():
        if other.owner == definition.name:
            continue
        pairs: list[tuple[str, ...]] = [
            (field.name,) for field in other.fields.values() if field.reference == definition.name
        ]
        pairs += [relation.local for relation in other.relations.values() if relation.target == definition.name]
        for names in {pair for pair in pairs if len(pair) == len(key)}:
            for user in context.company.table(other.name).rows.values():
                if user is not row and tuple(user.get(name, "") for name in names) == key:
                    text = f"Cannot delete {definition.label} '{', '.join(key)}' because it is used by {other.label}"
                    raise refusal(text)


def _erase_lines(context: Context, lines: Lines, parent: str) -> None:
    owned = [
        int(line["RECORDNO"])
        for line in context.company.table(lines.object_name).rows.values()
        if line.get(lines.parent_key) == parent
    ]
    for number in owned:
        context.company.erase(lines.object_name, number)


def _after_line(context: Context, definition: ObjectDefinition, row: Row) -> None:
    owner = CATALOGUE[definition.owner]
    if owner.lines is not None:
        _after_write(context, owner, int(row[owner.lines.parent_key]))
