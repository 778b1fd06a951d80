"""The older list functions `get_list` and `get`: filter, sort, page, and the elements of the 2.1 answers.

Owns how rows are chosen for them. Must not change any record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from lxml import etree

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.filters import like_pattern
from integrations.sandbox.data.permissions import require
from integrations.sandbox.data.tables import Row, Table
from integrations.sandbox.data.values import Comparable, IllegalValue, filter_key, record_number, stored_key
from integrations.sandbox.functions.owned import lines_of, owned
from integrations.sandbox.legacy.list_fields import ALIASES, DAYS, EMPTY_LISTS, LISTED_OBJECTS, Listed
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.schema.model import TEXT, Field
from integrations.sandbox.wire.answer import Payload
from integrations.sandbox.wire.documents import child_text, text_of
from integrations.sandbox.wire.failures import (
    BUSINESS_RULE,
    ErrorEntry,
    FunctionFailure,
    limit_exceeded,
    processing_error,
)
from integrations.sandbox.wire.nodes import Node, leaf

DEFAULT_ITEMS = 100
Predicate = Callable[[Row], bool]

COMPARE: dict[str, Callable[[Comparable, Comparable], bool]] = {
    "=": lambda stored, wanted: stored == wanted,
    "!=": lambda stored, wanted: stored != wanted,
    "<": lambda stored, wanted: stored < wanted,  # type: ignore[operator]
    "<=": lambda stored, wanted: stored <= wanted,  # type: ignore[operator]
    ">": lambda stored, wanted: stored > wanted,  # type: ignore[operator]
    ">=": lambda stored, wanted: stored >= wanted,  # type: ignore[operator]
}


def get_list(context: Context) -> Payload:
    """A page of records with its counters; `start` counts from 0."""
    element = context.call.element
    name = element.get("object", "")
    start = _whole(element, "start", 0)
    limit = _whole(element, "maxitems", DEFAULT_ITEMS)
    if name in EMPTY_LISTS:
        return _list_type(name, start, 0, 0), Node("data", children=[])
    listed = LISTED_OBJECTS[name]
    require(context.company, context.user, "query", listed.object_name)
    view = _View(context, listed)
    scope = context.scope(element.get("showprivate") == "true")
    table = context.company.table(listed.object_name)
    rows = [table.rows[number] for number in table.visible(scope)]
    condition = element.find("filter")
    if condition is not None:
        wanted = view.predicate(condition[0])
        rows = [row for row in rows if wanted(row)]
    for sort in reversed(element.findall("sorts/sortfield")):
        rows = view.sorted(rows, text_of(sort), descending=sort.get("order") == "desc")
    page = rows[start : start + limit]
    nodes = [view.node(name, row, _fields(element)) for row in page]
    return _list_type(name, start, len(page), len(rows)), Node("data", children=nodes)


def get(context: Context) -> Payload:
    """One record by its key."""
    element = context.call.element
    name, wanted = element.get("object", ""), element.get("key", "")
    listed = LISTED_OBJECTS[name]
    require(context.company, context.user, "read", listed.object_name)
    table = context.company.table(listed.object_name)
    row = None if element.get("externalkey") == "true" else _by_key(table, listed, wanted)
    if row is None or not table.sees(row, context.scope()):
        raise FunctionFailure(ErrorEntry(BUSINESS_RULE, f"Cannot find {name} with key '{wanted}'."))
    node = _View(context, listed).node(name, row, _fields(element))
    return _list_type(name, 0, 1, 1), Node("data", children=[node])


def _by_key(table: Table, listed: Listed, wanted: str) -> Row | None:
    if table.definition.key == (listed.key,):
        return table.find(wanted)
    number = record_number(wanted)
    return None if number is None else table.get(number)


def _list_type(name: str, start: int, count: int, total: int) -> Node:
    bounds = {"start": str(start), "end": str(max(start, start + count - 1)), "total": str(total)}
    return Node("listtype", text=name, attributes=bounds)


def _whole(element: etree._Element, attribute: str, default: int) -> int:
    text = element.get(attribute, "").strip()
    number = record_number(text) if text else default
    if number is None:
        raise limit_exceeded(f"{attribute} must be a whole number.")
    return number


def _fields(element: etree._Element) -> list[str]:
    return [text_of(field) for field in element.iterfind("fields/field")]


class _View:
    """One listed object of one company: its elements, read, filtered and sorted."""

    def __init__(self, context: Context, listed: Listed) -> None:
        self.context = context
        self.listed = listed
        self.definition = CATALOGUE[listed.object_name]

    def _name(self, element_name: str) -> str:
        name = self.listed.fields.get(element_name) or self.listed.fields.get(ALIASES.get(element_name, ""), "")
        if not name:
            raise processing_error()
        return name

    def _field(self, name: str) -> Field:
        return self.definition.fields.get(name) or Field(name, TEXT, name)

    def read(self, row: Row, field_name: str) -> str:
        return self.context.company.getter(self.definition, field_name)(row)

    def node(self, name: str, row: Row, asked: Sequence[str]) -> Node:
        """A record as an element; lines follow unless only some fields were asked for."""
        children = [
            self._leaf(element_name, self.read(row, field_name))
            for element_name, field_name in self.listed.fields.items()
            if not asked or element_name in asked
        ]
        if self.listed.lines is not None and (not asked or self.listed.lines[0] in asked):
            children.append(self._lines(row, *self.listed.lines))
        return Node(name, children=children)

    def _leaf(self, element_name: str, value: str) -> Node:
        if element_name in self.listed.parts and value:
            month, day, year = value[:10].split("/")
            return Node(element_name, children=[leaf("year", year), leaf("month", month), leaf("day", day)])
        return leaf(element_name, value[:10] if element_name in DAYS else value)

    def _lines(self, row: Row, wrapper: str, name: str) -> Node:
        view = _View(self.context, LISTED_OBJECTS[name])
        lines = lines_of(self.context.company, owned(self.listed.object_name), row["RECORDNO"])
        return Node(wrapper, children=[view.node(name, line, ()) for line in lines])

    def predicate(self, element: etree._Element) -> Predicate:
        """An expression, or expressions joined by and / or."""
        if element.tag == "logical":
            parts = [self.predicate(child) for child in element]
            both = element.get("logical_operator") == "and"
            return lambda row: (all if both else any)(part(row) for part in parts)
        name = self._name(child_text(element, "field"))
        operator, value = child_text(element, "operator").lower(), child_text(element, "value")
        if operator == "is null":
            return lambda row: self.read(row, name) == ""
        if operator == "like":
            pattern = like_pattern(value, fold=False)
            return lambda row: pattern.fullmatch(self.read(row, name)) is not None
        compare = COMPARE.get(operator)
        if compare is None:
            raise processing_error()
        field = self._field(name)
        wanted = _wanted(field, value)

        def matches(row: Row) -> bool:
            text = self.read(row, name)
            return text != "" and compare(stored_key(field.datatype, text), wanted)

        return matches

    def sorted(self, rows: Iterable[Row], element_name: str, *, descending: bool) -> list[Row]:
        name = self._name(element_name)
        datatype = self._field(name).datatype

        def sort_key(row: Row) -> tuple[bool, object]:
            text = self.read(row, name)
            return (text == "", stored_key(datatype, text) if text else "")

        return sorted(rows, key=sort_key, reverse=descending)


def _wanted(field: Field, value: str) -> Comparable:
    try:
        return filter_key(field, value)
    except IllegalValue:
        raise processing_error() from None
