"""The `query` function: select, filter, order, page, count, aggregate.

Owns how rows are chosen and paged. Must not change any record.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.filters import Filter, compile_filter
from integrations.sandbox.data.paths import Accessor, UnknownName, resolve
from integrations.sandbox.data.permissions import require
from integrations.sandbox.data.tables import Row, Table
from integrations.sandbox.data.values import stored_key, wire_number
from integrations.sandbox.functions.fields import bare_rows, document_type, is_shown, object_of, whole_number
from integrations.sandbox.schema import ObjectDefinition
from integrations.sandbox.schema.model import NUMERIC
from integrations.sandbox.wire.documents import child_text, is_true, text_of
from integrations.sandbox.wire.failures import (
    UNKNOWN_FIELD,
    ErrorEntry,
    FunctionFailure,
    processing_error,
    with_support_id,
)
from integrations.sandbox.wire.nodes import Node, branch, leaf
from integrations.sandbox.wire.shapes import AGGREGATES

DEFAULT_PAGE = 100
MAX_PAGE = 2000


@dataclass(frozen=True, slots=True)
class Column:
    """One selected column; `aggregate` is empty for a plain field."""

    element: str
    accessor: Accessor
    aggregate: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key."""

    name: str
    descending: bool


def query(context: Context) -> Node:
    """Answer a `query` with the counters of its page (developer.intacct.com, Web Services > Queries)."""
    element = context.call.element
    definition = object_of(context, "Query Failed")
    require(context.company, context.user, "query", definition.name)
    pagesize = whole_number(element, "pagesize", DEFAULT_PAGE, 1, MAX_PAGE)
    offset = whole_number(element, "offset", 0, 0, None)
    options = element.find("options")
    fold = options is not None and is_true(child_text(options, "caseinsensitive"))
    private = options is not None and is_true(child_text(options, "showprivate"))
    form = child_text(options, "returnformat").lower() if options is not None else ""

    kind = document_type(context, definition)
    find = _finder(context, definition, kind)
    columns = _columns(element, find)
    orders = _orders(element)
    condition = compile_filter(element.find("filter"), find, definition.record_key, caseinsensitive=fold)
    table = context.company.searched(definition.name)
    numbers = _matching(table, condition, context.scope(private))
    if kind:
        of_type = context.company.getter(definition, "DOCPARID")
        numbers = [number for number in numbers if of_type(table.rows[number]) == kind]
    if any(column.aggregate for column in columns):
        total, rows = _aggregated(table, numbers, columns, orders)
        page = rows[offset : offset + pagesize]
    else:
        total = len(numbers)
        ordered = _ordered(table, numbers, orders, find)
        page = [
            [column.accessor.read(table.rows[number]) for column in columns]
            for number in ordered[offset : offset + pagesize]
        ]
    names = [column.element for column in columns]
    if form in ("json", "csv"):
        context.bare = bare_rows(form, names, page)
    spelling = child_text(element, "object") if definition.user_defined_dimension else definition.name
    return _data(spelling, names, page, total, offset)


def _finder(context: Context, definition: ObjectDefinition, kind: str) -> Callable[[str], Accessor]:
    """How names are resolved; an unknown one is refused with the object it was looked for on."""

    def find(name: str) -> Accessor:
        try:
            if not is_shown(definition, name, kind):
                raise UnknownName(name)
            return resolve(context.company, definition, name)
        except UnknownName as unknown:
            text = with_support_id(f"Field {unknown.name} is not a valid field of object {definition.name}")
            raise FunctionFailure(ErrorEntry(UNKNOWN_FIELD, text)) from None

    return find


def _data(spelling: str, names: Sequence[str], page: Sequence[Sequence[str]], total: int, offset: int) -> Node:
    nodes = [
        Node(spelling, children=[leaf(name, value) for name, value in zip(names, values, strict=True)])
        for values in page
    ]
    return branch(
        "data",
        *nodes,
        listtype=spelling,
        totalcount=total,
        offset=offset,
        count=len(page),
        numremaining=max(0, total - offset - len(page)),
    )


def _columns(element: etree._Element, find: Callable[[str], Accessor]) -> list[Column]:
    select = element.find("select")
    columns: list[Column] = []
    for child in () if select is None else select:
        name, kind = text_of(child), str(child.tag)
        accessor = find(name)
        if kind == "field":
            columns.append(Column(name, accessor))
        elif kind in AGGREGATES:
            if kind in ("sum", "avg") and accessor.field.datatype not in NUMERIC:
                raise processing_error()
            # A documented answer names the count COUNT.<field> and a sum by the plain field (Queries page).
            columns.append(Column(name if kind == "sum" else f"{kind.upper()}.{name}", accessor, kind))
    if not columns:
        raise processing_error()
    return columns


def _orders(element: etree._Element) -> list[Order]:
    orderby = element.find("orderby")
    return [
        Order(child_text(order, "field"), order.find("descending") is not None)
        for order in (() if orderby is None else orderby)
    ]


def _matching(table: Table, condition: Filter, scope: str) -> list[int]:
    """Record numbers in ascending order; bounds on the record number are served by bisection."""
    numbers = table.visible(scope)
    low = 0 if condition.lower is None else bisect_left(numbers, condition.lower)
    high = len(numbers) if condition.upper is None else bisect_right(numbers, condition.upper)
    if low or high < len(numbers):
        numbers = numbers[low:high]
    predicate = condition.predicate
    if predicate is None:
        return numbers
    rows = table.rows
    return [number for number in numbers if predicate(rows[number])]


def _ordered(
    table: Table, numbers: list[int], orders: Sequence[Order], find: Callable[[str], Accessor]
) -> Sequence[int]:
    """Sort stably from the last key to the first; empty values come last ascending and first descending."""
    result: Sequence[int] = numbers
    for order in reversed(orders):
        accessor = find(order.name)
        if order.name == table.definition.record_key:
            result = sorted(result, reverse=order.descending) if result is not numbers or order.descending else numbers
            continue
        read, datatype, rows = accessor.read, accessor.field.datatype, table.rows

        def sort_key(number: int) -> tuple[bool, object]:
            text = read(rows[number])  # noqa: B023 - used before the loop moves on
            return (text == "", stored_key(datatype, text) if text else "")  # noqa: B023

        filled = [number for number in result if read(rows[number])]
        empty = [number for number in result if not read(rows[number])]
        filled.sort(key=sort_key, reverse=order.descending)
        result = empty + filled if order.descending else filled + empty
    return result


def _aggregated(
    table: Table, numbers: list[int], columns: Sequence[Column], orders: Sequence[Order]
) -> tuple[int, list[list[str]]]:
    """Group by the plain fields; a select of aggregates alone gives one row, also over nothing."""
    plain = [column for column in columns if not column.aggregate]
    groups: dict[tuple[str, ...], list[Row]] = {} if plain else {(): []}
    for number in numbers:
        row = table.rows[number]
        groups.setdefault(tuple(column.accessor.read(row) for column in plain), []).append(row)
    result = []
    for key, rows in groups.items():
        values = iter(key)
        result.append([_aggregate(column, rows) if column.aggregate else next(values) for column in columns])
    names = [column.element for column in columns]
    for order in reversed(orders):
        if order.name not in names:
            raise processing_error()
        index = names.index(order.name)
        datatype = columns[index].accessor.field.datatype
        filled = [row for row in result if row[index]]
        filled.sort(key=lambda row: stored_key(datatype, row[index]), reverse=order.descending)
        empty = [row for row in result if not row[index]]
        result = empty + filled if order.descending else filled + empty
    return len(result), result


def _aggregate(column: Column, rows: Sequence[Row]) -> str:
    texts = [text for row in rows if (text := column.accessor.read(row))]
    if column.aggregate == "count":
        return str(len(texts))
    if not texts:
        return ""
    datatype = column.accessor.field.datatype
    if column.aggregate in ("min", "max"):
        pick = min if column.aggregate == "min" else max
        return pick(texts, key=lambda text: stored_key(datatype, text))
    total = sum((Decimal(text) for text in texts), Decimal())
    return wire_number(total if column.aggregate == "sum" else round(total / len(texts), 10))
