"""A row of a file as it is kept with its document: its number, its texts, and what else the file says of them.

Owns that form, which is JSON, and the way back. Knows no column and decides nothing.
"""

from typing import Any, Final

from erp_admin.uploads.formats.table import Cell, CellKind, Row

_HIDDEN: Final = "hidden"
_STARTS: Final = "starts"
_CELLS: Final = "cells"


def raw_row(row: Row) -> list[Any]:
    """The number and the texts; a third part only where there is more to say."""
    facts: dict[str, Any] = {}
    if row.is_hidden:
        facts[_HIDDEN] = True
    if row.starts_document is not None:
        facts[_STARTS] = row.starts_document
    cells = {str(place): more for place, cell in enumerate(row.cells) if (more := _more_of(cell))}
    if cells:
        facts[_CELLS] = cells
    return [row.number, list(row.texts), *([facts] if facts else [])]


def row_of(raw: list[Any]) -> Row:
    """The row that was kept."""
    number, texts, facts = raw[0], raw[1], raw[2] if len(raw) > 2 else {}
    more = facts.get(_CELLS, {})
    cells = tuple(_cell(text, more.get(str(place), {})) for place, text in enumerate(texts))
    return Row(number, cells, facts.get(_HIDDEN, False), facts.get(_STARTS))


def _more_of(cell: Cell) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if cell.kind is not CellKind.TEXT:
        more["kind"] = cell.kind.value
    if cell.shown:
        more["shown"] = cell.shown
    if cell.currency:
        more["currency"] = cell.currency
    if cell.concerns:
        more["concerns"] = list(cell.concerns)
    if cell.is_absent:
        more["absent"] = True
    if cell.is_corrected:
        more["corrected"] = True
    return more


def _cell(text: str, more: dict[str, Any]) -> Cell:
    kind = CellKind(more.get("kind", CellKind.TEXT))
    concerns = tuple(more.get("concerns", ()))
    return Cell(
        text,
        kind,
        more.get("shown", ""),
        more.get("currency", ""),
        concerns,
        is_absent=more.get("absent", False),
        is_corrected=more.get("corrected", False),
    )
