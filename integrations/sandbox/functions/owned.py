"""The lines a record owns: found in their order, and erased with it.

Owns that lookup. Must not check or write lines.
"""

from __future__ import annotations

from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import Row
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.schema.model import Lines


def lines_of(company: Company, lines: Lines, parent_number: str) -> list[Row]:
    """The owned lines of one record in their order."""
    rows = company.table(lines.object_name).rows.values()
    own = [row for row in rows if row.get(lines.parent_key) == parent_number]
    return sorted(own, key=lambda row: (int(row.get("LINE_NO") or 0), int(row["RECORDNO"])))


def erase_lines(company: Company, lines: Lines, parent_number: str) -> None:
    """Take all owned lines of one record out."""
    for line in lines_of(company, lines, parent_number):
        company.erase(lines.object_name, int(line["RECORDNO"]))


def owned(object_name: str) -> Lines:
    """How an object owns its lines. Only for objects that have some."""
    lines = CATALOGUE[object_name].lines
    if lines is None:
        raise LookupError(object_name)
    return lines
