"""Reading what an object-specific function sends: dates in parts, contacts, custom fields, names of generic fields.

Owns the way from ordered elements to stored values. Must not write anything or know a single function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import IllegalValue, normalise, record_number
from integrations.sandbox.functions.incoming import refusal
from integrations.sandbox.schema import CATALOGUE, ObjectDefinition
from integrations.sandbox.schema.model import DATE, Field
from integrations.sandbox.wire.documents import child_text, tag_of, text_of
from integrations.sandbox.wire.failures import (
    BUSINESS_RULE,
    ILLEGAL_FORMAT,
    UNKNOWN_FIELD,
    ErrorEntry,
    FunctionFailure,
)
from integrations.sandbox.wire.nodes import Node, leaf


@dataclass(frozen=True, slots=True)
class Names:
    """How the elements of one function are called as fields. What is not a declared field is kept but not shown."""

    definition: ObjectDefinition
    fields: Mapping[str, str]
    dates: frozenset[str]


def names(object_name: str, text: str, dates: str = "") -> Names:
    """Read `vendorid=VENDORID datecreated=WHENCREATED`, and the elements that are dates in parts."""
    pairs = dict(token.partition("=")[::2] for token in text.split())
    return Names(CATALOGUE[object_name], pairs, frozenset(dates.split()))


def key(text: str) -> Node:
    """What an object-specific create or update answers."""
    return leaf("key", text)


def date_parts(element: etree._Element, label: str) -> str:
    """A date given as year, month and day; empty when all parts are."""
    year, month, day = (child_text(element, part) for part in ("year", "month", "day"))
    if not (year or month or day):
        return ""
    try:
        return normalise(Field(label, DATE, label), f"{month}/{day}/{year}")
    except IllegalValue:
        raise refusal(f"Illegal format for {label} : {month}/{day}/{year}.", ILLEGAL_FORMAT) from None


def values_of(element: etree._Element, known: Names) -> Row:
    """The children that carry values, in stored form under their field names; empty texts stay empty."""
    values: Row = {}
    for child in element:
        tag = tag_of(child)
        if tag == "customfields":
            values.update(_custom(child, known.definition))
        elif tag in known.dates:
            values[known.fields[tag]] = date_parts(child, tag)
        elif tag in known.fields:
            values[known.fields[tag]] = _value(known, tag, child)
    return values


def _value(known: Names, tag: str, child: etree._Element) -> str:
    text = _contact_name(child) if len(child) else text_of(child)
    name = known.fields[tag]
    found = known.definition.fields.get(name) or known.definition.inputs.get(name)
    if found is None:
        return text
    try:
        return normalise(found, text)
    except IllegalValue:
        raise refusal(f"Illegal format for {known.definition.label} : {tag} {text}.", ILLEGAL_FORMAT) from None


def _contact_name(element: etree._Element) -> str:
    """The contact a pay-to, return-to or deliver-to element names, directly or as a whole contact."""
    named = element.find("contactname")
    return text_of(named if named is not None else element.find("contact/contactname"))


def _custom(element: etree._Element, definition: ObjectDefinition) -> Row:
    values: Row = {}
    for custom in element:
        name, text = child_text(custom, "customfieldname").upper(), child_text(custom, "customfieldvalue")
        found = definition.fields.get(name)
        if found is None or not (found.custom or name.startswith("GLDIM")):
            raise refusal(f"Custom field {name} is not a valid field of object {definition.name}", UNKNOWN_FIELD)
        try:
            values[name] = normalise(found, text)
        except IllegalValue:
            raise refusal(f"Illegal format for {definition.label} : {name} {text}.", ILLEGAL_FORMAT) from None
    return values


def without_nulls(element: etree._Element, values: Row) -> Row:
    """What an update means: empty elements blank a field only where `set_nulls` asks for it."""
    if element.get("set_nulls") == "true":
        return values
    return {name: value for name, value in values.items() if value}


def found_record(context: Context, object_name: str, wanted: str, verb: str) -> Row:
    """The record an update or delete names: by its business key where that is one field, else by record number."""
    table = context.company.table(object_name)
    number = None if len(table.definition.key) == 1 else record_number(wanted)
    row = table.find(wanted) if number is None else table.get(number)
    if row is None or not table.sees(row, context.scope()):
        text = f"Cannot find {object_name.lower()} with key '{wanted}' to {verb}."
        raise FunctionFailure(ErrorEntry(BUSINESS_RULE, text))
    return row


def found_by_key(context: Context, object_name: str, verb: str) -> Row:
    """The record the `key` attribute names; with `externalkey` by the key its creator gave it."""
    element = context.call.element
    wanted = element.get("key", "")
    if "true" not in (element.get("externalkey"), element.get("external")):
        return found_record(context, object_name, wanted, verb)
    table = context.company.table(object_name)
    for row in table.rows.values():
        if wanted and row.get("EXTERNALID") == wanted and table.sees(row, context.scope()):
            return row
    raise FunctionFailure(
        ErrorEntry(BUSINESS_RULE, f"Cannot find {object_name.lower()} with key '{wanted}' to {verb}.")
    )
