"""Tags of list pages: the rows of a table, which filters are in force, and the addresses without them.

Owns how a cell is written; a row is written here and not by a template, which took as long as all questions together.
Queries nothing, and knows no list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import takewhile
from typing import Any, Final

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from accounts.templatetags.ui import amount, icon, number, state_badge, when
from accounts.ui.filters import FilterGroup, query_url, without_filters
from accounts.ui.shown import ShownState
from accounts.ui.table import AMOUNT, DATE, MOMENT, PERCENT, Cell, PlacedCell, TableRow
from accounts.ui.web_address import web_address

register = template.Library()
_NOTHING: Final = '<span class="text-body-secondary">—</span>'


@register.simple_tag(takes_context=True)
def active_filters(context: dict[str, Any], filters: Sequence[FilterGroup] | None) -> list[tuple[str, str, str]]:
    """What narrows the list: label, value, and the address without it."""
    request = context["request"]
    words = request.GET.get("q", "").strip()
    active = [("Search", words, query_url(request, q=None, page=None))] if words else []
    groups = [group for group in filters or () if isinstance(group, FilterGroup)]
    return active + [(group.label, group.chosen.label, group.off_url) for group in groups if group.chosen]


@register.simple_tag(takes_context=True)
def without_any(context: dict[str, Any], filters: Sequence[FilterGroup] | None) -> str:
    """The address of the list with no filter and no search."""
    groups = [group for group in filters or () if isinstance(group, FilterGroup)]
    return without_filters(context["request"].GET, groups)


@register.simple_tag
def table_row(row: TableRow, selects: bool) -> SafeString:
    """One row of a table, its check box first where rows can be selected."""
    cells = "".join(_cell(placed) for placed in row.cells)
    box = _check_box(row) if selects else ""
    return mark_safe(f'<tr role="row" data-href="{escape(row.url)}">{box}{cells}</tr>')  # noqa: S308 (each part is escaped)


@register.simple_tag
def total_cells(cells: Sequence[PlacedCell]) -> SafeString:
    """One line of a table's foot; a column without a sum is empty, and the label takes those beside it."""
    spanned = takewhile(lambda placed: placed.cell.value is None, cells[1:])
    span = 1 + sum(1 for _ in spanned)
    label = _label(cells[0], span)
    return mark_safe(label + "".join(_total(placed) for placed in cells[span:]))  # noqa: S308 (each part is escaped)


def _check_box(row: TableRow) -> str:
    amount_of_row = ""
    if row.amount is not None:
        amount_of_row = f' data-amount="{row.amount:f}" data-currency="{escape(row.currency)}"'
    return (
        '<td class="select" role="cell"><label class="select-target"><input class="form-check-input" type="checkbox" '
        f'name="item" value="{row.key}" data-select-row{amount_of_row} aria-label="Select {escape(row.name)}">'
        "</label></td>"
    )


def _cell(placed: PlacedCell) -> str:
    first, *below = placed.parts
    notes = "".join(_note(part.kind, text) for part in below if (text := _content(part)))
    return _element(placed, (_content(first) or _NOTHING) + notes)


def _note(kind: str, text: str) -> str:
    return f'<span class="cell-note{" nowrap" if kind in (DATE, MOMENT) else ""}">{text}</span>'


def _label(placed: PlacedCell, span: int) -> str:
    over = f' colspan="{span}" aria-colspan="{span}"' if span > 1 else ""
    return f'<th scope="row" role="rowheader" class="total-label"{over}>{escape(placed.cell.value)}</th>'


def _total(placed: PlacedCell) -> str:
    return _element(placed, "" if placed.cell.value is None else _content(placed))


def _element(placed: PlacedCell, content: str) -> str:
    tag, role = ('th scope="row"', "rowheader") if placed.is_head else ("td", "cell")
    label = escape(placed.label)
    return f'<{tag} role="{role}" class="{placed.css}" data-label="{label}">{content}</{tag[:2]}>'


def _content(part: PlacedCell) -> str:
    """What stands in a cell, as HTML; "" for nothing."""
    cell = part.cell
    text = _written(part.kind, cell)
    if cell.url:
        text = f'<a href="{escape(cell.url)}">{text}</a>'
    elif address := web_address(cell.out):
        opens = icon("box-arrow-up-right", "opens in a new tab")
        text = f'<a href="{escape(address)}" rel="noopener noreferrer" target="_blank">{text} {opens}</a>'
    return f"{icon('exclamation-triangle-fill', cell.mark)} {text}" if cell.mark else text


def _written(kind: str, cell: Cell) -> str:
    value = cell.value
    if value is None or value == "":
        return ""
    if isinstance(value, ShownState):
        return state_badge(value)
    if isinstance(value, date):
        return when(value)
    if isinstance(value, str):  # also where an amount or a date was expected and Intacct holds another text
        return escape(value)
    if kind == AMOUNT:
        return amount(value, cell.currency)
    return f"{number(value)} %" if kind == PERCENT else number(value)
