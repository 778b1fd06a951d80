"""The older read functions: read, readByName, readByQuery and readMore.

Owns keys, cursors and the case of their elements. Must not change any record.
"""

from __future__ import annotations

from collections.abc import Sequence

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.expressions import parse_expression
from integrations.sandbox.data.paths import Accessor, UnknownName, resolve
from integrations.sandbox.data.permissions import require
from integrations.sandbox.data.sessions import Cursor
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import record_number
from integrations.sandbox.functions.fields import (
    accessors_of,
    bare_rows,
    document_type,
    keys_of,
    object_of,
    row_node,
    whole_number,
)
from integrations.sandbox.functions.owned import lines_of
from integrations.sandbox.schema import CATALOGUE, ObjectDefinition
from integrations.sandbox.schema.model import Lines
from integrations.sandbox.wire.documents import child_text
from integrations.sandbox.wire.failures import ErrorEntry, FunctionFailure, limit_exceeded, processing_error
from integrations.sandbox.wire.nodes import Node, branch

DEFAULT_PAGE = 100
MAX_PAGE = 1000
FORMATS = ("xml", "json", "csv")


def read(context: Context) -> Node:
    """Rows by record number, with their owned lines; an unknown key is no error."""
    definition = object_of(context, "XXX")
    require(context.company, context.user, "read", definition.name)
    table = context.company.table(definition.name)
    numbers = (record_number(key) for key in keys_of(context.call.element))
    rows = [table.get(number) for number in numbers if number is not None]
    return _answer(context, definition, rows)


def read_by_name(context: Context) -> Node:
    """Rows by business key."""
    definition = object_of(context, "XXX")
    require(context.company, context.user, "readByName", definition.name)
    table = context.company.table(definition.name)
    rows = [table.find(key) for key in keys_of(context.call.element)] if len(definition.key) == 1 else []
    return _answer(context, definition, rows)


def _answer(context: Context, definition: ObjectDefinition, found: Sequence[Row | None]) -> Node:
    table, scope = context.company.table(definition.name), context.scope()
    rows = [row for row in found if row is not None and table.sees(row, scope)]
    asked = child_text(context.call.element, "fields")
    with_lines = definition.lines is not None
    if definition.lines is not None and asked not in ("", "*"):
        names = [name.strip() for name in asked.split(",")]
        with_lines = definition.lines.wrapper in names
        asked = ",".join(name for name in names if name != definition.lines.wrapper) or definition.record_key
    accessors = accessors_of(context, definition, asked)
    _bare(context, accessors, rows)
    nodes = []
    for row in rows:
        node = row_node(definition.name, row, accessors)
        if with_lines and definition.lines is not None:
            owned = _lines(context, definition.lines, row[definition.record_key])
            node.children = [*(node.children or ()), owned]
        nodes.append(node)
    return branch("data", *nodes, listtype=definition.name, count=len(nodes))


def _lines(context: Context, lines: Lines, number: str) -> Node:
    """Owned lines nested in their parent; line elements are lower case."""
    line_definition = CATALOGUE[lines.object_name]
    accessors = accessors_of(context, line_definition, "*")
    owned = lines_of(context.company, lines, number)
    return branch(lines.wrapper, *(row_node(lines.object_name.lower(), line, accessors) for line in owned))


def _bare(context: Context, accessors: Sequence[Accessor], rows: Sequence[Row]) -> None:
    form = child_text(context.call.element, "returnFormat").lower()
    if form not in ("", *FORMATS):
        raise limit_exceeded(f"returnFormat must be one of {', '.join(FORMATS)}.")
    if form in ("json", "csv"):
        names = [accessor.name for accessor in accessors]
        context.bare = bare_rows(form, names, [[accessor.read(row) for accessor in accessors] for row in rows])


def read_by_query(context: Context) -> Node:
    """Rows for an expression over stored codes, one page at a time; the rest waits under a result id."""
    element = context.call.element
    definition = object_of(context, "Query Failed")
    require(context.company, context.user, "readByQuery", definition.name)
    pagesize = whole_number(element, "pagesize", DEFAULT_PAGE, 1, MAX_PAGE)
    accessors = accessors_of(context, definition, child_text(element, "fields"))

    def find(name: str) -> Accessor:
        try:
            return resolve(context.company, definition, name)
        except UnknownName:
            raise processing_error() from None

    predicate = parse_expression(child_text(element, "query"), find)
    table = context.company.searched(definition.name)
    kind = document_type(context, definition)
    of_type = context.company.getter(definition, "DOCPARID")
    numbers = [
        number
        for number in table.visible(context.scope())
        if (not kind or of_type(table.rows[number]) == kind) and (predicate is None or predicate(table.rows[number]))
    ]
    cursor = Cursor(
        object_name=definition.name,
        numbers=numbers,
        fields=tuple(accessor.name for accessor in accessors),
        pagesize=pagesize,
        position=0,
        returnformat=child_text(element, "returnFormat").lower(),
    )
    result_id = ""
    if numbers and context.session is not None:
        result_id = context.session.remember(cursor)
    return _page(context, cursor, accessors, result_id)


def read_more(context: Context) -> Node:
    """The next page of a readByQuery in the same session, by result id or by object."""
    element, session = context.call.element, context.session
    result_id = child_text(element, "resultId")
    object_name = child_text(element, "object").upper()
    cursors = session.cursors if session is not None else {}
    if not result_id and object_name:
        matching = [key for key, cursor in cursors.items() if cursor.object_name == object_name]
        result_id = matching[-1] if matching else ""
    cursor = cursors.get(result_id)
    if cursor is None or cursor.position >= len(cursor.numbers):
        text = f"Attempt to readMore with an invalid or expired resultId: {result_id or object_name}"
        raise FunctionFailure(ErrorEntry("readMore failed", text))
    require(context.company, context.user, "readByQuery", cursor.object_name)
    definition = CATALOGUE[cursor.object_name]
    accessors = [resolve(context.company, definition, name) for name in cursor.fields]
    return _page(context, cursor, accessors, result_id)


def _page(context: Context, cursor: Cursor, accessors: Sequence[Accessor], result_id: str) -> Node:
    numbers = cursor.numbers[cursor.position : cursor.position + cursor.pagesize]
    cursor.position += len(numbers)
    rows = context.company.searched(cursor.object_name).rows
    page = [rows[number] for number in numbers if number in rows]
    if cursor.returnformat in ("json", "csv"):
        names = [accessor.name for accessor in accessors]
        values = [[accessor.read(row) for accessor in accessors] for row in page]
        context.bare = bare_rows(cursor.returnformat, names, values)
    name = cursor.object_name.lower()
    return branch(
        "data",
        *(row_node(name, row, accessors) for row in page),
        listtype=name,
        count=len(page),
        totalcount=len(cursor.numbers),
        numremaining=len(cursor.numbers) - cursor.position,
        resultId=result_id,
    )
