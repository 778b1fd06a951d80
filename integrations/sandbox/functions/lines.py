"""Writing the lines of a record: numbered and checked, with the rule of their own object.

Owns the difference between lines that are added to and lines that are replaced. Must not write the record itself.
"""

from __future__ import annotations

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.tables import Row
from integrations.sandbox.functions.hooks import BEFORE_WRITE
from integrations.sandbox.functions.incoming import Incoming, check_references, check_required
from integrations.sandbox.functions.owned import lines_of
from integrations.sandbox.functions.stamps import stamp
from integrations.sandbox.schema import ObjectDefinition
from integrations.sandbox.wire.failures import ErrorEntry, FunctionFailure


def write_lines(context: Context, incoming: Incoming, parent: Row) -> None:
    """Lines with a record number are edited, others added; lines not sent stay, unless the object replaces them."""
    lines = incoming.definition.lines
    if lines is None or not incoming.has_lines:
        return
    parent_number = parent[incoming.definition.record_key]
    own = lines_of(context.company, lines, parent_number)
    if lines.replaced and not incoming.keeps_lines:
        kept = {line.values.get("RECORDNO", "") for line in incoming.lines}
        for row in own:
            if row["RECORDNO"] not in kept:
                context.company.erase(lines.object_name, int(row["RECORDNO"]))
        own = [row for row in own if row["RECORDNO"] in kept]
    next_line = max((int(row.get("LINE_NO", "0")) for row in own), default=lines.first - 1) + 1
    for line in incoming.lines:
        _write_line(context, line, own, {"LINE_NO": str(next_line), lines.parent_key: parent_number})
        next_line += not line.values.get("RECORDNO")


def _write_line(context: Context, line: Incoming, own: list[Row], place: Row) -> None:
    definition = line.definition
    table = context.company.table(definition.name)
    number = line.values.get("RECORDNO", "")
    before = next((row for row in own if row["RECORDNO"] == number), None) if number else None
    if number and before is None:
        raise FunctionFailure(ErrorEntry(f"Cannot update non-existing {definition.name} with RECORDNO={number}.", ""))
    row = {**place, **(before or {}), **line.values}
    row = {name: value for name, value in row.items() if value}
    prepare(context, definition, row, set(line.values))
    row["RECORDNO"] = number or str(table.next_key)
    stamp(context, definition, row, created=before is None)
    context.company.write(definition.name, row)


def prepare(context: Context, definition: ObjectDefinition, row: Row, given: set[str]) -> None:
    """Apply the object's own rule to a row, then check what is required and what it refers to."""
    rule = BEFORE_WRITE.get(definition.name)
    if rule is not None:
        rule(context, row)
    check_required(definition, row)
    check_references(context, definition, row, given)
