"""Reading the objects of a create or update: flattened fields, custom fields, owned lines, formats, references.

Owns what a client may send for an object. Must not write anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import IllegalValue, normalise
from integrations.sandbox.schema import CATALOGUE, ObjectDefinition
from integrations.sandbox.wire.documents import child_text, text_of
from integrations.sandbox.wire.failures import (
    BUSINESS_RULE,
    ILLEGAL_FORMAT,
    UNKNOWN_FIELD,
    ErrorEntry,
    FunctionFailure,
    with_support_id,
)

MAX_DEPTH = 5


@dataclass(slots=True)
class Incoming:
    """One object as sent: own fields in stored form (empty text blanks a field) and its lines in order.

    `keeps_lines` is set by functions that edit single lines even where a generic update replaces them all.
    """

    definition: ObjectDefinition
    values: Row = field(default_factory=dict)
    lines: list[Incoming] = field(default_factory=list)
    has_lines: bool = False
    keeps_lines: bool = False


def refusal(text: str, errorno: str = BUSINESS_RULE, correction: str = "") -> FunctionFailure:
    """A business refusal with a support id."""
    return FunctionFailure(ErrorEntry(errorno, with_support_id(text), correction=correction))


def read_object(element: etree._Element, definition: ObjectDefinition) -> Incoming:
    """Read one object element. Raises FunctionFailure for unknown, read-only or badly formatted fields."""
    incoming = Incoming(definition)
    _read_children(element, incoming, "", 0)
    return incoming


def _read_children(element: etree._Element, incoming: Incoming, prefix: str, depth: int) -> None:
    definition = incoming.definition
    for child in element:
        # Live clients send lower-case names and a customfields block inside generic creates.
        tag = str(child.tag).upper()
        if tag == "CUSTOMFIELDS" and not prefix:
            for custom in child:
                _take(incoming, child_text(custom, "customfieldname").upper(), child_text(custom, "customfieldvalue"))
        elif definition.lines is not None and tag == definition.lines.wrapper and not prefix:
            incoming.has_lines = True
            line_definition = CATALOGUE[definition.lines.object_name]
            for line in child:
                if str(line.tag).upper() != line_definition.name:
                    raise _unknown(definition, str(line.tag))
                incoming.lines.append(read_object(line, line_definition))
        elif len(child):
            if depth >= MAX_DEPTH:
                raise _unknown(definition, prefix + tag)
            _read_children(child, incoming, f"{prefix}{tag}.", depth + 1)
        else:
            _take(incoming, prefix + tag, text_of(child))


def _unknown(definition: ObjectDefinition, name: str) -> FunctionFailure:
    return refusal(f"Field {name} is not a valid field of object {definition.name}", UNKNOWN_FIELD)


def _take(incoming: Incoming, name: str, text: str) -> None:
    definition = incoming.definition
    found = definition.fields.get(name) or definition.inputs.get(name)
    if found is None:
        holds_parts = any(known.startswith(f"{name}.") for known in definition.fields)
        if holds_parts and not text:
            return
        raise _unknown(definition, name)
    if found.readonly and name != definition.record_key and name not in definition.key:
        raise refusal(f"Field {name} of object {definition.name} is read-only.")
    if name.endswith(("EMAIL1", "EMAIL2")) and text and "@" not in text:
        which = "Primary" if name.endswith("1") else "Secondary"
        raise refusal(f"Illegal format for Contactversion : {which} Email Address {text}.", ILLEGAL_FORMAT)
    try:
        incoming.values[name] = normalise(found, text)
    except IllegalValue:
        raise refusal(f"Illegal format for {definition.label} : {found.label} {text}.", ILLEGAL_FORMAT) from None


def check_required(definition: ObjectDefinition, row: Row) -> None:
    """Raise unless every required field has a value."""
    for found in definition.fields.values():
        if found.required and not row.get(found.name):
            raise refusal(f"Required field {found.name} is missing.")


def check_references(context: Context, definition: ObjectDefinition, row: Row, names: set[str]) -> None:
    """Raise unless each of these fields names an existing record that the session may see."""
    for name in sorted(names & definition.fields.keys()):
        found = definition.fields[name]
        value = row.get(name, "")
        if not value or not found.reference:
            continue
        table = context.company.table(found.reference)
        target = table.find(value)
        if target is None or not table.sees(target, context.scope()):
            raise refusal(f"Invalid {table.definition.label} '{value}' specified.")
    for path, name in (("TASK", "TASKID"), ("COSTTYPE", "COSTTYPEID")):
        value = row.get(name, "")
        if value and path in definition.relations and context.company.related(definition, path, row) is None:
            raise refusal(f"Invalid {CATALOGUE[path].label} '{value}' specified.")
